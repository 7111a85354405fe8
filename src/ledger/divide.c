/* divide.c -- who gets how much of a block: the pool's scheme over the work that is recorded. */
#include <stdlib.h>

#include "base/mem.h"
#include "ledger/ledger_priv.h"
#include "ledger/recount.h"
#include "store/store_reward.h"
#include "store/store_slot.h"

/* All that is known of a block that is to be divided. */
struct division {
	const struct store_block *block;
	struct reward_rules rules;
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

static enum err find_average(struct ledger *l, struct division *d, struct why *why)
{
	struct store_past *past;
	__int128 sum = 0;
	size_t n;
	enum err err = store_block_past(
		l->store, l->pool_id, d->block->height, d->rules.window_blocks, &past, &n, why);

	if (err)
		return err;
	for (size_t i = 0; i < n; i++)
		sum += past[i].work;
	d->round.average_work = n ? (int64_t)(sum / (__int128)n) : 0;
	store_free_past(past);
	return OK;
}

/* What SOLO's finder got is divided all the same: his work is to be counted. */
static void add_output(struct division *d, int64_t account, struct amount amount)
{
	if (d->rules.scheme == REWARD_SOLO && account == d->round.finder) {
		d->to_finder = amount;
		return;
	}
	d->direct[d->direct_n++] = (struct reward_grant){account, amount};
	d->amount = amount_sub(d->amount, amount);
}

/* Outputs of the coinbase that paid somebody directly. */
static enum err find_outputs(struct ledger *l, struct division *d, struct why *why)
{
	struct store_output *rows;
	int64_t account;
	size_t n;
	enum err err = store_block_outputs(l->store, d->block->id, &rows, &n, why);

	if (err)
		return err;
	d->direct = NEW_ARRAY(struct reward_grant, n);
	d->is_paid_directly = n > 0;
	for (size_t i = 0; i < n && !err; i++) {
		err = store_account_ensure(l->store, l->pool_id, rows[i].address, &account, why);
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
static enum err find_reserve(struct ledger *l, struct division *d, struct why *why)
{
	struct amount value = d->rules.block_value;
	int64_t through;
	enum err err = store_accrual_through(l->store, l->pool_id, &through, why);

	if (err)
		return err;
	d->counted_from = through > d->round.from ? through : d->round.from;
	if (!store_block_has_round(d->block) || !amount_is_zero(d->to_finder))
		return OK;
	if (d->rules.scheme == REWARD_PPS_PLUS)
		d->reserve = amount_cmp(value, d->amount) < 0 ? value : d->amount;
	else if (reward_is_share_based(d->rules.scheme) || through >= d->block->height)
		d->reserve = d->amount;
	d->amount = amount_sub(d->amount, d->reserve);
	return OK;
}

/* The finder's bonus and what the operator gives away, before the rest is divided. A coinbase that
 * pays others than the pool has paid the operator's recipients, too. */
static enum err add_grants(struct ledger *l, struct division *d, struct why *why)
{
	const struct conf_reward *conf = &l->pool->reward;
	size_t room = conf->recipients_count + 1;
	struct reward_grant *grants = NEW_ARRAY(struct reward_grant, room);
	enum err err = OK;
	size_t n = 0;

	d->terms.grants = grants;
	if (d->rules.finder_bonus_ppm > 0)
		grants[n++] = (struct reward_grant){
			d->round.finder, reward_fee(d->amount, d->rules.finder_bonus_ppm)};
	for (size_t i = 0; i < conf->recipients_count && !d->is_paid_directly && !err; i++, n++) {
		grants[n].amount = reward_fee(d->amount, conf->recipients[i].ppm);
		err = terms_recipient(l, &conf->recipients[i], &grants[n].account, why);
	}
	d->terms.grants_n = n;
	return err;
}

static enum err find_all(struct ledger *l, struct division *d, struct why *why)
{
	const struct store_block *b = d->block;
	enum err err = OK;

	d->round.from = b->height;
	if (store_block_has_round(b))
		err = store_block_round_from(l->store, l->pool_id, b->height, &d->round.from, why);
	if (!err)
		err = store_round_total(
			l->store, l->pool_id, d->round.from, b->height, &d->round.work, why);
	if (!err) /* gets all when no work was counted */
		err = store_account_ensure(
			l->store, l->pool_id, b->finder_address, &d->round.finder, why);
	if (!err)
		err = terms_load(l, &d->terms, why);
	if (!err)
		err = find_average(l, d, why);
	if (!err)
		err = find_outputs(l, d, why);
	if (!err)
		err = find_reserve(l, d, why);
	return err ? err : add_grants(l, d, why);
}

/* ---- dividing ---- */

static enum err walk(struct ledger *l, const struct division *d, struct reward_credit **out,
	unsigned *out_n, struct why *why)
{
	struct reward_round round = d->round;
	struct reward_tally *tally;
	enum err err;

	if (d->rules.scheme != REWARD_PPS_PLUS) /* its fees are for work that is credited, too */
		round.from = d->counted_from;
	tally = reward_tally_new(&d->rules, &round);
	err = recount_walk(l->store, d->block, tally, why);
	if (!err)
		reward_divide(tally, &d->rules, d->amount, &d->terms, out, out_n);
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

/* The store keeps what is worth something, or would be but for fee and donation. */
static void to_round(const struct division *d, const struct reward_credit *credits, unsigned n,
	struct store_round *round)
{
	struct store_credit *out = NEW_ARRAY(struct store_credit, n + d->direct_n);
	struct amount given = d->reserve;

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
	for (size_t i = 0; i < round->n; i++)
		given = amount_add(given, out[i].amount);
	round->credits = out;
	round->reserve = d->reserve;
	round->fee = amount_sub(round->reward, given);
}

enum err divide_block(struct ledger *l, const struct store_block *block, struct store_round *round,
	struct why *why)
{
	struct division d = {
		.block = block, .rules = l->pool->reward.rules, .amount = block->reward};
	struct reward_credit *credits = NULL;
	unsigned n = 0;
	enum err err;

	if (block->scheme == REWARD_SOLO) /* as it was found */
		d.rules.scheme = REWARD_SOLO;
	d.round.network_work = block->network_work > 0 ? block->network_work : 1;
	err = find_all(l, &d, why);
	if (!err && !amount_is_zero(d.amount))
		err = walk(l, &d, &credits, &n, why);
	if (!err) {
		round->reward = block->reward;
		round->from = d.round.from;
		round->work = d.round.work;
		round->scheme = d.rules.scheme;
		to_round(&d, credits, n, round);
	}
	free(credits);
	free(d.direct);
	terms_free(&d.terms);
	return err;
}
