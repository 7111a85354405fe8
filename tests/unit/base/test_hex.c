/* test_hex.c -- hexadecimal text, forwards and backwards. */
#include "base/bytes.h"
#include "base/hex.h"
#include "base/mem.h"
#include "test.h"

static void test_encode(void **state)
{
	const uint8_t bytes[] = {0x00, 0x9a, 0xff};
	char text[7];

	hex_encode(text, bytes, 3);
	assert_string_equal(text, "009aff");
	hex_encode_reversed(text, bytes, 3);
	assert_string_equal(text, "ff9a00");
	hex_encode(text, bytes, 0);
	assert_string_equal(text, "");
}

static void test_decode(void **state)
{
	uint8_t bytes[3];

	assert_true(hex_decode(bytes, 3, "009aFf", 6));
	assert_memory_equal(bytes, "\x00\x9a\xff", 3);
	assert_true(hex_decode_reversed(bytes, 3, "009aff", 6));
	assert_memory_equal(bytes, "\xff\x9a\x00", 3);
	assert_true(hex_decode(bytes, 0, "", 0));
}

static void test_refused(void **state)
{
	static const char *const texts[] = {"00112", "0011223", "00112g", "0x1122", " 01122",
		"00-122", "00112\xff", "/01122", ":01122", "@01122", "`01122"};
	uint8_t bytes[3];

	for (unsigned i = 0; i < ARRAY_LEN(texts); i++) {
		assert_false(hex_decode(bytes, 3, texts[i], strlen(texts[i])));
		assert_false(hex_decode_reversed(bytes, 3, texts[i], strlen(texts[i])));
	}
}

static void test_reverse(void **state)
{
	for (size_t len = 0; len < 9; len++) {
		uint8_t bytes[9] = {0}, out[9];

		for (size_t i = 0; i < len; i++)
			bytes[i] = (uint8_t)i;
		bytes_reverse(out, bytes, len);
		bytes_reverse(bytes, bytes, len);
		for (size_t i = 0; i < len; i++) {
			assert_int_equal(out[i], len - 1 - i);
			assert_int_equal(bytes[i], len - 1 - i);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_encode),
		cmocka_unit_test(test_decode),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_reverse),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
