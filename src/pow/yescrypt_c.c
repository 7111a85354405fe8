/* yescrypt_c.c -- the mixing of yescrypt 0.5 and yespower 1.0 in plain C, one hash at a time. */
#include <string.h>

#include "base/bytes.h"
#include "pow/yescrypt_priv.h"

struct mixer {
	const struct yescrypt_shape *shape;
	uint32_t *s0, *s1, *s2; /* 1.0: they trade places after every pwxform */
	unsigned w;             /* 1.0: the next entry that is written */
};

typedef void mix_fn(struct mixer *m, uint32_t *row, unsigned cells);

static uint32_t rotl(uint32_t x, unsigned n)
{
	return x << n | x >> (32 - n);
}

/* A quarter round's line for all four columns (or rows) of the matrix at once. */
static void quarter(uint32_t *to, const uint32_t *x, const uint32_t *y, unsigned n)
{
	for (unsigned i = 0; i < 4; i++)
		to[i] ^= rotl(x[i] + y[i], n);
}

static void turn(uint32_t v[4], unsigned n)
{
	uint32_t old[4];

	memcpy(old, v, sizeof(old));
	for (unsigned i = 0; i < 4; i++)
		v[i] = old[(i + n) % 4];
}

/* Salsa20 with that many rounds, on a cell in lane order. */
static void salsa(uint32_t cell[CELL_WORDS], unsigned rounds)
{
	uint32_t x[CELL_WORDS], *a = x, *b = x + 4, *c = x + 8, *d = x + 12;

	memcpy(x, cell, sizeof(x));
	for (; rounds > 0; rounds -= 2) {
		quarter(b, a, d, 7);
		quarter(c, b, a, 9);
		quarter(d, c, b, 13);
		quarter(a, d, c, 18);
		turn(b, 3);
		turn(c, 2);
		turn(d, 1);
		quarter(d, a, b, 7);
		quarter(c, d, a, 9);
		quarter(b, c, d, 13);
		quarter(a, b, c, 18);
		turn(b, 1);
		turn(c, 2);
		turn(d, 3);
	}
	for (unsigned i = 0; i < CELL_WORDS; i++)
		cell[i] += x[i];
}

static unsigned salsa_rounds(const struct mixer *m)
{
	return m->shape->version == ALGO_05 ? 8 : 2;
}

static void xor_words(uint32_t *to, const uint32_t *from, size_t n)
{
	for (size_t i = 0; i < n; i++)
		to[i] ^= from[i];
}

static void salsa_mix(struct mixer *m, uint32_t *row, unsigned cells)
{
	xor_words(row, row + CELL_WORDS, CELL_WORDS);
	salsa(row, salsa_rounds(m));
	xor_words(row + CELL_WORDS, row, CELL_WORDS);
	salsa(row + CELL_WORDS, salsa_rounds(m));
}

/* One lane: 32 x 32 bit products, plus an entry of S0, xor an entry of S1. */
static void step(struct mixer *m, uint32_t lane[4], uint32_t mask)
{
	const uint32_t *p0 = m->s0 + (lane[0] & mask) / 4, *p1 = m->s1 + (lane[1] & mask) / 4;

	for (unsigned k = 0; k < 2; k++) {
		uint64_t q = (uint64_t)lane[2 * k] * lane[2 * k + 1];

		q += p0[2 * k] | (uint64_t)p0[2 * k + 1] << 32;
		q ^= p1[2 * k] | (uint64_t)p1[2 * k + 1] << 32;
		lane[2 * k] = (uint32_t)q;
		lane[2 * k + 1] = (uint32_t)(q >> 32);
	}
}

static void pwxform_05(struct mixer *m, uint32_t cell[CELL_WORDS])
{
	for (unsigned round = 0; round < ROUNDS_05; round++)
		for (unsigned j = 0; j < 4; j++)
			step(m, cell + 4 * j, S_MASK_05);
}

static void pwxform_10(struct mixer *m, uint32_t cell[CELL_WORDS])
{
	uint32_t *old_s2 = m->s2;

	for (unsigned round = 0; round < ROUNDS_10; round++) {
		for (unsigned j = 0; j < 4; j++) {
			uint32_t *lane = cell + 4 * j;

			step(m, lane, S_MASK_10);
			if (round > 0 && j >= 2)
				continue;
			memcpy((j % 2 == 0 ? m->s0 : m->s1) + 4 * m->w, lane, 16);
			m->w += j % 2;
		}
	}
	m->s2 = m->s1;
	m->s1 = m->s0;
	m->s0 = old_s2;
	m->w %= S_TABLE_10 / 16;
}

static void pwx_mix(struct mixer *m, uint32_t *row, unsigned cells)
{
	const uint32_t *last = row + (cells - 1) * CELL_WORDS;

	for (unsigned i = 0; i < cells; i++, row += CELL_WORDS) {
		xor_words(row, last, CELL_WORDS);
		if (m->shape->version == ALGO_05)
			pwxform_05(m, row);
		else
			pwxform_10(m, row);
		last = row;
	}
	salsa(row - CELL_WORDS, salsa_rounds(m));
}

/* The word that says which row of v comes next. */
static uint32_t pointer(const uint32_t *row, unsigned cells)
{
	return row[(cells - 1) * CELL_WORDS];
}

static void fill(
	struct mixer *m, uint32_t *v, uint32_t n, uint32_t *row, unsigned cells, mix_fn *mix)
{
	size_t words = (size_t)cells * CELL_WORDS;
	uint32_t power = 1; /* the largest power of two <= i */

	for (uint32_t i = 0; i < n; i++) {
		memcpy(v + i * words, row, words * 4);
		if (i >= 2) {
			if (i == 2 * power)
				power = i;
			xor_words(row,
				v + ((pointer(row, cells) & (power - 1)) + i - power) * words,
				words);
		}
		mix(m, row, cells);
	}
}

static void stir(struct mixer *m, uint32_t *v, uint32_t *row, uint32_t count, int write)
{
	unsigned cells = 2 * m->shape->r;
	size_t words = (size_t)cells * CELL_WORDS;

	for (; count > 0; count--) {
		uint32_t *other = v + (pointer(row, cells) & (m->shape->n - 1)) * words;

		xor_words(row, other, words);
		if (write)
			memcpy(other, row, words * 4);
		pwx_mix(m, row, cells);
	}
}

void yescrypt_smix_c(const struct yescrypt_shape *shape, const struct yescrypt_lane *lane)
{
	int is_10 = shape->version == ALGO_10;
	size_t table = (is_10 ? S_TABLE_10 : S_TABLE_05) / 4;
	struct mixer m = {.shape = shape, .s0 = lane->s, .s1 = lane->s + table};
	uint32_t *row = lane->row;

	if (is_10)
		m.s2 = lane->s + 2 * table;
	fill(&m, lane->s, (is_10 ? S_BYTES_10 : S_BYTES_05) / 128, row, 2, salsa_mix);
	for (uint32_t g = 1; is_10 && g < shape->r; g++) {
		uint32_t *pair = row + 2 * g * CELL_WORDS;

		memcpy(pair, pair - 2 * CELL_WORDS, 2 * CELL_WORDS * 4);
		pwx_mix(&m, pair, 2);
	}
	fill(&m, lane->v, shape->n, row, 2 * shape->r, pwx_mix);
	stir(&m, lane->v, row, shape->stir_rw, 1);
	stir(&m, lane->v, row, shape->stir_ro, 0);
}
