/* test_wallet.c -- wallet.h against wallets of both generations, played by a small server. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/mem.h"
#include "coind/wallet.h"
#include "fake.h"

/* Two P2PKH addresses of a regtest (version 111), and their scripts. */
#define ALICE         "mgDe3FhGvpbwaGTbr1G5BzCoC2X3sjzzma"
#define ALICE_SCRIPT  "76a91407b1d0d7487d62c88f79948bce1439b6143a79e588ac"
#define BOB           "mwocboppunVZEYbjZ7Mw164EjLJqd8GA2F"
#define BOB_SCRIPT    "76a914b2a8a4edef1470a6dcfaa1561e7c1d4857e62f4088ac"
#define CHANGE        "mmc4JkVpmUdc6xoDtQTXWoJxwiKBdW3rbU"
#define CHANGE_SCRIPT "76a91442c7da63ebcda3d471c19b1538248d7e9fc5fc4388ac"
#define INPUT         "1111111111111111111111111111111111111111111111111111111111111111"
#define TXID          "2222222222222222222222222222222222222222222222222222222222222222"

struct play {
	bool is_old; /* of the 0.15 generation */
	bool is_encrypted, is_open;
	bool is_thief; /* pays Bob less than asked */
	bool has_foreign_change;
	bool is_incomplete;
	int fund_code, send_code;
	const char *fund_text, *send_text, *tx; /* tx: answer of gettransaction; NULL: unknown */
	bool no_keys;                           /* until keypoolrefill */
	unsigned locked, opened, closed, refilled;
	char *outputs, *settings;
	char passphrase[32];
};

static void give_wallet_info(struct play *p, int64_t id, struct fake_reply *out)
{
	char text[256];

	snprintf(text, sizeof(text),
		"{\"walletname\":\"pool\",\"balance\":58754.24978839,\"unconfirmed_balance\":0.0,"
		"\"immature_balance\":6187.5022116%s}",
		!p->is_encrypted ? ""
		: p->is_open     ? ",\"unlocked_until\":1800000000"
				 : ",\"unlocked_until\":0");
	fake_result(out, id, text);
}

static void give_decoded(struct play *p, const char *hex, int64_t id, struct fake_reply *out)
{
	char *text = str_printf(
		"{\"txid\":\"%s\",\"vin\":[{\"txid\":\"" INPUT "\",\"vout\":7}],\"vout\":["
		"{\"value\":0.00000001,\"scriptPubKey\":{\"hex\":\"" ALICE_SCRIPT "\"}},"
		"{\"value\":9.89990000,\"scriptPubKey\":{\"hex\":\"" CHANGE_SCRIPT
		"\",\"addresses\":[\"" CHANGE "\"]}},"
		"{\"value\":%s,\"scriptPubKey\":{\"hex\":\"" BOB_SCRIPT "\"}}]}",
		strcmp(hex, "51") == 0 ? TXID : INPUT, p->is_thief ? "0.1" : "1e-01");

	if (p->is_thief)
		memcpy(strstr(text, ":0.1,"), ":0.2,", 5);
	fake_result(out, id, text);
	free(text);
}

static void give_owner(struct play *p, const char *address, int64_t id, struct fake_reply *out)
{
	bool is_mine = strcmp(address, CHANGE) == 0 && !p->has_foreign_change;
	char text[96];

	if (address[0] != 'm') {
		if (p->is_old)
			fake_result(out, id, "{\"isvalid\":false}");
		else
			fake_error(out, id, -5, "Invalid address");
		return;
	}
	snprintf(text, sizeof(text), "{%s\"ismine\":%s}", p->is_old ? "\"isvalid\":true," : "",
		is_mine ? "true" : "false");
	fake_result(out, id, text);
}

