/*
 * payout_sign.c -- planned payouts: built, signed and stored, and only then sent.
 *
 * Before the signature is stored nothing was sent: the next pass frees the inputs and starts
 * afresh. Of two leaders that sign the same plan only one can store it; the other's bytes are never
 * sent.
 */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "ledger/crash.h"
#include "ledger/ledger_priv.h"

/* A transaction fee above this part of what is paid is a mistake: nothing is sent. */
#define FEE_MAX_PART  1
#define FEE_MAX_WHOLE 10

#define RUN_AT_ONCE 1 /* as if the last run had been long ago */

/* A plan on its way to a transaction. Several accounts with one address share a payment. */
struct order_form {
	const struct store_payout *payout;
	struct store_paid *items;
	size_t n;
	struct wallet_payment *payments;
	unsigned payments_n;
	unsigned *payment_of; /* [n] */
};

static void form_fini(struct order_form *f)
{
	store_free_paids(f->items);
	free(f->payments);
	free(f->payment_of);
}

static unsigned find_payment(const struct order_form *f, const char *address)
{
	unsigned i = 0;

	while (i < f->payments_n && strcmp(f->payments[i].address, address) != 0)
		i++;
	return i;
}

static void merge(struct order_form *f)
{
	f->payments = NEW_ARRAY(struct wallet_payment, f->n + 1);
	f->payment_of = NEW_ARRAY(unsigned, f->n + 1);
	for (size_t i = 0; i < f->n; i++) {
		unsigned which = find_payment(f, f->items[i].address);
		struct wallet_payment *p = &f->payments[which];

		if (which == f->payments_n) {
			f->payments_n++;
			p->address = f->items[i].address;
		}
		p->amount = amount_add(p->amount, f->items[i].amount);
		f->payment_of[i] = which;
	}
	if (f->payout->kind == STORE_PAYOUT_SWEEP)
		f->payments[f->payments_n++] =
			(struct wallet_payment){f->payout->address, f->payout->total};
}

static enum err form_init(
	struct ledger *l, const struct store_payout *p, struct order_form *out, struct why *why)
{
	*out = (struct order_form){.payout = p};
	enum err err = store_payout_items(l->store, p->id, &out->items, &out->n, why);

	if (!err)
		merge(out);
	return err;
}

/* ---- the wallet ---- */

static enum err expect_above_reserve(
	struct ledger *l, struct amount leaves, struct amount available, struct why *why)
{
	char reserve[AMOUNT_TEXT_MAX], held[AMOUNT_TEXT_MAX];

	if (amount_cmp(amount_sub(available, leaves), l->pool->payout.reserve) >= 0)
		return OK;
	return err_fail(why, ERR_FULL, "the wallet has %s and must keep %s",
		amount_text(available, held), amount_text(l->pool->payout.reserve, reserve));
}

struct amount payout_fee_limit(const struct ledger *l, struct amount total)
{
	struct amount part = amount_part(total, FEE_MAX_PART, FEE_MAX_WHOLE);
	struct amount most = l->pool->payout.fee_max;

	return amount_is_zero(most) || amount_cmp(part, most) < 0 ? part : most;
}

static enum err build(
	struct ledger *l, const struct order_form *f, struct wallet_signed *out, struct why *why)
{
	struct wallet_options options = {.fee_rate = l->pool->payout.fee_rate,
		.fee_max = payout_fee_limit(l, f->payout->total),
		.is_fee_in_payments = f->payout->kind != STORE_PAYOUT_SWEEP &&
				      l->pool->payout.fee_payer == CONF_FEE_MINERS};
	struct wallet_info info;
	struct amount leaves;
	enum err err = wallet_probe(l->wallet, &info, why);

	if (!err)
		err = expect_above_reserve(l, f->payout->total, info.available, why);
	/* every stored payout is with the daemon: what is still locked was never stored */
	if (!err)
		err = wallet_set_locks(l->wallet, NULL, 0, why);
	if (!err)
		err = wallet_build(l->wallet, f->payments, f->payments_n, &options, out, why);
	if (err)
		return err;
	leaves = out->payment_fees ? out->total : amount_add(out->total, out->fee);
	err = expect_above_reserve(l, leaves, info.available, why);
	if (err) {
		(void)!wallet_unlock_inputs(l->wallet, out->inputs, out->input_count, NULL);
		wallet_signed_fini(out);
	}
	return err;
}

/* ---- the fee, brought back from payments to accounts ---- */

static void split_fee(const struct order_form *f, unsigned payment, struct amount fee,
	struct store_payout_item *out)
{
	int64_t *weights = NEW_ARRAY(int64_t, f->n);
	struct amount *parts = NEW_ARRAY(struct amount, f->n);

	for (size_t i = 0; i < f->n; i++)
		weights[i] = f->payment_of[i] == payment ? amount_units(f->items[i].amount) : 0;
	amount_split(
		fee, weights, (unsigned)f->n, amount_units(f->payments[payment].amount), parts);
	for (size_t i = 0; i < f->n; i++)
		out[i].fee = amount_add(out[i].fee, parts[i]);
	free(weights);
	free(parts);
}

