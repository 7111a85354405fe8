/*
 * local.c -- the cache inside this process: a map, a list in order of use, one lock.
 *
 * Lock: local.lock guards every field; values are copied out under it, so none is ever shared.
 */
#include <pthread.h>
#include <string.h>

#include "base/clock.h"
#include "base/list.h"
#include "base/map.h"
#include "base/mem.h"
#include "cache/local_priv.h"

#define FILLER_MS 3000 /* time that a filler has before another one is chosen */

struct entry {
	struct list by_use;
	char *key;
	uint8_t *data; /* NULL: nothing yet, somebody fills it */
	size_t len;
	size_t cost; /* [bytes] counted against the bound */
	int64_t fresh_until_ms, keep_until_ms, filler_until_ms;
};

struct local {
	pthread_mutex_t lock;
	struct map *entries;
	struct list by_use; /* the one used longest ago first */
	size_t max_bytes;
	size_t bytes, entries_n;
	uint64_t evicted;
};

struct local *local_new(size_t max_bytes)
{
	struct local *l = NEW(struct local);

	pthread_mutex_init(&l->lock, NULL);
	l->entries = map_new();
	list_init(&l->by_use);
	l->max_bytes = max_bytes;
	return l;
}

static void entry_free(void *ptr)
{
	struct entry *e = ptr;

	free(e->key);
	free(e->data);
	free(e);
}

void local_free(struct local *l)
{
	if (!l)
		return;
	map_free(l->entries, entry_free);
	pthread_mutex_destroy(&l->lock);
	free(l);
}

static void entry_drop(struct local *l, struct entry *e)
{
	map_remove(l->entries, e->key, strlen(e->key));
	list_remove(&e->by_use);
	l->bytes -= e->cost;
	l->entries_n--;
	entry_free(e);
}

static struct entry *entry_add(struct local *l, const char *key)
{
	struct entry *e = NEW(struct entry);

	list_init(&e->by_use);
	e->key = str_dup(key);
	e->cost = sizeof *e + strlen(key) + 1;
	map_set(l->entries, key, strlen(key), e);
	l->bytes += e->cost;
	l->entries_n++;
	return e;
}

static void touch(struct local *l, struct entry *e)
{
	list_remove(&e->by_use);
	list_add_tail(&l->by_use, &e->by_use);
}

static void make_room(struct local *l)
{
	while (l->bytes > l->max_bytes && !list_is_empty(&l->by_use)) {
		entry_drop(l, CONTAINER_OF(l->by_use.next, struct entry, by_use));
		l->evicted++;
	}
}

/* What to tell a caller who finds e as it is now; appoints him filler when one is needed. */
static enum cache_state judge(struct entry *e, int64_t now_ms)
{
	if (e->data && now_ms < e->fresh_until_ms)
		return CACHE_FRESH;
	if (e->data && now_ms < e->filler_until_ms)
		return CACHE_STALE;
	e->filler_until_ms = now_ms + FILLER_MS;
	return CACHE_FILL;
}

enum cache_state local_get(struct local *l, const char *key, struct buf *out)
{
	int64_t now_ms = clock_mono_ms();
	enum cache_state state;
	struct entry *e;

	assert(strlen(key) <= CACHE_KEY_MAX);
	pthread_mutex_lock(&l->lock);
	e = map_get(l->entries, key, strlen(key));
	if (e && e->data && now_ms >= e->keep_until_ms) {
		entry_drop(l, e);
		e = NULL;
	}
	if (!e)
		e = entry_add(l, key);
	touch(l, e);
	state = judge(e, now_ms);
	if (e->data)
		buf_add(out, e->data, e->len);
	make_room(l);
	pthread_mutex_unlock(&l->lock);
	return state;
}

void local_set(struct local *l, const char *key, const void *data, size_t len, int64_t fresh_ms,
	int64_t keep_ms)
{
	int64_t now_ms = clock_mono_ms();
	struct entry *e;

	assert(strlen(key) <= CACHE_KEY_MAX && fresh_ms >= 0 && fresh_ms <= keep_ms);
	pthread_mutex_lock(&l->lock);
	e = map_get(l->entries, key, strlen(key));
	if (!e)
		e = entry_add(l, key);
	free(e->data);
	e->data = mem_dup(data, len);
	e->len = len;
	l->bytes -= e->cost;
	e->cost = sizeof *e + strlen(key) + 1 + len;
	l->bytes += e->cost;
	e->fresh_until_ms = now_ms + fresh_ms;
	e->keep_until_ms = now_ms + keep_ms;
	e->filler_until_ms = 0;
	touch(l, e);
	if (e->cost > l->max_bytes)
		entry_drop(l, e);
	make_room(l);
	pthread_mutex_unlock(&l->lock);
}

void local_remove(struct local *l, const char *key)
{
	struct entry *e;

	pthread_mutex_lock(&l->lock);
	e = map_get(l->entries, key, strlen(key));
	if (e)
		entry_drop(l, e);
	pthread_mutex_unlock(&l->lock);
}

uint64_t local_count(struct local *l, const char *key, unsigned by, int64_t keep_ms)
{
	int64_t now_ms = clock_mono_ms();
	uint64_t sum = by;
	struct entry *e;

	assert(strlen(key) <= CACHE_KEY_MAX && keep_ms > 0);
	pthread_mutex_lock(&l->lock);
	e = map_get(l->entries, key, strlen(key));
	if (e && (now_ms >= e->keep_until_ms || e->len != sizeof sum)) {
		entry_drop(l, e);
		e = NULL;
	}
	if (!e) {
		e = entry_add(l, key);
		e->data = mem_dup(&sum, sizeof sum);
		e->len = sizeof sum;
		e->keep_until_ms = now_ms + keep_ms;
	} else {
		memcpy(&sum, e->data, sizeof sum);
		sum += by;
		memcpy(e->data, &sum, sizeof sum);
	}
	touch(l, e);
	make_room(l);
	pthread_mutex_unlock(&l->lock);
	return sum;
}

void local_stats(struct local *l, struct cache_stats *out)
{
	pthread_mutex_lock(&l->lock);
	out->evicted = l->evicted;
	out->entries = l->entries_n;
	out->bytes = l->bytes;
	pthread_mutex_unlock(&l->lock);
}
