/* test_template.c -- template.h on the templates of real daemons, and on damaged ones. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/hex.h"
#include "base/mem.h"
#include "base/path.h"
#include "chain/coin.h"
#include "coind/template.h"

static struct coin coin_with(const char *rule1, const char *rule2)
{
	struct coin coin = {.title = "Testcoin"};

	str_copy(coin.rules[coin.rules_count++], sizeof(coin.rules[0]), rule1);
	if (rule2)
		str_copy(coin.rules[coin.rules_count++], sizeof(coin.rules[0]), rule2);
	return coin;
}

/* The sample's JSON; the caller drops it. */
static json_t *sample(const char *name)
{
	char *path = str_printf(VECTORS_DIR "/coind/%s.json", name);
	struct buf text = {0};
	json_t *json;

	assert_int_equal(path_read(path, 1 << 20, &text, NULL), OK);
	assert_int_equal(json_read(buf_str(&text), text.len, &json, NULL), OK);
	buf_free(&text);
	free(path);
	return json;
}

struct expected {
	const char *name;
	uint32_t height, txs;
	int64_t value;
	bool has_witness;
	size_t mweb_len;
	unsigned flags_len;
};

static const struct expected samples[] = {
	{"bitzeny-gbt-tip110-segwit-defined-2tx", 111, 2, 25000008360, false, 0, 0},
	{"bitzeny-gbt-tip110-norules-2tx", 111, 2, 25000008360, false, 0, 0},
	{"bitzeny-gbt-tip143-segwit-started", 144, 0, 25000000000, false, 0, 0},
	{"bitzeny-gbt-tip287-segwit-lockedin", 288, 0, 12500000000, false, 0, 0},
	{"bitzeny-gbt-tip431-segwit-active", 432, 0, 6250000000, true, 0, 0},
	{"bitzeny-gbt-segwit-active-with-witness-tx", 434, 3, 6250108360, true, 0, 0},
	{"bitzeny-gbt-segwit-active-norules-with-witness-tx", 434, 2, 6250008360, false, 0, 0},
	{"bitzeny-z3-gbt", 112, 1, 25000004140, true, 0, 0},
	{"litecoin-gbt-height-1", 1, 0, 5000000000, true, 0, 0},
	{"litecoin-gbt-no-mweb", 113, 3, 5000004230, true, 0, 0},
	{"litecoin-gbt-mweb", 433, 4, 1250004230, true, 167, 0},
	{"bcoin-gbt-segwit-inactive", 6, 0, 5000000000, false, 0, 14},
};

static void reads_real_templates(void **state)
{
	struct coin coin = coin_with("mweb", "segwit");

	for (size_t i = 0; i < ARRAY_LEN(samples); i++) {
		const struct expected *e = &samples[i];
		json_t *json = sample(e->name);
		struct template *t = NULL;
		struct block_body body;
		struct why why = {0};
		char prev[65];

		if (template_parse(json, &coin, NULL, "a", 77, &t, &why) != OK)
			fail_msg("%s: %s", e->name, why.text);
		hex_encode_reversed(prev, t->prev, 32);
		assert_string_equal(prev, json_get_str(json, "previousblockhash"));
		if (t->height != e->height || t->tx_count != e->txs ||
			amount_units(t->value) != e->value || t->has_witness != e->has_witness ||
			t->mweb_len != e->mweb_len || t->flags_len != e->flags_len)
			fail_msg("%s: height %u txs %u value %lld witness %d mweb %zu flags %u",
				e->name, t->height, t->tx_count, (long long)amount_units(t->value),
				t->has_witness, t->mweb_len, t->flags_len);
		assert_int_equal(t->bits, 0x207fffff);
		assert_int_equal(t->version, json_integer_value(json_object_get(json, "version")));
		assert_int_equal(t->commitment.len, e->has_witness ? 38 : 0);
		assert_true(t->mintime <= t->curtime);
		assert_string_equal(t->longpollid, json_get_str(json, "longpollid"));
		assert_int_equal(t->received_ms, 77);
		body = template_body(t);
		assert_int_equal(body.txs_count, e->txs);
		assert_int_equal(!!body.mweb, e->mweb_len != 0);
		template_unref(t);
		json_decref(json);
	}
}

static void holds_the_transactions(void **state)
{
	struct coin coin = coin_with("segwit", NULL);
	json_t *json = sample("bitzeny-gbt-tip110-segwit-defined-2tx");
	const json_t *txs = json_object_get(json, "transactions");
	struct template *t;
	struct buf hex = {0};
	char *data, txid[65];

	assert_int_equal(template_parse(json, &coin, NULL, "a", 0, &t, NULL), OK);
	for (unsigned i = 0; i < 2; i++) {
		hex_encode_reversed(txid, t->txids[i], 32);
		assert_string_equal(txid, json_get_str(json_array_get(txs, i), "txid"));
		buf_add_str(&hex, json_get_str(json_array_get(txs, i), "data"));
	}
	data = mem_alloc(2 * t->tx_data_len + 1);
	hex_encode(data, t->tx_data, t->tx_data_len);
	assert_string_equal(data, buf_str(&hex));
	free(data);
	buf_free(&hex);
	template_unref(t);
	json_decref(json);
}

