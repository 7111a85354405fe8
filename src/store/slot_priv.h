/* slot_priv.h -- the parts of a flush: whose work it is, and the rows that keep it. */
#ifndef STORE_SLOT_PRIV_H
#define STORE_SLOT_PRIV_H

#include "store/pack_priv.h"
#include "store/store_stats.h"

/** period_of(minute): the first minute of its period. */
static inline int64_t period_of(int64_t minute)
{
	return minute - minute % STORE_PERIOD_MINUTES;
}

/* ---- ids.c: accounts and workers ---- */

struct ids_name {
	int64_t pool;
	const char *address, *worker;
};

struct ids {
	int64_t account, worker;
};

/** ids_find(st, names, n, out, why): made when new. Who has worked before is known by heart.
 *   out    n, in the order of names */
enum err ids_find(struct store *st, const struct ids_name *names, size_t n, struct ids *out,
	struct why *why) MUST_CHECK;

/* ---- batch.c: what money is made of ---- */

struct batch {
	int64_t pool, height, minute, node, epoch, from_seq, through_seq;
	int64_t last_ms;
};

/** batch_add(st, batch, slots, n, why): inside the transaction that moves the node's cursor.
 *   slots  in any order, a worker more than once; taken: freed here, allocated by the caller */
enum err batch_add(struct store *st, const struct batch *batch, struct pack_slot *slots, size_t n,
	struct why *why) MUST_CHECK;

#endif
