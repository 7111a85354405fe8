/*
 * err.h -- how functions fail: an enum for programs, a sentence for people.
 *
 * A function that can fail returns enum err and is MUST_CHECK; it writes its results only on
 * success. Where a person will read the reason, it takes a struct why (may be NULL) and fills it
 * with err_fail(). ERR_UNCERTAIN is special: the write may have happened. Read back before doing it
 * again.
 */
#ifndef BASE_ERR_H
#define BASE_ERR_H

#include <stdarg.h>
#include <stddef.h>

#define MUST_CHECK             __attribute__((warn_unused_result))
#define PRINTF_LIKE(fmt, args) __attribute__((format(printf, fmt, args)))

enum err {
	OK = 0,
#define ERR(name, text) ERR_##name,
#include "base/err.tbl"
#undef ERR
	ERR_COUNT_
};

/* The sentence for people, cut when too long. Empty text[0] means "nothing more to say than
 * err_text()". */
struct why {
	char text[512];
};

/** err_text(e): the table's words for e; never NULL. */
const char *err_text(enum err e);

/**
 * err_fail(why, e, fmt, ...): write the sentence into why (may be NULL) and return e,
 * so that a caller can write `return err_fail(why, ERR_RANGE, "port %u", port);`.
 */
enum err err_fail(struct why *why, enum err e, const char *fmt, ...) PRINTF_LIKE(3, 4);

/** err_prefix(why, fmt, ...): put "…: " before the sentence that is there already. */
void err_prefix(struct why *why, const char *fmt, ...) PRINTF_LIKE(2, 3);

#endif
