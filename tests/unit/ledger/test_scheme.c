/* test_scheme.c -- every reward scheme in the ledger: rounds, the reserve, debts, with real books.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/mem.h"
#include "ledger/ledger_priv.h"
#include "store/store_slot.h"
#include "store/store_stats.h"
#include "world.h"

#define COIN AMOUNT_COIN

static struct why why;
static struct reward_rules *rules;

#define MUST(call)                                                                                 \
	do {                                                                                       \
		enum err must_err_ = (call);                                                       \
		if (must_err_)                                                                     \
			fail_msg("%s: %s: %s", #call, err_text(must_err_), why.text);              \
	} while (0)

static int set_up(void **state)
{
	world_new();
	rules = &world->pool.reward.rules;
	world->pool.payout.is_enabled = false;
	return 0;
}

static int tear_down(void **state)
{
	int64_t total = 0;

	for (unsigned book = 1; book < STORE_BOOKS; book++)
		total += world_book(book);
	assert_int_equal(total, 0);
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

static int64_t account(unsigned miner)
{
	int64_t id;

	MUST(store_account_ensure(
		world_store(), world->pool_id, world->miners[miner].text, &id, &why));
	return id;
}

/* Work of miners 0 and 1 at the next height, which becomes a block of theirs or of the network. */
static int64_t height_with(int64_t work0, int64_t work1, int64_t reward)
{
	int64_t height = world->tip + 1, block = 0;

	if (work0)
		world_work(0, height, height, work0);
	if (work1)
		world_work(1, height, height, work1);
	world_mine(1);
	if (reward)
		block = world_find(0, reward);
	world_flushed(height);
	return block;
}

static void pass(void)
{
	assert_true(world_pass(NULL));
}

static void mature_all(void)
{
	world_mine(11);
	world_flushed(world->tip);
	pass(); /* closes a round that is still open */
	pass();
}

/* ---- blocks ---- */

static void test_score_prefers_the_new(void **state)
{
	rules->scheme = REWARD_SCORE;
	rules->score_ms = 120000; /* half a minute later */
	rules->fee_ppm = 0;
	world_work(0, 100, 10, 100);
	world_work(1, 100, 11, 100);
	world_mine(1);
	world_find(0, 3 * COIN);
	world_flushed(100);
	pass();
	assert_int_equal(immature(0), COIN);
	assert_int_equal(immature(1), 2 * COIN);
}

static void test_pplnt_scales_down_who_was_there_briefly(void **state)
{
	rules->scheme = REWARD_PPLNT;
	rules->pplnt_ppm = 510000;
	rules->fee_ppm = 0;
	for (int64_t minute = 1; minute <= 10; minute++)
		world_work(0, 100, minute, 10);
	world_work(1, 100, 9, 50); /* 2 of 10 minutes: 100 units count as 20 */
	world_work(1, 100, 10, 50);
	world_mine(1);
	world_find(0, 120 * COIN);
	world_flushed(100);
	pass();
	assert_int_equal(immature(0), 100 * COIN);
	assert_int_equal(immature(1), 20 * COIN);
}

static void test_solo_pays_the_finder(void **state)
{
	rules->scheme = REWARD_SOLO;
	height_with(10, 90, 100 * COIN);
	pass();
	assert_int_equal(immature(0), 99 * COIN);
	assert_int_equal(immature(1), 0);
	assert_int_equal(world_book(STORE_BOOK_FEE_IMMATURE), COIN);
}

/* The coinbase has paid the finder: at maturity that is paid, and never again. */
static void test_solo_paid_by_the_coinbase(void **state)
{
	struct store_output output = {.amount = amount_of(98 * COIN)};
	int64_t block;

	rules->scheme = REWARD_SOLO;
	strcpy(output.address, world->miners[0].text);
	world_work(0, 100, 100, 10);
	world_mine(1);
	block = world_find(0, 100 * COIN);
	MUST(store_block_outputs_add(world_store(), block, &output, 1, &why));
	MUST(store_block_outputs_add(world_store(), block, &output, 1, &why)); /* again: the same */
	world_flushed(100);
	pass();
	assert_int_equal(immature(0), 98 * COIN);
	assert_int_equal(world_book(STORE_BOOK_FEE_IMMATURE), 2 * COIN);
	mature_all();
	assert_int_equal(available(0), 0);
	assert_int_equal(amount_units(world_balance(0).paid), 98 * COIN);
	assert_int_equal(world_book(STORE_BOOK_FEE), 2 * COIN);
}

