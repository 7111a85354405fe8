/*
 * memcached.c -- the shared part of the cache, through libmemcached.
 *
 * A handle of libmemcached serves one caller at a time, so each takes an idle one or a copy. The
 * servers and what is known of them are a ring; discovery may replace it while calls are under way,
 * which keep theirs by a count. Lock: shared.lock guards ring, idle and the counts of rings.
 */
#include <libmemcached/memcached.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

#include "base/bytes.h"
#include "base/clock.h"
#include "base/hex.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/sha256.h"
#include "cache/breaker_priv.h"
#include "cache/discovery_priv.h"
#include "cache/shared_priv.h"

#define FILLER_S      3
#define LONGEST_TTL_S (30 * 86400) /* memcached takes more for a date */

enum {
	IDLE_MAX = 16,
	PLACES = 12, /* that a key may have: the first, or while its server is out the next whose is
			not */
	FORMAT = 1,
	HEAD = 1 + 8 + 8 + 8, /* of a value: FORMAT; le64 set at, fresh, keep [ms] */
};

struct ring {
	unsigned users; /* and one for being the current ring */
	unsigned n;
	memcached_st *first; /* the handle that others are copies of */
	memcached_st *idle[IDLE_MAX];
	unsigned idle_n;
	struct breaker breakers[CONF_HOSTS_MAX];
};

struct shared {
	pthread_mutex_t lock;
	struct ring *ring; /* NULL: discovery has not named servers yet */
	struct discovery *discovery;
	char *prefix;
	int64_t timeout_ms;
	atomic_uint_fast64_t hits, errors;
	struct logger log;
};

/* ---- rings ---- */

static memcached_st *new_handle(const struct shared *s, const struct conf_host *servers, unsigned n)
{
	memcached_st *h = memcached_create(NULL);
	uint64_t ms = (uint64_t)s->timeout_ms;

	memcached_behavior_set(h, MEMCACHED_BEHAVIOR_KETAMA, 1);
	memcached_behavior_set(h, MEMCACHED_BEHAVIOR_TCP_NODELAY, 1);
	memcached_behavior_set(h, MEMCACHED_BEHAVIOR_CONNECT_TIMEOUT, ms);
	memcached_behavior_set(h, MEMCACHED_BEHAVIOR_POLL_TIMEOUT, ms);
	memcached_behavior_set(h, MEMCACHED_BEHAVIOR_SND_TIMEOUT, ms * 1000);
	memcached_behavior_set(h, MEMCACHED_BEHAVIOR_RCV_TIMEOUT, ms * 1000);
	for (unsigned i = 0; i < n; i++)
		memcached_server_add(h, servers[i].name,
			servers[i].port ? servers[i].port : MEMCACHED_DEFAULT_PORT);
	return h;
}

static void ring_drop_locked(struct ring *r)
{
	if (!r || --r->users > 0)
		return;
	while (r->idle_n > 0)
		memcached_free(r->idle[--r->idle_n]);
	memcached_free(r->first);
	free(r);
}

static void use_servers(struct shared *s, const struct conf_host *servers, unsigned n)
{
	struct ring *r = NEW(struct ring), *old;

	r->users = 1;
	r->n = n;
	r->first = new_handle(s, servers, n);
	pthread_mutex_lock(&s->lock);
	old = s->ring;
	s->ring = r;
	ring_drop_locked(old);
	pthread_mutex_unlock(&s->lock);
}

static void on_servers(void *arg, const struct conf_host *servers, unsigned n)
{
	struct shared *s = arg;

	log_info(&s->log, "servers_discovered", "servers=%u first=%s", n, servers[0].name);
	use_servers(s, servers, n);
}

struct shared *shared_new(const struct conf_cache *conf)
{
	struct conf_host servers[CONF_HOSTS_MAX];
	const char *rest = conf->servers;
	struct shared *s;
	unsigned n = 0;

	while (n < CONF_HOSTS_MAX && conf_host_next(&rest, &servers[n]))
		n++;
	if (n == 0)
		return NULL;
	s = NEW(struct shared);
	pthread_mutex_init(&s->lock, NULL);
	s->prefix = str_dup(conf->prefix);
	s->timeout_ms = conf->timeout_ms;
	s->log.role = "cache";
	if (conf->has_discovery)
		s->discovery = discovery_start(servers, n, conf->timeout_ms, on_servers, s);
	else
		use_servers(s, servers, n);
	return s;
}

