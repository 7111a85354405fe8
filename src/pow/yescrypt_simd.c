/*
 * yescrypt_simd.c -- the mixing of yescrypt 0.5 and yespower 1.0 with 128-bit vectors, several
 * hashes in lock step. Compiled once for each POW_ISA (meson.build).
 *
 * One hash is a single chain of multiplications and table reads, which leaves most of a core idle;
 * two or three independent chains, written round by round next to one another, fill it. Each keeps
 * its own table, S-boxes and row; nothing is transposed.
 *
 * Every loop over `ways` has a constant bound and is unrolled, so that the state of all hashes
 * stays in registers.
 */
#include <stdbool.h>
#include <string.h>

#include "pow/salsa_simd.h"
#include "pow/yescrypt_priv.h"

#define WAYS_MAX 4

#ifdef __BMI2__
#define PEXT_HIGH(both, mask) _pext_u64(both, (uint64_t)((mask) | 15) << 32)
#else
#define PEXT_HIGH(both, mask) ((both) >> 32)
#endif

/* A cell of each hash: 4 lanes of 128 bits. */
struct cells {
	v128 x[WAYS_MAX][4];
};

/* 1.0: the S-boxes of each hash, which trade places, and the byte offset where it writes next. */
struct boxes {
	uint8_t *s0[WAYS_MAX], *s1[WAYS_MAX], *s2[WAYS_MAX];
	size_t w[WAYS_MAX];
};

struct mixer;
typedef void mix_fn(struct mixer *m, unsigned cells, bool write_back);

/* What the mixing of a row reads and writes, for each hash: out = mix(in ^ other). */
struct rows {
	const v128 *in[WAYS_MAX];
	v128 *out[WAYS_MAX];   /* may be in */
	v128 *other[WAYS_MAX]; /* the row that was looked up; in ^ other may go back there */
};

/* The hashes under way. */
struct mixer {
	const struct yescrypt_lane *lanes;
	unsigned ways;
	mix_fn *mix;
	struct cells c; /* the last cells of `in`; after the mixing, of `out` */
	struct boxes boxes;
	struct rows rows;
};

/* One lane: the products of its 32-bit halves, plus an entry of s0, xor an entry of s1. */
INLINE v128 step(v128 x, const uint8_t *s0, const uint8_t *s1, uint32_t mask, bool pext)
{
	v128 product = v128_product(x);
	uint64_t i0, i1;

	if (pext) {
		/* Fewer shifts and ANDs, on cores whose move from vector to integer registers gets
		 * in their way (Zen 4). */
		uint64_t both = v128_low64(v128_and(x, v128_fill(mask)));

		i0 = (uint32_t)both;
		i1 = PEXT_HIGH(both, mask);
	} else {
		uint64_t both = v128_low64(x);

		i0 = both & mask;
		i1 = both >> 32 & mask;
	}
	product = v128_add64(product, v128_load(s0 + i0));
	return v128_xor(product, v128_load(s1 + i1));
}

/* s: the S-boxes of the first hash; those of the others follow. */
INLINE void pwxform_05(struct cells *c, const uint8_t *s, unsigned ways, bool pext)
{
	UNROLL
	for (unsigned round = 0; round < ROUNDS_05; round++) {
		UNROLL
		for (unsigned h = 0; h < ways; h++) {
			const uint8_t *s0 = s + h * S_BYTES_05;

			UNROLL
			for (unsigned j = 0; j < 4; j++)
				c->x[h][j] = step(c->x[h][j], s0, s0 + S_TABLE_05, S_MASK_05, pext);
		}
	}
}

INLINE void pwxform_10(struct cells *c, struct boxes *s, unsigned ways, bool pext)
{
	UNROLL
	for (unsigned round = 0; round < ROUNDS_10; round++) {
		UNROLL
		for (unsigned h = 0; h < ways; h++) {
			UNROLL
			for (unsigned j = 0; j < 4; j++) {
				v128 x = step(c->x[h][j], s->s0[h], s->s1[h], S_MASK_10, pext);

				c->x[h][j] = x;
				if (round > 0 && j >= 2)
					continue;
				v128_store((j % 2 ? s->s1[h] : s->s0[h]) + s->w[h], x);
				if (j % 2)
					s->w[h] += 16;
			}
		}
	}
	UNROLL
	for (unsigned h = 0; h < ways; h++) {
		uint8_t *s2 = s->s2[h];

		s->s2[h] = s->s1[h];
		s->s1[h] = s->s0[h];
		s->s0[h] = s2;
		s->w[h] &= S_TABLE_10 - 1;
	}
}

