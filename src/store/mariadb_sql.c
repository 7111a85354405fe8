/*
 * mariadb_sql.c -- prepared statements of the MariaDB engine: values in, rows out.
 *
 * A statement's rows are brought to us as a whole, so that the connection is free for the next one.
 */
#include <string.h>

#include "base/mem.h"
#include "store/mariadb_priv.h"

#define TEXT_FIRST 256 /* [bytes] of room for a text; more when one needs it */

struct column {
	bool is_text;
	int64_t number;
	char *text; /* cap bytes and a NUL */
	unsigned long cap, len;
	my_bool is_null;
};

struct maria_sql {
	struct sql base;
	struct maria *engine;
	MYSQL_STMT *stmt;
	size_t values_n;
	MYSQL_BIND *values;
	unsigned columns_n; /* 0: it gives no rows */
	struct column *columns;
	MYSQL_BIND *results;
	bool is_open;
};

static enum err fail(struct maria_sql *q, const char *doing, struct why *why)
{
	return mariadb_fail(
		q->engine, mysql_stmt_errno(q->stmt), mysql_stmt_error(q->stmt), doing, why);
}

void mariadb_sql_drop(void *sql)
{
	struct maria_sql *q = sql;

	if (q->stmt)
		mysql_stmt_close(q->stmt);
	for (unsigned i = 0; i < q->columns_n; i++)
		free(q->columns[i].text);
	free(q->columns);
	free(q->results);
	free(q->values);
	free(q);
}

/* ---- preparing ---- */

static bool is_text_type(enum enum_field_types type)
{
	switch ((int)type) {
	case MYSQL_TYPE_VARCHAR:
	case MYSQL_TYPE_VAR_STRING:
	case MYSQL_TYPE_STRING:
	case MYSQL_TYPE_TINY_BLOB:
	case MYSQL_TYPE_BLOB:
	case MYSQL_TYPE_MEDIUM_BLOB:
	case MYSQL_TYPE_LONG_BLOB: return true;
	default: return false; /* sums are decimals: whole ones become numbers exactly */
	}
}

static void point_at(struct column *c, MYSQL_BIND *bind)
{
	*bind = (MYSQL_BIND){
		.buffer_type = c->is_text ? MYSQL_TYPE_STRING : MYSQL_TYPE_LONGLONG,
		.buffer = c->is_text ? (void *)c->text : (void *)&c->number,
		.buffer_length = c->is_text ? c->cap : sizeof(c->number),
		.length = &c->len,
		.is_null = &c->is_null,
	};
}

static void make_columns(struct maria_sql *q)
{
	MYSQL_RES *meta = mysql_stmt_result_metadata(q->stmt);

	if (!meta)
		return;
	q->columns_n = mysql_num_fields(meta);
	q->columns = NEW_ARRAY(struct column, q->columns_n);
	q->results = NEW_ARRAY(MYSQL_BIND, q->columns_n);
	for (unsigned i = 0; i < q->columns_n; i++) {
		struct column *c = &q->columns[i];

		c->is_text = is_text_type(mysql_fetch_field_direct(meta, i)->type);
		c->cap = TEXT_FIRST;
		c->text = c->is_text ? mem_alloc(c->cap + 1) : NULL;
	}
	mysql_free_result(meta);
}

static enum err prepare(struct maria *m, const char *text, struct maria_sql **out, struct why *why)
{
	struct maria_sql *q = NEW(struct maria_sql);
	char *own = words_expand(m->base.type->words, text);
	enum err err = OK;

	q->base.type = m->base.type;
	q->engine = m;
	q->stmt = mysql_stmt_init(m->db);
	assert(q->stmt);
	if (mysql_stmt_prepare(q->stmt, own, strlen(own)) != 0)
		err = fail(q, own, why);
	free(own);
	if (err != OK) {
		mariadb_sql_drop(q);
		return err;
	}
	q->values_n = mysql_stmt_param_count(q->stmt);
	q->values = NEW_ARRAY(MYSQL_BIND, q->values_n + 1);
	make_columns(q);
	*out = q;
	return OK;
}

static enum err statement(
	struct maria *m, const char *text, struct maria_sql **out, struct why *why)
{
	struct maria_sql *q = map_get(m->statements, text, strlen(text));

	if (!q) {
		enum err err = prepare(m, text, &q, why);

		if (err != OK)
			return err;
		map_set(m->statements, text, strlen(text), q);
	}
	*out = q;
	return OK;
}

/* ---- running ---- */

static MYSQL_BIND bind(const struct sql_value *v)
{
	switch (v->kind) {
	case SQL_INT: break;
	case SQL_TEXT:
		return (MYSQL_BIND){.buffer_type = MYSQL_TYPE_STRING,
			.buffer = (void *)v->s,
			.buffer_length = strlen(v->s)};
	case SQL_BYTES:
		return (MYSQL_BIND){.buffer_type = MYSQL_TYPE_BLOB,
			.buffer = (void *)v->s,
			.buffer_length = v->len};
	}
	return (MYSQL_BIND){.buffer_type = MYSQL_TYPE_LONGLONG,
		.buffer = (void *)&v->i,
		.buffer_length = sizeof(v->i)};
}

