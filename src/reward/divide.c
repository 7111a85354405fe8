/* divide.c -- from shares to credits: fees, donations, bonuses, and what is given beforehand. */
#include <assert.h>
#include <stdlib.h>

#include "base/mem.h"
#include "reward/accounts_priv.h"
#include "reward/reward.h"

static int64_t key_of(const void *key)
{
	return *(const int64_t *)key;
}

static int by_account(const void *key, const void *row)
{
	int64_t a = key_of(key), b = key_of(row);

	return (a > b) - (a < b);
}

static const struct reward_terms *terms_of(const struct reward_terms_list *special, int64_t account)
{
	return special->n ? bsearch(&account, special->terms, special->n, sizeof(*special->terms),
				    by_account)
			  : NULL;
}

/* The donation is a part of what the fee has left. */
static void set_amount(struct reward_credit *c, const struct reward_terms *terms)
{
	struct amount rest = amount_sub(c->share, c->fee);

	c->donation = terms ? reward_fee(rest, terms->donation_ppm) : amount_of(0);
	c->amount = amount_add(amount_sub(rest, c->donation), c->bonus);
}

void reward_deduct(const struct reward_rules *rules, const struct reward_terms_list *special,
	struct reward_credit *c)
{
	const struct reward_terms *terms = terms_of(special, c->account);

	c->fee = terms && terms->no_fee ? amount_of(0) : reward_fee(c->share, rules->fee_ppm);
	set_amount(c, terms);
}

/* ---- the fee of a block ---- */

/* Those who pay it: the fee is taken from all of theirs, and both parts are shared out by what
 * counts, so that without special terms a credit is its exact part of the reward without the fee.
 */
struct payers {
	struct reward_credit **credits;
	int64_t *weights;
	unsigned n;
	int64_t weight;       /* sum */
	struct amount shares; /* sum */
};

static bool is_by_work(enum reward_scheme scheme)
{
	return scheme == REWARD_PROP || scheme == REWARD_PPLNS || scheme == REWARD_PPS_PLUS;
}

static void add_payer(struct payers *p, struct reward_credit *c, enum reward_scheme scheme)
{
	int64_t weight = is_by_work(scheme) ? c->work : amount_units(c->share);

	p->credits[p->n] = c;
	p->weights[p->n++] = weight;
	p->weight += weight;
	p->shares = amount_add(p->shares, c->share);
}

static void take_fee(struct payers *p, int64_t fee_ppm)
{
	struct amount fee = reward_fee(p->shares, fee_ppm);
	struct amount *fees = NEW_ARRAY(struct amount, p->n);
	struct amount *rests = NEW_ARRAY(struct amount, p->n);

	if (p->weight == 0) { /* the finder, for no work */
		fees[0] = fee;
		rests[0] = amount_sub(p->shares, fee);
	} else {
		amount_split(fee, p->weights, p->n, p->weight, fees);
		amount_split(amount_sub(p->shares, fee), p->weights, p->n, p->weight, rests);
	}
	for (unsigned i = 0; i < p->n; i++) {
		p->credits[i]->share = amount_add(rests[i], fees[i]);
		p->credits[i]->fee = fees[i];
	}
	free(rests);
	free(fees);
}

static void deduct_all(const struct reward_rules *rules, const struct reward_terms_list *special,
	struct reward_credit *credits, unsigned n)
{
	struct payers p = {
		.credits = NEW_ARRAY(struct reward_credit *, n), .weights = NEW_ARRAY(int64_t, n)};

	for (unsigned i = 0; i < n; i++) {
		const struct reward_terms *terms = terms_of(special, credits[i].account);

		if (!terms || !terms->no_fee)
			add_payer(&p, &credits[i], rules->scheme);
	}
	if (p.n > 0)
		take_fee(&p, rules->fee_ppm);
	for (unsigned i = 0; i < n; i++)
		set_amount(&credits[i], terms_of(special, credits[i].account));
	free(p.weights);
	free(p.credits);
}

/* ---- what is given ---- */

static struct amount sum_of_fees(const struct reward_credit *credits, unsigned n)
{
	struct amount sum = amount_of(0);

	for (unsigned i = 0; i < n; i++)
		sum = amount_add(sum, credits[i].fee);
	return sum;
}

/* The pool's bonus is paid out of its fee: what the fee does not hold is not promised. */
static void add_pool_bonus(
	const struct reward_rules *rules, struct reward_credit *credits, unsigned n)
{
	struct amount *bonus, fees = sum_of_fees(credits, n), sum = amount_of(0);
	int64_t *shares, whole = 0;

	if (rules->pool_bonus_ppm == 0)
		return;
	bonus = NEW_ARRAY(struct amount, n);
	shares = NEW_ARRAY(int64_t, n);
	for (unsigned i = 0; i < n; i++) {
		bonus[i] = reward_fee(credits[i].share, rules->pool_bonus_ppm);
		shares[i] = amount_units(credits[i].share);
		sum = amount_add(sum, bonus[i]);
		whole += shares[i];
	}
	if (amount_cmp(sum, fees) > 0)
		amount_split(fees, shares, n, whole, bonus);
	for (unsigned i = 0; i < n; i++) {
		credits[i].bonus = bonus[i];
		credits[i].amount = amount_add(credits[i].amount, bonus[i]);
	}
	free(shares);
	free(bonus);
}

/* Put the grants among the credits. */
static void add_grants(
	const struct reward_terms_list *special, struct reward_credit **credits, unsigned *n)
{
	struct accounts all = {.size = sizeof(struct reward_credit)};

	for (unsigned i = 0; i < *n; i++)
		*(struct reward_credit *)accounts_get(&all, (*credits)[i].account) = (*credits)[i];
	for (size_t i = 0; i < special->grants_n; i++) {
		const struct reward_grant *grant = &special->grants[i];
		struct reward_credit *c = accounts_get(&all, grant->account);

		c->bonus = amount_add(c->bonus, grant->amount);
		c->amount = amount_add(c->amount, grant->amount);
	}
	accounts_sort(&all);
	free(*credits);
	*credits = all.rows;
	*n = (unsigned)all.n;
}

static struct amount sum_of_grants(const struct reward_terms_list *special)
{
	struct amount sum = amount_of(0);

	for (size_t i = 0; i < special->grants_n; i++)
		sum = amount_add(sum, special->grants[i].amount);
	return sum;
}

void reward_divide(struct reward_tally *t, const struct reward_rules *rules, struct amount amount,
	const struct reward_terms_list *special, struct reward_credit **out, unsigned *out_n)
{
	struct amount rest = amount_sub(amount, sum_of_grants(special)), sum = amount_of(0);

	assert(!amount_is_negative(rest));
	reward_tally_split(t, rest, out, out_n);
	deduct_all(rules, special, *out, *out_n);
	add_pool_bonus(rules, *out, *out_n);
	if (special->grants_n > 0)
		add_grants(special, out, out_n);
	for (unsigned i = 0; i < *out_n; i++)
		sum = amount_add(sum, (*out)[i].amount);
	assert(amount_cmp(sum, amount) <= 0);
}

struct amount reward_solo(const struct reward_rules *rules, struct amount amount)
{
	struct amount share = amount_sub(amount, reward_fee(amount, rules->finder_bonus_ppm));
	struct amount fee = reward_fee(share, rules->fee_ppm);
	struct amount bonus = reward_fee(share, rules->pool_bonus_ppm);

	return amount_sub(amount, amount_sub(fee, amount_cmp(bonus, fee) > 0 ? fee : bonus));
}