void shared_free(struct shared *s)
{
	if (!s)
		return;
	discovery_stop(s->discovery);
	ring_drop_locked(s->ring);
	pthread_mutex_destroy(&s->lock);
	free(s->prefix);
	free(s);
}

/* ---- one call ---- */

struct call {
	struct shared *s;
	struct ring *ring;
	memcached_st *handle;
	unsigned server;
	char key[CACHE_KEY_MAX + 1]; /* as the server knows it */
	size_t len;
};

/* A kind, so that values, counters and marks never meet; a place, so that the same key can be at
 * several servers. */
static void make_key(struct call *c, char kind, unsigned place, const char *key)
{
	int len = snprintf(c->key, sizeof c->key, "%s%c%u:%s", c->s->prefix, kind, place, key);

	if (len < 0 || (size_t)len >= sizeof c->key) {
		uint8_t digest[SHA256_LEN];
		char text[2 * SHA256_LEN + 1];

		sha256(key, strlen(key), digest);
		hex_encode(text, digest, sizeof digest);
		len = snprintf(c->key, sizeof c->key, "%s%c%u#%s", c->s->prefix, kind, place, text);
	}
	c->len = (size_t)len;
}

static bool choose_place(struct call *c, char kind, const char *key)
{
	for (unsigned place = 0; place < PLACES; place++) {
		make_key(c, kind, place, key);
		c->server = memcached_generate_hash(c->handle, c->key, c->len);
		if (c->server < c->ring->n &&
			breaker_allows(&c->ring->breakers[c->server], clock_mono_ms()))
			return true;
	}
	return false;
}

static void put_back(struct call *c, bool is_sound)
{
	pthread_mutex_lock(&c->s->lock);
	if (is_sound && c->ring->idle_n < IDLE_MAX) {
		c->ring->idle[c->ring->idle_n++] = c->handle;
		c->handle = NULL;
	}
	if (c->handle)
		memcached_free(c->handle);
	ring_drop_locked(c->ring);
	pthread_mutex_unlock(&c->s->lock);
}

/* False: no server can be asked, and call_end() is not due. */
static bool call_begin(struct call *c, struct shared *s, char kind, const char *key)
{
	*c = (struct call){.s = s};
	pthread_mutex_lock(&s->lock);
	c->ring = s->ring;
	if (c->ring) {
		c->ring->users++;
		c->handle = c->ring->idle_n ? c->ring->idle[--c->ring->idle_n]
					    : memcached_clone(NULL, c->ring->first);
	}
	pthread_mutex_unlock(&s->lock);
	if (!c->ring)
		return false;
	if (choose_place(c, kind, key))
		return true;
	put_back(c, true);
	return false;
}

/* What the server said is an answer, even a no. */
static bool is_answer(memcached_return_t rc)
{
	return rc == MEMCACHED_SUCCESS || rc == MEMCACHED_NOTFOUND || rc == MEMCACHED_NOTSTORED ||
	       rc == MEMCACHED_E2BIG || rc == MEMCACHED_CLIENT_ERROR ||
	       rc == MEMCACHED_SERVER_MEMORY_ALLOCATION_FAILURE;
}

static void call_end(struct call *c, memcached_return_t rc)
{
	const memcached_instance_st *server =
		memcached_server_instance_by_position(c->handle, c->server);
	struct breaker *b = &c->ring->breakers[c->server];
	bool was_out = breaker_is_open(b);

	if (is_answer(rc)) {
		if (was_out)
			log_info(&c->s->log, "server_back", "server=%s:%u",
				memcached_server_name(server), memcached_server_port(server));
		breaker_answered(b);
	} else {
		if (!was_out)
			log_odd(&c->s->log, "server_out", "server=%s:%u \"%s\"",
				memcached_server_name(server), memcached_server_port(server),
				memcached_strerror(c->handle, rc));
		atomic_fetch_add(&c->s->errors, 1);
		breaker_failed(b, clock_mono_ms());
	}
	put_back(c, is_answer(rc));
}

static time_t ttl_of(int64_t keep_ms)
{
	int64_t s = keep_ms / 1000 + 1;

	return (time_t)(s < LONGEST_TTL_S ? s : LONGEST_TTL_S);
}

/* ---- values ---- */

static int64_t at_most(int64_t left, int64_t whole)
{
	return left < 0 ? 0 : left < whole ? left : whole; /* clocks of machines differ */
}

