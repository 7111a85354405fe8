/*
 * mariadb.c -- the engine on MariaDB and MySQL: connections, transactions, the schema, its words.
 *
 * READ COMMITTED: each statement sees what was committed before it, and locks only the rows that it
 * finds. What must not change between a look and a write is guarded as sql_priv.h says.
 */
#include <poll.h>
#include <string.h>

#include "base/mem.h"
#include "conf/conf.h"
#include "store/mariadb_priv.h"

#define SCHEMA_WAIT_S "60"

static const struct word words[] = {
	{"id", "BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY", "", false},
	{"text", "VARCHAR(", ")", true},
	{"long", "LONGTEXT", "", false},
	{"blob", "LONGBLOB", "", false},
	{"table", "ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin", "", false},
	{"clustered", "ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin", "", false},
	{"conflict", "ON DUPLICATE KEY UPDATE", "", false},
	{"new", "VALUES(", ")", true},
	{"by_time", "PARTITION BY RANGE (", ") (PARTITION later VALUES LESS THAN MAXVALUE)", true},
	{"share", "LOCK IN SHARE MODE", "", false},
	{"now", "CAST(UNIX_TIMESTAMP(NOW(3)) * 1000 AS SIGNED)", "", false},
	{"has_table",
		"(SELECT COUNT(*) FROM information_schema.tables"
		" WHERE table_schema = DATABASE() AND table_name = '",
		"')", true},
	{NULL},
};

/* ---- connections ---- */

/* The server speaks only when asked: what comes from it now is the end, or a word of farewell. */
static bool has_ended(MYSQL *db)
{
	struct pollfd fd = {.fd = mysql_get_socket(db), .events = POLLIN};

	return poll(&fd, 1, 0) != 0;
}

static void disconnect(struct maria *m)
{
	map_free(m->statements, mariadb_sql_drop);
	m->statements = map_new();
	if (m->db)
		mysql_close(m->db);
	m->db = NULL;
}

enum err mariadb_ready(struct maria *m, struct why *why)
{
	enum err err;

	if (m->db && !m->is_lost && !has_ended(m->db))
		return OK;
	if (m->open_count > 0) /* their rows are read still */
		return err_fail(why, ERR_UNAVAILABLE, "database: the connection was lost");
	if (!backoff_is_due(&m->backoff))
		return err_fail(why, m->dial_err, "%s", m->dial_why.text);
	disconnect(m);
	err = mariadb_dial(m->conf, m->conf->database, &m->db, &m->dial_why);
	if (err != OK) {
		m->dial_err = err;
		backoff_failed(&m->backoff);
		return err_fail(why, err, "%s", m->dial_why.text);
	}
	backoff_over(&m->backoff);
	m->is_lost = false;
	m->base.connections++;
	return OK;
}

/* ---- transactions ---- */

static enum err query(struct maria *m, const char *text, struct why *why)
{
	if (mysql_query(m->db, text) == 0)
		return OK;
	return mariadb_fail(m, mysql_errno(m->db), mysql_error(m->db), text, why);
}

static enum err start(struct maria *m, const char *how, struct why *why)
{
	enum err err = mariadb_ready(m, why);

	if (err == OK)
		err = query(m, how, why);
	if (err == OK) {
		m->in_transaction = true;
		m->failed = OK;
	}
	return err;
}

static enum err begin(struct engine *e, struct why *why)
{
	return start((struct maria *)e, "START TRANSACTION", why);
}

static enum err begin_reading(struct engine *e, struct why *why)
{
	struct maria *m = (struct maria *)e;
	enum err err = mariadb_ready(m, why);

	if (err == OK) /* for the next transaction only */
		err = query(m, "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ", why);
	return err == OK ? start(m, "START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY", why)
			 : err;
}

static void rollback(struct engine *e)
{
	struct maria *m = (struct maria *)e;

	if (!m->is_lost)
		(void)!query(m, "ROLLBACK", NULL);
	m->in_transaction = false;
	m->failed = OK;
}

/* The server has said no, and what it means by it is: nothing was committed. */
static bool is_refusal(unsigned code)
{
	return mariadb_is_deadlock(code) || code == 1205 || code == 1290 || code == 1792 ||
	       code == 1836;
}

static enum err commit(struct engine *e, struct why *why)
{
	struct maria *m = (struct maria *)e;
	enum err err = m->failed;

	if (err != OK) {
		rollback(e);
		return err_fail(why, err, "database: the transaction has failed before");
	}
	err = query(m, "COMMIT", why);
	if (err != OK && is_refusal(mysql_errno(m->db))) {
		rollback(e);
		return err;
	}
	m->in_transaction = false;
	m->failed = OK;
	if (err == OK)
		return OK;
	m->is_lost = true;
	return ERR_UNCERTAIN;
}

