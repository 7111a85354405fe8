#include "reward/accrual.h"

#include <assert.h>
#include <stdlib.h>

#include "base/mem.h"
#include "reward/accounts_priv.h"

#define FRACTION_BITS 32
#define VALUE_MAX     ((__uint128_t)REWARD_ACCRUED_MAX << FRACTION_BITS)
#define CUTS_MAX      16

/* What an account's work is worth, in units with a binary fraction. */
struct worth {
	int64_t account;
	int64_t work;
	__uint128_t value;
};

struct cut {
	int64_t account, ppm;
};

struct reward_accrual {
	const struct reward_rules *rules;
	const struct reward_terms_list *special;
	struct amount base;
	int64_t rate_ppm;
	struct accounts worths; /* struct worth */
	struct cut cuts[CUTS_MAX];
	unsigned cuts_n;
};

struct reward_accrual *reward_accrual_new(const struct reward_rules *rules,
	const struct reward_terms_list *special, struct amount base, int64_t rate_ppm)
{
	struct reward_accrual *a = NEW(struct reward_accrual);

	assert(amount_units(base) > 0 && rate_ppm >= 0 && rate_ppm <= REWARD_PPM);
	a->rules = rules;
	a->special = special;
	a->base = base;
	a->rate_ppm = rate_ppm;
	a->worths.size = sizeof(struct worth);
	return a;
}

void reward_accrual_free(struct reward_accrual *a)
{
	if (!a)
		return;
	accounts_fini(&a->worths);
	free(a);
}

/* work * base / network_work with its fraction, at most VALUE_MAX. */
static __uint128_t value_of(int64_t work, struct amount base, int64_t network_work)
{
	__uint128_t product = (__uint128_t)work * (__uint128_t)amount_units(base);
	__uint128_t by = (__uint128_t)network_work;
	__uint128_t whole = product / by;

	if (whole >= REWARD_ACCRUED_MAX)
		return VALUE_MAX;
	return (whole << FRACTION_BITS) + ((product % by << FRACTION_BITS) / by);
}

void reward_accrual_add(
	struct reward_accrual *a, int64_t account, int64_t work, int64_t network_work)
{
	struct worth *w;
	bool overflow;

	assert(work >= 0 && network_work >= 1);
	if (work == 0)
		return;
	w = accounts_get(&a->worths, account);
	overflow = __builtin_add_overflow(w->work, work, &w->work);
	assert(!overflow);
	w->value += value_of(work, a->base, network_work);
	if (w->value > VALUE_MAX)
		w->value = VALUE_MAX;
}

void reward_accrual_cut(struct reward_accrual *a, int64_t account, int64_t ppm)
{
	assert(a->cuts_n < CUTS_MAX && ppm >= 0 && ppm <= REWARD_PPM);
	a->cuts[a->cuts_n++] = (struct cut){account, ppm};
}

/* value * ppm / 10^6; VALUE_MAX is 2^92, a million 2^20. */
static __uint128_t part_of(__uint128_t value, int64_t ppm)
{
	return value * (__uint128_t)ppm / REWARD_PPM;
}

static struct amount units_of(__uint128_t value)
{
	return amount_of((int64_t)(value >> FRACTION_BITS));
}

static struct reward_credit credit_of(
	const struct reward_accrual *a, const struct worth *w, int64_t miners_ppm)
{
	struct reward_credit c = {.account = w->account, .work = w->work};

	c.share = units_of(part_of(part_of(w->value, a->rate_ppm), miners_ppm));
	reward_deduct(a->rules, a->special, &c);
	return c;
}

static struct amount capped(__int128 sum)
{
	return amount_of(sum > REWARD_ACCRUED_MAX ? REWARD_ACCRUED_MAX : (int64_t)sum);
}

void reward_accrual_end(struct reward_accrual *a, struct reward_accrued *sums,
	struct reward_credit **out, unsigned *out_n)
{
	struct accounts all = {.size = sizeof(struct reward_credit)};
	__int128 credited = 0, fee = 0, work = 0;
	__uint128_t value = 0;
	int64_t miners_ppm = REWARD_PPM;
	const struct worth *w = a->worths.rows;

	for (unsigned i = 0; i < a->cuts_n; i++)
		miners_ppm -= a->cuts[i].ppm;
	assert(miners_ppm >= 0);
	for (size_t i = 0; i < a->worths.n; i++) {
		*(struct reward_credit *)accounts_get(&all, w[i].account) =
			credit_of(a, &w[i], miners_ppm);
		value += w[i].value;
		work += w[i].work;
	}
	value = value > VALUE_MAX ? VALUE_MAX : value;
	for (unsigned i = 0; i < a->cuts_n && a->worths.n > 0; i++) {
		struct reward_credit *c = accounts_get(&all, a->cuts[i].account);
		struct amount part = units_of(part_of(part_of(value, a->rate_ppm), a->cuts[i].ppm));

		c->bonus = amount_add(c->bonus, part);
		c->amount = amount_add(c->amount, part);
	}
	accounts_sort(&all);
	*out = all.rows;
	*out_n = (unsigned)all.n;
	for (unsigned i = 0; i < *out_n; i++) {
		const struct reward_credit *c = &(*out)[i];

		credited += amount_units(c->amount);
		fee += (__int128)amount_units(c->fee) + amount_units(c->donation);
	}
	*sums = (struct reward_accrued){.work = work > INT64_MAX ? INT64_MAX : (int64_t)work,
		.value = units_of(value),
		.credits = capped(credited),
		.fee = capped(fee)};
}

/* ---- DPPS ---- */

int64_t reward_dpps_rate(
	const struct reward_rules *rules, struct amount earned, struct amount expected)
{
	__int128 base = amount_units(rules->block_value);
	__int128 luck =
		(amount_units(earned) + base) * REWARD_PPM / (amount_units(expected) + base);
	__int128 rate;

	if (luck > REWARD_PPM * (__int128)REWARD_PPM)
		luck = REWARD_PPM * (__int128)REWARD_PPM;
	rate = luck * (REWARD_PPM - rules->luck_margin_ppm) / REWARD_PPM;
	if (rate < rules->luck_min_ppm)
		return rules->luck_min_ppm;
	return rate > REWARD_PPM ? REWARD_PPM : (int64_t)rate;
}

/* ---- SMPPS, ESMPPS ---- */

void reward_pay_debts(
	struct amount budget, const struct amount *owed, unsigned n, struct amount *out)
{
	int64_t *weights = NEW_ARRAY(int64_t, n);
	struct amount sum = amount_of(0);

	for (unsigned i = 0; i < n; i++) {
		weights[i] = amount_units(owed[i]);
		sum = amount_add(sum, owed[i]);
		out[i] = amount_of(0);
	}
	if (amount_cmp(budget, sum) >= 0)
		budget = sum;
	if (amount_units(budget) > 0)
		amount_split(budget, weights, n, amount_units(sum), out);
	free(weights);
}

struct amount reward_pay_part(
	struct amount amount, struct amount whole, struct amount before, struct amount after)
{
	return amount_sub(amount_part(amount, amount_units(after), amount_units(whole)),
		amount_part(amount, amount_units(before), amount_units(whole)));
}
