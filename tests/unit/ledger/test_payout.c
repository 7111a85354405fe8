/* test_payout.c -- from available to confirmed, killed at every step, refused in every way. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "ledger/ledger_priv.h"
#include "ledger/payout_choose.h"
#include "store/store_wallet.h"
#include "world.h"

#define COIN AMOUNT_COIN

/* Miner 0 has 29.7 coins available, miner 1 has 9.9, the pool 0.4; the wallet holds them. */
static int set_up(void **state)
{
	world_new();
	world_work(0, 100, 1, 30);
	world_work(1, 100, 1, 10);
	world_mine(1);
	world_find(0, 40 * COIN);
	world_flushed(100);
	assert_true(world_pass(NULL));
	world_mine(10);
	world->funds = 40 * COIN;
	return 0;
}

static int tear_down(void **state)
{
	assert_int_equal(world_book(STORE_BOOK_COINBASE), -40 * COIN);
	world_free();
	return 0;
}

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

static enum store_payout_state payout_state(void)
{
	struct store_payout payout;

	assert_true(world_payout(0, &payout));
	return payout.state;
}

static void assert_all_paid_once(void)
{
	struct store_payout payout;

	assert_false(world_payout(1, &payout));
	assert_int_equal(world_paid(0), 2970000000);
	assert_int_equal(world_paid(1), 990000000);
	assert_int_equal(world_book(STORE_BOOK_PAID), 3960000000);
	assert_int_equal(world_book(STORE_BOOK_AVAILABLE), 0);
	assert_int_equal(world_book(STORE_BOOK_PAYING), 0);
	assert_int_equal(world_book(STORE_BOOK_NETWORK_FEE), 1000);
	assert_int_equal(world_book(STORE_BOOK_FEE), 40000000 - 1000);
	assert_int_equal(world_events("payout_sent"), 1);
	assert_int_equal(world_events("payout_confirmed"), 1);
}

static void test_payout_is_sent_and_confirmed(void **state)
{
	assert_true(world_pass(NULL));
	assert_int_equal(payout_state(), STORE_PAYOUT_BROADCAST);
	assert_int_equal(world_book(STORE_BOOK_PAYING), 3960000000);
	mine_pooled();
	assert_true(world_pass(NULL));
	assert_int_equal(payout_state(), STORE_PAYOUT_BROADCAST);
	world_mine(1);
	assert_true(world_pass(NULL));
	assert_int_equal(payout_state(), STORE_PAYOUT_BROADCAST);
	world_mine(1); /* the third confirmation */
	assert_true(world_pass(NULL));
	assert_int_equal(payout_state(), STORE_PAYOUT_CONFIRMED);
	assert_all_paid_once();
}

/* Whatever the place of death, and however often: everybody is paid, once. */
static void test_killed_at_every_step(void **state)
{
	static const char *const places[] = {"payout_planned", "payout_built", "payout_stored",
		"payout_sent", "payout_noted", "payout_confirming"};

	for (unsigned i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
		unsigned deaths = 0;

		if (i > 0)
			set_up(state);
		for (unsigned pass = 0; pass < 10; pass++) {
			deaths += !world_pass(pass < 6 ? places[i] : NULL);
			mine_pooled();
		}
		assert_in_range(deaths, 1, 6);
		assert_all_paid_once();
		if (i + 1 < sizeof(places) / sizeof(places[0]))
			tear_down(state);
	}
}

static void test_unstored_transaction_is_never_sent(void **state)
{
	assert_false(world_pass("payout_built"));
	assert_true(world->is_locked);
	assert_true(world_pass(NULL));
	assert_int_equal(world->txs_n, 2);
	assert_int_equal(world->txs[0].state, FAKE_BUILT);
	assert_int_equal(world->txs[0].times_sent, 0);
	assert_int_equal(world->txs[1].state, FAKE_POOLED);
}

static void test_nothing_new_before_the_daemon_has_the_last(void **state)
{
	struct store_payout payout;

	assert_false(world_pass("payout_stored"));
	world->has_lost_inputs = true;
	world->pool.payout.minimum = amount_of(1);
	for (unsigned i = 0; i < 3; i++)
		assert_true(world_pass(NULL));
	assert_int_equal(payout_state(), STORE_PAYOUT_SIGNED);
	assert_false(world_payout(1, &payout));
	world->has_lost_inputs = false;
	assert_true(world_pass(NULL));
	assert_int_equal(payout_state(), STORE_PAYOUT_BROADCAST);
	assert_int_equal(world->txs_n, 1);
}

