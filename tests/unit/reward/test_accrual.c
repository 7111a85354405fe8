/* test_accrual.c -- the PPS family: cases by hand, and what must hold for random ones. */
#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "any.h"
#include "base/mem.h"
#include "reward/accrual.h"

enum { CASES = 100000, HEIGHTS = 5, ACCOUNTS = 6 };

static int64_t units(struct amount a)
{
	return amount_units(a);
}

/* ---- by hand ---- */

static void test_each_height_has_its_price(void **state)
{
	const struct reward_rules rules = {.scheme = REWARD_PPS, .fee_ppm = 10000};
	const struct reward_terms terms[] = {{2, true, 500000}};
	const struct reward_terms_list special = {.terms = terms, .n = 1};
	struct reward_accrual *a =
		reward_accrual_new(&rules, &special, amount_of(100000), REWARD_PPM);
	struct reward_credit *got;
	struct reward_accrued sums;
	unsigned n;

	reward_accrual_add(a, 1, 10, 1000); /* 1000 */
	reward_accrual_add(a, 1, 10, 2000); /* 500: the network has become twice as hard */
	reward_accrual_add(a, 2, 30, 1000);
	reward_accrual_add(a, 3, 0, 1000);
	reward_accrual_end(a, &sums, &got, &n);
	assert_int_equal(n, 2);
	assert_int_equal(units(got[0].share), 1500);
	assert_int_equal(units(got[0].fee), 15);
	assert_int_equal(units(got[0].amount), 1485);
	assert_int_equal(units(got[1].fee), 0);
	assert_int_equal(units(got[1].donation), 1500);
	assert_int_equal(units(got[1].amount), 1500);
	assert_int_equal(sums.work, 50);
	assert_int_equal(units(sums.value), 4500);
	assert_int_equal(units(sums.credits), 2985);
	assert_int_equal(units(sums.fee), 1515);
	free(got);
	reward_accrual_free(a);
}

static void test_recipients_and_rate(void **state)
{
	const struct reward_rules rules = {.scheme = REWARD_DPPS};
	const struct reward_terms_list special = {0};
	struct reward_accrual *a = reward_accrual_new(&rules, &special, amount_of(1000), 500000);
	struct reward_credit *got;
	struct reward_accrued sums;
	unsigned n;

	reward_accrual_add(a, 1, 1, 1);
	reward_accrual_cut(a, 9, 100000);
	reward_accrual_end(a, &sums, &got, &n);
	assert_int_equal(n, 2);
	assert_int_equal(units(got[0].amount), 450);
	assert_int_equal(units(got[1].bonus), 50);
	assert_int_equal(units(got[1].amount), 50);
	assert_int_equal(units(sums.value), 1000);
	assert_int_equal(units(sums.credits), 500);
	free(got);
	reward_accrual_free(a);
}

static void test_what_no_reserve_covers(void **state)
{
	const struct reward_rules rules = {.scheme = REWARD_PPS};
	const struct reward_terms_list special = {0};
	struct reward_accrual *a =
		reward_accrual_new(&rules, &special, amount_of(2100000000000000), REWARD_PPM);
	struct reward_credit *got;
	struct reward_accrued sums;
	unsigned n;

	for (int64_t account = 1; account < 20; account++)
		reward_accrual_add(a, account, INT64_MAX / 100, 1);
	reward_accrual_end(a, &sums, &got, &n);
	assert_int_equal(units(sums.credits), REWARD_ACCRUED_MAX);
	assert_int_equal(units(got[0].amount), REWARD_ACCRUED_MAX);
	free(got);
	reward_accrual_free(a);
}

static int64_t rate(int64_t earned, int64_t expected)
{
	const struct reward_rules rules = {
		.block_value = amount_of(100), .luck_margin_ppm = 20000, .luck_min_ppm = 500000};

	return reward_dpps_rate(&rules, amount_of(earned), amount_of(expected));
}

static void test_dpps_follows_luck(void **state)
{
	assert_int_equal(rate(0, 0), 980000); /* a new pool: average luck, less the margin */
	assert_int_equal(rate(1000, 1000), 980000);
	assert_int_equal(rate(700, 900), 784000);    /* 800 of 1000 */
	assert_int_equal(rate(0, 10000), 500000);    /* not below luck_min */
	assert_int_equal(rate(5000, 1000), 1000000); /* never more than PPS */
	assert_int_equal(rate(INT64_MAX / 2, 0), 1000000);
}

