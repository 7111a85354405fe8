/*
 * yescrypt.c -- yescrypt 0.5 and yespower 1.0: parameters, SHA-256 before and after the mixing,
 * and the table of code variants.
 */
#include "pow/yescrypt_priv.h"

#include <string.h>

#include "base/bytes.h"
#include "base/hex.h"
#include "base/sha256.h"
#include "pow/pow_priv.h"

static enum err set_pers(struct pow_algo *algo, const char *value)
{
	if (strcmp(value, "none") == 0) {
		algo->pers = POW_PERS_NONE;
		return OK;
	}
	if (strcmp(value, "header") == 0) {
		algo->pers = POW_PERS_HEADER;
		return OK;
	}
	if (strlen(value) > POW_PERS_MAX)
		return ERR_RANGE;
	algo->pers = POW_PERS_BYTES;
	algo->pers_len = (uint8_t)strlen(value);
	memcpy(algo->pers_bytes, value, algo->pers_len);
	return OK;
}

static enum err set_pers_hex(struct pow_algo *algo, const char *value)
{
	size_t digits = strlen(value);

	if (digits > 2 * POW_PERS_MAX)
		return ERR_RANGE;
	if (!hex_decode(algo->pers_bytes, digits / 2, value, digits))
		return ERR_INVALID;
	algo->pers = POW_PERS_BYTES;
	algo->pers_len = (uint8_t)(digits / 2);
	return OK;
}

static enum err set(struct pow_algo *algo, const struct pow_param *param, struct why *why)
{
	enum err e;

	if (strcmp(param->name, "N") == 0)
		return pow_u32(param, 1024, 524288, &algo->n, why);
	if (strcmp(param->name, "r") == 0)
		return pow_u32(param, 8, 32, &algo->r, why);
	if (strcmp(param->name, "version") == 0) {
		if (strcmp(param->value, "0.5") == 0)
			algo->version = ALGO_05;
		else if (strcmp(param->value, "1.0") == 0)
			algo->version = ALGO_10;
		else
			return err_fail(why, ERR_INVALID, "version must be 0.5 or 1.0, not '%s'",
				param->value);
		return OK;
	}
	if (strcmp(param->name, "pers") == 0)
		e = set_pers(algo, param->value);
	else if (strcmp(param->name, "pers_hex") == 0)
		e = set_pers_hex(algo, param->value);
	else
		return ERR_NOT_FOUND;
	if (e == ERR_RANGE)
		return err_fail(why, e, "%s is longer than %u bytes", param->name, POW_PERS_MAX);
	if (e != OK)
		return err_fail(why, e, "%s is not hexadecimal: '%s'", param->name, param->value);
	return OK;
}

static enum err check(const struct pow_algo *algo, struct why *why)
{
	if (algo->n & (algo->n - 1))
		return err_fail(why, ERR_INVALID, "N must be a power of two, not %u", algo->n);
	if (algo->version == ALGO_10 && algo->pers == POW_PERS_HEADER)
		return err_fail(why, ERR_INVALID, "pers=header exists in version 0.5 only");
	return OK;
}

static struct yescrypt_shape shape_of(const struct pow_algo *algo)
{
	struct yescrypt_shape shape = {.version = algo->version, .n = algo->n, .r = algo->r};
	uint32_t third = (algo->n + 2) / 3, total = third + third % 2;

	shape.stir_rw = algo->version == ALGO_10 ? total : third - third % 2;
	shape.stir_ro = total - shape.stir_rw;
	return shape;
}

static size_t s_bytes(const struct pow_algo *algo)
{
	return algo->version == ALGO_10 ? S_BYTES_10 : S_BYTES_05;
}

static size_t memory(const struct pow_algo *algo, unsigned width)
{
	size_t row = (size_t)128 * algo->r;

	return width * (row * algo->n + s_bytes(algo) + row);
}

