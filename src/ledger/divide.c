/* divide.c -- who gets how much of a block: its rules, and the work that is recorded. */
#include "ledger/divide.h"

#include <stdlib.h>

#include "base/mem.h"
#include "store/store_ledger.h"
#include "store/store_reward.h"
#include "store/store_slot.h"

/* All that is known of a block that is to be divided. */
struct division {
	const struct store_block *block;
	struct rules *rules;
	struct reward_round round;
	struct reward_terms_list terms;
	struct reward_grant *direct; /* paid by the coinbase itself; SOLO: but for the finder */
	size_t direct_n;
	struct amount to_finder; /* SOLO: what the coinbase paid the finder, a part of `amount` */
	bool is_paid_directly;   /* recipients were paid by the coinbase, not by us */
	struct amount amount;    /* of the reward, what is to be divided */
	struct amount reserve;
	int64_t counted_from; /* work up to this height is paid already */
};

/* ---- what is known ---- */

/* What SOLO's finder got is divided all the same: his work is to be counted. */
static void add_output(struct division *d, int64_t account, struct amount amount)
{
	if (d->rules->reward.scheme == REWARD_SOLO && account == d->round.finder) {
		d->to_finder = amount;
		return;
	}
	d->direct[d->direct_n++] = (struct reward_grant){account, amount};
	d->amount = amount_sub(d->amount, amount);
}

/* Outputs of the coinbase that paid somebody directly. */
static enum err find_outputs(struct store *st, struct division *d, struct why *why)
{
	struct store_output *rows;
	int64_t account;
	size_t n;
	enum err err = store_block_outputs(st, d->block->id, &rows, &n, why);

	if (err)
		return err;
	d->direct = NEW_ARRAY(struct reward_grant, n);
	d->is_paid_directly = n > 0;
	for (size_t i = 0; i < n && !err; i++) {
		err = store_account_ensure(st, d->block->pool, rows[i].address, &account, why);
		if (!err)
			add_output(d, account, rows[i].amount);
	}
	store_free_outputs(rows);
	if (!err && amount_cmp(d->amount, d->to_finder) < 0)
		err = err_fail(why, ERR_CORRUPT, "the outputs of block %s exceed its reward",
			d->block->hash);
	return err;
}

/* A block whose work has been credited by itself feeds the reserve, whatever the scheme is now. */
static void find_reserve(struct division *d)
{
	enum reward_scheme scheme = d->rules->reward.scheme;
	struct amount value = d->rules->reward.block_value;
	int64_t through = d->rules->accrued;

	d->counted_from = through > d->round.from ? through : d->round.from;
	if (!store_block_has_round(d->block) || !amount_is_zero(d->to_finder))
		return;
	if (scheme == REWARD_PPS_PLUS)
		d->reserve = amount_cmp(value, d->amount) < 0 ? value : d->amount;
	else if (reward_is_share_based(scheme) || through >= d->block->height)
		d->reserve = d->amount;
	d->amount = amount_sub(d->amount, d->reserve);
}

/* The finder's bonus and what the operator gives away, before the rest is divided. A coinbase that
 * pays others than the pool has paid the operator's recipients, too. */
static void add_grants(struct division *d)
{
	const struct rules *rules = d->rules;
	struct reward_grant *grants = NEW_ARRAY(struct reward_grant, rules->parts_n + 1);
	size_t n = 0;

	if (rules->reward.finder_bonus_ppm > 0)
		grants[n++] = (struct reward_grant){
			d->round.finder, reward_fee(d->amount, rules->reward.finder_bonus_ppm)};
	for (size_t i = 0; i < rules->parts_n && !d->is_paid_directly; i++)
		grants[n++] = (struct reward_grant){
			rules->parts[i].account, reward_fee(d->amount, rules->parts[i].ppm)};
	d->terms = (struct reward_terms_list){
		.terms = rules->terms, .n = rules->terms_n, .grants = grants, .grants_n = n};
}

static enum err find_all(struct store *st, struct division *d, struct why *why)
{
	const struct store_block *b = d->block;
	enum err err = store_account_ensure(/* gets all when no work was counted */
		st, b->pool, b->finder_address, &d->round.finder, why);

	d->round.network_work = b->network_work > 0 ? b->network_work : 1;
	d->round.average_work = d->rules->average_work;
	if (!err)
		err = find_outputs(st, d, why);
	if (err)
		return err;
	find_reserve(d);
	add_grants(d);
	return OK;
}

/* ---- dividing ---- */

