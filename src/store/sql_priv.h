/*
 * sql_priv.h -- what the subject files use: SQL text and typed values in, typed columns out.
 *
 * The text is the same for all engines. What differs is written in braces and replaced by the
 * engine's words (engine_priv.h):
 *           {id}  {text N}  {long}  {blob}  {table}  {clustered}   in migrations: types, options
 *           {by_time column}                … {table} {by_time minute}: parted by the day (keep.c)
 *           {conflict a, b}  … {new x}      … VALUES (…) {conflict KEY} x = x + {new x}
 *           {share}                         SELECT … {share}: nobody changes the row until the end
 *           {now}                           milliseconds since 1970 by the database's clock
 *           {has_table x}                   whether there is such a table
 *
 * Engines do not isolate alike. SQLite runs transactions that write one after the other; others
 * run them at once, and each statement sees what was committed before it. So whoever acts on what
 * it has read either does both in one statement (UPDATE … WHERE state = ?, then sql_changed()) or
 * has the turn (sql_turn()).
 */
#ifndef STORE_SQL_PRIV_H
#define STORE_SQL_PRIV_H

#include "store/store.h"

#define STORE_MAGIC 0x6b737472

struct engine;
struct map;
struct sql; /* a running statement */

struct store {
	uint32_t magic;
	struct engine *engine;
	unsigned depth; /* of nested transactions */
	bool is_doomed; /* an inner one failed: the outer one may only be rolled back */
	/* ids.c: of accounts and workers; forgotten when a transaction has failed, and on a new
	 * connection, which may lead to a server that lacks what the last one had */
	struct map *ids;
	int64_t ids_connection;
};

enum sql_kind {
	SQL_INT,
	SQL_TEXT,
	SQL_BYTES,
};

struct sql_value {
	enum sql_kind kind;
	int64_t i;
	const char *s; /* not NULL */
	size_t len;    /* SQL_BYTES */
};

/* BINDS(INT(id), TEXT(name), BYTES(data, len)) is the two arguments `values, n`. */
#define INT(x)                                                                                     \
	{                                                                                          \
		.i = (x)                                                                           \
	}
#define TEXT(x)                                                                                    \
	{                                                                                          \
		.kind = SQL_TEXT, .s = (x)                                                         \
	}
#define BYTES(x, n)                                                                                \
	{                                                                                          \
		.kind = SQL_BYTES, .s = (const char *)(x), .len = (n)                              \
	}
#define BINDS(...)                                                                                 \
	((const struct sql_value[]){__VA_ARGS__}),                                                 \
		(sizeof((const struct sql_value[]){__VA_ARGS__}) / sizeof(struct sql_value))
#define NO_BINDS NULL, 0

/**
 * sql_open(st, text, values, n, out, why): begin a statement; sql_close() it in any case when OK.
 *   text  borrowed; statements are kept, prepared, under it: let there be few
 */
enum err sql_open(struct store *st, const char *text, const struct sql_value *values, size_t n,
	struct sql **out, struct why *why) MUST_CHECK;
/** sql_next(q, out_has_row, why): the next row; a statement that gives none has done its work then.
 */
enum err sql_next(struct sql *q, bool *out_has_row, struct why *why) MUST_CHECK;
int64_t sql_int(const struct sql *q, int column);     /* 0 for NULL */
const char *sql_str(const struct sql *q, int column); /* "" for NULL; until sql_next() */
/** sql_bytes(q, column, out_len): of a {blob}; until sql_next(). */
const void *sql_bytes(const struct sql *q, int column, size_t *out_len);
void sql_close(struct sql *q);
int64_t sql_new_id(const struct store *st); /* of the last row inserted */
/** sql_changed(st): rows that the last statement changed, or that were as it wants them already. */
int64_t sql_changed(const struct store *st);

/** sql_run(st, text, values, n, why): a statement without rows. */
enum err sql_run(struct store *st, const char *text, const struct sql_value *values, size_t n,
	struct why *why) MUST_CHECK;
/** sql_add(st, text, values, n, out_is_new, why): an INSERT that does nothing when its key is
 * there. */
enum err sql_add(struct store *st, const char *text, const struct sql_value *values, size_t n,
	bool *out_is_new, struct why *why) MUST_CHECK;
/* A statement over many rows: head, the row once for each (with commas between), tail. */
struct sql_rows {
	const char *head, *row, *tail;
	unsigned values; /* of a row */
};

/** sql_run_rows(st, rows, values, n, out_exists, why): for n rows, in as few statements as is
 * quick. values      n * rows->values out_exists  a key was there already, and the rows of that
 * statement were not added; NULL: that is ERR_CONFLICT */
enum err sql_run_rows(struct store *st, const struct sql_rows *rows, const struct sql_value *values,
	size_t n, bool *out_exists, struct why *why) MUST_CHECK;

/** sql_one(st, text, values, n, out, why): one number. errs ERR_NOT_FOUND */
enum err sql_one(struct store *st, const char *text, const struct sql_value *values, size_t n,
	int64_t *out, struct why *why) MUST_CHECK;

/* How rows become structs. */
struct sql_type {
	size_t size;
	void (*read)(const struct sql *q, void *row);
	void (*fini)(void *row); /* frees what is inside; may be NULL */
};

/** sql_get(st, type, text, values, n, out, why): one row into out. errs ERR_NOT_FOUND */
enum err sql_get(struct store *st, const struct sql_type *type, const char *text,
	const struct sql_value *values, size_t n, void *out, struct why *why) MUST_CHECK;
/** sql_list(st, type, text, values, n, out, out_n, why): all rows; out is a pointer to the array's
 * pointer. */
enum err sql_list(struct store *st, const struct sql_type *type, const char *text,
	const struct sql_value *values, size_t n, void *out, size_t *out_n,
	struct why *why) MUST_CHECK;
void sql_list_free(const struct sql_type *type, void *rows, size_t n);

/** sql_turn(st, why): until the end of the transaction nobody else moves blocks or money, claims a
 * node id or adds work: what is read from now on stays true. Take it first. */
enum err sql_turn(struct store *st, struct why *why) MUST_CHECK;
/** sql_share_turn(st, why): nobody has the turn until the end of the transaction. */
enum err sql_share_turn(struct store *st, struct why *why) MUST_CHECK;

typedef enum err sql_body_fn(struct store *st, void *ctx, struct why *why);
/** sql_transaction(st, fn, ctx, why): fn as one transaction. When it and another one were in each
 * other's way, and it is no part of a larger one, fn is called again. */
enum err sql_transaction(struct store *st, sql_body_fn *fn, void *ctx, struct why *why) MUST_CHECK;

/** sql_end(st, err, why): commit when err is OK, else roll back; the outcome of the whole. */
enum err sql_end(struct store *st, enum err err, struct why *why) MUST_CHECK;

/** sql_page(before), sql_limit(limit): values for "id < ? ORDER BY id DESC LIMIT ?". */
static inline int64_t sql_page(int64_t before)
{
	return before > 0 ? before : INT64_MAX;
}

static inline int64_t sql_limit(unsigned limit)
{
	return limit < 1 ? 1 : limit > STORE_PAGE_MAX ? STORE_PAGE_MAX : limit;
}

#endif
