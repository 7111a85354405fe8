/*
 * store_wallet.h -- the wallet's transactions, each with what it is; and the comparison of wallet
 * and ledger.
 */
#ifndef STORE_STORE_WALLET_H
#define STORE_STORE_WALLET_H

#include "store/store_ledger.h"

/* Stored: do not renumber. */
enum store_wallet_kind {
	STORE_WALLET_UNEXPLAINED = 1,
	STORE_WALLET_REWARD = 2,   /* of a block of the pool's */
	STORE_WALLET_PAYOUT = 3,   /* or a sweep, or what was replaced */
	STORE_WALLET_OPERATOR = 4, /* put in or taken out by the operator, who has said so */
};

struct store_wallet_tx {
	char txid[STORE_HASH_MAX];
	enum store_wallet_kind kind;
	struct amount amount; /* what the balance changes by; fees included */
	bool is_counted;      /* the balance has changed by it already */
	int64_t seen_ms;
	char note[STORE_NOTE_MAX]; /* of a reward: the block's hash; of the operator's: why */
};

/** store_wallet_note(st, pool, tx, out_is_new, why): keep what is known now; what the operator has
 * acknowledged stays that. */
enum err store_wallet_note(struct store *st, int64_t pool, const struct store_wallet_tx *tx,
	bool *out_is_new, struct why *why) MUST_CHECK;
/** store_wallet_list(st, pool, kind, …): the oldest first, at most STORE_PAGE_MAX. */
enum err store_wallet_list(struct store *st, int64_t pool, enum store_wallet_kind kind,
	struct store_wallet_tx **out, size_t *out_n, struct why *why) MUST_CHECK;
void store_free_wallet_txs(struct store_wallet_tx *rows);

/**
 * store_wallet_acknowledge(st, pool, txid, note, out, why): an unexplained transaction was the
 * operator's: it is booked between him and the pool's own money.
 *   out    as it was
 *   errs   ERR_NOT_FOUND; ERR_CONFLICT it is explained already, or not in the balance yet
 */
enum err store_wallet_acknowledge(struct store *st, int64_t pool, const char *txid,
	const char *note, struct store_wallet_tx *out, struct why *why) MUST_CHECK;

struct store_wallet_book {
	int64_t time_ms;                  /* 0: never compared */
	char cursor_hash[STORE_HASH_MAX]; /* the wallet's transactions are known up to there */
	struct amount held;               /* what the wallet can spend */
	struct amount expected;           /* what the ledger says that it holds */
	struct amount in_flight;          /* moves of the wallet that the ledger books later */
	struct amount unexplained;        /* transactions that nobody has explained */
	struct amount difference;         /* held - the other three; zero when all is well */
	struct amount own;                /* of expected: not promised to miners; not kept */
};

/** store_wallet_sums(st, pool, out, why): expected, in_flight, unexplained and own as they are now;
 * the rest is zero. */
enum err store_wallet_sums(
	struct store *st, int64_t pool, struct store_wallet_book *out, struct why *why) MUST_CHECK;
/** store_wallet_book(st, pool, out, why): the last comparison; all zero when there was none. */
enum err store_wallet_book(
	struct store *st, int64_t pool, struct store_wallet_book *out, struct why *why) MUST_CHECK;
/** store_wallet_book_set(st, pool, book, why): keep it; time_ms is now. */
enum err store_wallet_book_set(struct store *st, int64_t pool, const struct store_wallet_book *book,
	struct why *why) MUST_CHECK;

#endif
