/* test_coinbase.c -- the coinbase byte by byte, and its limits. */
#include "chain/coinbase.h"
#include "check.h"

static const uint8_t nonce[12] = {
	0xe1, 0xe1, 0xe1, 0xe1, 0xe2, 0xe2, 0xe2, 0xe2, 0xe2, 0xe2, 0xe2, 0xe2};
static const uint8_t key_hash[20] = {0xaa, 0xbb};

#define PREV                                                                                       \
	"0000000000000000000000000000000000000000000000000000000000000000"                         \
	"ffffffff"
#define HEAD                                                                                       \
	"25" /* 37 bytes of script */                                                              \
	"0340d10c"                                                                                 \
	"07"                                                                                       \
	"2f4b6f7a616e2f"                                                                           \
	"18"                                                                                       \
	"04030201"                                                                                 \
	"0807060504030201"
#define SEQUENCE "ffffffff"
#define PAYS                                                                                       \
	"00f2052a01000000"                                                                         \
	"1976a914aabb00000000000000000000000000000000000088ac"
#define NONCE "e1e1e1e1e2e2e2e2e2e2e2e2"

static struct coinbase_output output(void)
{
	return (struct coinbase_output){amount_of(5000000000), script_p2pkh(key_hash)};
}

static struct coinbase_spec spec_for(const struct coinbase_output *out)
{
	return (struct coinbase_spec){
		.height = 840000,
		.tag = "/Kozan/",
		.node_tag = 0x01020304,
		.time_ns = 0x0102030405060708,
		.nonce_len = sizeof(nonce),
		.outputs = out,
		.outputs_count = 1,
	};
}

static void test_plain(void **state)
{
	struct coinbase_output out = output();
	struct coinbase_spec spec = spec_for(&out);
	struct coinbase cb;
	struct buf tx = {0};
	uint8_t txid[32], expected[32];

	assert_int_equal(coinbase_init(&cb, &spec, NULL), OK);
	assert_hex_equal(cb.head.data, cb.head.len, "0200000001" PREV HEAD);
	assert_hex_equal(cb.tail.data, cb.tail.len, SEQUENCE "01" PAYS "00000000");
	coinbase_add_to(&cb, nonce, &tx);
	assert_hex_equal(
		tx.data, tx.len, "0200000001" PREV HEAD NONCE SEQUENCE "01" PAYS "00000000");
	sha256d(tx.data, tx.len, expected);
	coinbase_txid(&cb, nonce, txid);
	assert_memory_equal(txid, expected, 32);
	buf_free(&tx);
	coinbase_fini(&cb);
}

/* The witness stands in the block, but not in the halves and not in the txid. */
static void test_witness(void **state)
{
	struct coinbase_output out = output();
	struct coinbase_spec spec = spec_for(&out);
	struct script commitment = {4, {0x6a, 0x02, 0xaa, 0x21}};
	struct buf tx = {0}, plain = {0};
	uint8_t txid[32], expected[32];
	struct coinbase cb;

	spec.commitment = &commitment;
	assert_int_equal(coinbase_init(&cb, &spec, NULL), OK);
	coinbase_add_to(&cb, nonce, &tx);
	assert_hex_equal(tx.data, tx.len,
		"02000000"
		"0001"
		"01" PREV HEAD NONCE SEQUENCE "02" PAYS "0000000000000000"
		"046a02aa21"
		"0120"
		"0000000000000000000000000000000000000000000000000000000000000000"
		"00000000");
	buf_add(&plain, cb.head.data, cb.head.len);
	buf_add(&plain, nonce, sizeof(nonce));
	buf_add(&plain, cb.tail.data, cb.tail.len);
	sha256d(plain.data, plain.len, expected);
	coinbase_txid(&cb, nonce, txid);
	assert_memory_equal(txid, expected, 32);
	buf_free(&plain);
	buf_free(&tx);
	coinbase_fini(&cb);
}

/* Another payee: the head is the same, the outputs are his. */
static void test_other_outputs(void **state)
{
	const uint8_t other_hash[20] = {0xcc};
	struct coinbase_output out = output(), two[2] = {output(), output()};
	struct coinbase_spec spec = spec_for(&out), other = {.outputs = two, .outputs_count = 2};
	struct script commitment = {4, {0x6a, 0x02, 0xaa, 0x21}};
	struct coinbase cb, solo;
	struct buf tx = {0};

	assert_int_equal(coinbase_init(&cb, &spec, NULL), OK);
	two[0] = (struct coinbase_output){amount_of(1), script_p2pkh(other_hash)};
	other.commitment = &commitment;
	assert_int_equal(coinbase_pay(&cb, &other, &solo, NULL), OK);
	coinbase_add_to(&solo, nonce, &tx);
	assert_hex_equal(tx.data, tx.len,
		"0200000001" PREV HEAD NONCE SEQUENCE "03"
		"0100000000000000"
		"1976a914cc0000000000000000000000000000000000000088ac" PAYS "0000000000000000"
		"046a02aa21"
		"00000000");
	other.outputs_count = 0;
	assert_int_equal(coinbase_pay(&cb, &other, &solo, NULL), ERR_INVALID);
	buf_free(&tx);
	buf_free(&solo.tail);
	coinbase_fini(&cb);
}

