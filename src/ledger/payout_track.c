/*
 * payout_track.c -- payouts that are stored and not final: sent, again if need be, until they are
 * confirmed or can never be.
 *
 * The stored bytes are the payment. Sending them twice pays once; nothing else is ever sent.
 */
#include <string.h>

#include "ledger/crash.h"
#include "ledger/ledger_priv.h"

/* What a person must know when the daemon does not take a stored payout. */
static const char *const refusals[] = {
	[WALLET_CONFLICT] = "another transaction spends its inputs",
	[WALLET_NO_INPUTS] = "its inputs are not there: spent by hand, or the daemon is behind",
	[WALLET_NOT_RELAYED] = "the daemon refuses it for now",
};

static enum err note_sent(struct ledger *l, const struct store_payout *p, struct why *why)
{
	enum err err = store_begin(l->store, why);

	if (err)
		return err;
	err = store_payout_set_state(
		l->store, p->id, STORE_PAYOUT_SIGNED, STORE_PAYOUT_BROADCAST, 0, NULL, why);
	if (!err)
		err = feed_payout(l, "payout_sent", p, 0, "", why);
	if (err) {
		store_rollback(l->store);
		return err;
	}
	err = store_commit(l->store, why);
	if (!err)
		log_info(&l->log, "payout_sent", "payout=%lld txid=%s accounts=%lld",
			(long long)p->id, p->txid, (long long)p->items);
	crash_point("payout_noted");
	return err;
}

enum err payout_send(
	struct ledger *l, const struct store_payout *p, enum wallet_sent *out, struct why *why)
{
	struct why words = {""};
	enum err err = wallet_send(l->wallet, p->raw_tx, p->txid, out, &words);

	if (err)
		return err_fail(why, err, "payout %lld cannot be sent now: %s", (long long)p->id,
			*words.text ? words.text : err_text(err));
	crash_point("payout_sent");
	if (*out != WALLET_SENT && *out != WALLET_MINED) {
		complain(&l->complaints[ABOUT_PAYOUT], &l->log,
			*out == WALLET_NOT_RELAYED ? LOG_LEVEL_ODD : LOG_LEVEL_BROKEN,
			"payout_not_taken",
			"payout=%lld txid=%s \"%s (%s); no new payout before this is settled\"",
			(long long)p->id, p->txid, refusals[*out], words.text);
		return OK;
	}
	complaint_over(&l->complaints[ABOUT_PAYOUT], &l->log);
	return p->state == STORE_PAYOUT_SIGNED ? note_sent(l, p, why) : OK;
}

static enum err confirm(
	struct ledger *l, const struct store_payout *p, const struct wallet_tx *tx, struct why *why)
{
	enum err err = store_begin(l->store, why);

	if (err)
		return err;
	err = store_payout_confirm(l->store, p->id, tx->confirmations, tx->block, why);
	if (!err)
		err = feed_payout(l, "payout_confirmed", p, tx->confirmations, tx->block, why);
	if (err) {
		store_rollback(l->store);
		return err;
	}
	crash_point("payout_confirming");
	err = store_commit(l->store, why);
	if (!err)
		log_info(&l->log, "payout_confirmed", "payout=%lld txid=%s confirmations=%lld",
			(long long)p->id, p->txid, (long long)tx->confirmations);
	return err;
}

static enum err follow_block(
	struct ledger *l, const struct store_payout *p, const struct wallet_tx *tx, struct why *why)
{
	enum err err = OK;

	complaint_over(&l->complaints[ABOUT_PAYOUT], &l->log);
	if (p->state == STORE_PAYOUT_SIGNED)
		err = note_sent(l, p, why);
	if (err)
		return err;
	if (tx->confirmations >= (int64_t)l->pool->payout.confirmations)
		return confirm(l, p, tx, why);
	if (tx->confirmations == p->confirmations && strcmp(tx->block, p->block_hash) == 0)
		return OK;
	return store_payout_set_state(l->store, p->id, STORE_PAYOUT_BROADCAST,
		STORE_PAYOUT_BROADCAST, tx->confirmations, tx->block, why);
}

/* It can never be in the chain: its money goes back to the accounts. */
static enum err give_up(struct ledger *l, const struct store_payout *p, struct why *why)
{
	enum err err = store_begin(l->store, why);

