/*
 * sha256d_ni.h -- what the kernels for one header and for several have in common: the state as the
 * SHA instructions want it, two rounds, and the words of padding.
 */
#ifndef POW_SHA256D_NI_H
#define POW_SHA256D_NI_H

#include <immintrin.h>

#include "base/sha256_constants.h"
#include "pow/sha256d_priv.h"

#define INLINE static inline __attribute__((always_inline))
#define UNROLL _Pragma("GCC unroll 16")
#define K      sha256_round_constant

/* The state as the instructions want it: {f e b a} and {h g d c}, lowest first. */
struct state {
	__m128i abef, cdgh;
};

#define START_ABEF _mm_set_epi32(0x6a09e667, (int)0xbb67ae85, 0x510e527f, (int)0x9b05688c)
#define START_CDGH _mm_set_epi32(0x3c6ef372, (int)0xa54ff53a, 0x1f83d9ab, 0x5be0cd19)

/* Padding: the bit after the message, zeroes, and its length in bits. */
#define END       _mm_set_epi32(0, 0, 0, (int)0x80000000)
#define BITS(len) _mm_set_epi32(8 * (len), 0, 0, 0)

/* The words of padding, with the constants of their rounds: 4 .. 15 of a header's second block,
 * 8 .. 15 of a digest. */
static const uint32_t after_header[12] = {0xb956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
	0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7,
	0xc19bf3f4};
static const uint32_t after_digest[8] = {0x5807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74,
	0x80deb1fe, 0x9bdc06a7, 0xc19bf274};

INLINE __m128i load(const void *p)
{
	return _mm_loadu_si128(p);
}

INLINE __m128i upper(__m128i x)
{
	return _mm_shuffle_epi32(x, 0x0e);
}

/* Two rounds, and the two after them; kw: their words and constants. */
INLINE void first_two(struct state *s, __m128i kw)
{
	s->cdgh = _mm_sha256rnds2_epu32(s->cdgh, s->abef, kw);
}

INLINE void last_two(struct state *s, __m128i kw)
{
	s->abef = _mm_sha256rnds2_epu32(s->abef, s->cdgh, kw);
}

INLINE __m128i swapped(__m128i x)
{
	return _mm_shuffle_epi8(x, _mm_set_epi64x(0x0c0d0e0f08090a0b, 0x0405060700010203));
}

#endif
