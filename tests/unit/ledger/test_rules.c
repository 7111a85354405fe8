/* test_rules.c -- the rules of a round as text: what is stored once is read for ever. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "ledger/rules.h"

/* As stored by the first program that kept them. */
static const char first[] =
	"{\"format\":1,\"scheme\":2,\"fee_ppm\":10000,\"finder_bonus_ppm\":1,\"pool_bonus_ppm\":2,"
	"\"window_by\":3,\"window_ppm\":72000000,\"window_work\":9223372036854775807,"
	"\"window_blocks\":10,\"window_round_ppm\":300000,\"reverse_payout\":1,\"pplnt_ppm\":"
	"510000,"
	"\"score_ms\":300000,\"block_value\":5000000000,\"average_work\":17,\"accrued\":-1,"
	"\"recipients\":[[9,30000],[4,1]],\"terms\":[[1,1,0],[2,0,20000]]}";

static void test_text_is_what_it_was(void **state)
{
	struct buf again = {0};
	struct rules r;

	assert_int_equal(rules_read(first, &r, NULL), OK);
	assert_int_equal(r.reward.scheme, REWARD_PPLNS);
	assert_int_equal(r.reward.window_by, REWARD_WINDOW_DYNAMIC);
	assert_int_equal(r.reward.window_work, INT64_MAX);
	assert_true(r.reward.reverse_payout);
	assert_int_equal(amount_units(r.reward.block_value), 5000000000);
	assert_int_equal(r.accrued, -1);
	assert_int_equal(r.parts_n, 2);
	assert_int_equal(r.parts[0].ppm, 30000);
	assert_int_equal(r.terms_n, 2);
	assert_true(r.terms[0].no_fee);
	assert_int_equal(r.terms[1].donation_ppm, 20000);
	rules_text(&r, &again);
	assert_string_equal(buf_str(&again), first);
	buf_free(&again);
	rules_fini(&r);
}

static void test_damaged_and_newer_text(void **state)
{
	static const char *const damaged[] = {"", "7", "{}", "{\"format\":1}", "{\"format\":\"1\"}",
		"{\"format\":1,\"scheme\":2"};
	char text[sizeof(first)];
	struct why why = {""};
	struct rules r;

	for (size_t i = 0; i < sizeof(damaged) / sizeof(*damaged); i++)
		assert_int_equal(rules_read(damaged[i], &r, &why), ERR_CORRUPT);
	assert_int_equal(rules_read("{\"format\":2}", &r, &why), ERR_VERSION);
	strcpy(text, first);
	memcpy(strstr(text, "[4,1]"), "[4,x]", 5);
	assert_int_equal(rules_read(text, &r, &why), ERR_CORRUPT);
	strcpy(text, first);
	memcpy(strstr(text, "\"terms\""), "\"terns\"", 7);
	assert_int_equal(rules_read(text, &r, &why), ERR_CORRUPT);
}

static void test_only_terms_that_matter_are_kept(void **state)
{
	const struct reward_credit credits[] = {{.account = 2}, {.account = 7}};
	struct rules r;

	assert_int_equal(rules_read(first, &r, NULL), OK);
	rules_keep_terms(&r, credits, 2);
	assert_int_equal(r.terms_n, 1);
	assert_int_equal(r.terms[0].account, 2);
	rules_keep_terms(&r, NULL, 0);
	assert_int_equal(r.terms_n, 0);
	rules_fini(&r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_text_is_what_it_was),
		cmocka_unit_test(test_damaged_and_newer_text),
		cmocka_unit_test(test_only_terms_that_matter_are_kept),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
