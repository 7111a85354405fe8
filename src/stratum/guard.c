/* guard.c -- see guard.h. */
#include "stratum/guard.h"

#include <math.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/map.h"
#include "base/mem.h"

enum {
	HALF_LIFE_MS = 300000,
	OFFENDERS_MIN = 3, /* connections at fault, before an address is banned */
	CUSTOMER_V6_BITS = 64,
	FORGOTTEN_TENTHS = 5, /* a score below this is none */
};

static const struct {
	unsigned tenths;
	const char *text;
} faults[] = {
#define FAULT(name, points, counter, words) [FAULT_##name] = {points, words},
#include "stratum/fault.tbl"
#undef FAULT
};

struct place {
	struct net net;
	unsigned conns, fresh, proven;
	int64_t faults_ms; /* when the two below were counted last; they fade since */
	double tenths;
	double offenders;
};

struct guard {
	struct guard_options options;
	pthread_mutex_t lock; /* guards the two below, and what hangs on them */
	struct map *places;   /* by struct net */
	struct bans *bans;
	atomic_uint news, fresh;
};

const char *fault_text(enum fault f)
{
	return faults[f].text;
}

unsigned fault_tenths(enum fault f)
{
	return faults[f].tenths;
}

struct net guard_customer(const struct net_addr *addr)
{
	return net_of(addr, net_addr_is_v4(addr) ? NET_ADDR_BITS : CUSTOMER_V6_BITS);
}

struct guard *guard_new(const struct guard_options *options)
{
	struct guard *g = NEW(struct guard);

	g->options = *options;
	pthread_mutex_init(&g->lock, NULL);
	g->places = map_new();
	g->bans = bans_new();
	return g;
}

void guard_free(struct guard *g)
{
	if (!g)
		return;
	map_free(g->places, free);
	bans_free(g->bans);
	pthread_mutex_destroy(&g->lock);
	free(g);
}

/* ---- places; the guard is locked ---- */

static struct place *find(const struct guard *g, const struct net *net)
{
	return map_get(g->places, net, sizeof(*net));
}

static struct place *find_or_add(struct guard *g, const struct net *net)
{
	struct place *p = find(g, net);

	if (!p) {
		p = NEW(struct place);
		p->net = *net;
		map_set(g->places, net, sizeof(*net), p);
	}
	return p;
}

/* Faults fade: bring the counts to this moment. */
static void fade(struct place *p, int64_t now_ms)
{
	double part = exp2(-(double)(now_ms - p->faults_ms) / HALF_LIFE_MS);

	p->tenths *= part;
	p->offenders *= part;
	p->faults_ms = now_ms;
}

static bool is_idle(struct place *p, int64_t now_ms)
{
	if (p->conns > 0)
		return false;
	fade(p, now_ms);
	return p->tenths < FORGOTTEN_TENTHS;
}

/* ---- coming and going ---- */

static bool is_over(unsigned count, unsigned limit)
{
	return limit > 0 && count >= limit;
}

static enum guard_answer judge_counts(struct guard *g, const struct net_addr *addr)
{
	const struct guard_options *o = &g->options;
	struct net net = guard_customer(addr), one = net_of(addr, NET_ADDR_BITS);
	const struct place *p = find(g, &net), *host = NULL;

	if (!p)
		return GUARD_WELCOME;
	if (net.bits < NET_ADDR_BITS)
		host = find(g, &one);
	if (is_over(p->conns, net.bits < NET_ADDR_BITS ? o->conns_per_64 : o->conns_per_ip) ||
		(host && is_over(host->conns, o->conns_per_ip)))
		return GUARD_TOO_MANY;
	return is_over(p->fresh, o->new_per_ip) ? GUARD_TOO_MANY_NEW : GUARD_WELCOME;
}

enum guard_answer guard_may_enter(struct guard *g, const struct net_addr *addr, int64_t now_ms)
{
	enum guard_answer answer = GUARD_BANNED;

	if (net_set_has(g->options.allow, addr))
		return GUARD_WELCOME;
	pthread_mutex_lock(&g->lock);
	if (!bans_find(g->bans, addr, clock_wall_ms()))
		answer = judge_counts(g, addr);
	pthread_mutex_unlock(&g->lock);
	return answer;
}

void guard_enter(
	struct guard *g, const struct net_addr *addr, int64_t now_ms, struct guard_seat *out)
{
	struct net net = guard_customer(addr), one = net_of(addr, NET_ADDR_BITS);
	struct guard_seat seat = {.is_new = true};

	atomic_fetch_add(&g->fresh, 1);
	if (!net_set_has(g->options.allow, addr)) {
		pthread_mutex_lock(&g->lock);
		seat.customer = find_or_add(g, &net);
		seat.customer->conns++;
		seat.customer->fresh++;
		if (net.bits < NET_ADDR_BITS) {
			seat.host = find_or_add(g, &one);
			seat.host->conns++;
		}
		pthread_mutex_unlock(&g->lock);
	}
	*out = seat;
}

