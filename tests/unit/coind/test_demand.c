/* test_demand.c -- templates that demand more than a coinbase for the pool, as the daemons of
 * several coins give them, and damaged ones. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/hex.h"
#include "base/mem.h"
#include "chain/address.h"
#include "chain/coin.h"
#include "coind/template.h"

static const struct coin_network network = {
	.chain = COIN_MAIN, .p2pkh = {1, {60}}, .p2sh = {1, {16}}, .hrp = "tc"};

#define HASH_A      "4a3ae8c7ac2e308c1cce30efae12ea3d68803b63"
#define HASH_B      "7a1636c0913039c7a3f0b124dc6e625ade02f0c6"
#define P2PKH(hash) "76a914" hash "88ac"

static struct coin testcoin(void)
{
	return (struct coin){.title = "Testcoin"};
}

/* What every template has, and `more`, whose ' stand for ". */
static json_t *template_with(const char *more)
{
	char *text = str_printf("{'height':100,'version':1,'curtime':1700000000,'bits':'1e0ffff0','"
				"previousblockhash':'%064d',"
				"'transactions':[]%s%s}",
		7, *more ? "," : "", more);
	json_t *json;
	struct why why = {""};

	for (char *c = text; *c; c++) {
		if (*c == '\'')
			*c = '"';
	}
	if (json_read(text, strlen(text), &json, &why) != OK)
		fail_msg("%s: %s", text, why.text);
	free(text);
	return json;
}

static enum err parse(
	const struct coin *coin, const char *more, struct template **out, struct why *why)
{
	json_t *json = template_with(more);
	enum err err = template_parse(json, coin, &network, "a", 1, out, why);

	json_decref(json);
	return err;
}

static struct template *parsed(const struct coin *coin, const char *more)
{
	struct why why = {""};
	struct template *t;

	if (parse(coin, more, &t, &why) != OK)
		fail_msg("%s: %s", more, why.text);
	return t;
}

/* Demand i of t, and how many there are. */
static void expect(
	const struct template *t, unsigned count, unsigned i, int64_t units, const char *hex)
{
	char text[2 * SCRIPT_MAX + 1];

	assert_int_equal(t->demands_count, count);
	assert_int_equal(amount_units(t->demands[i].value), units);
	hex_encode(text, t->demands[i].script.bytes, t->demands[i].script.len);
	assert_string_equal(text, hex);
}

static char *address_of(const char *hash_hex, bool is_p2sh)
{
	uint8_t hash[20];
	struct script script;
	struct address address;

	assert_true(hex_decode(hash, 20, hash_hex, 40));
	script = is_p2sh ? script_p2sh(hash) : script_p2pkh(hash);
	assert_int_equal(address_encode(&network, &script, &address), OK);
	return str_dup(address.text);
}

/* Dash: what is paid to masternode and superblock is a part of coinbasevalue. */
static void test_masternode_and_superblock(void **state)
{
	struct coin coin = testcoin();
	struct template *t = parsed(&coin,
		"'coinbasevalue':2000000000,'masternode':[{'payee':'x','script':'" P2PKH(
			HASH_A) "','amount':1000000000}],'masternode_payments_started':true,"
				"'masternode_payments_enforced':true,'superblock':[{'payee':'y','"
				"script':'a914" HASH_B "87','amount':7}],'superblocks_started':"
				"true,'superblocks_enabled':true,"
				"'coinbase_payload':'0200b6dc01'");

	expect(t, 2, 0, 1000000000, P2PKH(HASH_A));
	expect(t, 2, 1, 7, "a914" HASH_B "87");
	assert_int_equal(amount_units(t->value), 999999993);
	assert_int_equal(t->tx_version, 0x00050003);
	assert_int_equal(t->payload.len, 6);
	assert_memory_equal(t->payload.data, "\x05\x02\x00\xb6\xdc\x01", 6);
	template_unref(t);
	/* the older form: one object; nothing started yet; no superblock */
	t = parsed(&coin, "'coinbasevalue':2000000000,'masternode':{'payee':'x','script':'" P2PKH(
				  HASH_A) "','amount':5},"
					  "'superblock':[]");
	expect(t, 1, 0, 5, P2PKH(HASH_A));
	assert_int_equal(t->tx_version, 2);
	template_unref(t);
	t = parsed(&coin,
		"'coinbasevalue':2000000000,'masternode':{},'superblock':[],'coinbase_payload':''");
	assert_int_equal(t->demands_count, 0);
	assert_int_equal(amount_units(t->value), 2000000000);
	template_unref(t);
}

