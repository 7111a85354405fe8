/* u256.h -- unsigned 256-bit numbers: hashes, targets and how many hashes they stand for. */
#ifndef CHAIN_U256_H
#define CHAIN_U256_H

#include <stdbool.h>
#include <stdint.h>

struct u256 {
	uint64_t w[4]; /* w[0] is the least significant */
};

#define U256_MAX      ((struct u256){{UINT64_MAX, UINT64_MAX, UINT64_MAX, UINT64_MAX}})
#define U256_TEXT_MAX 80 /* bytes that u256_text() needs, with its NUL */

struct u256 u256_of(uint64_t v);
/** u256_from_le(bytes): as hashes are computed; u256_from_be(bytes): as they are shown. */
struct u256 u256_from_le(const uint8_t bytes[32]);
struct u256 u256_from_be(const uint8_t bytes[32]);
void u256_to_le(struct u256 v, uint8_t out[32]);
void u256_to_be(struct u256 v, uint8_t out[32]);

bool u256_is_zero(struct u256 v);
/** u256_cmp(a, b): negative, zero or positive, as a is below, equal to or above b. */
int u256_cmp(struct u256 a, struct u256 b);
/** u256_bit_length(v): the bits needed to write v; 0 for zero. */
unsigned u256_bit_length(struct u256 v);

/* Arithmetic modulo 2^256; bits shifted out are lost; a shift by 256 or more gives zero. */
struct u256 u256_add(struct u256 a, struct u256 b);
struct u256 u256_sub(struct u256 a, struct u256 b);
struct u256 u256_shift_left(struct u256 v, unsigned bits);
struct u256 u256_shift_right(struct u256 v, unsigned bits);
/** u256_divide(a, b, rest): floor(a / b), b > 0; the remainder into rest unless NULL. */
struct u256 u256_divide(struct u256 a, struct u256 b, struct u256 *rest);
/** u256_reciprocal(v): floor(2^256 / v), v > 0; 2^256 - 1 for v = 1. */
struct u256 u256_reciprocal(struct u256 v);

/** u256_text(v, text): decimal digits; returns text. */
const char *u256_text(struct u256 v, char text[U256_TEXT_MAX]);

#endif
