/* sql.c -- what all engines share: single rows, lists, nested transactions, the turn. */
#include "store/sql_priv.h"

#include <string.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/map.h"
#include "base/mem.h"
#include "base/random.h"
#include "store/engine_priv.h"

#define ATTEMPTS 8 /* of a transaction that others are in the way of */

/* ---- to the engine ---- */

enum err sql_open(struct store *st, const char *text, const struct sql_value *values, size_t n,
	struct sql **out, struct why *why)
{
	return st->engine->type->open(st->engine, text, values, n, out, why);
}

enum err sql_next(struct sql *q, bool *out_has_row, struct why *why)
{
	return q->type->next(q, out_has_row, why);
}

int64_t sql_int(const struct sql *q, int column)
{
	return q->type->number(q, column);
}

const char *sql_str(const struct sql *q, int column)
{
	return q->type->text(q, column);
}

const void *sql_bytes(const struct sql *q, int column, size_t *out_len)
{
	return q->type->bytes(q, column, out_len);
}

void sql_close(struct sql *q)
{
	q->type->done(q);
}

int64_t sql_new_id(const struct store *st)
{
	return st->engine->new_id;
}

int64_t sql_changed(const struct store *st)
{
	return st->engine->changed;
}

/* ---- statements ---- */

static enum err run(struct store *st, const char *text, const struct sql_value *values, size_t n,
	struct why *why)
{
	bool has_row = true;
	struct sql *q;
	enum err err = sql_open(st, text, values, n, &q, why);

	if (err != OK)
		return err;
	while (err == OK && has_row)
		err = sql_next(q, &has_row, why);
	sql_close(q);
	return err;
}

enum err sql_run(struct store *st, const char *text, const struct sql_value *values, size_t n,
	struct why *why)
{
	enum err err = run(st, text, values, n, why);

	return err == ERR_EXISTS ? ERR_CONFLICT : err;
}

enum err sql_add(struct store *st, const char *text, const struct sql_value *values, size_t n,
	bool *out_is_new, struct why *why)
{
	enum err err = run(st, text, values, n, why);

	if (err == OK || err == ERR_EXISTS)
		*out_is_new = err == OK;
	return err == ERR_EXISTS ? OK : err;
}

#define ROWS_MAX 256 /* of a statement */

static void rows_text(struct buf *out, const struct sql_rows *rows, size_t n)
{
	buf_clear(out);
	buf_add_str(out, rows->head);
	for (size_t i = 0; i < n; i++) {
		buf_add_str(out, i > 0 ? ", " : "");
		buf_add_str(out, rows->row);
	}
	buf_add_str(out, rows->tail);
}

/* By quarters of ROWS_MAX, so that few statements have to be prepared. */
enum err sql_run_rows(struct store *st, const struct sql_rows *rows, const struct sql_value *values,
	size_t n, bool *out_exists, struct why *why)
{
	struct buf text = {0};
	bool exists = false;
	enum err err = OK;

	for (size_t many = ROWS_MAX; err == OK && n > 0;) {
		if (n < many) {
			many /= 4;
			continue;
		}
		rows_text(&text, rows, many);
		err = run(st, buf_str(&text), values, many * rows->values, why);
		if (err == ERR_EXISTS) {
			exists = true;
			err = out_exists ? OK : ERR_CONFLICT;
		}
		values += many * rows->values;
		n -= many;
	}
	buf_free(&text);
	if (out_exists)
		*out_exists = exists;
	return err;
}

enum err sql_get(struct store *st, const struct sql_type *type, const char *text,
	const struct sql_value *values, size_t n, void *out, struct why *why)
{
	bool has_row;
	struct sql *q;
	enum err err = sql_open(st, text, values, n, &q, why);

	if (err != OK)
		return err;
	err = sql_next(q, &has_row, why);
	if (err == OK && !has_row)
		err = err_fail(why, ERR_NOT_FOUND, "not in the database");
	if (err == OK) {
		memset(out, 0, type->size);
		type->read(q, out);
	}
	sql_close(q);
	return err;
}

