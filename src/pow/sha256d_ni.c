/*
 * sha256d_ni.c -- double SHA-256 of two or four headers with the CPU's SHA instructions.
 *
 * The instructions have a long latency and a short throughput: headers hashed side by side cost
 * little more than one. What stands between two of a header's rounds decides the speed, so words
 * of padding are constants with their round constants added, and what the schedule makes of them
 * is left out. The order of the statements is the order of the instructions (meson.build).
 */
#include "pow/sha256d_ni.h"

#define EACH     UNROLL for (unsigned h = 0; h < ways; h++)
#define WAYS_MAX 4

/* One header on its way. Words 4 i .. 4 i + 3 of the schedule are in w[i % 4]. */
struct lane {
	struct state s;
	__m128i w[4];
};

/* Four rounds whose words all headers share. */
INLINE void rounds_of_padding(struct lane *l, unsigned ways, const uint32_t *kw)
{
	__m128i low = load(kw), high = upper(low);

	EACH first_two(&l[h].s, low);
	EACH last_two(&l[h].s, high);
}

/* Rounds 4 i .. 4 i + 3, and the words of the rounds 16 later. */
INLINE void rounds(struct lane *l, unsigned ways, unsigned i)
{
	EACH
	{
		__m128i *now = &l[h].w[i % 4], w1 = l[h].w[(i + 1) % 4], w2 = l[h].w[(i + 2) % 4],
			w3 = l[h].w[(i + 3) % 4];
		__m128i kw = _mm_add_epi32(*now, load(K + 4 * i)), t;

		first_two(&l[h].s, kw);
		t = _mm_sha256msg1_epu32(*now, w1);
		last_two(&l[h].s, upper(kw));
		if (i < 12) {
			t = _mm_add_epi32(t, _mm_alignr_epi8(w3, w2, 4));
			*now = _mm_sha256msg2_epu32(t, w3);
		}
	}
}

INLINE void rounds_to_the_end(struct lane *l, unsigned ways, unsigned i)
{
	UNROLL
	for (; i < 16; i++)
		rounds(l, ways, i);
}

/* The first 64 bytes. */
INLINE void block_1(struct lane *l, const uint8_t *headers, unsigned ways)
{
	EACH
	{
		l[h].s = (struct state){START_ABEF, START_CDGH};
		UNROLL
		for (unsigned i = 0; i < 4; i++)
			l[h].w[i] = swapped(load(headers + POW_HEADER_LEN * h + 16 * i));
	}
	rounds_to_the_end(l, ways, 0);
	EACH
	{
		l[h].s.abef = _mm_add_epi32(l[h].s.abef, START_ABEF);
		l[h].s.cdgh = _mm_add_epi32(l[h].s.cdgh, START_CDGH);
	}
}

/* 16 bytes more and padding. Words 5 .. 14 are zero: of the schedule's sums the rest is left. */
INLINE void block_2(struct lane *l, const uint8_t *headers, unsigned ways)
{
	struct state before[WAYS_MAX];

	EACH
	{
		__m128i kw;

		before[h] = l[h].s;
		l[h].w[0] = swapped(load(headers + POW_HEADER_LEN * h + 64));
		kw = _mm_add_epi32(l[h].w[0], load(K));
		first_two(&l[h].s, kw);
		last_two(&l[h].s, upper(kw));
	}
	EACH l[h].w[0] =
		_mm_sha256msg2_epu32(_mm_sha256msg1_epu32(l[h].w[0], END), BITS(POW_HEADER_LEN));
	rounds_of_padding(l, ways, after_header);
	EACH l[h].w[1] = _mm_sha256msg2_epu32(
		_mm_add_epi32(END, _mm_alignr_epi8(l[h].w[0], BITS(POW_HEADER_LEN), 4)), l[h].w[0]);
	rounds_of_padding(l, ways, after_header + 4);
	EACH l[h].w[2] = _mm_sha256msg2_epu32(_mm_alignr_epi8(l[h].w[1], l[h].w[0], 4), l[h].w[1]);
	rounds_of_padding(l, ways, after_header + 8);
	EACH l[h].w[3] = _mm_sha256msg2_epu32(
		_mm_add_epi32(_mm_sha256msg1_epu32(BITS(POW_HEADER_LEN), l[h].w[0]),
			_mm_alignr_epi8(l[h].w[2], l[h].w[1], 4)),
		l[h].w[2]);
	rounds_to_the_end(l, ways, 4);
	EACH
	{
		l[h].s.abef = _mm_add_epi32(l[h].s.abef, before[h].abef);
		l[h].s.cdgh = _mm_add_epi32(l[h].s.cdgh, before[h].cdgh);
	}
}

