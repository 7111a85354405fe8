/* scrypt.c -- scrypt (RFC 7914) of a header with itself as the salt: parameters, PBKDF2, and ROMix
 * in plain C. */
#include "pow/scrypt_priv.h"

#include <string.h>

#include "base/bytes.h"
#include "base/sha256.h"
#include "pow/pow_priv.h"

#define R_MAX 32
#define P_MAX 16

#define UNROLL _Pragma("GCC unroll 16")

static enum err set(struct pow_algo *algo, const struct pow_param *param, struct why *why)
{
	if (strcmp(param->name, "N") == 0)
		return pow_u32(param, 2, 1 << 20, &algo->n, why);
	if (strcmp(param->name, "r") == 0)
		return pow_u32(param, 1, R_MAX, &algo->r, why);
	if (strcmp(param->name, "p") == 0)
		return pow_u32(param, 1, P_MAX, &algo->p, why);
	return ERR_NOT_FOUND;
}

static enum err check(const struct pow_algo *algo, struct why *why)
{
	if (algo->n & (algo->n - 1))
		return err_fail(why, ERR_INVALID, "N must be a power of two, not %u", algo->n);
	return OK;
}

static uint32_t rotl(uint32_t x, unsigned n)
{
	return x << n | x >> (32 - n);
}

static void quarter(uint32_t *x, unsigned a, unsigned b, unsigned c, unsigned d)
{
	x[b] ^= rotl(x[a] + x[d], 7);
	x[c] ^= rotl(x[b] + x[a], 9);
	x[d] ^= rotl(x[c] + x[b], 13);
	x[a] ^= rotl(x[d] + x[c], 18);
}

static void salsa8(uint32_t cell[16])
{
	uint32_t x[16];

	memcpy(x, cell, sizeof(x));
	for (unsigned i = 0; i < 4; i++) {
		quarter(x, 0, 4, 8, 12);
		quarter(x, 5, 9, 13, 1);
		quarter(x, 10, 14, 2, 6);
		quarter(x, 15, 3, 7, 11);
		quarter(x, 0, 1, 2, 3);
		quarter(x, 5, 6, 7, 4);
		quarter(x, 10, 11, 8, 9);
		quarter(x, 15, 12, 13, 14);
	}
	UNROLL
	for (unsigned i = 0; i < 16; i++)
		cell[i] += x[i];
}

/* BlockMix: out's even cells first, then the odd ones; in and out are 2 r cells apart. */
static void block_mix(const uint32_t *in, uint32_t *out, uint32_t r)
{
	uint32_t x[16];

	memcpy(x, in + (2 * r - 1) * 16, CELL);
	for (uint32_t i = 0; i < 2 * r; i++) {
		UNROLL
		for (unsigned k = 0; k < 16; k++)
			x[k] ^= in[i * 16 + k];
		salsa8(x);
		memcpy(out + (i / 2 + i % 2 * r) * 16, x, CELL);
	}
}

static void romix_c(uint32_t n, uint32_t r, uint8_t *block, void *v)
{
	size_t words = (size_t)32 * r;
	uint32_t *table = v, *x = table + n * words, *y = x + words;

	for (size_t k = 0; k < words; k++)
		x[k] = get_le32(block + 4 * k);
	for (uint32_t i = 0; i < n; i++) {
		memcpy(table + i * words, x, words * 4);
		block_mix(table + i * words, x, r);
	}
	for (uint32_t i = 0; i < n; i++) {
		const uint32_t *row = table + (x[words - 16] & (n - 1)) * words;

		for (size_t k = 0; k < words; k++)
			y[k] = x[k] ^ row[k];
		block_mix(y, x, r);
	}
	for (size_t k = 0; k < words; k++)
		put_le32(block + 4 * k, x[k]);
}

/* For each hash the big table and two rows to work with, then its p blocks. */
static size_t memory(const struct pow_algo *algo, unsigned width)
{
	return (size_t)128 * algo->r * width * ((size_t)algo->n + 2 + algo->p);
}