static void test_conflict_returns_the_money_when_it_is_deep(void **state)
{
	assert_true(world_pass(NULL));
	world_mine(1);
	world->txs[0].state = FAKE_CONFLICTED;
	world->txs[0].height = world->tip;
	assert_true(world_pass(NULL));
	assert_int_equal(payout_state(), STORE_PAYOUT_BROADCAST);
	world->pool.payout.is_enabled = false;
	world_mine(2);
	assert_true(world_pass(NULL));
	assert_int_equal(payout_state(), STORE_PAYOUT_CONFLICTED);
	assert_int_equal(world_book(STORE_BOOK_AVAILABLE), 3960000000);
	assert_int_equal(world_book(STORE_BOOK_PAYING), 0);
	assert_int_equal(world_events("payout_conflicted"), 1);

	world->pool.payout.is_enabled = true;
	world->funds = 40 * COIN;
	assert_true(world_pass(NULL));
	assert_int_equal(payout_state(), STORE_PAYOUT_BROADCAST);
	assert_int_equal(world_paid(0), 2970000000);
}

/* Its coins were spent by hand before it was ever sent. One ledger must see that for some blocks.
 */
static void test_unsent_payout_without_its_coins_is_given_up(void **state)
{
	struct ledger *l;

	assert_false(world_pass("payout_stored"));
	world->has_lost_inputs = true;
	l = ledger_new(&world->pool, world_store(), world->pool_id);
	for (unsigned i = 0; i < 3; i++) {
		ledger_pass(l);
		assert_int_equal(payout_state(), STORE_PAYOUT_SIGNED);
		world_mine(1);
	}
	ledger_pass(l);
	assert_int_equal(payout_state(), STORE_PAYOUT_CONFLICTED);
	assert_int_equal(world_events("payout_conflicted"), 1);
	world->has_lost_inputs = false;
	ledger_pass(l);
	ledger_free(l);
	assert_int_equal(payout_state(), STORE_PAYOUT_BROADCAST);
	assert_int_equal(world_paid(0), 2970000000);
	assert_int_equal(world->txs[0].times_sent, 0);
}

static void test_payout_falls_out_of_the_chain_and_is_sent_again(void **state)
{
	assert_true(world_pass(NULL));
	mine_pooled();
	assert_true(world_pass(NULL));
	world_reorg(world->tip, world->tip + 1);
	world->txs[0].state = FAKE_POOLED;
	assert_true(world_pass(NULL));
	assert_int_equal(world->txs[0].times_sent, 2);
	mine_pooled();
	world_mine(2);
	assert_true(world_pass(NULL));
	assert_all_paid_once();
}

static void test_threshold_and_size(void **state)
{
	world->pool.payout.minimum = amount_of(990000001);
	assert_true(world_pass(NULL));
	assert_int_equal(world_paid(0), 2970000000);
	assert_int_equal(world_paid(1), 0);
	world->pool.payout.minimum = amount_of(990000000);
	assert_true(world_pass(NULL));
	assert_int_equal(world_paid(1), 990000000);
	assert_int_equal(world->txs_n, 2);
}

static void test_max_outputs(void **state)
{
	world->pool.payout.max_outputs = 1;
	assert_true(world_pass(NULL));
	assert_int_equal(world->txs[0].payments, 1);
	assert_int_equal(world_paid(0), 2970000000);
	assert_true(world_pass(NULL));
	assert_int_equal(world_paid(1), 990000000);
}

static void test_interval(void **state)
{
	world->pool.payout.minimum = amount_of(990000001);
	assert_true(world_pass(NULL));
	world->pool.payout.interval_ms = 3600000;
	world->pool.payout.minimum = amount_of(1);
	assert_true(world_pass(NULL));
	assert_int_equal(world->txs_n, 1);
	assert_int_equal(world_paid(1), 0);
}

