/*
 * store_ledger.h -- money: double-entry bookkeeping, rounds, balances and payouts.
 *
 * Every operation here is one transaction, guarded by the state it starts from: of two leaders who
 * do the same at once one wins and the other gets ERR_CONFLICT. Entries are only ever added; the
 * entries of one ledger transaction sum to zero, which is asserted.
 *
 * The books, and what moves between them:
 *   close    coinbase → immature (accounts), fee_immature, reserve_immature (pool)
 *   mature   immature → available, paid      fee_immature → fee, reserve_immature → reserve
 *   orphan   immature, fee_immature, reserve_immature → coinbase
 *   plan     available → paying
 *   confirm  paying → paid, network_fee      fee → network_fee
 *   conflict paying → available              (refused, too)
 *   sweep    hot → cold                      fee → network_fee
 *   deposit  operator → fee                  (and back, when the operator takes coins out)
 *   loss     fee → coinbase                  a mature block that is gone, borne by the pool
 *   undo     paid, network_fee → available   network_fee → fee; cold → hot, of a sweep
 */
#ifndef STORE_STORE_LEDGER_H
#define STORE_STORE_LEDGER_H

#include "store/store.h"

/* Stored: do not renumber. */
enum store_book {
	STORE_BOOK_COINBASE = 1,
	STORE_BOOK_IMMATURE = 2,
	STORE_BOOK_AVAILABLE = 3,
	STORE_BOOK_PAYING = 4,
	STORE_BOOK_PAID = 5,
	STORE_BOOK_FEE_IMMATURE = 6,
	STORE_BOOK_FEE = 7,
	STORE_BOOK_NETWORK_FEE = 8,
	STORE_BOOK_HOT = 9,       /* minus what was moved from the hot wallet to the cold one */
	STORE_BOOK_COLD = 10,     /* the same, in the cold one */
	STORE_BOOK_OPERATOR = 11, /* what the operator took out of the wallet; negative: put in */
	STORE_BOOK_RESERVE_IMMATURE = 12,
	STORE_BOOK_RESERVE = 13, /* what the PPS family is paid out of (store_reward.h) */
	STORE_BOOK_OWED = 14,    /* SMPPS, ESMPPS: credited, but not covered by a block yet */
	STORE_BOOK_DEBT = 15,    /* the other side of that */
};
#define STORE_BOOKS 16 /* size of an array indexed by book */

/* Stored: do not renumber. */
enum store_txn_kind {
	STORE_TXN_CREDIT = 1,
	STORE_TXN_MATURE = 2,
	STORE_TXN_ORPHAN = 3,
	STORE_TXN_PAYOUT = 4,
	STORE_TXN_PAID = 5,
	STORE_TXN_RETURNED = 6, /* a payout that will never be in the chain */
	STORE_TXN_ADJUST = 7,   /* by hand */
	STORE_TXN_SWEPT = 8,    /* to the cold wallet */
	STORE_TXN_OPERATOR = 9, /* coins of the operator's own, in or out */
	STORE_TXN_LOSS = 10,    /* a mature block that is gone for good */
	STORE_TXN_RESERVE = 11, /* between the fee and the reserve */
	STORE_TXN_ACCRUE = 12,  /* work is credited by itself */
	STORE_TXN_OWE = 13,     /* … as a debt */
	STORE_TXN_RELEASE = 14, /* a debt is paid */
	STORE_TXN_UNDONE = 15,  /* a payout that was confirmed left the chain for good */
};

struct store_entry {
	enum store_book book;
	int64_t account; /* 0: the pool's own */
	struct amount amount;
};

struct store_txn {
	int64_t pool;
	enum store_txn_kind kind;
	int64_t block;  /* or 0 */
	int64_t payout; /* or 0 */
	const struct store_entry *entries;
	size_t n;
	int64_t accrual; /* or 0 */
};

/** store_ledger_post(st, txn, why): one ledger transaction; its entries sum to zero. */
enum err store_ledger_post(
	struct store *st, const struct store_txn *txn, struct why *why) MUST_CHECK;

/* ---- rounds ---- */

struct store_credit {
	int64_t account;
	int64_t work;
	struct amount amount; /* >= 0 */
	/* what it is made of: share + bonus - fee - donation; direct: of it, paid by the coinbase
	 */
	struct amount bonus, fee, donation, direct;
};

struct store_round {
	int64_t block;
	int64_t from;         /* heights (from, the block's height] */
	int64_t work;         /* their total work, as the credits were computed from */
	struct amount reward; /* == sum of credits + fee + reserve, asserted */
	struct amount fee;
	int64_t confirmations;
	const struct store_credit *credits; /* one per account */
	size_t n;
	int64_t scheme;        /* enum reward_scheme, for the record */
	struct amount reserve; /* what the PPS family is paid out of */
	const char *rules;     /* by which it was computed; NULL: not to be kept */
};

