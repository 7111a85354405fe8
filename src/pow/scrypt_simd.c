/*
 * scrypt_simd.c -- scrypt's ROMix with vectors: one hash, or as many as a vector has words.
 * Compiled once for each POW_ISA (meson.build).
 *
 * Many at a time, vector k of a cell holds word k of every hash, so that Salsa20 needs no shuffles.
 * The big table keeps each hash's rows whole, because every hash reads another row; so a cell is
 * transposed on its way into the table and out of it.
 */
#include "pow/scrypt_priv.h"

#include <string.h>

#include "pow/salsa_simd.h"

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

/* ---- many at a time ---- */

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

#define LINE(to, x1, x2, n) to = vec_xor(to, vec_rotl(vec_add(x1, x2), n))
#define QUARTER(a, b, c, d)                                                                        \
	do {                                                                                       \
		LINE(b, a, d, 7);                                                                  \
		LINE(c, b, a, 9);                                                                  \
		LINE(d, c, b, 13);                                                                 \
		LINE(a, d, c, 18);                                                                 \
	} while (0)

/* t = Salsa20/8(t ^ in) */
INLINE void salsa_wide(vec t[16], const vec *in)
{
	vec x[16];

	UNROLL
	for (unsigned k = 0; k < 16; k++)
		x[k] = t[k] = vec_xor(t[k], vec_load(in + k));
	for (unsigned i = 0; i < 4; i++) {
		QUARTER(x[0], x[4], x[8], x[12]);
		QUARTER(x[5], x[9], x[13], x[1]);
		QUARTER(x[10], x[14], x[2], x[6]);
		QUARTER(x[15], x[3], x[7], x[11]);
		QUARTER(x[0], x[1], x[2], x[3]);
		QUARTER(x[5], x[6], x[7], x[4]);
		QUARTER(x[10], x[11], x[8], x[9]);
		QUARTER(x[15], x[12], x[13], x[14]);
	}
	UNROLL
	for (unsigned k = 0; k < 16; k++)
		t[k] = vec_add(t[k], x[k]);
}

/* BlockMix of every hash's row. */
INLINE void block_mix_wide(const vec *in, vec *out, uint32_t r)
{
	vec t[16];

	UNROLL
	for (unsigned k = 0; k < 16; k++)
		t[k] = vec_load(in + (2 * r - 1) * 16 + k);
	for (uint32_t i = 0; i < 2 * r; i++) {
		salsa_wide(t, in + i * 16);
		UNROLL
		for (unsigned k = 0; k < 16; k++)
			vec_store(out + (i / 2 + i % 2 * r) * 16 + k, t[k]);
	}
}

/* The rows that the hashes ask for. */
INLINE void look_up(
	const uint8_t *rows[WIDTH], const vec *x, const uint8_t *table, uint32_t n, uint32_t r)
{
	uint32_t index[WIDTH];
	size_t row = (size_t)128 * r;

	memcpy(index, x + (2 * r - 1) * 16, sizeof(index));
	UNROLL
	for (unsigned h = 0; h < WIDTH; h++) {
		rows[h] = table + ((index[h] & (n - 1)) * (size_t)WIDTH + h) * row;
		__builtin_prefetch(rows[h]);
		__builtin_prefetch(rows[h] + CELL);
	}
}

static void romix_wide(uint32_t n, uint32_t r, uint8_t *blocks, void *v)
{
	size_t row = (size_t)128 * r, rows_bytes = row * WIDTH;
	uint8_t *table = v;
	vec *x = (vec *)(table + rows_bytes * n), *y = x + 32 * r;
	const uint8_t *rows[WIDTH];

	for (unsigned h = 0; h < WIDTH; h++)
		rows[h] = blocks + h * row;
	for (uint32_t c = 0; c < 2 * r; c++)
		gather(x + 16 * c, rows, c);
	for (uint32_t i = 0; i < n; i++) {
		vec *swap = x;

		for (uint32_t c = 0; c < 2 * r; c++)
			scatter(x + 16 * c, table + i * rows_bytes, row, c);
		block_mix_wide(x, y, r);
		x = y;
		y = swap;
	}
	for (uint32_t i = 0; i < n; i++) {
		look_up(rows, x, table, n, r);
		for (uint32_t c = 0; c < 2 * r; c++) {
			vec other[16];

			gather(other, rows, c);
			UNROLL
			for (unsigned k = 0; k < 16; k++)
				vec_store(y + 16 * c + k,
					vec_xor(other[k], vec_load(x + 16 * c + k)));
		}
		block_mix_wide(y, x, r);
	}
	for (uint32_t c = 0; c < 2 * r; c++)
		scatter(x + 16 * c, blocks, row, c);
}

/* ---- one at a time: a cell is the four diagonals of Salsa20's matrix ---- */

INLINE void block_mix(const v128 *in, const v128 *other, v128 *out, uint32_t r)
{
	size_t last = (2 * (size_t)r - 1) * 4;
	v128 t[4];

	UNROLL
	for (unsigned j = 0; j < 4; j++) {
		t[j] = in[last + j];
		if (other)
			t[j] = v128_xor(t[j], other[last + j]);
	}
	for (uint32_t i = 0; i < 2 * r; i++) {
		UNROLL
		for (unsigned j = 0; j < 4; j++) {
			t[j] = v128_xor(t[j], in[4 * i + j]);
			if (other)
				t[j] = v128_xor(t[j], other[4 * i + j]);
		}
		salsa(t, 8);
		UNROLL
		for (unsigned j = 0; j < 4; j++)
			out[(i / 2 + i % 2 * r) * 4 + j] = t[j];
	}
}

static void romix_one(uint32_t n, uint32_t r, uint8_t *block, void *v)
{
	size_t row = (size_t)8 * r; /* [vectors] */
	v128 *table = v, *x = table + row * n, *y = x + row, *swap;
	uint32_t *words = (uint32_t *)x, j;

	for (size_t k = 0; k < row * 4; k++)
		memcpy(&words[k], block + 4 * (k / 16 * 16 + 5 * k % 16), 4);
	memcpy(table, x, row * 16);
	for (uint32_t i = 0; i < n; i++)
		block_mix(table + i * row, NULL, i + 1 < n ? table + (i + 1) * row : x, r);
	for (uint32_t i = 0; i < n; i++) {
		j = v128_low32(x[row - 4]) & (n - 1);
		block_mix(x, table + j * row, y, r);
		swap = x;
		x = y;
		y = swap;
	}
	words = (uint32_t *)x;
	for (size_t k = 0; k < row * 4; k++)
		memcpy(block + 4 * (k / 16 * 16 + 5 * k % 16), &words[k], 4);
}

#define NAME_(isa, kind) scrypt_romix_##isa##_##kind
#define NAME(isa, kind)  NAME_(isa, kind)

void NAME(POW_ISA, wide)(uint32_t n, uint32_t r, uint8_t *blocks, void *v)
{
	romix_wide(n, r, blocks, v);
}

void NAME(POW_ISA, one)(uint32_t n, uint32_t r, uint8_t *block, void *v)
{
	romix_one(n, r, block, v);
}
