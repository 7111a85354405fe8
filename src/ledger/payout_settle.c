/*
 * payout_settle.c -- payouts that are confirmed and not yet out of the reach of a reorganisation.
 *
 * One that falls out of the chain is sent again, the same bytes. One that cannot be sent again
 * stays paid in the books until the operator says otherwise: nobody is paid twice because a daemon
 * was wrong for a while.
 */
#include <stdio.h>
#include <string.h>

#include "ledger/crash.h"
#include "ledger/ledger_priv.h"

/* Blocks on top of a payout's before it is not looked at any more. */
#define SETTLED_DEPTH 100

static enum err note(struct ledger *l, const struct store_payout *p, int64_t confirmations,
	const char *block, struct why *why)
{
	return store_payout_set_state(l->store, p->id, STORE_PAYOUT_CONFIRMED,
		STORE_PAYOUT_CONFIRMED, confirmations, block, why);
}

/* *out_alive: the daemon has its transaction again. */
static enum err send_again(
	struct ledger *l, const struct store_payout *row, bool *out_alive, struct why *why)
{
	struct why words = {""};
	enum wallet_sent sent;
	struct store_payout p;
	enum err err = store_payout_get(l->store, row->id, &p, why);

	if (err)
		return err;
	err = wallet_send(l->wallet, p.raw_tx, p.txid, &sent, &words);
	*out_alive = !err && (sent == WALLET_SENT || sent == WALLET_MINED);
	if (err) {
		err_fail(why, err, "payout %lld cannot be sent again now: %s", (long long)p.id,
			*words.text ? words.text : err_text(err));
	} else if (*out_alive && row->confirmations > 0) {
		err = note(l, row, 0, "", why);
		if (!err)
			log_odd(&l->log, "payout_resent",
				"payout=%lld txid=%s \"its block left the chain\"", (long long)p.id,
				p.txid);
	}
	store_payout_fini(&p);
	return err;
}

static enum err look(
	struct ledger *l, const struct store_payout *p, bool *out_alive, struct why *why)
{
	struct wallet_tx tx;
	enum err err = wallet_tx(l->wallet, p->txid, &tx, why);

	*out_alive = true;
	if (err)
		return err;
	if (tx.confirmations > 0 && !tx.is_conflicted)
		return tx.confirmations == p->confirmations
			       ? OK
			       : note(l, p, tx.confirmations, tx.block, why);
	if (tx.is_conflicted) {
		*out_alive = false;
		return OK;
	}
	return send_again(l, p, out_alive, why);
}

static void tell_of_undone(struct ledger *l, const struct store_payout *p)
{
	snprintf(l->undone_text, sizeof(l->undone_text),
		"payout %lld (%s) was confirmed, left the chain and cannot be sent again; see "
		"kozan "
		"payout repay",
		(long long)p->id, p->txid);
	complain(&l->complaints[ABOUT_UNDONE], &l->log, LOG_LEVEL_BROKEN, "payout_undone", "\"%s\"",
		l->undone_text);
}

static enum err look_at_all(struct ledger *l, bool *out_undone, struct why *why)
{
	struct store_payout *rows;
	size_t n;
	enum err err = store_payout_unsettled(l->store, l->pool_id, SETTLED_DEPTH, &rows, &n, why);

	*out_undone = false;
	if (err)
		return err;
	for (size_t i = 0; i < n && !err; i++) {
		bool is_alive;

		err = look(l, &rows[i], &is_alive, why);
		if (!err && !is_alive && !*out_undone)
			tell_of_undone(l, &rows[i]);
		*out_undone = *out_undone || (!err && !is_alive);
	}
	store_free_payouts(rows, n);
	return err;
}

/* After a new tip; and while one is undone, since the operator may decide at any moment. */
enum err payout_settle(struct ledger *l, struct why *why)
{
	bool is_undone;
	enum err err;

	if (!*l->undone_text && memcmp(l->payouts_tip, l->chain.best, sizeof(l->payouts_tip)) == 0)
		return OK;
	err = look_at_all(l, &is_undone, why);
	if (err)
		return err;
	memcpy(l->payouts_tip, l->chain.best, sizeof(l->payouts_tip));
	if (!is_undone) {
		l->undone_text[0] = '\0';
		complaint_over(&l->complaints[ABOUT_UNDONE], &l->log);
	}
	return OK;
}

/* ---- by order of the operator ---- */

/* None of its transactions, replaced ones too, is in the chain or can be sent. */
static enum err expect_dead(struct ledger *l, const struct store_payout *p, struct why *why)
{
	struct store_payout_tx *old;
	struct wallet_tx tx;
	bool is_alive;
	size_t n;
	enum err err = look(l, p, &is_alive, why);

	if (!err && is_alive)
		err = err_fail(why, ERR_INVALID, "it is in the chain, or on its way there again");
	if (!err)
		err = store_payout_replaced(l->store, p->id, &old, &n, why);
	if (err)
		return err;
	for (size_t i = 0; i < n && !err; i++) {
		err = wallet_tx(l->wallet, old[i].txid, &tx, why);
		if (!err && tx.is_known && !tx.is_conflicted)
			err = err_fail(why, ERR_INVALID,
				"%s, which it had before, may have paid it", old[i].txid);
	}
	store_free_payout_txs(old, n);
	return err;
}

enum err payout_repay(struct ledger *l, const struct store_order *order,
	const struct store_payout *p, struct why *why)
{
	enum err err = OK;

	if (p->state != STORE_PAYOUT_CONFIRMED)
		err = err_fail(why, ERR_INVALID, "it is %s", payout_state_text(p->state));
	if (!err)
		err = expect_dead(l, p, why);
	if (!err)
		err = store_begin(l->store, why);
	if (err)
		return err;
	err = store_payout_undo(l->store, p->id, why);
	if (!err)
		err = payout_order_note(l, order, "payout_repaid", "txid", p->txid, p->txid, why);
	if (err) {
		store_rollback(l->store);
		return err;
	}
	crash_point("payout_undoing");
	err = store_commit(l->store, why);
	if (!err)
		log_odd(&l->log, "payout_repaid", "payout=%lld txid=%s who=%s \"%s\"",
			(long long)p->id, p->txid, order->who, order->reason);
	return err;
}
