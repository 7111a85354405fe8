/* verify.c -- see verify.h. */
#include "stratum/verify.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"

enum { BATCH_MAX = 16, THREADS_MAX = 256 };

struct verify {
	pthread_mutex_t lock; /* guards all below but the threads' contexts */
	pthread_cond_t work;
	struct verify_task *first, **last;
	bool stopping;
	struct verify_figures figures;
	struct hasher *hashers;
};

struct hasher {
	struct verify *verify;
	struct pow_ctx *ctx;
	pthread_t thread;
};

/* Up to max waiting tasks; 0 when the threads shall end. Called with the lock held. */
static unsigned take(struct verify *v, struct verify_task **tasks, unsigned max)
{
	unsigned n = 0;

	while (!v->first && !v->stopping)
		pthread_cond_wait(&v->work, &v->lock);
	while (v->first && n < max) {
		tasks[n] = v->first;
		v->first = v->first->next;
		if (!v->first)
			v->last = &v->first;
		n++;
	}
	v->figures.queued -= n;
	return n;
}

static void *run_hasher(void *arg)
{
	struct hasher *h = arg;
	struct verify *v = h->verify;
	struct verify_task *tasks[BATCH_MAX];
	uint8_t headers[BATCH_MAX][POW_HEADER_LEN], hashes[BATCH_MAX][POW_HASH_LEN];
	unsigned batch = pow_ctx_batch(h->ctx), n;

	if (batch > BATCH_MAX)
		batch = BATCH_MAX;
	pthread_mutex_lock(&v->lock);
	while ((n = take(v, tasks, batch)) > 0) {
		int64_t from_us = clock_mono_us(), waited_us = 0;

		pthread_mutex_unlock(&v->lock);
		for (unsigned i = 0; i < n; i++) {
			memcpy(headers[i], tasks[i]->header, POW_HEADER_LEN);
			waited_us += from_us - tasks[i]->queued_us;
		}
		pow_hash(h->ctx, n, headers, hashes);
		for (unsigned i = 0; i < n; i++) {
			memcpy(tasks[i]->hash, hashes[i], POW_HASH_LEN);
			loop_post(tasks[i]->loop, &tasks[i]->mail);
		}
		pthread_mutex_lock(&v->lock);
		v->figures.hashes += n;
		v->figures.wait_us += (uint64_t)waited_us;
		v->figures.hash_us += (uint64_t)(clock_mono_us() - from_us);
	}
	pthread_mutex_unlock(&v->lock);
	return NULL;
}

static void free_all(struct verify *v)
{
	for (unsigned i = 0; i < v->figures.threads; i++)
		pow_ctx_free(v->hashers[i].ctx);
	free(v->hashers);
	pthread_mutex_destroy(&v->lock);
	pthread_cond_destroy(&v->work);
	free(v);
}

enum err verify_start(
	const struct pow_algo *algo, unsigned threads, struct verify **out, struct why *why)
{
	struct verify *v = NEW(struct verify);
	const char *variant = pow_choose_variant(algo, threads);
	enum err err = OK;

	assert(threads >= 1 && threads <= THREADS_MAX);
	pthread_mutex_init(&v->lock, NULL);
	pthread_cond_init(&v->work, NULL);
	v->last = &v->first;
	v->hashers = NEW_ARRAY(struct hasher, threads);
	v->figures.variant = variant;
	for (; v->figures.threads < threads && err == OK; v->figures.threads++) {
		v->hashers[v->figures.threads].verify = v;
		err = pow_ctx_new(algo, variant, &v->hashers[v->figures.threads].ctx, why);
	}
	if (err != OK) {
		free_all(v);
		return err;
	}
	v->figures.batch = pow_ctx_batch(v->hashers[0].ctx);
	for (unsigned i = 0; i < threads; i++) {
		int failed =
			pthread_create(&v->hashers[i].thread, NULL, run_hasher, &v->hashers[i]);

		assert(!failed);
	}
	*out = v;
	return OK;
}

void verify_submit(struct verify *v, struct verify_task *task)
{
	task->next = NULL;
	task->queued_us = clock_mono_us();
	pthread_mutex_lock(&v->lock);
	*v->last = task;
	v->last = &task->next;
	v->figures.queued++;
	pthread_mutex_unlock(&v->lock);
	pthread_cond_signal(&v->work);
}

struct verify_figures verify_figures(struct verify *v)
{
	struct verify_figures figures;

	pthread_mutex_lock(&v->lock);
	figures = v->figures;
	pthread_mutex_unlock(&v->lock);
	return figures;
}

void verify_stop(struct verify *v)
{
	if (!v)
		return;
	pthread_mutex_lock(&v->lock);
	v->stopping = true;
	pthread_cond_broadcast(&v->work);
	pthread_mutex_unlock(&v->lock);
	for (unsigned i = 0; i < v->figures.threads; i++)
		pthread_join(v->hashers[i].thread, NULL);
	free_all(v);
}