/* The digest is in the state: its words as they are wanted, {a b}, {c d}, {e f}, {g h}. */
INLINE void rounds_of_digest(struct lane *l, unsigned ways)
{
	EACH
	{
		__m128i abef = _mm_shuffle_epi32(l[h].s.abef, 0x1b);
		__m128i cdgh = _mm_shuffle_epi32(l[h].s.cdgh, 0x1b);
		__m128i kw = _mm_add_epi32(abef, _mm_set_epi32(K[5], K[4], K[1], K[0]));
		__m128i kx = _mm_add_epi32(cdgh, _mm_set_epi32(K[7], K[6], K[3], K[2]));

		l[h].s = (struct state){START_ABEF, START_CDGH};
		first_two(&l[h].s, kw);
		last_two(&l[h].s, kx);
		l[h].w[0] = _mm_unpacklo_epi64(abef, cdgh);
		l[h].w[1] = _mm_unpackhi_epi64(abef, cdgh);
		first_two(&l[h].s, upper(kw));
		last_two(&l[h].s, upper(kx));
	}
}

/* The second hash: the digest and padding, of which words 9 .. 14 are zero. */
INLINE void block_3(struct lane *l, unsigned ways)
{
	rounds_of_digest(l, ways);
	EACH
	{
		l[h].w[0] = _mm_sha256msg2_epu32(
			_mm_sha256msg1_epu32(l[h].w[0], l[h].w[1]), BITS(POW_HASH_LEN));
		l[h].w[1] = _mm_sha256msg2_epu32(
			_mm_add_epi32(_mm_sha256msg1_epu32(l[h].w[1], END),
				_mm_alignr_epi8(l[h].w[0], BITS(POW_HASH_LEN), 4)),
			l[h].w[0]);
	}
	rounds_of_padding(l, ways, after_digest);
	EACH l[h].w[2] = _mm_sha256msg2_epu32(
		_mm_add_epi32(END, _mm_alignr_epi8(l[h].w[1], l[h].w[0], 4)), l[h].w[1]);
	rounds_of_padding(l, ways, after_digest + 4);
	EACH l[h].w[3] = _mm_sha256msg2_epu32(
		_mm_add_epi32(_mm_sha256msg1_epu32(BITS(POW_HASH_LEN), l[h].w[0]),
			_mm_alignr_epi8(l[h].w[2], l[h].w[1], 4)),
		l[h].w[2]);
	rounds_to_the_end(l, ways, 4);
}

INLINE void hash(const uint8_t *headers, uint8_t (*out)[POW_HASH_LEN], unsigned ways)
{
	const __m128i bytes = _mm_set_epi64x(0x0001020304050607, 0x08090a0b0c0d0e0f);
	struct lane l[WAYS_MAX];

	block_1(l, headers, ways);
	block_2(l, headers, ways);
	block_3(l, ways);
	EACH
	{
		__m128i abef = _mm_shuffle_epi8(_mm_add_epi32(l[h].s.abef, START_ABEF), bytes);
		__m128i cdgh = _mm_shuffle_epi8(_mm_add_epi32(l[h].s.cdgh, START_CDGH), bytes);

		_mm_storeu_si128((void *)out[h], _mm_unpacklo_epi64(abef, cdgh));
		_mm_storeu_si128((void *)(out[h] + 16), _mm_unpackhi_epi64(abef, cdgh));
	}
}

void sha256d_ni_x2(const uint8_t *headers, uint8_t (*out)[POW_HASH_LEN])
{
	hash(headers, out, 2);
}

void sha256d_ni_x4(const uint8_t *headers, uint8_t (*out)[POW_HASH_LEN])
{
	hash(headers, out, 4);
}
