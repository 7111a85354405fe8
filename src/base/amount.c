#include "base/amount.h"

#include <assert.h>
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/mem.h"

#define DECIMALS 8

struct amount amount_add(struct amount a, struct amount b)
{
	struct amount sum;
	bool overflow = __builtin_add_overflow(a.units, b.units, &sum.units);

	assert(!overflow);
	return sum;
}

struct amount amount_sub(struct amount a, struct amount b)
{
	struct amount diff;
	bool overflow = __builtin_sub_overflow(a.units, b.units, &diff.units);

	assert(!overflow);
	return diff;
}

struct amount amount_neg(struct amount a)
{
	return amount_sub(amount_of(0), a);
}

struct amount amount_part(struct amount a, int64_t part, int64_t whole)
{
	assert(a.units >= 0 && part >= 0 && whole > 0 && part <= whole);
	return amount_of((int64_t)((__int128)a.units * part / whole));
}

struct remainder {
	int64_t rest;
	unsigned index;
};

static int larger_rest_first(const void *pa, const void *pb)
{
	const struct remainder *a = pa, *b = pb;

	if (a->rest != b->rest)
		return a->rest > b->rest ? -1 : 1;
	return a->index < b->index ? -1 : a->index > b->index;
}

void amount_split(
	struct amount total, const int64_t *weight, unsigned n, int64_t sum, struct amount *out)
{
	struct remainder *rest = NEW_ARRAY(struct remainder, n);
	struct amount given = amount_of(0);
	int64_t weights = 0;
	int64_t spare;

	assert(total.units >= 0 && sum > 0);
	for (unsigned i = 0; i < n; i++) {
		__int128 product = (__int128)total.units * weight[i];

		assert(weight[i] >= 0);
		weights += weight[i];
		out[i] = amount_of((int64_t)(product / sum));
		rest[i] = (struct remainder){(int64_t)(product % sum), i};
		given = amount_add(given, out[i]);
	}
	assert(weights == sum);
	spare = total.units - given.units;
	assert(spare >= 0 && spare < (int64_t)n + 1);
	qsort(rest, n, sizeof(*rest), larger_rest_first);
	for (int64_t i = 0; i < spare; i++)
		out[rest[i].index].units++;
	free(rest);

	given = amount_of(0);
	for (unsigned i = 0; i < n; i++)
		given = amount_add(given, out[i]);
	assert(given.units == total.units);
}

const char *amount_text(struct amount a, char text[AMOUNT_TEXT_MAX])
{
	uint64_t size = a.units < 0 ? -(uint64_t)a.units : (uint64_t)a.units;

	snprintf(text, AMOUNT_TEXT_MAX, "%s%llu.%08llu", a.units < 0 ? "-" : "",
		(unsigned long long)(size / AMOUNT_COIN), (unsigned long long)(size % AMOUNT_COIN));
	return text;
}

/* Read the exponent of "1e-05"; [-30, 30] is more than money needs. */
static bool parse_exponent(const char *text, int *out)
{
	char *end;
	long e = strtol(text, &end, 10);

	if (end == text || *end != '\0' || e < -30 || e > 30)
		return false;
	*out = (int)e;
	return true;
}

enum err amount_parse(const char *text, struct amount *out)
{
	const char *p = text;
	bool negative = *p == '-';
	int64_t units = 0;
	int digits = 0, scale = DECIMALS, exponent = 0;
	bool point = false;

	p += negative;
	for (; isdigit((unsigned char)*p) || (*p == '.' && !point); p++) {
		if (*p == '.') {
			point = true;
			continue;
		}
		digits++;
		scale -= point;
		if (__builtin_mul_overflow(units, 10, &units) ||
			__builtin_add_overflow(units, *p - '0', &units))
			return ERR_RANGE;
	}
	if (digits == 0)
		return ERR_SYNTAX;
	if (*p == 'e' || *p == 'E') {
		if (!parse_exponent(p + 1, &exponent))
			return ERR_SYNTAX;
	} else if (*p != '\0') {
		return ERR_SYNTAX;
	}
	for (scale += exponent; scale > 0; scale--) {
		if (__builtin_mul_overflow(units, 10, &units))
			return ERR_RANGE;
	}
	for (; scale < 0; scale++) {
		if (units % 10)
			return ERR_RANGE;
		units /= 10;
	}
	*out = amount_of(negative ? -units : units);
	return OK;
}
