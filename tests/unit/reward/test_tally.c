/* test_tally.c -- PROP and PPLNS on rounds small enough to check by hand. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/mem.h"
#include "reward/reward.h"

static const struct reward_rules prop = {.scheme = REWARD_PROP};
static const struct reward_rules pplns2 = {
	.scheme = REWARD_PPLNS, .window_ppm = 2 * REWARD_PPM, .reverse_payout = true};

static struct reward_tally *tally(
	const struct reward_rules *rules, int64_t from, int64_t network_work)
{
	return reward_tally_new(rules,
		&(struct reward_round){.from = from, .network_work = network_work, .finder = 99});
}

/* Walks the slots and expects exactly `n` credits; returns how many slots were taken. */
static unsigned expect(struct reward_tally *t, const struct reward_slot *slots, unsigned slots_n,
	int64_t amount, const struct reward_credit *want, unsigned n)
{
	struct reward_credit *got;
	unsigned got_n, taken = 0;

	while (taken < slots_n && reward_tally_add(t, &slots[taken]))
		taken++;
	reward_tally_split(t, amount_of(amount), &got, &got_n);
	assert_int_equal(got_n, n);
	for (unsigned i = 0; i < n; i++) {
		assert_int_equal(got[i].account, want[i].account);
		assert_int_equal(got[i].work, want[i].work);
		assert_int_equal(amount_units(got[i].share), amount_units(want[i].share));
		assert_int_equal(amount_units(got[i].amount), amount_units(want[i].share));
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

	assert_int_equal(expect(tally(&prop, 10, 1), slots, 4, 1000, want, 2), 2);
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

	assert_int_equal(expect(tally(&pplns2, 11, 100), slots, 4, 1000, want, 2), 3);
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

	assert_int_equal(expect(tally(&pplns2, 0, 100), slots, 5, 1000, want, 3), 4);
}

static void test_pplns_window_not_full_pays_everything(void **state)
{
	const struct reward_slot slots[] = {
		{.account = 1, .height = 2, .minute = 1, .work = 1},
		{.account = 2, .height = 1, .minute = 1, .work = 2},
	};
	const struct reward_credit want[] = {{1, 1, {33}}, {2, 2, {67}}};

	assert_int_equal(expect(tally(&pplns2, 0, 1000000), slots, 2, 100, want, 2), 2);
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

	assert_int_equal(expect(tally(&prop, 0, 1), slots, 3, 100, want, 3), 3);
}

static void test_no_work_pays_the_finder(void **state)
{
	const struct reward_slot idle[] = {{.account = 1, .height = 5, .minute = 1, .work = 0}};
	const struct reward_credit want[] = {{99, 0, {1000}}};

	expect(tally(&prop, 0, 1), NULL, 0, 1000, want, 1);
	expect(tally(&pplns2, 0, 1), idle, 1, 1000, want, 1);
}

static void test_sums_beyond_64_bits_are_cut_not_wrapped(void **state)
{
	const struct reward_slot slots[] = {
		{.account = 1, .height = 3, .minute = 3, .work = INT64_MAX - 1},
		{.account = 2, .height = 2, .minute = 2, .work = INT64_MAX},
		{.account = 3, .height = 1, .minute = 1, .work = INT64_MAX},
	};
	const struct reward_credit want[] = {{1, INT64_MAX - 1, {100}}, {2, 1, {0}}};

	assert_int_equal(expect(tally(&prop, 0, 1), slots, 3, 100, want, 2), 2);
}

/* Who has nothing in the round of heights above 11 is not paid, but fills the window. */
static void test_pplns_without_reverse_payout(void **state)
{
	const struct reward_rules rules = {.scheme = REWARD_PPLNS, .window_ppm = 2 * REWARD_PPM};
	const struct reward_slot slots[] = {
		{.account = 2, .height = 12, .minute = 7, .work = 60},
		{.account = 1, .height = 11, .minute = 6, .work = 100},
		{.account = 2, .height = 10, .minute = 5, .work = 30},
		{.account = 2, .height = 9, .minute = 5, .work = 30},
	};
	const struct reward_credit want[] = {{2, 100, {1000}}};

	assert_int_equal(expect(tally(&rules, 11, 100), slots, 4, 1000, want, 1), 4);
}

static void test_solo_pays_the_finder(void **state)
{
	const struct reward_rules rules = {.scheme = REWARD_SOLO};
	const struct reward_slot slots[] = {
		{.account = 1, .height = 12, .minute = 7, .work = 60},
		{.account = 99, .height = 12, .minute = 6, .work = 5},
		{.account = 99, .height = 10, .minute = 6, .work = 5},
	};
	const struct reward_credit want[] = {{99, 5, {1000}}};

	expect(tally(&rules, 10, 100), slots, 3, 1000, want, 1);
	expect(tally(&rules, 10, 100), slots, 1, 1000, (struct reward_credit[]){{99, 0, {1000}}},
		1);
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
		cmocka_unit_test(test_pplns_without_reverse_payout),
		cmocka_unit_test(test_solo_pays_the_finder),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
