/*
 * choose.c -- which variant is fastest here: the likely ones are timed, with as many threads as the
 * server will use, because they compete for caches and for the core they share.
 */
#include <pthread.h>
#include <stdlib.h>
#include <time.h>

#include "base/mem.h"
#include "pow/pow_priv.h"

#define CANDIDATES  4       /* the last that fit: variants are listed slowest first */
#define ENOUGH_NS   4000000 /* of CPU time for each candidate, but at least two batches */
#define THREADS_MAX 64

struct timing {
	const struct pow_algo *algo;
	const struct pow_variant *variant;
	pthread_barrier_t *start;
	double hashes_per_cpu_s; /* 0: could not be measured */
};

static int64_t cpu_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
	return t.tv_sec * 1000000000 + t.tv_nsec;
}

/* The best of several batches: what disturbs a batch only ever makes it slower. */
static double measure(struct pow_ctx *ctx)
{
	static const uint8_t headers[POW_WIDTH_MAX][POW_HEADER_LEN];
	uint8_t hashes[POW_WIDTH_MAX][POW_HASH_LEN];
	unsigned batch = pow_ctx_batch(ctx);
	int64_t begin = cpu_ns(), before, now = begin, best = INT64_MAX;

	for (unsigned i = 0; i < 2 || now - begin < ENOUGH_NS; i++) {
		before = now;
		pow_hash(ctx, batch, headers, hashes);
		now = cpu_ns();
		if (now - before < best)
			best = now - before;
	}
	return batch * 1e9 / (double)(best > 0 ? best : 1);
}

static void *run(void *arg)
{
	struct timing *t = arg;
	struct pow_ctx *ctx = NULL;
	enum err e = pow_ctx_open(t->algo, t->variant, &ctx, NULL);

	pthread_barrier_wait(t->start);
	if (e == OK)
		t->hashes_per_cpu_s = measure(ctx);
	pow_ctx_free(ctx);
	return NULL;
}

/* Hashes per second of CPU, summed over the threads. */
static double speed(
	const struct pow_algo *algo, const struct pow_variant *variant, unsigned threads)
{
	struct timing timings[THREADS_MAX] = {{NULL}};
	pthread_t ids[THREADS_MAX];
	pthread_barrier_t start;
	double sum = 0;

	pthread_barrier_init(&start, NULL, threads);
	for (unsigned i = 0; i < threads; i++) {
		timings[i] = (struct timing){algo, variant, &start, 0};
		if (i > 0 && pthread_create(&ids[i], NULL, run, &timings[i]) != 0)
			abort(); /* those that were started wait for this one */
	}
	run(&timings[0]);
	for (unsigned i = 0; i < threads; i++) {
		if (i > 0)
			pthread_join(ids[i], NULL);
		sum += timings[i].hashes_per_cpu_s;
	}
	pthread_barrier_destroy(&start);
	return sum;
}

const char *pow_choose_variant(const struct pow_algo *algo, unsigned threads)
{
	const struct pow_variant *const *v = algo->family->variants, *best = v[0];
	unsigned n = 0, tried = 0;
	double best_speed = 0;

	if (threads < 1)
		threads = 1;
	if (threads > THREADS_MAX)
		threads = THREADS_MAX;
	while (v[n])
		n++;
	while (n-- > 0 && tried < CANDIDATES) {
		double s;

		if (!pow_variant_fits(algo, v[n]) || !pow_variant_verified(algo->family, n))
			continue;
		s = speed(algo, v[n], threads);
		if (s > best_speed) {
			best = v[n];
			best_speed = s;
		}
		tried++;
	}
	return best->name;
}
