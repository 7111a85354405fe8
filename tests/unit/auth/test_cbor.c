/* test_cbor.c -- examples of RFC 8949, and what must not be read past its end. */
#include "test.h"

#include "auth/cbor.h"

static bool skips(const char *hex)
{
	uint8_t bytes[64];
	size_t len = strlen(hex) / 2;
	struct cbor c = {bytes, bytes + len};

	assert_true(hex_decode(bytes, len, hex, strlen(hex)));
	return cbor_skip(&c) && c.at == c.end;
}

static void test_items(void **state)
{
	static const char *const good[] = {"00", "17", "1818", "1903e8", "1a000f4240", "20", "3863",
		"f4", "4401020304", "6449455446", "80", "83010203", "8301820203820405", "a0",
		"a201020304", "a26161016162820203", "c11a514b67b0"};
	static const char *const bad[] = {"", "18", "19ff", "44010203", "830102", "a1", "a101",
		"1c", "5f", "9f", "bf", "ff", "9bffffffffffffffff", "5bffffffffffffffff01",
		"818181818181818181818181818180"};

	for (size_t i = 0; i < ARRAY_LEN(good); i++)
		assert_true(skips(good[i]));
	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		assert_false(skips(bad[i]));
}

static void test_numbers(void **state)
{
	static const uint8_t bytes[] = {
		0x18, 100, 0x38, 99, 0x3b, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff};
	struct cbor c = {bytes, bytes + sizeof bytes};
	struct cbor_item item;
	int64_t value = 0;

	assert_true(cbor_next(&c, &item) && cbor_int(&item, &value));
	assert_int_equal(value, 100);
	assert_true(cbor_next(&c, &item) && cbor_int(&item, &value));
	assert_int_equal(value, -100);
	assert_true(cbor_next(&c, &item));
	assert_false(cbor_int(&item, &value));
	assert_false(cbor_next(&c, &item));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_items),
		cmocka_unit_test(test_numbers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
