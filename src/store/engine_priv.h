/*
 * engine_priv.h -- what an engine is: a table of functions, and its own words.
 *
 * sqlite.c and mariadb.c have one each. Only sql.c and words.c call them; all others use
 * sql_priv.h. An engine's own structs begin with the ones below.
 */
#ifndef STORE_ENGINE_PRIV_H
#define STORE_ENGINE_PRIV_H

#include "store/sql_priv.h"

struct conf_store;

/* {name} or {name argument} in a statement becomes before + argument + after. */
struct word {
	const char *name; /* NULL ends the table */
	const char *before;
	const char *after;
	bool has_argument; /* false: it is left out */
};

struct engine_type {
	const struct word *words;
	bool has_parts;                  /* tables that are parted by time: {by_time} */
	void (*close)(struct engine *e); /* a transaction that is open is rolled back */

	/* Transactions that write; commit() has ended it, whatever it says. */
	enum err (*begin)(struct engine *e, struct why *why);
	enum err (*commit)(struct engine *e, struct why *why);
	void (*rollback)(struct engine *e);
	/* One that only reads, all from the same moment; ended by rollback(). */
	enum err (*begin_reading)(struct engine *e, struct why *why);

	/* Nobody else changes the schema until end_schema(), which passes err on, or its own. */
	enum err (*begin_schema)(struct engine *e, struct why *why);
	enum err (*end_schema)(struct engine *e, enum err err, struct why *why);
	/* Statements without values, each ended by a semicolon and a newline. What half of a
	 * migration has left behind is passed over. */
	enum err (*script)(struct engine *e, const char *text, struct why *why);

	/* sql_open() … sql_close(). open() says ERR_EXISTS for a key that is there already. */
	enum err (*open)(struct engine *e, const char *text, const struct sql_value *values,
		size_t n, struct sql **out, struct why *why);
	enum err (*next)(struct sql *q, bool *out_has_row, struct why *why);
	int64_t (*number)(const struct sql *q, int column);
	const char *(*text)(const struct sql *q, int column);
	const void *(*bytes)(const struct sql *q, int column, size_t *out_len);
	void (*done)(struct sql *q);
};

struct engine {
	const struct engine_type *type;
	int64_t new_id;      /* of the last row inserted */
	int64_t changed;     /* rows that the last statement changed, or found as they should be */
	int64_t connections; /* so many have been made: what another one has shown may be gone */
	bool is_victim;      /* the last failure was a deadlock: the same may work at once */
};

struct sql {
	const struct engine_type *type;
};

enum err sqlite_open(
	const struct conf_store *conf, struct engine **out, struct why *why) MUST_CHECK;
enum err mariadb_open(
	const struct conf_store *conf, struct engine **out, struct why *why) MUST_CHECK;

/** words_expand(words, text): the text with its words in braces replaced; the caller frees it. */
char *words_expand(const struct word *words, const char *text);

#endif
