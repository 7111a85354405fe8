#include "base/sha256.h"

#include <assert.h>
#include <string.h>

#include "base/bytes.h"
#include "base/sha256_constants.h"

typedef void compress_fn(uint32_t state[8], const uint8_t *blocks, size_t n);

static uint32_t rotr(uint32_t x, unsigned n)
{
	return x >> n | x << (32 - n);
}

static uint32_t schedule(uint32_t w[16], unsigned t)
{
	uint32_t w15 = w[(t + 1) % 16], w2 = w[(t + 14) % 16];
	uint32_t s0 = rotr(w15, 7) ^ rotr(w15, 18) ^ w15 >> 3;
	uint32_t s1 = rotr(w2, 17) ^ rotr(w2, 19) ^ w2 >> 10;

	return w[t % 16] += s0 + w[(t + 9) % 16] + s1;
}

void sha256_compress_c(uint32_t state[8], const uint8_t *blocks, size_t n)
{
	for (; n > 0; n--, blocks += SHA256_BLOCK) {
		uint32_t a = state[0], b = state[1], c = state[2], d = state[3];
		uint32_t e = state[4], f = state[5], g = state[6], h = state[7];
		uint32_t w[16];

		for (unsigned t = 0; t < 16; t++)
			w[t] = get_be32(blocks + 4 * t);
		for (unsigned t = 0; t < 64; t++) {
			uint32_t word = t < 16 ? w[t] : schedule(w, t);
			uint32_t s1 = rotr(e, 6) ^ rotr(e, 11) ^ rotr(e, 25);
			uint32_t t1 =
				h + s1 + (g ^ (e & (f ^ g))) + sha256_round_constant[t] + word;
			uint32_t s0 = rotr(a, 2) ^ rotr(a, 13) ^ rotr(a, 22);
			uint32_t t2 = s0 + ((a & b) | (c & (a | b)));

			h = g;
			g = f;
			f = e;
			e = d + t1;
			d = c;
			c = b;
			b = a;
			a = t1 + t2;
		}
		state[0] += a;
		state[1] += b;
		state[2] += c;
		state[3] += d;
		state[4] += e;
		state[5] += f;
		state[6] += g;
		state[7] += h;
	}
}

#if defined(__x86_64__)
#include <cpuid.h>
#include <immintrin.h>

static bool cpu_has_sha(void)
{
	unsigned a, b, c, d;

	__builtin_cpu_init(); /* may run before its constructor */
	return __builtin_cpu_supports("sse4.1") && __get_cpuid_count(7, 0, &a, &b, &c, &d) &&
	       (b & bit_SHA);
}

/* The CPU keeps the state as the two vectors {a,b,e,f} and {c,d,g,h}, and does two rounds at a
 * time. */
