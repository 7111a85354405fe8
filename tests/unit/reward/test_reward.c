/* test_reward.c -- fee and window: rounding and their ends. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

#include "reward/reward.h"

static int64_t fee(int64_t reward, int64_t ppm)
{
	return amount_units(reward_fee(amount_of(reward), ppm));
}

static void test_fee_is_rounded_down(void **state)
{
	assert_int_equal(fee(5000000000, 10000), 50000000); /* 1 % of 50 coins */
	assert_int_equal(fee(99, 10000), 0);
	assert_int_equal(fee(199, 10000), 1);
	assert_int_equal(fee(1250000001, 15000), 18750000);
	assert_int_equal(fee(0, 10000), 0);
}

static void test_fee_ends(void **state)
{
	assert_int_equal(fee(INT64_MAX, 0), 0);
	assert_int_equal(fee(INT64_MAX, REWARD_PPM), INT64_MAX);
	assert_int_equal(fee(INT64_MAX, 1), INT64_MAX / REWARD_PPM);
}

static int64_t network_window(int64_t network_work, int64_t ppm)
{
	const struct reward_rules rules = {.window_ppm = ppm};

	return reward_window(&rules, &(struct reward_round){.network_work = network_work});
}

static void test_window_is_rounded_up(void **state)
{
	assert_int_equal(network_window(100, 2000000), 200);
	assert_int_equal(network_window(3, 500000), 2);
	assert_int_equal(network_window(1, 1), 1);
	assert_int_equal(network_window(INT64_MAX, REWARD_PPM), INT64_MAX);
	assert_int_equal(network_window(INT64_MAX, INT64_MAX), INT64_MAX);
}

static void test_windows_of_rounds(void **state)
{
	struct reward_rules rules = {
		.window_by = REWARD_WINDOW_AVERAGE, .window_work = 77, .window_round_ppm = 300000};
	struct reward_round round = {.work = 100, .average_work = 1000, .network_work = 5};

	assert_int_equal(reward_window(&rules, &round), 1000);
	rules.window_by = REWARD_WINDOW_DYNAMIC;
	assert_int_equal(reward_window(&rules, &round), 730);
	rules.window_by = REWARD_WINDOW_FIXED;
	assert_int_equal(reward_window(&rules, &round), 77);
	rules.window_by = REWARD_WINDOW_AVERAGE;
	round.average_work = 0; /* no round before this one */
	assert_int_equal(reward_window(&rules, &round), 100);
	round.work = 0;
	assert_int_equal(reward_window(&rules, &round), 1);
}

/* The same to the unit as what the ledger divides. */
static void test_solo_is_what_would_be_divided(void **state)
{
	const struct reward_rules rules[] = {
		{.scheme = REWARD_SOLO, .fee_ppm = 10000},
		{.scheme = REWARD_SOLO, .fee_ppm = 0, .pool_bonus_ppm = 0},
		{.scheme = REWARD_SOLO, .fee_ppm = 15001, .finder_bonus_ppm = 50000},
		{.scheme = REWARD_SOLO, .fee_ppm = 20000, .pool_bonus_ppm = 7777},
		{.scheme = REWARD_SOLO, .fee_ppm = REWARD_PPM},
	};
	const int64_t amounts[] = {0, 1, 99, 100, 101, 5000000001, 312512345678};

	for (size_t i = 0; i < sizeof(rules) / sizeof(rules[0]); i++) {
		for (size_t k = 0; k < sizeof(amounts) / sizeof(amounts[0]); k++) {
			struct amount amount = amount_of(amounts[k]);
			struct reward_grant bonus = {
				7, reward_fee(amount, rules[i].finder_bonus_ppm)};
			struct reward_terms_list special = {.grants = &bonus, .grants_n = 1};
			struct reward_round round = {.finder = 7, .network_work = 1};
			struct reward_tally *t = reward_tally_new(&rules[i], &round);
			struct reward_credit *credits;
			unsigned n;

			reward_divide(t, &rules[i], amount, &special, &credits, &n);
			assert_int_equal(n, 1);
			assert_int_equal(amount_units(reward_solo(&rules[i], amount)),
				amount_units(credits[0].amount));
			free(credits);
			reward_tally_free(t);
		}
	}
}

static void test_names(void **state)
{
	assert_string_equal(reward_scheme_name(REWARD_PROP), "prop");
	assert_string_equal(reward_scheme_name(REWARD_PPLNS), "pplns");
	assert_string_equal(reward_scheme_name(REWARD_ESMPPS), "esmpps");
	assert_false(reward_is_share_based(REWARD_SOLO));
	assert_true(reward_is_share_based(REWARD_PPS));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_fee_is_rounded_down),
		cmocka_unit_test(test_fee_ends),
		cmocka_unit_test(test_window_is_rounded_up),
		cmocka_unit_test(test_windows_of_rounds),
		cmocka_unit_test(test_solo_is_what_would_be_divided),
		cmocka_unit_test(test_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
