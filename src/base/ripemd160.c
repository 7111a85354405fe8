/* ripemd160.c -- see ripemd160.h. Two lines of five rounds run over each block and are added. */
#include "base/ripemd160.h"

#include <string.h>

#include "base/bytes.h"

#define STEPS 80

/* Which word of the block a step takes, and by how much it rotates: left line, right line. */
static const uint8_t word_of[2][STEPS] = {
	{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 7, 4, 13, 1, 10, 6, 15, 3, 12, 0, 9,
		5, 2, 14, 11, 8, 3, 10, 14, 4, 9, 15, 8, 1, 2, 7, 0, 6, 13, 11, 5, 12, 1, 9, 11, 10,
		0, 8, 12, 4, 13, 3, 7, 15, 14, 5, 6, 2, 4, 0, 5, 9, 7, 12, 2, 10, 14, 1, 3, 8, 11,
		6, 15, 13},
	{5, 14, 7, 0, 9, 2, 11, 4, 13, 6, 15, 8, 1, 10, 3, 12, 6, 11, 3, 7, 0, 13, 5, 10, 14, 15, 8,
		12, 4, 9, 1, 2, 15, 5, 1, 3, 7, 14, 6, 9, 11, 8, 12, 2, 10, 0, 4, 13, 8, 6, 4, 1, 3,
		11, 15, 0, 5, 12, 2, 13, 9, 7, 10, 14, 12, 15, 10, 4, 1, 5, 8, 7, 6, 2, 13, 14, 0,
		3, 9, 11},
};
static const uint8_t turn_of[2][STEPS] = {
	{11, 14, 15, 12, 5, 8, 7, 9, 11, 13, 14, 15, 6, 7, 9, 8, 7, 6, 8, 13, 11, 9, 7, 15, 7, 12,
		15, 9, 11, 7, 13, 12, 11, 13, 6, 7, 14, 9, 13, 15, 14, 8, 13, 6, 5, 12, 7, 5, 11,
		12, 14, 15, 14, 15, 9, 8, 9, 14, 5, 6, 8, 6, 5, 12, 9, 15, 5, 11, 6, 8, 13, 12, 5,
		12, 13, 14, 11, 8, 5, 6},
	{8, 9, 9, 11, 13, 15, 15, 5, 7, 7, 8, 11, 14, 14, 12, 6, 9, 13, 15, 7, 12, 8, 9, 11, 7, 7,
		12, 7, 6, 15, 13, 11, 9, 7, 15, 11, 8, 6, 6, 14, 12, 13, 5, 14, 13, 13, 7, 5, 15, 5,
		8, 11, 14, 14, 6, 14, 6, 9, 12, 9, 12, 5, 15, 8, 8, 5, 12, 9, 12, 5, 14, 6, 8, 13,
		6, 5, 15, 13, 11, 11},
};
static const uint32_t add_of[2][5] = {
	{0x00000000, 0x5a827999, 0x6ed9eba1, 0x8f1bbcdc, 0xa953fd4e},
	{0x50a28be6, 0x5c4dd124, 0x6d703ef3, 0x7a6d76e9, 0x00000000},
};

static uint32_t turn(uint32_t x, unsigned by)
{
	return x << by | x >> (32 - by);
}

static uint32_t mix(unsigned round, uint32_t x, uint32_t y, uint32_t z)
{
	switch (round) {
	case 0: return x ^ y ^ z;
	case 1: return (x & y) | (~x & z);
	case 2: return (x | ~y) ^ z;
	case 3: return (x & z) | (y & ~z);
	default: return x ^ (y | ~z);
	}
}

static void run_line(unsigned line, const uint32_t state[5], const uint8_t *block, uint32_t out[5])
{
	uint32_t v[5];

	memcpy(v, state, sizeof v);
	for (unsigned i = 0; i < STEPS; i++) {
		unsigned round = i / 16;
		uint32_t t = v[0] + mix(line ? 4 - round : round, v[1], v[2], v[3]) +
			     get_le32(block + 4 * word_of[line][i]) + add_of[line][round];

		t = turn(t, turn_of[line][i]) + v[4];
		v[0] = v[4];
		v[4] = v[3];
		v[3] = turn(v[2], 10);
		v[2] = v[1];
		v[1] = t;
	}
	memcpy(out, v, sizeof v);
}

static void compress(uint32_t state[5], const uint8_t *block)
{
	uint32_t a[5], b[5], first = state[0];

	run_line(0, state, block, a);
	run_line(1, state, block, b);
	for (unsigned i = 0; i < 4; i++)
		state[i] = state[i + 1] + a[(i + 2) % 5] + b[(i + 3) % 5];
	state[4] = first + a[1] + b[2];
}

void ripemd160(const void *data, size_t len_bytes, uint8_t out[RIPEMD160_LEN])
{
	uint32_t state[5] = {0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476, 0xc3d2e1f0};
	const uint8_t *p = data;
	uint8_t tail[128] = {0};
	size_t rest = len_bytes % 64, tail_len = rest < 56 ? 64 : 128;

	for (size_t i = 0; i + 64 <= len_bytes; i += 64)
		compress(state, p + i);
	if (rest)
		memcpy(tail, p + len_bytes - rest, rest);
	tail[rest] = 0x80;
	put_le64(tail + tail_len - 8, (uint64_t)len_bytes * 8);
	for (size_t i = 0; i < tail_len; i += 64)
		compress(state, tail + i);
	for (unsigned i = 0; i < 5; i++)
		put_le32(out + 4 * i, state[i]);
}