static bool read_value(
	const uint8_t *p, size_t len, struct buf *out, int64_t *out_fresh_ms, int64_t *out_keep_ms)
{
	int64_t age_ms, fresh_ms, keep_ms;

	if (len < HEAD || p[0] != FORMAT)
		return false;
	age_ms = clock_wall_ms() - (int64_t)get_le64(p + 1);
	fresh_ms = (int64_t)get_le64(p + 9);
	keep_ms = (int64_t)get_le64(p + 17);
	if (fresh_ms < 0 || keep_ms < fresh_ms || keep_ms > INT64_MAX / 2 || age_ms > keep_ms)
		return false;
	*out_fresh_ms = at_most(fresh_ms - age_ms, fresh_ms);
	*out_keep_ms = at_most(keep_ms - age_ms, keep_ms);
	buf_add(out, p + HEAD, len - HEAD);
	return true;
}

enum shared_answer shared_get(struct shared *s, const char *key, struct buf *out,
	int64_t *out_fresh_ms, int64_t *out_keep_ms)
{
	enum shared_answer answer = SHARED_AWAY;
	memcached_return_t rc;
	uint32_t flags;
	struct call c;
	size_t len = 0;
	char *data;

	if (!call_begin(&c, s, 'v', key))
		return answer;
	data = memcached_get(c.handle, c.key, c.len, &len, &flags, &rc);
	if (is_answer(rc))
		answer = SHARED_NONE;
	if (data && read_value((uint8_t *)data, len, out, out_fresh_ms, out_keep_ms)) {
		answer = SHARED_HIT;
		atomic_fetch_add(&s->hits, 1);
	}
	free(data);
	call_end(&c, rc);
	return answer;
}

void shared_set(struct shared *s, const char *key, const void *data, size_t len, int64_t fresh_ms,
	int64_t keep_ms)
{
	struct buf value = {0};
	struct call c;

	if (!call_begin(&c, s, 'v', key))
		return;
	buf_add_u8(&value, FORMAT);
	buf_add_le64(&value, (uint64_t)clock_wall_ms());
	buf_add_le64(&value, (uint64_t)fresh_ms);
	buf_add_le64(&value, (uint64_t)keep_ms);
	buf_add(&value, data, len);
	call_end(&c, memcached_set(c.handle, c.key, c.len, (const char *)value.data, value.len,
			     ttl_of(keep_ms), 0));
	buf_free(&value);
}

void shared_remove(struct shared *s, const char *key)
{
	struct call c;

	if (call_begin(&c, s, 'v', key))
		call_end(&c, memcached_delete(c.handle, c.key, c.len, 0));
}

bool shared_appoint(struct shared *s, const char *key)
{
	memcached_return_t rc;
	struct call c;

	if (!call_begin(&c, s, 'f', key))
		return true;
	rc = memcached_add(c.handle, c.key, c.len, "1", 1, FILLER_S, 0);
	call_end(&c, rc);
	return rc != MEMCACHED_NOTSTORED;
}

/* ---- counters ---- */

bool shared_count(struct shared *s, const char *key, unsigned by, int64_t keep_ms, uint64_t *out)
{
	char text[16];
	int len = snprintf(text, sizeof text, "%u", by);
	memcached_return_t rc;
	struct call c;

	if (!call_begin(&c, s, 'n', key))
		return false;
	rc = memcached_increment(c.handle, c.key, c.len, by, out);
	if (rc == MEMCACHED_NOTFOUND) {
		*out = by;
		rc = memcached_add(c.handle, c.key, c.len, text, (size_t)len, ttl_of(keep_ms), 0);
		if (rc == MEMCACHED_NOTSTORED) /* another process was quicker */
			rc = memcached_increment(c.handle, c.key, c.len, by, out);
	}
	call_end(&c, rc);
	return rc == MEMCACHED_SUCCESS;
}

void shared_stats(struct shared *s, struct cache_stats *out)
{
	out->shared_hits = atomic_load(&s->hits);
	out->shared_errors = atomic_load(&s->errors);
	pthread_mutex_lock(&s->lock);
	for (unsigned i = 0; s->ring && i < s->ring->n; i++)
		out->servers_out += breaker_is_open(&s->ring->breakers[i]);
	out->servers = s->ring ? s->ring->n : 0;
	pthread_mutex_unlock(&s->lock);
}
