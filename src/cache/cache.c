/*
 * cache.c -- this process first, then the servers: what they have comes over, what is made here
 * goes there.
 */
#include <stdatomic.h>

#include "base/mem.h"
#include "cache/local_priv.h"
#include "cache/shared_priv.h"

/* Processes that find an old value at a server ask it again no sooner. */
#define STALE_FOR_MS 200

struct cache {
	struct local *local;
	struct shared *shared;                        /* NULL: there are no servers */
	atomic_uint_fast64_t answers[CACHE_FILL + 1]; /* of cache_get(), by state */
};

struct cache *cache_open(const struct conf_cache *conf)
{
	struct cache *c = NEW(struct cache);

	c->local = local_new((size_t)conf->size_bytes);
	c->shared = shared_new(conf);
	return c;
}

void cache_close(struct cache *c)
{
	if (!c)
		return;
	shared_free(c->shared);
	local_free(c->local);
	free(c);
}

/* This thread is the filler of this process: has another one a newer value, or is it at it? What
 * out has from `start` on is the old value of this process. */
static enum cache_state ask_the_others(
	struct cache *c, const char *key, struct buf *out, size_t start)
{
	enum cache_state state = CACHE_FILL;
	int64_t fresh_ms, keep_ms;
	struct buf there = {0};

	if (shared_get(c->shared, key, &there, &fresh_ms, &keep_ms) == SHARED_HIT) {
		out->len = start;
		buf_add(out, there.data, there.len);
		if (fresh_ms > 0) {
			state = CACHE_FRESH;
		} else if (!shared_appoint(c->shared, key)) {
			state = CACHE_STALE;
			fresh_ms = keep_ms < STALE_FOR_MS ? keep_ms : STALE_FOR_MS;
		}
		if (state != CACHE_FILL)
			local_set(c->local, key, there.data, there.len, fresh_ms, keep_ms);
	}
	buf_free(&there);
	return state;
}

enum cache_state cache_get(struct cache *c, const char *key, struct buf *out)
{
	size_t start = out->len;
	enum cache_state state = local_get(c->local, key, out);

	if (state == CACHE_FILL && c->shared)
		state = ask_the_others(c, key, out, start);
	atomic_fetch_add(&c->answers[state], 1);
	return state;
}

void cache_set(struct cache *c, const char *key, const void *data, size_t len, int64_t fresh_ms,
	int64_t keep_ms)
{
	local_set(c->local, key, data, len, fresh_ms, keep_ms);
	if (c->shared)
		shared_set(c->shared, key, data, len, fresh_ms, keep_ms);
}

void cache_remove(struct cache *c, const char *key)
{
	local_remove(c->local, key);
	if (c->shared)
		shared_remove(c->shared, key);
}

uint64_t cache_count(struct cache *c, const char *key, unsigned by, int64_t keep_ms)
{
	uint64_t here = local_count(c->local, key, by, keep_ms), there;

	if (c->shared && shared_count(c->shared, key, by, keep_ms, &there) && there > here)
		return there;
	return here;
}

void cache_stats(struct cache *c, struct cache_stats *out)
{
	*out = (struct cache_stats){.fresh = atomic_load(&c->answers[CACHE_FRESH]),
		.stale = atomic_load(&c->answers[CACHE_STALE]),
		.filled = atomic_load(&c->answers[CACHE_FILL])};
	local_stats(c->local, out);
	if (c->shared)
		shared_stats(c->shared, out);
}
