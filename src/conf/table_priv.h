/*
 * table_priv.h -- what the lines of the *.tbl files become: sections of keys, and the sections
 * inside them.
 */
#ifndef CONF_TABLE_PRIV_H
#define CONF_TABLE_PRIV_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"

struct conf_key;

/* How a value is written in YAML. A list becomes "a,b", a map "a=1,b=2" before it is read. */
enum conf_shape { CONF_SCALAR, CONF_LIST, CONF_MAP };

struct conf_type {
	const char *name; /* as in the tables and the documentation */
	enum conf_shape shape;
	bool is_text; /* the field is a char * that the configuration owns */
	bool is_path; /* … a file name, made absolute after reading */
	/* Read text into the field; on failure the sentence goes to why and the field stays. */
	enum err (*read)(
		const struct conf_key *key, const char *text, void *field, struct why *why);
};

extern const struct conf_type conf_text, conf_name, conf_path, conf_folder, conf_url, conf_secret,
	conf_flag, conf_count, conf_duration, conf_size, conf_percent, conf_factor, conf_amount,
	conf_difficulty, conf_listen, conf_listen_or_off, conf_listens, conf_nets, conf_times,
	conf_choice;
extern const struct conf_type conf_chars, conf_params, conf_rules, conf_demands, conf_versions,
	conf_hash, conf_magic, conf_port, conf_hosts, conf_names;

/* A word of a choice and the enum's value; the last has no name. */
struct conf_word {
	const char *name;
	int value;
};

struct conf_key {
	const char *name;
	const struct conf_type *type;
	const struct conf_word *words; /* of a choice */
	size_t offset, size;           /* of the field in the section's struct */
	const char *fallback;          /* as an operator would write it; NULL: must be given */
	const char *min, *max;         /* of a number its value, of a text its length; "" none */
	const char *text;              /* for the documentation */
};

enum conf_child_kind {
	CONF_CHILD_ONE,      /* a struct; all defaults when it is not in the file */
	CONF_CHILD_OPTIONAL, /* a struct; the bool at count_offset says whether it is in the file */
	CONF_CHILD_SOME,     /* an array of one or more; its length is the size_t at count_offset */
	CONF_CHILD_ANY,      /* … of none or more */
};

/* A section inside a section. */
struct conf_child {
	const char *name;
	enum conf_child_kind kind;
	const struct conf_section *section;
	size_t offset, count_offset;
};

struct conf_section {
	const char *title; /* for the documentation: "pools[].ports[]" */
	size_t size;       /* of its struct */
	const struct conf_key *keys;
	unsigned keys_count;
	const struct conf_child *children;
	unsigned children_count;
};

static inline bool conf_child_is_array(const struct conf_child *child)
{
	return child->kind == CONF_CHILD_SOME || child->kind == CONF_CHILD_ANY;
}

extern const struct conf_section conf_top_section, conf_coin_section;

/** conf_each_part(text, why, fn, ctx): call fn for each part of "a,b,c", without blanks and empty
 * ones, until it fails; its error. */
enum err conf_each_part(const char *text, struct why *why,
	enum err (*fn)(void *ctx, char *part, struct why *why), void *ctx);

/** conf_nearest(word, names, n): the name that was probably meant, or NULL. names may hold NULLs.
 */
const char *conf_nearest(const char *word, const char *const *names, unsigned n);

/** conf_visit(section, base, fn, ctx): call fn for every key of base and of all below. */
void conf_visit(const struct conf_section *section, void *base,
	void (*fn)(const struct conf_key *key, void *field, void *ctx), void *ctx);
/** conf_clear(section, base): free all that base holds, not base itself. */
void conf_clear(const struct conf_section *section, void *base);

#endif
