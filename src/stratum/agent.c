/* agent.c -- see agent.h. */
#include "stratum/agent.h"

#include <string.h>
#include <strings.h>

#include "base/mem.h"

enum {
	CPUMINERS = AGENT_RECONNECTS_TO | AGENT_SHOWS | AGENT_TELLS,
	CGMINERS = AGENT_RECONNECTS | AGENT_SHOWS | AGENT_TELLS,
};

/* By how their names begin. NiceHash and the like stand between us and the miners: not here. */
static const struct {
	const char *begin;
	unsigned skills;
} agents[] = {
	{"cpuminer", CPUMINERS}, /* pooler's, BitZeny minerd, -opt, -multi */
	{"minerd", CPUMINERS},
	{"ccminer", CPUMINERS},
	{"cgminer", CGMINERS},
	{"sgminer", CGMINERS},
	{"bfgminer", CGMINERS},
	{"bitaxe", AGENT_RECONNECTS | AGENT_SHOWS}, /* ESP-Miner */
	{"esp-miner", AGENT_RECONNECTS | AGENT_SHOWS},
};

unsigned agent_skills(const char *name)
{
	for (size_t i = 0; i < ARRAY_LEN(agents); i++) {
		if (strncasecmp(name, agents[i].begin, strlen(agents[i].begin)) == 0)
			return agents[i].skills;
	}
	return 0;
}