/* Calls that move the locks and keys; true when it was one. */
static bool play_keys(struct play *p, const char *method, const json_t *params, int64_t id,
	struct fake_reply *out)
{
	if (strcmp(method, "walletpassphrase") == 0) {
		str_copy(p->passphrase, sizeof(p->passphrase),
			json_string_value(json_array_get(params, 0)));
		p->opened++;
		if (strcmp(p->passphrase, "secret") != 0) {
			fake_error(out, id, -14, "The wallet passphrase entered was incorrect.");
			return true;
		}
		p->is_open = true;
	} else if (strcmp(method, "walletlock") == 0) {
		p->is_open = false;
		p->closed++;
	} else if (strcmp(method, "keypoolrefill") == 0) {
		assert_true(p->is_open);
		p->no_keys = false;
		p->refilled++;
	} else if (strcmp(method, "lockunspent") == 0) {
		p->locked -= json_is_true(json_array_get(params, 0));
	} else {
		return false;
	}
	fake_result(out, id, "null");
	return true;
}

static void play_fund(struct play *p, const json_t *params, int64_t id, struct fake_reply *out)
{
	struct buf text = {0};

	if (p->no_keys) {
		fake_error(out, id, -4, "Keypool ran out, please call keypoolrefill first");
		return;
	}
	if (p->fund_code) {
		fake_error(out, id, p->fund_code, p->fund_text);
		return;
	}
	buf_add_json(&text, json_array_get(params, 1));
	free(p->settings);
	p->settings = buf_take(&text);
	p->locked++;
	fake_result(out, id, "{\"hex\":\"50\",\"fee\":0.00010000,\"changepos\":1}");
}

static void play_sign(struct play *p, int64_t id, struct fake_reply *out)
{
	if (p->is_encrypted && !p->is_open)
		fake_error(out, id, -13, "Please enter the wallet passphrase first.");
	else if (p->is_incomplete)
		fake_result(out, id,
			"{\"hex\":\"50\",\"complete\":false,\"errors\":[{\"error\":\"no key\"}]}");
	else
		fake_result(out, id, "{\"hex\":\"51\",\"complete\":true}");
}

static void play_daemon(void *ctx, struct fake *f, const char *method, const json_t *params,
	int64_t id, struct fake_reply *out)
{
	struct play *p = ctx;
	const char *first = json_string_value(json_array_get(params, 0));
	struct buf text = {0};

	if (play_keys(p, method, params, id, out))
		return;
	if (strcmp(method, "getwalletinfo") == 0) {
		give_wallet_info(p, id, out);
	} else if (strcmp(method, "getnetworkinfo") == 0) {
		fake_result(out, id, p->is_old ? "{\"version\":2000200}" : "{\"version\":170001}");
	} else if (strcmp(method, p->is_old ? "validateaddress" : "getaddressinfo") == 0) {
		if (first)
			give_owner(p, first, id, out);
		else
			fake_error(out, id, -1, "getaddressinfo \"address\"");
	} else if (strcmp(method, "createrawtransaction") == 0) {
		buf_add_json(&text, json_array_get(params, 1));
		free(p->outputs);
		p->outputs = buf_take(&text);
		fake_result(out, id, "\"4f\"");
	} else if (strcmp(method, "fundrawtransaction") == 0) {
		play_fund(p, params, id, out);
	} else if (strcmp(method, "decoderawtransaction") == 0) {
		give_decoded(p, first, id, out);
	} else if (strcmp(method, p->is_old ? "signrawtransaction"
					    : "signrawtransactionwithwallet") == 0) {
		play_sign(p, id, out);
	} else if (strcmp(method, "sendrawtransaction") == 0) {
		if (p->send_code)
			fake_error(out, id, p->send_code, p->send_text);
		else
			fake_result(out, id, "\"" TXID "\"");
	} else if (strcmp(method, "gettransaction") == 0 && p->tx) {
		fake_result(out, id, p->tx);
	} else if (strcmp(method, "gettransaction") == 0) {
		fake_error(out, id, -5, "Invalid or non-wallet transaction id");
	} else {
		fake_error(out, id, -32601, "Method not found");
	}
}

struct bench {
	struct play play;
	struct fake *fake;
	struct conf_daemon daemon;
	struct conf_pool pool;
	struct coin_network network;
	struct wallet *wallet;
};

