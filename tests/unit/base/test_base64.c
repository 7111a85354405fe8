/* test_base64.c -- the examples of RFC 4648, its variant for URLs, and what is not base64. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <string.h>

#include "base/base64.h"
#include "base/mem.h"

static const struct {
	const char *bytes, *text, *url;
} cases[] = {
	{"", "", ""},
	{"f", "Zg==", "Zg"},
	{"fo", "Zm8=", "Zm8"},
	{"foo", "Zm9v", "Zm9v"},
	{"foob", "Zm9vYg==", "Zm9vYg"},
	{"fooba", "Zm9vYmE=", "Zm9vYmE"},
	{"foobar", "Zm9vYmFy", "Zm9vYmFy"},
	{"\xfb\xef\xff", "++//", "--__"},
};

static void test_both_ways(void **state)
{
	char text[BASE64_TEXT_MAX(6)];
	uint8_t bytes[6];
	size_t len;

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		const uint8_t *in = (const uint8_t *)cases[i].bytes;
		size_t in_len = strlen(cases[i].bytes);

		base64_encode(text, in, in_len);
		assert_string_equal(text, cases[i].text);
		assert_true(base64_decode(text, strlen(text), bytes, sizeof bytes, &len));
		assert_int_equal(len, in_len);
		assert_memory_equal(bytes, in, in_len);
		base64url_encode(text, in, in_len);
		assert_string_equal(text, cases[i].url);
		assert_true(base64_decode(text, strlen(text), bytes, sizeof bytes, &len));
		assert_int_equal(len, in_len);
		assert_memory_equal(bytes, in, in_len);
	}
}

static void test_others_are_refused(void **state)
{
	static const char *const bad[] = {
		"Z", "Zm9vY", "Zm 9", "Zm9v!", "====", "Z===", "Zm9vYmFyZg"};
	uint8_t bytes[6];
	size_t len;

	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		assert_false(base64_decode(bad[i], strlen(bad[i]), bytes, sizeof bytes, &len));
	assert_false(base64_decode("Zm\0v", 4, bytes, sizeof bytes, &len));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_both_ways),
		cmocka_unit_test(test_others_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