void guard_authorized(struct guard *g, struct guard_seat *seat)
{
	if (!seat->is_new)
		return;
	seat->is_new = false;
	atomic_fetch_sub(&g->fresh, 1);
	if (!seat->customer)
		return;
	pthread_mutex_lock(&g->lock);
	seat->customer->fresh--;
	pthread_mutex_unlock(&g->lock);
}

void guard_proven(struct guard *g, struct guard_seat *seat)
{
	if (seat->is_proven)
		return;
	seat->is_proven = true;
	if (!seat->customer)
		return;
	pthread_mutex_lock(&g->lock);
	seat->customer->proven++;
	pthread_mutex_unlock(&g->lock);
}

void guard_leave(struct guard *g, struct guard_seat *seat)
{
	guard_authorized(g, seat);
	if (!seat->customer)
		return;
	pthread_mutex_lock(&g->lock);
	seat->customer->conns--;
	seat->customer->proven -= seat->is_proven;
	if (seat->host)
		seat->host->conns--;
	pthread_mutex_unlock(&g->lock);
	seat->customer = seat->host = NULL;
}

void guard_sweep(struct guard *g, int64_t now_ms)
{
	struct place **idle = NULL, *p;
	size_t n = 0, cap = 0, pos = 0, len;
	const void *key;

	pthread_mutex_lock(&g->lock);
	while ((p = map_next(g->places, &pos, &key, &len)) != NULL) {
		if (!is_idle(p, now_ms))
			continue;
		idle = array_grow(idle, n, &cap, sizeof(struct place *));
		idle[n++] = p;
	}
	for (size_t i = 0; i < n; i++) {
		map_remove(g->places, &idle[i]->net, sizeof(idle[i]->net));
		free(idle[i]);
	}
	pthread_mutex_unlock(&g->lock);
	free(idle);
}

/* ---- faults and bans ---- */

/* Twice as long as the last time, if that is remembered. */
static void ban(struct guard *g, struct place *p, enum fault last)
{
	const struct guard_options *o = &g->options;
	const struct ban *before = bans_of(g->bans, &p->net);
	struct ban next = {.net = p->net, .times = before ? before->times + 1 : 1};
	int64_t for_ms = o->ban_ms;

	for (unsigned i = 1; i < next.times && for_ms < o->ban_max_ms; i++)
		for_ms *= 2;
	next.until_ms = clock_wall_ms() + (for_ms < o->ban_max_ms ? for_ms : o->ban_max_ms);
	p->tenths = p->offenders = 0;
	bans_add(g->bans, &next);
	atomic_fetch_add(&g->news, 1);
	if (o->on_ban)
		o->on_ban(o->ctx, &next, last);
}

static bool count_fault(
	struct guard *g, struct place *p, enum fault fault, bool is_another, int64_t now_ms)
{
	double limit = (double)g->options.ban_score * 10 * (1 + p->proven);

	fade(p, now_ms);
	p->tenths += faults[fault].tenths;
	p->offenders += is_another;
	/* By the third of them the first have faded a little. */
	if (g->options.ban_score == 0 || p->tenths < limit || p->offenders < OFFENDERS_MIN - 0.5)
		return false;
	ban(g, p, fault);
	return true;
}

bool guard_fault(struct guard *g, struct guard_seat *seat, enum fault fault, int64_t now_ms)
{
	bool is_banned;

	if (!seat->customer)
		return false;
	pthread_mutex_lock(&g->lock);
	is_banned = count_fault(g, seat->customer, fault, !seat->is_offender, now_ms);
	pthread_mutex_unlock(&g->lock);
	seat->is_offender = true;
	return is_banned;
}

bool guard_fault_of(struct guard *g, const struct net_addr *addr, enum fault fault, int64_t now_ms)
{
	struct net net = guard_customer(addr);
	bool is_banned;

	if (net_set_has(g->options.allow, addr))
		return false;
	pthread_mutex_lock(&g->lock);
	is_banned = count_fault(g, find_or_add(g, &net), fault, true, now_ms);
	pthread_mutex_unlock(&g->lock);
	return is_banned;
}

void guard_set_bans(struct guard *g, const struct ban *list, size_t n)
{
	bool is_new;

	pthread_mutex_lock(&g->lock);
	is_new = bans_set(g->bans, list, n);
	pthread_mutex_unlock(&g->lock);
	if (is_new)
		atomic_fetch_add(&g->news, 1);
}

bool guard_is_banned(struct guard *g, const struct net_addr *addr)
{
	bool is_banned;

	if (net_set_has(g->options.allow, addr))
		return false;
	pthread_mutex_lock(&g->lock);
	is_banned = bans_find(g->bans, addr, clock_wall_ms()) != NULL;
	pthread_mutex_unlock(&g->lock);
	return is_banned;
}

unsigned guard_bans(struct guard *g)
{
	unsigned n;

	pthread_mutex_lock(&g->lock);
	n = bans_count(g->bans, clock_wall_ms());
	pthread_mutex_unlock(&g->lock);
	return n;
}

unsigned guard_news(struct guard *g)
{
	return atomic_load(&g->news);
}

unsigned guard_new_conns(struct guard *g)
{
	return atomic_load(&g->fresh);
}
