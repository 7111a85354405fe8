/*
 * shared_priv.h -- the part of the cache that all processes share: memcached servers.
 *
 * Any thread; calls may wait for the network. Which server has a key is decided by ketama hashing;
 * of a server that is left alone another one takes the keys for so long.
 */
#ifndef CACHE_SHARED_PRIV_H
#define CACHE_SHARED_PRIV_H

#include <stdbool.h>

#include "cache/cache.h"

enum shared_answer {
	SHARED_HIT,
	SHARED_NONE, /* the server has no such value */
	SHARED_AWAY, /* no server could be asked */
};

struct shared;

/** shared_new(conf): NULL when it names no servers. */
struct shared *shared_new(const struct conf_cache *conf);
void shared_free(struct shared *s);

/** shared_get(s, key, out, out_fresh_ms, out_keep_ms): appends the value, when there is one, and
 * says for how long it is still fresh and kept (>= 0) [ms]. */
enum shared_answer shared_get(struct shared *s, const char *key, struct buf *out,
	int64_t *out_fresh_ms, int64_t *out_keep_ms) BLOCKS;
void shared_set(struct shared *s, const char *key, const void *data, size_t len, int64_t fresh_ms,
	int64_t keep_ms) BLOCKS;
void shared_remove(struct shared *s, const char *key) BLOCKS;
/** shared_appoint(s, key): false: another process was made filler less than 3 s ago. */
bool shared_appoint(struct shared *s, const char *key) BLOCKS;
/** shared_count(s, key, by, keep_ms, out): false: no server could be asked. */
bool shared_count(
	struct shared *s, const char *key, unsigned by, int64_t keep_ms, uint64_t *out) BLOCKS;

/** shared_stats(s, out): sets what is about servers. */
void shared_stats(struct shared *s, struct cache_stats *out);

#endif
