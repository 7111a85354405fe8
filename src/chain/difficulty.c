#include "chain/difficulty.h"

#include <assert.h>
#include <ctype.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef unsigned __int128 u128;

#define DIGITS 12 /* significant digits of a difficulty that is not a whole number */

/* Write value / 10^decimals without trailing zeroes behind the point. */
static const char *write_decimal(u128 value, unsigned decimals, char text[DIFFICULTY_TEXT_MAX])
{
	char reversed[DIFFICULTY_TEXT_MAX];
	unsigned n = 0, len = 0;

	while (decimals > 0 && value % 10 == 0) {
		value /= 10;
		decimals--;
	}
	for (unsigned place = 0; value > 0 || place <= decimals; place++) {
		if (place == decimals && decimals > 0)
			reversed[n++] = '.';
		reversed[n++] = (char)('0' + (unsigned)(value % 10));
		value /= 10;
	}
	assert(n < DIFFICULTY_TEXT_MAX);
	while (n > 0)
		text[len++] = reversed[--n];
	text[len] = '\0';
	return text;
}

static unsigned count_digits(u128 value)
{
	unsigned n = 0;

	for (; value > 0; value /= 10)
		n++;
	return n;
}

const char *difficulty_text(
	int64_t work, unsigned work_bits, unsigned diff_bits, char text[DIFFICULTY_TEXT_MAX])
{
	u128 hashes, value, rest, one = (u128)1 << diff_bits;
	unsigned decimals = 0, digits;

	assert(work > 0 && work_bits <= 64 && diff_bits <= 64);
	hashes = (u128)(uint64_t)work << work_bits;
	value = hashes >> diff_bits;
	rest = hashes & (one - 1);
	for (digits = count_digits(value); rest > 0 && digits < DIGITS; decimals++) {
		value = value * 10 + (rest * 10 >> diff_bits);
		rest = rest * 10 & (one - 1);
		digits += value > 0;
	}
	return write_decimal(value + (rest > 0), decimals, text);
}

/* A decimal number: mantissa * 10^exponent, or slightly more when digits had to be dropped. */
struct decimal {
	uint64_t mantissa;
	int exponent;
	bool is_cut;
};

static bool read_exponent(const char *text, int *exponent)
{
	char *end;
	long e;

	if (!isdigit((unsigned char)text[text[0] == '-' || text[0] == '+']))
		return false;
	e = strtol(text, &end, 10);
	if (*end != '\0')
		return false;
	*exponent += e > 1000 ? 1000 : e < -1000 ? -1000 : (int)e;
	return true;
}

static bool read_decimal(const char *text, struct decimal *out)
{
	const uint64_t full = UINT64_MAX / 10 - 1; /* another digit might not fit */
	bool has_digit = false, has_point = false;
	const char *p = text;
	struct decimal d = {0};

	for (; isdigit((unsigned char)*p) || (*p == '.' && !has_point); p++) {
		if (p - text > 1000)
			return false;
		if (*p == '.') {
			has_point = true;
			continue;
		}
		has_digit = true;
		if (d.mantissa > full) {
			d.is_cut |= *p != '0';
			d.exponent += !has_point;
			continue;
		}
		d.mantissa = d.mantissa * 10 + (uint64_t)(*p - '0');
		d.exponent -= has_point;
	}
	if (!has_digit)
		return false;
	if (*p == 'e' || *p == 'E') {
		if (!read_exponent(p + 1, &d.exponent))
			return false;
	} else if (*p != '\0') {
		return false;
	}
	*out = d;
	return true;
}

enum err difficulty_to_work(const char *text, unsigned work_bits, unsigned diff_bits, int64_t *out)
{
	struct u256 numerator, denominator = u256_of(1), units, rest;
	bool is_negative = text[0] == '-';
	struct decimal d;

	assert(work_bits <= 64 && diff_bits <= 64);
	if (!read_decimal(text + is_negative, &d))
		return ERR_SYNTAX;
	if (is_negative || (d.mantissa == 0 && !d.is_cut))
		return ERR_RANGE;
	numerator = u256_shift_left(u256_of(d.mantissa), diff_bits);
	for (; d.exponent > 0 && u256_bit_length(numerator) < 252; d.exponent--)
		numerator = u256_add(u256_shift_left(numerator, 3), u256_shift_left(numerator, 1));
	for (; d.exponent < 0 && u256_bit_length(denominator) < 188; d.exponent++)
		denominator =
			u256_add(u256_shift_left(denominator, 3), u256_shift_left(denominator, 1));
	units = u256_divide(numerator, u256_shift_left(denominator, work_bits), &rest);
	if (!u256_is_zero(rest) || d.is_cut)
		units = u256_add(units, u256_of(1));
	*out = u256_bit_length(units) > 63 ? INT64_MAX : (int64_t)units.w[0];
	return OK;
}

const char *difficulty_of_target(struct u256 target, char text[DIFFICULTY_TEXT_MAX])
{
	/* eight bits less on both sides leave room for the times ten below */
	struct u256 divisor = u256_shift_right(target, 8), rest;
	struct u256 whole;
	unsigned decimals = 0, digits;
	u128 value;

	if (u256_is_zero(divisor))
		divisor = u256_of(1);
	whole = u256_divide(u256_shift_left(u256_of(0xffff), 200), divisor, &rest);
	if (u256_bit_length(whole) > 64) /* no coin will see it: 2^64 of Bitcoin's difficulty */
		whole = u256_of(UINT64_MAX);
	value = whole.w[0];
	digits = count_digits(value);
	for (; !u256_is_zero(rest) && digits < DIGITS && decimals < 30; decimals++) {
		rest = u256_add(u256_shift_left(rest, 3), u256_shift_left(rest, 1));
		value = value * 10 + u256_divide(rest, divisor, &rest).w[0];
		digits += value > 0;
	}
	return write_decimal(value, decimals, text);
}