static int open_bench(void **state)
{
	struct bench *b = NEW(struct bench);

	b->fake = fake_start(play_daemon, &b->play);
	fake_conf(b->fake, "a", &b->daemon);
	b->network = (struct coin_network){
		.is_defined = true, .chain = COIN_REGTEST, .p2pkh = {1, {111}}, .p2sh = {1, {196}}};
	strcpy(b->pool.coin.name, "test");
	strcpy(b->pool.coin.title, "Testcoin");
	b->pool.coin.networks[COIN_REGTEST] = b->network;
	b->pool.network = &b->pool.coin.networks[COIN_REGTEST];
	b->pool.wallet = (struct conf_wallet){.url = (char *)"",
		.name = (char *)"my pool",
		.passphrase = (char *)"secret",
		.daemon = &b->daemon};
	b->wallet = wallet_new(&b->pool);
	*state = b;
	return 0;
}

static int close_bench(void **state)
{
	struct bench *b = *state;

	wallet_free(b->wallet);
	fake_stop(b->fake);
	free(b->play.outputs);
	free(b->play.settings);
	free(b);
	return 0;
}

static struct wallet_payment payments[2];

static enum err build(struct bench *b, const struct wallet_options *options,
	struct wallet_signed *out, struct why *why)
{
	payments[0] = (struct wallet_payment){BOB, amount_of(10000000)};
	payments[1] = (struct wallet_payment){ALICE, amount_of(1)};
	return wallet_build(b->wallet, payments, 2, options, out, why);
}

static void probes_both_generations(void **state)
{
	struct bench *b = *state;
	struct wallet_info info;
	bool is_mine;

	for (int is_old = 0; is_old <= 1; is_old++) {
		b->play.is_old = is_old;
		assert_int_equal(wallet_probe(b->wallet, &info, NULL), OK);
		assert_int_equal(info.generation, is_old ? WALLET_CORE_0_15 : WALLET_CORE_0_17);
		assert_int_equal(info.version, is_old ? 2000200 : 170001);
		assert_int_equal(amount_units(info.available), 5875424978839);
		assert_int_equal(amount_units(info.immature), 618750221160);
		assert_false(info.is_encrypted);
		assert_true(info.is_unlocked);
		assert_int_equal(wallet_owns(b->wallet, CHANGE, &is_mine, NULL), OK);
		assert_true(is_mine);
		assert_int_equal(wallet_owns(b->wallet, BOB, &is_mine, NULL), OK);
		assert_false(is_mine);
		assert_int_equal(wallet_owns(b->wallet, "?", &is_mine, NULL), ERR_INVALID);
	}
	b->play.is_encrypted = true;
	assert_int_equal(wallet_probe(b->wallet, &info, NULL), OK);
	assert_true(info.is_encrypted);
	assert_false(info.is_unlocked);
}

static void builds_and_signs(void **state)
{
	struct bench *b = *state;
	struct wallet_options options = {.fee_rate = amount_of(20000)};
	struct wallet_signed s;

	for (int is_old = 0; is_old <= 1; is_old++) {
		b->play.is_old = is_old;
		wallet_free(b->wallet);
		b->wallet = wallet_new(&b->pool);
		assert_int_equal(build(b, &options, &s, NULL), OK);
		assert_string_equal(s.txid, TXID);
		assert_string_equal(s.raw, "51");
		assert_int_equal(amount_units(s.total), 10000001);
		assert_int_equal(amount_units(s.fee), 10000);
		assert_int_equal(s.input_count, 1);
		assert_string_equal(s.inputs[0].txid, INPUT);
		assert_int_equal(s.inputs[0].vout, 7);
		wallet_signed_fini(&s);
	}
	assert_string_equal(
		b->play.outputs, "{\"" BOB "\":\"0.10000000\",\"" ALICE "\":\"0.00000001\"}");
	assert_string_equal(b->play.settings,
		"{\"lockUnspents\":true,\"replaceable\":true,\"feeRate\":\"0.00020000\"}");
	assert_int_equal(b->play.locked, 2);
	assert_int_equal(b->play.opened, 0);
}

