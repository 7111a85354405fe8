/*
 * guard.h -- who may connect, and who has behaved so badly that he may not.
 *
 * Counts are kept by customer: an IPv4 address, or an IPv6 network of 64 bits. A household, a farm
 * or a whole provider may stand behind one address, so nothing here depends on how many miners
 * there are, only on what they do: connections without a worker, and faults. Each fault has points
 * (fault.tbl) that are halved every 5 minutes; a ban takes `ban_score` of them, and as many more
 * for each miner of the customer that has found a share, from three connections or more.
 *
 * Thread:  one guard for the process, used by all loops, behind one lock: at accept, at login, at
 * the end and at faults, never for a good share.
 */
#ifndef STRATUM_GUARD_H
#define STRATUM_GUARD_H

#include <stdbool.h>
#include <stdint.h>

#include "base/net.h"
#include "base/thread.h"
#include "stratum/bans.h"

enum fault {
#define FAULT(name, tenths, counter, text) FAULT_##name,
#include "stratum/fault.tbl"
#undef FAULT
	FAULT_COUNT_
};

enum guard_answer { GUARD_WELCOME, GUARD_BANNED, GUARD_TOO_MANY, GUARD_TOO_MANY_NEW };

struct guard;
struct place; /* what is known of an address or network */

struct guard_options {
	unsigned conns_per_ip, conns_per_64, new_per_ip; /* 0: any number */
	unsigned ban_score;                              /* [points] 0: never ban */
	int64_t ban_ms, ban_max_ms;                      /* [ms] the first, the longest */
	const struct net_set *allow;                     /* borrowed */
	/* An address was banned here; called with the guard locked, on the loop that had the fault.
	 */
	void (*on_ban)(void *ctx, const struct ban *ban, enum fault last);
	void *ctx;
};

/* A connection's place at the guard. */
struct guard_seat {
	struct place *customer; /* NULL: of an allowed network, not counted */
	struct place *host;     /* of IPv6: the address itself; else NULL */
	bool is_new, is_proven, is_offender;
};

struct guard *guard_new(const struct guard_options *options);
/** guard_free(g): after the last guard_leave(). */
void guard_free(struct guard *g);

/** guard_may_enter(g, addr, now_ms): before anything is made of a connection. now_ms: [monotonic]
 * here and below. */
enum guard_answer guard_may_enter(
	struct guard *g, const struct net_addr *addr, int64_t now_ms) ANY_THREAD;
/** guard_enter(g, addr, now_ms, out): count a connection, as one without a worker. */
void guard_enter(struct guard *g, const struct net_addr *addr, int64_t now_ms,
	struct guard_seat *out) ANY_THREAD;
/** guard_authorized(g, seat): it has a worker now. */
void guard_authorized(struct guard *g, struct guard_seat *seat) ANY_THREAD;
/** guard_proven(g, seat): it has found a share. */
void guard_proven(struct guard *g, struct guard_seat *seat) ANY_THREAD;
void guard_leave(struct guard *g, struct guard_seat *seat) ANY_THREAD;

/** guard_fault(g, seat, fault, now_ms): true when the customer is banned for it. */
bool guard_fault(
	struct guard *g, struct guard_seat *seat, enum fault fault, int64_t now_ms) ANY_THREAD;
/** guard_fault_of(g, addr, fault, now_ms): the same of somebody who is not connected. */
bool guard_fault_of(
	struct guard *g, const struct net_addr *addr, enum fault fault, int64_t now_ms) ANY_THREAD;

/** guard_set_bans(g, list, n): the bans of all nodes, as the database has them. */
void guard_set_bans(struct guard *g, const struct ban *list, size_t n) ANY_THREAD;
/** guard_is_banned(g, addr): now, and not allowed. */
bool guard_is_banned(struct guard *g, const struct net_addr *addr) ANY_THREAD;
/** guard_bans(g): how many bans hold now. */
unsigned guard_bans(struct guard *g) ANY_THREAD;
/** guard_news(g): another number whenever an address was banned: connections may be affected. */
unsigned guard_news(struct guard *g) ANY_THREAD;
/** guard_new_conns(g): connections without a worker. */
unsigned guard_new_conns(struct guard *g) ANY_THREAD;
/** guard_sweep(g, now_ms): forget whom nothing is known of any more; every minute or so. */
void guard_sweep(struct guard *g, int64_t now_ms) ANY_THREAD;

/** guard_customer(addr): the network that one customer has. */
struct net guard_customer(const struct net_addr *addr);
/** fault_tenths(f): [tenths of a point] what it costs. */
unsigned fault_tenths(enum fault f);
/** fault_text(f): what is wrong with it, in words. */
const char *fault_text(enum fault f);

#endif