/* What the coinbase kept for the pool is still due to who pays no fee. */
static void test_solo_without_fee(void **state)
{
	struct store_output output = {.amount = amount_of(98 * COIN)};
	struct store_terms terms = {.account = account(0), .no_fee = true};
	int64_t block;

	rules->scheme = REWARD_SOLO;
	MUST(store_terms_set(world_store(), &terms, &why));
	strcpy(output.address, world->miners[0].text);
	world_work(0, 100, 100, 10);
	world_mine(1);
	block = world_find(0, 100 * COIN);
	MUST(store_block_outputs_add(world_store(), block, &output, 1, &why));
	world_flushed(100);
	pass();
	assert_int_equal(immature(0), 100 * COIN);
	mature_all();
	assert_int_equal(available(0), 2 * COIN);
	assert_int_equal(amount_units(world_balance(0).paid), 98 * COIN);
	assert_int_equal(world_book(STORE_BOOK_FEE), 0);
}

/* The coinbase has paid the recipients: the rest is divided, and they are not paid again. */
static void test_recipients_paid_by_the_coinbase(void **state)
{
	struct store_output output = {.amount = amount_of(5 * COIN)};
	struct conf_recipient recipient = {.ppm = 50000, .address = world->miners[3]};
	int64_t block;

	world->pool.reward.recipients = &recipient;
	world->pool.reward.recipients_count = 1;
	strcpy(output.address, world->miners[3].text);
	world_work(0, 100, 100, 10);
	world_mine(1);
	block = world_find(0, 100 * COIN);
	MUST(store_block_outputs_add(world_store(), block, &output, 1, &why));
	world_flushed(100);
	pass();
	assert_int_equal(immature(3), 5 * COIN);
	assert_int_equal(immature(0), 9405000000); /* 95 less 1 % */
	assert_int_equal(world_book(STORE_BOOK_FEE_IMMATURE), 95000000);
	mature_all();
	assert_int_equal(available(3), 0);
	assert_int_equal(amount_units(world_balance(3).paid), 5 * COIN);
}

static void test_a_directly_paid_orphan_is_taken_back(void **state)
{
	struct store_output output = {.amount = amount_of(10 * COIN)};
	int64_t block;

	strcpy(output.address, world->miners[3].text);
	world_work(0, 100, 100, 10);
	world_mine(1);
	block = world_find(0, 100 * COIN);
	MUST(store_block_outputs_add(world_store(), block, &output, 1, &why));
	world_flushed(100);
	pass();
	assert_int_equal(immature(3), 10 * COIN);
	assert_int_equal(immature(0), 8910000000); /* PROP of the rest, less 1 % */
	world_reorg(100, 107);
	pass();
	assert_int_equal(world_block(block).state, STORE_BLOCK_ORPHAN);
	assert_int_equal(immature(3) + immature(0), 0);
	assert_int_equal(world_book(STORE_BOOK_COINBASE), 0);
}

