/*
 * cache.h -- a string key gives bytes, for a while: what is dear to compute and may be a little
 * old.
 *
 * Any thread. Nothing here is the only copy of anything: every entry may vanish at any moment.
 * A value is fresh for fresh_ms and kept for keep_ms. When it has grown old, one caller (the
 * filler) is told to make a new one while the others go on with the old.
 */
#ifndef CACHE_CACHE_H
#define CACHE_CACHE_H

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/thread.h"

#define CACHE_KEY_MAX 250 /* [bytes] longest key; no spaces or control characters */

enum cache_state {
	CACHE_FRESH, /* out holds the value */
	CACHE_STALE, /* out holds the old value; somebody else is making the new one */
	CACHE_FILL,  /* make the value and cache_set() it; out holds the old one, or nothing */
};

struct cache;

/** cache_open_local(max_bytes): in this process, at most max_bytes of keys and values; the entries
 * used longest ago make room. */
struct cache *cache_open_local(size_t max_bytes);
void cache_close(struct cache *c);

/** cache_get(c, key, out): appends the value, if there is one, to out. A filler that gives up
 * need not say so: after 3 s another one is chosen. */
enum cache_state cache_get(struct cache *c, const char *key, struct buf *out) ANY_THREAD;
/** cache_set(c, key, data, len, fresh_ms, keep_ms): 0 <= fresh_ms <= keep_ms. A value that is too
 * large for the cache is not kept. */
void cache_set(struct cache *c, const char *key, const void *data, size_t len, int64_t fresh_ms,
	int64_t keep_ms) ANY_THREAD;
void cache_remove(struct cache *c, const char *key) ANY_THREAD;

struct cache_stats {
	uint64_t fresh, stale, filled; /* answers of cache_get(), by state */
	uint64_t evicted;
	size_t entries, bytes;
};
void cache_stats(struct cache *c, struct cache_stats *out) ANY_THREAD;

#endif
