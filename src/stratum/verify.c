/* verify.c -- see verify.h. */
#include "stratum/verify.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/list.h"
#include "base/map.h"
#include "base/mem.h"

enum { BATCH_MAX = 16, THREADS_MAX = 256 };

/* All connections of one address. */
struct peer {
	struct list turn;    /* in verify->last while one of its sources waits without credit */
	struct list waiting; /* those sources */
	unsigned sources;
	size_t key_len;
	char key[];
};

struct verify_source {
	struct verify *verify;
	struct peer *peer;
	struct list turn; /* in verify->first or peer->waiting while it has tasks */
	struct verify_task *head, **tail;
	int credit; /* [hashes] 0 .. VERIFY_CREDIT_MAX */
	bool is_closed;
};

struct hasher {
	struct verify *verify;
	struct pow_ctx *ctx;
	pthread_t thread;
};

struct verify {
	pthread_mutex_t lock; /* guards all below, and every source and peer */
	pthread_cond_t work;
	struct list first;   /* sources in credit, in turn */
	struct list last;    /* peers with sources that are not, in turn */
	unsigned since_last; /* hashes since one of the latter had its turn */
	struct map *peers;
	bool is_stopping;
	struct verify_figures figures;
	struct hasher *hashers;
};

/* ---- whose turn it is; all with the lock held ---- */

static bool has_work(const struct verify *v)
{
	return !list_is_empty(&v->first) || !list_is_empty(&v->last);
}

/* Put a source with tasks where its credit says. */
static void line_up(struct verify_source *s)
{
	struct verify *v = s->verify;

	list_remove(&s->turn);
	if (!s->head)
		return;
	if (s->credit > 0) {
		list_add_tail(&v->first, &s->turn);
		return;
	}
	list_add_tail(&s->peer->waiting, &s->turn);
	if (list_is_empty(&s->peer->turn))
		list_add_tail(&v->last, &s->peer->turn);
}

/* A peer none of whose sources wait without credit any more has no turn. */
static void settle_peer(struct peer *p)
{
	if (list_is_empty(&p->waiting))
		list_remove(&p->turn);
}

static struct verify_source *next_source(struct verify *v)
{
	struct peer *peer;

	if (!list_is_empty(&v->first) &&
		(list_is_empty(&v->last) || ++v->since_last < VERIFY_LAST_IN))
		return CONTAINER_OF(v->first.next, struct verify_source, turn);
	v->since_last = 0;
	peer = CONTAINER_OF(v->last.next, struct peer, turn);
	list_remove(&peer->turn);
	list_add_tail(&v->last, &peer->turn);
	return CONTAINER_OF(peer->waiting.next, struct verify_source, turn);
}

static void free_source(struct verify_source *s)
{
	struct verify *v = s->verify;
	struct peer *peer = s->peer;

	if (--peer->sources == 0) {
		list_remove(&peer->turn);
		map_remove(v->peers, peer->key, peer->key_len);
		free(peer);
	}
	free(s);
}

static struct verify_task *take_one(struct verify *v)
{
	struct verify_source *s = next_source(v);
	struct verify_task *task = s->head;

	s->head = task->next;
	if (!s->head)
		s->tail = &s->head;
	if (s->credit > 0)
		s->credit--;
	line_up(s);
	settle_peer(s->peer);
	if (s->is_closed && !s->head)
		free_source(s);
	return task;
}

/* Up to max waiting tasks; 0 when the threads shall end. */
static unsigned take(struct verify *v, struct verify_task **tasks, unsigned max)
{
	unsigned n = 0;

	while (!has_work(v) && !v->is_stopping)
		pthread_cond_wait(&v->work, &v->lock);
	while (n < max && has_work(v))
		tasks[n++] = take_one(v);
	v->figures.queued -= n;
	return n;
}

/* ---- sources ---- */

struct verify_source *verify_source_new(struct verify *v, const char *address)
{
	struct verify_source *s = NEW(struct verify_source);
	size_t len = strlen(address);
	struct peer *peer;

	s->verify = v;
	s->tail = &s->head;
	list_init(&s->turn);
	pthread_mutex_lock(&v->lock);
	peer = map_get(v->peers, address, len);
	if (!peer) {
		peer = mem_alloc(sizeof(*peer) + len + 1);
		list_init(&peer->turn);
		list_init(&peer->waiting);
		peer->key_len = len;
		memcpy(peer->key, address, len);
		map_set(v->peers, address, len, peer);
	}
	peer->sources++;
	s->peer = peer;
	pthread_mutex_unlock(&v->lock);
	return s;
}

