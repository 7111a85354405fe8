/* test_crc32c.c -- the vectors of RFC 3720 B.4, at any offset and in any pieces. */
#include "base/crc32c.h"
#include "base/mem.h"
#include "test.h"

static void test_vectors(void **state)
{
	uint8_t bytes[32];

	assert_int_equal(crc32c(0, "123456789", 9), 0xe3069283);
	assert_int_equal(crc32c(0, "", 0), 0);
	memset(bytes, 0, 32);
	assert_int_equal(crc32c(0, bytes, 32), 0x8a9136aa);
	memset(bytes, 0xff, 32);
	assert_int_equal(crc32c(0, bytes, 32), 0x62a8ab43);
	for (unsigned i = 0; i < 32; i++)
		bytes[i] = (uint8_t)i;
	assert_int_equal(crc32c(0, bytes, 32), 0x46dd794e);
	for (unsigned i = 0; i < 32; i++)
		bytes[i] = (uint8_t)(31 - i);
	assert_int_equal(crc32c(0, bytes, 32), 0x113fdb5c);
}

/* One bit at a time, as the polynomial says. */
static uint32_t plain(const uint8_t *p, size_t len)
{
	uint32_t crc = UINT32_MAX;

	for (; len > 0; p++, len--) {
		crc ^= *p;
		for (unsigned bit = 0; bit < 8; bit++)
			crc = crc & 1 ? crc >> 1 ^ 0x82f63b78 : crc >> 1;
	}
	return ~crc;
}

static void test_offsets_and_pieces(void **state)
{
	uint8_t bytes[200];
	uint64_t seed = 9;

	for (size_t i = 0; i < sizeof(bytes); i++)
		bytes[i] = (uint8_t)test_random(&seed);
	for (size_t from = 0; from < 9; from++) {
		for (size_t len = 0; from + len <= sizeof(bytes); len++) {
			uint32_t expected = plain(bytes + from, len);
			size_t cut = len ? test_random(&seed) % len : 0;

			assert_int_equal(crc32c(0, bytes + from, len), expected);
			assert_int_equal(
				crc32c(crc32c(0, bytes + from, cut), bytes + from + cut, len - cut),
				expected);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_vectors),
		cmocka_unit_test(test_offsets_and_pieces),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
