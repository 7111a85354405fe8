/*
 * refill.c -- reads accounts again beside the requests: who asks for one that has just grown old
 * gets that one at once, and does not wait for the database.
 *
 * Thread:  one of its own. Lock: refill.lock guards the ring and is_stopping.
 */
#include <string.h>

#include "base/mem.h"
#include "chain/address.h"
#include "web/web_priv.h"

#define WAITING_MAX 512

struct refill {
	struct web *web;
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t wake;
	bool is_stopping;
	char waiting[WAITING_MAX][ADDRESS_TEXT_MAX];
	size_t first, count;
};

/* With the lock. */
static bool is_waiting(const struct refill *r, const char *address)
{
	for (size_t i = 0; i < r->count; i++) {
		if (!strcmp(r->waiting[(r->first + i) % WAITING_MAX], address))
			return true;
	}
	return false;
}

bool refill_later(struct refill *r, const char *address)
{
	bool is_there, is_taken;

	pthread_mutex_lock(&r->lock);
	is_there = is_waiting(r, address);
	is_taken = is_there || r->count < WAITING_MAX;
	if (is_taken && !is_there) {
		str_copy(r->waiting[(r->first + r->count++) % WAITING_MAX], ADDRESS_TEXT_MAX,
			address);
		pthread_cond_signal(&r->wake);
	}
	pthread_mutex_unlock(&r->lock);
	return is_taken;
}

/* The next address; false: stop. BLOCKS. */
static bool next(struct refill *r, char address[ADDRESS_TEXT_MAX])
{
	bool go_on;

	pthread_mutex_lock(&r->lock);
	while (r->count == 0 && !r->is_stopping)
		pthread_cond_wait(&r->wake, &r->lock);
	go_on = !r->is_stopping;
	if (go_on) {
		memcpy(address, r->waiting[r->first], ADDRESS_TEXT_MAX);
		r->first = (r->first + 1) % WAITING_MAX;
		r->count--;
	}
	pthread_mutex_unlock(&r->lock);
	return go_on;
}

static void *run(void *arg)
{
	struct refill *r = arg;
	char address[ADDRESS_TEXT_MAX];

	while (next(r, address))
		account_fill(r->web, address);
	return NULL;
}

struct refill *refill_start(struct web *web)
{
	struct refill *r = NEW(struct refill);

	r->web = web;
	pthread_mutex_init(&r->lock, NULL);
	pthread_cond_init(&r->wake, NULL);
	pthread_create(&r->thread, NULL, run, r);
	return r;
}

void refill_stop(struct refill *r)
{
	if (!r)
		return;
	pthread_mutex_lock(&r->lock);
	r->is_stopping = true;
	pthread_cond_signal(&r->wake);
	pthread_mutex_unlock(&r->lock);
	pthread_join(r->thread, NULL);
	pthread_cond_destroy(&r->wake);
	pthread_mutex_destroy(&r->lock);
	free(r);
}