static void opens_the_wallet_for_signing_only(void **state)
{
	struct bench *b = *state;
	struct wallet_signed s;
	struct why why;

	b->play.is_encrypted = true;
	b->play.no_keys = true;
	assert_int_equal(build(b, NULL, &s, NULL), OK);
	wallet_signed_fini(&s);
	assert_int_equal(b->play.opened, 2); /* for new keys, and for signing */
	assert_int_equal(b->play.closed, 2);
	assert_int_equal(b->play.refilled, 1);
	assert_false(b->play.is_open);
	/* The operator has opened it: leave it so. */
	b->play.is_open = true;
	assert_int_equal(build(b, NULL, &s, NULL), OK);
	wallet_signed_fini(&s);
	assert_true(b->play.is_open);
	/* Wrong, and none at all: the inputs are free again. */
	b->play.is_open = false;
	b->play.locked = 0;
	b->pool.wallet.passphrase = (char *)"wrong";
	assert_int_equal(build(b, NULL, &s, &why), ERR_AUTH);
	assert_int_equal(b->play.locked, 0);
	b->pool.wallet.passphrase = (char *)"";
	assert_int_equal(build(b, NULL, &s, &why), ERR_AUTH);
	assert_non_null(strstr(why.text, "passphrase_file"));
	assert_int_equal(b->play.locked, 0);
}

static void refuses_what_was_not_asked_for(void **state)
{
	struct bench *b = *state;
	struct wallet_options options = {.fee_max = amount_of(9999)};
	struct wallet_signed s;
	struct why why;

	b->play.is_thief = true;
	assert_int_equal(build(b, NULL, &s, &why), ERR_PROTOCOL);
	b->play.is_thief = false;
	b->play.has_foreign_change = true;
	assert_int_equal(build(b, NULL, &s, &why), ERR_PROTOCOL);
	assert_non_null(strstr(why.text, "change"));
	b->play.has_foreign_change = false;
	b->play.is_incomplete = true;
	assert_int_equal(build(b, NULL, &s, &why), ERR_REFUSED);
	assert_non_null(strstr(why.text, "no key"));
	b->play.is_incomplete = false;
	assert_int_equal(build(b, &options, &s, &why), ERR_LIMIT);
	assert_non_null(strstr(why.text, "0.00010000"));
	assert_int_equal(b->play.locked, 0);
}

static void says_why_it_cannot_be_funded(void **state)
{
	static const struct {
		int code;
		const char *text;
		enum err err;
	} cases[] = {
		{-4, "Insufficient funds", ERR_FULL},
		{-6, "Insufficient funds", ERR_FULL},
		{-4, "Transaction too large", ERR_LIMIT},
		{-4, "Fee exceeds maximum configured by -maxtxfee", ERR_LIMIT},
		{-4, "The transaction amount is too small to pay the fee", ERR_INVALID},
		{-4, "Signing transaction failed", ERR_REFUSED},
		{-18, "Requested wallet does not exist or is not loaded", ERR_NOT_FOUND},
		{-19, "Wallet file not specified", ERR_NOT_FOUND},
		{-32601, "Method not found", ERR_UNSUPPORTED},
	};
	struct bench *b = *state;
	struct wallet_signed s;
	struct why why;

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		b->play.fund_code = cases[i].code;
		b->play.fund_text = cases[i].text;
		assert_int_equal(build(b, NULL, &s, &why), cases[i].err);
		assert_true(why.text[0]);
	}
}