static void test_terms_bonuses_and_recipients(void **state)
{
	struct conf_recipient recipient = {.ppm = 50000, .address = world->miners[3]};
	struct store_terms terms;

	world->pool.reward.recipients = &recipient;
	world->pool.reward.recipients_count = 1;
	rules->finder_bonus_ppm = 50000;
	rules->fee_ppm = 100000;
	terms = (struct store_terms){.account = account(1), .donation_ppm = 100000};
	MUST(store_terms_set(world_store(), &terms, &why));
	terms = (struct store_terms){.account = account(2), .no_fee = true};
	MUST(store_terms_set(world_store(), &terms, &why));
	world_work(2, 100, 100, 30);
	height_with(30, 30, 100 * COIN);
	pass();
	/* 5 for the recipient, 5 for the finder, 30 for each */
	assert_int_equal(immature(3), 5 * COIN);
	assert_int_equal(immature(0), 27 * COIN + 5 * COIN);
	assert_int_equal(immature(1), 2430000000); /* 30 - 3 - 2.7 */
	assert_int_equal(immature(2), 30 * COIN);
	assert_int_equal(world_book(STORE_BOOK_FEE_IMMATURE), 6 * COIN + 270000000);
}

static void test_window_of_earlier_rounds(void **state)
{
	rules->scheme = REWARD_PPLNS;
	rules->window_by = REWARD_WINDOW_AVERAGE;
	rules->fee_ppm = 0;
	height_with(100, 0, COIN);
	pass();
	height_with(0, 300, COIN);
	pass();
	assert_int_equal(immature(0), COIN); /* N of the second was 100 */
	height_with(0, 50, 4 * COIN);        /* now N is 200 */
	pass();
	assert_int_equal(immature(0), COIN);
	assert_int_equal(immature(1), 5 * COIN);
}

/* A block that comes back below a mature one is still divided. */
static void test_a_block_returns_late(void **state)
{
	static uint32_t saved[CHAIN_MAX];
	int64_t first = height_with(10, 0, COIN);

	pass();
	memcpy(saved, world->branch, sizeof(saved));
	world_reorg(100, 107);
	pass();
	assert_int_equal(world_block(first).state, STORE_BLOCK_ORPHAN);
	world_branch_back(saved, 100);
	world->branches++;
	world_mine(9);
	world_flushed(world->tip);
	pass();
	assert_int_equal(world_block(first).state, STORE_BLOCK_IMMATURE);
	assert_int_equal(immature(0), 99000000);
}

/* ---- PPS ---- */

/* A block takes 100 units of work and is worth 100 coins: a unit is one coin. */
static void begin_pps(enum reward_scheme scheme)
{
	rules->scheme = scheme;
	rules->block_value = amount_of(100 * COIN);
	rules->fee_ppm = 0;
	rules->luck_heights = 1000;
	pass(); /* begins here */
}

static void test_pps_waits_for_its_reserve(void **state)
{
	begin_pps(REWARD_PPS);
	height_with(10, 5, 100 * COIN);
	height_with(20, 0, 0);
	pass();
	assert_int_equal(available(0), 0);
	assert_int_equal(world_book(STORE_BOOK_RESERVE_IMMATURE), 100 * COIN);
	assert_int_equal(world_events("reserve_exhausted"), 1);
	mature_all();
	assert_int_equal(available(0), 30 * COIN);
	assert_int_equal(available(1), 5 * COIN);
	assert_int_equal(world_book(STORE_BOOK_RESERVE), 65 * COIN);
	pass(); /* nothing is done twice */
	assert_int_equal(available(0), 30 * COIN);
}

/* The reserve covers some heights: those are credited, the oldest first. */
static void test_pps_pays_as_far_as_it_goes(void **state)
{
	begin_pps(REWARD_PPS);
	height_with(60, 0, 100 * COIN);
	height_with(0, 40, 0);
	height_with(1, 0, 0);
	mature_all();
	assert_int_equal(available(0), 60 * COIN);
	assert_int_equal(available(1), 40 * COIN);
	assert_int_equal(world_book(STORE_BOOK_RESERVE), 0);
	height_with(0, 0, 100 * COIN);
	mature_all();
	assert_int_equal(available(0), 61 * COIN);
}

/* Heights without work below one that has to wait do not hide it. */
static void test_pps_waits_above_empty_heights(void **state)
{
	begin_pps(REWARD_PPS);
	world_mine(25);
	height_with(10, 0, 100 * COIN);
	for (unsigned i = 0; i < 4; i++)
		pass();
	assert_true(world_events("reserve_exhausted") > 0);
	mature_all();
	assert_int_equal(available(0), 10 * COIN);
}

