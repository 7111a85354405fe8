/*
 * variant.c -- which code may be used: what the CPU has, what fits into memory, what computes
 * right.
 *
 * The only state of the folder is here: for each variant whether it was checked in this process,
 * and what it was compared with; both guarded by a lock.
 */
#include <pthread.h>
#include <string.h>

#include "base/hex.h"
#include "base/mem.h"
#include "pow/pow_priv.h"

enum status { UNCHECKED, GOOD, BAD };

#define FAMILIES  3
#define KNOWN_MAX 2

/* What plain C makes of a known header and of others like it. */
struct reference {
	enum status status;
	uint8_t headers[POW_WIDTH_MAX][POW_HEADER_LEN];
	uint8_t hashes[POW_WIDTH_MAX][POW_HASH_LEN];
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static enum status status[FAMILIES][POW_VARIANTS_MAX];   /* under lock */
static struct reference references[FAMILIES][KNOWN_MAX]; /* under lock */

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

static unsigned widest(const struct pow_family *family)
{
	unsigned width = 1;

	for (unsigned i = 0; family->variants[i]; i++)
		if (family->variants[i]->kernels[0].width > width)
			width = family->variants[i]->kernels[0].width;
	return width;
}

/* headers[0] is the known one, the others have other nonces; BAD when plain C gets that one wrong.
 */
static void make_reference(
	struct reference *ref, const struct pow_algo *algo, const struct pow_known *known)
{
	uint8_t right[POW_HASH_LEN];
	struct pow_ctx *ctx;

	ref->status = BAD;
	for (unsigned i = 0; i < POW_WIDTH_MAX; i++) {
		if (!hex_decode(ref->headers[i], POW_HEADER_LEN, known->header, 2 * POW_HEADER_LEN))
			return;
		ref->headers[i][POW_HEADER_LEN - 1] ^= (uint8_t)i;
	}
	if (pow_ctx_open(algo, algo->family->variants[0], &ctx, NULL) != OK)
		return;
	pow_hash(ctx, widest(algo->family), (const uint8_t(*)[POW_HEADER_LEN])ref->headers,
		ref->hashes);
	pow_ctx_free(ctx);
	if (hex_decode(right, POW_HASH_LEN, known->hash, 2 * POW_HASH_LEN) &&
		memcmp(ref->hashes[0], right, POW_HASH_LEN) == 0)
		ref->status = GOOD;
}

/* Each kernel of the variant, every lane of it with another header. */
static bool agrees(
	const struct pow_algo *algo, const struct pow_variant *variant, const struct reference *ref)
{
	uint8_t hashes[POW_WIDTH_MAX][POW_HASH_LEN];
	struct pow_ctx *ctx;
	bool ok = true;

	if (pow_ctx_open(algo, variant, &ctx, NULL) != OK)
		return false;
	for (const struct pow_kernel *k = variant->kernels;; k++) {
		memset(hashes, 0, sizeof(hashes));
		algo->family->hash(ctx, k, k->width, ref->headers[0], POW_HEADER_LEN, hashes);
		ok = ok && memcmp(hashes, ref->hashes, (size_t)k->width * POW_HASH_LEN) == 0;
		if (k->width == 1)
			break;
	}
	pow_ctx_free(ctx);
	return ok;
}

static unsigned number_of(const struct pow_family *family)
{
	unsigned i = 0;

	while (pow_family_at(i) != family)
		i++;
	assert(i < FAMILIES);
	return i;
}

static bool is_right(const struct pow_family *family, const struct pow_variant *variant)
{
	bool ok = true;

	assert(family->n_known <= KNOWN_MAX);
	for (unsigned i = 0; ok && i < family->n_known; i++) {
		const struct pow_known *known = &family->known[i];
		struct reference *ref = &references[number_of(family)][i];
		struct pow_algo *algo;

		if (pow_algo_new(known->algo, known->params, known->n_params, &algo, NULL) != OK)
			return false;
		if (ref->status == UNCHECKED)
			make_reference(ref, algo, known);
		ok = ref->status == GOOD && agrees(algo, variant, ref);
		pow_algo_free(algo);
	}
	return ok;
}

bool pow_variant_verified(const struct pow_family *family, unsigned i)
{
	enum status *s = &status[number_of(family)][i], now;

	assert(i < POW_VARIANTS_MAX);
	pthread_mutex_lock(&lock);
	if (*s == UNCHECKED)
		*s = is_right(family, family->variants[i]) ? GOOD : BAD;
	now = *s;
	pthread_mutex_unlock(&lock);
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
