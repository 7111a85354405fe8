/*
 * scrypt_simd.c -- scrypt's ROMix with vectors: of as many hashes as a vector has words, or of two
 * such groups. Compiled once for each POW_ISA (meson.build).
 *
 * Vector k of a group's cell holds word k of every hash, so that Salsa20 needs no shuffles. The big
 * table keeps each hash's rows whole, because every hash reads another row; so a cell is transposed
 * on its way into the table and out of it. Where a group alone waits for its own results, a second
 * one fills the time, line by line.
 */
#include "pow/scrypt_priv.h"

#include <stdbool.h>
#include <string.h>

#include "pow/v128.h"

#if defined(__AVX512F__)
#define WIDTH 16
typedef __m512i vec;
#define V(op)           _mm512_##op
#define vec_xor(a, b)   _mm512_xor_si512(a, b)
#define vec_rotl(x, n)  _mm512_rol_epi32(x, n)
#define vec_load(p)     _mm512_load_si512(p)
#define vec_store(p, x) _mm512_store_si512(p, x)
#elif defined(__AVX2__)
#define WIDTH           8
typedef __m256i vec;
#define V(op)           _mm256_##op
#define vec_xor(a, b)   _mm256_xor_si256(a, b)
#define vec_rotl(x, n)  vec_xor(V(slli_epi32)(x, n), V(srli_epi32)(x, 32 - (n)))
#define vec_load(p)     _mm256_load_si256((const __m256i *)(p))
#define vec_store(p, x) _mm256_store_si256((__m256i *)(p), x)
#else
#define WIDTH           4
typedef v128 vec;
#define V(op)           _mm_##op
#define vec_xor(a, b)   v128_xor(a, b)
#define vec_rotl(x, n)  v128_rotl(x, n)
#define vec_load(p)     v128_load(p)
#define vec_store(p, x) v128_store(p, x)
#endif

/* Interleaved within each 128 bits: the lower or upper words, or pairs of words, of a and b. */
#if defined(__aarch64__)
#define vec_add(a, b)        vaddq_u32(a, b)
#define vec_low_words(a, b)  vzip1q_u32(a, b)
#define vec_high_words(a, b) vzip2q_u32(a, b)
#define PAIRS(zip, a, b)                                                                           \
	vreinterpretq_u32_u64(zip(vreinterpretq_u64_u32(a), vreinterpretq_u64_u32(b)))
#define vec_low_pairs(a, b)  PAIRS(vzip1q_u64, a, b)
#define vec_high_pairs(a, b) PAIRS(vzip2q_u64, a, b)
#else
#define vec_add(a, b)        V(add_epi32)(a, b)
#define vec_low_words(a, b)  V(unpacklo_epi32)(a, b)
#define vec_high_words(a, b) V(unpackhi_epi32)(a, b)
#define vec_low_pairs(a, b)  V(unpacklo_epi64)(a, b)
#define vec_high_pairs(a, b) V(unpackhi_epi64)(a, b)
#endif

/* 4 x 4 words within each 128 bits: element i of row k <-> element k of row i. */
INLINE void transpose_words(vec r[4])
{
	vec a = vec_low_words(r[0], r[1]), b = vec_high_words(r[0], r[1]);
	vec c = vec_low_words(r[2], r[3]), d = vec_high_words(r[2], r[3]);

	r[0] = vec_low_pairs(a, c);
	r[1] = vec_high_pairs(a, c);
	r[2] = vec_low_pairs(b, d);
	r[3] = vec_high_pairs(b, d);
}

/* WIDTH x WIDTH words. */
INLINE void transpose(vec r[WIDTH])
{
	UNROLL
	for (unsigned k = 0; k < WIDTH; k += 4)
		transpose_words(r + k);
#if WIDTH == 8
	UNROLL
	for (unsigned k = 0; k < 4; k++) {
		vec low = _mm256_permute2x128_si256(r[k], r[k + 4], 0x20);

		r[k + 4] = _mm256_permute2x128_si256(r[k], r[k + 4], 0x31);
		r[k] = low;
	}
#elif WIDTH == 16
	UNROLL
	for (unsigned k = 0; k < 4; k++) {
		vec a = _mm512_shuffle_i32x4(r[k], r[k + 4], 0x88);
		vec b = _mm512_shuffle_i32x4(r[k], r[k + 4], 0xdd);
		vec c = _mm512_shuffle_i32x4(r[k + 8], r[k + 12], 0x88);
		vec d = _mm512_shuffle_i32x4(r[k + 8], r[k + 12], 0xdd);

		r[k] = _mm512_shuffle_i32x4(a, c, 0x88);
		r[k + 4] = _mm512_shuffle_i32x4(b, d, 0x88);
		r[k + 8] = _mm512_shuffle_i32x4(a, c, 0xdd);
		r[k + 12] = _mm512_shuffle_i32x4(b, d, 0xdd);
	}
#endif
}

