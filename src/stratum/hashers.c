/* hashers.c -- see hashers.h. */
#include "stratum/hashers.h"

#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "base/mem.h"
#include "pow/pow.h"

static const struct logger lg = {"stratum", ""};

void hashers_check(void)
{
	struct pow_fault faults[8];
	unsigned n = pow_self_test(faults, ARRAY_LEN(faults));

	for (unsigned i = 0; i < n && i < ARRAY_LEN(faults); i++)
		log_broken(&lg, "pow_variant_wrong",
			"algorithm=%s variant=%s text=\"it is not used\"", faults[i].family,
			faults[i].variant);
}

/* sha256d is cheaper than handing it to another thread. */
static bool hashes_on_loop(const struct pow_algo *algo)
{
	return strcmp(pow_algo_name(algo), "sha256d") == 0;
}

static unsigned cores(void)
{
	long n = sysconf(_SC_NPROCESSORS_ONLN);

	return n < 1 ? 1 : (unsigned)n;
}

static enum err start_threads(struct hasher *h, unsigned threads, struct why *why)
{
	struct verify_figures v;
	enum err err;

	if (hashes_on_loop(h->algo))
		return OK;
	err = verify_start(h->algo, threads ? threads : cores(), &h->verify, why);
	if (err != OK)
		return err;
	v = verify_figures(h->verify);
	log_info(&lg, "pow_ready", "algorithm=%s variant=%s batch=%u threads=%u",
		pow_algo_name(h->algo), v.variant, v.batch, v.threads);
	return OK;
}

static enum err hasher_new(
	struct hasher *h, const struct coin *coin, unsigned threads, struct why *why)
{
	struct pow_param params[COIN_PARAMS_MAX];
	enum err err;

	*h = (struct hasher){.coin = coin};
	for (unsigned i = 0; i < coin->params_count; i++)
		params[i] = (struct pow_param){coin->params[i].name, coin->params[i].value};
	err = pow_algo_new(coin->algorithm, params, coin->params_count, &h->algo, why);
	return err == OK ? start_threads(h, threads, why) : err;
}

enum err hashers_for(struct hashers *h, const struct coin *coin, unsigned threads,
	const struct hasher **out, struct why *why)
{
	enum err err;

	for (unsigned i = 0; i < h->count; i++) {
		if (coin_same_pow(h->list[i].coin, coin)) {
			*out = &h->list[i];
			return OK;
		}
	}
	assert(h->count < CONF_POOLS_MAX);
	err = hasher_new(&h->list[h->count++], coin, threads, why);
	if (err == OK)
		*out = &h->list[h->count - 1];
	return err;
}

bool hashers_have_threads(const struct hashers *h)
{
	for (unsigned i = 0; i < h->count; i++) {
		if (h->list[i].verify)
			return true;
	}
	return false;
}

static void add_times(struct verify_times *sum, const struct verify_times *more)
{
	for (unsigned i = 0; i <= VERIFY_BOUNDS; i++)
		sum->buckets[i] += more->buckets[i];
	sum->sum_us += more->sum_us;
}

struct verify_figures hashers_figures(const struct hashers *h)
{
	struct verify_figures sum = {0};

	for (unsigned i = 0; i < h->count; i++) {
		struct verify_figures one;

		if (!h->list[i].verify)
			continue;
		one = verify_figures(h->list[i].verify);
		sum.hashes += one.hashes;
		add_times(&sum.wait, &one.wait);
		add_times(&sum.hash, &one.hash);
		sum.queued += one.queued;
		sum.threads += one.threads;
		sum.batch = one.batch;
		sum.variant = one.variant;
	}
	return sum;
}

void hashers_stop(struct hashers *h)
{
	for (unsigned i = 0; i < h->count; i++)
		verify_stop(h->list[i].verify);
}

void hashers_free(struct hashers *h)
{
	for (unsigned i = 0; i < h->count; i++) {
		verify_free(h->list[i].verify);
		pow_algo_free(h->list[i].algo);
	}
	h->count = 0;
}