/* A change of one member, and what must come of it. */
struct damage {
	const char *key, *text; /* text is JSON; NULL: the member is missing */
	enum err err;
};

static const struct damage damages[] = {
	{"height", NULL, ERR_PROTOCOL}, {"height", "0", ERR_PROTOCOL},
	{"height", "-1", ERR_PROTOCOL}, {"height", "2147483648", ERR_PROTOCOL},
	{"height", "\"433\"", ERR_PROTOCOL}, {"height", "433.0", ERR_PROTOCOL},
	{"version", "4294967296", ERR_PROTOCOL}, {"version", "-536870912", OK},
	{"curtime", "4294967296", ERR_PROTOCOL},
	{"curtime", "1", ERR_PROTOCOL}, /* before mintime */
	{"mintime", "\"x\"", ERR_PROTOCOL}, {"mintime", NULL, OK},
	{"coinbasevalue", "-1", ERR_PROTOCOL}, {"coinbasevalue", "1e3", ERR_PROTOCOL},
	{"coinbasevalue", "null", ERR_PROTOCOL}, {"vbrequired", "-1", ERR_PROTOCOL},
	{"vbrequired", "4294967295", OK}, {"previousblockhash", "\"00\"", ERR_PROTOCOL},
	{"previousblockhash", "7", ERR_PROTOCOL}, {"bits", "\"207ffffff\"", ERR_PROTOCOL},
	{"bits", "\"00000000\"", ERR_PROTOCOL}, {"bits", "\"ff7fffff\"", ERR_PROTOCOL},
	{"bits", "\"1e0fffff\"", ERR_PROTOCOL}, /* not the target */
	{"bits", "545259519", ERR_PROTOCOL}, {"target", "\"7fff\"", ERR_PROTOCOL},
	{"target", NULL, OK}, {"rules", "\"segwit\"", ERR_PROTOCOL}, {"rules", "[1]", ERR_PROTOCOL},
	{"rules", "[\"!signet\"]", ERR_UNSUPPORTED}, {"rules", "[\"signet\"]", OK},
	{"rules", NULL, OK}, {"default_witness_commitment", "\"6a24\"", ERR_PROTOCOL},
	{"default_witness_commitment",
		"\"zz24aa21a9ede2f61c3f71d1defd3fa999dfa36953755c690689799962b48bebd836974e8cf9\"",
		ERR_PROTOCOL},
	{"default_witness_commitment", NULL, OK}, {"transactions", NULL, ERR_PROTOCOL},
	{"transactions", "{}", ERR_PROTOCOL}, {"transactions", "[null]", ERR_PROTOCOL},
	{"transactions", "[{\"data\":\"00\"}]", ERR_PROTOCOL},
	{"transactions", "[{\"txid\":\"zz\",\"data\":\"00\"}]", ERR_PROTOCOL},
	{"mweb", "17", ERR_PROTOCOL}, {"mweb", "\"abc\"", ERR_PROTOCOL}, {"mweb", "null", OK},
	{"coinbaseaux", "[]", OK}, {"coinbaseaux", "{\"flags\":5}", ERR_PROTOCOL},
	{"coinbaseaux", "{\"flags\":\"0\"}", ERR_PROTOCOL},
	{"coinbaseaux",
		"{\"flags\":"
		"\"00000000000000000000000000000000000000000000000000000000000000000000000000000000"
		"000000\"}",
		ERR_LIMIT},
	{"longpollid", NULL, OK}, {"longpollid", "5", OK}, /* as if there were none */
};

static void refuses_damaged_templates(void **state)
{
	struct coin coin = coin_with("mweb", "segwit");

	for (size_t i = 0; i < ARRAY_LEN(damages); i++) {
		const struct damage *d = &damages[i];
		json_t *json = sample("litecoin-gbt-mweb"), *value;
		struct template *t = NULL;
		struct why why = {0};
		enum err err;

		if (d->text) {
			assert_int_equal(json_read(d->text, strlen(d->text), &value, NULL), OK);
			json_object_set_new(json, d->key, value);
		} else {
			json_object_del(json, d->key);
		}
		err = template_parse(json, &coin, NULL, "a", 0, &t, &why);
		if (err != d->err)
			fail_msg("%s %s: %s %s", d->key, d->text ? d->text : "missing",
				err_text(err), why.text);
		assert_int_equal(err == OK, why.text[0] == '\0');
		template_unref(t);
		json_decref(json);
	}
}

