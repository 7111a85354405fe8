/* pow.c -- the table of algorithms, their parameters, and contexts that hash. */
#include "pow/pow.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "base/mem.h"
#include "pow/pow_priv.h"

#define HUGE_PAGE ((size_t)2 << 20)

static const struct {
	struct pow_algo algo;
	bool is_fixed; /* the name says it all: takes no parameters */
	const char *text;
} algos[] = {
	{{"sha256d", &pow_sha256d}, true, "Bitcoin: SHA-256 twice"},
	{{"scrypt", &pow_scrypt, .n = 1024, .r = 1, .p = 1}, false,
		"Litecoin: scrypt, N=1024 r=1 p=1"},
	{{"yescryptr8", &pow_yescrypt, 5, 2048, 8, 1, POW_PERS_BYTES, 10, "Client Key"}, true,
		"BitZeny: yescrypt 0.5, N=2048 r=8"},
	{{"yescryptr8g", &pow_yescrypt, 5, 2048, 8, 1, POW_PERS_HEADER}, true,
		"Koto: yescrypt 0.5, N=2048 r=8, keyed with the header"},
	{{"yescryptr16", &pow_yescrypt, 5, 4096, 16, 1, POW_PERS_BYTES, 10, "Client Key"}, true,
		"yescrypt 0.5, N=4096 r=16"},
	{{"yescryptr32", &pow_yescrypt, 5, 4096, 32, 1, POW_PERS_BYTES, 10, "WaviBanana"}, true,
		"Wavi: yescrypt 0.5, N=4096 r=32"},
	{{"yescrypt", &pow_yescrypt, 5, 2048, 8, 1, POW_PERS_HEADER}, false,
		"yescrypt 0.5 of any N, r and pers; as it is, GlobalBoost"},
	{{"yespower", &pow_yescrypt, 10, 2048, 32, 1, POW_PERS_NONE}, false,
		"yespower 1.0 or 0.5 of any N, r and pers; as it is, 1.0 with N=2048 r=32"},
	{{"yespowerr16", &pow_yescrypt, 10, 4096, 16, 1, POW_PERS_NONE}, true,
		"Yenten: yespower 1.0, N=4096 r=16"},
};

const char *pow_algo_at(unsigned i, const char **out_text)
{
	if (i >= ARRAY_LEN(algos))
		return NULL;
	*out_text = algos[i].text;
	return algos[i].algo.name;
}

const struct pow_family *pow_family_at(unsigned i)
{
	static const struct pow_family *const families[] = {
		&pow_sha256d, &pow_scrypt, &pow_yescrypt, NULL};

	return families[i];
}

/* How many letters to add, drop or change (Levenshtein); names are short. */
static unsigned distance(const char *a, const char *b)
{
	unsigned row[64], len = (unsigned)strlen(b);

	for (unsigned k = 0; k <= len; k++)
		row[k] = k;
	for (unsigned i = 0; a[i]; i++) {
		unsigned corner = row[0];

		row[0] = i + 1;
		for (unsigned k = 1; k <= len; k++) {
			unsigned best = corner + (a[i] != b[k - 1]);

			corner = row[k];
			if (corner + 1 < best)
				best = corner + 1;
			if (row[k - 1] + 1 < best)
				best = row[k - 1] + 1;
			row[k] = best;
		}
	}
	return row[len];
}

static enum err no_such_algo(const char *name, struct why *why)
{
	unsigned best = 0;

	for (unsigned i = 1; i < ARRAY_LEN(algos); i++)
		if (distance(name, algos[i].algo.name) < distance(name, algos[best].algo.name))
			best = i;
	if (distance(name, algos[best].algo.name) > 3)
		return err_fail(why, ERR_NOT_FOUND, "no proof of work is called '%.40s'", name);
	return err_fail(why, ERR_NOT_FOUND,
		"no proof of work is called '%.40s'; did you mean '%s'?", name,
		algos[best].algo.name);
}

enum err pow_u32(
	const struct pow_param *param, uint32_t min, uint32_t max, uint32_t *out, struct why *why)
{
	uint64_t value = 0;
	const char *p = param->value;

	for (; *p >= '0' && *p <= '9' && value <= UINT32_MAX; p++)
		value = value * 10 + (uint64_t)(*p - '0');
	if (p == param->value || (*p && (*p < '0' || *p > '9')))
		return err_fail(why, ERR_INVALID, "%s must be a number, not '%.40s'", param->name,
			param->value);
	if (value < min || value > max)
		return err_fail(why, ERR_RANGE, "%s must lie between %u and %u, not %.40s",
			param->name, min, max, param->value);
	*out = (uint32_t)value;
	return OK;
}