/* Accounts with an address of their own, which are nearly all, need no split. */
static struct store_payout_item *fees_of(const struct order_form *f, const struct wallet_signed *tx)
{
	struct store_payout_item *out = NEW_ARRAY(struct store_payout_item, f->n + 1);
	unsigned *sharers = NEW_ARRAY(unsigned, f->payments_n + 1);

	for (size_t i = 0; i < f->n; i++)
		sharers[f->payment_of[i]]++;
	for (size_t i = 0; i < f->n; i++) {
		out[i].account = f->items[i].account;
		if (sharers[f->payment_of[i]] == 1)
			out[i].fee = tx->payment_fees[f->payment_of[i]];
	}
	for (unsigned p = 0; p < f->payments_n; p++) {
		if (sharers[p] > 1)
			split_fee(f, p, tx->payment_fees[p], out);
	}
	free(sharers);
	return out;
}

/* ---- storing ---- */

/* A commit of unknown outcome is looked up. */
static enum err store_signed(struct ledger *l, const struct order_form *f,
	const struct wallet_signed *tx, struct store_payout *out, struct why *why)
{
	struct store_payout_item *fees = tx->payment_fees ? fees_of(f, tx) : NULL;
	struct store_signature s = {.txid = tx->txid,
		.raw_tx = tx->raw,
		.network_fee = tx->fee,
		.items = fees,
		.n = f->n};
	enum err err = store_payout_sign(l->store, f->payout->id, &s, why);

	free(fees);
	if (err && err != ERR_UNCERTAIN)
		return err;
	return store_payout_by_txid(l->store, l->pool_id, tx->txid, out, why);
}

static enum err store_and_send(struct ledger *l, const struct order_form *f,
	const struct wallet_signed *tx, enum wallet_sent *out, struct why *why)
{
	char total[AMOUNT_TEXT_MAX], fee[AMOUNT_TEXT_MAX];
	struct store_payout payout;
	enum err err;

	crash_point("payout_built");
	err = store_signed(l, f, tx, &payout, why);
	if (err)
		return err; /* never sent; its inputs are freed before the next one is built */
	crash_point("payout_stored");
	log_info(&l->log, "payout_signed", "payout=%lld txid=%s accounts=%zu total=%s fee=%s",
		(long long)payout.id, tx->txid, f->n, amount_text(tx->total, total),
		amount_text(tx->fee, fee));
	err = payout_send(l, &payout, out, why);
	store_payout_fini(&payout);
	return err;
}

/* ---- one after the other ---- */

/* Too large a transaction, or too dear: its miners are paid in smaller parts. */
static enum err make_smaller(struct ledger *l, const struct store_payout *p, struct why *why)
{
	enum err err;

	log_odd(&l->log, "payout_too_large", "payout=%lld accounts=%lld \"%s; trying with fewer\"",
		(long long)p->id, (long long)p->items, why->text);
	err = store_payout_refuse(
		l->store, p->id, "its transaction would be too large or too dear", why);
	if (err)
		return err;
	l->max_outputs = (unsigned)(p->items + 1) / 2;
	return store_payout_note_run(l->store, l->pool_id, RUN_AT_ONCE, why);
}

static enum err sign_one(
	struct ledger *l, const struct store_payout *p, bool *out_sent, struct why *why)
{
	enum wallet_sent sent = WALLET_SENT;
	struct wallet_signed tx;
	struct order_form form;
	enum err err = form_init(l, p, &form, why);

	if (!err) {
		err = build(l, &form, &tx, why);
		if (err == ERR_LIMIT && p->items > 1) {
			err = make_smaller(l, p, why);
		} else if (!err) {
			err = store_and_send(l, &form, &tx, &sent, why);
			wallet_signed_fini(&tx);
		}
	}
	form_fini(&form);
	*out_sent = sent == WALLET_SENT || sent == WALLET_MINED;
	return err;
}

/* Whether the next one may work although this one did not. */
static bool is_its_own(enum err err)
{
	return err == ERR_FULL || err == ERR_LIMIT || err == ERR_INVALID;
}

enum err payout_sign_all(struct ledger *l, struct why *why)
{
	struct store_payout *planned;
	enum err err, first = OK;
	bool sent = true;
	size_t n;

	err = store_payout_list_in(
		l->store, l->pool_id, STORE_PAYOUT_MASK(STORE_PAYOUT_PLANNED), &planned, &n, why);
	if (err)
		return err;
	for (size_t i = 0; i < n && sent && (!err || is_its_own(err)); i++) {
		struct why words = {""};

		err = sign_one(l, &planned[i], &sent, &words);
		if (err && !first) {
			first = err_fail(why, err, "payout %lld cannot be made now: %s",
				(long long)planned[i].id, *words.text ? words.text : err_text(err));
		}
	}
	store_free_payouts(planned, n);
	return first;
}
