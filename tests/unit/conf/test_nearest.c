/* test_nearest.c -- "did you mean": near words are offered, far ones are not. */
#include "check.h"

#include "conf/table_priv.h"

static void test_nearest(void **state)
{
	static const char *const names[] = {
		"stratum", "store", "web", NULL, "log", "pools", "bitcoin", "litecoin"};
	static const struct {
		const char *word, *nearest;
	} cases[] = {
		{"stratun", "stratum"},
		{"sratum", "stratum"},
		{"startum", "stratum"},
		{"strattum", "stratum"},
		{"Stratum", "stratum"},
		{"pool", "pools"},
		{"stor", "store"},
		{"wbe", "web"},
		{"litcoin", "litecoin"},
		{"xyz", NULL},
		{"miner", NULL},
		{"", NULL},
		{"a-very-long-word-that-nobody-would-ever-write-here", NULL},
	};

	for (unsigned i = 0; i < ARRAY_LEN(cases); i++) {
		const char *found = conf_nearest(cases[i].word, names, ARRAY_LEN(names));

		if (cases[i].nearest)
			assert_string_equal(found, cases[i].nearest);
		else
			assert_null(found);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_nearest),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
