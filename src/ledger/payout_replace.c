/*
 * payout_replace.c -- a transaction that takes the place of another one, by order of the operator.
 *
 * The new one spends an input of the old one, so that only one of the two can ever be in the chain:
 * the payout is paid once, whichever it is. The old one is kept; when it is the one that gets
 * there, it is put back.
 */
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/json.h"
#include "base/mem.h"
#include "ledger/crash.h"
#include "ledger/ledger_priv.h"
#include "store/store_stats.h"

/* The new fee rate is at least this many times the old one: the network wants a reason. */
#define RATE_TIMES 3

/* ---- putting back ---- */

static bool is_final_conflict(const struct ledger *l, const struct wallet_tx *tx)
{
	return tx->is_conflicted && -tx->confirmations >= (int64_t)l->pool->payout.confirmations;
}

enum err payout_take_back(struct ledger *l, const struct store_payout *p, bool any_alive,
	bool *out_taken, struct why *why)
{
	struct store_payout_tx *old;
	struct wallet_tx tx;
	size_t n;
	enum err err = store_payout_replaced(l->store, p->id, &old, &n, why);

	*out_taken = false;
	if (err)
		return err;
	for (size_t i = 0; i < n && !err && !*out_taken; i++) {
		err = wallet_tx(l->wallet, old[i].txid, &tx, why);
		if (err || !tx.is_known)
			continue;
		if (tx.confirmations > 0 || (any_alive && !is_final_conflict(l, &tx))) {
			err = store_payout_replace(l->store, p->id, p->txid, &old[i], why);
			*out_taken = !err;
			if (!err)
				log_odd(&l->log, "payout_put_back", "payout=%lld txid=%s old=%s",
					(long long)p->id, old[i].txid, p->txid);
		}
	}
	store_free_payout_txs(old, n);
	return err;
}

/* ---- replacing ---- */

/* What the old transaction pays, without fees that came off; several accounts may share one. */
static enum err payments_of(struct ledger *l, const struct store_payout *p,
	struct store_paid **out_items, struct wallet_payment **out, unsigned *out_n,
	struct why *why)
{
	struct wallet_payment *payments;
	unsigned made = 0;
	size_t n;
	enum err err = store_payout_items(l->store, p->id, out_items, &n, why);

	if (err)
		return err;
	payments = NEW_ARRAY(struct wallet_payment, n + 1);
	for (size_t i = 0; i < n; i++) {
		const struct store_paid *item = &(*out_items)[i];
		unsigned which = 0;

		while (which < made && strcmp(payments[which].address, item->address) != 0)
			which++;
		payments[which].address = item->address;
		payments[which].amount =
			amount_add(payments[which].amount, amount_sub(item->amount, item->fee));
		made += which == made;
	}
	if (p->kind == STORE_PAYOUT_SWEEP)
		payments[made++] = (struct wallet_payment){p->address, p->total};
	*out = payments;
	*out_n = made;
	return OK;
}

static struct amount new_rate(const struct ledger *l, const struct store_payout *p)
{
	int64_t bytes = (int64_t)strlen(p->raw_tx) / 2 + 1;
	struct amount rate =
		amount_of(amount_units(p->network_fee) * 1000 / bytes * RATE_TIMES + 1);

	return amount_cmp(rate, l->pool->payout.fee_rate) > 0 ? rate : l->pool->payout.fee_rate;
}

static enum err build(
	struct ledger *l, const struct store_payout *p, struct wallet_signed *out, struct why *why)
{
	struct wallet_options options = {
		.fee_rate = new_rate(l, p), .fee_max = payout_fee_limit(l, p->total)};
	struct wallet_payment *payments;
	struct wallet_input *inputs;
	struct store_paid *items;
	unsigned n;
	enum err err = payments_of(l, p, &items, &payments, &n, why);

	if (err)
		return err;
	err = wallet_inputs(l->wallet, p->raw_tx, &inputs, &options.inputs_n, why);
	if (!err) {
		options.inputs = inputs;
		err = wallet_build(l->wallet, payments, n, &options, out, why);
		free(inputs);
	}
	free(payments);
	store_free_paids(items);
	return err;
}

