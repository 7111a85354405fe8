/* recall.c -- see recall.h. */
#include "stratum/recall.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/mem.h"
#include "cache/cache.h"

enum {
	BYTES_MAX = 16 << 20, /* some 50,000 workers */
	KEEP_MS = 86400000,
	KEEP_HOST_MS = 1800000,
};

struct recall {
	struct cache *cache;
};

struct recall *recall_new(void)
{
	struct recall *r = NEW(struct recall);

	/* of this process: a loop may not wait for a server */
	r->cache = cache_open(&(struct conf_cache){.size_bytes = BYTES_MAX, .servers = ""});
	return r;
}

void recall_free(struct recall *r)
{
	if (!r)
		return;
	cache_close(r->cache);
	free(r);
}

/* ---- the cache ---- */

static int64_t find(struct recall *r, const char *key)
{
	struct buf text = {0};
	int64_t work = 0;

	if (cache_get(r->cache, key, &text) == CACHE_FRESH)
		work = strtoll(buf_str(&text), NULL, 10);
	else
		cache_remove(r->cache, key); /* the place that it keeps for somebody who fills it */
	buf_free(&text);
	return work > 0 ? work : 0;
}

static void keep(struct recall *r, const char *key, int64_t work, int64_t keep_ms)
{
	char text[24];
	int len = snprintf(text, sizeof(text), "%" PRId64, work);

	cache_set(r->cache, key, text, (size_t)len, keep_ms, keep_ms);
}

/* ---- the keys; addresses and workers have only characters that a key may have ---- */

struct key {
	char text[CACHE_KEY_MAX + 1];
};

static struct key session_key(const struct token *t)
{
	struct key key;

	snprintf(key.text, sizeof(key.text), "work:%u:session:%08" PRIx32 "%08" PRIx32, t->pool,
		t->extranonce1, t->since_s);
	return key;
}

static struct key worker_key(unsigned pool, const char *address, const char *worker)
{
	struct key key;

	snprintf(key.text, sizeof(key.text), "work:%u:worker:%s.%s", pool, address, worker);
	return key;
}

static struct key host_key(unsigned pool, const struct net_addr *addr)
{
	char host[NET_TEXT_MAX];
	struct key key;

	snprintf(key.text, sizeof(key.text), "work:%u:host:%s", pool, net_addr_text(addr, host));
	return key;
}

int64_t recall_session(struct recall *r, const struct token *t)
{
	return find(r, session_key(t).text);
}

int64_t recall_worker(struct recall *r, unsigned pool, const char *address, const char *worker)
{
	return find(r, worker_key(pool, address, worker).text);
}

int64_t recall_host(struct recall *r, unsigned pool, const struct net_addr *addr)
{
	return find(r, host_key(pool, addr).text);
}

void recall_keep_session(struct recall *r, const struct token *t, int64_t work)
{
	keep(r, session_key(t).text, work, KEEP_MS);
}

void recall_keep_worker(
	struct recall *r, unsigned pool, const char *address, const char *worker, int64_t work)
{
	keep(r, worker_key(pool, address, worker).text, work, KEEP_MS);
}

void recall_keep_host(struct recall *r, unsigned pool, const struct net_addr *addr, int64_t work)
{
	struct key key = host_key(pool, addr);
	int64_t least = find(r, key.text);

	if (least == 0 || work < least)
		keep(r, key.text, work, KEEP_HOST_MS);
}
