/*
 * sqlite.c -- the engine of sql_priv.h on SQLite: files, prepared statements, errors, its own
 * words.
 */
#include <ctype.h>
#include <sqlite3.h>
#include <string.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/map.h"
#include "base/mem.h"
#include "store/sql_priv.h"

#define BUSY_MS 5000

struct sql {
	sqlite3_stmt *stmt;
	bool is_open;
};

struct engine {
	sqlite3 *db;
	struct map *statements; /* text → struct sql */
};

/* ---- its own words ---- */

struct word {
	const char *name;
	const char *before; /* the word's argument … */
	const char *after;
	bool has_argument; /* … or without it */
};

static const struct word words[] = {
	{"id", "INTEGER PRIMARY KEY AUTOINCREMENT", "", false},
	{"text", "TEXT", "", false},
	{"long", "TEXT", "", false},
	{"clustered", "WITHOUT ROWID", "", false},
	{"ignore", "OR IGNORE", "", false},
	{"conflict", "ON CONFLICT (", ") DO UPDATE SET", true},
	{"new", "excluded.", "", true},
};

static void expand_word(struct buf *out, const char *word, size_t len)
{
	size_t name_len = strcspn(word, " }");

	for (size_t i = 0; i < ARRAY_LEN(words); i++) {
		if (strlen(words[i].name) != name_len || memcmp(words[i].name, word, name_len) != 0)
			continue;
		buf_add_str(out, words[i].before);
		if (words[i].has_argument)
			buf_add(out, word + name_len + 1, len - name_len - 1);
		buf_add_str(out, words[i].after);
		return;
	}
	assert(!"a word in braces that the engine does not know");
}

static char *expand(const char *text)
{
	struct buf out = {0};
	const char *open;

	while ((open = strchr(text, '{'))) {
		const char *close = strchr(open, '}');

		assert(close);
		buf_add(&out, text, (size_t)(open - text));
		expand_word(&out, open + 1, (size_t)(close - open - 1));
		text = close + 1;
	}
	buf_add_str(&out, text);
	return buf_take(&out);
}

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
	case SQLITE_CONSTRAINT: return ERR_CONFLICT;
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

enum err engine_script(struct engine *e, const char *text, struct why *why)
{
	char *own = expand(text);
	int rc = sqlite3_exec(e->db, own, NULL, NULL, NULL);

	free(own);
	return rc == SQLITE_OK ? OK : fail(e->db, rc, "script", why);
}

static void drop_statement(void *value)
{
	struct sql *q = value;

	sqlite3_finalize(q->stmt);
	free(q);
}

void engine_close(struct engine *e)
{
	if (!e)
		return;
	map_free(e->statements, drop_statement);
	sqlite3_close(e->db);
	free(e);
}

/* Of several that open a new file at once, SQLite lets one turn it to WAL and tells the others that
 * it is busy without waiting. FULL: a commit is on the disk before anybody acts on it. */
static enum err set_modes(struct engine *e, struct why *why)
{
	int64_t end_ms = clock_mono_ms() + BUSY_MS;
	enum err err;

	while ((err = engine_script(e,
			"PRAGMA journal_mode = WAL;"
			"PRAGMA synchronous = FULL;"
			"PRAGMA foreign_keys = ON;",
			why)) == ERR_BUSY &&
		clock_mono_ms() < end_ms)
		clock_sleep_ms(10);
	return err;
}

enum err engine_open(const char *path, struct engine **out, struct why *why)
{
	struct engine *e = NEW(struct engine);
	int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX;
	int rc = sqlite3_open_v2(path, &e->db, flags, NULL);
	enum err err;

	e->statements = map_new();
	if (rc == SQLITE_OK) {
		sqlite3_extended_result_codes(e->db, 1);
		sqlite3_busy_timeout(e->db, BUSY_MS);
		err = set_modes(e, why);
	} else {
		err = err_fail(why, err_of(rc), "cannot open %s: %s", path, sqlite3_errmsg(e->db));
	}
	if (err != OK) {
		engine_close(e);
		return err;
	}
	*out = e;
	return OK;
}

static enum err exec(struct engine *e, const char *text, struct why *why)
{
	int rc = sqlite3_exec(e->db, text, NULL, NULL, NULL);

	return rc == SQLITE_OK ? OK : fail(e->db, rc, text, why);
}

enum err engine_begin(struct engine *e, struct why *why)
{
	return exec(e, "BEGIN IMMEDIATE", why);
}

void engine_rollback(struct engine *e)
{
	if (!sqlite3_get_autocommit(e->db)) /* some errors have rolled back already */
		sqlite3_exec(e->db, "ROLLBACK", NULL, NULL, NULL);
}

enum err engine_commit(struct engine *e, struct why *why)
{
	enum err err = exec(e, "COMMIT", why);

	if (err == OK)
		return OK;
	engine_rollback(e);
	/* Busy and full are noticed before anything is written; after other errors it may be there.
	 */
	if (err != ERR_BUSY && err != ERR_FULL && err != ERR_CONFLICT)
		err = ERR_UNCERTAIN;
	return err;
}

/* ---- statements ---- */

static enum err statement(struct engine *e, const char *text, struct sql **out, struct why *why)
{
	struct sql *q = map_get(e->statements, text, strlen(text));
	char *own;
	int rc;

	if (q) {
		*out = q;
		return OK;
	}
	q = NEW(struct sql);
	own = expand(text);
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

enum err sql_open(struct store *st, const char *text, const struct sql_value *values, size_t n,
	struct sql **out, struct why *why)
{
	struct sql *q;
	enum err err = statement(st->engine, text, &q, why);

	if (err != OK)
		return err;
	assert(!q->is_open);
	assert((size_t)sqlite3_bind_parameter_count(q->stmt) == n);
	for (size_t i = 0; i < n; i++) {
		int rc = values[i].is_text ? sqlite3_bind_text(q->stmt, (int)i + 1, values[i].s, -1,
						     SQLITE_TRANSIENT)
					   : sqlite3_bind_int64(q->stmt, (int)i + 1, values[i].i);

		if (rc != SQLITE_OK)
			return fail(st->engine->db, rc, text, why);
	}
	q->is_open = true;
	*out = q;
	return OK;
}

enum err sql_next(struct sql *q, bool *out_has_row, struct why *why)
{
	int rc = sqlite3_step(q->stmt);

	if (rc != SQLITE_ROW && rc != SQLITE_DONE)
		return fail(sqlite3_db_handle(q->stmt), rc, sqlite3_sql(q->stmt), why);
	*out_has_row = rc == SQLITE_ROW;
	return OK;
}

int64_t sql_int(const struct sql *q, int column)
{
	return sqlite3_column_int64(q->stmt, column);
}

const char *sql_str(const struct sql *q, int column)
{
	const unsigned char *text = sqlite3_column_text(q->stmt, column);

	return text ? (const char *)text : "";
}

void sql_close(struct sql *q)
{
	sqlite3_reset(q->stmt);
	sqlite3_clear_bindings(q->stmt);
	q->is_open = false;
}

int64_t sql_new_id(const struct store *st)
{
	return sqlite3_last_insert_rowid(st->engine->db);
}

int64_t sql_changed(const struct store *st)
{
	return sqlite3_changes(st->engine->db);
}
