/* test_round.c -- closing, waiting, orphans and maturity, with the real books. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "ledger/ledger_priv.h"
#include "store/store_node.h"
#include "world.h"

#define COIN AMOUNT_COIN

static int set_up(void **state)
{
	world_new();
	return 0;
}

static int tear_down(void **state)
{
	world_free();
	return 0;
}

static int64_t immature(unsigned miner)
{
	return amount_units(world_balance(miner).immature);
}

static int64_t available(unsigned miner)
{
	return amount_units(world_balance(miner).available);
}

static void assert_state(int64_t block, enum store_block_state state)
{
	assert_int_equal(world_block(block).state, state);
}

/* A block at height 100: miner 0 did 30, miner 1 did 10; 40 coins, 1 % fee. */
static int64_t find_first_block(void)
{
	int64_t block;

	world_work(0, 100, 1, 20);
	world_work(1, 100, 1, 10);
	world_work(0, 100, 2, 10);
	world_mine(1);
	block = world_find(0, 40 * COIN);
	world_flushed(100);
	return block;
}

static void test_round_is_credited(void **state)
{
	int64_t block = find_first_block();

	assert_true(world_pass(NULL));
	assert_state(block, STORE_BLOCK_IMMATURE);
	assert_int_equal(world_block(block).round_work, 40);
	assert_int_equal(immature(0), 2970000000);
	assert_int_equal(immature(1), 990000000);
	assert_int_equal(world_book(STORE_BOOK_FEE_IMMATURE), 40000000);
	assert_int_equal(world_book(STORE_BOOK_COINBASE), -40 * COIN);
	assert_int_equal(world_events("block_found"), 1);
	assert_int_equal(world_events("block_credited"), 1);

	assert_true(world_pass(NULL)); /* nothing is done twice */
	assert_int_equal(immature(0), 2970000000);
	assert_int_equal(world_events("block_credited"), 1);
}

static void test_round_waits_for_the_nodes(void **state)
{
	int64_t block;

	world_mine(1);
	world_work(0, 100, 1, 1);
	block = world_find(0, COIN);
	assert_true(world_pass(NULL));
	assert_state(block, STORE_BLOCK_PENDING);
	world_work(1, 100, 1, 1); /* arrives late and counts */
	world_flushed(100);
	assert_true(world_pass(NULL));
	assert_state(block, STORE_BLOCK_IMMATURE);
	assert_int_equal(immature(0), immature(1));
}

static void test_round_waits_for_the_daemon(void **state)
{
	int64_t block = find_first_block();

	world->is_daemon_away = true;
	assert_true(world_pass(NULL));
	assert_state(block, STORE_BLOCK_PENDING);
	world->is_daemon_away = false;
	assert_true(world_pass(NULL));
	assert_state(block, STORE_BLOCK_IMMATURE);
}

static void test_no_work_pays_the_finder(void **state)
{
	int64_t block;

	world_mine(1);
	block = world_find(3, 100);
	world_flushed(100);
	assert_true(world_pass(NULL));
	assert_state(block, STORE_BLOCK_IMMATURE);
	assert_int_equal(immature(3), 99);
	assert_int_equal(world_book(STORE_BOOK_FEE_IMMATURE), 1);
}

static void test_pplns_reaches_into_the_round_before(void **state)
{
	int64_t block;

	world->pool.reward.rules.scheme = REWARD_PPLNS; /* one network block: 100 units */
	find_first_block();
	world_work(2, 101, 3, 60);
	world_mine(1);
	block = world_find(2, 1000000);
	world_flushed(101);
	assert_true(world_pass(NULL));
	assert_int_equal(world_block(block).round_work, 60);
	assert_int_equal(immature(2), 594000); /* 60 of 100 */
	assert_int_equal(immature(0), 2970000000 + 297000);
	assert_int_equal(immature(1), 990000000 + 99000);
}