/* DIP4: a version with a type, and a payload behind the lock time; in a block with witness, too. */
static void test_payload(void **state)
{
	struct coinbase_output out = output();
	struct coinbase_spec spec = spec_for(&out);
	struct script commitment = {4, {0x6a, 0x02, 0xaa, 0x21}};
	struct coinbase cb;
	struct buf tx = {0};

	spec.version = 0x00050003;
	spec.extra = (const uint8_t *)"\x02\xbe\xef";
	spec.extra_len = 3;
	assert_int_equal(coinbase_init(&cb, &spec, NULL), OK);
	coinbase_add_to(&cb, nonce, &tx);
	assert_hex_equal(
		tx.data, tx.len, "0300050001" PREV HEAD NONCE SEQUENCE "01" PAYS "0000000002beef");
	coinbase_fini(&cb);
	buf_clear(&tx);
	spec.commitment = &commitment;
	assert_int_equal(coinbase_init(&cb, &spec, NULL), OK);
	coinbase_add_to(&cb, nonce, &tx);
	assert_hex_equal(tx.data, tx.len,
		"03000500"
		"0001"
		"01" PREV HEAD NONCE SEQUENCE "02" PAYS "0000000000000000"
		"046a02aa21"
		"0120"
		"0000000000000000000000000000000000000000000000000000000000000000"
		"0000000002beef");
	coinbase_fini(&cb);
	buf_free(&tx);
}

/* A time behind the version; a script that the daemon has begun. */
static void test_time_and_script_head(void **state)
{
	const uint32_t time = 0x65432100;
	struct coinbase_output out = output();
	struct coinbase_spec spec = spec_for(&out);
	struct coinbase cb;

	spec.version = 1;
	spec.time = &time;
	spec.script_head = (const uint8_t *)"\x03\x40\xd1\x0c";
	spec.script_head_len = 4;
	spec.height = 7; /* not used */
	assert_int_equal(coinbase_init(&cb, &spec, NULL), OK);
	assert_hex_equal(cb.head.data, cb.head.len,
		"01000000"
		"00214365"
		"01" PREV HEAD);
	coinbase_fini(&cb);
}

static void test_flags_and_no_tag(void **state)
{
	struct coinbase_output out = output();
	struct coinbase_spec spec = spec_for(&out);
	struct coinbase cb;

	spec.flags = (const uint8_t *)"\x02\x70\x71";
	spec.flags_len = 3;
	spec.tag = "";
	spec.height = 1;
	assert_int_equal(coinbase_init(&cb, &spec, NULL), OK);
	assert_hex_equal(cb.head.data + 41, cb.head.len - 41,
		"1d" /* 29 bytes */
		"51"
		"027071"
		"18"
		"04030201"
		"0807060504030201");
	coinbase_fini(&cb);
}

/* A script of exactly 100 bytes is made, one of 101 is refused. */
static void test_script_limit(void **state)
{
	uint8_t flags[100] = {0};
	struct coinbase_output out = output();
	struct coinbase_spec spec = spec_for(&out);
	struct coinbase cb;
	struct why why;

	spec.flags = flags;
	spec.flags_len = 100 - 37;
	assert_int_equal(coinbase_init(&cb, &spec, &why), OK);
	assert_int_equal(cb.head.data[41], 100);
	coinbase_fini(&cb);
	spec.flags_len++;
	assert_int_equal(coinbase_init(&cb, &spec, &why), ERR_LIMIT);
	assert_string_equal(why.text,
		"the coinbase's script has 101 bytes, 100 are allowed: use a shorter tag");
}

static void test_refused(void **state)
{
	struct coinbase_output out = output();
	struct coinbase_spec spec = spec_for(&out);
	struct coinbase cb;

	spec.tag = "123456789012345678901";
	assert_int_equal(coinbase_init(&cb, &spec, NULL), ERR_INVALID);
	spec = spec_for(&out);
	spec.height = -1;
	assert_int_equal(coinbase_init(&cb, &spec, NULL), ERR_INVALID);
	spec = spec_for(&out);
	spec.outputs_count = 0;
	assert_int_equal(coinbase_init(&cb, &spec, NULL), ERR_INVALID);
	spec = spec_for(&out);
	spec.nonce_len = COINBASE_NONCE_MAX + 1;
	assert_int_equal(coinbase_init(&cb, &spec, NULL), ERR_INVALID);
	spec = spec_for(&out);
	out.value = amount_of(-1);
	assert_int_equal(coinbase_init(&cb, &spec, NULL), ERR_INVALID);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_plain),
		cmocka_unit_test(test_witness),
		cmocka_unit_test(test_other_outputs),
		cmocka_unit_test(test_payload),
		cmocka_unit_test(test_time_and_script_head),
		cmocka_unit_test(test_flags_and_no_tag),
		cmocka_unit_test(test_script_limit),
		cmocka_unit_test(test_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