__attribute__((target("sha,sse4.1"))) static void compress_ni(
	uint32_t state[8], const uint8_t *blocks, size_t n)
{
	const __m128i swap = _mm_set_epi64x(0x0c0d0e0f08090a0b, 0x0405060700010203);
	__m128i dcba = _mm_shuffle_epi32(_mm_loadu_si128((const void *)state), 0xb1);
	__m128i hgfe = _mm_shuffle_epi32(_mm_loadu_si128((const void *)(state + 4)), 0x1b);
	__m128i abef = _mm_alignr_epi8(dcba, hgfe, 8);
	__m128i cdgh = _mm_blend_epi16(hgfe, dcba, 0xf0);

	for (; n > 0; n--, blocks += SHA256_BLOCK) {
		__m128i abef_before = abef, cdgh_before = cdgh, w[4];

#pragma GCC unroll 4
		for (unsigned i = 0; i < 4; i++)
			w[i] = _mm_shuffle_epi8(
				_mm_loadu_si128((const void *)(blocks + 16 * i)), swap);
#pragma GCC unroll 16
		for (unsigned i = 0; i < 16; i++) {
			__m128i now = w[i % 4];
			__m128i k = _mm_add_epi32(now,
				_mm_loadu_si128((const void *)(sha256_round_constant + 4 * i)));

			cdgh = _mm_sha256rnds2_epu32(cdgh, abef, k);
			abef = _mm_sha256rnds2_epu32(abef, cdgh, _mm_shuffle_epi32(k, 0x0e));
			if (i < 12) { /* four more words of the schedule, in now's place */
				__m128i w1 = w[(i + 1) % 4], w2 = w[(i + 2) % 4],
					w3 = w[(i + 3) % 4];
				__m128i t = _mm_sha256msg1_epu32(now, w1);

				t = _mm_add_epi32(t, _mm_alignr_epi8(w3, w2, 4));
				w[i % 4] = _mm_sha256msg2_epu32(t, w3);
			}
		}
		abef = _mm_add_epi32(abef, abef_before);
		cdgh = _mm_add_epi32(cdgh, cdgh_before);
	}
	dcba = _mm_shuffle_epi32(abef, 0x1b); /* a b e f, lowest first */
	hgfe = _mm_shuffle_epi32(cdgh, 0xb1); /* d c h g */
	_mm_storeu_si128((void *)state, _mm_blend_epi16(dcba, hgfe, 0xf0));
	_mm_storeu_si128((void *)(state + 4), _mm_alignr_epi8(hgfe, dcba, 8));
}
#else
static bool cpu_has_sha(void)
{
	return false;
}

#define compress_ni sha256_compress_c
#endif

static compress_fn *compress = sha256_compress_c;

bool sha256_set_variant(const char *name)
{
	if (strcmp(name, "c") == 0)
		compress = sha256_compress_c;
	else if (strcmp(name, "sha-ni") == 0 && cpu_has_sha())
		compress = compress_ni;
	else
		return false;
	return true;
}

const char *sha256_variant(void)
{
	return compress == sha256_compress_c ? "c" : "sha-ni";
}

__attribute__((constructor)) static void choose(void)
{
	sha256_set_variant("sha-ni");
}

void sha256_compress(uint32_t state[8], const uint8_t *blocks, size_t n)
{
	compress(state, blocks, n);
}

void sha256_start(uint32_t state[8])
{
	/* FIPS 180-4 5.3.3: the fractions of the square roots of the first eight primes. */
	static const uint32_t initial[8] = {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
		0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};

	memcpy(state, initial, sizeof(initial));
}

void sha256_init(struct sha256 *ctx)
{
	sha256_start(ctx->state);
	ctx->len_bytes = 0;
}

void sha256_add(struct sha256 *ctx, const void *data, size_t len)
{
	const uint8_t *p = data;
	size_t used = ctx->len_bytes % SHA256_BLOCK;

	ctx->len_bytes += len;
	if (used > 0) {
		size_t take = SHA256_BLOCK - used < len ? SHA256_BLOCK - used : len;

		memcpy(ctx->block + used, p, take);
		if (used + take < SHA256_BLOCK)
			return;
		compress(ctx->state, ctx->block, 1);
		p += take;
		len -= take;
	}
	if (len >= SHA256_BLOCK)
		compress(ctx->state, p, len / SHA256_BLOCK);
	if (len % SHA256_BLOCK > 0)
		memcpy(ctx->block, p + len - len % SHA256_BLOCK, len % SHA256_BLOCK);
}

void sha256_finish(struct sha256 *ctx, uint8_t out[SHA256_LEN])
{
	size_t used = ctx->len_bytes % SHA256_BLOCK;

	ctx->block[used++] = 0x80;
	if (used > SHA256_BLOCK - 8) {
		memset(ctx->block + used, 0, SHA256_BLOCK - used);
		compress(ctx->state, ctx->block, 1);
		used = 0;
	}
	memset(ctx->block + used, 0, SHA256_BLOCK - 8 - used);
	put_be64(ctx->block + SHA256_BLOCK - 8, ctx->len_bytes * 8);
	compress(ctx->state, ctx->block, 1);
	for (unsigned i = 0; i < 8; i++)
		put_be32(out + 4 * i, ctx->state[i]);
}

