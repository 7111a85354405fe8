/* handles.c -- database handles: taken by a thread for one question, then given back. */
#include <stdlib.h>

#include "base/backoff.h"
#include "base/mem.h"
#include "web/web_priv.h"

struct handles {
	const struct conf_store *conf;
	pthread_mutex_t lock; /* guards what follows */
	struct store **idle;
	size_t count, cap;
	struct backoff backoff; /* of connecting */
};

struct handles *handles_new(const struct conf_store *conf)
{
	struct handles *h = NEW(struct handles);

	h->conf = conf;
	pthread_mutex_init(&h->lock, NULL);
	return h;
}

void handles_free(struct handles *h)
{
	if (!h)
		return;
	for (size_t i = 0; i < h->count; i++)
		store_close(h->idle[i]);
	free(h->idle);
	pthread_mutex_destroy(&h->lock);
	free(h);
}

/* While the database is away few threads wait for it: the others are told at once. */
static enum err connect_store(struct handles *h, struct store **out, struct why *why)
{
	enum err err = store_open(h->conf, out, why);

	pthread_mutex_lock(&h->lock);
	if (err == OK)
		backoff_over(&h->backoff);
	else
		backoff_failed(&h->backoff);
	pthread_mutex_unlock(&h->lock);
	return err;
}

enum err handles_take(struct handles *h, struct store **out, struct why *why)
{
	struct store *st = NULL;
	bool is_due;

	pthread_mutex_lock(&h->lock);
	if (h->count > 0)
		st = h->idle[--h->count];
	is_due = backoff_is_due(&h->backoff);
	pthread_mutex_unlock(&h->lock);
	if (!st && !is_due)
		return err_fail(why, ERR_UNAVAILABLE, "the database was away a moment ago");
	if (!st)
		return connect_store(h, out, why);
	*out = st;
	return OK;
}

void handles_give(struct handles *h, struct store *st, enum err result)
{
	if (result != OK && result != ERR_NOT_FOUND && result != ERR_BUSY) {
		store_close(st);
		return;
	}
	pthread_mutex_lock(&h->lock);
	h->idle = array_grow(h->idle, h->count, &h->cap, sizeof *h->idle);
	h->idle[h->count++] = st;
	pthread_mutex_unlock(&h->lock);
}