static void test_times_of_day(void **state)
{
	const int64_t day = 86400000, hour = 3600000, today = 20000 * day;
	struct conf_payout conf = {.times = {2, {6 * 60, 18 * 60}}};

	assert_int_equal(
		payout_run_next(&conf, today + 7 * hour, today + 8 * hour), today + 18 * hour);
	assert_int_equal(payout_run_next(&conf, today + 18 * hour, today + 19 * hour),
		today + day + 6 * hour);
	assert_false(payout_run_due(&conf, today + 6 * hour, today + 18 * hour - 1));
	assert_true(payout_run_due(&conf, today + 6 * hour, today + 18 * hour));
	assert_true(payout_run_due(&conf, today + 6 * hour, today + 3 * day)); /* slept over some */
	assert_false(payout_run_due(&conf, 0, today + 7 * hour)); /* new: waits for the hour */
	conf = (struct conf_payout){.interval_ms = hour};
	assert_true(payout_run_due(&conf, 0, today));
	assert_true(payout_run_due(&conf, today, today + hour));
	assert_false(payout_run_due(&conf, today, today + hour - 1));
}

static void test_wallet_without_coins_or_locked(void **state)
{
	struct store_payout payout;

	world->funds = COIN;
	assert_true(world_pass(NULL));
	assert_false(world_payout(0, &payout));
	world->funds = 40 * COIN;
	world->is_wallet_locked = true;
	assert_true(world_pass(NULL));
	assert_int_equal(payout_state(), STORE_PAYOUT_PLANNED);
	assert_int_equal(world->txs_n, 0);
	world->is_wallet_locked = false;
	assert_true(world_pass(NULL));
	assert_int_equal(payout_state(), STORE_PAYOUT_BROADCAST);
	assert_false(world_payout(1, &payout));
}

/* Enough for the miners, not for the fee: nothing is sent until it is there. */
static void test_coins_that_end_after_planning(void **state)
{
	world->funds = 3960000000;
	assert_true(world_pass(NULL));
	assert_int_equal(payout_state(), STORE_PAYOUT_PLANNED);
	assert_int_equal(world_book(STORE_BOOK_PAYING), 3960000000);
	world->funds += 1000;
	assert_true(world_pass(NULL));
	assert_int_equal(payout_state(), STORE_PAYOUT_BROADCAST);
	assert_int_equal(world_paid(0), 2970000000);
}

static void test_reserve_stays(void **state)
{
	world->pool.payout.reserve = amount_of(10 * COIN + 40000000 - 1001 + 1);
	assert_true(
		world_pass(NULL)); /* room for 29.6 coins and a fee: only the smaller one fits */
	assert_int_equal(world_paid(0), 0);
	assert_int_equal(world_paid(1), 990000000);
	world->pool.payout.reserve = amount_of(40000000 - 1000 - 1000 + 1);
	assert_true(world_pass(NULL)); /* one unit is missing for the fee */
	assert_int_equal(payout_state(), STORE_PAYOUT_PLANNED);
	world->pool.payout.reserve = amount_of(40000000 - 1000 - 1000);
	assert_true(world_pass(NULL));
	assert_int_equal(world_paid(0), 2970000000);
}

static void test_so_much_a_day(void **state)
{
	world->pool.payout.max_per_day = amount_of(30 * COIN);
	for (unsigned i = 0; i < 3; i++)
		assert_true(world_pass(NULL));
	assert_int_equal(world_paid(0), 2970000000);
	assert_int_equal(world_paid(1), 0);
	world->pool.payout.max_per_day = amount_of(40 * COIN);
	assert_true(world_pass(NULL));
	assert_int_equal(world_paid(1), 990000000);
}

static void test_approval(void **state)
{
	struct store_payout payout;
	struct why why;

	world->pool.payout.approve_above = amount_of(20 * COIN);
	for (unsigned i = 0; i < 2; i++)
		assert_true(world_pass(NULL));
	assert_int_equal(payout_state(), STORE_PAYOUT_WAITING);
	assert_int_equal(world->txs_n, 0);
	assert_int_equal(world_events("payout_waiting"), 1);
	assert_true(world_payout(0, &payout));
	assert_int_equal(store_payout_approve(world_store(), payout.id, &why), OK);
	assert_true(world_pass(NULL));
	assert_int_equal(payout_state(), STORE_PAYOUT_BROADCAST);
	assert_int_equal(world_paid(0), 2970000000);
	assert_false(world_payout(1, &payout));
}

