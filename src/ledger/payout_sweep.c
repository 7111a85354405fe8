/* payout_sweep.c -- what is too much for the hot wallet goes to the cold one, as a payout does. */
#include "ledger/ledger_priv.h"
#include "ledger/payout_choose.h"

/* What stays, as a part of the limit: or else every reward would be swept on its own. */
#define KEPT_PART  9
#define KEPT_WHOLE 10

static enum err is_under_way(struct ledger *l, bool *out, struct why *why)
{
	unsigned open =
		STORE_PAYOUT_MASK(STORE_PAYOUT_PLANNED) | STORE_PAYOUT_MASK(STORE_PAYOUT_WAITING) |
		STORE_PAYOUT_MASK(STORE_PAYOUT_SIGNED) | STORE_PAYOUT_MASK(STORE_PAYOUT_BROADCAST);
	struct store_payout *rows;
	size_t n;
	enum err err = store_payout_list_in(l->store, l->pool_id, open, &rows, &n, why);

	if (err)
		return err;
	*out = false;
	for (size_t i = 0; i < n; i++)
		*out = *out || rows[i].kind == STORE_PAYOUT_SWEEP;
	store_free_payouts(rows, n);
	return OK;
}

/* What must stay: a part of the limit, the reserve, and what miners can be paid now, with what the
 * transactions of that and of the sweep may cost. */
static enum err find_kept(struct ledger *l, struct amount *out, struct why *why)
{
	struct amount kept = amount_part(l->pool->wallet.hot_limit, KEPT_PART, KEPT_WHOLE);
	struct payout_choice due;
	struct amount fee, need;
	enum err err =
		payout_choose(l->store, l->pool, l->pool_id, amount_of(INT64_MAX / 4), &due, why);

	if (err)
		return err;
	fee = payout_fee_limit(l, due.total);
	need = amount_add(due.total, amount_add(fee, fee));
	if (amount_cmp(need, kept) > 0)
		kept = need;
	if (amount_cmp(l->pool->payout.reserve, kept) > 0)
		kept = l->pool->payout.reserve;
	payout_choice_fini(&due);
	*out = kept;
	return OK;
}

static enum err plan(struct ledger *l, struct amount total, struct why *why)
{
	struct store_plan plan = {.pool = l->pool_id,
		.kind = STORE_PAYOUT_SWEEP,
		.total = total,
		.address = l->pool->wallet.cold_address,
		.note = ""};
	char text[AMOUNT_TEXT_MAX];
	int64_t id;
	enum err err = store_payout_plan(l->store, &plan, &id, why);

	if (!err)
		log_info(&l->log, "sweep_planned", "payout=%lld total=%s address=%s", (long long)id,
			amount_text(total, text), plan.address);
	return err;
}

enum err payout_sweep(struct ledger *l, struct why *why)
{
	struct amount limit = l->pool->wallet.hot_limit, held, kept;
	bool under_way;
	enum err err;

	if (amount_is_zero(limit))
		return OK;
	err = is_under_way(l, &under_way, why);
	if (!err && !under_way)
		err = payout_funds(l, &held, why);
	if (err || under_way)
		return err;
	held = amount_add(held, l->pool->payout.reserve);
	if (amount_cmp(held, limit) <= 0)
		return OK;
	err = find_kept(l, &kept, why);
	if (err || amount_cmp(amount_sub(held, kept), l->pool->payout.dust) < 0)
		return err;
	return plan(l, amount_sub(held, kept), why);
}