/**
 * store_round_close(st, round, why): PENDING → IMMATURE, credits and entries.
 *   errs   ERR_CONFLICT the block is not PENDING, or its reward, `from` or `work` are no longer
 * what the database says, or an earlier block is still PENDING, or one at or above its height is
 * IMMATURE, or a live node has not flushed up to it. A MATURE one above stays as it was paid
 */
enum err store_round_close(
	struct store *st, const struct store_round *round, struct why *why) MUST_CHECK;
/** store_round_rules(st, block, out, why): the text that it was closed with last; the caller frees
 * it. errs ERR_NOT_FOUND none was kept */
enum err store_round_rules(struct store *st, int64_t block, char **out, struct why *why) MUST_CHECK;
/** store_round_mature(st, block, confirmations, why): IMMATURE → MATURE. */
enum err store_round_mature(
	struct store *st, int64_t block, int64_t confirmations, struct why *why) MUST_CHECK;
/** store_round_orphan(st, block, why): IMMATURE → ORPHAN; its work joins the next round. */
enum err store_round_orphan(struct store *st, int64_t block, struct why *why) MUST_CHECK;
/** store_round_reopen(st, block, confirmations, why): IMMATURE → PENDING: a block below it came
 * late, and the rounds are to be closed in the order of heights. */
enum err store_round_reopen(
	struct store *st, int64_t block, int64_t confirmations, struct why *why) MUST_CHECK;

/* ---- balances ---- */

struct store_balance {
	int64_t account;
	char address[STORE_ADDRESS_MAX];
	struct amount immature;
	struct amount available;
	struct amount paying;
	struct amount paid;
};

/** store_account_balance(st, account, out, why): errs ERR_NOT_FOUND */
enum err store_account_balance(
	struct store *st, int64_t account, struct store_balance *out, struct why *why) MUST_CHECK;

struct store_due {
	int64_t account;
	char address[STORE_ADDRESS_MAX];
	struct amount available;
	struct amount threshold; /* of its own; 0: the pool's */
};

/** store_balance_list(st, pool, min, limit, …): accounts with at least min available, or what the
 * account has set instead, the largest first. limit 0: all. */
enum err store_balance_list(struct store *st, int64_t pool, struct amount min, unsigned limit,
	struct store_due **out, size_t *out_n, struct why *why) MUST_CHECK;
void store_free_dues(struct store_due *rows);

/** store_ledger_sums(st, pool, out, why): the sum of each book, indexed by enum store_book. Their
 * total is zero. */
enum err store_ledger_sums(
	struct store *st, int64_t pool, struct amount out[STORE_BOOKS], struct why *why) MUST_CHECK;

/* ---- payouts ---- */

/* Stored: do not renumber. */
enum store_payout_state {
	STORE_PAYOUT_PLANNED = 1, /* whom it pays is fixed; to be signed next */
	STORE_PAYOUT_SIGNED = 2,
	STORE_PAYOUT_BROADCAST = 3,
	STORE_PAYOUT_CONFIRMED = 4,
	STORE_PAYOUT_CONFLICTED = 5, /* can never be in the chain; the money went back */
	STORE_PAYOUT_WAITING = 6,    /* planned; waits for the operator's approval */
	STORE_PAYOUT_REFUSED = 7,    /* never signed; the money went back */
};
#define STORE_PAYOUT_MASK(state) (1u << (state))

/* Stored: do not renumber. */
enum store_payout_kind {
	STORE_PAYOUT_AUTOMATIC = 1,
	STORE_PAYOUT_MANUAL = 2,
	STORE_PAYOUT_SWEEP = 3, /* to the cold wallet; no items */
};

const char *payout_state_text(enum store_payout_state state);

struct store_payout {
	int64_t id;
	int64_t pool;
	enum store_payout_kind kind;
	enum store_payout_state state;
	char txid[STORE_HASH_MAX]; /* "" before it is signed */
	char *raw_tx;              /* hex; "" in lists */
	struct amount total;       /* of the items, or what is swept */
	struct amount network_fee;
	struct amount miner_fee; /* the part of network_fee that comes off the items */
	int64_t items;           /* count */
	int64_t created_ms;
	int64_t updated_ms;
	int64_t confirmations;
	char block_hash[STORE_HASH_MAX]; /* "" before it is in a block */
	char address[STORE_ADDRESS_MAX]; /* of a sweep */
	char note[STORE_NOTE_MAX];       /* why it waits or was refused */
};

struct store_payout_item {
	int64_t account;
	const char *address;
	struct amount amount; /* > 0; what leaves the account's balance */
	struct amount fee;    /* the part of it that the network gets */
};