/* All the big tables, then all S-boxes side by side (they share the level 1 cache), then the rows.
 */
static void place(const struct pow_ctx *ctx, unsigned width, struct yescrypt_lane *lanes)
{
	size_t row = (size_t)128 * ctx->algo.r, v = row * ctx->algo.n, s = s_bytes(&ctx->algo);

	for (unsigned i = 0; i < width; i++) {
		lanes[i].v = (uint32_t *)(ctx->mem + i * v);
		lanes[i].s = (uint32_t *)(ctx->mem + width * v + i * s);
		lanes[i].row = (uint32_t *)(ctx->mem + width * (v + s) + i * row);
	}
}

static void to_lane_order(uint32_t *row, const uint8_t *bytes, unsigned cells)
{
	for (; cells > 0; cells--, row += CELL_WORDS, bytes += 4 * CELL_WORDS)
		for (unsigned k = 0; k < CELL_WORDS; k++)
			row[k] = get_le32(bytes + 4 * (5 * k % 16));
}

static void to_plain_order(uint8_t *bytes, const uint32_t *row, unsigned cells)
{
	for (; cells > 0; cells--, row += CELL_WORDS, bytes += 4 * CELL_WORDS)
		for (unsigned k = 0; k < CELL_WORDS; k++)
			put_le32(bytes + 4 * (5 * k % 16), row[k]);
}

/* From the input to the first row; key1 is what the end needs again. */
static void begin(const struct pow_algo *algo, const uint8_t *input, size_t len, uint32_t *row,
	uint8_t key1[32])
{
	uint8_t key0[32], bytes[ROW_BYTES];
	size_t row_bytes = (size_t)128 * algo->r;

	if (algo->pers == POW_PERS_HEADER && len > POW_HEADER_LEN)
		len = POW_HEADER_LEN;
	sha256(input, len, key0);
	if (algo->version == ALGO_10) {
		row_bytes = 128;
		input = algo->pers_bytes;
		len = algo->pers_len;
	}
	pbkdf2_sha256(key0, 32, input, len, 1, bytes, row_bytes);
	memcpy(key1, bytes, 32);
	to_lane_order(row, bytes, (unsigned)(row_bytes / 64));
}

static void finish(const struct pow_algo *algo, const uint8_t *input, size_t len,
	const uint32_t *row, const uint8_t key1[32], uint8_t out[POW_HASH_LEN])
{
	uint8_t bytes[ROW_BYTES];
	unsigned cells = 2 * algo->r;

	if (algo->version == ALGO_10) {
		to_plain_order(bytes, row + (cells - 1) * CELL_WORDS, 1);
		hmac_sha256(bytes, 64, key1, 32, out);
		return;
	}
	to_plain_order(bytes, row, cells);
	pbkdf2_sha256(key1, 32, bytes, (size_t)64 * cells, 1, out, 32);
	switch (algo->pers) {
	case POW_PERS_NONE: return;
	case POW_PERS_HEADER: hmac_sha256(out, 32, input, len, out); break;
	case POW_PERS_BYTES: hmac_sha256(out, 32, algo->pers_bytes, algo->pers_len, out); break;
	}
	sha256(out, 32, out);
}

static void hash(struct pow_ctx *ctx, const struct pow_kernel *kernel, unsigned n,
	const uint8_t *inputs, size_t len, uint8_t (*out)[POW_HASH_LEN])
{
	struct yescrypt_shape shape = shape_of(&ctx->algo);
	struct yescrypt_lane lanes[POW_WIDTH_MAX];
	uint8_t key1[POW_WIDTH_MAX][32];

	place(ctx, kernel->width, lanes);
	for (unsigned i = 0; i < n; i++)
		begin(&ctx->algo, inputs + i * len, len, lanes[i].row, key1[i]);
	kernel->smix(&shape, lanes);
	for (unsigned i = 0; i < n; i++)
		finish(&ctx->algo, inputs + i * len, len, lanes[i].row, key1[i], out[i]);
}

