/* test_address.c -- addresses as the daemons write them, and what people do to them. */
#include "chain/address.h"
#include "check.h"
#include "coins.h"

static const struct coin_network *const ltc = &litecoin.networks[COIN_MAIN];
static const struct coin_network *const ltc_test = &litecoin.networks[COIN_TEST];
static const struct coin_network *const ltc_regtest = &litecoin.networks[COIN_REGTEST];

struct good {
	const struct coin *coin;
	const struct coin_network *network;
	const char *text;
	enum address_kind kind;
	const char *script;
	const char *canonical; /* NULL: text */
};

/* Made and confirmed by litecoind 0.21.2.1, by bitzenyd 2.0.2, or from BIP350. */
static const struct good goods[] = {
	{&litecoin, ltc_regtest, "mix6eC25BNfY3fn8Z4F95MrFL2q39FLr32", ADDRESS_P2PKH,
		"76a91425a9be88db5f7f612eec65e9becee37ca8fa9ad288ac", NULL},
	{&litecoin, ltc_regtest, "QgZ5WRuvTn3H6TNYrNYGZFYmBtSzDhLFGS", ADDRESS_P2SH,
		"a914dad5c645696f534ca02caebf27da08a58525074d87", NULL},
	{&litecoin, ltc_regtest, "rltc1q5nf6acnx29rxmt0j5x2fezfwuuxkkfr27pm29x", ADDRESS_P2WPKH,
		"0014a4d3aee26651466dadf2a1949c892ee70d6b246a", NULL},
	{&litecoin, ltc_regtest, "RLTC1Q5NF6ACNX29RXMT0J5X2FEZFWUUXKKFR27PM29X", ADDRESS_P2WPKH,
		"0014a4d3aee26651466dadf2a1949c892ee70d6b246a",
		"rltc1q5nf6acnx29rxmt0j5x2fezfwuuxkkfr27pm29x"},
	{&litecoin, ltc, "3P14159f73E4gFr7JterCCQh9QjiTjiZrG", ADDRESS_P2SH,
		"a914e9c3dd0c07aac76179ebc76a6c78d4d67c6c160a87",
		"MVDCJxZd4A5VUm81QmeC1qf6U7LASsr7LT"},
	{&litecoin, ltc, "litecoin:MVDCJxZd4A5VUm81QmeC1qf6U7LASsr7LT?amount=1", ADDRESS_P2SH,
		"a914e9c3dd0c07aac76179ebc76a6c78d4d67c6c160a87",
		"MVDCJxZd4A5VUm81QmeC1qf6U7LASsr7LT"},
	{&litecoin, ltc_test, "2N2JD6wb56AfK4tfmM6PwdVmoYk2dCKf4Br", ADDRESS_P2SH,
		"a9146349a418fc4578d10a372b54b45c280cc8c4382f87",
		"QVeyDxTK7GiQD5RoyCRxiCDEh8UT4iUJnt"},
	{&bitcoin, &bitcoin.networks[COIN_MAIN],
		"bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vqzk5jj0", ADDRESS_P2TR,
		"512079be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798", NULL},
	{&bitcoin, &bitcoin.networks[COIN_MAIN], "1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa",
		ADDRESS_P2PKH, "76a91462e907b15cbf27d5425399ebf6f0fb50ebb88f1888ac", NULL},
};

static void test_good(void **state)
{
	for (unsigned i = 0; i < ARRAY_LEN(goods); i++) {
		const struct good *g = &goods[i];
		struct why why = {""};
		struct address a, again;

		if (address_decode(g->coin, g->network, g->text, &a, &why) != OK)
			fail_msg("%s: %s", g->text, why.text);
		assert_int_equal(a.kind, g->kind);
		assert_hex_equal(a.script.bytes, a.script.len, g->script);
		assert_string_equal(a.text, g->canonical ? g->canonical : g->text);
		assert_int_equal(address_encode(g->network, &a.script, &again), OK);
		assert_string_equal(again.text, a.text);
		assert_int_equal(again.kind, a.kind);
	}
}