/* Raptoreum */
static void test_smartnode_and_founder(void **state)
{
	struct coin coin = testcoin();
	struct template *t = parsed(&coin,
		"'coinbasevalue':500000000665,'smartnode':[{'payee':'x','script':'" P2PKH(
			HASH_A) "','amount':100000000133}],'smartnode_payments_started':true,'"
				"superblock':[],"
				"'founder':{'payee':'y','script':'" P2PKH(
					HASH_B) "','amount':25000000033},"
						"'founder_payments_started':true");

	expect(t, 2, 0, 100000000133, P2PKH(HASH_A));
	expect(t, 2, 1, 25000000033, P2PKH(HASH_B));
	assert_int_equal(amount_units(t->value), 375000000499);
	template_unref(t);
}

/* The first masternodes: an address, a fifth when it is not said how much, votes behind the block.
 */
static void test_payee(void **state)
{
	struct coin coin = testcoin();
	char *address = address_of(HASH_A, false);
	char *more = str_printf("'coinbasevalue':1001,'payee':'%s','masternode_payments':true,'"
				"votes':['aabb','cc']",
		address);
	struct template *t = parsed(&coin, more);

	expect(t, 1, 0, 201, P2PKH(HASH_A));
	assert_int_equal(amount_units(t->value), 800);
	assert_int_equal(t->end.len, 4);
	assert_memory_equal(t->end.data, "\x02\xaa\xbb\xcc", 4);
	assert_int_equal(template_body(t).end_len, 4);
	template_unref(t);
	free(more);
	/* said in both ways: paid once */
	more = str_printf("'coinbasevalue':1001,'payee':'%s','payee_amount':300,'masternode':{'"
			  "payee':'%s','amount':300}",
		address, address);
	t = parsed(&coin, more);
	expect(t, 1, 0, 300, P2PKH(HASH_A));
	assert_int_equal(amount_units(t->value), 701);
	template_unref(t);
	free(more);
	free(address);
}

/* What comes on top of coinbasevalue. */
static void test_on_top(void **state)
{
	struct coin coin = testcoin();
	char *address = address_of(HASH_B, true);
	char *more = str_printf(
		"'coinbasevalue':1000,'coinbasedevreward':{'value':50,'scriptpubkey':'" P2PKH(
			HASH_A) "','address':'z'},'znode':[{'payee':'%s','amount':70}],"
				"'CommunityAutonomousAddress':'%s','CommunityAutonomousValue':9",
		address, address);
	struct template *t = parsed(&coin, more);

	expect(t, 3, 0, 50, P2PKH(HASH_A));
	expect(t, 3, 1, 70, "a914" HASH_B "87");
	expect(t, 3, 2, 9, "a914" HASH_B "87");
	assert_int_equal(amount_units(t->value), 1000);
	template_unref(t);
	free(more);
	free(address);
}

/* eCash and Evrmore say it inside coinbasetxn. */
static void test_funds_in_coinbasetxn(void **state)
{
	struct coin coin = testcoin();
	char *address = address_of(HASH_B, true);
	char *more = str_printf("'coinbasevalue':625000000,'coinbasetxn':{'minerfund':{'addresses':"
				"['%s'],'minimumvalue':200000327},"
				"'stakingrewards':{'payoutscript':{'asm':'-','hex':'" P2PKH(
					HASH_A) "','type':'pubkeyhash'},'minimumvalue':62500000}}",
		address);
	struct template *t = parsed(&coin, more);

	expect(t, 2, 0, 200000327, "a914" HASH_B "87");
	expect(t, 2, 1, 62500000, P2PKH(HASH_A));
	assert_int_equal(amount_units(t->value), 362499673);
	template_unref(t);
	free(more);
	free(address);
}

/* Outputs of no value count too, and the commitment stands at the end anyway. */
static void test_required_outputs(void **state)
{
	static const char attestation[] = "6a022a0020" HASH_A "000000000000000000000000";
	static const char commitment[] = "6a24aa21a9ed" HASH_A "000000000000000000000000";
	struct coin coin = testcoin();
	char *more = str_printf(
		"'coinbasevalue':500,'rules':['segwit'],'default_witness_commitment':'%s',"
		"'coinbase_required_outputs':[{'value':0,'scriptPubKey':'%s'},"
		"{'value':0,'scriptPubKey':'%s'}]",
		commitment, attestation, commitment);
	struct template *t;

	strcpy(coin.rules[coin.rules_count++], "segwit");
	t = parsed(&coin, more);
	expect(t, 1, 0, 0, attestation);
	assert_int_equal(amount_units(t->value), 500);
	template_unref(t);
	free(more);
}

