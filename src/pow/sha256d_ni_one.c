/*
 * sha256d_ni_one.c -- double SHA-256 of one header with the CPU's SHA instructions, one after the
 * other.
 *
 * A hash is a chain of 96 SHA256RNDS2, each waiting for the one before. What makes it faster than
 * its chain is that the CPU begins the next header while it is in the last block of this one: as
 * soon as what waits there, rounds and schedule, leaves room in the vector unit's schedulers. So
 * the first rounds of a header, which come at that time, are done with integers, which wait
 * elsewhere; so are the last bytes of the hash. More than six rounds need more integer registers
 * than a CPU of today has for all that is under way: it is then slower by a seventh. The order of
 * the statements is the order of the instructions (meson.build).
 */
#include <string.h>

#include "base/bytes.h"
#include "pow/sha256d_ni.h"

#define BY_INTEGERS 6 /* rounds: 4 n + 2 */

/* The schedule: words 4 i .. 4 i + 3 of a block are in w[i]. */
INLINE void schedule(__m128i w[16], unsigned i)
{
	__m128i t = _mm_sha256msg1_epu32(w[i - 4], w[i - 3]);

	t = _mm_add_epi32(t, _mm_alignr_epi8(w[i - 1], w[i - 2], 4));
	w[i] = _mm_sha256msg2_epu32(t, w[i - 1]);
}

/* The same, available earlier: the word that it takes from w[i - 1] is added at the end. */
INLINE void schedule_quickly(__m128i w[16], unsigned i)
{
	__m128i t = _mm_sha256msg1_epu32(w[i - 4], w[i - 3]);

	t = _mm_add_epi32(t, _mm_srli_si128(w[i - 2], 4));
	w[i] = _mm_add_epi32(_mm_sha256msg2_epu32(t, w[i - 1]), _mm_slli_si128(w[i - 1], 12));
}

/* Rounds 4 i .. 4 i + 3. */
INLINE void rounds(struct state *s, const __m128i w[16], unsigned i)
{
	__m128i kw = _mm_add_epi32(w[i], load(K + 4 * i));

	first_two(s, kw);
	last_two(s, upper(kw));
}

INLINE void rounds_of_padding(struct state *s, const uint32_t *kw)
{
	first_two(s, load(kw));
	last_two(s, upper(load(kw)));
}

INLINE uint32_t rotr(uint32_t x, unsigned n)
{
	return x >> n | x << (32 - n);
}

INLINE __m128i pair(uint32_t low, uint32_t high)
{
	return _mm_cvtsi64_si128((int64_t)((uint64_t)high << 32 | low));
}

/* The state after the first rounds of a header. */
INLINE struct state rounds_by_integers(const uint8_t *header)
{
	uint32_t a = 0x6a09e667, b = 0xbb67ae85, c = 0x3c6ef372, d = 0xa54ff53a, e = 0x510e527f,
		 f = 0x9b05688c, g = 0x1f83d9ab, h = 0x5be0cd19, a_b = a ^ b, b_c = b ^ c;

	UNROLL
	for (unsigned i = 0; i < BY_INTEGERS; i++) {
		uint32_t t1 = h + K[i] + get_be32(header + 4 * i) + (((f ^ g) & e) ^ g) +
			      (rotr(e, 6) ^ rotr(e, 11) ^ rotr(e, 25));
		uint32_t t2 = ((a_b & b_c) ^ b) + (rotr(a, 2) ^ rotr(a, 13) ^ rotr(a, 22));

		h = g, g = f, f = e, e = d + t1;
		d = c, c = b, b = a, a = t1 + t2;
		b_c = a_b, a_b = a ^ b;
	}
	return (struct state){_mm_unpacklo_epi64(pair(f, e), pair(b, a)),
		_mm_unpacklo_epi64(pair(h, g), pair(d, c))};
}

/* The first 64 bytes. */
INLINE struct state block_1(const uint8_t *header)
{
	__m128i w[16], kw;
	struct state s;

	UNROLL
	for (unsigned i = 0; i < 4; i++)
		w[i] = swapped(load(header + 16 * i));
	s = rounds_by_integers(header);
	kw = _mm_add_epi32(w[1], load(K + 4));
	s = (struct state){_mm_sha256rnds2_epu32(s.cdgh, s.abef, upper(kw)), s.abef};
	UNROLL
	for (unsigned i = 2; i < 16; i++) {
		if (i >= 3 && i < 15)
			schedule_quickly(w, i + 1);
		rounds(&s, w, i);
	}
	return (struct state){_mm_add_epi32(s.abef, START_ABEF), _mm_add_epi32(s.cdgh, START_CDGH)};
}

