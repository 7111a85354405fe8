/* test_tally.c -- PROP and PPLNS on rounds small enough to check by hand. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/mem.h"
#include "reward/reward.h"

static const struct reward_rules prop = {.scheme = REWARD_PROP};
static const struct reward_rules pplns2 = {.scheme = REWARD_PPLNS, .window_ppm = 2 * REWARD_PPM};

/* Walks the slots and expects exactly `n` credits; returns how many slots were taken. */
static unsigned expect(struct reward_tally *t, const struct reward_slot *slots, unsigned slots_n,
	int64_t amount, const struct reward_credit *want, unsigned n)
{
	struct reward_credit *got;
	unsigned got_n, taken = 0;

	while (taken < slots_n && reward_tally_add(t, &slots[taken]))
		taken++;
	reward_tally_split(t, amount_of(amount), 99, &got, &got_n);
	assert_int_equal(got_n, n);
	for (unsigned i = 0; i < n; i++) {
		assert_int_equal(got[i].account, want[i].account);
		assert_int_equal(got[i].work, want[i].work);
		assert_int_equal(amount_units(got[i].amount), amount_units(want[i].amount));
	}
	free(got);
	reward_tally_free(t);
	return taken;
}

static void test_prop_stops_at_the_block_before(void **state)
{
	const struct reward_slot slots[] = {
		{.account = 1, .height = 12, .minute = 7, .work = 10},
		{.account = 2, .height = 11, .minute = 6, .work = 30},
		{.account = 2, .height = 10, .minute = 6, .work = 500}, /* the round before */
		{.account = 3, .height = 9, .minute = 5, .work = 500},
	};
	const struct reward_credit want[] = {{1, 10, {250}}, {2, 30, {750}}};

	assert_int_equal(expect(reward_tally_new(&prop, 10, 1), slots, 4, 1000, want, 2), 2);
}

static void test_pplns_crosses_rounds(void **state)
{
	const struct reward_slot slots[] = {
		{.account = 2, .height = 12, .minute = 7, .work = 60},
		{.account = 1, .height = 10, .minute = 6, .work = 40},
		{.account = 1, .height = 10, .minute = 5, .work = 100},
		{.account = 3, .height = 9, .minute = 5, .work = 100},
	};
	const struct reward_credit want[] = {{1, 140, {700}}, {2, 60, {300}}};

	assert_int_equal(expect(reward_tally_new(&pplns2, 11, 100), slots, 4, 1000, want, 2), 3);
}

/* 100 of 200 remain for a minute of 300: each of its slots counts one third. */
static void test_pplns_counts_the_last_minute_in_proportion(void **state)
{
	const struct reward_slot slots[] = {
		{.account = 1, .height = 12, .minute = 7, .work = 100},
		{.account = 2, .height = 12, .minute = 6, .work = 90},
		{.account = 3, .height = 12, .minute = 6, .work = 150},
		{.account = 2, .height = 12, .minute = 6, .work = 60},
		{.account = 4, .height = 12, .minute = 5, .work = 1},
	};
	const struct reward_credit want[] = {{1, 100, {500}}, {2, 50, {250}}, {3, 50, {250}}};

	assert_int_equal(expect(reward_tally_new(&pplns2, 0, 100), slots, 5, 1000, want, 3), 4);
}

static void test_pplns_window_not_full_pays_everything(void **state)
{
	const struct reward_slot slots[] = {
		{.account = 1, .height = 2, .minute = 1, .work = 1},
		{.account = 2, .height = 1, .minute = 1, .work = 2},
	};
	const struct reward_credit want[] = {{1, 1, {33}}, {2, 2, {67}}};

	assert_int_equal(expect(reward_tally_new(&pplns2, 0, 1000000), slots, 2, 100, want, 2), 2);
}

/* Three equal accounts, 100 units: the unit left over goes to the lowest account. */
static void test_equal_remainders_favour_the_lower_account(void **state)
{
	const struct reward_slot slots[] = {
		{.account = 3, .height = 1, .minute = 1, .work = 5},
		{.account = 2, .height = 1, .minute = 1, .work = 5},
		{.account = 1, .height = 1, .minute = 1, .work = 5},
	};
	const struct reward_credit want[] = {{1, 5, {34}}, {2, 5, {33}}, {3, 5, {33}}};

	assert_int_equal(expect(reward_tally_new(&prop, 0, 1), slots, 3, 100, want, 3), 3);
}

static void test_no_work_pays_the_finder(void **state)
{
	const struct reward_slot idle[] = {{.account = 1, .height = 5, .minute = 1, .work = 0}};
	const struct reward_credit want[] = {{99, 0, {1000}}};

	expect(reward_tally_new(&prop, 0, 1), NULL, 0, 1000, want, 1);
	expect(reward_tally_new(&pplns2, 0, 1), idle, 1, 1000, want, 1);
}

static void test_sums_beyond_64_bits_are_cut_not_wrapped(void **state)
{
	const struct reward_slot slots[] = {
		{.account = 1, .height = 3, .minute = 3, .work = INT64_MAX - 1},
		{.account = 2, .height = 2, .minute = 2, .work = INT64_MAX},
		{.account = 3, .height = 1, .minute = 1, .work = INT64_MAX},
	};
	const struct reward_credit want[] = {{1, INT64_MAX - 1, {100}}, {2, 1, {0}}};

	assert_int_equal(expect(reward_tally_new(&prop, 0, 1), slots, 3, 100, want, 2), 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_prop_stops_at_the_block_before),
		cmocka_unit_test(test_pplns_crosses_rounds),
		cmocka_unit_test(test_pplns_counts_the_last_minute_in_proportion),
		cmocka_unit_test(test_pplns_window_not_full_pays_everything),
		cmocka_unit_test(test_equal_remainders_favour_the_lower_account),
		cmocka_unit_test(test_no_work_pays_the_finder),
		cmocka_unit_test(test_sums_beyond_64_bits_are_cut_not_wrapped),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
