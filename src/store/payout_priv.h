/* payout_priv.h -- what the parts of payouts share. All run inside the caller's transaction; he
 * has the turn, or payout_turn() takes it. */
#ifndef STORE_PAYOUT_PRIV_H
#define STORE_PAYOUT_PRIV_H

#include "store/store_payout.h"

#define PAYOUT_STATES 8

/** payout_expect(st, id, to, out, why): the payout, which may become `to`; the caller calls
 * store_payout_fini(). errs ERR_NOT_FOUND, ERR_CONFLICT */
enum err payout_expect(struct store *st, int64_t id, enum store_payout_state to,
	struct store_payout *out, struct why *why) MUST_CHECK;
enum err payout_move(struct store *st, const struct store_payout *p, enum store_payout_state to,
	int64_t confirmations, const char *block_hash, struct why *why) MUST_CHECK;

/** payout_turn(st, id, to, confirmations, block_hash, out, why): takes the turn, then expects and
 * moves; out is the payout as it was before. The caller calls store_payout_fini(). */
enum err payout_turn(struct store *st, int64_t id, enum store_payout_state to,
	int64_t confirmations, const char *block_hash, struct store_payout *out,
	struct why *why) MUST_CHECK;

/** payout_book(st, p, items, n, kind, why): the entries of one move; of the end of a sweep n is 0.
 */
enum err payout_book(struct store *st, const struct store_payout *p,
	const struct store_payout_item *items, size_t n, enum store_txn_kind kind,
	struct why *why) MUST_CHECK;
/** payout_book_stored(): with the items as they were stored, whatever the caller believes. */
enum err payout_book_stored(struct store *st, const struct store_payout *p,
	enum store_txn_kind kind, struct why *why) MUST_CHECK;

#endif