/* One row of every hash; is_10 says of which generation. */
INLINE void mix(
	struct mixer *m, unsigned cells, bool write_back, bool is_10, unsigned ways, bool pext)
{
	const size_t last = (size_t)(cells - 1) * 4;
	const uint8_t *s = (const uint8_t *)m->lanes->s;
	struct boxes boxes = m->boxes;
	struct rows r = m->rows; /* a copy: stores through it do not change it */
	struct cells c = m->c;

	UNROLL
	for (unsigned h = 0; h < ways; h++) {
		UNROLL
		for (unsigned j = 0; j < 4; j++)
			c.x[h][j] = v128_xor(c.x[h][j], r.other[h][last + j]);
	}
	for (size_t at = 0;; at += 4) {
		UNROLL
		for (unsigned h = 0; h < ways; h++) {
			UNROLL
			for (unsigned j = 0; j < 4; j++) {
				v128 t = v128_xor(r.in[h][at + j], r.other[h][at + j]);

				if (write_back)
					r.other[h][at + j] = t;
				c.x[h][j] = v128_xor(c.x[h][j], t);
			}
		}
		if (is_10)
			pwxform_10(&c, &boxes, ways, pext);
		else
			pwxform_05(&c, s, ways, pext);
		if (at == last)
			break;
		UNROLL
		for (unsigned h = 0; h < ways; h++) {
			UNROLL
			for (unsigned j = 0; j < 4; j++)
				r.out[h][at + j] = c.x[h][j];
		}
	}
	UNROLL
	for (unsigned h = 0; h < ways; h++) {
		salsa(c.x[h], is_10 ? 2 : 8);
		UNROLL
		for (unsigned j = 0; j < 4; j++)
			r.out[h][last + j] = c.x[h][j];
	}
	m->c = c;
	if (is_10)
		m->boxes = boxes;
}

/* ---- from here on nothing depends on the number of ways at compile time ---- */

static const v128 zeroes[ROW_BYTES / 16]; /* instead of a row, where none is looked up */

static void no_look_up(struct mixer *m)
{
	for (unsigned h = 0; h < m->ways; h++)
		m->rows.other[h] = (v128 *)zeroes; /* never written: write_back is false then */
}

/* The row that each hash's state asks for: (its first word & mask) + base. */
static void look_up(struct mixer *m, unsigned cells, uint32_t mask, uint32_t base)
{
	const size_t row = (size_t)cells * 4, last = row - 4;

	for (unsigned h = 0; h < m->ways; h++) {
		size_t j = (v128_low32(m->c.x[h][0]) & mask) + base;
		v128 *other = (v128 *)m->lanes[h].v + j * row;

		m->rows.other[h] = other;
		__builtin_prefetch(other + last);
		for (size_t i = 0; i < last && i < 60; i += 4)
			__builtin_prefetch(other + i);
	}
}

static void load_last(struct mixer *m, unsigned cells)
{
	for (unsigned h = 0; h < m->ways; h++)
		memcpy(m->c.x[h], m->lanes[h].row + (size_t)(cells - 1) * CELL_WORDS, 64);
}

/* Fills the tables; each row is mixed straight into the next one's place. */
static void fill(struct mixer *m, uint32_t n, unsigned cells)
{
	const size_t row = (size_t)cells * 4;
	uint32_t power = 1; /* the largest power of two <= i */

	load_last(m, cells);
	for (unsigned h = 0; h < m->ways; h++) {
		memcpy(m->lanes[h].v, m->lanes[h].row, row * 16);
		m->rows.out[h] = (v128 *)m->lanes[h].v;
	}
	for (uint32_t i = 0; i < n; i++) {
		for (unsigned h = 0; h < m->ways; h++) {
			m->rows.in[h] = m->rows.out[h];
			m->rows.out[h] = i + 1 < n ? m->rows.out[h] + row : (v128 *)m->lanes[h].row;
		}
		if (i == 2 * power)
			power = i;
		if (i < 2)
			no_look_up(m);
		else
			look_up(m, cells, power - 1, i - power);
		m->mix(m, cells, false);
	}
}

static void stir(struct mixer *m, uint32_t n, unsigned cells, uint32_t count, bool write_back)
{
	load_last(m, cells);
	for (unsigned h = 0; h < m->ways; h++)
		m->rows.in[h] = m->rows.out[h] = (v128 *)m->lanes[h].row;
	for (; count > 0; count--) {
		look_up(m, cells, n - 1, 0);
		m->mix(m, cells, write_back);
	}
}

