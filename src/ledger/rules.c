/* rules.c -- the rules that hold now. */
#include "ledger/rules.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "ledger/ledger_priv.h"

static enum err find_average(
	struct ledger *l, const struct store_block *block, struct rules *r, struct why *why)
{
	struct store_past *past;
	__int128 sum = 0;
	size_t n;
	enum err err = store_block_past(
		l->store, l->pool_id, block->height, r->reward.window_blocks, &past, &n, why);

	if (err)
		return err;
	for (size_t i = 0; i < n; i++)
		sum += past[i].work;
	r->average_work = n ? (int64_t)(sum / (__int128)n) : 0;
	store_free_past(past);
	return OK;
}

static enum err find_parts(struct ledger *l, struct rules *r, struct why *why)
{
	const struct conf_reward *conf = &l->pool->reward;
	enum err err = OK;

	r->parts = NEW_ARRAY(struct rules_part, conf->recipients_count);
	r->parts_n = conf->recipients_count;
	for (size_t i = 0; i < r->parts_n && !err; i++) {
		r->parts[i].ppm = conf->recipients[i].ppm;
		err = terms_recipient(l, &conf->recipients[i], &r->parts[i].account, why);
	}
	return err;
}

enum err rules_now(
	struct ledger *l, const struct store_block *block, struct rules *out, struct why *why)
{
	struct rules r = {.reward = l->pool->reward.rules};
	enum err err = find_average(l, block, &r, why);

	if (block->scheme == REWARD_SOLO) /* as it was found */
		r.reward.scheme = REWARD_SOLO;
	if (!err)
		err = store_accrual_through(l->store, l->pool_id, &r.accrued, why);
	if (!err)
		err = find_parts(l, &r, why);
	if (!err)
		err = terms_load(l, &r.terms, &r.terms_n, why);
	if (err)
		rules_fini(&r);
	else
		*out = r;
	return err;
}

void rules_fini(struct rules *r)
{
	free(r->parts);
	free(r->terms);
	*r = (struct rules){0};
}

static int by_account(const void *pa, const void *pb)
{
	int64_t a = *(const int64_t *)pa, b = ((const struct reward_credit *)pb)->account;

	return (a > b) - (a < b);
}

void rules_keep_terms(struct rules *r, const struct reward_credit *credits, unsigned n)
{
	size_t kept = 0;

	for (size_t i = 0; i < r->terms_n; i++) {
		int64_t account = r->terms[i].account;

		if (n && bsearch(&account, credits, n, sizeof(*credits), by_account))
			r->terms[kept++] = r->terms[i];
	}
	r->terms_n = kept;
}