/* The first block is closed before work was ever credited: it feeds the reserve, its work counts.
 */
static void test_pps_from_the_first_block_on(void **state)
{
	rules->scheme = REWARD_PPS;
	rules->block_value = amount_of(100 * COIN);
	rules->fee_ppm = 0;
	height_with(10, 0, 100 * COIN);
	mature_all();
	assert_int_equal(available(0), 10 * COIN);
}

static void test_pps_does_not_mind_orphans(void **state)
{
	begin_pps(REWARD_PPS);
	height_with(10, 0, 100 * COIN);
	mature_all();
	assert_int_equal(available(0), 10 * COIN);
	height_with(10, 0, 100 * COIN);
	pass();
	assert_int_equal(available(0), 20 * COIN);
	world_reorg(world->tip, world->tip + 7);
	world_flushed(world->tip);
	pass();
	assert_int_equal(available(0), 20 * COIN);
	assert_int_equal(world_book(STORE_BOOK_RESERVE_IMMATURE), 0);
}

static void test_the_operator_fills_the_reserve(void **state)
{
	rules->fee_ppm = REWARD_PPM;
	height_with(1, 0, 100 * COIN); /* all of it is the fee */
	mature_all();
	begin_pps(REWARD_PPS);
	height_with(30, 0, 0);
	pass();
	assert_int_equal(available(0), 0);
	assert_int_equal(
		store_reserve_fill(world_store(), world->pool_id, amount_of(101 * COIN), &why),
		ERR_REFUSED);
	MUST(store_reserve_fill(world_store(), world->pool_id, amount_of(40 * COIN), &why));
	pass();
	assert_int_equal(available(0), 30 * COIN);
	assert_int_equal(
		store_reserve_fill(world_store(), world->pool_id, amount_of(-11 * COIN), &why),
		ERR_REFUSED);
	MUST(store_reserve_fill(world_store(), world->pool_id, amount_of(-10 * COIN), &why));
	assert_int_equal(world_book(STORE_BOOK_FEE), 70 * COIN);
}

static void test_fpps_adds_fees(void **state)
{
	begin_pps(REWARD_FPPS);
	height_with(10, 0, 120 * COIN);
	mature_all();
	assert_int_equal(available(0), 12 * COIN); /* 20 coins of fees in the only block */
}

static void test_pps_plus_divides_fees(void **state)
{
	begin_pps(REWARD_PPS_PLUS);
	rules->window_ppm = REWARD_PPM;
	height_with(30, 10, 120 * COIN);
	pass();
	assert_int_equal(immature(0), 15 * COIN);
	assert_int_equal(immature(1), 5 * COIN);
	assert_int_equal(world_book(STORE_BOOK_RESERVE_IMMATURE), 100 * COIN);
	mature_all();
	assert_int_equal(available(0), 45 * COIN);
	assert_int_equal(available(1), 15 * COIN);
}

static void test_dpps_pays_less_after_bad_luck(void **state)
{
	begin_pps(REWARD_DPPS);
	height_with(0, 100, 100 * COIN);
	mature_all(); /* luck (100+100)/(0+100): paid in full */
	assert_int_equal(available(1), 100 * COIN);
	height_with(0, 0, 100 * COIN);
	mature_all();
	height_with(50, 0, 0);
	pass(); /* luck (200+100)/(100+100) */
	assert_int_equal(available(0), 50 * COIN);
	rules->luck_heights = 5; /* no block in these: 100/(50+100) */
	height_with(30, 0, 0);
	pass();
	assert_int_equal(available(0), 50 * COIN + 30 * 66666600);
}

static void test_a_forgotten_halving_costs_nothing(void **state)
{
	begin_pps(REWARD_PPS);
	height_with(10, 0, 50 * COIN);
	mature_all();
	assert_int_equal(available(0), 5 * COIN);
}

