/*
 * sha256d_ni.c -- double SHA-256 of one, two or four headers with the CPU's SHA instructions.
 *
 * The instructions have a long latency and a short throughput: headers hashed side by side cost
 * little more than one.
 */
#include "pow/sha256d_priv.h"

#include <immintrin.h>
#include <string.h>

#include "base/sha256_constants.h"

#define INLINE static inline __attribute__((always_inline))
#define UNROLL _Pragma("GCC unroll 16")

#define WAYS_MAX 4

/* The state as the instructions want it: {f e b a} and {h g d c}, lowest first. */
struct state {
	__m128i abef, cdgh;
};

#define START_ABEF _mm_set_epi32(0x6a09e667, (int)0xbb67ae85, 0x510e527f, (int)0x9b05688c)
#define START_CDGH _mm_set_epi32(0x3c6ef372, (int)0xa54ff53a, 0x1f83d9ab, 0x5be0cd19)

/* Takes one block of each way, whose 16 words are in w; w is used up. */
INLINE void compress(struct state *s, __m128i (*w)[4], unsigned ways)
{
	struct state before[WAYS_MAX];

	memcpy(before, s, sizeof(*s) * ways);
	UNROLL
	for (unsigned i = 0; i < 16; i++) {
		const __m128i k = _mm_loadu_si128((const void *)(sha256_round_constant + 4 * i));

		__m128i sum[WAYS_MAX];

		UNROLL
		for (unsigned h = 0; h < ways; h++) {
			sum[h] = _mm_add_epi32(w[h][i % 4], k);
			s[h].cdgh = _mm_sha256rnds2_epu32(s[h].cdgh, s[h].abef, sum[h]);
		}
		UNROLL
		for (unsigned h = 0; h < ways; h++) {
			__m128i *now = &w[h][i % 4], w1 = w[h][(i + 1) % 4], w2 = w[h][(i + 2) % 4],
				w3 = w[h][(i + 3) % 4];

			s[h].abef = _mm_sha256rnds2_epu32(
				s[h].abef, s[h].cdgh, _mm_shuffle_epi32(sum[h], 0x0e));
			if (i < 12) { /* four more words of the schedule */
				__m128i t = _mm_add_epi32(
					_mm_sha256msg1_epu32(*now, w1), _mm_alignr_epi8(w3, w2, 4));

				*now = _mm_sha256msg2_epu32(t, w3);
			}
		}
	}
	UNROLL
	for (unsigned h = 0; h < ways; h++) {
		s[h].abef = _mm_add_epi32(s[h].abef, before[h].abef);
		s[h].cdgh = _mm_add_epi32(s[h].cdgh, before[h].cdgh);
	}
}

INLINE __m128i swapped(const void *p)
{
	return _mm_shuffle_epi8(
		_mm_loadu_si128(p), _mm_set_epi64x(0x0c0d0e0f08090a0b, 0x0405060700010203));
}

/* The digest as the words of a block: {a b c d} and {e f g h}, lowest first. */
INLINE __m128i low_half(const struct state *s)
{
	return _mm_blend_epi16(
		_mm_shuffle_epi32(s->abef, 0x1b), _mm_shuffle_epi32(s->cdgh, 0xb1), 0xf0);
}

INLINE __m128i high_half(const struct state *s)
{
	return _mm_alignr_epi8(
		_mm_shuffle_epi32(s->cdgh, 0xb1), _mm_shuffle_epi32(s->abef, 0x1b), 8);
}

INLINE void hash(const uint8_t *headers, uint8_t (*out)[POW_HASH_LEN], unsigned ways)
{
	struct state s[WAYS_MAX];
	__m128i w[WAYS_MAX][4];

	UNROLL
	for (unsigned h = 0; h < ways; h++) {
		s[h] = (struct state){START_ABEF, START_CDGH};
		UNROLL
		for (unsigned i = 0; i < 4; i++)
			w[h][i] = swapped(headers + POW_HEADER_LEN * h + 16 * i);
	}
	compress(s, w, ways);
	UNROLL
	for (unsigned h = 0; h < ways; h++) { /* 16 bytes more, padding, 640 bits */
		w[h][0] = swapped(headers + POW_HEADER_LEN * h + 64);
		w[h][1] = _mm_set_epi32(0, 0, 0, (int)0x80000000);
		w[h][2] = _mm_setzero_si128();
		w[h][3] = _mm_set_epi32(8 * POW_HEADER_LEN, 0, 0, 0);
	}
	compress(s, w, ways);
	UNROLL
	for (unsigned h = 0; h < ways; h++) { /* the digest, padding, 256 bits */
		w[h][0] = low_half(&s[h]);
		w[h][1] = high_half(&s[h]);
		w[h][2] = _mm_set_epi32(0, 0, 0, (int)0x80000000);
		w[h][3] = _mm_set_epi32(256, 0, 0, 0);
		s[h] = (struct state){START_ABEF, START_CDGH};
	}
	compress(s, w, ways);
	UNROLL
	for (unsigned h = 0; h < ways; h++) {
		__m128i low = low_half(&s[h]), high = high_half(&s[h]);

		_mm_storeu_si128((void *)out[h], swapped(&low));
		_mm_storeu_si128((void *)(out[h] + 16), swapped(&high));
	}
}

void sha256d_ni_x1(const uint8_t *headers, uint8_t (*out)[POW_HASH_LEN])
{
	hash(headers, out, 1);
}

void sha256d_ni_x2(const uint8_t *headers, uint8_t (*out)[POW_HASH_LEN])
{
	hash(headers, out, 2);
}

void sha256d_ni_x4(const uint8_t *headers, uint8_t (*out)[POW_HASH_LEN])
{
	hash(headers, out, 4);
}
