/*
 * bans.h -- the banned addresses in memory: a table that answers at every accept. No lock of its
 * own: guard.c keeps it.
 */
#ifndef STRATUM_BANS_H
#define STRATUM_BANS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/net.h"

#define BAN_FOREVER INT64_MAX

struct ban {
	struct net net;
	int64_t until_ms; /* [wall]; BAN_FOREVER; the past: remembered for its count */
	unsigned times;   /* how often it was banned without somebody's doing, lately */
};

struct bans; /* in bans.c */

struct bans *bans_new(void);
void bans_free(struct bans *b);
/** bans_set(b, list, n): these and no others. Of the same network the last one counts. Returns
 * whether anything is different now. */
bool bans_set(struct bans *b, const struct ban *list, size_t n);
/** bans_add(b, ban): one more, or in place of that of the same network. */
void bans_add(struct bans *b, const struct ban *ban);
/** bans_find(b, addr, now_ms): the ban that holds now with the smallest network around the address;
 * NULL when there is none. Borrowed until the next change. */
const struct ban *bans_find(const struct bans *b, const struct net_addr *addr, int64_t now_ms);
/** bans_of(b, net): the entry of exactly this network, over or not; NULL when there is none. */
const struct ban *bans_of(const struct bans *b, const struct net *net);
/** bans_count(b, now_ms): those that hold now. */
unsigned bans_count(const struct bans *b, int64_t now_ms);

#endif
