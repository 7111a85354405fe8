/*
 * reconcile.c -- does the wallet hold what the ledger says, to the last unit? Every transaction of
 * the wallet is a reward, a payout, or acknowledged by the operator; others are flagged.
 *
 * wallet = hot part of the ledger + in flight + unexplained. What is not equal at one look may be a
 * transaction that came in between; the same difference twice is one.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/json.h"
#include "base/mem.h"
#include "ledger/ledger_priv.h"
#include "store/store_block.h"
#include "store/store_stats.h"
#include "store/store_wallet.h"

/* Blocks that a transaction is looked at again, beyond the coin's maturity. */
#define DEPTH_MORE 20

/* So often, and for so long, must the wallet have too little before payouts pause: whatever comes
 * in between wallet and database is over by then. */
enum { LACK_LOOKS = 3, LACK_MS = 10000 };

/* ---- what a transaction is ---- */

static enum err explain(
	struct ledger *l, const struct wallet_move *m, struct store_wallet_tx *out, struct why *why)
{
	struct store_payout payout;
	struct store_block block;
	enum err err;

	*out = (struct store_wallet_tx){
		.kind = STORE_WALLET_UNEXPLAINED, .amount = m->amount, .is_counted = m->is_counted};
	str_copy(out->txid, sizeof(out->txid), m->txid);
	if (m->is_generated) {
		err = store_block_by_hash(l->store, l->pool_id, m->block, &block, why);
		if (err == OK) {
			out->kind = STORE_WALLET_REWARD;
			str_copy(out->note, sizeof(out->note), m->block);
		}
	} else {
		err = store_payout_by_txid(l->store, l->pool_id, m->txid, &payout, why);
		if (err == OK) {
			out->kind = STORE_WALLET_PAYOUT;
			store_payout_fini(&payout);
		}
	}
	return err == ERR_NOT_FOUND ? OK : err;
}

static enum err flag(struct ledger *l, const struct store_wallet_tx *tx, struct why *why)
{
	char amount[AMOUNT_TEXT_MAX];
	struct buf json = {0};
	enum err err;

	log_odd(&l->log, "wallet_tx_unexplained",
		"txid=%s amount=%s \"neither a reward nor a payout; if it was yours, say so: kozan"
		" payout acknowledge\"",
		tx->txid, amount_text(tx->amount, amount));
	buf_printf(&json, "{\"txid\":\"%s\",\"amount\":\"%s\"}", tx->txid, amount);
	err = store_event_add(l->store, l->pool_id, "wallet_tx_unexplained", buf_str(&json), why);
	buf_free(&json);
	return err;
}

/* One that does not move the balance yet may still be explained: a block found a moment ago. */
static enum err note_moves(
	struct ledger *l, const struct wallet_move *moves, size_t n, struct why *why)
{
	struct store_wallet_tx tx;
	bool is_new;
	enum err err = store_begin(l->store, why);

	if (err)
		return err;
	for (size_t i = 0; i < n && !err; i++) {
		err = explain(l, &moves[i], &tx, why);
		if (!err && tx.kind == STORE_WALLET_UNEXPLAINED && !tx.is_counted)
			continue;
		if (!err)
			err = store_wallet_note(l->store, l->pool_id, &tx, &is_new, why);
		if (!err && is_new && tx.kind == STORE_WALLET_UNEXPLAINED)
			err = flag(l, &tx, why);
	}
	if (!err)
		return store_commit(l->store, why);
	store_rollback(l->store);
	return err;
}

/* ---- the comparison ---- */

static void complain_of(struct ledger *l, const struct store_wallet_book *b)
{
	char held[AMOUNT_TEXT_MAX], expected[AMOUNT_TEXT_MAX], flight[AMOUNT_TEXT_MAX],
		odd[AMOUNT_TEXT_MAX], difference[AMOUNT_TEXT_MAX];

	if (amount_is_zero(b->difference))
		complaint_over(&l->complaints[ABOUT_RECONCILE], &l->log);
	else if (amount_cmp(b->difference, l->wallet_difference) == 0)
		complain(&l->complaints[ABOUT_RECONCILE], &l->log, LOG_LEVEL_BROKEN,
			"wallet_differs",
			"difference=%s holds=%s ledger=%s in_flight=%s unexplained=%s \"the wallet"
			" does not hold what the ledger says\"",
			amount_text(b->difference, difference), amount_text(b->held, held),
			amount_text(b->expected, expected), amount_text(b->in_flight, flight),
			amount_text(b->unexplained, odd));
	l->wallet_difference = b->difference;
}

