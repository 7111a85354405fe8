/*
 * local_priv.h -- the part of the cache that is in this process. As cache.h says, any thread.
 */
#ifndef CACHE_LOCAL_PRIV_H
#define CACHE_LOCAL_PRIV_H

#include "cache/cache.h"

struct local;

struct local *local_new(size_t max_bytes);
void local_free(struct local *l);

/** local_get(), local_set(), local_remove(), local_count(): as cache_*(). */
enum cache_state local_get(struct local *l, const char *key, struct buf *out) ANY_THREAD;
void local_set(struct local *l, const char *key, const void *data, size_t len, int64_t fresh_ms,
	int64_t keep_ms) ANY_THREAD;
void local_remove(struct local *l, const char *key) ANY_THREAD;
uint64_t local_count(struct local *l, const char *key, unsigned by, int64_t keep_ms) ANY_THREAD;

/** local_stats(l, out): sets evicted, entries and bytes. */
void local_stats(struct local *l, struct cache_stats *out) ANY_THREAD;

#endif
