/* test_coin.c -- what is computed from a coin's facts. */
#include "chain/coin.h"

#include "base/sha256.h"
#include "check.h"
#include "coins.h"

static void test_networks(void **state)
{
	assert_ptr_equal(coin_network_of(&litecoin, COIN_TEST), &litecoin.networks[COIN_TEST]);
	assert_null(coin_network_of(&bitzeny, COIN_TEST));
	assert_string_equal(coin_chain_name(COIN_MAIN), "main");
	assert_string_equal(coin_chain_name(COIN_REGTEST), "regtest");
}

static void test_multiplier(void **state)
{
	assert_int_equal(coin_share_multiplier(&litecoin), 65536);
	assert_int_equal(coin_share_multiplier(&bitcoin), 1);
}

static void test_same_pow(void **state)
{
	struct coin a = {.algorithm = "yescrypt",
			    .params_count = 2,
			    .params = {{"n", "2048"}, {"r", "8"}}},
		    b = {.algorithm = "yescrypt",
			    .params_count = 2,
			    .params = {{"r", "8"}, {"n", "2048"}}};

	assert_true(coin_same_pow(&a, &b));
	strcpy(b.params[0].value, "32");
	assert_false(coin_same_pow(&a, &b));
	b.params_count = 1;
	assert_false(coin_same_pow(&a, &b));
	b = a;
	strcpy(b.algorithm, "scrypt");
	assert_false(coin_same_pow(&a, &b));
}

static void test_block_id(void **state)
{
	uint8_t header[80] = {1}, pow_hash[32] = {2}, id[32], expected[32];

	coin_block_id_of(&bitzeny, header, pow_hash, id);
	assert_memory_equal(id, pow_hash, 32);
	sha256d(header, 80, expected);
	coin_block_id_of(&litecoin, header, pow_hash, id);
	assert_memory_equal(id, expected, 32);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_networks),
		cmocka_unit_test(test_multiplier),
		cmocka_unit_test(test_same_pow),
		cmocka_unit_test(test_block_id),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