static void test_pause(void **state)
{
	struct store_payout payout;
	struct why why;
	struct store *st = world_store();

	assert_int_equal(store_payout_pause(st, world->pool_id, true, "root", "odd", &why), OK);
	assert_true(world_pass(NULL));
	assert_false(world_payout(0, &payout));
	assert_int_equal(store_payout_pause(st, world->pool_id, false, "root", "ok", &why), OK);
	assert_false(world_pass("payout_built"));
	assert_int_equal(
		store_payout_pause(world_store(), world->pool_id, true, "root", "odd", &why), OK);
	assert_true(world_pass(NULL));
	assert_int_equal(payout_state(), STORE_PAYOUT_PLANNED); /* not even what is planned */
}

static void test_miners_pay_the_fee(void **state)
{
	struct store_payout payout;

	world->pool.payout.fee_payer = CONF_FEE_MINERS;
	world->funds = 3960000000; /* not a unit for fees */
	for (unsigned i = 0; i < 4; i++) {
		assert_true(world_pass(NULL));
		mine_pooled();
	}
	assert_int_equal(payout_state(), STORE_PAYOUT_CONFIRMED);
	assert_true(world_payout(0, &payout));
	assert_int_equal(amount_units(payout.miner_fee), 1000);
	assert_int_equal(world_paid(0), 2970000000 - 750);
	assert_int_equal(world_paid(1), 990000000 - 250);
	assert_int_equal(world_book(STORE_BOOK_PAID), 3960000000 - 1000);
	assert_int_equal(world_book(STORE_BOOK_NETWORK_FEE), 1000);
	assert_int_equal(world_book(STORE_BOOK_FEE), 40000000);
}

/* Too dear for all together is tried with half of them; too dear for one alone waits. */
static void test_fee_limit(void **state)
{
	world->pool.payout.fee_max = amount_of(999);
	for (unsigned i = 0; i < 3; i++)
		assert_true(world_pass(NULL));
	assert_int_equal(world->txs_n, 0);
	world->pool.payout.fee_max = amount_of(1000);
	for (unsigned i = 0; i < 2; i++)
		assert_true(world_pass(NULL));
	assert_int_equal(world_paid(0), 2970000000);
	assert_int_equal(world_paid(1), 990000000);
}

static void test_dust_is_carried_over(void **state)
{
	world->pool.payout.minimum = amount_of(1);
	world->pool.payout.dust = amount_of(990000001);
	assert_true(world_pass(NULL));
	assert_int_equal(world_paid(0), 2970000000);
	assert_int_equal(world_paid(1), 0);
	assert_int_equal(world_book(STORE_BOOK_AVAILABLE), 990000000);
}

static void test_address_that_cannot_be_paid_stays(void **state)
{
	world->is_address_refused = true; /* by the daemon */
	assert_true(world_pass(NULL));
	assert_int_equal(world_book(STORE_BOOK_AVAILABLE), 3960000000);
	world->is_address_refused = false;
	strcpy(world->pool.coin.networks[COIN_REGTEST].hrp, "other");
	assert_true(world_pass(NULL));
	assert_int_equal(world->txs_n, 0);
	assert_int_equal(world_book(STORE_BOOK_AVAILABLE), 3960000000);
}

static void test_sweep_to_the_cold_wallet(void **state)
{
	struct store_payout payout;

	world->pool.payout.is_enabled = true;
	world->pool.payout.minimum = amount_of(100 * COIN); /* nobody is due */
	world->pool.wallet.hot_limit = amount_of(30 * COIN);
	for (unsigned i = 0; i < 4; i++) {
		assert_true(world_pass(NULL));
		mine_pooled();
	}
	assert_true(world_payout(0, &payout));
	assert_int_equal(payout.kind, STORE_PAYOUT_SWEEP);
	assert_int_equal(payout.state, STORE_PAYOUT_CONFIRMED);
	assert_int_equal(amount_units(payout.total), 13 * COIN); /* 40 - 27 */
	assert_int_equal(world_book(STORE_BOOK_COLD), 13 * COIN);
	assert_int_equal(world_book(STORE_BOOK_HOT), -13 * COIN);
	assert_int_equal(world_book(STORE_BOOK_FEE), 40000000 - 1000);
	assert_int_equal(world_book(STORE_BOOK_AVAILABLE), 3960000000);
	assert_false(world_payout(1, &payout));
}

