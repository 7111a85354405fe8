/*
 * migrate.c -- the schema: what is applied, what is missing, and who may use it.
 *
 * Programs of two versions run side by side while a pool is upgraded. So a migration only adds, and
 * says which program is the oldest that may use the tables afterwards (min_reader): one that knows
 * at least that version. Older ones are refused.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/mem.h"
#include "base/path.h"
#include "store/engine_priv.h"
#include "store/migrate_priv.h"

static const char versions_table[] = "CREATE TABLE schema_version ("
				     "version BIGINT NOT NULL PRIMARY KEY, name {text 63} NOT NULL,"
				     "applied_ms BIGINT NOT NULL, min_reader BIGINT NOT NULL)"
				     " {table};\n";

#ifdef KOZAN_CRASH_POINTS
#define NEXT_MAX 65536 /* [bytes] of its file */

/* In builds for tests: KOZAN_NEXT_MIGRATION=MIN_READER:FILE makes this the next version of the
 * program, with one migration more. */
static unsigned load_next(struct migration *out)
{
	static struct buf text; /* read once; ends with the process */
	const char *env = getenv("KOZAN_NEXT_MIGRATION");
	char *path = NULL;

	if (!env)
		return 0;
	out->version = migrations_count + 1;
	out->name = "next";
	out->min_reader = (unsigned)strtoul(env, &path, 10);
	if (!text.data && path_read(path + 1, NEXT_MAX, &text, NULL) != OK)
		abort();
	out->sql = buf_str(&text);
	return 1;
}
#else
static unsigned load_next(struct migration *out)
{
	(void)out;
	return 0;
}
#endif

/* ---- what there is ---- */

static void read_schema(const struct sql *q, void *row)
{
	*(struct store_schema *)row =
		(struct store_schema){.version = sql_int(q, 0), .min_reader = sql_int(q, 1)};
}

enum err store_schema(struct store *st, struct store_schema *out, struct why *why)
{
	static const struct sql_type schema_row = {sizeof(struct store_schema), read_schema, NULL};
	struct store_schema schema = {0};
	struct migration next;
	int64_t exists;
	enum err err = sql_one(st, "SELECT {has_table schema_version}", NO_BINDS, &exists, why);

	if (err == OK && exists)
		err = sql_get(st, &schema_row,
			"SELECT COALESCE(MAX(version), 0), COALESCE(MAX(min_reader), 0)"
			" FROM schema_version",
			NO_BINDS, &schema, why);
	if (err != OK)
		return err;
	schema.known = migrations_count + load_next(&next);
	*out = schema;
	return OK;
}

/* ---- what is missing ---- */

static enum err apply(struct store *st, const struct migration *m, struct why *why)
{
	bool is_new;
	enum err err = st->engine->type->script(st->engine, m->sql, why);

	if (err == OK)
		err = sql_add(st,
			"INSERT INTO schema_version (version, name, applied_ms, min_reader)"
			" VALUES (?, ?, ?, ?)",
			BINDS(INT(m->version), TEXT(m->name), INT(clock_wall_ms()),
				INT(m->min_reader)),
			&is_new, why);
	if (err != OK)
		err_prefix(why, "migration %s", m->name);
	return err;
}

/* Others may have done it while we waited for our turn. */
static enum err apply_missing(struct store *st, struct why *why)
{
	struct store_schema schema;
	struct migration next;
	enum err err = st->engine->type->begin_schema(st->engine, why);

	if (err != OK)
		return err;
	err = store_schema(st, &schema, why);
	if (err == OK && schema.version == 0)
		err = st->engine->type->script(st->engine, versions_table, why);
	for (unsigned i = 0; err == OK && i < migrations_count; i++)
		if (migrations[i].version > schema.version)
			err = apply(st, &migrations[i], why);
	if (err == OK && load_next(&next) && next.version > schema.version)
		err = apply(st, &next, why);
	return st->engine->type->end_schema(st->engine, err, why);
}

enum err store_migrate(struct store *st, struct why *why)
{
	struct store_schema schema;
	enum err err = store_schema(st, &schema, why);

	assert(st->depth == 0);
	if (err != OK)
		return err;
	if (schema.min_reader > schema.known)
		return err_fail(why, ERR_VERSION,
			"the database has version %" PRId64
			", made by a newer program, and is for programs that know version %" PRId64
			"; this one knows versions up to %" PRId64,
			schema.version, schema.min_reader, schema.known);
	if (schema.version >= schema.known)
		return OK;
	err = apply_missing(st, why);
	if (err == ERR_AUTH)
		return err_fail(why, ERR_AUTH,
			"the database has version %" PRId64 ", this program needs %" PRId64
			", and its login may not change tables: run kozan db migrate first",
			schema.version, schema.known);
	return err;
}