static void bind_values(struct maria_sql *q, const struct sql_value *values)
{
	for (size_t i = 0; i < q->values_n; i++)
		q->values[i] = bind(&values[i]);
}

/* A write on its own whose answer never came may have been done. */
static enum err fail_run(struct maria_sql *q, const char *text, struct why *why)
{
	enum err err = fail(q, text, why);

	if (q->engine->is_lost && err == ERR_UNAVAILABLE && !q->engine->in_transaction &&
		q->columns_n == 0 && mysql_stmt_errno(q->stmt) >= 2000)
		return ERR_UNCERTAIN;
	return err;
}

static enum err execute(struct maria_sql *q, const char *text, struct why *why)
{
	if (q->values_n > 0 && mysql_stmt_bind_param(q->stmt, q->values) != 0)
		return fail(q, text, why);
	if (mysql_stmt_execute(q->stmt) != 0)
		return fail_run(q, text, why);
	if (q->columns_n == 0) {
		q->engine->base.changed = (int64_t)mysql_stmt_affected_rows(q->stmt);
		q->engine->base.new_id = (int64_t)mysql_stmt_insert_id(q->stmt);
		return OK;
	}
	for (unsigned i = 0; i < q->columns_n; i++)
		point_at(&q->columns[i], &q->results[i]);
	if (mysql_stmt_bind_result(q->stmt, q->results) != 0 ||
		mysql_stmt_store_result(q->stmt) != 0)
		return fail(q, text, why);
	return OK;
}

enum err mariadb_sql_open(struct engine *engine, const char *text, const struct sql_value *values,
	size_t n, struct sql **out, struct why *why)
{
	struct maria *m = (struct maria *)engine;
	struct maria_sql *q;
	enum err err;

	if (m->in_transaction && m->failed != OK)
		return err_fail(why, m->failed, "database: the transaction has failed before");
	err = m->in_transaction ? OK : mariadb_ready(m, why);
	if (err == OK)
		err = statement(m, text, &q, why);
	if (err != OK)
		return err;
	assert(!q->is_open);
	assert(q->values_n == n);
	bind_values(q, values);
	err = execute(q, text, why);
	if (err != OK)
		return err;
	q->is_open = true;
	m->open_count++;
	*out = &q->base;
	return OK;
}

/* A text that did not fit gets more room, for good. */
static enum err refetch(struct maria_sql *q, unsigned i, struct why *why)
{
	struct column *c = &q->columns[i];

	free(c->text);
	c->cap = c->len;
	c->text = mem_alloc(c->cap + 1);
	point_at(c, &q->results[i]);
	if (mysql_stmt_fetch_column(q->stmt, &q->results[i], i, 0) != 0)
		return fail(q, "fetch", why);
	return OK;
}

enum err mariadb_sql_next(struct sql *sql, bool *out_has_row, struct why *why)
{
	struct maria_sql *q = (struct maria_sql *)sql;
	enum err err = OK;
	bool has_grown = false;
	int rc;

	if (q->columns_n == 0) {
		*out_has_row = false;
		return OK;
	}
	rc = mysql_stmt_fetch(q->stmt);
	if (rc != 0 && rc != MYSQL_NO_DATA && rc != MYSQL_DATA_TRUNCATED)
		return fail(q, "fetch", why);
	*out_has_row = rc != MYSQL_NO_DATA;
	for (unsigned i = 0; err == OK && *out_has_row && i < q->columns_n; i++) {
		struct column *c = &q->columns[i];

		if (!c->is_text || c->is_null)
			continue;
		if (c->len > c->cap) {
			err = refetch(q, i, why);
			has_grown = true;
		}
		c->text[c->len] = '\0';
	}
	if (err == OK && has_grown && mysql_stmt_bind_result(q->stmt, q->results) != 0)
		err = fail(q, "fetch", why);
	return err;
}

int64_t mariadb_sql_number(const struct sql *sql, int column)
{
	const struct column *c = &((const struct maria_sql *)sql)->columns[column];

	assert(!c->is_text);
	return c->is_null ? 0 : c->number;
}

const char *mariadb_sql_text(const struct sql *sql, int column)
{
	const struct column *c = &((const struct maria_sql *)sql)->columns[column];

	assert(c->is_text);
	return c->is_null ? "" : c->text;
}

const void *mariadb_sql_bytes(const struct sql *sql, int column, size_t *out_len)
{
	const struct column *c = &((const struct maria_sql *)sql)->columns[column];

	assert(c->is_text);
	*out_len = c->is_null ? 0 : c->len;
	return c->text;
}

void mariadb_sql_done(struct sql *sql)
{
	struct maria_sql *q = (struct maria_sql *)sql;

	mysql_stmt_free_result(q->stmt);
	q->is_open = false;
	q->engine->open_count--;
}