static void test_maturity(void **state)
{
	int64_t block = find_first_block();

	assert_true(world_pass(NULL));
	world_mine(9); /* 10 confirmations: the wallet wants one more */
	assert_true(world_pass(NULL));
	assert_state(block, STORE_BLOCK_IMMATURE);
	assert_int_equal(world_block(block).confirmations, 10);
	world->pool.payout.is_enabled = false;
	world_mine(1);
	assert_true(world_pass(NULL));
	assert_state(block, STORE_BLOCK_MATURE);
	assert_int_equal(immature(0), 0);
	assert_int_equal(available(0), 2970000000);
	assert_int_equal(world_book(STORE_BOOK_FEE), 40000000);
	assert_int_equal(world_book(STORE_BOOK_FEE_IMMATURE), 0);
	assert_int_equal(world_events("block_matured"), 1);
}

static void test_orphan_is_reversed_and_its_work_goes_on(void **state)
{
	int64_t orphan = find_first_block(), block;

	assert_true(world_pass(NULL));
	world_reorg(100, 102);
	assert_true(world_pass(NULL));
	assert_state(orphan, STORE_BLOCK_IMMATURE); /* the other branch is not deep yet */
	world_mine(4);
	assert_true(world_pass(NULL));
	assert_state(orphan, STORE_BLOCK_ORPHAN);
	assert_int_equal(immature(0), 0);
	assert_int_equal(world_book(STORE_BOOK_COINBASE), 0);
	assert_int_equal(world_book(STORE_BOOK_FEE_IMMATURE), 0);
	assert_int_equal(world_events("block_orphaned"), 1);

	world_work(2, 107, 9, 40);
	world_mine(1);
	block = world_find(2, 8000);
	world_flushed(107);
	assert_true(world_pass(NULL));
	assert_state(block, STORE_BLOCK_IMMATURE);
	assert_int_equal(world_block(block).round_work, 80);
	assert_int_equal(immature(0), 2970);
	assert_int_equal(immature(1), 990);
	assert_int_equal(immature(2), 3960);
}

/* Until the fate of a credited block is known, no round above it is closed: it would miss the
 * orphan's work. */
static void test_later_round_waits_for_an_earlier_doubt(void **state)
{
	int64_t doubt = find_first_block(), block;

	assert_true(world_pass(NULL));
	world_reorg(100, 101);
	block = world_find(1, COIN);
	world_flushed(101);
	assert_true(world_pass(NULL));
	assert_state(block, STORE_BLOCK_PENDING);
	world_mine(5);
	assert_true(world_pass(NULL));
	assert_state(doubt, STORE_BLOCK_ORPHAN);
	assert_state(block, STORE_BLOCK_IMMATURE);
	assert_int_equal(world_block(block).round_work, 40);
	assert_int_equal(immature(0), 74250000);
}

static void test_two_of_ours_at_one_height(void **state)
{
	int64_t loser = find_first_block(), winner;

	world_reorg(100, 100);
	winner = world_find(1, 20 * COIN);
	world_mine(6);
	assert_true(world_pass(NULL));
	assert_state(loser, STORE_BLOCK_ORPHAN);
	assert_state(winner, STORE_BLOCK_IMMATURE);
	assert_int_equal(immature(0) + immature(1), 1980000000);
}

/* Both children of one block: the one that never got into the chain holds nobody up. */
static void test_a_beaten_twin_does_not_hold_up_rounds(void **state)
{
	int64_t twin, winner, above;

	world_work(0, 100, 1, 10);
	world_mine(1);
	twin = world_find(0, 20 * COIN);
	world_reorg(100, 100);
	winner = world_find(1, 20 * COIN);
	world_mine(1);
	above = world_find(1, 20 * COIN);
	world_flushed(101);
	assert_true(world_pass(NULL));
	assert_state(twin, STORE_BLOCK_PENDING);
	assert_state(winner, STORE_BLOCK_IMMATURE);
	assert_state(above, STORE_BLOCK_IMMATURE);
	world_mine(6);
	assert_true(world_pass(NULL));
	assert_state(twin, STORE_BLOCK_ORPHAN);
	assert_state(winner, STORE_BLOCK_IMMATURE);
	assert_int_equal(world_book(STORE_BOOK_COINBASE), -40 * COIN);
}