	if (err)
		return err;
	err = store_payout_conflict(l->store, p->id, why);
	if (!err)
		err = feed_payout(l, "payout_conflicted", p, 0, "", why);
	if (err) {
		store_rollback(l->store);
		return err;
	}
	err = store_commit(l->store, why);
	if (err)
		return err;
	log_broken(&l->log, "payout_conflicted",
		"payout=%lld txid=%s \"its coins were spent by another transaction; the "
		"miners' money is available again\"",
		(long long)p->id, p->txid);
	complaint_over(&l->complaints[ABOUT_PAYOUT], &l->log);
	return OK;
}

/* A block holds another transaction with its inputs. That is final when it is as deep as a payout
 * must be. */
static enum err follow_conflict(struct ledger *l, const struct store_payout *p,
	const struct wallet_tx *tx, bool *out_known, struct why *why)
{
	int64_t depth = -tx->confirmations;
	bool is_final = depth >= (int64_t)l->pool->payout.confirmations, taken;
	enum err err = payout_take_back(l, p, is_final, &taken, why);

	if (err || taken)
		return err;
	if (is_final)
		return give_up(l, p, why);
	complain(&l->complaints[ABOUT_PAYOUT], &l->log, LOG_LEVEL_BROKEN, "payout_double_spent",
		"payout=%lld txid=%s depth=%lld \"another transaction took its inputs; the money "
		"goes back to the miners' balances when that is final\"",
		(long long)p->id, p->txid, (long long)depth);
	*out_known = false;
	return OK;
}

/*
 * Its inputs are gone, and the wallet has never seen it: it was not sent before its coins went
 * elsewhere, and our bytes are the only ones. Final when it stays so for as many blocks as a payout
 * must be deep.
 */
static enum err follow_missing(struct ledger *l, const struct store_payout *p, struct why *why)
{
	bool taken;
	enum err err;

	if (l->missing_payout != p->id) {
		l->missing_payout = p->id;
		l->missing_since = l->chain.height;
	}
	if (l->chain.height < l->missing_since + l->pool->payout.confirmations)
		return OK;
	l->missing_payout = 0;
	err = payout_take_back(l, p, true, &taken, why);
	return err || taken ? err : give_up(l, p, why);
}

static enum err follow_unconfirmed(struct ledger *l, const struct store_payout *p,
	const struct wallet_tx *tx, bool *out_known, struct why *why)
{
	enum wallet_sent sent;
	bool taken;
	enum err err = payout_send(l, p, &sent, why);

	if (err)
		return err;
	*out_known = sent == WALLET_SENT || sent == WALLET_MINED;
	if (!*out_known) {
		/* the daemon may hold on to the one that it was to take the place of */
		err = payout_take_back(l, p, true, &taken, why);
		if (err || taken)
			return err;
	}
	if (sent == WALLET_NO_INPUTS && !tx->is_known)
		return follow_missing(l, p, why);
	l->missing_payout = 0;
	if (p->confirmations > 0 && *out_known) /* its block fell out of the chain */
		return store_payout_set_state(l->store, p->id, STORE_PAYOUT_BROADCAST,
			STORE_PAYOUT_BROADCAST, 0, "", why);
	return OK;
}

static enum err track(
	struct ledger *l, const struct store_payout *p, bool *out_known, struct why *why)
{
	struct wallet_tx tx;
	enum err err = wallet_tx(l->wallet, p->txid, &tx, why);

	if (err)
		return err;
	*out_known = true;
	if (tx.is_conflicted)
		return follow_conflict(l, p, &tx, out_known, why);
	if (tx.confirmations > 0)
		return follow_block(l, p, &tx, why);
	return follow_unconfirmed(l, p, &tx, out_known, why);
}

enum err payout_track(struct ledger *l, bool *out_known, struct why *why)
{
	struct store_payout *open;
	bool known = true;
	size_t n;
	enum err err = store_payout_open(l->store, l->pool_id, &open, &n, why);

	if (err)
		return err;
	for (size_t i = 0; i < n && !err; i++) {
		bool this_one = false;

		err = track(l, &open[i], &this_one, why);
		known = known && this_one;
	}
	store_free_payouts(open, n);
	*out_known = known;
	return err;
}