/* Two cells with Salsa20, for the S-boxes. */
static void salsa_mix(const v128 *in, const v128 *other, v128 *out, unsigned rounds)
{
	v128 x[8];

	UNROLL
	for (unsigned j = 0; j < 8; j++) {
		x[j] = v128_load(in + j);
		if (other)
			x[j] = v128_xor(x[j], v128_load(other + j));
	}
	UNROLL
	for (unsigned j = 0; j < 4; j++)
		x[j] = v128_xor(x[j], x[j + 4]);
	salsa(x, rounds);
	UNROLL
	for (unsigned j = 0; j < 4; j++)
		x[j + 4] = v128_xor(x[j], x[j + 4]);
	salsa(x + 4, rounds);
	UNROLL
	for (unsigned j = 0; j < 8; j++)
		v128_store(out + j, x[j]);
}

/* The S-boxes are a table of 128-byte rows, filled like the big one; the last row goes to row. */
static void build_boxes(const struct yescrypt_lane *lane, uint32_t n, unsigned rounds)
{
	v128 *s = (v128 *)lane->s;
	uint32_t power = 1;

	memcpy(s, lane->row, 128);
	for (uint32_t i = 0; i < n; i++) {
		const v128 *other = NULL;

		if (i >= 2) {
			if (i == 2 * power)
				power = i;
			other = s + 8 * ((v128_low32(s[8 * i + 4]) & (power - 1)) + i - power);
		}
		salsa_mix(
			s + 8 * i, other, i + 1 < n ? s + 8 * (i + 1) : (v128 *)lane->row, rounds);
	}
}

/* 1.0: from two cells to a whole row, each pair from the one before. */
static void expand(struct mixer *m, uint32_t r)
{
	load_last(m, 2);
	no_look_up(m);
	for (uint32_t g = 1; g < r; g++) {
		for (unsigned h = 0; h < m->ways; h++) {
			m->rows.in[h] = (const v128 *)m->lanes[h].row + 8 * (g - 1);
			m->rows.out[h] = (v128 *)m->lanes[h].row + 8 * g;
		}
		m->mix(m, 2, false);
	}
}

static void smix(const struct yescrypt_shape *shape, const struct yescrypt_lane *lanes,
	unsigned ways, mix_fn *mix_05, mix_fn *mix_10)
{
	const bool is_10 = shape->version == ALGO_10;
	struct mixer m = {.lanes = lanes, .ways = ways, .mix = is_10 ? mix_10 : mix_05};

	for (unsigned h = 0; h < ways; h++) {
		build_boxes(&lanes[h], (is_10 ? S_BYTES_10 : S_BYTES_05) / 128, is_10 ? 2 : 8);
		m.boxes.s0[h] = (uint8_t *)lanes[h].s;
		m.boxes.s1[h] = m.boxes.s0[h] + S_TABLE_10;
		m.boxes.s2[h] = m.boxes.s1[h] + S_TABLE_10;
	}
	if (is_10)
		expand(&m, shape->r);
	fill(&m, shape->n, 2 * shape->r);
	stir(&m, shape->n, 2 * shape->r, shape->stir_rw, true);
	stir(&m, shape->n, 2 * shape->r, shape->stir_ro, false);
}

#define NAME_(isa, suffix) yescrypt_smix_##isa##_##suffix
#define NAME(isa, suffix)  NAME_(isa, suffix)
#define KERNEL(suffix, ways, pext)                                                                 \
	static void mix_05_##suffix(struct mixer *m, unsigned cells, bool write_back)              \
	{                                                                                          \
		mix(m, cells, write_back, false, ways, pext);                                      \
	}                                                                                          \
	static void mix_10_##suffix(struct mixer *m, unsigned cells, bool write_back)              \
	{                                                                                          \
		mix(m, cells, write_back, true, ways, pext);                                       \
	}                                                                                          \
	void NAME(POW_ISA, suffix)(                                                                \
		const struct yescrypt_shape *shape, const struct yescrypt_lane *lanes)             \
	{                                                                                          \
		smix(shape, lanes, ways, mix_05_##suffix, mix_10_##suffix);                        \
	}

KERNEL(x1, 1, false)
KERNEL(x2, 2, false)
KERNEL(x3, 3, false)
KERNEL(x4, 4, false)
#ifdef __BMI2__
KERNEL(x3p, 3, true)
#endif
