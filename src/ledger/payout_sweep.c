/* payout_sweep.c -- what is too much for the hot wallet goes to the cold one, as a payout does. */
#include "ledger/ledger_priv.h"

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

enum err payout_sweep(struct ledger *l, struct why *why)
{
	struct amount limit = l->pool->wallet.hot_limit, held, excess;
	struct store_plan plan = {.pool = l->pool_id,
		.kind = STORE_PAYOUT_SWEEP,
		.address = l->pool->wallet.cold_address,
		.note = ""};
	char text[AMOUNT_TEXT_MAX];
	bool under_way;
	int64_t id;
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
	excess = amount_sub(held, amount_part(limit, KEPT_PART, KEPT_WHOLE));
	if (amount_cmp(amount_sub(held, excess), l->pool->payout.reserve) < 0)
		excess = amount_sub(held, l->pool->payout.reserve);
	if (amount_cmp(excess, l->pool->payout.dust) < 0)
		return OK;
	plan.total = excess;
	err = store_payout_plan(l->store, &plan, &id, why);
	if (!err)
		log_info(&l->log, "sweep_planned", "payout=%lld total=%s address=%s", (long long)id,
			amount_text(excess, text), plan.address);
	return err;
}
