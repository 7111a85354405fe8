/* sha256d.c -- Bitcoin's proof of work: SHA-256 twice. */
#include "base/sha256.h"

#include <string.h>

#include "base/bytes.h"
#include "pow/pow_priv.h"

typedef void compress_fn(uint32_t state[8], const uint8_t *blocks, size_t n);

/* An 80-byte header is two blocks, of which the second is mostly padding; its hash is one more. */
static void header_by(compress_fn *compress, const uint8_t *header, uint8_t *out)
{
	uint8_t tail[SHA256_BLOCK] = {
		[16] = 0x80, [62] = POW_HEADER_LEN * 8 / 256, [63] = POW_HEADER_LEN * 8 % 256};
	uint8_t second[SHA256_BLOCK] = {[32] = 0x80, [62] = 256 / 256};
	uint32_t state[8];

	memcpy(tail, header + SHA256_BLOCK, POW_HEADER_LEN - SHA256_BLOCK);
	sha256_start(state);
	compress(state, header, 1);
	compress(state, tail, 1);
	for (unsigned i = 0; i < 8; i++)
		put_be32(second + 4 * i, state[i]);
	sha256_start(state);
	compress(state, second, 1);
	for (unsigned i = 0; i < 8; i++)
		put_be32(out + 4 * i, state[i]);
}

static void one_c(const uint8_t *headers, uint8_t (*out)[POW_HASH_LEN])
{
	header_by(sha256_compress_c, headers, out[0]);
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

static const struct pow_variant *const variants[] = {&plain_c, NULL};

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
