/* test_pay.c -- who gets how much of a block, and what of it the database is told. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "stratum/block_meta.h"
#include "stratum/pay.h"

static const struct coin_network network = {.p2pkh = {1, {111}}, .p2sh = {1, {196}}};

static struct address address_of(uint8_t first)
{
	struct script script = script_p2pkh((const uint8_t[20]){first});
	struct address address;

	assert_int_equal(address_encode(&network, &script, &address), OK);
	return address;
}

static struct conf_pool pool_with(
	enum reward_scheme scheme, struct conf_recipient *recipients, size_t n)
{
	struct conf_pool pool = {.network = &network, .address = address_of(1)};

	pool.reward = (struct conf_reward){.rules = {.scheme = scheme, .fee_ppm = 20000},
		.recipients = recipients,
		.recipients_count = n};
	return pool;
}

/* Output i pays `units` to `to`. */
static void expect_output(
	const struct pay *pay, unsigned i, int64_t units, const struct address *to)
{
	assert_true(i < pay->n);
	assert_int_equal(amount_units(pay->outputs[i].value), units);
	assert_true(script_equals(&pay->outputs[i].script, &to->script));
}

static int64_t sum_of(const struct pay *pay)
{
	int64_t sum = 0;

	for (unsigned i = 0; i < pay->n; i++)
		sum += amount_units(pay->outputs[i].value);
	return sum;
}

static void test_all_to_the_pool(void **state)
{
	struct conf_pool pool = pool_with(REWARD_PPLNS, NULL, 0);
	struct template t = {.value = amount_of(1001)};
	struct pay pay;

	pay_init(&pay, &pool, &t, NULL);
	assert_int_equal(pay.n, 1);
	assert_int_equal(pay.direct_n, 0);
	expect_output(&pay, 0, 1001, &pool.address);
	pay_fini(&pay);
	t.value = amount_of(0); /* a coin without rewards */
	pay_init(&pay, &pool, &t, NULL);
	assert_int_equal(pay.n, 1);
	expect_output(&pay, 0, 0, &pool.address);
	pay_fini(&pay);
}

static void test_finder_and_recipients(void **state)
{
	struct conf_recipient to[] = {
		{.ppm = 10000, .address = address_of(2)}, {.ppm = 5000, .address = address_of(3)}};
	struct conf_pool pool = pool_with(REWARD_PPLNS, to, 2);
	struct template t = {.value = amount_of(100999)};
	struct address finder = address_of(4);
	struct pay pay;

	pay_init(&pay, &pool, &t, &finder);
	/* 1009 and 504 for them; of 99486 that are left 2 %, 1989, for the pool */
	expect_output(&pay, 0, 97497, &finder);
	expect_output(&pay, 1, 1989, &pool.address);
	expect_output(&pay, 2, 1009, &to[0].address);
	expect_output(&pay, 3, 504, &to[1].address);
	assert_int_equal(sum_of(&pay), 100999);
	assert_int_equal(pay.direct_n, 3);
	assert_string_equal(pay.direct[0].address, finder.text);
	pay_fini(&pay);

	pay_init(&pay, &pool, &t, NULL);
	expect_output(&pay, 0, 99486, &pool.address);
	assert_int_equal(pay.n, 3);
	assert_int_equal(pay.direct_n, 2);
	pay_fini(&pay);
}

/* One who is both the finder and a recipient has two outputs and one row. */
static void test_one_for_two_reasons(void **state)
{
	struct conf_recipient to[] = {{.ppm = 10000, .address = address_of(2)}};
	struct conf_pool pool = pool_with(REWARD_SOLO, to, 1);
	struct template t = {.value = amount_of(1000)};
	struct address finder = address_of(2);
	struct pay pay;

	pay_init(&pay, &pool, &t, &finder);
	assert_int_equal(pay.n, 3);
	assert_int_equal(pay.direct_n, 1);
	assert_int_equal(amount_units(pay.direct[0].amount), 981); /* 1000 - 10 - 19, and 10 */
	pay_fini(&pay);
}

/* Where work is paid by itself, so are the recipients; but not of a solo port's block. */
static void test_schemes_of_shares(void **state)
{
	struct conf_recipient to[] = {{.ppm = 10000, .address = address_of(2)}};
	struct conf_pool pool = pool_with(REWARD_PPS, to, 1);
	struct template t = {.value = amount_of(1000)};
	struct address finder = address_of(4);
	struct pay pay;

	pay_init(&pay, &pool, &t, NULL);
	assert_int_equal(pay.n, 1);
	expect_output(&pay, 0, 1000, &pool.address);
	pay_fini(&pay);
	pay_init(&pay, &pool, &t, &finder);
	assert_int_equal(pay.n, 3);
	assert_int_equal(sum_of(&pay), 1000);
	pay_fini(&pay);
}

#define META                                                                                       \
	"{\"height\":5,\"hash\":\"aa\",\"prev_hash\":\"bb\",\"reward\":100,\"found_ms\":1,"        \
	"\"network_work\":7,\"node\":3,\"address\":\"A\",\"worker\":\"w\""

static void test_meta(void **state)
{
	struct store_output *outputs;
	struct store_block block;
	size_t n;

	assert_int_equal(block_meta_read(META "}", &block, &outputs, &n), OK);
	assert_int_equal(n, 0);
	assert_int_equal(block.scheme, 0);
	assert_true(store_block_has_round(&block));
	free(outputs);
	assert_int_equal(
		block_meta_read(META ",\"solo\":true,\"apart\":true,\"outputs\":[{\"address\":"
				     "\"A\",\"amount\":98}]}",
			&block, &outputs, &n),
		OK);
	assert_int_equal(n, 1);
	assert_string_equal(outputs[0].address, "A");
	assert_int_equal(amount_units(outputs[0].amount), 98);
	assert_int_equal(block.scheme, REWARD_SOLO);
	assert_false(store_block_has_round(&block));
	free(outputs);
	assert_int_equal(
		block_meta_read(META ",\"outputs\":[{\"address\":\"A\"}]}", &block, &outputs, &n),
		ERR_CORRUPT);
	assert_int_equal(block_meta_read(META ",\"outputs\":[{\"address\":\"A\",\"amount\":0}]}",
				 &block, &outputs, &n),
		ERR_CORRUPT);
	assert_int_equal(block_meta_read("{}", &block, &outputs, &n), ERR_CORRUPT);
	assert_int_equal(block_meta_read("x", &block, &outputs, &n), ERR_CORRUPT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_all_to_the_pool),
		cmocka_unit_test(test_finder_and_recipients),
		cmocka_unit_test(test_one_for_two_reasons),
		cmocka_unit_test(test_schemes_of_shares),
		cmocka_unit_test(test_meta),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