static void refuses_bad_payments(void **state)
{
	struct bench *b = *state;
	struct wallet_payment same[] = {{BOB, amount_of(1)}, {BOB, amount_of(2)}};
	struct wallet_payment nothing[] = {{BOB, amount_of(0)}};
	struct wallet_payment garbage[] = {{"1BoatSLRHtKNngkdXEeobR76b53LETtpyT", amount_of(1)}};
	struct wallet_signed s;
	struct why why;

	assert_int_equal(wallet_build(b->wallet, same, 2, NULL, &s, &why), ERR_INVALID);
	assert_int_equal(wallet_build(b->wallet, nothing, 1, NULL, &s, &why), ERR_INVALID);
	assert_int_equal(wallet_build(b->wallet, garbage, 1, NULL, &s, &why), ERR_INVALID);
	assert_int_equal(wallet_build(b->wallet, same, 0, NULL, &s, &why), ERR_INVALID);
}

static void classifies_what_became_of_a_payment(void **state)
{
	static const struct {
		int code;
		const char *text, *tx;
		enum wallet_sent sent;
	} cases[] = {
		{0, NULL, NULL, WALLET_SENT},
		{-27, "Transaction already in block chain", NULL, WALLET_MINED},
		{-27, "Transaction outputs already in utxo set", NULL, WALLET_MINED},
		{-26, "txn-already-in-mempool", NULL, WALLET_SENT},
		{-25, "Missing inputs", NULL, WALLET_NO_INPUTS},
		{-25, "bad-txns-inputs-missingorspent", "{\"confirmations\":-3}", WALLET_CONFLICT},
		{-25, "bad-txns-inputs-missingorspent", "{\"confirmations\":0}", WALLET_NO_INPUTS},
		{-25, "Missing inputs", "{\"confirmations\":5}", WALLET_MINED},
		{-26, "txn-mempool-conflict (code 18)", NULL, WALLET_NO_INPUTS},
		{-26, "min relay fee not met", NULL, WALLET_NOT_RELAYED},
		{-26, "66: mempool min fee not met", NULL, WALLET_NOT_RELAYED},
	};
	struct bench *b = *state;
	enum wallet_sent sent;
	struct why why;

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		b->play.send_code = cases[i].code;
		b->play.send_text = cases[i].text;
		b->play.tx = cases[i].tx;
		assert_int_equal(wallet_send(b->wallet, "51", TXID, &sent, &why), OK);
		if (sent != cases[i].sent)
			fail_msg("%s: %d", cases[i].text, sent);
	}
	b->play.send_code = 0;
	assert_int_equal(wallet_send(b->wallet, "51", INPUT, &sent, &why), ERR_PROTOCOL);
	b->play.send_code = -22;
	b->play.send_text = "TX decode failed";
	assert_int_equal(wallet_send(b->wallet, "zz", TXID, &sent, &why), ERR_INVALID);
}

static void finds_transactions(void **state)
{
	struct bench *b = *state;
	struct wallet_tx tx;

	assert_int_equal(wallet_tx(b->wallet, TXID, &tx, NULL), OK);
	assert_false(tx.is_known);
	b->play.tx =
		"{\"amount\":-1.5,\"fee\":-0.00003840,\"confirmations\":2,\"blockhash\":\"" INPUT
		"\"}";
	assert_int_equal(wallet_tx(b->wallet, TXID, &tx, NULL), OK);
	assert_true(tx.is_known);
	assert_false(tx.is_conflicted);
	assert_int_equal(tx.confirmations, 2);
	assert_int_equal(amount_units(tx.fee), 3840);
	assert_string_equal(tx.block, INPUT);
	b->play.tx = "{\"confirmations\":\"2\"}";
	assert_int_equal(wallet_tx(b->wallet, TXID, &tx, NULL), ERR_PROTOCOL);
}

#define BENCH_TEST(f) cmocka_unit_test_setup_teardown(f, open_bench, close_bench)

int main(void)
{
	const struct CMUnitTest tests[] = {
		BENCH_TEST(probes_both_generations),
		BENCH_TEST(builds_and_signs),
		BENCH_TEST(opens_the_wallet_for_signing_only),
		BENCH_TEST(refuses_what_was_not_asked_for),
		BENCH_TEST(says_why_it_cannot_be_funded),
		BENCH_TEST(refuses_bad_payments),
		BENCH_TEST(classifies_what_became_of_a_payment),
		BENCH_TEST(finds_transactions),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
