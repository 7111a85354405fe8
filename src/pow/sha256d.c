/* sha256d.c -- Bitcoin's proof of work: SHA-256 twice. */
#include "pow/sha256d_priv.h"

#include <string.h>

#include "base/bytes.h"
#include "base/sha256.h"
#include "pow/pow_priv.h"

/* An 80-byte header is two blocks, of which the second is mostly padding; its hash is one more. */
static void one_c(const uint8_t *headers, uint8_t (*out)[POW_HASH_LEN])
{
	uint8_t tail[SHA256_BLOCK] = {
		[16] = 0x80, [62] = POW_HEADER_LEN * 8 / 256, [63] = POW_HEADER_LEN * 8 % 256};
	uint8_t second[SHA256_BLOCK] = {[32] = 0x80, [62] = SHA256_LEN * 8 / 256};
	uint32_t state[8];

	memcpy(tail, headers + SHA256_BLOCK, POW_HEADER_LEN - SHA256_BLOCK);
	sha256_start(state);
	sha256_compress_c(state, headers, 1);
	sha256_compress_c(state, tail, 1);
	for (unsigned i = 0; i < 8; i++)
		put_be32(second + 4 * i, state[i]);
	sha256_start(state);
	sha256_compress_c(state, second, 1);
	for (unsigned i = 0; i < 8; i++)
		put_be32(out[0] + 4 * i, state[i]);
}

static size_t memory(const struct pow_algo *algo, unsigned width)
{
	return 64; /* it needs none */
}

static void hash(struct pow_ctx *ctx, const struct pow_kernel *kernel, unsigned n,
	const uint8_t *inputs, size_t len, uint8_t (*out)[POW_HASH_LEN])
{
	if (len == POW_HEADER_LEN && n == kernel->width) {
		kernel->sha256d(inputs, out);
		return;
	}
	for (unsigned i = 0; i < n; i++)
		sha256d(inputs + i * len, len, out[i]);
}

static const struct pow_variant plain_c = {"c", 0, {{1, 1, .sha256d = one_c}}};

#if defined(__x86_64__)
#define X1                                                                                         \
	{                                                                                          \
		1, 1, .sha256d = sha256d_ni_x1                                                     \
	}
#define X2                                                                                         \
	{                                                                                          \
		2, 2, .sha256d = sha256d_ni_x2                                                     \
	}
#define X4                                                                                         \
	{                                                                                          \
		4, 4, .sha256d = sha256d_ni_x4                                                     \
	}

static const struct pow_variant ni_x1 = {"sha-ni-x1", POW_CPU_SHA, {X1}};
static const struct pow_variant ni_x2 = {"sha-ni-x2", POW_CPU_SHA, {X2, X1}};
static const struct pow_variant ni_x4 = {"sha-ni-x4", POW_CPU_SHA, {X4, X2, X1}};

static const struct pow_variant *const variants[] = {&plain_c, &ni_x1, &ni_x2, &ni_x4, NULL};
#elif defined(__aarch64__)
static const struct pow_variant arm_x1 = {
	"sha-arm-x1", POW_CPU_SHA, {{1, 1, .sha256d = sha256d_arm_x1}}};
static const struct pow_variant arm_x2 = {"sha-arm-x2", POW_CPU_SHA,
	{{2, 2, .sha256d = sha256d_arm_x2}, {1, 1, .sha256d = sha256d_arm_x1}}};

static const struct pow_variant *const variants[] = {&plain_c, &arm_x1, &arm_x2, NULL};
#else
static const struct pow_variant *const variants[] = {&plain_c, NULL};
#endif

/* Bitcoin's genesis block. */
static const struct pow_known known[] = {
	{"sha256d", {{0}}, 0,
		"0100000000000000000000000000000000000000000000000000000000000000"
		"000000003ba3edfd7a7b12b27ac72c3e67768f617fc81bc3888a51323a9fb8aa"
		"4b1e5e4a29ab5f49ffff001d1dac2b7c",
		"6fe28c0ab6f1b372c1a6a246ae63f74f931e8365e15a089c68d6190000000000"},
};

const struct pow_family pow_sha256d = {
	.name = "sha256d",
	.memory = memory,
	.hash = hash,
	.variants = variants,
	.known = known,
	.n_known = 1,
};
