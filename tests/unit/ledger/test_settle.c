/* test_settle.c -- confirmed payouts behind which the chain is rewritten, and losses that were
 * none.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "ledger/ledger_priv.h"
#include "world.h"

#define COIN AMOUNT_COIN
#define PAID 3960000000

/* The next block takes what is in the memory pool. */
static void mine_pooled(void)
{
	world_mine(1);
	for (unsigned i = 0; i < world->txs_n; i++) {
		if (world->txs[i].state == FAKE_POOLED) {
			world->txs[i].state = FAKE_MINED;
			world->txs[i].height = world->tip;
		}
	}
}

static struct store_payout payout(unsigned nth)
{
	struct store_payout p;

	assert_true(world_payout(nth, &p));
	return p;
}

/* A payout of all that two miners had is confirmed. */
static int set_up(void **state)
{
	world_new();
	world_work(0, 100, 1, 30);
	world_work(1, 100, 1, 10);
	world_mine(1);
	world_find(0, 40 * COIN);
	world_flushed(100);
	world_pass(NULL);
	world_mine(10);
	world->funds = 40 * COIN;
	world_pass(NULL);
	mine_pooled();
	world_mine(2);
	world_pass(NULL);
	return payout(0).state == STORE_PAYOUT_CONFIRMED ? 0 : -1;
}

static int tear_down(void **state)
{
	int64_t sum = 0;

	for (int book = 1; book < STORE_BOOKS; book++)
		sum += world_book(book);
	assert_int_equal(sum, 0);
	world_free();
	return 0;
}

static struct store_payout_control control(void)
{
	struct store_payout_control c;

	assert_int_equal(store_payout_control(world_store(), world->pool_id, &c, NULL), OK);
	return c;
}

/* The block of the payout, and those above it, are others now. */
static void lose_its_block(enum fake_tx_state becomes)
{
	int64_t height = world->txs[0].height;

	world_reorg(height, world->tip + 1);
	world->txs[0].state = becomes;
	world->txs[0].height = height;
}

static void order(enum store_order_kind kind)
{
	struct store_order o = {
		.kind = kind, .payout = payout(0).id, .who = "root", .reason = "gone"};

	assert_int_equal(store_order_add(world_store(), world->pool_id, &o, NULL), OK);
}

static void test_it_is_sent_again(void **state)
{
	unsigned sent = world->txs[0].times_sent;

	lose_its_block(FAKE_POOLED);
	assert_true(world_pass(NULL));
	assert_int_equal(world->txs[0].times_sent, sent + 1);
	assert_int_equal(payout(0).state, STORE_PAYOUT_CONFIRMED);
	assert_int_equal(payout(0).confirmations, 0);
	assert_false(control().is_paused);
	mine_pooled();
	assert_true(world_pass(NULL));
	assert_int_equal(payout(0).confirmations, 1);
	assert_int_equal(world_book(STORE_BOOK_PAID), PAID);
	assert_int_equal(world->txs_n, 1);
}

static void test_it_is_left_alone_when_it_is_deep(void **state)
{
	unsigned sent = world->txs[0].times_sent;

	world_mine(100);
	assert_true(world_pass(NULL));
	assert_true(payout(0).confirmations >= 100);
	world->txs[0].state = FAKE_POOLED;
	world_mine(1);
	assert_true(world_pass(NULL));
	assert_int_equal(world->txs[0].times_sent, sent);
}

static void test_undone_pauses_until_it_is_back(void **state)
{
	lose_its_block(FAKE_CONFLICTED);
	assert_true(world_pass(NULL));
	assert_true(control().is_paused);
	assert_string_equal(control().who, "chain");
	assert_non_null(strstr(control().reason, "kozan payout repay"));
	assert_int_equal(world_events("chain_rewritten"), 1);
	assert_int_equal(world_book(STORE_BOOK_PAID), PAID);
	world->txs[0].state = FAKE_MINED;
	assert_true(world_pass(NULL));
	assert_false(control().is_paused);
	assert_int_equal(world_events("chain_restored"), 1);
}

