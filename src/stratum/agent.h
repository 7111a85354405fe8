/*
 * agent.h -- what a miner does when the pool asks it something, told by the name that it gives
 * itself in mining.subscribe. Who is not known here is asked nothing.
 */
#ifndef STRATUM_AGENT_H
#define STRATUM_AGENT_H

enum {
	AGENT_RECONNECTS = 1,    /* client.reconnect without parameters: to where it came from */
	AGENT_RECONNECTS_TO = 2, /* only with a host and a port */
	AGENT_SHOWS = 4,         /* client.show_message */
	AGENT_TELLS = 8,         /* client.get_version: it answers */
};

/** agent_skills(name): of those above. */
unsigned agent_skills(const char *name);

#endif
