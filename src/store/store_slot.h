/*
 * store_slot.h -- slots: the sums of shares by worker, node, height and minute; the way in, counted
 * exactly once, and the ways out for the reward schemes.
 *
 * They are kept packed, all of a node, height and minute together: a batch. What pages show is
 * another sum of the same shares: store_stats.h.
 */
#ifndef STORE_STORE_SLOT_H
#define STORE_STORE_SLOT_H

#include "store/store.h"

/** store_account_ensure(st, pool, address, out_id, why): the account of an address, made when new.
 *   address  in its canonical spelling (chain/address.h) */
enum err store_account_ensure(struct store *st, int64_t pool, const char *address, int64_t *out_id,
	struct why *why) MUST_CHECK;

struct store_slot_add {
	int64_t pool;
	int64_t height;
	int64_t minute;
	const char *address;
	const char *worker;
	int64_t work;
	int64_t shares;
	int64_t last_ms; /* time of the last share in it */
	bool is_apart;   /* for the statistics only: it is no part of the pool's rounds */
};

struct store_flushed {
	int64_t pool;
	int64_t through; /* the node has no more work at or below this height */
};

/** store_slot_cursor(st, node, epoch, out_seq, why): the last journal record counted; 0: none. */
enum err store_slot_cursor(struct store *st, int64_t node, int64_t epoch, int64_t *out_seq,
	struct why *why) MUST_CHECK;

/* One batch of a node's journal: records (from_seq, through_seq] of this epoch. */
struct store_flush {
	int64_t node;
	int64_t epoch;
	int64_t from_seq;
	int64_t through_seq;
	const struct store_slot_add *slots;
	size_t slots_n;
	const struct store_flushed *flushed;
	size_t flushed_n;
};

/**
 * store_slot_flush(st, flush, why): add the slots to the batches and the statistics, make accounts
 * and workers as needed and move the cursor, in one transaction. Work at a height whose round is
 * closed already (a node that had been written off) goes to the next height: it counts in a later
 * round and closed ones stay as paid. errs   ERR_CONFLICT the cursor is not at from_seq: read
 * store_slot_cursor() and go on from there (this is how a batch of unknown outcome is found to be
 * counted)
 */
enum err store_slot_flush(
	struct store *st, const struct store_flush *flush, struct why *why) MUST_CHECK;

struct store_reject {
	int64_t pool;
	int64_t minute;
	const char *address;
	const char *worker;
	int64_t kind; /* the verdict's stored number */
	int64_t count;
};

/** store_reject_add(st, rejects, n, why): statistics: may be lost, or counted twice. */
enum err store_reject_add(
	struct store *st, const struct store_reject *rejects, size_t n, struct why *why) MUST_CHECK;

/* ---- for the reward schemes ---- */

struct store_work {
	int64_t account;
	int64_t work;
};

/**
 * store_round_work(st, pool, from, through, out, out_n, why): work per account at the heights
 * (from, through], by account id.
 */
enum err store_round_work(struct store *st, int64_t pool, int64_t from, int64_t through,
	struct store_work **out, size_t *out_n, struct why *why) MUST_CHECK;
void store_free_works(struct store_work *rows);
/** store_round_total(st, pool, from, through, out_work, why): the sum of the same. */
enum err store_round_total(struct store *st, int64_t pool, int64_t from, int64_t through,
	int64_t *out_work, struct why *why) MUST_CHECK;

struct store_slot {
	int64_t height;
	int64_t minute;
	int64_t worker;
	int64_t node;
	int64_t account;
	int64_t work;
};

/** Return false to stop. The handle must not be used inside. */
typedef bool store_slot_fn(void *ctx, const struct store_slot *slot);

/**
 * store_slots_back(st, pool, from_height, fn, ctx, why): walk from this height (inclusive) back, in
 * (height desc, minute desc) order, until fn has enough or there are no more. Within a minute the
 * order is always the same; a worker may come more than once.
 *   calls  fn before return
 *   errs   ERR_CORRUPT a batch is not what its sum says
 */
enum err store_slots_back(struct store *st, int64_t pool, int64_t from_height, store_slot_fn *fn,
	void *ctx, struct why *why) MUST_CHECK;

#endif