/* Cell `cell` of the rows of all hashes -> x. */
INLINE void gather(vec x[16], const uint8_t *const rows[WIDTH], size_t cell)
{
	UNROLL
	for (unsigned part = 0; part < 16; part += WIDTH) {
		UNROLL
		for (unsigned h = 0; h < WIDTH; h++)
			x[part + h] = vec_load(rows[h] + CELL * cell + 4 * part);
		transpose(x + part);
	}
}

/* And back; the hashes' rows are `row` bytes apart. */
INLINE void scatter(const vec *x, uint8_t *rows, size_t row, size_t cell)
{
	UNROLL
	for (unsigned part = 0; part < 16; part += WIDTH) {
		vec r[WIDTH];

		UNROLL
		for (unsigned k = 0; k < WIDTH; k++)
			r[k] = vec_load(x + part + k);
		transpose(r);
		UNROLL
		for (unsigned h = 0; h < WIDTH; h++)
			vec_store(rows + h * row + CELL * cell + 4 * part, r[h]);
	}
}

#define GROUPS_MAX 2
#define EACH       UNROLL for (unsigned g = 0; g < groups; g++)

/* The sixteen words stay in registers. */
#define LINE(to, x1, x2, n) to = vec_xor(to, vec_rotl(vec_add(x1, x2), n))
#define QUARTER(a, b, c, d)                                                                        \
	LINE(x[b], x[a], x[d], 7);                                                                 \
	LINE(x[c], x[b], x[a], 9);                                                                 \
	LINE(x[d], x[c], x[b], 13);                                                                \
	LINE(x[a], x[d], x[c], 18)

INLINE void rounds_of_one(vec x[16])
{
	for (unsigned i = 0; i < 4; i++) {
		QUARTER(0, 4, 8, 12);
		QUARTER(5, 9, 13, 1);
		QUARTER(10, 14, 2, 6);
		QUARTER(15, 3, 7, 11);
		QUARTER(0, 1, 2, 3);
		QUARTER(5, 6, 7, 4);
		QUARTER(10, 11, 8, 9);
		QUARTER(15, 12, 13, 14);
	}
}

#if WIDTH < 16
/* Word w of quarter q of a column or row round: all begin on the diagonal. */
#define PLACE(by_rows, q, w) ((by_rows) ? 4 * (q) + ((q) + (w)) % 4 : (4 * (w) + 5 * (q)) % 16)

/* Line i of the eight quarter rounds of two groups. They hide one another's latency only when they
 * are near enough for the CPU's schedulers; that takes more registers than there are, so the words
 * are in memory, but for those of the line before, in `last`. The barrier keeps it so. */
INLINE void line_of_two(vec x[2][16], vec last[2][4], bool by_rows, unsigned i, const int n)
{
	UNROLL
	for (unsigned k = 0; k < 8; k++) {
		unsigned g = k / 4, q = k % 4;
		vec sum = vec_add(last[g][q], vec_load(&x[g][PLACE(by_rows, q, (i + 3) % 4)]));
		vec *to = &x[g][PLACE(by_rows, q, (i + 1) % 4)];

		last[g][q] = vec_xor(vec_load(to), vec_rotl(sum, n));
		vec_store(to, last[g][q]);
	}
	__asm__ volatile("" ::"r"(x) : "memory");
}

INLINE void rounds_of_two(vec x[2][16])
{
	vec last[2][4];

	UNROLL
	for (unsigned k = 0; k < 8; k++)
		last[k / 4][k % 4] = x[k / 4][5 * (k % 4)];
	__asm__ volatile("" ::"r"(x) : "memory");
	for (unsigned i = 0; i < 4; i++) {
		UNROLL
		for (unsigned by_rows = 0; by_rows < 2; by_rows++) {
			line_of_two(x, last, by_rows, 0, 7);
			line_of_two(x, last, by_rows, 1, 9);
			line_of_two(x, last, by_rows, 2, 13);
			line_of_two(x, last, by_rows, 3, 18);
		}
	}
}
#endif

/* out = Salsa20/8(a ^ b), a cell of each group. What is added at the end waits on the stack, where
 * it is soonest at hand, or, of two groups, which leave no room there, in out. */
