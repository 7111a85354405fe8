/*
 * salsa_simd.h -- Salsa20 of one cell in four 128-bit vectors, for the files that are compiled once
 * for each instruction set.
 */
#ifndef POW_SALSA_SIMD_H
#define POW_SALSA_SIMD_H

#include <immintrin.h>

#define INLINE static inline __attribute__((always_inline))
#define UNROLL _Pragma("GCC unroll 16")

INLINE __m128i rotl(__m128i x, int n)
{
#ifdef __AVX512VL__
	switch (n) { /* the instruction wants a constant */
	case 7: return _mm_rol_epi32(x, 7);
	case 9: return _mm_rol_epi32(x, 9);
	case 13: return _mm_rol_epi32(x, 13);
	default: return _mm_rol_epi32(x, 18);
	}
#else
	return _mm_or_si128(_mm_slli_epi32(x, n), _mm_srli_epi32(x, 32 - n));
#endif
}

INLINE __m128i quarter(__m128i to, __m128i x, __m128i y, int n)
{
	return _mm_xor_si128(to, rotl(_mm_add_epi32(x, y), n));
}

/* Salsa20 of one cell in lane order: its vectors are the diagonals of the matrix. */
INLINE void salsa(__m128i x[4], unsigned rounds)
{
	__m128i a = x[0], b = x[1], c = x[2], d = x[3];

	for (unsigned i = 0; i < rounds; i += 2) {
		b = quarter(b, a, d, 7);
		c = quarter(c, b, a, 9);
		d = quarter(d, c, b, 13);
		a = quarter(a, d, c, 18);
		b = _mm_shuffle_epi32(b, 0x93);
		c = _mm_shuffle_epi32(c, 0x4e);
		d = _mm_shuffle_epi32(d, 0x39);
		d = quarter(d, a, b, 7);
		c = quarter(c, d, a, 9);
		b = quarter(b, c, d, 13);
		a = quarter(a, b, c, 18);
		b = _mm_shuffle_epi32(b, 0x39);
		c = _mm_shuffle_epi32(c, 0x4e);
		d = _mm_shuffle_epi32(d, 0x93);
	}
	x[0] = _mm_add_epi32(x[0], a);
	x[1] = _mm_add_epi32(x[1], b);
	x[2] = _mm_add_epi32(x[2], c);
	x[3] = _mm_add_epi32(x[3], d);
}

#endif