static void read_number(const struct sql *q, void *row)
{
	*(int64_t *)row = sql_int(q, 0);
}

enum err sql_one(struct store *st, const char *text, const struct sql_value *values, size_t n,
	int64_t *out, struct why *why)
{
	static const struct sql_type number = {sizeof(int64_t), read_number, NULL};

	return sql_get(st, &number, text, values, n, out, why);
}

void sql_list_free(const struct sql_type *type, void *rows, size_t n)
{
	for (size_t i = 0; type->fini && i < n; i++)
		type->fini((char *)rows + i * type->size);
	free(rows);
}

enum err sql_list(struct store *st, const struct sql_type *type, const char *text,
	const struct sql_value *values, size_t n, void *out, size_t *out_n, struct why *why)
{
	char *rows = NULL;
	size_t rows_n = 0, cap = 0;
	bool has_row = true;
	struct sql *q;
	enum err err = sql_open(st, text, values, n, &q, why);

	if (err != OK)
		return err;
	while ((err = sql_next(q, &has_row, why)) == OK && has_row) {
		rows = array_grow(rows, rows_n, &cap, type->size);
		memset(rows + rows_n * type->size, 0, type->size);
		type->read(q, rows + rows_n++ * type->size);
	}
	sql_close(q);
	if (err != OK) {
		sql_list_free(type, rows, rows_n);
		return err;
	}
	*(void **)out = rows;
	*out_n = rows_n;
	return OK;
}

/* ---- transactions ---- */

enum err store_begin_reading(struct store *st, struct why *why)
{
	enum err err;

	assert(st->depth == 0);
	err = st->engine->type->begin_reading(st->engine, why);
	if (err != OK)
		return err;
	st->is_doomed = true; /* only store_rollback() ends it */
	st->depth = 1;
	return OK;
}

/* They may be those of rows that are gone again. */
static void forget_ids(struct store *st)
{
	map_free(st->ids, free);
	st->ids = map_new();
}

enum err store_begin(struct store *st, struct why *why)
{
	if (st->depth == 0) {
		enum err err = st->engine->type->begin(st->engine, why);

		if (err != OK)
			return err;
		st->is_doomed = false;
		if (st->ids_connection != st->engine->connections)
			forget_ids(st);
		st->ids_connection = st->engine->connections;
	}
	st->depth++;
	return OK;
}

void store_rollback(struct store *st)
{
	assert(st->depth > 0);
	st->is_doomed = true;
	forget_ids(st);
	if (--st->depth == 0)
		st->engine->type->rollback(st->engine);
}

enum err store_commit(struct store *st, struct why *why)
{
	enum err err;

	assert(st->depth > 0);
	if (st->depth == 1 && st->is_doomed) {
		store_rollback(st);
		return err_fail(why, ERR_CONFLICT, "a part of the transaction failed");
	}
	if (--st->depth > 0)
		return OK;
	err = st->engine->type->commit(st->engine, why);
	if (err != OK)
		forget_ids(st);
	return err;
}

enum err sql_end(struct store *st, enum err err, struct why *why)
{
	if (err == OK)
		return store_commit(st, why);
	store_rollback(st);
	return err;
}

enum err sql_transaction(struct store *st, sql_body_fn *fn, void *ctx, struct why *why)
{
	for (unsigned attempt = 1;; attempt++) {
		enum err err;

		st->engine->is_victim = false;
		err = store_begin(st, why);
		if (err != OK)
			return err;
		err = sql_end(st, fn(st, ctx, why), why);
		if (err != ERR_BUSY || !st->engine->is_victim || st->depth > 0 ||
			attempt == ATTEMPTS)
			return err;
		clock_sleep_ms((int64_t)random_below(10u << attempt));
	}
}

enum err sql_turn(struct store *st, struct why *why)
{
	assert(st->depth > 0);
	return sql_run(st, "UPDATE turn SET taken = taken + 1", NO_BINDS, why);
}

enum err sql_share_turn(struct store *st, struct why *why)
{
	int64_t taken;

	assert(st->depth > 0);
	return sql_one(st, "SELECT taken FROM turn {share}", NO_BINDS, &taken, why);
}
