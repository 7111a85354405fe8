/*
 * store_payout.h -- payouts from the plan to the signature, and what the operator does by hand:
 * approval, pause, replacement, losses.
 *
 * What all payouts are, and how they go on once they are signed: store_ledger.h.
 */
#ifndef STORE_STORE_PAYOUT_H
#define STORE_STORE_PAYOUT_H

#include "store/store_ledger.h"

/* ---- plan, approve, sign ---- */

struct store_plan {
	int64_t pool;
	enum store_payout_kind kind;
	bool is_waiting;                       /* for approval */
	struct amount total;                   /* of a sweep; else the items' */
	const char *address;                   /* of a sweep; else "" */
	const char *note;                      /* at most STORE_NOTE_MAX - 1 bytes; "" */
	const struct store_payout_item *items; /* one per account; fee is not read */
	size_t n;
};

/**
 * store_payout_plan(st, plan, out_id, why): whom the next transaction pays. The items' money is set
 * aside: nobody else can plan it too.
 *   errs   ERR_CONFLICT an account has less than that available
 */
enum err store_payout_plan(struct store *st, const struct store_plan *plan, int64_t *out_id,
	struct why *why) MUST_CHECK;
/** store_payout_approve(st, id, why): WAITING → PLANNED. errs ERR_NOT_FOUND */
enum err store_payout_approve(struct store *st, int64_t id, struct why *why) MUST_CHECK;
/** store_payout_refuse(st, id, note, why): PLANNED or WAITING → REFUSED; the money is available
 * again. errs ERR_NOT_FOUND */
enum err store_payout_refuse(
	struct store *st, int64_t id, const char *note, struct why *why) MUST_CHECK;

struct store_signature {
	const char *txid;
	const char *raw_tx;
	struct amount network_fee;
	const struct store_payout_item *items; /* account and fee are read; NULL: the pool pays */
	size_t n;
};

/**
 * store_payout_sign(st, id, s, why): PLANNED → SIGNED, with a transaction that was never sent.
 * Broadcast it only after this has succeeded.
 *   errs   ERR_EXISTS txid is there already
 */
enum err store_payout_sign(
	struct store *st, int64_t id, const struct store_signature *s, struct why *why) MUST_CHECK;

/* ---- replacing ---- */

/* A transaction of a payout that another one has taken the place of. */
struct store_payout_tx {
	char txid[STORE_HASH_MAX];
	char *raw_tx;
	struct amount network_fee;
};

/**
 * store_payout_replace(st, id, old_txid, tx, why): tx, which spends an input that the old one
 * spends too, is the payout's transaction from now on: SIGNED or BROADCAST → SIGNED. The old one
 * is kept, as it may be the one that gets into the chain; then it is put back by the same call.
 *   errs   ERR_CONFLICT old_txid is not the payout's transaction
 */
enum err store_payout_replace(struct store *st, int64_t id, const char *old_txid,
	const struct store_payout_tx *tx, struct why *why) MUST_CHECK;
/** store_payout_replaced(st, payout, …): the others, oldest first. */
enum err store_payout_replaced(struct store *st, int64_t payout, struct store_payout_tx **out,
	size_t *out_n, struct why *why) MUST_CHECK;
void store_free_payout_txs(struct store_payout_tx *rows, size_t n);

/* ---- orders to the ledger, which holds the wallet ---- */

/* Stored: do not renumber. */
enum store_order_kind {
	STORE_ORDER_REPLACE = 1, /* its transaction by another one */
	STORE_ORDER_REPAY = 2, /* it was confirmed and left the chain: its miners are paid again */
};

struct store_order {
	int64_t id;
	enum store_order_kind kind;
	int64_t payout;
	char who[STORE_NAME_MAX];
	char reason[STORE_NOTE_MAX];
};

/** store_order_add(st, pool, order, why): ask for it; id is not read. */
enum err store_order_add(struct store *st, int64_t pool, const struct store_order *order,
	struct why *why) MUST_CHECK;
/** store_order_open(st, pool, …): those that are not done, oldest first. */
enum err store_order_open(struct store *st, int64_t pool, struct store_order **out, size_t *out_n,
	struct why *why) MUST_CHECK;
/** store_order_done(st, id, result, why): what came of it. errs ERR_CONFLICT done already */
enum err store_order_done(
	struct store *st, int64_t id, const char *result, struct why *why) MUST_CHECK;
void store_free_orders(struct store_order *rows);

/* ---- pause, and when the last run was ---- */

struct store_payout_control {
	bool is_paused;
	int64_t since_ms; /* of the pause, or of its end; 0: never paused */
	char who[STORE_NAME_MAX];
	char reason[STORE_NOTE_MAX];
	int64_t run_ms; /* when it was last looked who is due; 0: never */
};

enum err store_payout_control(struct store *st, int64_t pool, struct store_payout_control *out,
	struct why *why) MUST_CHECK;
/** store_payout_pause(st, pool, is_paused, who, reason, why): stop new payouts, or go on. */
enum err store_payout_pause(struct store *st, int64_t pool, bool is_paused, const char *who,
	const char *reason, struct why *why) MUST_CHECK;
enum err store_payout_note_run(
	struct store *st, int64_t pool, int64_t run_ms, struct why *why) MUST_CHECK;
/** store_payout_since(st, pool, since_ms, out, why): the sum of the payouts to miners that were
 * planned since then and not given up. */
enum err store_payout_since(struct store *st, int64_t pool, int64_t since_ms, struct amount *out,
	struct why *why) MUST_CHECK;

/* ---- mature blocks that are gone for good ---- */

/** store_block_unbear(st, block, why): it is in the chain again: the pool's own money is given
 * back. errs ERR_CONFLICT its loss is not borne */
enum err store_block_unbear(struct store *st, int64_t block, struct why *why) MUST_CHECK;
/**
 * store_block_bear(st, block, who, reason, why): the pool bears the loss of a MATURE block: its
 * reward comes off the pool's own money, the miners keep their credits.
 *   errs   ERR_CONFLICT it is not mature; ERR_EXISTS it is borne already
 */
enum err store_block_bear(struct store *st, int64_t block, const char *who, const char *reason,
	struct why *why) MUST_CHECK;
enum err store_block_is_borne(
	struct store *st, int64_t block, bool *out, struct why *why) MUST_CHECK;

#endif
