/*
 * payout.c -- a new payout: choose who is due, build and sign, store, and only then send.
 *
 * Dying at any instruction is safe. Before the payout is stored nothing was sent and nothing was
 * booked: the next pass frees the inputs and starts afresh. After it, payout_track.c sends the
 * stored bytes, as often as it takes. The books refuse to store a payout of money that another one
 * has already taken, so that two leaders at once cannot pay twice either.
 */
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "ledger/crash.h"
#include "ledger/ledger_priv.h"

/* A transaction fee above this part of what is paid is a mistake: nothing is sent. */
#define FEE_MAX_PART  1
#define FEE_MAX_WHOLE 10

/* Who is paid: the first n are used; addresses are canonical. */
struct batch {
	struct store_payout_item *items;
	struct address *addresses;
	unsigned n;
};

static void batch_fini(struct batch *b)
{
	free(b->items);
	free(b->addresses);
}

static enum err is_time(struct ledger *l, bool *out, struct why *why)
{
	struct store_payout *last;
	size_t n;
	enum err err = store_payout_list(l->store, l->pool_id, 0, 1, &last, &n, why);

	if (err)
		return err;
	*out = n == 0 || clock_wall_ms() - last[0].created_ms >= l->pool->payout.interval_ms;
	store_free_payouts(last, n);
	return OK;
}

/* Addresses are checked a second time: those that cannot be paid stay as they are. */
static void pick(struct ledger *l, const struct store_due *dues, size_t n, struct batch *out)
{
	const struct conf_pool *pool = l->pool;
	bool bad = false;

	out->items = NEW_ARRAY(struct store_payout_item, n);
	out->addresses = NEW_ARRAY(struct address, n);
	out->n = 0;
	for (size_t i = 0; i < n && out->n < pool->payout.max_outputs; i++) {
		struct address *address = &out->addresses[out->n];
		struct why why = {""};

		if (address_decode(&pool->coin, pool->network, dues[i].address, address, &why)) {
			complain(&l->complaints[ABOUT_ADDRESS], &l->log, LOG_LEVEL_ODD,
				"payout_address_bad", "account=%lld address=%s \"%s\"",
				(long long)dues[i].account, dues[i].address, why.text);
			bad = true;
			continue;
		}
		out->items[out->n++] = (struct store_payout_item){
			dues[i].account, address->text, dues[i].available};
	}
	if (!bad)
		complaint_over(&l->complaints[ABOUT_ADDRESS], &l->log);
}

static enum err choose(struct ledger *l, struct batch *out, struct why *why)
{
	struct store_due *dues;
	size_t n;
	enum err err = store_balance_list(
		l->store, l->pool_id, l->pool->payout.minimum, STORE_PAGE_MAX, &dues, &n, why);

	if (err)
		return err;
	*out = (struct batch){0};
	if (n > 0)
		pick(l, dues, n, out);
	store_free_dues(dues);
	return OK;
}

static enum err build(
	struct ledger *l, const struct batch *b, struct wallet_signed *out, struct why *why)
{
	struct wallet_options options = {.fee_rate = l->pool->payout.fee_rate};
	struct wallet_payment *payments = NEW_ARRAY(struct wallet_payment, b->n);
	struct amount total = amount_of(0);
	enum err err;

	for (unsigned i = 0; i < b->n; i++) {
		payments[i] = (struct wallet_payment){b->items[i].address, b->items[i].amount};
		total = amount_add(total, b->items[i].amount);
	}
	options.fee_max = amount_part(total, FEE_MAX_PART, FEE_MAX_WHOLE);
	err = wallet_build(l->wallet, payments, b->n, &options, out, why);
	free(payments);
	return err;
}

/* A transaction that is too large is tried with half as many payments. */
static enum err build_what_fits(
	struct ledger *l, struct batch *b, struct wallet_signed *out, struct why *why)
{
	enum err err = build(l, b, out, why);

	while (err == ERR_LIMIT && b->n > 1) {
		b->n /= 2;
		err = build(l, b, out, why);
	}
	return err;
}

/* A commit of unknown outcome is looked up. */
static enum err store_signed(struct ledger *l, const struct batch *b,
	const struct wallet_signed *tx, struct store_payout *out, struct why *why)
{
	int64_t id;
	enum err err = store_payout_create_signed(
		l->store, l->pool_id, tx->txid, tx->raw, tx->fee, b->items, b->n, &id, why);

	if (err && err != ERR_UNCERTAIN)
		return err;
	return store_payout_by_txid(l->store, l->pool_id, tx->txid, out, why);
}

static enum err store_and_send(
	struct ledger *l, const struct batch *b, const struct wallet_signed *tx, struct why *why)
{
	char total[AMOUNT_TEXT_MAX], fee[AMOUNT_TEXT_MAX];
	struct store_payout payout;
	enum wallet_sent sent;
	enum err err;

	crash_point("payout_built");
	err = store_signed(l, b, tx, &payout, why);
	if (err)
		return err; /* never sent; its inputs are freed before the next one is built */
	crash_point("payout_stored");
	log_info(&l->log, "payout_signed", "payout=%lld txid=%s accounts=%u total=%s fee=%s",
		(long long)payout.id, tx->txid, b->n, amount_text(tx->total, total),
		amount_text(tx->fee, fee));
	err = payout_send(l, &payout, &sent, why);
	store_payout_fini(&payout);
	return err;
}

enum err payout_step(struct ledger *l, struct why *why)
{
	struct wallet_signed tx;
	struct batch batch;
	bool now;
	enum err err = is_time(l, &now, why);

	if (err || !now)
		return err;
	err = choose(l, &batch, why);
	if (err)
		return err;
	/* every stored payout is with the daemon: what is still locked was never stored */
	if (batch.n > 0) {
		err = wallet_set_locks(l->wallet, NULL, 0, why);
		if (!err)
			err = build_what_fits(l, &batch, &tx, why);
		if (!err) {
			err = store_and_send(l, &batch, &tx, why);
			wallet_signed_fini(&tx);
		}
	}
	batch_fini(&batch);
	return err;
}