enum err payout_order_note(struct ledger *l, const struct store_order *order, const char *kind,
	const char *key, const char *text, const char *old, struct why *why)
{
	struct buf json = {0};
	char result[STORE_NOTE_MAX];
	enum err err;

	buf_printf(&json, "{\"payout\":%lld,\"old\":", (long long)order->payout);
	buf_add_json_str(&json, old);
	buf_printf(&json, ",\"%s\":", key);
	buf_add_json_str(&json, text);
	buf_add_u8(&json, '}');
	str_copy(result, sizeof(result), text);
	err = store_event_add(l->store, l->pool_id, kind, buf_str(&json), why);
	buf_free(&json);
	return err ? err : store_order_done(l->store, order->id, result, why);
}

static enum err store_new(struct ledger *l, const struct store_order *order,
	const struct store_payout *p, const struct wallet_signed *tx, struct why *why)
{
	struct store_payout_tx new = {.raw_tx = tx->raw, .network_fee = tx->fee};
	enum err err = store_begin(l->store, why);

	if (err)
		return err;
	str_copy(new.txid, sizeof(new.txid), tx->txid);
	err = store_payout_replace(l->store, p->id, p->txid, &new, why);
	if (!err)
		err = payout_order_note(
			l, order, "payout_replaced", "txid", tx->txid, p->txid, why);
	if (err) {
		store_rollback(l->store);
		return err;
	}
	return store_commit(l->store, why);
}

static enum err replace(struct ledger *l, const struct store_order *order,
	const struct store_payout *p, struct why *why)
{
	struct wallet_signed new;
	struct wallet_tx tx;
	enum err err;

	if (p->state != STORE_PAYOUT_SIGNED && p->state != STORE_PAYOUT_BROADCAST)
		return err_fail(why, ERR_INVALID, "it is %s", payout_state_text(p->state));
	err = wallet_tx(l->wallet, p->txid, &tx, why);
	if (!err && tx.confirmations > 0)
		err = err_fail(why, ERR_INVALID, "it is in the chain");
	if (!err)
		err = build(l, p, &new, why);
	if (err)
		return err;
	crash_point("payout_replacing");
	err = store_new(l, order, p, &new, why);
	if (!err)
		log_odd(&l->log, "payout_replaced", "payout=%lld txid=%s old=%s who=%s \"%s\"",
			(long long)p->id, new.txid, p->txid, order->who, order->reason);
	wallet_signed_fini(&new);
	crash_point("payout_replaced");
	return err;
}

/* Whether the order may work later without anything being done. */
static bool is_passing(enum err err)
{
	return err == ERR_UNAVAILABLE || err == ERR_TIMEOUT || err == ERR_WARMUP ||
	       err == ERR_BUSY || err == ERR_UNCERTAIN || err == ERR_CLOSED || err == ERR_CONFLICT;
}

static enum err obey(struct ledger *l, const struct store_order *order, struct why *why)
{
	bool is_repay = order->kind == STORE_ORDER_REPAY;
	struct why words = {""};
	struct store_payout p;
	enum err err = store_payout_get(l->store, order->payout, &p, why), noted;

	if (err)
		return err;
	err = is_repay ? payout_repay(l, order, &p, &words) : replace(l, order, &p, &words);
	if (!err || is_passing(err)) {
		store_payout_fini(&p);
		if (err)
			*why = words;
		return err;
	}
	noted = store_begin(l->store, why);
	if (!noted) {
		noted = payout_order_note(l, order,
			is_repay ? "payout_not_repaid" : "payout_not_replaced", "text",
			*words.text ? words.text : err_text(err), p.txid, why);
		if (noted)
			store_rollback(l->store);
		else
			noted = store_commit(l->store, why);
	}
	log_odd(&l->log, is_repay ? "payout_not_repaid" : "payout_not_replaced",
		"payout=%lld \"%s\"", (long long)p.id, words.text);
	store_payout_fini(&p);
	return noted;
}

enum err payout_orders(struct ledger *l, struct why *why)
{
	struct store_order *orders;
	size_t n;
	enum err err = store_order_open(l->store, l->pool_id, &orders, &n, why);

	if (err)
		return err;
	for (size_t i = 0; i < n && !err; i++)
		err = obey(l, &orders[i], why);
	store_free_orders(orders);
	return err;
}