/* 16 bytes more and padding. Words 5 .. 14 are zero: of the schedule's sums the rest is left. */
INLINE void block_2(struct state *s, const uint8_t *header)
{
	const __m128i bits = BITS(POW_HEADER_LEN);
	struct state before = *s;
	__m128i w[16];

	w[0] = swapped(load(header + 64));
	w[3] = bits;
	rounds(s, w, 0);
	w[4] = _mm_sha256msg2_epu32(_mm_sha256msg1_epu32(w[0], END), bits);
	rounds_of_padding(s, after_header);
	w[5] = _mm_sha256msg2_epu32(_mm_add_epi32(END, _mm_alignr_epi8(w[4], bits, 4)), w[4]);
	rounds_of_padding(s, after_header + 4);
	w[6] = _mm_sha256msg2_epu32(_mm_alignr_epi8(w[5], w[4], 4), w[5]);
	rounds_of_padding(s, after_header + 8);
	schedule(w, 7);
	UNROLL
	for (unsigned i = 4; i < 16; i++) {
		rounds(s, w, i);
		if (i < 12)
			schedule(w, i + 4);
	}
	s->abef = _mm_add_epi32(s->abef, before.abef);
	s->cdgh = _mm_add_epi32(s->cdgh, before.cdgh);
}

/* The digest is in the state: its words as they are wanted, {a b}, {c d}, {e f}, {g h}. */
INLINE void rounds_of_digest(struct state *s, __m128i w[16])
{
	__m128i abef = _mm_shuffle_epi32(s->abef, 0x1b), cdgh = _mm_shuffle_epi32(s->cdgh, 0x1b);
	__m128i kw = _mm_add_epi32(abef, _mm_set_epi32(K[5], K[4], K[1], K[0]));
	__m128i kx = _mm_add_epi32(cdgh, _mm_set_epi32(K[7], K[6], K[3], K[2]));

	*s = (struct state){START_ABEF, START_CDGH};
	first_two(s, kw);
	last_two(s, kx);
	w[0] = _mm_unpacklo_epi64(abef, cdgh);
	w[1] = _mm_unpackhi_epi64(abef, cdgh);
	first_two(s, upper(kw));
	last_two(s, upper(kx));
}

/* The second hash: the digest and padding, of which words 9 .. 14 are zero. */
INLINE void block_3(struct state *s)
{
	__m128i w[16];

	rounds_of_digest(s, w);
	w[2] = END;
	w[3] = BITS(POW_HASH_LEN);
	w[4] = _mm_sha256msg2_epu32(_mm_sha256msg1_epu32(w[0], w[1]), w[3]);
	rounds_of_padding(s, after_digest);
	schedule(w, 5);
	rounds_of_padding(s, after_digest + 4);
	w[6] = _mm_sha256msg2_epu32(_mm_add_epi32(END, _mm_alignr_epi8(w[5], w[4], 4)), w[5]);
	UNROLL
	for (unsigned i = 4; i < 16; i++) {
		rounds(s, w, i);
		if (i < 13)
			schedule(w, i + 3);
	}
}

/* {f e b a} and {h g d c} -> a b c d e f g h, each with its highest byte first. */
INLINE void put_digest(uint8_t *out, struct state s)
{
	uint64_t fe_ba[2], hg_dc[2];

	_mm_storeu_si128((__m128i *)fe_ba, _mm_add_epi32(s.abef, START_ABEF));
	_mm_storeu_si128((__m128i *)hg_dc, _mm_add_epi32(s.cdgh, START_CDGH));
	__asm__ volatile("" ::"r"(fe_ba), "r"(hg_dc) : "memory"); /* by memory, not by shuffles */
	put_be64(out, fe_ba[1]);
	put_be64(out + 8, hg_dc[1]);
	put_be64(out + 16, fe_ba[0]);
	put_be64(out + 24, hg_dc[0]);
}

void sha256d_ni_x1(const uint8_t *headers, uint8_t (*out)[POW_HASH_LEN])
{
	struct state s = block_1(headers);

	block_2(&s, headers);
	block_3(&s);
	put_digest(out[0], s);
}
