/*
 * mariadb_priv.h -- what the files of the MariaDB engine share.
 *
 * Invariants:
 * 1. A connection that may be out of step with the server (is_lost) is never used again; the next
 *    use outside a transaction makes another.
 * 2. Once a transaction has failed in a way that may have ended it at the server (failed), nothing
 *    more is sent in it: it would be done at once, on its own.
 */
#ifndef STORE_MARIADB_PRIV_H
#define STORE_MARIADB_PRIV_H

#include <mysql.h>

#include "base/backoff.h"
#include "base/map.h"
#include "store/engine_priv.h"

struct maria {
	struct engine base;
	struct conf_store *conf;
	MYSQL *db;              /* NULL: not connected */
	struct map *statements; /* text → struct maria_sql, of this connection */
	unsigned open_count;    /* statements between open and done */
	bool in_transaction;
	bool is_lost;
	enum err failed;        /* of the transaction; OK: it goes on */
	struct backoff backoff; /* of dialling */
	enum err dial_err;      /* what the last attempt said */
	struct why dial_why;
};

/* ---- mariadb_dial.c ---- */

/** mariadb_dial(conf, database, out, why): a connection to the first of the servers that can be
 * written to, else to one that can be read from, with the session as we want it.
 *   database  NULL: none is chosen
 *   out       mysql_close() ends it */
enum err mariadb_dial(const struct conf_store *conf, const char *database, MYSQL **out,
	struct why *why) MUST_CHECK;

/* ---- mariadb.c ---- */

/** mariadb_ready(m, why): connect when there is no connection, or it has died since its last use.
 */
enum err mariadb_ready(struct maria *m, struct why *why) MUST_CHECK;

/* ---- mariadb_sql.c: statements, as in struct engine_type ---- */

enum err mariadb_sql_open(struct engine *engine, const char *text, const struct sql_value *values,
	size_t n, struct sql **out, struct why *why) MUST_CHECK;
enum err mariadb_sql_next(struct sql *sql, bool *out_has_row, struct why *why) MUST_CHECK;
int64_t mariadb_sql_number(const struct sql *sql, int column);
const char *mariadb_sql_text(const struct sql *sql, int column);
const void *mariadb_sql_bytes(const struct sql *sql, int column, size_t *out_len);
void mariadb_sql_done(struct sql *sql);
void mariadb_sql_drop(void *sql); /* for map_free() */

/* ---- mariadb_error.c ---- */

/** mariadb_error(code, out_is_lost): what the server's or the library's error means.
 *   out_is_lost  the connection is dead, or leads to a server that is of no use to us */
enum err mariadb_error(unsigned code, bool *out_is_lost);
/** mariadb_is_deadlock(code): the server has rolled the transaction back; it may be tried again. */
bool mariadb_is_deadlock(unsigned code);
/** mariadb_fail(m, code, text, doing, why): note what an error does to connection and transaction.
 */
enum err mariadb_fail(
	struct maria *m, unsigned code, const char *text, const char *doing, struct why *why);

#endif
