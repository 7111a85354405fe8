/*
 * amount.h -- money: a signed 64-bit count of the coin's smallest unit (10^-8 coin).
 *
 * Made, added, split and printed only here; tools/check_amount refuses `.units` elsewhere. No
 * floating point.
 */
#ifndef BASE_AMOUNT_H
#define BASE_AMOUNT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"

struct amount {
	int64_t units;
};

#define AMOUNT_COIN     100000000LL /* units in one coin */
#define AMOUNT_TEXT_MAX 24          /* bytes that amount_text() needs, with its NUL */

static inline struct amount amount_of(int64_t units)
{
	return (struct amount){units};
}

/** amount_units(a): the raw count, for storage and wire. */
static inline int64_t amount_units(struct amount a)
{
	return a.units;
}

static inline int amount_cmp(struct amount a, struct amount b)
{
	return (a.units > b.units) - (a.units < b.units);
}

static inline bool amount_is_zero(struct amount a)
{
	return a.units == 0;
}

static inline bool amount_is_negative(struct amount a)
{
	return a.units < 0;
}

/** amount_add/sub(a, b): an overflow is a programmer's error and ends the process. */
struct amount amount_add(struct amount a, struct amount b);
struct amount amount_sub(struct amount a, struct amount b);
struct amount amount_neg(struct amount a);

/** amount_part(a, part, whole): floor(a * part / whole) without overflow; a >= 0, 0 <= part <=
 * whole, whole > 0. */
struct amount amount_part(struct amount a, int64_t part, int64_t whole);

/**
 * amount_split(total, weight[n], sum, out[n]): share out total in proportion to weight, by largest
 * remainder. Each part is floor(total * weight / sum) or one unit more; the spare units go to the
 * largest remainders, the lower index first among equals. Afterwards sum(out) == total, which is
 * asserted. total   >= 0 ; weight[i] >= 0 ; sum == sum(weight) > 0
 */
void amount_split(
	struct amount total, const int64_t *weight, unsigned n, int64_t sum, struct amount *out);

/** amount_text(a, text): "-12.34567890" with all eight decimals; returns text. */
const char *amount_text(struct amount a, char text[AMOUNT_TEXT_MAX]);

/**
 * amount_parse(text, out): "12", "0.5", "-1.00000001", "1e-05" (as daemons print small numbers).
 *   errs  ERR_SYNTAX not a decimal number; ERR_RANGE more than 8 decimals or too large
 */
enum err amount_parse(const char *text, struct amount *out) MUST_CHECK;

#endif
