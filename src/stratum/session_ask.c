/* session_ask.c -- what the pool asks of miners that understand it. See session.h. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "stratum/agent.h"
#include "stratum/session.h"

static void ask(struct session *s, const char *id, const char *method, const char *params)
{
	char line[400];
	int len = snprintf(line, sizeof(line),
		"{\"id\":%s,\"method\":\"client.%s\",\"params\":[%s]}\n", id, method, params);

	tcp_write(s->conn, line, (size_t)len);
}

/* The port's public address as the two parameters of client.reconnect; false: it has none. */
static bool where(const struct conf_port *port, char *out, size_t size)
{
	const char *host = port->public, *colon = strrchr(host, ':');
	size_t len = colon ? (size_t)(colon - host) : strlen(host);
	int number = colon ? atoi(colon + 1) : port->listens.list[0].port;

	if (len == 0)
		return false;
	return snprintf(out, size, "\"%.*s\",%d", (int)len, host, number) < (int)size;
}

bool session_move(struct session *s)
{
	char params[200] = "";
	bool goes =
		s->skills & AGENT_RECONNECTS ||
		(s->skills & AGENT_RECONNECTS_TO && where(s->port->conf, params, sizeof(params)));

	if (!goes || !tcp_is_open(s->conn))
		return false;
	session_show(s, "This server is about to stop: please connect again");
	ask(s, "null", "reconnect", params);
	return true;
}

void session_show(struct session *s, const char *text)
{
	char params[260];

	if (s->skills & AGENT_SHOWS && snprintf(params, sizeof(params), "\"%s\"", text) > 0)
		ask(s, "null", "show_message", params);
}

void session_ask_version(struct session *s)
{
	s->is_asked = true;
	if (s->skills & AGENT_TELLS)
		ask(s, "1", "get_version", "");
}
