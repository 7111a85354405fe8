/* sqlite.c -- the engine on SQLite: a file, prepared statements, errors, its own words. */
#include <sqlite3.h>
#include <string.h>

#include "base/clock.h"
#include "base/map.h"
#include "base/mem.h"
#include "conf/conf.h"
#include "store/engine_priv.h"

#define BUSY_MS 5000

struct lite_sql {
	struct sql base;
	struct lite *engine;
	sqlite3_stmt *stmt;
	bool is_open;
};

struct lite {
	struct engine base;
	sqlite3 *db;
	struct map *statements; /* text → struct lite_sql */
};

static const struct word words[] = {
	{"id", "INTEGER PRIMARY KEY AUTOINCREMENT", "", false},
	{"text", "TEXT", "", false},
	{"long", "TEXT", "", false},
	{"blob", "BLOB", "", false},
	{"table", "", "", false},
	{"clustered", "WITHOUT ROWID", "", false},
	{"conflict", "ON CONFLICT (", ") DO UPDATE SET", true},
	{"new", "excluded.", "", true},
	{"by_time", "", "", false},
	{"share", "", "", false},
	{"now", "CAST(ROUND((julianday('now') - 2440587.5) * 86400000) AS INTEGER)", "", false},
	{"has_table",
		"(SELECT COUNT(*) FROM sqlite_master WHERE type = 'table' AND"
		" name = '",
		"')", true},
	{NULL},
};

/* ---- errors ---- */

static enum err err_of(int rc)
{
	switch (rc & 0xff) {
	case SQLITE_OK:
	case SQLITE_ROW:
	case SQLITE_DONE: return OK;
	case SQLITE_BUSY:
	case SQLITE_LOCKED: return ERR_BUSY;
	case SQLITE_FULL: return ERR_FULL;
	case SQLITE_CONSTRAINT:
		return rc == SQLITE_CONSTRAINT_UNIQUE || rc == SQLITE_CONSTRAINT_PRIMARYKEY
			       ? ERR_EXISTS
			       : ERR_CONFLICT;
	case SQLITE_CANTOPEN:
	case SQLITE_READONLY:
	case SQLITE_PERM:
	case SQLITE_AUTH: return ERR_UNAVAILABLE;
	case SQLITE_CORRUPT:
	case SQLITE_NOTADB: return ERR_CORRUPT;
	case SQLITE_ERROR: return ERR_INVALID;
	default: return ERR_IO;
	}
}

static enum err fail(sqlite3 *db, int rc, const char *what, struct why *why)
{
	return err_fail(why, err_of(rc), "database, %s: %s", what, sqlite3_errmsg(db));
}

/* ---- open, close, transactions ---- */

static enum err exec(struct lite *e, const char *text, struct why *why)
{
	int rc = sqlite3_exec(e->db, text, NULL, NULL, NULL);

	return rc == SQLITE_OK ? OK : fail(e->db, rc, text, why);
}

static enum err script(struct engine *engine, const char *text, struct why *why)
{
	struct lite *e = (struct lite *)engine;
	char *own = words_expand(words, text);
	int rc = sqlite3_exec(e->db, own, NULL, NULL, NULL);

	free(own);
	return rc == SQLITE_OK ? OK : fail(e->db, rc, "script", why);
}

static void drop_statement(void *value)
{
	struct lite_sql *q = value;

	sqlite3_finalize(q->stmt);
	free(q);
}

static void close_lite(struct engine *engine)
{
	struct lite *e = (struct lite *)engine;

	map_free(e->statements, drop_statement);
	sqlite3_close(e->db);
	free(e);
}

/* Of several that open a new file at once, SQLite lets one turn it to WAL and tells the others that
 * it is busy without waiting. FULL: a commit is on the disk before anybody acts on it. */
static enum err set_modes(struct lite *e, struct why *why)
{
	int64_t end_ms = clock_mono_ms() + BUSY_MS;
	enum err err;

	while ((err = exec(e,
			"PRAGMA journal_mode = WAL;"
			"PRAGMA synchronous = FULL;"
			"PRAGMA foreign_keys = ON;",
			why)) == ERR_BUSY &&
		clock_mono_ms() < end_ms)
		clock_sleep_ms(10);
	return err;
}

static enum err begin(struct engine *e, struct why *why)
{
	return exec((struct lite *)e, "BEGIN IMMEDIATE", why);
}

static enum err begin_reading(struct engine *e, struct why *why)
{
	return exec((struct lite *)e, "BEGIN", why);
}

static void rollback(struct engine *engine)
{
	struct lite *e = (struct lite *)engine;

	if (!sqlite3_get_autocommit(e->db)) /* some errors have rolled back already */
		sqlite3_exec(e->db, "ROLLBACK", NULL, NULL, NULL);
}

static enum err commit(struct engine *e, struct why *why)
{
	enum err err = exec((struct lite *)e, "COMMIT", why);

	if (err == OK)
		return OK;
	rollback(e);
	/* Busy and full are noticed before anything is written; after other errors it may be there.
	 */
	if (err != ERR_BUSY && err != ERR_FULL && err != ERR_CONFLICT)
		err = ERR_UNCERTAIN;
	return err;
}