void sha256(const void *data, size_t len, uint8_t out[SHA256_LEN])
{
	struct sha256 ctx;

	sha256_init(&ctx);
	sha256_add(&ctx, data, len);
	sha256_finish(&ctx, out);
}

void sha256d(const void *data, size_t len, uint8_t out[SHA256_LEN])
{
	sha256(data, len, out);
	sha256(out, SHA256_LEN, out);
}

void hmac_sha256_init(struct hmac_sha256 *ctx, const void *key, size_t key_len)
{
	uint8_t pad[SHA256_BLOCK] = {0};

	if (key_len > SHA256_BLOCK)
		sha256(key, key_len, pad);
	else if (key_len > 0)
		memcpy(pad, key, key_len);
	for (unsigned i = 0; i < SHA256_BLOCK; i++)
		pad[i] ^= 0x36;
	sha256_init(&ctx->inner);
	sha256_add(&ctx->inner, pad, SHA256_BLOCK);
	for (unsigned i = 0; i < SHA256_BLOCK; i++)
		pad[i] ^= 0x36 ^ 0x5c;
	sha256_init(&ctx->outer);
	sha256_add(&ctx->outer, pad, SHA256_BLOCK);
}

void hmac_sha256_add(struct hmac_sha256 *ctx, const void *data, size_t len)
{
	sha256_add(&ctx->inner, data, len);
}

void hmac_sha256_finish(struct hmac_sha256 *ctx, uint8_t out[SHA256_LEN])
{
	uint8_t digest[SHA256_LEN];

	sha256_finish(&ctx->inner, digest);
	sha256_add(&ctx->outer, digest, SHA256_LEN);
	sha256_finish(&ctx->outer, out);
}

void hmac_sha256(
	const void *key, size_t key_len, const void *data, size_t len, uint8_t out[SHA256_LEN])
{
	struct hmac_sha256 ctx;

	hmac_sha256_init(&ctx, key, key_len);
	hmac_sha256_add(&ctx, data, len);
	hmac_sha256_finish(&ctx, out);
}

/* One output block: the xor of `iterations` HMACs, the first over the salt and the block number. */
static void pbkdf2_block(const struct hmac_sha256 *keyed, const struct hmac_sha256 *salted,
	uint32_t number, unsigned iterations, uint8_t out[SHA256_LEN])
{
	struct hmac_sha256 ctx = *salted;
	uint8_t be[4], u[SHA256_LEN];

	put_be32(be, number);
	hmac_sha256_add(&ctx, be, 4);
	hmac_sha256_finish(&ctx, u);
	memcpy(out, u, SHA256_LEN);
	for (; iterations > 1; iterations--) {
		ctx = *keyed;
		hmac_sha256_add(&ctx, u, SHA256_LEN);
		hmac_sha256_finish(&ctx, u);
		for (unsigned i = 0; i < SHA256_LEN; i++)
			out[i] ^= u[i];
	}
}

void pbkdf2_sha256(const void *password, size_t password_len, const void *salt, size_t salt_len,
	unsigned iterations, uint8_t *out, size_t out_len)
{
	struct hmac_sha256 keyed, salted;
	uint8_t block[SHA256_LEN];

	assert(iterations > 0);
	hmac_sha256_init(&keyed, password, password_len);
	salted = keyed;
	hmac_sha256_add(&salted, salt, salt_len);
	for (uint32_t number = 1; out_len > 0; number++) {
		size_t take = out_len < SHA256_LEN ? out_len : SHA256_LEN;

		pbkdf2_block(&keyed, &salted, number, iterations, block);
		memcpy(out, block, take);
		out += take;
		out_len -= take;
	}
}
