/* test_journal_filter.c -- times and heights as people write them, and which records they choose.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/mem.h"
#include "cli/journal.h"
#include "journal/reader.h"

static void times(void **state)
{
	static const struct {
		const char *text;
		int64_t ms;
	} good[] = {
		{"0", 0},
		{"1700000000", 1700000000000},
		{"2023-11-14", 1699920000000},
		{"2023-11-14T22:13", 1699999980000},
		{"2023-11-14T22:13:20", 1700000000000},
		{"2023-11-14 22:13:20Z", 1700000000000},
		{"2023-11-14T22:13:20.5", 1700000000500},
		{"2023-11-14T22:13:20.123Z", 1700000000123},
		{"2023-11-14T22:13:20.123456Z", 1700000000123},
	};
	static const char *const bad[] = {"", "x", "2023-11", "2023-13-01", "2023-11-14T",
		"2023-11-14T25:00", "2023-11-14T22:13:20.", "2023-11-14T22:13:20 CET", "-5",
		"99999999999999999999"};
	int64_t ms;

	for (unsigned i = 0; i < ARRAY_LEN(good); i++) {
		assert_int_equal(journal_filter_time(good[i].text, &ms), OK);
		assert_int_equal(ms, good[i].ms);
	}
	for (unsigned i = 0; i < ARRAY_LEN(bad); i++)
		assert_int_equal(journal_filter_time(bad[i], &ms), ERR_SYNTAX);
}

static void heights(void **state)
{
	static const char *const bad[] = {"", "a", "5-", "-5", "7-5", "5-7-9", "5 7"};
	int64_t from, to;

	assert_int_equal(journal_filter_heights("105", &from, &to), OK);
	assert_true(from == 105 && to == 105);
	assert_int_equal(journal_filter_heights("0-7", &from, &to), OK);
	assert_true(from == 0 && to == 7);
	for (unsigned i = 0; i < ARRAY_LEN(bad); i++)
		assert_int_equal(journal_filter_heights(bad[i], &from, &to), ERR_SYNTAX);
}

static void chosen(void **state)
{
	struct journal_filter f = {100, 200, 5, 7, NULL, NULL};
	struct journal_record share = {.type = JOURNAL_SHARE,
		.time_ms = 100,
		.height = 5,
		.address = "addr",
		.worker = "rig"};
	struct journal_record height = {.type = JOURNAL_HEIGHT, .time_ms = 150, .height = 6};
	struct journal_record damage = {.type = JOURNAL_DAMAGE};

	assert_true(journal_filter_takes(&f, &share));
	assert_true(journal_filter_takes(&f, &height));
	assert_true(journal_filter_takes(&f, &damage));
	share.time_ms = 200;
	assert_false(journal_filter_takes(&f, &share));
	share.time_ms = 199;
	share.height = 8;
	assert_false(journal_filter_takes(&f, &share));
	share.height = 7;
	assert_true(journal_filter_takes(&f, &share));
	f.account = "addr";
	assert_true(journal_filter_takes(&f, &share));
	assert_false(journal_filter_takes(&f, &height));
	f.worker = "other";
	assert_false(journal_filter_takes(&f, &share));
	assert_true(journal_filter_takes(&f, &damage));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(times),
		cmocka_unit_test(heights),
		cmocka_unit_test(chosen),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
