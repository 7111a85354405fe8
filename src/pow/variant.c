/*
 * variant.c -- which code variant to use: what the CPU has, what computes right, what is fastest.
 *
 * The only state of the folder is here: for each variant whether it was checked in this process,
 * guarded by a lock.
 */
#include <pthread.h>
#include <string.h>
#include <time.h>

#include "base/hex.h"
#include "base/mem.h"
#include "pow/pow_priv.h"

enum status { UNCHECKED, GOOD, BAD };

#define FAMILIES 3

static pthread_mutex_t status_lock = PTHREAD_MUTEX_INITIALIZER;
static enum status status[FAMILIES][POW_VARIANTS_MAX];

bool pow_variant_fits(const struct pow_algo *algo, const struct pow_variant *variant)
{
	return pow_cpu_has(variant->cpu) &&
	       algo->family->memory(algo, variant->kernels[0].width) <= POW_CTX_MEMORY_MAX;
}

bool pow_variant_at(const struct pow_algo *algo, unsigned i, struct pow_variant_info *out)
{
	const struct pow_variant *const *v = algo->family->variants;

	for (; i > 0 && *v; i--)
		v++;
	if (!*v)
		return false;
	out->name = (*v)->name;
	out->batch = (*v)->kernels[0].width;
	out->memory_bytes = algo->family->memory(algo, out->batch);
	out->usable = pow_variant_fits(algo, *v);
	return true;
}

/* headers[0] as it is known, the others with other nonces. */
static void make_headers(const struct pow_known *known, uint8_t (*headers)[POW_HEADER_LEN])
{
	for (unsigned i = 0; i < POW_WIDTH_MAX; i++) {
		bool ok = hex_decode(headers[i], POW_HEADER_LEN, known->header, 2 * POW_HEADER_LEN);

		assert(ok);
		headers[i][POW_HEADER_LEN - 1] ^= (uint8_t)i;
	}
}

/* The hashes of n headers, one at a time by plain C; false when even that is wrong. */
static bool reference(const struct pow_algo *algo, const struct pow_known *known, unsigned n,
	const uint8_t (*headers)[POW_HEADER_LEN], uint8_t (*hashes)[POW_HASH_LEN])
{
	struct pow_ctx *ctx;
	uint8_t right[POW_HASH_LEN];

	if (pow_ctx_open(algo, algo->family->variants[0], &ctx, NULL) != OK)
		return false;
	pow_hash(ctx, n, headers, hashes);
	pow_ctx_free(ctx);
	return hex_decode(right, POW_HASH_LEN, known->hash, 2 * POW_HASH_LEN) &&
	       memcmp(hashes[0], right, POW_HASH_LEN) == 0;
}

/* Each kernel of the variant, every lane of it with another header. */
static bool compute_alike(const struct pow_algo *algo, const struct pow_variant *variant,
	const uint8_t (*headers)[POW_HEADER_LEN], const uint8_t (*right)[POW_HASH_LEN])
{
	uint8_t hashes[POW_WIDTH_MAX][POW_HASH_LEN];
	struct pow_ctx *ctx;
	bool ok = true;

	if (pow_ctx_open(algo, variant, &ctx, NULL) != OK)
		return false;
	for (const struct pow_kernel *k = variant->kernels;; k++) {
		memset(hashes, 0, sizeof(hashes));
		algo->family->hash(ctx, k, k->width, headers[0], POW_HEADER_LEN, hashes);
		ok = ok && memcmp(hashes, right, (size_t)k->width * POW_HASH_LEN) == 0;
		if (k->width == 1)
			break;
	}
	pow_ctx_free(ctx);
	return ok;
}

static bool is_right(const struct pow_family *family, const struct pow_variant *variant)
{
	uint8_t headers[POW_WIDTH_MAX][POW_HEADER_LEN], right[POW_WIDTH_MAX][POW_HASH_LEN];
	bool ok = true;

	for (unsigned i = 0; ok && i < family->n_known; i++) {
		const struct pow_known *known = &family->known[i];
		unsigned width = variant->kernels[0].width;
		struct pow_algo *algo;

		if (pow_algo_new(known->algo, known->params, known->n_params, &algo, NULL) != OK)
			return false;
		make_headers(known, headers);
		ok = reference(algo, known, width, headers, right) &&
		     compute_alike(algo, variant, headers, right);
		pow_algo_free(algo);
	}
	return ok;
}

static enum status *status_of(const struct pow_family *family, unsigned variant)
{
	unsigned i = 0;

	while (pow_family_at(i) != family)
		i++;
	assert(i < FAMILIES && variant < POW_VARIANTS_MAX);
	return &status[i][variant];
}

bool pow_variant_verified(const struct pow_family *family, unsigned i)
{
	enum status *s = status_of(family, i), now;

	pthread_mutex_lock(&status_lock);
	if (*s == UNCHECKED)
		*s = is_right(family, family->variants[i]) ? GOOD : BAD;
	now = *s;
	pthread_mutex_unlock(&status_lock);
	return now == GOOD;
}

unsigned pow_self_test(struct pow_fault *out, unsigned max)
{
	const struct pow_family *family;
	unsigned faults = 0;

	for (unsigned f = 0; (family = pow_family_at(f)); f++) {
		for (unsigned i = 0; family->variants[i]; i++) {
			const struct pow_variant *v = family->variants[i];

			if (!pow_cpu_has(v->cpu) || pow_variant_verified(family, i))
				continue;
			if (faults < max)
				out[faults] = (struct pow_fault){family->name, v->name};
			faults++;
		}
	}
	return faults;
}

/* The last that fits and computes right: variants are listed slowest first. */
static enum err open_widest(const struct pow_algo *algo, struct pow_ctx **out, struct why *why)
{
	const struct pow_variant *const *v = algo->family->variants;
	unsigned n = 0;

	while (v[n])
		n++;
	while (n-- > 0)
		if (pow_variant_fits(algo, v[n]) && pow_variant_verified(algo->family, n))
			return pow_ctx_open(algo, v[n], out, why);
	return err_fail(why, ERR_CORRUPT, "no code for %s computes right hashes on this machine",
		algo->name);
}

enum err pow_ctx_new(
	const struct pow_algo *algo, const char *variant, struct pow_ctx **out, struct why *why)
{
	const struct pow_variant *const *v = algo->family->variants;
	unsigned i = 0;

	if (!variant)
		return open_widest(algo, out, why);
	while (v[i] && strcmp(v[i]->name, variant) != 0)
		i++;
	if (!v[i])
		return err_fail(
			why, ERR_NOT_FOUND, "%s has no variant '%.40s'", algo->name, variant);
	if (!pow_cpu_has(v[i]->cpu))
		return err_fail(why, ERR_UNSUPPORTED, "this CPU cannot run %s's variant %s",
			algo->name, variant);
	if (!pow_variant_fits(algo, v[i]))
		return err_fail(why, ERR_LIMIT, "variant %s of %s needs more than %zu MiB", variant,
			algo->name, POW_CTX_MEMORY_MAX >> 20);
	if (!pow_variant_verified(algo->family, i))
		return err_fail(why, ERR_CORRUPT, "variant %s of %s computes wrong hashes here",
			variant, algo->name);
	return pow_ctx_open(algo, v[i], out, why);
}

const char *pow_choose_variant(const struct pow_algo *algo, unsigned threads)
{
	struct pow_ctx *ctx;
	const char *name = algo->family->variants[0]->name;

	if (open_widest(algo, &ctx, NULL) == OK) {
		name = ctx->variant->name;
		pow_ctx_free(ctx);
	}
	return name;
}