static bool count_slot(void *ctx, const struct store_slot *slot)
{
	struct reward_tally *tally = ctx;

	return reward_tally_add(tally, &(struct reward_slot){.account = slot->account,
					       .height = slot->height,
					       .minute = slot->minute,
					       .work = slot->work});
}

static enum err walk(struct store *st, const struct division *d, struct reward_credit **out,
	unsigned *out_n, struct why *why)
{
	const struct reward_rules *rules = &d->rules->reward;
	struct reward_round round = d->round;
	struct reward_tally *tally;
	enum err err;

	if (rules->scheme != REWARD_PPS_PLUS) /* its fees are for work that is credited, too */
		round.from = d->counted_from;
	tally = reward_tally_new(rules, &round);
	err = store_slots_back(st, d->block->pool, d->block->height, count_slot, tally, why);
	if (!err)
		reward_divide(tally, rules, d->amount, &d->terms, out, out_n);
	reward_tally_free(tally);
	return err;
}

/* Put what the coinbase has paid among the credits, which have room for it. */
static void add_direct(const struct division *d, struct store_credit *credits, size_t *n)
{
	for (size_t i = 0; i < d->direct_n; i++) {
		const struct reward_grant *paid = &d->direct[i];
		size_t k = 0;

		while (k < *n && credits[k].account != paid->account)
			k++;
		if (k == *n)
			credits[(*n)++] = (struct store_credit){.account = paid->account};
		credits[k].amount = amount_add(credits[k].amount, paid->amount);
		credits[k].bonus = amount_add(credits[k].bonus, paid->amount);
		credits[k].direct = amount_add(credits[k].direct, paid->amount);
	}
}

static bool pays_no_fee(const struct division *d, int64_t account)
{
	for (size_t i = 0; i < d->terms.n; i++) {
		if (d->terms.terms[i].account == account)
			return d->terms.terms[i].no_fee;
	}
	return false;
}

/* SOLO: the coinbase has paid the finder, by the fee of that time. Who pays no fee gets the rest of
 * us; a donation cannot be taken out of a coinbase. */
static void add_to_finder(const struct division *d, struct store_credit *c)
{
	c->amount = pays_no_fee(d, c->account) ? d->amount : d->to_finder;
	c->fee = amount_sub(d->amount, c->amount);
	c->bonus = c->donation = amount_of(0);
	c->direct = d->to_finder;
}

static int by_account(const void *pa, const void *pb)
{
	const struct store_credit *a = pa, *b = pb;

	return (a->account > b->account) - (a->account < b->account);
}

/* The store keeps what is worth something, or would be but for fee and donation. */
static void to_round(const struct division *d, const struct reward_credit *credits, unsigned n,
	struct store_round *round)
{
	struct store_credit *out = NEW_ARRAY(struct store_credit, n + d->direct_n);
	struct amount given = d->reserve;

	round->n = 0;
	for (unsigned i = 0; i < n; i++) {
		const struct reward_credit *c = &credits[i];

		if (!amount_is_zero(c->share) || !amount_is_zero(c->bonus))
			out[round->n++] = (struct store_credit){.account = c->account,
				.work = c->work,
				.amount = c->amount,
				.bonus = c->bonus,
				.fee = c->fee,
				.donation = c->donation};
	}
	for (size_t i = 0; i < round->n; i++) {
		if (out[i].account == d->round.finder && !amount_is_zero(d->to_finder))
			add_to_finder(d, &out[i]);
	}
	add_direct(d, out, &round->n);
	qsort(out, round->n, sizeof(*out), by_account);
	for (size_t i = 0; i < round->n; i++)
		given = amount_add(given, out[i].amount);
	round->credits = out;
	round->reserve = d->reserve;
	round->fee = amount_sub(round->reward, given);
}

enum err divide_block(struct store *st, const struct store_block *block, struct rules *rules,
	struct store_round *round, struct why *why)
{
	struct division d = {.block = block,
		.rules = rules,
		.round = {.from = round->from, .work = round->work},
		.amount = block->reward};
	struct reward_credit *credits = NULL;
	unsigned n = 0;
	enum err err = find_all(st, &d, why);

	if (!err && !amount_is_zero(d.amount))
		err = walk(st, &d, &credits, &n, why);
	if (!err) {
		rules_keep_terms(rules, credits, n);
		round->reward = block->reward;
		round->scheme = rules->reward.scheme;
		to_round(&d, credits, n, round);
	}
	free(credits);
	free(d.direct);
	free((void *)d.terms.grants);
	return err;
}