/* The twin of a credited block takes its place, and the block above goes with it. */
static void test_a_twin_takes_the_place_of_a_credited_block(void **state)
{
	static uint32_t saved[CHAIN_MAX];
	int64_t twin, credited, above;

	world_work(0, 100, 1, 10);
	world_mine(1);
	twin = world_find(0, 30 * COIN);
	memcpy(saved, world->branch, sizeof(saved));
	for (int64_t h = 101; h < 120; h++)
		saved[h] = saved[100];
	world_reorg(100, 100);
	credited = world_find(1, 20 * COIN);
	world_mine(1);
	above = world_find(1, 20 * COIN);
	world_flushed(101);
	assert_true(world_pass(NULL));
	assert_state(above, STORE_BLOCK_IMMATURE);
	world_branch_back(saved, 107);
	assert_true(world_pass(NULL));
	assert_state(credited, STORE_BLOCK_ORPHAN);
	assert_state(above, STORE_BLOCK_ORPHAN);
	assert_state(twin, STORE_BLOCK_IMMATURE);
	assert_int_equal(immature(0), 2970000000);
	assert_int_equal(world_book(STORE_BOOK_COINBASE), -30 * COIN);
}

static void test_orphan_returns(void **state)
{
	static uint32_t saved[CHAIN_MAX];
	int64_t block = find_first_block();

	memcpy(saved, world->branch, sizeof(saved));
	for (int64_t h = 101; h < 120; h++)
		saved[h] = saved[100];
	assert_true(world_pass(NULL));
	world_reorg(100, 106);
	assert_true(world_pass(NULL));
	assert_state(block, STORE_BLOCK_ORPHAN);
	world_branch_back(saved, 107);
	assert_true(world_pass(NULL));
	assert_state(block, STORE_BLOCK_IMMATURE);
	assert_int_equal(immature(0), 2970000000);
	assert_int_equal(immature(1), 990000000);
	assert_int_equal(world_book(STORE_BOOK_COINBASE), -40 * COIN);
}

/* It came back while a block of ours on the other branch is credited above it. */
static void test_orphan_returns_below_a_credited_block(void **state)
{
	static uint32_t saved[CHAIN_MAX];
	int64_t block = find_first_block(), above;

	memcpy(saved, world->branch, sizeof(saved));
	for (int64_t h = 101; h < 120; h++)
		saved[h] = saved[100];
	world_reorg(100, 106);
	assert_true(world_pass(NULL));
	assert_state(block, STORE_BLOCK_ORPHAN);
	above = world_find(2, 20 * COIN);
	world_flushed(106);
	assert_true(world_pass(NULL));
	assert_state(above, STORE_BLOCK_IMMATURE);
	world_branch_back(saved, 107);
	assert_true(world_pass(NULL));
	assert_state(block, STORE_BLOCK_PENDING);
	world_branch_back(saved, 112);
	assert_true(world_pass(NULL));
	assert_state(above, STORE_BLOCK_ORPHAN);
	assert_state(block, STORE_BLOCK_IMMATURE);
	assert_int_equal(immature(0), 2970000000);
	assert_int_equal(world_book(STORE_BOOK_COINBASE), -40 * COIN);
}