static void test_reorganisation_behind_a_mature_block_pauses(void **state)
{
	static uint32_t saved[CHAIN_MAX];
	struct store_payout payout;

	world->pool.payout.is_enabled = false;
	assert_true(world_pass(NULL));
	world->pool.payout.is_enabled = true;
	memcpy(saved, world->branch, sizeof(saved));
	world_reorg(100, 115);
	assert_true(world_pass(NULL));
	assert_false(world_payout(0, &payout));
	assert_int_equal(world_events("block_lost"), 1);
	world_branch_back(saved, 110);
	assert_true(world_pass(NULL));
	assert_int_equal(payout_state(), STORE_PAYOUT_BROADCAST);
}

/* The operator decides that the pool pays for the lost block. */
static void test_loss_is_borne(void **state)
{
	struct store_payout payout;
	struct why why;

	world->pool.payout.is_enabled = false;
	assert_true(world_pass(NULL));
	world->pool.payout.is_enabled = true;
	world_reorg(100, 115);
	assert_true(world_pass(NULL));
	assert_false(world_payout(0, &payout));
	assert_int_equal(store_block_bear(world_store(), 1, "root", "deep reorg", &why), OK);
	assert_true(world_pass(NULL));
	assert_int_equal(payout_state(), STORE_PAYOUT_BROADCAST);
	assert_int_equal(world_paid(0), 2970000000);
	assert_int_equal(world_book(STORE_BOOK_COINBASE), 0);
	assert_int_equal(world_book(STORE_BOOK_FEE), 40000000 - 40 * COIN);
	/* as tear_down() wants it */
	world_adjust(STORE_BOOK_COINBASE, STORE_BOOK_FEE, 40 * COIN);
}

static void order_replacement(void)
{
	struct store_order order = {.kind = STORE_ORDER_REPLACE, .who = "root", .reason = "stuck"};
	struct store_payout payout;
	struct why why;

	assert_true(world_payout(0, &payout));
	order.payout = payout.id;
	assert_int_equal(store_order_add(world_store(), world->pool_id, &order, &why), OK);
}

static void test_replacement_is_paid_once(void **state)
{
	struct store_payout payout;

	assert_true(world_pass(NULL));
	order_replacement();
	assert_false(world_pass("payout_replacing")); /* nothing stored: nothing sent */
	assert_int_equal(world->txs[1].state, FAKE_BUILT);
	world->is_locked = false;
	assert_false(world_pass("payout_replaced"));
	assert_int_equal(payout_state(), STORE_PAYOUT_SIGNED);
	assert_true(world_pass(NULL));
	assert_int_equal(payout_state(), STORE_PAYOUT_BROADCAST);
	assert_int_equal(world->txs_n, 3);
	assert_int_equal(world->txs[1].times_sent, 0);
	assert_int_equal(world->txs[2].times_sent, 1);
	assert_int_equal(world_events("payout_replaced"), 1);
	world_mine(1);
	world->txs[0].state = FAKE_CONFLICTED;
	world->txs[2].state = FAKE_MINED;
	world->txs[0].height = world->txs[2].height = world->tip;
	world_mine(2);
	assert_true(world_pass(NULL));
	assert_int_equal(payout_state(), STORE_PAYOUT_CONFIRMED);
	assert_int_equal(world_paid(0), 2970000000);
	assert_int_equal(world_book(STORE_BOOK_PAID), 3960000000);
	assert_false(world_payout(1, &payout));
}

/* The old transaction is the one that a miner took. */
static void test_replaced_one_gets_into_the_chain(void **state)
{
	struct store_payout payout;

	assert_true(world_pass(NULL));
	order_replacement();
	world->is_locked = false;
	assert_true(world_pass(NULL));
	assert_int_equal(world->txs_n, 2);
	world_mine(1);
	world->txs[0].state = FAKE_MINED;
	world->txs[1].state = FAKE_CONFLICTED;
	world->txs[0].height = world->txs[1].height = world->tip;
	world_mine(2);
	for (unsigned i = 0; i < 2; i++)
		assert_true(world_pass(NULL));
	assert_int_equal(payout_state(), STORE_PAYOUT_CONFIRMED);
	assert_int_equal(world_paid(0), 2970000000);
	assert_int_equal(world_events("payout_conflicted"), 0);
	assert_true(world_payout(0, &payout));
	assert_int_equal(strtoul(payout.txid, NULL, 16), 1);
}