static void test_undone_is_paid_anew_by_order_only(void **state)
{
	lose_its_block(FAKE_CONFLICTED);
	world->funds = 40 * COIN;
	for (unsigned i = 0; i < 3; i++)
		assert_true(world_pass(NULL));
	assert_int_equal(world->txs_n, 1);
	order(STORE_ORDER_REPAY);
	assert_false(world_pass("payout_undoing"));
	assert_int_equal(payout(0).state, STORE_PAYOUT_CONFIRMED);
	world->pool.payout.is_enabled = false;
	assert_true(world_pass(NULL));
	assert_int_equal(payout(0).state, STORE_PAYOUT_CONFLICTED);
	assert_int_equal(world_book(STORE_BOOK_AVAILABLE), PAID);
	assert_int_equal(world_book(STORE_BOOK_PAID), 0);
	assert_int_equal(world_book(STORE_BOOK_NETWORK_FEE), 0);
	assert_int_equal(world_events("payout_repaid"), 1);
	assert_false(control().is_paused);
	world->pool.payout.is_enabled = true;
	assert_true(world_pass(NULL));
	assert_int_equal(payout(0).state, STORE_PAYOUT_BROADCAST);
	assert_int_equal(world->txs_n, 2);
	assert_int_equal(world_paid(0) + world_paid(1), PAID);
}

static void test_what_is_alive_is_not_paid_again(void **state)
{
	order(STORE_ORDER_REPAY);
	assert_true(world_pass(NULL));
	lose_its_block(FAKE_POOLED);
	order(STORE_ORDER_REPAY);
	assert_true(world_pass(NULL));
	assert_int_equal(world_events("payout_not_repaid"), 2);
	assert_int_equal(payout(0).state, STORE_PAYOUT_CONFIRMED);
	assert_int_equal(world_book(STORE_BOOK_PAID), PAID);
}

/* Neither does the way of those that are under way lead there. */
static void test_confirmed_is_not_conflicted(void **state)
{
	assert_int_equal(store_payout_conflict(world_store(), payout(0).id, NULL), ERR_CONFLICT);
	assert_int_equal(world_book(STORE_BOOK_PAID), PAID);
}

/* The lost block comes back after the pool has paid for it. */
static void test_loss_is_undone(void **state)
{
	static uint32_t saved[CHAIN_MAX];

	world->txs[0].height = 0; /* deep enough */
	memcpy(saved, world->branch, sizeof(saved));
	world_reorg(100, 115);
	assert_true(world_pass(NULL));
	assert_string_equal(control().who, "chain");
	assert_int_equal(store_block_unbear(world_store(), 1, NULL), ERR_CONFLICT);
	assert_int_equal(store_block_bear(world_store(), 1, "root", "deep", NULL), OK);
	assert_true(world_pass(NULL));
	assert_false(control().is_paused);
	assert_int_equal(world_book(STORE_BOOK_COINBASE), 0);
	assert_int_equal(store_block_unbear(world_store(), 1, NULL), OK);
	assert_true(world_pass(NULL));
	assert_true(control().is_paused); /* it is not there yet */
	world_branch_back(saved, 113);
	assert_true(world_pass(NULL));
	assert_false(control().is_paused);
	assert_int_equal(world_book(STORE_BOOK_COINBASE), -40 * COIN);
	assert_int_equal(store_block_bear(world_store(), 1, "root", "again", NULL), OK);
	assert_int_equal(store_block_unbear(world_store(), 1, NULL), OK);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_it_is_sent_again),
		TEST(test_it_is_left_alone_when_it_is_deep),
		TEST(test_undone_pauses_until_it_is_back),
		TEST(test_undone_is_paid_anew_by_order_only),
		TEST(test_what_is_alive_is_not_paid_again),
		TEST(test_confirmed_is_not_conflicted),
		TEST(test_loss_is_undone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