static enum err end_schema(struct engine *e, enum err err, struct why *why)
{
	if (err == OK)
		return commit(e, why);
	rollback(e);
	return err;
}

/* ---- statements ---- */

static enum err statement(struct lite *e, const char *text, struct lite_sql **out, struct why *why)
{
	struct lite_sql *q = map_get(e->statements, text, strlen(text));
	char *own;
	int rc;

	if (q) {
		*out = q;
		return OK;
	}
	q = NEW(struct lite_sql);
	q->base.type = e->base.type;
	q->engine = e;
	own = words_expand(words, text);
	rc = sqlite3_prepare_v3(e->db, own, -1, SQLITE_PREPARE_PERSISTENT, &q->stmt, NULL);
	if (rc != SQLITE_OK) {
		enum err err = fail(e->db, rc, own, why);

		free(own);
		free(q);
		return err;
	}
	free(own);
	map_set(e->statements, text, strlen(text), q);
	*out = q;
	return OK;
}

static int bind(sqlite3_stmt *stmt, int at, const struct sql_value *v)
{
	switch (v->kind) {
	case SQL_INT: return sqlite3_bind_int64(stmt, at, v->i);
	case SQL_TEXT: return sqlite3_bind_text(stmt, at, v->s, -1, SQLITE_TRANSIENT);
	case SQL_BYTES: return sqlite3_bind_blob64(stmt, at, v->s, v->len, SQLITE_TRANSIENT);
	}
	return SQLITE_MISUSE;
}

static enum err open_sql(struct engine *engine, const char *text, const struct sql_value *values,
	size_t n, struct sql **out, struct why *why)
{
	struct lite *e = (struct lite *)engine;
	struct lite_sql *q;
	enum err err = statement(e, text, &q, why);

	if (err != OK)
		return err;
	assert(!q->is_open);
	assert((size_t)sqlite3_bind_parameter_count(q->stmt) == n);
	for (size_t i = 0; i < n; i++) {
		int rc = bind(q->stmt, (int)i + 1, &values[i]);

		if (rc != SQLITE_OK)
			return fail(e->db, rc, text, why);
	}
	q->is_open = true;
	*out = &q->base;
	return OK;
}

static enum err next(struct sql *sql, bool *out_has_row, struct why *why)
{
	struct lite_sql *q = (struct lite_sql *)sql;
	int rc = sqlite3_step(q->stmt);

	if (rc != SQLITE_ROW && rc != SQLITE_DONE)
		return fail(q->engine->db, rc, sqlite3_sql(q->stmt), why);
	*out_has_row = rc == SQLITE_ROW;
	if (rc == SQLITE_DONE) {
		q->engine->base.new_id = sqlite3_last_insert_rowid(q->engine->db);
		q->engine->base.changed = sqlite3_changes(q->engine->db);
	}
	return OK;
}

static int64_t number(const struct sql *sql, int column)
{
	return sqlite3_column_int64(((const struct lite_sql *)sql)->stmt, column);
}

static const char *text_of(const struct sql *sql, int column)
{
	const unsigned char *text =
		sqlite3_column_text(((const struct lite_sql *)sql)->stmt, column);

	return text ? (const char *)text : "";
}

static const void *bytes_of(const struct sql *sql, int column, size_t *out_len)
{
	sqlite3_stmt *stmt = ((const struct lite_sql *)sql)->stmt;
	const void *bytes = sqlite3_column_blob(stmt, column);

	*out_len = (size_t)sqlite3_column_bytes(stmt, column);
	return bytes ? bytes : "";
}

static void done(struct sql *sql)
{
	struct lite_sql *q = (struct lite_sql *)sql;

	sqlite3_reset(q->stmt);
	sqlite3_clear_bindings(q->stmt);
	q->is_open = false;
}

/* ---- the engine ---- */

static const struct engine_type sqlite = {
	.words = words,
	.close = close_lite,
	.begin = begin,
	.commit = commit,
	.rollback = rollback,
	.begin_reading = begin_reading,
	.begin_schema = begin,
	.end_schema = end_schema,
	.script = script,
	.open = open_sql,
	.next = next,
	.number = number,
	.text = text_of,
	.bytes = bytes_of,
	.done = done,
};

enum err sqlite_open(const struct conf_store *conf, struct engine **out, struct why *why)
{
	struct lite *e = NEW(struct lite);
	int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX;
	int rc = sqlite3_open_v2(conf->path, &e->db, flags, NULL);
	enum err err;

	e->base.type = &sqlite;
	e->statements = map_new();
	if (rc == SQLITE_OK) {
		sqlite3_extended_result_codes(e->db, 1);
		sqlite3_busy_timeout(e->db, BUSY_MS);
		err = set_modes(e, why);
	} else {
		err = err_fail(
			why, err_of(rc), "cannot open %s: %s", conf->path, sqlite3_errmsg(e->db));
	}
	if (err != OK) {
		close_lite(&e->base);
		return err;
	}
	*out = &e->base;
	return OK;
}