static void test_what_is_confirmed_is_not_replaced(void **state)
{
	assert_true(world_pass(NULL));
	mine_pooled();
	order_replacement();
	assert_true(world_pass(NULL));
	assert_int_equal(world->txs_n, 1);
	assert_int_equal(world_events("payout_not_replaced"), 1);
	assert_true(world_pass(NULL));
	assert_int_equal(world_events("payout_not_replaced"), 1);
}

/* ---- the wallet and the ledger ---- */

static struct store_wallet_book wallet_book(void)
{
	struct store_wallet_book book;
	struct why why;

	assert_int_equal(store_wallet_book(world_store(), world->pool_id, &book, &why), OK);
	return book;
}

static void test_wallet_is_reconciled(void **state)
{
	struct wallet_move *m = world->moves;
	struct store_wallet_tx tx;
	struct why why;

	world->has_history = true;
	world->moves_n = 1;
	m[0] = (struct wallet_move){
		.amount = amount_of(40 * COIN), .is_generated = true, .is_counted = true};
	memset(m[0].txid, 'a', 64);
	strcpy(m[0].block, world_block(1).hash);
	assert_true(world_pass(NULL)); /* reconciled, then paid */
	assert_int_equal(amount_units(wallet_book().expected), 40 * COIN);
	assert_int_equal(amount_units(wallet_book().difference), 0);

	world->moves_n = 2;
	m[1] = (struct wallet_move){.amount = amount_of(-3960000000 - 1000), .is_counted = true};
	snprintf(m[1].txid, sizeof(m[1].txid), "%064x", 1);
	assert_true(world_pass(NULL));
	assert_int_equal(amount_units(wallet_book().in_flight), -3960000000 - 1000);
	assert_int_equal(amount_units(wallet_book().difference), 0);

	/* somebody takes coins out */
	world->moves_n = 3;
	m[2] = (struct wallet_move){.amount = amount_of(-5000), .is_counted = true};
	memset(m[2].txid, 'c', 64);
	world->funds -= 5000;
	for (unsigned i = 0; i < 2; i++)
		assert_true(world_pass(NULL));
	assert_int_equal(world_events("wallet_tx_unexplained"), 1);
	assert_int_equal(amount_units(wallet_book().unexplained), -5000);
	assert_int_equal(amount_units(wallet_book().difference), 0);
	assert_int_equal(store_wallet_acknowledge(
				 world_store(), world->pool_id, m[2].txid, "mine", &tx, &why),
		OK);
	world_mine(1);
	assert_true(world_pass(NULL));
	assert_int_equal(amount_units(wallet_book().unexplained), 0);
	assert_int_equal(amount_units(wallet_book().difference), 0);
	assert_int_equal(world_book(STORE_BOOK_OPERATOR), 5000);

	/* coins that vanish without a transaction */
	world->funds -= 7;
	assert_true(world_pass(NULL));
	assert_int_equal(amount_units(wallet_book().difference), -7);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_payout_is_sent_and_confirmed),
		TEST(test_killed_at_every_step),
		TEST(test_unstored_transaction_is_never_sent),
		TEST(test_nothing_new_before_the_daemon_has_the_last),
		TEST(test_conflict_returns_the_money_when_it_is_deep),
		TEST(test_unsent_payout_without_its_coins_is_given_up),
		TEST(test_payout_falls_out_of_the_chain_and_is_sent_again),
		TEST(test_threshold_and_size),
		TEST(test_max_outputs),
		TEST(test_loss_is_borne),
		TEST(test_replacement_is_paid_once),
		TEST(test_replaced_one_gets_into_the_chain),
		TEST(test_what_is_confirmed_is_not_replaced),
		TEST(test_wallet_is_reconciled),
		TEST(test_interval),
		TEST(test_times_of_day),
		TEST(test_coins_that_end_after_planning),
		TEST(test_reserve_stays),
		TEST(test_so_much_a_day),
		TEST(test_approval),
		TEST(test_pause),
		TEST(test_miners_pay_the_fee),
		TEST(test_fee_limit),
		TEST(test_dust_is_carried_over),
		TEST(test_sweep_to_the_cold_wallet),
		TEST(test_wallet_without_coins_or_locked),
		TEST(test_address_that_cannot_be_paid_stays),
		TEST(test_reorganisation_behind_a_mature_block_pauses),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