/* ---- the schema: its changes cannot be rolled back, each is for good when it is done ---- */

#define SCHEMA_LOCK "CONCAT('kozan.', LEFT(DATABASE(), 50))"

static enum err ask_number(struct maria *m, const char *text, int64_t *out, struct why *why)
{
	struct sql *q;
	bool has_row;
	enum err err = mariadb_sql_open(&m->base, text, NULL, 0, &q, why);

	if (err != OK)
		return err;
	err = mariadb_sql_next(q, &has_row, why);
	if (err == OK)
		*out = mariadb_sql_number(q, 0);
	mariadb_sql_done(q);
	return err;
}

static enum err begin_schema(struct engine *e, struct why *why)
{
	int64_t has_lock = 0;
	enum err err = ask_number((struct maria *)e,
		"SELECT GET_LOCK(" SCHEMA_LOCK ", " SCHEMA_WAIT_S ")", &has_lock, why);

	if (err == OK && !has_lock)
		err = err_fail(why, ERR_BUSY, "database: another program changes the schema");
	return err;
}

static enum err end_schema(struct engine *e, enum err err, struct why *why)
{
	struct maria *m = (struct maria *)e;
	int64_t ignored;

	if (!m->is_lost) /* the lock ends with the connection, else */
		(void)!ask_number(m, "SELECT RELEASE_LOCK(" SCHEMA_LOCK ")", &ignored, NULL);
	return err;
}

/* A table, column, index, row or part that is there from a first attempt, or gone. */
static bool is_left_behind(unsigned code)
{
	return code == 1050 || code == 1060 || code == 1061 || code == 1062 || code == 1507 ||
	       code == 1517;
}

static enum err script(struct engine *e, const char *text, struct why *why)
{
	struct maria *m = (struct maria *)e;
	char *own = words_expand(words, text), *rest = own, *end;
	enum err err = mariadb_ready(m, why);

	while (err == OK && (end = strstr(rest, ";\n"))) {
		if (mysql_real_query(m->db, rest, (unsigned long)(end - rest)) != 0 &&
			!is_left_behind(mysql_errno(m->db)))
			err = mariadb_fail(
				m, mysql_errno(m->db), mysql_error(m->db), "script", why);
		rest = end + 2;
	}
	free(own);
	return err;
}

/* ---- the engine ---- */

static struct conf_store *copy_conf(const struct conf_store *conf)
{
	struct conf_store *c = NEW(struct conf_store);

	c->engine = conf->engine;
	c->host = str_dup(conf->host);
	c->port = conf->port;
	c->socket = str_dup(conf->socket);
	c->database = str_dup(conf->database);
	c->user = str_dup(conf->user);
	c->password = str_dup(conf->password);
	c->tls = conf->tls;
	c->tls_ca = str_dup(conf->tls_ca);
	c->connect_timeout_ms = conf->connect_timeout_ms;
	c->timeout_ms = conf->timeout_ms;
	return c;
}

static void free_conf(struct conf_store *c)
{
	explicit_bzero(c->password, strlen(c->password));
	free(c->host);
	free(c->socket);
	free(c->database);
	free(c->user);
	free(c->password);
	free(c->tls_ca);
	free(c);
}

/* The server rolls back what its client has left. */
static void close_maria(struct engine *e)
{
	struct maria *m = (struct maria *)e;

	disconnect(m);
	map_free(m->statements, mariadb_sql_drop);
	free_conf(m->conf);
	free(m);
}

static const struct engine_type mariadb = {
	.words = words,
	.has_parts = true,
	.close = close_maria,
	.begin = begin,
	.commit = commit,
	.rollback = rollback,
	.begin_reading = begin_reading,
	.begin_schema = begin_schema,
	.end_schema = end_schema,
	.script = script,
	.open = mariadb_sql_open,
	.next = mariadb_sql_next,
	.number = mariadb_sql_number,
	.text = mariadb_sql_text,
	.bytes = mariadb_sql_bytes,
	.done = mariadb_sql_done,
};

enum err mariadb_open(const struct conf_store *conf, struct engine **out, struct why *why)
{
	struct maria *m = NEW(struct maria);
	enum err err;

	m->base.type = &mariadb;
	m->conf = copy_conf(conf);
	m->statements = map_new();
	err = mariadb_ready(m, why);
	if (err != OK) {
		close_maria(&m->base);
		return err;
	}
	*out = &m->base;
	return OK;
}
