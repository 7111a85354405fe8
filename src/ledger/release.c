/* release.c -- SMPPS and ESMPPS: what blocks have brought pays what work is owed. */
#include <stdlib.h>

#include "base/mem.h"
#include "ledger/accrue_priv.h"
#include "ledger/crash.h"

#define ACCRUALS_MAX 50 /* paid in one pass, the oldest first */

static int by_account(const void *pa, const void *pb)
{
	const struct store_debt *a = pa, *b = pb;

	return (a->account > b->account) - (a->account < b->account);
}

static enum err release(struct ledger *l, const struct store_debt *payments, size_t n,
	int64_t accrual, struct amount released, struct why *why)
{
	enum err err;

	crash_point("debt_counted");
	err = store_debt_release(l->store, l->pool_id, payments, n, accrual, released, why);
	crash_point("debt_paid");
	return err;
}

/* What an account is still owed: a change of scheme may have paid some of it another way. */
static struct amount owed_to(const struct store_debt *debts, size_t n, int64_t account)
{
	const struct store_debt key = {.account = account};
	const struct store_debt *found =
		n ? bsearch(&key, debts, n, sizeof(*debts), by_account) : NULL;

	return found ? found->owed : amount_of(0);
}

/* ---- ESMPPS: the same part of every debt ---- */

static enum err pay_all_equally(struct ledger *l, struct amount budget,
	const struct store_debt *debts, size_t n, struct why *why)
{
	struct store_debt *payments = NEW_ARRAY(struct store_debt, n);
	struct amount *owed = NEW_ARRAY(struct amount, n), *paid = NEW_ARRAY(struct amount, n);
	size_t k = 0;
	enum err err;

	for (size_t i = 0; i < n; i++)
		owed[i] = debts[i].owed;
	reward_pay_debts(budget, owed, (unsigned)n, paid);
	for (size_t i = 0; i < n; i++) {
		if (!amount_is_zero(paid[i]))
			payments[k++] = (struct store_debt){debts[i].account, paid[i]};
	}
	err = release(l, payments, k, 0, amount_of(0), why);
	free(paid);
	free(owed);
	free(payments);
	return err;
}

/* ---- SMPPS: the oldest debt first ---- */

/* How much of one accrual is paid when `released` of it was and `after` is to be. */
static size_t payments_of(const struct store_accrual *a, struct amount after,
	const struct store_accrued *credits, size_t n, const struct store_debt *debts,
	size_t debts_n, struct store_debt *out)
{
	size_t k = 0;

	for (size_t i = 0; i <= n; i++) { /* the last is the pool's fee */
		int64_t account = i < n ? credits[i].account : 0;
		struct amount whole = i < n ? credits[i].amount : a->fee;
		struct amount part = reward_pay_part(whole, a->total, a->released, after);
		struct amount owed = owed_to(debts, debts_n, account);

		if (amount_cmp(part, owed) > 0)
			part = owed;
		if (!amount_is_zero(part))
			out[k++] = (struct store_debt){account, part};
	}
	return k;
}

static enum err pay_accrual(
	struct ledger *l, const struct store_accrual *a, struct amount budget, struct why *why)
{
	struct amount left = amount_sub(a->total, a->released);
	struct amount after =
		amount_cmp(left, budget) > 0 ? amount_add(a->released, budget) : a->total;
	struct store_debt *payments, *debts;
	struct store_accrued *credits;
	size_t n, debts_n, k;
	enum err err = store_accrued_list(l->store, a->id, &credits, &n, why);

	if (err)
		return err;
	err = store_debt_list(l->store, l->pool_id, &debts, &debts_n, why);
	if (!err) {
		payments = NEW_ARRAY(struct store_debt, n + 1);
		k = payments_of(a, after, credits, n, debts, debts_n, payments);
		err = release(l, payments, k, a->id, after, why);
		free(payments);
		store_free_debts(debts);
	}
	store_free_accrued(credits);
	return err;
}

static enum err pay_oldest_first(struct ledger *l, struct why *why)
{
	struct store_accrual *rows;
	struct amount budget;
	size_t n;
	enum err err = store_accrual_unpaid(l->store, l->pool_id, ACCRUALS_MAX, &rows, &n, why);

	if (err)
		return err;
	for (size_t i = 0; i < n && !err; i++) {
		err = store_reserve(l->store, l->pool_id, &budget, why);
		if (err || amount_units(budget) <= 0)
			break;
		err = pay_accrual(l, &rows[i], budget, why);
	}
	store_free_accruals(rows);
	return err;
}

enum err release_step(struct ledger *l, struct why *why)
{
	struct store_debt *debts;
	struct amount budget;
	size_t n;
	enum err err = store_reserve(l->store, l->pool_id, &budget, why);

	if (err || amount_units(budget) <= 0)
		return err;
	if (l->pool->reward.rules.scheme == REWARD_SMPPS)
		return pay_oldest_first(l, why);
	err = store_debt_list(l->store, l->pool_id, &debts, &n, why);
	if (!err && n > 0)
		err = pay_all_equally(l, budget, debts, n, why);
	store_free_debts(debts);
	return err;
}