/* The profile names what Kozan does not know; what it does not name either is refused. */
static void test_by_the_profile(void **state)
{
	static const char more[] =
		"'coinbasevalue':100,'guild':{'script':'" P2PKH(HASH_A) "','amount':30}";
	struct coin coin = testcoin();
	struct why why = {""};
	struct template *t;

	assert_int_equal(parse(&coin, more, &t, &why), ERR_UNSUPPORTED);
	assert_string_equal(why.text,
		"it demands the payment 'guild': put it into demands: of the profile of "
		"Testcoin ('+guild' when coinbasevalue does not hold it)");
	coin.demands_count = 1;
	strcpy(coin.demands[0], "guild");
	t = parsed(&coin, more);
	expect(t, 1, 0, 30, P2PKH(HASH_A));
	assert_int_equal(amount_units(t->value), 70);
	template_unref(t);
	strcpy(coin.demands[0], "+guild");
	t = parsed(&coin, more);
	assert_int_equal(amount_units(t->value), 100);
	template_unref(t);
	strcpy(coin.demands[0], "+masternode"); /* against the table */
	t = parsed(&coin, "'coinbasevalue':100,'masternode':{'script':'51','amount':30}");
	assert_int_equal(amount_units(t->value), 100);
	template_unref(t);
}

#define TXN_HEAD                                                                                   \
	"01000000"                                                                                 \
	"01"                                                                                       \
	"0000000000000000000000000000000000000000000000000000000000000000ffffffff"
#define TXN                                                                                        \
	TXN_HEAD "05"                                                                              \
		 "03d7590f00"                                                                      \
		 "ffffffff"                                                                        \
		 "02"                                                                              \
		 "00a3e11100000000"                                                                \
		 "19" P2PKH(HASH_A) "0500000000000000"                                             \
				    "17a914" HASH_B "87"                                           \
				    "00000000"

/* The daemon has made the coinbase: its first output is the pool's. */
static void test_coinbasetxn(void **state)
{
	struct coin coin = testcoin();
	struct template *t = parsed(&coin, "'coinbasetxn':{'data':'" TXN "','fee':0}");

	assert_int_equal(amount_units(t->value), 300000000);
	expect(t, 1, 0, 5, "a914" HASH_B "87");
	assert_int_equal(t->tx_version, 1);
	assert_int_equal(t->script_head.len, 5);
	assert_memory_equal(t->script_head.data, "\x03\xd7\x59\x0f\x00", 5);
	template_unref(t);
}

/* Proof-of-stake coins: a time in the coinbase, an empty signature behind the block. */
static void test_stake(void **state)
{
	struct coin coin = testcoin();
	struct template *t;

	coin.tx_time = coin.block_signature = true;
	t = parsed(&coin, "'coinbasevalue':100");
	assert_true(t->has_tx_time);
	assert_int_equal(template_body(t).end_len, 1);
	assert_int_equal(template_body(t).end[0], 0);
	template_unref(t);
}

/* BitZenyPlus: a target of more than 32 bytes' exponent. */
static void test_exponent_33(void **state)
{
	struct coin coin = testcoin();
	json_t *json = template_with("'coinbasevalue':100");
	struct template *t;

	json_object_set_new(json, "bits", json_string("2100ffff"));
	json_object_set_new(json, "target",
		json_string("ffff000000000000000000000000000000000000000000000000000000000000"));
	assert_int_equal(template_parse(json, &coin, &network, "a", 1, &t, NULL), OK);
	assert_int_equal(t->bits, 0x2100ffff);
	template_unref(t);
	json_object_set_new(json, "bits", json_string("21010000"));
	assert_int_equal(template_parse(json, &coin, &network, "a", 1, &t, NULL), ERR_PROTOCOL);
	json_decref(json);
}