void verify_source_close(struct verify_source *s)
{
	struct verify_task *skipped = NULL;
	struct verify *v;

	if (!s)
		return;
	v = s->verify;
	pthread_mutex_lock(&v->lock);
	s->is_closed = true;
	if (s->credit <= 0) {
		skipped = s->head;
		s->head = NULL;
		s->tail = &s->head;
		for (struct verify_task *task = skipped; task; task = task->next)
			v->figures.queued--;
		list_remove(&s->turn);
		settle_peer(s->peer);
	}
	if (!s->head)
		free_source(s);
	pthread_mutex_unlock(&v->lock);
	while (skipped) {
		struct verify_task *next = skipped->next;

		skipped->is_skipped = true;
		loop_post(skipped->loop, &skipped->mail);
		skipped = next;
	}
}

void verify_judged(struct verify_source *s, bool is_good)
{
	struct verify *v = s->verify;
	bool was_in_credit;

	pthread_mutex_lock(&v->lock);
	was_in_credit = s->credit > 0;
	s->credit += is_good ? 2 : -1;
	if (s->credit > VERIFY_CREDIT_MAX)
		s->credit = VERIFY_CREDIT_MAX;
	if (s->credit < 0)
		s->credit = 0;
	if (was_in_credit != (s->credit > 0)) {
		line_up(s);
		settle_peer(s->peer);
	}
	pthread_mutex_unlock(&v->lock);
}

void verify_submit(struct verify_source *s, struct verify_task *task)
{
	struct verify *v = s->verify;
	bool was_idle;

	task->next = NULL;
	task->is_skipped = false;
	task->queued_us = clock_mono_us();
	pthread_mutex_lock(&v->lock);
	was_idle = s->head == NULL;
	*s->tail = task;
	s->tail = &task->next;
	if (was_idle)
		line_up(s);
	v->figures.queued++;
	pthread_mutex_unlock(&v->lock);
	pthread_cond_signal(&v->work);
}

/* ---- threads ---- */

static void count_time(struct verify_times *times, int64_t us)
{
	static const int64_t bounds[VERIFY_BOUNDS] = VERIFY_BOUNDS_US;
	unsigned i = 0;

	while (i < VERIFY_BOUNDS && us > bounds[i])
		i++;
	times->buckets[i]++;
	times->sum_us += (uint64_t)us;
}

/* With the lock held, once for each batch. */
static void count_batch(struct verify_figures *figures, const int64_t *queued_us, unsigned n,
	int64_t from_us, int64_t until_us)
{
	figures->hashes += n;
	for (unsigned i = 0; i < n; i++)
		count_time(&figures->wait, from_us - queued_us[i]);
	count_time(&figures->hash, until_us - from_us);
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
		int64_t from_us = clock_mono_us(), until_us, queued_us[BATCH_MAX];

		pthread_mutex_unlock(&v->lock);
		for (unsigned i = 0; i < n; i++) {
			memcpy(headers[i], tasks[i]->header, POW_HEADER_LEN);
			queued_us[i] = tasks[i]->queued_us;
		}
		pow_hash(h->ctx, n, (const uint8_t(*)[POW_HEADER_LEN])headers, hashes);
		until_us = clock_mono_us();
		for (unsigned i = 0; i < n; i++) {
			memcpy(tasks[i]->hash, hashes[i], POW_HASH_LEN);
			loop_post(tasks[i]->loop, &tasks[i]->mail);
		}
		pthread_mutex_lock(&v->lock);
		count_batch(&v->figures, queued_us, n, from_us, until_us);
	}
	pthread_mutex_unlock(&v->lock);
	return NULL;
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
	list_init(&v->first);
	list_init(&v->last);
	v->peers = map_new();
	v->hashers = NEW_ARRAY(struct hasher, threads);
	v->figures.variant = variant;
	for (unsigned i = 0; i < threads && err == OK; i++) {
		v->hashers[i].verify = v;
		err = pow_ctx_new(algo, variant, &v->hashers[i].ctx, why);
		v->figures.threads += err == OK;
	}
	if (err != OK) {
		v->is_stopping = true;
		verify_free(v);
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
	v->is_stopping = true;
	pthread_cond_broadcast(&v->work);
	pthread_mutex_unlock(&v->lock);
	for (unsigned i = 0; i < v->figures.threads; i++)
		pthread_join(v->hashers[i].thread, NULL);
}

void verify_free(struct verify *v)
{
	if (!v)
		return;
	assert(v->is_stopping && map_count(v->peers) == 0);
	for (unsigned i = 0; i < v->figures.threads; i++)
		pow_ctx_free(v->hashers[i].ctx);
	free(v->hashers);
	map_free(v->peers, NULL);
	pthread_mutex_destroy(&v->lock);
	pthread_cond_destroy(&v->work);
	free(v);
}