static void test_debts(void **state)
{
	const struct amount owed[] = {amount_of(100), amount_of(300), amount_of(0)};
	struct amount paid[3];

	reward_pay_debts(amount_of(100), owed, 3, paid);
	assert_int_equal(units(paid[0]), 25);
	assert_int_equal(units(paid[1]), 75);
	assert_int_equal(units(paid[2]), 0);
	reward_pay_debts(amount_of(1000), owed, 3, paid);
	assert_int_equal(units(paid[0]), 100);
	assert_int_equal(units(paid[1]), 300);
	reward_pay_debts(amount_of(5), owed, 0, paid);
}

/* ---- at random ---- */

struct scene {
	uint64_t seed;
	struct reward_rules rules;
	struct reward_terms terms[2];
	struct reward_terms_list special;
	struct amount base;
	int64_t rate_ppm, cut_ppm;
	int64_t network[HEIGHTS];
	int64_t work[HEIGHTS][2 * ACCOUNTS];
};

#define HOLDS(s, condition)                                                                        \
	do {                                                                                       \
		if (!(condition)) {                                                                \
			printf("seed %" PRIu64 "\n", (s)->seed);                                   \
			fail_msg("does not hold: %s", #condition);                                 \
		}                                                                                  \
	} while (0)

static void scene_make(struct scene *s, uint64_t seed)
{
	*s = (struct scene){.seed = seed};
	s->rules.fee_ppm = (int64_t)(test_random(&seed) % (REWARD_PPM + 1));
	for (unsigned i = 0; i < 2; i++)
		s->terms[i] = (struct reward_terms){1 + i, test_random(&seed) % 2,
			(int64_t)(test_random(&seed) % (REWARD_PPM + 1))};
	s->special = (struct reward_terms_list){.terms = s->terms, .n = 2};
	s->base = amount_of(1 + any_size(&seed, 40));
	s->rate_ppm = test_random(&seed) % 2 ? REWARD_PPM
					     : (int64_t)(test_random(&seed) % (REWARD_PPM + 1));
	s->cut_ppm = test_random(&seed) % 2 ? (int64_t)(test_random(&seed) % (REWARD_PPM + 1)) : 0;
	for (unsigned h = 0; h < HEIGHTS; h++) {
		s->network[h] = 1 + any_size(&seed, 40);
		for (unsigned a = 0; a < ACCOUNTS; a++)
			s->work[h][a] = test_random(&seed) % 3 ? 2 * any_size(&seed, 30) : 0;
	}
}

struct outcome {
	struct reward_accrued sums;
	struct reward_credit of[2 * ACCOUNTS + 1]; /* by account */
};

static void play(const struct scene *s, bool backwards, struct outcome *out)
{
	struct reward_accrual *r = reward_accrual_new(&s->rules, &s->special, s->base, s->rate_ppm);
	struct reward_credit *credits;
	unsigned n;

	memset(out, 0, sizeof(*out));
	for (unsigned i = 0; i < HEIGHTS * 2 * ACCOUNTS; i++) {
		unsigned k = backwards ? HEIGHTS * 2 * ACCOUNTS - 1 - i : i;
		unsigned h = k / (2 * ACCOUNTS), a = k % (2 * ACCOUNTS);

		reward_accrual_add(r, (int64_t)a + 1, s->work[h][a], s->network[h]);
	}
	if (s->cut_ppm)
		reward_accrual_cut(r, 2, s->cut_ppm);
	reward_accrual_end(r, &out->sums, &credits, &n);
	for (unsigned i = 0; i < n; i++)
		out->of[credits[i].account] = credits[i];
	free(credits);
	reward_accrual_free(r);
}

static void check_sums(const struct scene *s, const struct outcome *o)
{
	int64_t credited = 0, kept = 0;

	for (unsigned a = 1; a <= 2 * ACCOUNTS; a++) {
		const struct reward_credit *c = &o->of[a];

		HOLDS(s, units(c->amount) >= 0 && units(c->share) >= 0);
		HOLDS(s, units(c->amount) == units(c->share) + units(c->bonus) - units(c->fee) -
						     units(c->donation));
		credited += units(c->amount);
		kept += units(c->fee) + units(c->donation);
	}
	HOLDS(s, credited == units(o->sums.credits) && kept == units(o->sums.fee));
	/* never more than the work is worth at the rate */
	HOLDS(s, (__int128)(credited + kept) * REWARD_PPM <=
			 ((__int128)units(o->sums.value) + 1) * s->rate_ppm);
}

/* Told a second time, exactly: sum of work * base / network, as a fraction of the product. */
static void check_value(const struct scene *s, const struct outcome *o)
{
	for (unsigned a = 0; a < ACCOUNTS && !s->cut_ppm; a++) {
		long double exact = 0;

		for (unsigned h = 0; h < HEIGHTS; h++)
			exact += (long double)s->work[h][a] * units(s->base) / s->network[h];
		exact = exact * s->rate_ppm / REWARD_PPM;
		if (exact < 1e17L) {
			long double diff = exact - units(o->of[a + 1].share);

			HOLDS(s, diff > -1e-3L - exact * 1e-15L && diff < 1.001L + exact * 1e-15L);
		}
	}
}

static void check_order(const struct scene *s, const struct outcome *o)
{
	struct outcome again;

	play(s, true, &again);
	HOLDS(s, memcmp(o, &again, sizeof(again)) == 0);
}

static void check_monotony(const struct scene *s, const struct outcome *o)
{
	struct scene more = *s;
	struct outcome then;
	uint64_t seed = s->seed + 1;

	more.work[test_random(&seed) % HEIGHTS][2] += any_size(&seed, 40);
	play(&more, false, &then);
	HOLDS(s, units(then.of[3].amount) >= units(o->of[3].amount));
	HOLDS(s, units(then.of[4].amount) == units(o->of[4].amount)); /* nobody else has less */
}

static void check_twins(const struct scene *s, const struct outcome *o)
{
	struct scene twins = *s;
	struct outcome then;
	int64_t diff;

	for (unsigned h = 0; h < HEIGHTS; h++)
		twins.work[h][2] = twins.work[h][2 + ACCOUNTS] = s->work[h][2] / 2;
	play(&twins, false, &then);
	diff = units(then.of[3].share) + units(then.of[3 + ACCOUNTS].share) - units(o->of[3].share);
	HOLDS(s, diff >= -1 && diff <= 0);
}

static bool is_small(const struct outcome *o)
{
	return units(o->sums.value) < REWARD_ACCRUED_MAX / 1000000;
}

static void test_every_accrual(void **state)
{
	struct scene s;
	struct outcome o;

	for (uint64_t seed = 1; seed <= CASES; seed++) {
		scene_make(&s, seed * 1000);
		play(&s, false, &o);
		if (!is_small(&o)) /* beyond all money */
			continue;
		check_sums(&s, &o);
		check_value(&s, &o);
		check_order(&s, &o);
		check_monotony(&s, &o);
		check_twins(&s, &o);
	}
}

/* SMPPS: parts of a debt that is paid in steps add up, and are never ahead of the steps. ESMPPS:
 * no more than there is, no more than is owed, the same part for all. */
static void test_every_debt(void **state)
{
	for (uint64_t k = 1; k <= CASES; k++) {
		uint64_t seed = k * 1000;
		struct amount owed[ACCOUNTS], paid[ACCOUNTS],
			budget = amount_of(any_size(&seed, 45));
		int64_t got[ACCOUNTS] = {0}, whole = 0, given = 0, step = 0;

		for (unsigned a = 0; a < ACCOUNTS; a++) {
			owed[a] = amount_of(any_size(&seed, 45));
			whole += units(owed[a]);
		}
		reward_pay_debts(budget, owed, ACCOUNTS, paid);
		for (unsigned a = 0; a < ACCOUNTS; a++) {
			assert_true(units(paid[a]) >= 0 && units(paid[a]) <= units(owed[a]));
			given += units(paid[a]);
		}
		assert_true(given == (units(budget) < whole ? units(budget) : whole));
		while (whole > 0 && step < whole) {
			int64_t to = test_random(&seed) % 3 ? step + (whole - step + 1) / 2 : whole;
			int64_t sum = 0;

			for (unsigned a = 0; a < ACCOUNTS; a++) {
				int64_t part = units(reward_pay_part(
					owed[a], amount_of(whole), amount_of(step), amount_of(to)));

				assert_true(part >= 0);
				got[a] += part;
				sum += got[a];
			}
			assert_true(sum <= to && to - sum < ACCOUNTS);
			step = to;
		}
		for (unsigned a = 0; a < ACCOUNTS; a++)
			assert_true(whole == 0 || got[a] == units(owed[a]));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_each_height_has_its_price),
		cmocka_unit_test(test_recipients_and_rate),
		cmocka_unit_test(test_what_no_reserve_covers),
		cmocka_unit_test(test_dpps_follows_luck),
		cmocka_unit_test(test_debts),
		cmocka_unit_test(test_every_accrual),
		cmocka_unit_test(test_every_debt),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