static enum err set_params(
	struct pow_algo *algo, const struct pow_param *params, unsigned n, struct why *why)
{
	const struct pow_family *family = algo->family;
	enum err e;

	for (unsigned i = 0; i < n; i++) {
		assert(params[i].name && params[i].value);
		e = family->set(algo, &params[i], why);
		if (e == ERR_NOT_FOUND)
			return err_fail(why, ERR_INVALID,
				"%s has no parameter '%.40s'; it takes %s", algo->name,
				params[i].name, family->parameters);
		if (e != OK)
			return e;
	}
	e = family->check ? family->check(algo, why) : OK;
	if (e == OK && family->memory(algo, 1) > POW_HASH_MEMORY_MAX)
		return err_fail(why, ERR_LIMIT,
			"%s with N=%u r=%u needs %zu MiB for each hash; the limit is %zu MiB",
			algo->name, algo->n, algo->r, family->memory(algo, 1) >> 20,
			POW_HASH_MEMORY_MAX >> 20);
	return e;
}

enum err pow_algo_new(const char *name, const struct pow_param *params, unsigned n,
	struct pow_algo **out, struct why *why)
{
	struct pow_algo algo;
	unsigned i = 0;
	enum err e;

	while (i < ARRAY_LEN(algos) && strcmp(algos[i].algo.name, name) != 0)
		i++;
	if (i == ARRAY_LEN(algos))
		return no_such_algo(name, why);
	if (algos[i].is_fixed && n > 0)
		return err_fail(why, ERR_INVALID, "%s takes no parameters", name);
	algo = algos[i].algo;
	e = set_params(&algo, params, n, why);
	if (e != OK)
		return e;
	*out = mem_alloc(sizeof(algo));
	**out = algo;
	return OK;
}

void pow_algo_free(struct pow_algo *algo)
{
	free(algo);
}

const char *pow_algo_name(const struct pow_algo *algo)
{
	return algo->name;
}

/* Scratch memory; in huge pages where the kernel gives them, because rows are read at random. */
static enum err map_memory(struct pow_ctx *ctx, size_t len, struct why *why)
{
	size_t align = len >= HUGE_PAGE ? HUGE_PAGE : 4096;

	ctx->mem_len = (len + 4095) / 4096 * 4096;
	ctx->mem = aligned_alloc(align, (ctx->mem_len + align - 1) / align * align);
	if (!ctx->mem)
		return err_fail(why, ERR_UNAVAILABLE, "no memory for %s: %zu MiB asked for",
			ctx->algo.name, len >> 20);
	if (align == HUGE_PAGE)
		(void)madvise(ctx->mem, ctx->mem_len, MADV_HUGEPAGE); /* a wish, not a need */
	return OK;
}

enum err pow_ctx_open(const struct pow_algo *algo, const struct pow_variant *variant,
	struct pow_ctx **out, struct why *why)
{
	struct pow_ctx *ctx = NEW(struct pow_ctx);
	enum err e;

	ctx->algo = *algo;
	ctx->variant = variant;
	e = map_memory(ctx, algo->family->memory(algo, variant->kernels[0].width), why);
	if (e != OK) {
		free(ctx);
		return e;
	}
	*out = ctx;
	return OK;
}

void pow_ctx_free(struct pow_ctx *ctx)
{
	if (!ctx)
		return;
	free(ctx->mem);
	free(ctx);
}

unsigned pow_ctx_batch(const struct pow_ctx *ctx)
{
	return ctx->variant->kernels[0].width;
}

size_t pow_ctx_memory(const struct pow_ctx *ctx)
{
	return ctx->mem_len;
}

const char *pow_ctx_variant(const struct pow_ctx *ctx)
{
	return ctx->variant->name;
}

static void hash_all(struct pow_ctx *ctx, unsigned n, const uint8_t *inputs, size_t len,
	uint8_t (*hashes)[POW_HASH_LEN])
{
	while (n > 0) {
		const struct pow_kernel *kernel = ctx->variant->kernels;
		unsigned take;

		while (kernel->least > n)
			kernel++;
		take = n < kernel->width ? n : kernel->width;
		ctx->algo.family->hash(ctx, kernel, take, inputs, len, hashes);
		n -= take;
		inputs += take * len;
		hashes += take;
	}
}

void pow_hash(struct pow_ctx *ctx, unsigned n, const uint8_t (*headers)[POW_HEADER_LEN],
	uint8_t (*hashes)[POW_HASH_LEN])
{
	hash_all(ctx, n, &headers[0][0], POW_HEADER_LEN, hashes);
}

void pow_hash_bytes(
	struct pow_ctx *ctx, const uint8_t *input, size_t len, uint8_t out[POW_HASH_LEN])
{
	hash_all(ctx, 1, input, len, (uint8_t(*)[POW_HASH_LEN])out);
}