static const struct {
	const struct coin *coin;
	const struct coin_network *network;
	const char *text, *words;
} bads[] = {
	{&litecoin, ltc, "1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa",
		"this is a Bitcoin address; this pool mines Litecoin"},
	{&litecoin, ltc, "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4",
		"this is a Bitcoin address; this pool mines Litecoin"},
	{&litecoin, ltc, "bitcoin:1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa",
		"this is a bitcoin: address; this pool mines Litecoin"},
	{&litecoin, ltc, "0x52908400098527886E0F7030069857D2E4169EE7",
		"this is an Ethereum address; this pool mines Litecoin"},
	{&litecoin, ltc, "mix6eC25BNfY3fn8Z4F95MrFL2q39FLr32",
		"this is a Litecoin test address; this pool mines Litecoin"},
	{&litecoin, ltc_regtest, "LUNpc7yto7guM4TTBgnLyudh1MeT1k4iij",
		"this is a Litecoin main address; this pool mines Litecoin regtest"},
	{&litecoin, ltc_regtest, "ltc1qmnwefhruddfdku7wyxuu2nlg3rp5ujzh4js6ak",
		"this is a Litecoin main address; this pool mines Litecoin regtest"},
	{&litecoin, ltc_test, "rltc1q5nf6acnx29rxmt0j5x2fezfwuuxkkfr27pm29x",
		"this is a Litecoin regtest address; this pool mines Litecoin test"},
	{&bitzeny, &bitzeny.networks[COIN_MAIN], "LUNpc7yto7guM4TTBgnLyudh1MeT1k4iij",
		"this is a Litecoin address; this pool mines BitZeny"},
	{&bitzeny, &bitzeny.networks[COIN_MAIN], "MVDCJxZd4A5VUm81QmeC1qf6U7LASsr7LT",
		"this is a Litecoin or Monacoin address; this pool mines BitZeny"},
	{&bitzeny, &bitzeny.networks[COIN_MAIN], "abcdef1qpzry9x8gf2tvdw0s3jn54khce6mua7lmqqqxw",
		"this is a different coin's address; this pool mines BitZeny"},
	{&litecoin, ltc,
		"ltcmweb1qqw8me2uydslyt9yjzl84u5uvt8u00x54uz4j2yjypj4fkzva9dq0jqc5sars3qza0mw3hvg"
		"gqk3g2vjsyrfrdphqy6zv4tg6j3wguge0jgxyrs53",
		"MWEB addresses cannot be paid by a pool; use one that starts with ltc1 or an "
		"older form"},
	{&litecoin, ltc, "LUNpc7yto7guM4TTBgnLyudh1MeT1k4iii",
		"the address is mistyped or cut: its checksum does not match"},
	{&litecoin, ltc, "ltc1qmnwefhruddfdku7wyxuu2nlg3rp5ujzh4js6aq",
		"the address is mistyped or cut: its checksum does not match"},
	{&litecoin, ltc, "ltc1qMNWEFhruddfdku7wyxuu2nlg3rp5ujzh4js6ak",
		"the address is mistyped or cut: it mixes capital and small letters"},
	{&litecoin, ltc, "ltc1q", "the address is mistyped or cut: it is too short"},
	{&litecoin, ltc, "", "there is no address"},
	{&litecoin, ltc, "litecoin:", "there is no address"},
	{&litecoin, ltc, "litecoin:?x", "there is no address"},
	{&litecoin, ltc, "alice",
		"the address is mistyped or cut: the character \"l\" cannot be in it"},
	{&bitcoin, &bitcoin.networks[COIN_MAIN], "BC1SW50QGDZ25J",
		"this pool cannot pay to addresses of witness version 16"},
	{&bitcoin, &bitcoin.networks[COIN_MAIN],
		"bc1pw508d6qejxtdg4y5r3zarvary0c5xw7kw508d6qejxtdg4y5r3zarvary0c5xw7kt5nd6y",
		"this pool cannot pay to addresses of witness version 1"},
};

static void test_bad(void **state)
{
	for (unsigned i = 0; i < ARRAY_LEN(bads); i++) {
		struct address a = {.text = "untouched"};
		struct why why;

		assert_int_equal(
			address_decode(bads[i].coin, bads[i].network, bads[i].text, &a, &why),
			ERR_INVALID);
		assert_string_equal(why.text, bads[i].words);
		assert_string_equal(a.text, "untouched");
		assert_int_equal(
			address_decode(bads[i].coin, bads[i].network, bads[i].text, &a, NULL),
			ERR_INVALID);
	}
}

/* Longer than any address, as a peer may send it. */
static void test_long(void **state)
{
	char text[5000];
	struct address a;
	struct why why;

	for (size_t len = 60; len < sizeof(text); len = len * 5 / 4) {
		memset(text, 'q', len);
		text[len] = '\0';
		assert_int_equal(address_decode(&litecoin, ltc, text, &a, &why), ERR_INVALID);
		memcpy(text, "ltc1", 4);
		assert_int_equal(address_decode(&litecoin, ltc, text, &a, &why), ERR_INVALID);
		memset(text, ':', len);
		assert_int_equal(address_decode(&litecoin, ltc, text, &a, &why), ERR_INVALID);
	}
}

/* Without taproot, anybody could spend what is paid to witness version 1. */
static void test_no_taproot(void **state)
{
	struct coin coin = bitcoin;
	struct address a;

	coin.has_taproot = false;
	assert_int_equal(
		address_decode(&coin, &coin.networks[COIN_MAIN],
			"bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vqzk5jj0", &a, NULL),
		ERR_INVALID);
}

static void test_encode_refused(void **state)
{
	struct script s = {25, {0x76}};
	struct address a;

	assert_int_equal(address_encode(ltc, &s, &a), ERR_UNSUPPORTED);
	s = (struct script){38, {0x6a, 0x24, 0xaa, 0x21, 0xa9, 0xed}};
	assert_int_equal(address_encode(ltc, &s, &a), ERR_UNSUPPORTED);
	s = script_witness(0, (const uint8_t[20]){1}, 20);
	assert_int_equal(address_encode(&bitzeny.networks[COIN_MAIN], &s, &a), ERR_UNSUPPORTED);
	s = script_witness(2, (const uint8_t[32]){1}, 32);
	assert_int_equal(address_encode(ltc, &s, &a), ERR_UNSUPPORTED);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_good),
		cmocka_unit_test(test_bad),
		cmocka_unit_test(test_long),
		cmocka_unit_test(test_no_taproot),
		cmocka_unit_test(test_encode_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
