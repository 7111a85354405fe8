/* mariadb_error.c -- what the errors of MariaDB, MySQL, Galera and their client library mean. */
#include <errmsg.h>

#include "base/mem.h"
#include "store/mariadb_priv.h"

struct meaning {
	unsigned code;
	enum err err;
	bool is_lost;
};

/* By number, since not all of them have a name in the headers of both. */
static const struct meaning meanings[] = {
	/* not reached, or lost on the way */
	{2001, ERR_UNAVAILABLE, true}, /* cannot make a socket */
	{2002, ERR_UNAVAILABLE, true}, /* nobody at the Unix socket */
	{2003, ERR_UNAVAILABLE, true}, /* nobody at the port */
	{2004, ERR_UNAVAILABLE, true},
	{2005, ERR_UNAVAILABLE, true}, /* unknown host */
	{2006, ERR_UNAVAILABLE, true}, /* server has gone away */
	{2012, ERR_UNAVAILABLE, true}, /* error in the handshake */
	{2013, ERR_UNAVAILABLE, true}, /* lost during a query; also a time-out */
	{2014, ERR_UNAVAILABLE, true}, /* commands out of step */
	{2026, ERR_UNAVAILABLE, true}, /* TLS */
	{2027, ERR_UNAVAILABLE, true}, /* malformed packet */
	{2055, ERR_UNAVAILABLE, true}, /* lost, with the system's error */
	{1040, ERR_UNAVAILABLE, true}, /* too many connections */
	{1053, ERR_UNAVAILABLE, true}, /* the server shuts down */
	{1077, ERR_UNAVAILABLE, true},
	{1079, ERR_UNAVAILABLE, true},
	{1129, ERR_UNAVAILABLE, true}, /* the host is blocked */
	{1152, ERR_UNAVAILABLE, true}, /* connection aborted */
	{1153, ERR_LIMIT, true},       /* packet too large: the server hangs up */
	{1158, ERR_UNAVAILABLE, true}, /* network: read, time-out, write, time-out */
	{1159, ERR_UNAVAILABLE, true},
	{1160, ERR_UNAVAILABLE, true},
	{1161, ERR_UNAVAILABLE, true},
	{1184, ERR_UNAVAILABLE, true},
	{1203, ERR_UNAVAILABLE, true}, /* too many connections of this user */
	{1226, ERR_UNAVAILABLE, true},
	{1317, ERR_UNAVAILABLE, true}, /* interrupted */
	{1927, ERR_UNAVAILABLE, true}, /* killed */
	{4031, ERR_UNAVAILABLE, true}, /* MySQL: idle for too long */
	/* a server that does not write, or not now: another one may answer at the next connection
	 */
	{1047, ERR_UNAVAILABLE, true}, /* Galera: no majority */
	{1290, ERR_UNAVAILABLE, true}, /* --read-only */
	{1792, ERR_UNAVAILABLE, true}, /* the transaction is read-only */
	{1836, ERR_UNAVAILABLE, true}, /* read-only mode */
	{1049, ERR_UNAVAILABLE, true}, /* no such database (yet) */
	/* others in the way */
	{1020, ERR_BUSY, false}, /* the row has changed since it was read */
	{1205, ERR_BUSY, false}, /* a lock was not to be had in time */
	{1213, ERR_BUSY, false}, /* deadlock; Galera: certification failed */
	{1614, ERR_BUSY, false},
	{3101, ERR_BUSY, false}, /* MySQL group replication: rolled back */
	{3572, ERR_BUSY, false},
	/* what the schema forbids */
	{1022, ERR_EXISTS, false},
	{1062, ERR_EXISTS, false},
	{1586, ERR_EXISTS, false},
	{1048, ERR_CONFLICT, false}, /* NULL */
	{1216, ERR_CONFLICT, false}, /* foreign keys */
	{1217, ERR_CONFLICT, false},
	{1451, ERR_CONFLICT, false},
	{1452, ERR_CONFLICT, false},
	{1264, ERR_RANGE, false}, /* a number too large, */
	{1690, ERR_RANGE, false}, /* also in an expression, */
	{1406, ERR_RANGE, false}, /* a text too long */
	{1366, ERR_INVALID, false},
	/* rights */
	{1044, ERR_AUTH, false},
	{1045, ERR_AUTH, false},
	{1142, ERR_AUTH, false},
	{1143, ERR_AUTH, false},
	{1227, ERR_AUTH, false},
	{1370, ERR_AUTH, false},
	{1698, ERR_AUTH, false},
	/* the server's disk */
	{1021, ERR_FULL, false},
	{1114, ERR_FULL, false},
	/* our mistakes */
	{1054, ERR_INVALID, false},
	{1055, ERR_INVALID, false},
	{1064, ERR_INVALID, false},
	{1146, ERR_INVALID, false},
};

enum err mariadb_error(unsigned code, bool *out_is_lost)
{
	for (size_t i = 0; i < ARRAY_LEN(meanings); i++) {
		if (meanings[i].code == code) {
			*out_is_lost = meanings[i].is_lost;
			return meanings[i].err;
		}
	}
	/* The library's own errors leave the connection in a state that nobody knows. */
	*out_is_lost = code >= CR_MIN_ERROR && code <= CR_MAX_ERROR;
	return ERR_IO;
}

bool mariadb_is_deadlock(unsigned code)
{
	return code == 1020 || code == 1213 || code == 1614 || code == 3101;
}

enum err mariadb_fail(
	struct maria *m, unsigned code, const char *text, const char *doing, struct why *why)
{
	bool is_lost;
	enum err err = mariadb_error(code, &is_lost);

	err_fail(why, err, "database, %s: %s (%u)", doing, text, code);
	m->is_lost = m->is_lost || is_lost;
	m->base.is_victim = mariadb_is_deadlock(code);
	if (m->in_transaction && (is_lost || err == ERR_BUSY))
		m->failed = err;
	return err;
}