/* ---- debts ---- */

static void test_smpps_pays_the_oldest_debt_first(void **state)
{
	begin_pps(REWARD_SMPPS);
	height_with(60, 60, 0);
	pass();
	height_with(0, 30, 100 * COIN);
	pass();
	assert_int_equal(world_book(STORE_BOOK_OWED), 150 * COIN);
	assert_int_equal(available(0) + available(1), 0);
	mature_all();
	assert_int_equal(available(0), 50 * COIN); /* 100 of the first 120 */
	assert_int_equal(available(1), 50 * COIN);
	height_with(0, 0, 100 * COIN);
	mature_all();
	assert_int_equal(available(0), 60 * COIN);
	assert_int_equal(available(1), 90 * COIN);
	assert_int_equal(world_book(STORE_BOOK_OWED), 0);
	assert_int_equal(world_book(STORE_BOOK_DEBT), 0);
	assert_int_equal(world_book(STORE_BOOK_RESERVE), 50 * COIN);
}

static void test_esmpps_pays_all_the_same_part(void **state)
{
	begin_pps(REWARD_ESMPPS);
	rules->fee_ppm = 500000;
	height_with(60, 0, 0);
	pass();
	height_with(0, 140, 100 * COIN);
	pass();
	mature_all(); /* 200 are owed, half of it as the fee; 100 came */
	assert_int_equal(available(0), 15 * COIN);
	assert_int_equal(available(1), 35 * COIN);
	assert_int_equal(world_book(STORE_BOOK_FEE), 50 * COIN);
	rules->scheme = REWARD_SMPPS; /* what is left is paid by the other rule */
	height_with(0, 0, 100 * COIN);
	mature_all();
	assert_int_equal(available(0), 30 * COIN);
	assert_true(available(1) > 60 * COIN && available(1) <= 70 * COIN);
	assert_true(world_book(STORE_BOOK_OWED) >= 0);
}

/* ---- changing the scheme ---- */

static void test_work_is_paid_once_when_the_scheme_changes(void **state)
{
	rules->fee_ppm = 0;
	height_with(10, 0, 100 * COIN); /* PROP */
	pass();
	assert_int_equal(immature(0), 100 * COIN);
	height_with(10, 0, 0); /* belongs to no round yet: PPS pays it */
	begin_pps(REWARD_PPS);
	height_with(0, 0, 100 * COIN);
	mature_all();
	mature_all();
	assert_int_equal(available(0), 110 * COIN);
	rules->scheme = REWARD_PROP;
	height_with(10, 30, 80 * COIN);
	pass();
	assert_int_equal(immature(0), 20 * COIN);
	assert_int_equal(immature(1), 60 * COIN);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_score_prefers_the_new),
		TEST(test_pplnt_scales_down_who_was_there_briefly),
		TEST(test_solo_pays_the_finder),
		TEST(test_solo_paid_by_the_coinbase),
		TEST(test_solo_without_fee),
		TEST(test_recipients_paid_by_the_coinbase),
		TEST(test_a_directly_paid_orphan_is_taken_back),
		TEST(test_terms_bonuses_and_recipients),
		TEST(test_window_of_earlier_rounds),
		TEST(test_a_block_returns_late),
		TEST(test_pps_waits_for_its_reserve),
		TEST(test_pps_pays_as_far_as_it_goes),
		TEST(test_pps_waits_above_empty_heights),
		TEST(test_pps_from_the_first_block_on),
		TEST(test_pps_does_not_mind_orphans),
		TEST(test_the_operator_fills_the_reserve),
		TEST(test_fpps_adds_fees),
		TEST(test_pps_plus_divides_fees),
		TEST(test_dpps_pays_less_after_bad_luck),
		TEST(test_a_forgotten_halving_costs_nothing),
		TEST(test_smpps_pays_the_oldest_debt_first),
		TEST(test_esmpps_pays_all_the_same_part),
		TEST(test_work_is_paid_once_when_the_scheme_changes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