static void refuses_what_is_too_large(void **state)
{
	struct coin coin = coin_with("mweb", "segwit");
	json_t *json = sample("litecoin-gbt-mweb"), *list = json_array(), *tx;
	size_t len = TEMPLATE_BYTES_MAX / 2 + 1;
	char *hex = mem_alloc(2 * len + 1), *id;
	struct template *t;

	memset(hex, '0', 2 * len);
	json_object_set_new(json, "longpollid", json_string(hex));
	assert_int_equal(template_parse(json, &coin, NULL, "a", 0, &t, NULL), ERR_LIMIT);
	json_object_del(json, "longpollid");
	id = str_printf("%064d", 1);
	for (unsigned i = 0; i < 2; i++) {
		tx = json_pack("{s:s,s:s}", "txid", id, "data", hex);
		json_array_append_new(list, tx);
	}
	json_object_set(json, "transactions", list);
	assert_int_equal(template_parse(json, &coin, NULL, "a", 0, &t, NULL), ERR_LIMIT);
	json_array_clear(list);
	for (unsigned i = 0; i <= TEMPLATE_TXS_MAX; i++)
		json_array_append_new(list, json_object());
	assert_int_equal(template_parse(json, &coin, NULL, "a", 0, &t, NULL), ERR_LIMIT);
	free(id);
	free(hex);
	json_decref(list);
	json_decref(json);
}

static void sees_what_differs(void **state)
{
	struct coin coin = coin_with("mweb", "segwit");
	json_t *json = sample("litecoin-gbt-mweb");
	struct template *a, *b, *c;

	assert_int_equal(template_parse(json, &coin, NULL, "a", 1, &a, NULL), OK);
	json_object_set_new(json, "curtime", json_integer((json_int_t)a->curtime + 30));
	json_object_set_new(json, "longpollid", json_string("other"));
	assert_int_equal(template_parse(json, &coin, NULL, "b", 2, &b, NULL), OK);
	assert_true(a->content == b->content);
	assert_true(template_same_tip(a, b));
	json_object_set_new(json, "coinbasevalue", json_integer(5));
	assert_int_equal(template_parse(json, &coin, NULL, "b", 2, &c, NULL), OK);
	assert_true(a->content != c->content);
	template_unref(c);
	json_object_set_new(json, "height", json_integer(434));
	assert_int_equal(template_parse(json, &coin, NULL, "b", 2, &c, NULL), OK);
	assert_false(template_same_tip(a, c));
	template_unref(template_ref(a));
	template_unref(a);
	template_unref(b);
	template_unref(c);
	json_decref(json);
}

static void asks_with_the_coins_rules(void **state)
{
	struct coin coin = coin_with("mweb", "segwit");
	json_t *params = template_params(&coin, "abc");
	struct buf text = {0};

	buf_add_json(&text, params);
	assert_string_equal(
		buf_str(&text), "[{\"rules\":[\"mweb\",\"segwit\"],\"longpollid\":\"abc\"}]");
	buf_free(&text);
	json_decref(params);
}

/* The same block with the coinbase alone: worth the subsidy, without a commitment. */
static void without_transactions(void **state)
{
	struct coin coin = coin_with("mweb", "segwit");
	json_t *json = sample("litecoin-gbt-no-mweb");
	struct template *t, *empty;

	assert_int_equal(template_parse(json, &coin, NULL, "a", 1, &t, NULL), OK);
	empty = template_without_txs(t);
	assert_non_null(empty);
	assert_int_equal(amount_units(empty->value), 5000000000);
	assert_int_equal(empty->tx_count, 0);
	assert_false(empty->has_witness);
	assert_true(template_same_tip(t, empty));
	assert_true(t->content != empty->content);
	assert_null(template_without_txs(empty));
	template_unref(empty);
	template_unref(t);
	/* a daemon that does not tell the fees */
	json_object_del(json_array_get(json_object_get(json, "transactions"), 0), "fee");
	assert_int_equal(template_parse(json, &coin, NULL, "a", 1, &t, NULL), OK);
	assert_null(template_without_txs(t));
	template_unref(t);
	json_decref(json);
	/* an extension block holds what its transactions moved */
	json = sample("litecoin-gbt-mweb");
	assert_int_equal(template_parse(json, &coin, NULL, "a", 1, &t, NULL), OK);
	assert_null(template_without_txs(t));
	template_unref(t);
	json_decref(json);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(without_transactions),
		cmocka_unit_test(reads_real_templates),
		cmocka_unit_test(holds_the_transactions),
		cmocka_unit_test(refuses_damaged_templates),
		cmocka_unit_test(refuses_what_is_too_large),
		cmocka_unit_test(sees_what_differs),
		cmocka_unit_test(asks_with_the_coins_rules),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
