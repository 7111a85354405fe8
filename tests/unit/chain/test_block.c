/* test_block.c -- from a daemon's template to the very block that this daemon accepted. */
#include "chain/block.h"

#include "base/json.h"
#include "base/path.h"
#include "chain/merkle.h"
#include "check.h"

/* A file of tests/vectors/chain, and what is made of its template. */
struct vector {
	json_t *file, *template;
	struct coinbase coinbase;
	struct merkle_branch branch;
	struct buf txs;
	size_t txs_count;
	uint8_t *mweb;
	size_t mweb_len;
};

static const uint8_t nonce[12] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12};

static int64_t integer(const json_t *object, const char *key)
{
	int64_t n;

	assert_true(json_get_i64(object, key, &n));
	return n;
}

static struct script script_at(const json_t *object, const char *key)
{
	struct script script;
	size_t len;
	uint8_t *bytes = hex_bytes(json_get_str(object, key), &len);

	assert_true(script_of(bytes, len, &script));
	free(bytes);
	return script;
}

static bool has_segwit(const json_t *template)
{
	const json_t *rule;
	size_t i;

	json_array_foreach(json_object_get(template, "rules"), i, rule)
	{
		const char *name = json_string_value(rule);

		if (strcmp(name + (*name == '!'), "segwit") == 0)
			return true;
	}
	return false;
}

static void build_coinbase(struct vector *v)
{
	const char *flags = json_get_str(json_object_get(v->template, "coinbaseaux"), "flags");
	struct coinbase_output out = {
		amount_of(integer(v->template, "coinbasevalue")), script_at(v->file, "script")};
	struct script commitment = script_at(v->template, "default_witness_commitment");
	struct coinbase_spec spec = {
		.height = integer(v->template, "height"),
		.tag = "/Kozan/",
		.node_tag = 0x01020304,
		.time_ns = 0x1122334455667788,
		.nonce_len = sizeof(nonce),
		.outputs = &out,
		.outputs_count = 1,
		.commitment = has_segwit(v->template) ? &commitment : NULL,
	};
	uint8_t *bytes = hex_bytes(flags ? flags : "", &spec.flags_len);

	spec.flags = bytes;
	assert_int_equal(coinbase_init(&v->coinbase, &spec, NULL), OK);
	free(bytes);
}

static void collect_txs(struct vector *v)
{
	const json_t *txs = json_object_get(v->template, "transactions"), *tx;
	uint8_t(*ids)[32] = mem_alloc(32 * json_array_size(txs));
	size_t i, len;

	json_array_foreach(txs, i, tx)
	{
		uint8_t *bytes = hex_bytes(json_get_str(tx, "data"), &len);

		assert_true(hex_decode_reversed(ids[i], 32, json_get_str(tx, "txid"), 64));
		buf_add(&v->txs, bytes, len);
		free(bytes);
	}
	v->txs_count = json_array_size(txs);
	assert_int_equal(merkle_branch_of((const void *)ids, v->txs_count, &v->branch), OK);
	free(ids);
}

static struct vector load(const char *name)
{
	char *path = str_printf("%s/chain/%s.json", VECTORS_DIR, name);
	struct vector v = {0};
	struct buf text;

	assert_int_equal(path_read(path, 1 << 20, &text, NULL), OK);
	assert_int_equal(json_read(buf_str(&text), text.len, &v.file, NULL), OK);
	v.template = json_object_get(v.file, "template");
	build_coinbase(&v);
	collect_txs(&v);
	if (json_get_str(v.template, "mweb"))
		v.mweb = hex_bytes(json_get_str(v.template, "mweb"), &v.mweb_len);
	buf_free(&text);
	free(path);
	return v;
}

static void drop(struct vector *v)
{
	json_decref(v->file);
	coinbase_fini(&v->coinbase);
	buf_free(&v->txs);
	free(v->mweb);
}

/* The header, but for its nonce, which the miner found. */
static void make_header(const struct vector *v, uint8_t out[HEADER_LEN])
{
	uint8_t *accepted;
	struct header h;
	size_t len;

	accepted = hex_bytes(json_get_str(v->file, "header"), &len);
	assert_int_equal(len, HEADER_LEN);
	header_decode(accepted, &h);
	h.version = (uint32_t)integer(v->template, "version");
	h.time = (uint32_t)integer(v->template, "curtime");
	h.bits = (uint32_t)strtoul(json_get_str(v->template, "bits"), NULL, 16);
	assert_true(hex_decode_reversed(
		h.prev, 32, json_get_str(v->template, "previousblockhash"), 64));
	coinbase_txid(&v->coinbase, nonce, h.merkle_root);
	merkle_fold(&v->branch, h.merkle_root, h.merkle_root);
	header_encode(&h, out);
	assert_memory_equal(out, accepted, HEADER_LEN);
	free(accepted);
}

static void check(const char *name)
{
	struct vector v = load(name);
	struct block_body body = {v.txs_count, v.txs.data, v.txs.len, v.mweb, v.mweb_len};
	static const struct coin coin = {.block_id = COIN_BLOCK_ID_SHA256D};
	uint8_t header[HEADER_LEN], id[32];
	struct buf block = {0};
	char text[65];

	make_header(&v, header);
	block_assemble(header, &v.coinbase, nonce, &body, &block);
	assert_hex_equal(block.data, block.len, json_get_str(v.file, "block"));
	coin_block_id_of(&coin, header, NULL, id);
	hex_encode_reversed(text, id, 32);
	assert_string_equal(text, json_get_str(v.file, "id"));
	buf_free(&block);
	drop(&v);
}

static void test_before_segwit(void **state)
{
	check("bcoin-before-segwit");
}

static void test_segwit(void **state)
{
	check("bcoin-segwit");
	check("litecoin-segwit");
}

static void test_mweb(void **state)
{
	check("litecoin-mweb");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_before_segwit),
		cmocka_unit_test(test_segwit),
		cmocka_unit_test(test_mweb),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
