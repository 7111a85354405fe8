/* test_script.c -- output scripts and the shortest push of a number. */
#include "chain/script.h"
#include "check.h"

static void test_scripts(void **state)
{
	uint8_t hash[40];
	struct script s;

	memset(hash, 0xab, sizeof(hash));
	s = script_p2pkh(hash);
	assert_hex_equal(s.bytes, s.len, "76a914abababababababababababababababababababab88ac");
	s = script_p2sh(hash);
	assert_hex_equal(s.bytes, s.len, "a914abababababababababababababababababababab87");
	s = script_witness(0, hash, 20);
	assert_hex_equal(s.bytes, s.len, "0014abababababababababababababababababababab");
	s = script_witness(1, hash, 32);
	assert_hex_equal(s.bytes, s.len,
		"5120abababababababababababababababababababababababababababababababab");
	s = script_witness(16, hash, 2);
	assert_hex_equal(s.bytes, s.len, "6002abab");
}

static void test_of(void **state)
{
	uint8_t bytes[SCRIPT_MAX + 1] = {1, 2, 3};
	struct script a, b;

	assert_true(script_of(bytes, SCRIPT_MAX, &a));
	assert_false(script_of(bytes, SCRIPT_MAX + 1, &b));
	assert_true(script_of(bytes, 3, &b));
	assert_false(script_equals(&a, &b));
	assert_true(script_equals(&b, &b));
	assert_true(script_of(NULL, 0, &a));
	assert_int_equal(a.len, 0);
}

static void test_number(void **state)
{
	static const struct {
		int64_t n;
		const char *push;
	} cases[] = {
		{0, "00"},
		{1, "51"},
		{16, "60"},
		{17, "0111"},
		{127, "017f"},
		{128, "028000"},
		{255, "02ff00"},
		{256, "020001"},
		{32767, "02ff7f"},
		{32768, "03008000"},
		{840000, "0340d10c"},
		{8388608, "0400008000"},
		{INT64_MAX, "08ffffffffffffff7f"},
	};

	for (unsigned i = 0; i < ARRAY_LEN(cases); i++) {
		uint8_t bytes[SCRIPT_NUMBER_MAX];

		assert_hex_equal(bytes, script_put_number(bytes, cases[i].n), cases[i].push);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_scripts),
		cmocka_unit_test(test_of),
		cmocka_unit_test(test_number),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