/** store_payout_set_state(st, id, from, to, confirmations, block_hash, why): from == to notes the
 * confirmations; SIGNED → BROADCAST is the only other move here. block_hash may be NULL. */
enum err store_payout_set_state(struct store *st, int64_t id, enum store_payout_state from,
	enum store_payout_state to, int64_t confirmations, const char *block_hash,
	struct why *why) MUST_CHECK;
/** store_payout_confirm(st, id, confirmations, block_hash, why): SIGNED or BROADCAST → CONFIRMED.
 */
enum err store_payout_confirm(struct store *st, int64_t id, int64_t confirmations,
	const char *block_hash, struct why *why) MUST_CHECK;
/** store_payout_conflict(st, id, why): SIGNED or BROADCAST → CONFLICTED; the money is available
 * again. Only when the transaction can never be in the chain. */
enum err store_payout_conflict(struct store *st, int64_t id, struct why *why) MUST_CHECK;

/** store_payout_undo(st, id, why): CONFIRMED → CONFLICTED: the chain was rewritten behind it, and
 * it cannot be there again; the money is available again. */
enum err store_payout_undo(struct store *st, int64_t id, struct why *why) MUST_CHECK;

/** store_payout_get(st, id, …), store_payout_by_txid(…): errs ERR_NOT_FOUND;
 * store_payout_fini() frees what is inside. A txid that was replaced finds its payout too. */
enum err store_payout_get(
	struct store *st, int64_t id, struct store_payout *out, struct why *why) MUST_CHECK;
enum err store_payout_by_txid(struct store *st, int64_t pool, const char *txid,
	struct store_payout *out, struct why *why) MUST_CHECK;
void store_payout_fini(struct store_payout *payout);
/** store_payout_list(st, pool, before, limit, …): a page, newest first. */
enum err store_payout_list(struct store *st, int64_t pool, int64_t before, unsigned limit,
	struct store_payout **out, size_t *out_n, struct why *why) MUST_CHECK;
/** store_payout_unsettled(st, pool, depth, …): CONFIRMED ones with fewer confirmations than that
 * when they were last looked at, oldest first; without raw_tx. */
enum err store_payout_unsettled(struct store *st, int64_t pool, int64_t depth,
	struct store_payout **out, size_t *out_n, struct why *why) MUST_CHECK;
/** store_payout_list_in(st, pool, states, …): all in these states, STORE_PAYOUT_MASK()s or'ed
 * together, oldest first; without raw_tx. */
enum err store_payout_list_in(struct store *st, int64_t pool, unsigned states,
	struct store_payout **out, size_t *out_n, struct why *why) MUST_CHECK;
/** store_payout_open(st, pool, …): SIGNED and BROADCAST, oldest first, with raw_tx. */
enum err store_payout_open(struct store *st, int64_t pool, struct store_payout **out, size_t *out_n,
	struct why *why) MUST_CHECK;
void store_free_payouts(struct store_payout *rows, size_t n);

struct store_paid {
	int64_t payout;
	int64_t account;
	char address[STORE_ADDRESS_MAX];
	struct amount amount; /* fee included */
	struct amount fee;    /* what of it the network got */
	char txid[STORE_HASH_MAX];
	enum store_payout_state state;
	int64_t created_ms;
	int64_t confirmations;
};

/** store_payout_items(st, payout, …): all of one payout, by account. */
enum err store_payout_items(struct store *st, int64_t payout, struct store_paid **out,
	size_t *out_n, struct why *why) MUST_CHECK;
/** store_paid_list(st, account, before, limit, …): an account's payments, newest first; `before` is
 * a payout's id. */
enum err store_paid_list(struct store *st, int64_t account, int64_t before, unsigned limit,
	struct store_paid **out, size_t *out_n, struct why *why) MUST_CHECK;
void store_free_paids(struct store_paid *rows);

/* ---- what an account got ---- */

struct store_earning {
	int64_t block;
	int64_t height;
	char hash[STORE_HASH_MAX];
	int64_t state; /* enum store_block_state */
	int64_t found_ms;
	int64_t account;
	char address[STORE_ADDRESS_MAX];
	int64_t work;
	struct amount amount;
	struct amount bonus, fee, donation, direct; /* as in struct store_credit */
	struct amount reward;                       /* of the whole block */
};

/** store_earning_list(st, account, before, limit, …): by block, newest first; `before` is a block's
 * id. */
enum err store_earning_list(struct store *st, int64_t account, int64_t before, unsigned limit,
	struct store_earning **out, size_t *out_n, struct why *why) MUST_CHECK;
/** store_credit_list(st, block, …): all credits of one block, by account. */
enum err store_credit_list(struct store *st, int64_t block, struct store_earning **out,
	size_t *out_n, struct why *why) MUST_CHECK;
void store_free_earnings(struct store_earning *rows);

#endif
