/* store_ban.h -- addresses that may not connect to the stratum ports: what nodes tell one another,
 * and the operator tells all of them. */
#ifndef STORE_STORE_BAN_H
#define STORE_STORE_BAN_H

#include "base/net.h"
#include "store/store.h"

#define STORE_BAN_REASON_MAX 201       /* bytes with the NUL */
#define STORE_BAN_FOREVER    INT64_MAX /* stored */

enum { STORE_BAN_BY_HAND = -1 };

struct store_ban {
	struct net net;
	int64_t since_ms;
	int64_t until_ms; /* STORE_BAN_FOREVER until it is removed */
	int64_t times;    /* how often lately, without somebody's doing */
	int64_t node_id;  /* STORE_BAN_BY_HAND: the operator's */
	char reason[STORE_BAN_REASON_MAX];
};

/** store_ban_add(st, ban, why): a node's ban. One of the same network that holds longer stays. */
enum err store_ban_add(struct store *st, const struct store_ban *ban, struct why *why) MUST_CHECK;
/** store_ban_set(st, ban, why): the operator's, in place of what there was. */
enum err store_ban_set(struct store *st, const struct store_ban *ban, struct why *why) MUST_CHECK;
/** store_ban_remove(st, net, why): it is over and forgotten. errs ERR_NOT_FOUND there is none of
 * exactly this network */
enum err store_ban_remove(struct store *st, const struct net *net, struct why *why) MUST_CHECK;
/** store_ban_forget(st, before_ms, why): those that ended before. */
enum err store_ban_forget(struct store *st, int64_t before_ms, struct why *why) MUST_CHECK;
/** store_ban_list(st, after_ms, out, out_n, why): those that end after, by network. */
enum err store_ban_list(struct store *st, int64_t after_ms, struct store_ban **out, size_t *out_n,
	struct why *why) MUST_CHECK;
void store_free_bans(struct store_ban *rows, size_t n);

#endif