INLINE void salsa(const vec *a, const vec *b, vec *out, unsigned groups)
{
	vec x[GROUPS_MAX][16], near[16], *kept = groups == 1 ? near : out;

	EACH
	{
		UNROLL
		for (unsigned k = 0; k < 16; k++) {
			x[g][k] = vec_xor(vec_load(a + 16 * g + k), vec_load(b + 16 * g + k));
			vec_store(kept + 16 * g + k, x[g][k]);
		}
	}
#if WIDTH < 16
	if (groups == 2)
		rounds_of_two(x);
	else
#endif
		rounds_of_one(x[0]);
	EACH
	{
		UNROLL
		for (unsigned k = 0; k < 16; k++)
			vec_store(out + 16 * g + k, vec_add(x[g][k], vec_load(kept + 16 * g + k)));
	}
}

/* BlockMix of every hash's row. Cell c of group g begins at vector 16 (c groups + g). */
INLINE void block_mix(const vec *in, vec *out, uint32_t r, unsigned groups)
{
	size_t cell = (size_t)16 * groups;
	const vec *before = in + (2 * r - 1) * cell;

	for (uint32_t i = 0; i < 2 * r; i++) {
		vec *to = out + (i / 2 + i % 2 * r) * cell;

		salsa(before, in + i * cell, to, groups);
		before = to;
	}
}

/* The rows that the hashes ask for by the first word of their last cells. */
INLINE void look_up(const uint8_t **rows, const vec *last, const uint8_t *table, uint32_t n,
	uint32_t r, unsigned groups)
{
	size_t row = (size_t)128 * r;

	EACH
	{
		uint32_t index[WIDTH];

		memcpy(index, last + 16 * g, sizeof(index));
		UNROLL
		for (unsigned h = 0; h < WIDTH; h++) {
			size_t place =
				(index[h] & (n - 1)) * (size_t)WIDTH * groups + WIDTH * g + h;

			rows[WIDTH * g + h] = table + place * row;
			__builtin_prefetch(table + place * row);
			__builtin_prefetch(table + place * row + CELL);
		}
	}
}

/* y = x ^ the hashes' rows */
INLINE void add_rows(vec *y, const vec *x, const uint8_t *const *rows, uint32_t r, unsigned groups)
{
	for (uint32_t c = 0; c < 2 * r; c++) {
		EACH
		{
			size_t at = (size_t)16 * (c * groups + g);
			vec row[16];

			gather(row, rows + WIDTH * g, c);
			UNROLL
			for (unsigned k = 0; k < 16; k++)
				vec_store(y + at + k, vec_xor(row[k], vec_load(x + at + k)));
		}
	}
}

INLINE void put_rows(const vec *x, uint8_t *rows, uint32_t r, unsigned groups)
{
	size_t row = (size_t)128 * r;

	for (uint32_t c = 0; c < 2 * r; c++)
		EACH scatter(x + 16 * (c * groups + g), rows + WIDTH * g * row, row, c);
}

INLINE void romix(uint32_t n, uint32_t r, uint8_t *blocks, void *v, unsigned groups)
{
	size_t row = (size_t)128 * r, rows_bytes = row * WIDTH * groups;
	uint8_t *table = v;
	vec *x = (vec *)(table + rows_bytes * n), *y = x + 32 * r * groups;
	const uint8_t *rows[GROUPS_MAX * WIDTH];

	for (unsigned h = 0; h < WIDTH * groups; h++)
		rows[h] = blocks + h * row;
	for (uint32_t c = 0; c < 2 * r; c++)
		EACH gather(x + 16 * (c * groups + g), rows + WIDTH * g, c);
	for (uint32_t i = 0; i < n; i++) {
		vec *swap = x;

		put_rows(x, table + i * rows_bytes, r, groups);
		block_mix(x, y, r, groups);
		x = y;
		y = swap;
	}
	for (uint32_t i = 0; i < n; i++) {
		look_up(rows, x + (2 * r - 1) * 16 * groups, table, n, r, groups);
		add_rows(y, x, rows, r, groups);
		block_mix(y, x, r, groups);
	}
	put_rows(x, blocks, r, groups);
}

#define NAME_(isa, kind) scrypt_romix_##isa##_##kind
#define NAME(isa, kind)  NAME_(isa, kind)

void NAME(POW_ISA, group)(uint32_t n, uint32_t r, uint8_t *blocks, void *v)
{
	romix(n, r, blocks, v, 1);
}

#if WIDTH < 16
void NAME(POW_ISA, two)(uint32_t n, uint32_t r, uint8_t *blocks, void *v)
{
	romix(n, r, blocks, v, 2);
}
#endif
