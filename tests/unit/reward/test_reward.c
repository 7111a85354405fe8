/* test_reward.c -- fee and window: rounding and their ends. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

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

static void test_window_is_rounded_up(void **state)
{
	assert_int_equal(reward_window(100, 2000000), 200);
	assert_int_equal(reward_window(3, 500000), 2);
	assert_int_equal(reward_window(1, 1), 1);
	assert_int_equal(reward_window(INT64_MAX, REWARD_PPM), INT64_MAX);
	assert_int_equal(reward_window(INT64_MAX, INT64_MAX), INT64_MAX);
}

static void test_names(void **state)
{
	assert_string_equal(reward_scheme_name(REWARD_PROP), "prop");
	assert_string_equal(reward_scheme_name(REWARD_PPLNS), "pplns");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_fee_is_rounded_down),
		cmocka_unit_test(test_fee_ends),
		cmocka_unit_test(test_window_is_rounded_up),
		cmocka_unit_test(test_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
