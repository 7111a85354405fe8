/* test_header.c -- the 80 bytes of BitZeny's genesis block, taken apart and put together. */
#include "chain/header.h"
#include "check.h"

#define GENESIS                                                                                    \
	"010000000000000000000000000000000000000000000000000000000000000000000000"                 \
	"d2a4db3bce9f2044558211b401dc45c72806a9ffc7f8a3df9c3a58b491e526a6"                         \
	"930e5d54ffff3f1ec2a40500"

static void test_genesis(void **state)
{
	uint8_t *bytes, again[HEADER_LEN];
	struct header h;
	size_t len;

	bytes = hex_bytes(GENESIS, &len);
	assert_int_equal(len, HEADER_LEN);
	header_decode(bytes, &h);
	assert_int_equal(h.version, 1);
	assert_int_equal(h.prev[0] | h.prev[31], 0);
	assert_int_equal(h.merkle_root[31], 0xa6);
	assert_int_equal(h.time, 1415384723);
	assert_int_equal(h.bits, 0x1e3fffff);
	assert_int_equal(h.nonce, 369858);
	header_encode(&h, again);
	assert_memory_equal(again, bytes, HEADER_LEN);
	free(bytes);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_genesis),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