static void hash(struct pow_ctx *ctx, const struct pow_kernel *kernel, unsigned n,
	const uint8_t *inputs, size_t len, uint8_t (*out)[POW_HASH_LEN])
{
	const struct pow_algo *algo = &ctx->algo;
	size_t block = (size_t)128 * algo->r, pass = block * kernel->width;
	uint8_t *v = ctx->mem, *blocks = v + pass * (algo->n + 2); /* [p][width][block] */
	uint8_t derived[128 * R_MAX * P_MAX];

	for (unsigned i = 0; i < n; i++) {
		pbkdf2_sha256(
			inputs + i * len, len, inputs + i * len, len, 1, derived, block * algo->p);
		for (uint32_t j = 0; j < algo->p; j++)
			memcpy(blocks + j * pass + i * block, derived + j * block, block);
	}
	for (uint32_t j = 0; j < algo->p; j++)
		kernel->romix(algo->n, algo->r, blocks + j * pass, v);
	for (unsigned i = 0; i < n; i++) {
		for (uint32_t j = 0; j < algo->p; j++)
			memcpy(derived + j * block, blocks + j * pass + i * block, block);
		pbkdf2_sha256(
			inputs + i * len, len, derived, block * algo->p, 1, out[i], POW_HASH_LEN);
	}
}

#define ONE                                                                                        \
	{                                                                                          \
		1, 1, .romix = romix_c                                                             \
	}

static const struct pow_variant plain_c = {"c", 0, {ONE}};

/* A kernel with idle lanes takes its time all the same: how many hashes are worth it was measured.
 */
#if defined(__x86_64__)
#define SSE2_X4                                                                                    \
	{                                                                                          \
		4, 3, .romix = scrypt_romix_sse2_group                                             \
	}
#define AVX2_X8                                                                                    \
	{                                                                                          \
		8, 3, .romix = scrypt_romix_avx2_group                                             \
	}

static const struct pow_variant sse2_x4 = {"sse2-x4", 0, {SSE2_X4, ONE}};
static const struct pow_variant sse2_x8 = {
	"sse2-x8", 0, {{8, 6, .romix = scrypt_romix_sse2_two}, SSE2_X4, ONE}};
static const struct pow_variant avx2_x8 = {"avx2-x8", POW_CPU_AVX2, {AVX2_X8, ONE}};
static const struct pow_variant avx2_x16 = {
	"avx2-x16", POW_CPU_AVX2, {{16, 10, .romix = scrypt_romix_avx2_two}, AVX2_X8, ONE}};
static const struct pow_variant avx512_x16 = {
	"avx512-x16", POW_CPU_AVX512, {{16, 3, .romix = scrypt_romix_avx512_group}, ONE}};

static const struct pow_variant *const variants[] = {
	&plain_c, &sse2_x4, &sse2_x8, &avx2_x8, &avx2_x16, &avx512_x16, NULL};
#elif defined(__aarch64__)
#define NEON_X4                                                                                    \
	{                                                                                          \
		4, 3, .romix = scrypt_romix_neon_group                                             \
	}

static const struct pow_variant neon_x4 = {"neon-x4", 0, {NEON_X4, ONE}};
static const struct pow_variant neon_x8 = {
	"neon-x8", 0, {{8, 6, .romix = scrypt_romix_neon_two}, NEON_X4, ONE}};

static const struct pow_variant *const variants[] = {&plain_c, &neon_x4, &neon_x8, NULL};
#else
static const struct pow_variant *const variants[] = {&plain_c, NULL};
#endif

/* Litecoin's genesis block. */
static const struct pow_known known[] = {
	{"scrypt", {{0}}, 0,
		"0100000000000000000000000000000000000000000000000000000000000000"
		"00000000d9ced4ed1130f7b7faad9be25323ffafa33232a17c3edf6cfd97bee6"
		"bafbdd97b9aa8e4ef0ff0f1ecd513f7c",
		"001e67b013726fd7382e9acb69165b4b6316227fb3156b5b414ba6340c050000"},
};

const struct pow_family pow_scrypt = {
	.name = "scrypt",
	.parameters = "N, r and p",
	.set = set,
	.check = check,
	.memory = memory,
	.hash = hash,
	.variants = variants,
	.known = known,
	.n_known = 1,
};