/* Two blocks leave, only the lower one deep enough to be an orphan, and both return. */
static void test_two_leave_and_return(void **state)
{
	static uint32_t saved[CHAIN_MAX];
	int64_t first = find_first_block(), second;

	world_work(2, 102, 5, 50);
	world_mine(2);
	second = world_find(2, 10 * COIN);
	world_flushed(102);
	assert_true(world_pass(NULL));
	assert_state(second, STORE_BLOCK_IMMATURE);
	memcpy(saved, world->branch, sizeof(saved));
	for (int64_t h = 103; h < 120; h++)
		saved[h] = saved[102];
	world_reorg(100, 106);
	assert_true(world_pass(NULL));
	assert_state(first, STORE_BLOCK_ORPHAN);
	assert_state(second, STORE_BLOCK_ORPHAN);
	world_branch_back(saved, 107);
	assert_true(world_pass(NULL));
	assert_state(first, STORE_BLOCK_IMMATURE);
	assert_state(second, STORE_BLOCK_IMMATURE);
	assert_int_equal(immature(0), 2970000000);
	assert_int_equal(immature(2), 990000000);
}

static void test_block_that_no_daemon_has(void **state)
{
	int64_t block;

	world_mine(1);
	world->branch[100] = 7; /* a block that never reached the daemon */
	block = world_find(0, COIN);
	world->branch[100] = 0;
	world_flushed(100);
	assert_true(world_pass(NULL));
	assert_state(block, STORE_BLOCK_PENDING);
	world_mine(6);
	assert_true(world_pass(NULL));
	assert_state(block, STORE_BLOCK_REJECTED);
	assert_int_equal(world_book(STORE_BOOK_COINBASE), 0);
	assert_int_equal(world_events("block_rejected"), 1);
}

/* Its node reaches the database when the round above is closed. */
static int64_t find_late(unsigned finder, int64_t height)
{
	int64_t tip = world->tip, block;

	world->tip = height;
	block = world_find(finder, 20 * COIN);
	world->tip = tip;
	return block;
}

static void test_late_block_below_an_immature_one(void **state)
{
	int64_t late, above;

	world_work(0, 100, 1, 30);
	world_work(1, 102, 2, 10);
	world_mine(3);
	above = find_late(1, 102);
	world_flushed(103);
	assert_true(world_pass(NULL));
	assert_state(above, STORE_BLOCK_IMMATURE);
	assert_int_equal(immature(0), 1485000000);
	late = find_late(2, 100);
	assert_true(world_pass(NULL));
	assert_state(above, STORE_BLOCK_PENDING);
	assert_int_equal(world_book(STORE_BOOK_COINBASE), 0);
	assert_true(world_pass(NULL));
	assert_state(late, STORE_BLOCK_IMMATURE);
	assert_state(above, STORE_BLOCK_IMMATURE);
	assert_int_equal(world_block(above).round_from, 100);
	assert_int_equal(immature(0), 1980000000); /* as if it had never been late */
	assert_int_equal(immature(1), 1980000000);
	assert_int_equal(world_events("block_reopened"), 1);
	assert_int_equal(world_events("block_found"), 2);
	world_mine(20);
	world->pool.payout.is_enabled = false;
	assert_true(world_pass(NULL));
	assert_state(late, STORE_BLOCK_MATURE);
	assert_int_equal(world_book(STORE_BOOK_COINBASE), -40 * COIN);
}

/* What is mature stays as it is; the late one is a round of its own, and those after it go on. */
static void test_late_block_below_a_mature_one(void **state)
{
	int64_t late, above, next;

	world->pool.payout.is_enabled = false;
	world_work(0, 100, 1, 30);
	world_work(1, 102, 2, 10);
	world_mine(3);
	above = find_late(1, 102);
	world_flushed(103);
	assert_true(world_pass(NULL));
	world_mine(20);
	assert_true(world_pass(NULL));
	assert_state(above, STORE_BLOCK_MATURE);
	late = find_late(2, 100);
	world_work(2, world->tip, 30, 5);
	next = world_find(2, 10 * COIN);
	world_flushed(world->tip);
	assert_true(world_pass(NULL));
	assert_state(above, STORE_BLOCK_MATURE);
	assert_state(late, STORE_BLOCK_IMMATURE);
	assert_state(next, STORE_BLOCK_IMMATURE);
	assert_int_equal(world_block(late).round_work, 30);
	assert_int_equal(world_block(next).round_work, 5);
	assert_int_equal(available(0), 1485000000);
	assert_int_equal(immature(0), 1980000000);
	assert_int_equal(immature(1), 0);
	assert_int_equal(immature(2), 990000000);
	world_mine(20);
	assert_true(world_pass(NULL));
	assert_state(late, STORE_BLOCK_MATURE);
	assert_int_equal(world_book(STORE_BOOK_COINBASE), -50 * COIN);
	assert_int_equal(world_book(STORE_BOOK_IMMATURE), 0);
}