/* What the wallet lacks of what the ledger promises: a transaction that nobody has explained may
 * take the pool's own money, what is gone without one is missed in any case. */
static struct amount lack_of(const struct store_wallet_book *b)
{
	struct amount left = amount_add(b->difference, b->unexplained);

	if (!amount_is_negative(b->own))
		left = amount_add(left, b->own);
	if (!amount_is_negative(left))
		left = b->difference;
	return amount_is_negative(left) ? amount_neg(left) : amount_of(0);
}

static enum err pause_if_lacking(
	struct ledger *l, const struct store_wallet_book *b, struct why *why)
{
	char text[sizeof(l->wallet_pause.said)], lack[AMOUNT_TEXT_MAX], odd[AMOUNT_TEXT_MAX];
	struct amount lacking = lack_of(b);

	if (amount_is_zero(lacking)) {
		l->lack_looks = 0;
		return pause_over(l, &l->wallet_pause, "the wallet holds what it should", why);
	}
	if (l->lack_looks++ == 0)
		l->lack_since_ms = clock_mono_ms();
	if (l->lack_looks < LACK_LOOKS || clock_mono_ms() - l->lack_since_ms < LACK_MS)
		return OK;
	snprintf(text, sizeof(text),
		"the wallet holds %s less than the ledger promises (unexplained transactions: %s); "
		"see kozan payout reconcile",
		amount_text(lacking, lack), amount_text(b->unexplained, odd));
	return pause_payouts(l, &l->wallet_pause, text, why);
}

static enum err compare(struct ledger *l, const char *cursor, struct amount held, struct why *why)
{
	struct store_wallet_book book;
	enum err err = store_wallet_sums(l->store, l->pool_id, &book, why);

	if (err)
		return err;
	book.held = held;
	book.difference = amount_sub(
		amount_sub(amount_sub(held, book.expected), book.in_flight), book.unexplained);
	str_copy(book.cursor_hash, sizeof(book.cursor_hash), cursor);
	complain_of(l, &book);
	err = store_wallet_book_set(l->store, l->pool_id, &book, why);
	return err ? err : pause_if_lacking(l, &book, why);
}

/* Nothing has happened since it was all right. */
static bool is_known(struct ledger *l, struct amount held)
{
	bool same = amount_is_zero(l->wallet_difference) && l->lack_looks == 0 &&
		    amount_cmp(held, l->reconciled_held) == 0 &&
		    memcmp(l->reconciled_tip, l->chain.best, sizeof(l->reconciled_tip)) == 0;

	l->reconciled_held = held;
	memcpy(l->reconciled_tip, l->chain.best, sizeof(l->reconciled_tip));
	return same;
}

static enum err reconcile(struct ledger *l, struct amount held, struct why *why)
{
	unsigned depth = l->pool->coin.maturity + DEPTH_MORE;
	struct store_wallet_book last;
	struct wallet_move *moves;
	char cursor[65];
	size_t n;
	enum err err = store_wallet_book(l->store, l->pool_id, &last, why);

	if (!err)
		err = wallet_history(l->wallet, last.cursor_hash, depth, &moves, &n, cursor, why);
	if (err == ERR_REFUSED || err == ERR_UNSUPPORTED || err == ERR_LIMIT) {
		complain(&l->complaints[ABOUT_HISTORY], &l->log, LOG_LEVEL_ODD,
			"wallet_history_missing",
			"\"the wallet does not list its transactions: it cannot be reconciled "
			"(%s)\"",
			why->text);
		return OK;
	}
	if (err)
		return err;
	err = note_moves(l, moves, n, why);
	free(moves);
	return err ? err : compare(l, cursor, held, why);
}

enum err reconcile_step(struct ledger *l, struct why *why)
{
	struct wallet_info info;
	enum err err = wallet_probe(l->wallet, &info, why);

	if (err || is_known(l, info.available))
		return err;
	return reconcile(l, info.available, why);
}
