#include "ledger/payout_choose.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"

#define DAY_MS 86400000

/* ---- when ---- */

/* The first of the times of day that lies behind after_ms. */
static int64_t time_after(const struct conf_times *times, int64_t after_ms)
{
	int64_t midnight = after_ms - after_ms % DAY_MS, best = INT64_MAX;

	for (unsigned i = 0; i < times->n; i++) {
		int64_t at = midnight + times->minutes[i] * 60000LL;

		if (at <= after_ms)
			at += DAY_MS;
		if (at < best)
			best = at;
	}
	return best;
}

int64_t payout_run_next(const struct conf_payout *conf, int64_t run_ms, int64_t now_ms)
{
	int64_t next;

	if (run_ms == 0 && conf->times.n)
		run_ms = now_ms; /* a pool that has just begun waits for the hour */
	next = conf->times.n ? time_after(&conf->times, run_ms) : run_ms + conf->interval_ms;
	return next > now_ms ? next : now_ms;
}

bool payout_run_due(const struct conf_payout *conf, int64_t run_ms, int64_t now_ms)
{
	return payout_run_next(conf, run_ms, now_ms) <= now_ms;
}

/* ---- who ---- */

void payout_choice_fini(struct payout_choice *c)
{
	free(c->dues);
	c->dues = NULL;
}

static enum err limit_funds(struct store *st, const struct conf_pool *pool, int64_t pool_id,
	struct amount *funds, struct why *why)
{
	struct amount limit = pool->payout.max_per_day, spent;
	enum err err;

	if (amount_is_zero(limit))
		return OK;
	err = store_payout_since(st, pool_id, clock_wall_ms() - DAY_MS, &spent, why);
	if (err == OK && amount_cmp(amount_sub(limit, spent), *funds) < 0)
		*funds = amount_sub(limit, spent);
	return err;
}

/* Addresses are checked a second time: those that cannot be paid stay as they are. */
static void add(struct payout_choice *c, const struct conf_pool *pool, const struct store_due *due,
	struct amount funds)
{
	struct payout_due *d = &c->dues[c->n];
	struct address address;

	if (address_decode(&pool->coin, pool->network, due->address, &address, &c->bad_why)) {
		str_copy(c->bad_address, sizeof(c->bad_address), due->address);
		c->bad++;
		return;
	}
	if (amount_cmp(amount_add(c->total, due->available), funds) > 0) {
		c->limited++;
		return;
	}
	*d = (struct payout_due){.account = due->account,
		.amount = due->available,
		.threshold =
			amount_is_zero(due->threshold) ? pool->payout.minimum : due->threshold};
	str_copy(d->address, sizeof(d->address), address.text);
	c->total = amount_add(c->total, due->available);
	c->n++;
}

enum err payout_choose(struct store *st, const struct conf_pool *pool, int64_t pool_id,
	struct amount funds, struct payout_choice *out, struct why *why)
{
	struct payout_choice c = {0};
	struct store_due *dues;
	size_t n;
	enum err err = limit_funds(st, pool, pool_id, &funds, why);

	if (!err)
		err = store_balance_list(st, pool_id, pool->payout.minimum, 0, &dues, &n, why);
	if (err)
		return err;
	c.dues = NEW_ARRAY(struct payout_due, n + 1);
	for (size_t i = 0; i < n; i++) {
		if (amount_cmp(dues[i].available, pool->payout.dust) >= 0)
			add(&c, pool, &dues[i], funds);
	}
	store_free_dues(dues);
	*out = c;
	return OK;
}
