/* sql.c -- what all engines share: single rows, lists, nested transactions. */
#include "store/sql_priv.h"

#include <string.h>

#include "base/mem.h"

enum err sql_run(struct store *st, const char *text, const struct sql_value *values, size_t n,
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

enum err store_begin(struct store *st, struct why *why)
{
	if (st->depth == 0) {
		enum err err = engine_begin(st->engine, why);

		if (err != OK)
			return err;
		st->is_doomed = false;
	}
	st->depth++;
	return OK;
}

void store_rollback(struct store *st)
{
	assert(st->depth > 0);
	st->is_doomed = true;
	if (--st->depth == 0)
		engine_rollback(st->engine);
}

enum err store_commit(struct store *st, struct why *why)
{
	assert(st->depth > 0);
	if (st->depth == 1 && st->is_doomed) {
		store_rollback(st);
		return err_fail(why, ERR_CONFLICT, "a part of the transaction failed");
	}
	if (--st->depth > 0)
		return OK;
	return engine_commit(st->engine, why);
}

enum err sql_end(struct store *st, enum err err, struct why *why)
{
	if (err == OK)
		return store_commit(st, why);
	store_rollback(st);
	return err;
}
