/*
 * cache.h -- a string key gives bytes, for a while: what is dear to compute and may be a little
 * old.
 *
 * Any thread. Nothing here is the only copy of anything: every entry may vanish at any moment.
 * A value is fresh for fresh_ms and kept for keep_ms. When it has grown old, one caller (the
 * filler) is told to make a new one while the others go on with the old.
 *
 * Without servers the cache is this process. With them it is also shared: what one process has
 * filled the others find. A call may then wait for the network, up to `cache.timeout` for each
 * server that it tries; a server that hangs is left alone after that, see breaker_priv.h.
 */
#ifndef CACHE_CACHE_H
#define CACHE_CACHE_H

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/thread.h"
#include "conf/conf.h"

#define CACHE_KEY_MAX 250 /* [bytes] longest key; no spaces or control characters */

enum cache_state {
	CACHE_FRESH, /* out holds the value */
	CACHE_STALE, /* out holds the old value; somebody else is making the new one */
	CACHE_FILL,  /* make the value and cache_set() it; out holds the old one, or nothing */
};

struct cache;

/** cache_open(conf): in this process, at most conf->size_bytes bytes of keys and values, of which
 * those used longest ago make room; and on conf->servers, which need not be there. conf is copied.
 */
struct cache *cache_open(const struct conf_cache *conf);
void cache_close(struct cache *c);

/** cache_get(c, key, out): appends the value, if there is one, to out. A filler that gives up
 * need not say so: after 3 s another one is chosen. A value that is never fresh (fresh_ms 0) is
 * asked of the servers every time, and each caller is a filler or finds it old. */
enum cache_state cache_get(struct cache *c, const char *key, struct buf *out) ANY_THREAD;
/** cache_set(c, key, data, len, fresh_ms, keep_ms): 0 <= fresh_ms <= keep_ms. A value that is too
 * large for the cache is not kept. */
void cache_set(struct cache *c, const char *key, const void *data, size_t len, int64_t fresh_ms,
	int64_t keep_ms) ANY_THREAD;
/** cache_remove(c, key): other processes may go on with what they hold while it is fresh. */
void cache_remove(struct cache *c, const char *key) ANY_THREAD;
/** cache_count(c, key, by, keep_ms): adds to a counter that starts from zero and ends keep_ms
 * [ms] after its first addition; gives the sum. Counters and values have keys of their own. While
 * the servers are away each process counts for itself. */
uint64_t cache_count(struct cache *c, const char *key, unsigned by, int64_t keep_ms) ANY_THREAD;

struct cache_stats {
	uint64_t fresh, stale, filled; /* answers of cache_get(), by state */
	uint64_t evicted;              /* in this process */
	size_t entries, bytes;         /* in this process */
	uint64_t shared_hits;          /* values that a server had */
	uint64_t shared_errors;        /* calls that a server failed */
	unsigned servers, servers_out; /* known; left alone at the moment */
};
void cache_stats(struct cache *c, struct cache_stats *out) ANY_THREAD;

#endif
