/*
 * local.c -- the cache inside this process: a map, a list in order of use, one lock.
 *
 * Lock: cache.lock guards every field; values are copied out under it, so none is ever shared.
 */
#include <pthread.h>
#include <string.h>

#include "base/clock.h"
#include "base/list.h"
#include "base/map.h"
#include "base/mem.h"
#include "cache/cache.h"

#define FILLER_MS 3000 /* time that a filler has before another one is chosen */

struct entry {
	struct list by_use;
	char *key;
	uint8_t *data; /* NULL: nothing yet, somebody fills it */
	size_t len;
	size_t cost; /* [bytes] counted against the bound */
	int64_t fresh_until_ms, keep_until_ms, filler_until_ms;
};

struct cache {
	pthread_mutex_t lock;
	struct map *entries;
	struct list by_use; /* the one used longest ago first */
	size_t max_bytes;
	struct cache_stats stats;
};

struct cache *cache_open_local(size_t max_bytes)
{
	struct cache *c = NEW(struct cache);

	pthread_mutex_init(&c->lock, NULL);
	c->entries = map_new();
	list_init(&c->by_use);
	c->max_bytes = max_bytes;
	return c;
}

static void entry_free(void *ptr)
{
	struct entry *e = ptr;

	free(e->key);
	free(e->data);
	free(e);
}

void cache_close(struct cache *c)
{
	if (!c)
		return;
	map_free(c->entries, entry_free);
	pthread_mutex_destroy(&c->lock);
	free(c);
}

static void entry_drop(struct cache *c, struct entry *e)
{
	map_remove(c->entries, e->key, strlen(e->key));
	list_remove(&e->by_use);
	c->stats.bytes -= e->cost;
	c->stats.entries--;
	entry_free(e);
}

static struct entry *entry_add(struct cache *c, const char *key)
{
	struct entry *e = NEW(struct entry);

	list_init(&e->by_use);
	e->key = str_dup(key);
	e->cost = sizeof *e + strlen(key) + 1;
	map_set(c->entries, key, strlen(key), e);
	c->stats.bytes += e->cost;
	c->stats.entries++;
	return e;
}

static void touch(struct cache *c, struct entry *e)
{
	list_remove(&e->by_use);
	list_add_tail(&c->by_use, &e->by_use);
}

static void make_room(struct cache *c)
{
	while (c->stats.bytes > c->max_bytes && !list_is_empty(&c->by_use)) {
		entry_drop(c, CONTAINER_OF(c->by_use.next, struct entry, by_use));
		c->stats.evicted++;
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

enum cache_state cache_get(struct cache *c, const char *key, struct buf *out)
{
	int64_t now_ms = clock_mono_ms();
	enum cache_state state;
	struct entry *e;

	assert(strlen(key) <= CACHE_KEY_MAX);
	pthread_mutex_lock(&c->lock);
	e = map_get(c->entries, key, strlen(key));
	if (e && e->data && now_ms >= e->keep_until_ms) {
		entry_drop(c, e);
		e = NULL;
	}
	if (!e)
		e = entry_add(c, key);
	touch(c, e);
	state = judge(e, now_ms);
	if (e->data)
		buf_add(out, e->data, e->len);
	c->stats.fresh += state == CACHE_FRESH;
	c->stats.stale += state == CACHE_STALE;
	c->stats.filled += state == CACHE_FILL;
	make_room(c);
	pthread_mutex_unlock(&c->lock);
	return state;
}

void cache_set(struct cache *c, const char *key, const void *data, size_t len, int64_t fresh_ms,
	int64_t keep_ms)
{
	int64_t now_ms = clock_mono_ms();
	struct entry *e;

	assert(strlen(key) <= CACHE_KEY_MAX && fresh_ms >= 0 && fresh_ms <= keep_ms);
	pthread_mutex_lock(&c->lock);
	e = map_get(c->entries, key, strlen(key));
	if (!e)
		e = entry_add(c, key);
	free(e->data);
	e->data = mem_dup(data, len);
	e->len = len;
	c->stats.bytes -= e->cost;
	e->cost = sizeof *e + strlen(key) + 1 + len;
	c->stats.bytes += e->cost;
	e->fresh_until_ms = now_ms + fresh_ms;
	e->keep_until_ms = now_ms + keep_ms;
	e->filler_until_ms = 0;
	touch(c, e);
	if (e->cost > c->max_bytes)
		entry_drop(c, e);
	make_room(c);
	pthread_mutex_unlock(&c->lock);
}

void cache_remove(struct cache *c, const char *key)
{
	struct entry *e;

	pthread_mutex_lock(&c->lock);
	e = map_get(c->entries, key, strlen(key));
	if (e)
		entry_drop(c, e);
	pthread_mutex_unlock(&c->lock);
}

void cache_stats(struct cache *c, struct cache_stats *out)
{
	pthread_mutex_lock(&c->lock);
	*out = c->stats;
	pthread_mutex_unlock(&c->lock);
}