/* Nothing of this may become a block. */
static void test_malformed(void **state)
{
	static const struct {
		const char *more;
		enum err err;
	} cases[] = {
		{"'x':1", ERR_PROTOCOL},
		{"'coinbasevalue':-1", ERR_PROTOCOL},
		{"'coinbasevalue':1.5", ERR_PROTOCOL},
		{"'coinbasevalue':10,'masternode':{'script':'51','amount':11}", ERR_PROTOCOL},
		{"'coinbasevalue':10,'masternode':{'script':'51','amount':-1}", ERR_PROTOCOL},
		{"'coinbasevalue':10,'masternode':{'script':'51','amount':'1'}", ERR_PROTOCOL},
		{"'coinbasevalue':10,'masternode':{'script':'51','amount':0.5}", ERR_PROTOCOL},
		{"'coinbasevalue':10,'masternode':{'script':'51'}", ERR_PROTOCOL},
		{"'coinbasevalue':10,'masternode':{'amount':1}", ERR_PROTOCOL},
		{"'coinbasevalue':10,'masternode':{'script':'5','amount':1}", ERR_PROTOCOL},
		{"'coinbasevalue':10,'masternode':{'script':'zz','amount':1}", ERR_PROTOCOL},
		{"'coinbasevalue':10,'masternode':{'payee':'nobody','amount':1}", ERR_PROTOCOL},
		{"'coinbasevalue':10,'masternode':[7]", ERR_PROTOCOL},
		{"'coinbasevalue':10,'masternode':true", ERR_PROTOCOL},
		{"'coinbasevalue':10,'payee':'nobody'", ERR_PROTOCOL},
		{"'coinbasevalue':10,'coinbase_payload':'0'", ERR_PROTOCOL},
		{"'coinbasevalue':10,'coinbase_payload':'zz'", ERR_PROTOCOL},
		{"'coinbasevalue':10,'masternode_payments':true,'votes':[1]", ERR_PROTOCOL},
		{"'coinbasetxn':{}", ERR_PROTOCOL},
		{"'coinbasetxn':{'data':'00'}", ERR_PROTOCOL},
		{"'coinbasetxn':{'data':'" TXN "00'}", ERR_UNSUPPORTED},
		{"'coinbasetxn':{'data':'" TXN_HEAD "05'}", ERR_PROTOCOL},
		{"'coinbasetxn':{'data':'" TXN_HEAD "0100ffffffff00"
		 "00000000'}",
			ERR_PROTOCOL},
		{"'coinbasetxn':{'data':'" TXN_HEAD "0100ffffffff01"
		 "0000000000000080"
		 "00"
		 "00000000'}",
			ERR_PROTOCOL},
		{"'coinbasetxn':{'data':'" TXN_HEAD "0100ffffffff01"
		 "0000000000000000"
		 "00"
		 "01000000'}",
			ERR_UNSUPPORTED},
	};
	struct coin coin = testcoin();

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct template *t;
		struct why why = {""};

		if (parse(&coin, cases[i].more, &t, &why) != cases[i].err || !why.text[0])
			fail_msg("%s: \"%s\"", cases[i].more, why.text);
	}
}

/* A transaction cut anywhere is no coinbase. */
static void test_cut_coinbasetxn(void **state)
{
	struct coin coin = testcoin();

	for (size_t len = 0; len < sizeof(TXN) - 1; len += 2) {
		char *more = str_printf("'coinbasetxn':{'data':'%.*s'}", (int)len, TXN);
		struct template *t;
		struct why why = {""};

		assert_int_not_equal(parse(&coin, more, &t, &why), OK);
		assert_true(why.text[0]);
		free(more);
	}
}

/* Another payee is other work. */
static void test_content(void **state)
{
	struct coin coin = testcoin();
	struct template *a =
		parsed(&coin, "'coinbasevalue':10,'masternode':{'script':'51','amount':1}");
	struct template *b =
		parsed(&coin, "'coinbasevalue':10,'masternode':{'script':'52','amount':1}");

	assert_true(a->content != b->content);
	template_unref(a);
	template_unref(b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_masternode_and_superblock),
		cmocka_unit_test(test_smartnode_and_founder),
		cmocka_unit_test(test_payee),
		cmocka_unit_test(test_on_top),
		cmocka_unit_test(test_funds_in_coinbasetxn),
		cmocka_unit_test(test_required_outputs),
		cmocka_unit_test(test_by_the_profile),
		cmocka_unit_test(test_coinbasetxn),
		cmocka_unit_test(test_stake),
		cmocka_unit_test(test_exponent_33),
		cmocka_unit_test(test_malformed),
		cmocka_unit_test(test_cut_coinbasetxn),
		cmocka_unit_test(test_content),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
