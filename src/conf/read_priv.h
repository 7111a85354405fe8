/* read_priv.h -- from a YAML file to structs, by the tables, with every problem noted. */
#ifndef CONF_READ_PRIV_H
#define CONF_READ_PRIV_H

#include "conf/conf.h"
#include "conf/table_priv.h"

/* Which line a field was read from, for the checks that follow. */
struct conf_mark {
	const void *field;
	unsigned line;
	bool is_given; /* false: it has its default, and line is that of the section */
};

/* One file being read. */
struct conf_reader {
	const char *file;
	struct conf_errors *errors;
	struct conf_mark *marks;
	size_t marks_count, marks_cap;
};

/**
 * conf_read(r, section, base): read r->file into base, which is all zeroes.
 * Problems go to r->errors. Texts that could not be read are "" afterwards, never NULL.
 *   out   conf_clear() frees what base holds, whatever the result
 *   errs  ERR_NOT_FOUND, ERR_IO, ERR_LIMIT the file; ERR_INVALID a problem was noted
 */
enum err conf_read(
	struct conf_reader *r, const struct conf_section *section, void *base) MUST_CHECK;
void conf_reader_fini(struct conf_reader *r);

/** conf_problem(r, field, name, fmt, ...): note what is wrong with a field that was read. */
void conf_problem(struct conf_reader *r, const void *field, const char *name, const char *fmt, ...)
	PRINTF_LIKE(4, 5);
/** conf_note(): the same for what is worth saying but not wrong. */
void conf_note(struct conf_reader *r, const void *field, const char *name, const char *fmt, ...)
	PRINTF_LIKE(4, 5);
/** conf_is_given(r, field): whether the operator wrote it. */
bool conf_is_given(const struct conf_reader *r, const void *field);

/** conf_errors_add(errors, is_note, file, line, text): text is taken. */
void conf_errors_add(
	struct conf_errors *errors, bool is_note, const char *file, unsigned line, char *text);

#endif
