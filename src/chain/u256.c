#include "chain/u256.h"

#include <assert.h>
#include <string.h>

#include "base/bytes.h"

struct u256 u256_of(uint64_t v)
{
	return (struct u256){{v, 0, 0, 0}};
}

struct u256 u256_from_le(const uint8_t bytes[32])
{
	struct u256 v;

	for (unsigned i = 0; i < 4; i++)
		v.w[i] = get_le64(bytes + 8 * i);
	return v;
}

struct u256 u256_from_be(const uint8_t bytes[32])
{
	struct u256 v;

	for (unsigned i = 0; i < 4; i++)
		v.w[i] = get_be64(bytes + 24 - 8 * i);
	return v;
}

void u256_to_le(struct u256 v, uint8_t out[32])
{
	for (unsigned i = 0; i < 4; i++)
		put_le64(out + 8 * i, v.w[i]);
}

void u256_to_be(struct u256 v, uint8_t out[32])
{
	for (unsigned i = 0; i < 4; i++)
		put_be64(out + 24 - 8 * i, v.w[i]);
}

bool u256_is_zero(struct u256 v)
{
	return (v.w[0] | v.w[1] | v.w[2] | v.w[3]) == 0;
}

int u256_cmp(struct u256 a, struct u256 b)
{
	for (int i = 3; i >= 0; i--) {
		if (a.w[i] != b.w[i])
			return a.w[i] < b.w[i] ? -1 : 1;
	}
	return 0;
}

unsigned u256_bit_length(struct u256 v)
{
	for (int i = 3; i >= 0; i--) {
		if (v.w[i])
			return 64 * (unsigned)i + 64 - (unsigned)__builtin_clzll(v.w[i]);
	}
	return 0;
}

struct u256 u256_add(struct u256 a, struct u256 b)
{
	unsigned __int128 sum = 0;

	for (unsigned i = 0; i < 4; i++) {
		sum += (unsigned __int128)a.w[i] + b.w[i];
		a.w[i] = (uint64_t)sum;
		sum >>= 64;
	}
	return a;
}

struct u256 u256_sub(struct u256 a, struct u256 b)
{
	for (unsigned i = 0; i < 4; i++)
		b.w[i] = ~b.w[i];
	return u256_add(u256_add(a, b), u256_of(1));
}

struct u256 u256_shift_left(struct u256 v, unsigned bits)
{
	struct u256 out = {{0}};
	unsigned words = bits / 64, rest = bits % 64;

	for (unsigned i = words; i < 4; i++) {
		out.w[i] = v.w[i - words] << rest;
		if (rest && i > words)
			out.w[i] |= v.w[i - words - 1] >> (64 - rest);
	}
	return out;
}

struct u256 u256_shift_right(struct u256 v, unsigned bits)
{
	struct u256 out = {{0}};
	unsigned words = bits / 64, rest = bits % 64;

	for (unsigned i = 0; i + words < 4; i++) {
		out.w[i] = v.w[i + words] >> rest;
		if (rest && i + words + 1 < 4)
			out.w[i] |= v.w[i + words + 1] << (64 - rest);
	}
	return out;
}

/* Binary long division: at most 256 rounds, and never on the way of a share. */
struct u256 u256_divide(struct u256 a, struct u256 b, struct u256 *rest)
{
	unsigned a_bits = u256_bit_length(a), b_bits = u256_bit_length(b);
	struct u256 quotient = {{0}};

	assert(b_bits > 0);
	for (int shift = (int)a_bits - (int)b_bits; shift >= 0; shift--) {
		struct u256 part = u256_shift_left(b, (unsigned)shift);

		if (u256_cmp(a, part) >= 0) {
			a = u256_sub(a, part);
			quotient.w[shift / 64] |= 1ull << (shift % 64);
		}
	}
	if (rest)
		*rest = a;
	return quotient;
}

/* 2^256 does not fit, but 2^256 / v = (2^256 - v) / v + 1, and 0 - v is 2^256 - v. */
struct u256 u256_reciprocal(struct u256 v)
{
	if (u256_cmp(v, u256_of(1)) == 0)
		return U256_MAX;
	return u256_add(u256_divide(u256_sub(u256_of(0), v), v, NULL), u256_of(1));
}

const char *u256_text(struct u256 v, char text[U256_TEXT_MAX])
{
	char *p = text + U256_TEXT_MAX - 1;
	struct u256 digit;

	*p = '\0';
	do {
		v = u256_divide(v, u256_of(10), &digit);
		*--p = (char)('0' + digit.w[0]);
	} while (!u256_is_zero(v));
	memmove(text, p, (size_t)(text + U256_TEXT_MAX - p));
	return text;
}
