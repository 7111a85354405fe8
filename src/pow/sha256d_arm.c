/* sha256d_arm.c -- double SHA-256 of one or two headers with the SHA instructions of ARMv8. */
#include "pow/sha256d_priv.h"

#include <arm_neon.h>

#include "base/sha256_constants.h"

#define INLINE static inline __attribute__((always_inline))
#define UNROLL _Pragma("GCC unroll 16")

#define WAYS_MAX 2

struct state {
	uint32x4_t abcd, efgh;
};

static const uint32_t start[8] = {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f,
	0x9b05688c, 0x1f83d9ab, 0x5be0cd19};

/* Takes one block of each way, whose 16 words are in w; w is used up. */
INLINE void compress(struct state *s, uint32x4_t (*w)[4], unsigned ways)
{
	struct state before[WAYS_MAX];

	UNROLL
	for (unsigned h = 0; h < ways; h++)
		before[h] = s[h];
	UNROLL
	for (unsigned i = 0; i < 16; i++) {
		const uint32x4_t k = vld1q_u32(sha256_round_constant + 4 * i);

		UNROLL
		for (unsigned h = 0; h < ways; h++) {
			uint32x4_t *now = &w[h][i % 4], w1 = w[h][(i + 1) % 4],
				   sum = vaddq_u32(*now, k), abcd = s[h].abcd;

			s[h].abcd = vsha256hq_u32(abcd, s[h].efgh, sum);
			s[h].efgh = vsha256h2q_u32(s[h].efgh, abcd, sum);
			if (i < 12) /* four more words of the schedule */
				*now = vsha256su1q_u32(vsha256su0q_u32(*now, w1), w[h][(i + 2) % 4],
					w[h][(i + 3) % 4]);
		}
	}
	UNROLL
	for (unsigned h = 0; h < ways; h++) {
		s[h].abcd = vaddq_u32(s[h].abcd, before[h].abcd);
		s[h].efgh = vaddq_u32(s[h].efgh, before[h].efgh);
	}
}

INLINE uint32x4_t load(const uint8_t *p)
{
	return vreinterpretq_u32_u8(vrev32q_u8(vld1q_u8(p)));
}

INLINE void store(uint8_t *p, uint32x4_t x)
{
	vst1q_u8(p, vrev32q_u8(vreinterpretq_u8_u32(x)));
}

INLINE void hash(const uint8_t *headers, uint8_t (*out)[POW_HASH_LEN], unsigned ways)
{
	const struct state first = {vld1q_u32(start), vld1q_u32(start + 4)};
	const uint32x4_t zero = vdupq_n_u32(0), one = vsetq_lane_u32(0x80000000, zero, 0);
	struct state s[WAYS_MAX];
	uint32x4_t w[WAYS_MAX][4];

	UNROLL
	for (unsigned h = 0; h < ways; h++) {
		s[h] = first;
		UNROLL
		for (unsigned i = 0; i < 4; i++)
			w[h][i] = load(headers + POW_HEADER_LEN * h + 16 * i);
	}
	compress(s, w, ways);
	UNROLL
	for (unsigned h = 0; h < ways; h++) { /* 16 bytes more, padding, 640 bits */
		w[h][0] = load(headers + POW_HEADER_LEN * h + 64);
		w[h][1] = one;
		w[h][2] = zero;
		w[h][3] = vsetq_lane_u32(8 * POW_HEADER_LEN, zero, 3);
	}
	compress(s, w, ways);
	UNROLL
	for (unsigned h = 0; h < ways; h++) { /* the digest, padding, 256 bits */
		w[h][0] = s[h].abcd;
		w[h][1] = s[h].efgh;
		w[h][2] = one;
		w[h][3] = vsetq_lane_u32(8 * POW_HASH_LEN, zero, 3);
		s[h] = first;
	}
	compress(s, w, ways);
	UNROLL
	for (unsigned h = 0; h < ways; h++) {
		store(out[h], s[h].abcd);
		store(out[h] + 16, s[h].efgh);
	}
}

void sha256d_arm_x1(const uint8_t *headers, uint8_t (*out)[POW_HASH_LEN])
{
	hash(headers, out, 1);
}

void sha256d_arm_x2(const uint8_t *headers, uint8_t (*out)[POW_HASH_LEN])
{
	hash(headers, out, 2);
}
