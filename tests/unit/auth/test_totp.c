/* test_totp.c -- the SHA-1 examples of RFC 6238, with the last six digits. */
#include "test.h"

#include "auth/totp.h"

static const uint8_t secret[TOTP_SECRET_LEN] = {'1', '2', '3', '4', '5', '6', '7', '8', '9', '0',
	'1', '2', '3', '4', '5', '6', '7', '8', '9', '0'};

static void test_of_the_rfc(void **state)
{
	static const struct {
		int64_t time_s;
		const char *code;
	} cases[] = {{59, "287082"}, {1111111109, "081804"}, {1111111111, "050471"},
		{1234567890, "005924"}, {2000000000, "279037"}, {20000000000, "353130"}};
	int64_t step;

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		assert_true(totp_check(secret, cases[i].time_s, cases[i].code, &step));
		assert_int_equal(step, cases[i].time_s / 30);
		assert_true(totp_check(secret, cases[i].time_s + 30, cases[i].code, &step));
		assert_int_equal(step, cases[i].time_s / 30);
		assert_false(totp_check(secret, cases[i].time_s + 90, cases[i].code, &step));
	}
	assert_false(totp_check(secret, 59, "287083", &step));
	assert_false(totp_check(secret, 59, "28708", &step));
	assert_false(totp_check(secret, 59, "2870820", &step));
	assert_false(totp_check(secret, 59, "28708x", &step));
}

static void test_text(void **state)
{
	char text[TOTP_TEXT_MAX];

	totp_text(secret, text);
	assert_string_equal(text, "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_of_the_rfc),
		cmocka_unit_test(test_text),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