static const struct pow_variant plain_c = {"c", 0, {{1, 1, .smix = yescrypt_smix_c}}};

#if defined(__x86_64__) || defined(__aarch64__)
/* Four kernels for each instruction set: a group of hashes that does not fill the widest one is
 * taken by the next. */
#define K(isa, ways)                                                                               \
	{                                                                                          \
		ways, ways, .smix = yescrypt_smix_##isa##_x##ways                                  \
	}
#define VARIANTS(isa, cpu)                                                                         \
	static const struct pow_variant isa##_x1 = {#isa "-x1", cpu, {K(isa, 1)}};                 \
	static const struct pow_variant isa##_x2 = {#isa "-x2", cpu, {K(isa, 2), K(isa, 1)}};      \
	static const struct pow_variant isa##_x3 = {                                               \
		#isa "-x3", cpu, {K(isa, 3), K(isa, 2), K(isa, 1)}};                               \
	static const struct pow_variant isa##_x4 = {                                               \
		#isa "-x4", cpu, {K(isa, 4), K(isa, 3), K(isa, 2), K(isa, 1)}}
#endif

#if defined(__x86_64__)
#define VARIANT_PEXT(isa, cpu)                                                                     \
	static const struct pow_variant isa##_x3p = {#isa "-x3p", (cpu) | POW_CPU_PEXT,            \
		{{3, 3, .smix = yescrypt_smix_##isa##_x3p}, K(isa, 2), K(isa, 1)}}

VARIANTS(sse2, 0);
VARIANTS(avx2, POW_CPU_AVX2);
VARIANTS(avx512, POW_CPU_AVX512);
VARIANT_PEXT(avx2, POW_CPU_AVX2);
VARIANT_PEXT(avx512, POW_CPU_AVX512);

/* Three ways last: where nobody measures, they are the safest bet. */
static const struct pow_variant *const variants[] = {&plain_c, &sse2_x1, &sse2_x2, &sse2_x4,
	&sse2_x3, &avx2_x1, &avx2_x2, &avx2_x4, &avx2_x3p, &avx2_x3, &avx512_x1, &avx512_x2,
	&avx512_x4, &avx512_x3p, &avx512_x3, NULL};
#elif defined(__aarch64__)
VARIANTS(neon, 0);

static const struct pow_variant *const variants[] = {
	&plain_c, &neon_x1, &neon_x4, &neon_x2, &neon_x3, NULL};
#else
static const struct pow_variant *const variants[] = {&plain_c, NULL};
#endif

/* BitZeny's genesis block, and a yespower 1.0 header. */
static const struct pow_known known[] = {
	{"yescryptr8", {{0}}, 0,
		"0100000000000000000000000000000000000000000000000000000000000000"
		"00000000d2a4db3bce9f2044558211b401dc45c72806a9ffc7f8a3df9c3a58b4"
		"91e526a6930e5d54ffff3f1ec2a40500",
		"cef5b89f4ebf38a73cd440439edaca4afa7c7ad82be281473b9e5ee5f7090000"},
	{"yespower", {{"N", "2048"}, {"r", "8"}}, 2,
		"000306090c0f1215181b1e2124272a2d303336393c3f4245484b4e5154575a5d"
		"606366696c6f7275787b7e8184878a8d909396999c9fa2a5a8abaeb1b4b7babd"
		"c0c3c6c9cccfd2d5d8dbdee1e4e7eaed",
		"69e0e895b3df7aeeb837d71fe199e9d34f7ec46ecbca7a2c4308e51857ae9b46"},
};

const struct pow_family pow_yescrypt = {
	.name = "yescrypt",
	.parameters = "N, r, version, pers and pers_hex",
	.set = set,
	.check = check,
	.memory = memory,
	.hash = hash,
	.variants = variants,
	.known = known,
	.n_known = 2,
};
