/* test_difficulty.c -- work as difficulty and back; expected values from exact decimals. */
#include "chain/difficulty.h"
#include "chain/target.h"
#include "check.h"

static void test_text(void **state)
{
	static const struct {
		int64_t work;
		unsigned work_bits, diff_bits;
		const char *text;
	} cases[] = {
		{1, 0, 16, "0.0000152587890625"},
		{1, 0, 32, "0.000000000232830643654"}, /* 2.32830643653869…e-10, up */
		{3, 8, 16, "0.01171875"}, {1, 16, 16, "1"}, {1000, 16, 16, "1000"},
		{1, 32, 32, "1"}, {7, 0, 32, "0.00000000162981450558"}, /* …0557708… */
		{1234567, 8, 32, "0.0735859274865"},                    /* …48641… */
		{1ll << 62, 32, 16, "302231454903657293676544"},
		{12345678901234567, 0, 16, "188380110188"}, /* ….295: twelve digits are enough */
		{999999999999999, 0, 32, "232830.643654"},  /* …653869… */
	};

	for (unsigned i = 0; i < ARRAY_LEN(cases); i++) {
		char text[DIFFICULTY_TEXT_MAX];

		assert_string_equal(difficulty_text(cases[i].work, cases[i].work_bits,
					    cases[i].diff_bits, text),
			cases[i].text);
	}
}

/* Our target must hold for whoever computes it from the text: the text's work is never less. */
static void test_rounds_up(void **state)
{
	for (unsigned work_bits = 0; work_bits <= 32; work_bits += 4) {
		for (int64_t work = 1; work < 1ll << 40; work = work * 7 / 3 + 1) {
			char text[DIFFICULTY_TEXT_MAX];
			int64_t back;

			difficulty_text(work, work_bits, 32, text);
			assert_null(strpbrk(text, "eE+-"));
			assert_int_equal(difficulty_to_work(text, work_bits, 32, &back), OK);
			assert_true(back >= work);
			assert_true(back <= work + 1 + work / 1000000000);
		}
	}
}

static void test_to_work(void **state)
{
	static const struct {
		const char *text;
		unsigned work_bits, diff_bits;
		int64_t work;
	} cases[] = {
		{"1", 16, 16, 1},
		{"0.5", 8, 16, 128},
		{"0.5", 16, 16, 1}, /* less than one unit */
		{"1.0000001", 16, 16, 2},
		{"0.00015000000712461770", 0, 32, 644246}, /* what a small miner suggests */
		{"1e-05", 0, 16, 1},
		{"1.5E+3", 16, 16, 1500},
		{"524288", 32, 32, 524288},
		{".25", 8, 16, 64},
		{"4.", 8, 16, 1024},
		{"1e-400", 8, 16, 1},
		{"1e400", 8, 16, INT64_MAX},
		{"9223372036854775807", 16, 16, INT64_MAX},
		{"9223372036854775806.5", 16, 16, INT64_MAX},
		{"99999999999999999999999999999999999999999", 16, 16, INT64_MAX},
		{"1.00000000000000000000000000000000000001", 16, 16, 2},
		{"1.00000000000000000000000000000000000000", 16, 16, 1},
	};

	for (unsigned i = 0; i < ARRAY_LEN(cases); i++) {
		int64_t work;

		assert_int_equal(difficulty_to_work(cases[i].text, cases[i].work_bits,
					 cases[i].diff_bits, &work),
			OK);
		assert_int_equal(work, cases[i].work);
	}
}

static void test_to_work_refused(void **state)
{
	static const char *const syntax[] = {"", ".", "x", "1x", "1e", "1e+", "e5", "1..2", "nan",
		"inf", "0x10", " 1", "1 ", "--1", "+1", "1e5e5", "1,5"};
	static const char *const range[] = {"0", "-1", "-0.5", "0.000", "0e5", "-0"};
	int64_t work = 9;

	for (unsigned i = 0; i < ARRAY_LEN(syntax); i++)
		assert_int_equal(difficulty_to_work(syntax[i], 16, 16, &work), ERR_SYNTAX);
	for (unsigned i = 0; i < ARRAY_LEN(range); i++)
		assert_int_equal(difficulty_to_work(range[i], 16, 16, &work), ERR_RANGE);
	assert_int_equal(work, 9);
}

static void test_of_target(void **state)
{
	static const struct {
		uint32_t bits;
		const char *text;
	} cases[] = {
		{0x1d00ffff, "1"},
		{0x207fffff, "0.00000000046565423739"},
		{0x1e3fffff, "0.0000610342394791"},
		{0x170331db, "88104191118793"},
		{0x1a05db8b, "2864140.50781"},
	};

	for (unsigned i = 0; i < ARRAY_LEN(cases); i++) {
		char text[DIFFICULTY_TEXT_MAX];
		struct u256 target;

		assert_int_equal(target_from_bits(cases[i].bits, &target), OK);
		assert_string_equal(difficulty_of_target(target, text), cases[i].text);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_text),
		cmocka_unit_test(test_rounds_up),
		cmocka_unit_test(test_to_work),
		cmocka_unit_test(test_to_work_refused),
		cmocka_unit_test(test_of_target),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