/* Its branch wins after a block of ours on the other one was paid. */
static void test_orphan_returns_below_a_mature_block_that_is_gone(void **state)
{
	static uint32_t saved[CHAIN_MAX];
	int64_t block = find_first_block(), lost, next;

	world->pool.payout.is_enabled = false;
	memcpy(saved, world->branch, sizeof(saved));
	for (int64_t h = 101; h < 160; h++)
		saved[h] = saved[100];
	world_reorg(100, 107);
	lost = world_find(2, 20 * COIN);
	world_flushed(107);
	assert_true(world_pass(NULL));
	assert_state(block, STORE_BLOCK_ORPHAN);
	world_mine(10);
	for (unsigned i = 0; i < 2; i++)
		assert_true(world_pass(NULL));
	assert_state(lost, STORE_BLOCK_MATURE);
	world_branch_back(saved, 130);
	world_work(1, 130, 40, 9);
	next = world_find(1, COIN);
	world_flushed(130);
	for (unsigned i = 0; i < 2; i++)
		assert_true(world_pass(NULL));
	assert_state(lost, STORE_BLOCK_MATURE);
	assert_int_equal(world_events("block_lost"), 2); /* each leader says so */
	assert_state(block, STORE_BLOCK_MATURE);
	assert_state(next, STORE_BLOCK_IMMATURE);
	assert_int_equal(world_block(next).round_work, 9);
	assert_int_equal(world_book(STORE_BOOK_COINBASE), -61 * COIN);
}

/* A node that had ended comes back between the look and the closing. */
static void test_a_node_that_comes_late_is_waited_for(void **state)
{
	struct store_round round = {.confirmations = 1};
	struct store_node *nodes;
	size_t n;

	round.block = find_first_block();
	round.reward = amount_of(40 * COIN);
	round.fee = round.reward;
	round.work = 40;
	assert_int_equal(store_node_list(world_store(), &nodes, &n, NULL), OK);
	world_flushed(99);
	assert_int_equal(
		store_node_claim(world_store(), "another", "m", 1, -1, &nodes[0].id, NULL), OK);
	store_free_nodes(nodes, n);
	assert_int_equal(store_round_close(world_store(), &round, NULL), ERR_CONFLICT);
	assert_state(round.block, STORE_BLOCK_PENDING);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_round_is_credited),
		TEST(test_round_waits_for_the_nodes),
		TEST(test_round_waits_for_the_daemon),
		TEST(test_no_work_pays_the_finder),
		TEST(test_pplns_reaches_into_the_round_before),
		TEST(test_maturity),
		TEST(test_orphan_is_reversed_and_its_work_goes_on),
		TEST(test_later_round_waits_for_an_earlier_doubt),
		TEST(test_two_of_ours_at_one_height),
		TEST(test_a_beaten_twin_does_not_hold_up_rounds),
		TEST(test_a_twin_takes_the_place_of_a_credited_block),
		TEST(test_orphan_returns),
		TEST(test_orphan_returns_below_a_credited_block),
		TEST(test_two_leave_and_return),
		TEST(test_block_that_no_daemon_has),
		TEST(test_late_block_below_an_immature_one),
		TEST(test_late_block_below_a_mature_one),
		TEST(test_orphan_returns_below_a_mature_block_that_is_gone),
		TEST(test_a_node_that_comes_late_is_waited_for),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
