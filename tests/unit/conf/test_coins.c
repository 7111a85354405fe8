/* test_coins.c -- the profiles that are shipped, against what the coins' daemons say. */
#include "check.h"

#include "base/hex.h"
#include "base/sha256.h"
#include "chain/address.h"
#include "chain/difficulty.h"
#include "chain/header.h"
#include "chain/target.h"

static struct coin coin_of(const char *name)
{
	struct conf_errors errors = {0};
	struct buf text = {0};
	struct coin coin = {0};
	char *path = str_printf("%s/%s.yaml", COINS_DIR, name);

	if (conf_coin_load(path, &coin, &errors) != OK || errors.count > 0) {
		conf_errors_text(&errors, &text);
		fail_msg("%s", buf_str(&text));
	}
	conf_errors_fini(&errors);
	free(path);
	return coin;
}

static void test_facts(void **state)
{
	struct coin coin = coin_of("bitzeny");

	assert_string_equal(coin.name, "bitzeny");
	assert_string_equal(coin.algorithm, "yescryptr8");
	assert_int_equal(coin.block_id, COIN_BLOCK_ID_POW);
	assert_int_equal(coin.block_time_ms, 90000);
	assert_int_equal(coin_share_multiplier(&coin), 65536);
	assert_false(coin.has_taproot);
	assert_int_equal(coin.rules_count, 1);
	assert_string_equal(coin.rules[0], "segwit");
	coin = coin_of("litecoin");
	assert_int_equal(coin.rules_count, 2);
	assert_string_equal(coin.rules[0], "mweb");
	assert_int_equal(coin.networks[COIN_MAIN].p2sh.count, 2);
	coin = coin_of("bitcoin");
	assert_int_equal(coin_share_multiplier(&coin), 1);
	assert_true(coin.version_rolling);
}

static const struct {
	const char *coin;
	enum coin_chain chain;
	const char *address;
} addresses[] = {
	{"litecoin", COIN_MAIN, "LUNpc7yto7guM4TTBgnLyudh1MeT1k4iij"},
	{"litecoin", COIN_MAIN, "MPXELJQAfbzRDuBpvsJjZdj6kZcpV3Qf8C"},
	{"litecoin", COIN_MAIN, "ltc1qmnwefhruddfdku7wyxuu2nlg3rp5ujzh4js6ak"},
	{"litecoin", COIN_TEST, "mjNvaHMqmNchrskXm3aRfKf1LgtNRS4kmv"},
	{"litecoin", COIN_TEST, "QZD928MFABh963kWii1R9AzwQetMQHK37U"},
	{"litecoin", COIN_TEST, "tltc1qfdz5fkt7gxc93pvyjm9hqe6jwtd5dquxz8wuss"},
	{"litecoin", COIN_REGTEST, "rltc1q5nf6acnx29rxmt0j5x2fezfwuuxkkfr27pm29x"},
	{"litecoin", COIN_REGTEST, "QgZ5WRuvTn3H6TNYrNYGZFYmBtSzDhLFGS"},
	{"bitcoin", COIN_MAIN, "1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa"},
	{"bitcoin", COIN_MAIN, "3P14159f73E4gFr7JterCCQh9QjiTjiZrG"},
	{"bitcoin", COIN_MAIN, "bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vqzk5jj0"},
	{"bitcoin", COIN_TEST, "tb1qrp33g0q5c5txsp9arysrx4k6zdkfs4nce4xj0gdcccefvpysxf3q0sl5k7"},
};

static void test_addresses(void **state)
{
	for (unsigned i = 0; i < ARRAY_LEN(addresses); i++) {
		struct coin coin = coin_of(addresses[i].coin);
		struct address a;
		struct why why;

		if (address_decode(&coin, &coin.networks[addresses[i].chain], addresses[i].address,
			    &a, &why) != OK)
			fail_msg("%s: %s", addresses[i].address, why.text);
		assert_string_equal(a.text, addresses[i].address);
	}
}

/* The profile that the end-to-end tests use with bcoin. */
static void test_bcoin(void **state)
{
	struct conf_errors errors = {0};
	struct address a;
	struct coin coin;

	assert_int_equal(conf_coin_load(BCOIN_PROFILE, &coin, &errors), OK);
	assert_int_equal(errors.count, 0);
	assert_int_equal(address_decode(&coin, &coin.networks[COIN_REGTEST],
				 "rb1qaaaz260hrv6u6m4vu9u38q3my4kwz0dmf9qrs7", &a, NULL),
		OK);
	assert_int_equal(a.kind, ADDRESS_P2WPKH);
}

/* Bitcoin's first block has the id that the profile names. */
static void test_genesis(void **state)
{
	struct coin coin = coin_of("bitcoin");
	struct header h = {
		.version = 1, .time = 1231006505, .bits = 0x1d00ffff, .nonce = 2083236893};
	uint8_t bytes[HEADER_LEN], id[32];

	assert_true(hex_decode_reversed(h.merkle_root, 32,
		"4a5e1e4baab89f3a32518a88c31bc87f618f76673e2cc77ab2127b7afdeda33b", 64));
	header_encode(&h, bytes);
	coin_block_id_of(&coin, bytes, NULL, id);
	assert_memory_equal(id, coin.networks[COIN_MAIN].genesis, 32);
	h.time = 1296688602; /* testnet3 */
	h.nonce = 414098458;
	header_encode(&h, bytes);
	coin_block_id_of(&coin, bytes, NULL, id);
	assert_memory_equal(id, coin.networks[COIN_TEST].genesis, 32);
	h.bits = 0x207fffff; /* regtest */
	h.nonce = 2;
	header_encode(&h, bytes);
	coin_block_id_of(&coin, bytes, NULL, id);
	assert_memory_equal(id, coin.networks[COIN_REGTEST].genesis, 32);
}

/* The smallest difficulty that a network can give stays above what its miners can take. */
static void test_units(void **state)
{
	struct coin coin = coin_of("bitzeny");
	char text[DIFFICULTY_TEXT_MAX];

	assert_string_equal(
		difficulty_text(1, coin.networks[COIN_MAIN].work_bits, coin.diff_bits, text),
		"0.00390625");
	coin = coin_of("litecoin");
	assert_string_equal(
		difficulty_text(1, coin.networks[COIN_MAIN].work_bits, coin.diff_bits, text), "1");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_facts),
		cmocka_unit_test(test_addresses),
		cmocka_unit_test(test_bcoin),
		cmocka_unit_test(test_genesis),
		cmocka_unit_test(test_units),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
