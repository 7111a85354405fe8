/* test_amount.c -- money: there is never more or less of it than before. */
#include "base/amount.h"
#include "base/mem.h"
#include "test.h"

static void test_text(void **state)
{
	static const struct {
		int64_t units;
		const char *text;
	} cases[] = {
		{0, "0.00000000"},
		{1, "0.00000001"},
		{-1, "-0.00000001"},
		{AMOUNT_COIN, "1.00000000"},
		{-123456789012, "-1234.56789012"},
		{INT64_MAX, "92233720368.54775807"},
		{INT64_MIN, "-92233720368.54775808"},
	};

	for (unsigned i = 0; i < ARRAY_LEN(cases); i++) {
		char text[AMOUNT_TEXT_MAX];

		assert_string_equal(amount_text(amount_of(cases[i].units), text), cases[i].text);
	}
}

static void test_parse(void **state)
{
	static const struct {
		const char *text;
		int64_t units;
	} cases[] = {
		{"0", 0},
		{"12", 1200000000},
		{"0.5", 50000000},
		{".5", 50000000},
		{"5.", 500000000},
		{"-1.00000001", -100000001},
		{"1e-05", 1000},
		{"1.5E+2", 15000000000},
		{"1e-8", 1},
		{"0.1000000000", 10000000}, /* zeroes may follow */
		{"92233720368.54775807", INT64_MAX},
	};

	for (unsigned i = 0; i < ARRAY_LEN(cases); i++) {
		struct amount a;

		assert_int_equal(amount_parse(cases[i].text, &a), OK);
		assert_int_equal(amount_units(a), cases[i].units);
	}
}

static void test_parse_refused(void **state)
{
	static const char *const syntax[] = {"", "-", ".", "x", "1x", "1.2.3", " 1", "1 ", "+1",
		"1e", "1e+", "1e5x", "--1", "nan", "inf", "0x1", "1,5"};
	static const char *const range[] = {"0.000000001", "1e-9", "92233720368.54775808", "1e12",
		"99999999999999999999", "123456789.123456789"};
	struct amount a = amount_of(7);

	for (unsigned i = 0; i < ARRAY_LEN(syntax); i++)
		assert_int_equal(amount_parse(syntax[i], &a), ERR_SYNTAX);
	for (unsigned i = 0; i < ARRAY_LEN(range); i++)
		assert_int_equal(amount_parse(range[i], &a), ERR_RANGE);
	assert_int_equal(amount_units(a), 7);
}

static void test_there_and_back(void **state)
{
	uint64_t seed = 1;

	for (unsigned i = 0; i < 100000; i++) {
		int64_t units = (int64_t)(test_random(&seed) >> (1 + test_random(&seed) % 62));
		char text[AMOUNT_TEXT_MAX];
		struct amount a;

		units = test_random(&seed) & 1 ? units : -units;
		assert_int_equal(amount_parse(amount_text(amount_of(units), text), &a), OK);
		assert_int_equal(amount_units(a), units);
	}
}

static void test_arithmetic(void **state)
{
	struct amount a = amount_of(5), b = amount_of(-7);

	assert_int_equal(amount_units(amount_add(a, b)), -2);
	assert_int_equal(amount_units(amount_sub(a, b)), 12);
	assert_int_equal(amount_units(amount_neg(b)), 7);
	assert_true(amount_cmp(a, b) > 0 && amount_cmp(b, a) < 0 && amount_cmp(a, a) == 0);
	assert_true(amount_is_negative(b));
	assert_false(amount_is_zero(a));
	assert_int_equal(amount_units(amount_part(amount_of(INT64_MAX), INT64_MAX - 1, INT64_MAX)),
		INT64_MAX - 1);
	assert_int_equal(amount_units(amount_part(amount_of(10), 1, 3)), 3);
	assert_int_equal(amount_units(amount_part(amount_of(10), 0, 3)), 0);
	assert_int_equal(amount_units(amount_part(amount_of(10), 3, 3)), 10);
}

static void test_split(void **state)
{
	static const int64_t weight[] = {1, 1, 1, 0, 3};
	struct amount out[5];

	amount_split(amount_of(20), weight, 5, 6, out); /* 3.33 3.33 3.33 0 10 */
	assert_int_equal(amount_units(out[0]), 4);
	assert_int_equal(amount_units(out[1]), 3);
	assert_int_equal(amount_units(out[2]), 3);
	assert_int_equal(amount_units(out[3]), 0);
	assert_int_equal(amount_units(out[4]), 10);
}

/* Whatever is split: the parts are the whole, and none is a unit away from its fair share. */
static void test_split_property(void **state)
{
	enum { MOST = 50 };
	uint64_t seed = 42;

	for (unsigned round = 0; round < 20000; round++) {
		unsigned n = 1 + (unsigned)(test_random(&seed) % MOST);
		unsigned shrink = (unsigned)(test_random(&seed) % 56) + 7;
		int64_t weight[MOST], sum = 0, given = 0, total;
		struct amount out[MOST];

		for (unsigned i = 0; i < n; i++) {
			weight[i] = (int64_t)(test_random(&seed) >> shrink);
			if (test_random(&seed) % 8 == 0)
				weight[i] = 0;
			sum += weight[i];
		}
		if (sum == 0)
			sum = weight[0] = 1;
		total = (int64_t)(test_random(&seed) >> (1 + test_random(&seed) % 62));
		amount_split(amount_of(total), weight, n, sum, out);
		for (unsigned i = 0; i < n; i++) {
			__int128 exact = (__int128)total * weight[i];
			int64_t part = amount_units(out[i]);

			assert_true(part == exact / sum ||
				    (part == exact / sum + 1 && exact % sum > 0));
			given += part;
		}
		assert_int_equal(given, total);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_text),
		cmocka_unit_test(test_parse),
		cmocka_unit_test(test_parse_refused),
		cmocka_unit_test(test_there_and_back),
		cmocka_unit_test(test_arithmetic),
		cmocka_unit_test(test_split),
		cmocka_unit_test(test_split_property),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
