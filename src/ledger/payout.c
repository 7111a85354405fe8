/*
 * payout.c -- a payout run: who is due is planned, in transactions of at most so many outputs.
 *
 * Dying at any instruction is safe. A plan sets the money aside, so nobody plans it twice; what is
 * planned is signed by whoever leads next (payout_sign.c), and what is signed is sent
 * (payout_track.c).
 */
#include "ledger/payout_choose.h"

#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "ledger/crash.h"
#include "ledger/ledger_priv.h"

enum err payout_funds(struct ledger *l, struct amount *out_free, struct why *why)
{
	struct store_payout *planned;
	struct wallet_info info;
	struct amount funds;
	size_t n;
	enum err err = wallet_probe(l->wallet, &info, why);

	if (!err)
		err = store_payout_list_in(l->store, l->pool_id,
			STORE_PAYOUT_MASK(STORE_PAYOUT_PLANNED) |
				STORE_PAYOUT_MASK(STORE_PAYOUT_WAITING),
			&planned, &n, why);
	if (err)
		return err;
	funds = amount_sub(info.available, l->pool->payout.reserve);
	for (size_t i = 0; i < n; i++)
		funds = amount_sub(funds, planned[i].total);
	store_free_payouts(planned, n);
	*out_free = funds;
	return OK;
}

/* ---- whom the daemon would not pay either ---- */

static enum err drop_unpayable(struct ledger *l, struct payout_choice *c, struct why *why)
{
	size_t kept = 0;
	enum err err = OK;

	c->total = amount_of(0);
	for (size_t i = 0; i < c->n && !err; i++) {
		bool is_payable = false;

		err = wallet_is_payable(l->wallet, c->dues[i].address, &is_payable, why);
		if (!err && !is_payable) {
			str_copy(c->bad_address, sizeof(c->bad_address), c->dues[i].address);
			err_fail(&c->bad_why, ERR_INVALID,
				"the daemon does not know such an address");
			c->bad++;
		} else if (!err) {
			c->dues[kept++] = c->dues[i];
			c->total = amount_add(c->total, c->dues[i].amount);
		}
	}
	c->n = kept;
	return err;
}

static void complain_of(struct ledger *l, const struct payout_choice *c)
{
	if (c->bad)
		complain(&l->complaints[ABOUT_ADDRESS], &l->log, LOG_LEVEL_ODD,
			"payout_address_bad", "accounts=%zu address=%s \"%s\"", c->bad,
			c->bad_address, c->bad_why.text);
	else
		complaint_over(&l->complaints[ABOUT_ADDRESS], &l->log);
	if (c->limited)
		complain(&l->complaints[ABOUT_LIMIT], &l->log, LOG_LEVEL_ODD, "payouts_limited",
			"accounts=%zu \"they are due, but the wallet has not enough above its "
			"reserve, or"
			" payout.max_per_day is reached; they are paid later\"",
			c->limited);
	else
		complaint_over(&l->complaints[ABOUT_LIMIT], &l->log);
}

/* ---- planning ---- */

static enum err plan_in_txn(
	struct ledger *l, const struct store_plan *plan, struct amount total, struct why *why)
{
	struct store_payout p = {.kind = plan->kind, .items = (int64_t)plan->n, .total = total};
	enum err err = store_payout_plan(l->store, plan, &p.id, why);

	if (!err && plan->is_waiting)
		err = feed_payout(l, "payout_waiting", &p, 0, "", why);
	return err;
}

/* One transaction's worth of those who are due. */
static enum err plan_batch(
	struct ledger *l, const struct payout_due *dues, size_t n, struct why *why)
{
	struct store_payout_item *items = NEW_ARRAY(struct store_payout_item, n);
	struct amount total = amount_of(0), limit = l->pool->payout.approve_above;
	struct store_plan plan = {.pool = l->pool_id,
		.kind = STORE_PAYOUT_AUTOMATIC,
		.address = "",
		.note = "",
		.items = items,
		.n = n};
	char text[AMOUNT_TEXT_MAX];
	enum err err;

	for (size_t i = 0; i < n; i++) {
		items[i] = (struct store_payout_item){.account = dues[i].account,
			.address = dues[i].address,
			.amount = dues[i].amount};
		total = amount_add(total, dues[i].amount);
	}
	plan.is_waiting = !amount_is_zero(limit) && amount_cmp(total, limit) > 0;
	if (plan.is_waiting)
		plan.note = "more than payout.approve_above";
	err = store_begin(l->store, why);
	if (!err) {
		err = plan_in_txn(l, &plan, total, why);
		if (err)
			store_rollback(l->store);
		else
			err = store_commit(l->store, why);
	}
	free(items);
	if (!err)
		log_info(&l->log, plan.is_waiting ? "payout_waiting" : "payout_planned",
			"accounts=%zu total=%s", n, amount_text(total, text));
	return err;
}

/* A run that was cut short is taken up by the next leader: who has a plan is not due any more. */
static enum err run(struct ledger *l, int64_t now_ms, struct why *why)
{
	struct payout_choice c;
	struct amount funds;
	enum err err = payout_funds(l, &funds, why);

	if (!err)
		err = payout_choose(l->store, l->pool, l->pool_id, funds, &c, why);
	if (err)
		return err;
	err = drop_unpayable(l, &c, why);
	if (!err)
		complain_of(l, &c);
	for (size_t i = 0; i < c.n && !err; i += l->max_outputs) {
		size_t n = c.n - i < l->max_outputs ? c.n - i : l->max_outputs;

		err = plan_batch(l, &c.dues[i], n, why);
		crash_point("payout_planned");
	}
	payout_choice_fini(&c);
	return err ? err : store_payout_note_run(l->store, l->pool_id, now_ms, why);
}

enum err payout_step(struct ledger *l, struct why *why)
{
	struct store_payout_control control;
	int64_t now_ms = clock_wall_ms();
	enum err err = store_payout_control(l->store, l->pool_id, &control, why);

	if (err)
		return err;
	if (control.is_paused) {
		complain(&l->complaints[ABOUT_PAUSE], &l->log, LOG_LEVEL_ODD, "payouts_paused",
			"who=%s \"%s\"", control.who, control.reason);
		return OK;
	}
	complaint_over(&l->complaints[ABOUT_PAUSE], &l->log);
	if (payout_run_due(&l->pool->payout, control.run_ms, now_ms))
		err = run(l, now_ms, why);
	else if (control.run_ms == 0) /* from now on the hours count */
		err = store_payout_note_run(l->store, l->pool_id, now_ms, why);
	if (!err)
		err = payout_sweep(l, why);
	return err ? err : payout_sign_all(l, why);
}
