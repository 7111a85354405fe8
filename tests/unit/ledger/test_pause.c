/* test_pause.c -- payouts that pause by themselves: a wallet that holds too little, and who has the
 * last word. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "ledger/ledger_priv.h"
#include "store/store_wallet.h"
#include "world.h"

#define COIN AMOUNT_COIN

static struct ledger *ledger;

static void move(char name, int64_t units)
{
	struct wallet_move *m = &world->moves[world->moves_n++];

	*m = (struct wallet_move){.amount = amount_of(units), .is_counted = true};
	memset(m->txid, name, 64);
	world->funds += units;
}

/* A mature block of 40 coins, 0.4 of them the pool's, in a wallet that tells of its moves; nobody
 * is due. */
static int set_up(void **state)
{
	int64_t block;

	world_new();
	world_work(0, 100, 1, 30);
	world_mine(1);
	block = world_find(0, 40 * COIN);
	world_flushed(100);
	world->pool.payout.minimum = amount_of(1000 * COIN);
	world->has_history = true;
	ledger = ledger_new(&world->pool, world_store(), world->pool_id);
	ledger_pass(ledger);
	world_mine(10);
	move('a', 40 * COIN);
	world->moves[0].is_generated = true;
	strcpy(world->moves[0].block, world_block(block).hash);
	ledger_pass(ledger);
	return world_block(block).state == STORE_BLOCK_MATURE ? 0 : -1;
}

static int tear_down(void **state)
{
	ledger_free(ledger);
	world_free();
	return 0;
}

static struct store_payout_control control(void)
{
	struct store_payout_control c;

	assert_int_equal(store_payout_control(world_store(), world->pool_id, &c, NULL), OK);
	return c;
}

/* As often as it takes, and as if it had taken its time. */
static void settle(void)
{
	for (unsigned i = 0; i < 4; i++) {
		ledger_pass(ledger);
		ledger->lack_since_ms = -1000000;
	}
}

static void resume(void)
{
	assert_int_equal(
		store_payout_pause(world_store(), world->pool_id, false, "op", "known", NULL), OK);
}

static void test_missing_coins_pause_until_they_are_back(void **state)
{
	settle();
	assert_false(control().is_paused);
	world->funds -= 7; /* less than the pool's own, and no transaction tells why */
	settle();
	assert_true(control().is_paused);
	assert_string_equal(control().who, "wallet");
	assert_non_null(strstr(control().reason, "holds 0.00000007 less"));
	settle();
	assert_int_equal(world_events("wallet_lacks_coins"), 1);
	world->funds += 7;
	ledger_pass(ledger);
	assert_false(control().is_paused);
	assert_int_equal(world_events("wallet_agrees"), 1);
}

static void test_a_moment_is_no_mismatch(void **state)
{
	world->funds -= 7;
	for (unsigned i = 0; i < 20; i++) /* often, but not for long */
		ledger_pass(ledger);
	world->funds += 7;
	ledger_pass(ledger);
	world->funds -= 7;
	ledger_pass(ledger);
	ledger->lack_since_ms = -1000000; /* long, but not often */
	ledger_pass(ledger);
	assert_false(control().is_paused);
}

static void test_too_much_is_no_reason(void **state)
{
	world->funds += 7;
	settle();
	assert_false(control().is_paused);
}

static void test_the_pools_own_money_may_be_taken(void **state)
{
	struct store_wallet_tx tx;

	move('c', -40000000); /* the fee, nobody has said why */
	settle();
	assert_int_equal(world_events("wallet_tx_unexplained"), 1);
	assert_false(control().is_paused);
	move('d', -1);
	settle();
	assert_true(control().is_paused);
	assert_non_null(strstr(control().reason, "holds 0.00000001 less"));
	for (unsigned i = 1; i < 3; i++)
		assert_int_equal(store_wallet_acknowledge(world_store(), world->pool_id,
					 world->moves[i].txid, "mine", &tx, NULL),
			OK);
	ledger_pass(ledger);
	assert_false(control().is_paused);
}

static void test_an_operator_has_the_last_word(void **state)
{
	world->funds -= 7;
	settle();
	resume();
	settle();
	assert_false(control().is_paused);
	world->funds -= 1; /* that is another one */
	settle();
	assert_true(control().is_paused);
	assert_int_equal(
		store_payout_pause(world_store(), world->pool_id, true, "op", "holiday", NULL), OK);
	world->funds += 8;
	settle();
	assert_string_equal(control().reason, "holiday");
}

/* Of two reasons the second one holds when the first is over. */
static void test_two_reasons(void **state)
{
	struct why why = {""};

	assert_int_equal(pause_payouts(ledger, &ledger->watch.pause, "a row", &why), OK);
	world->funds -= 7;
	settle();
	assert_string_equal(control().who, "audit");
	assert_int_equal(pause_over(ledger, &ledger->watch.pause, "fine", &why), OK);
	ledger->watch.begun_ms = INT64_MAX; /* it rests */
	settle();
	assert_string_equal(control().who, "wallet");
	assert_true(control().is_paused);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_missing_coins_pause_until_they_are_back),
		TEST(test_a_moment_is_no_mismatch),
		TEST(test_too_much_is_no_reason),
		TEST(test_the_pools_own_money_may_be_taken),
		TEST(test_an_operator_has_the_last_word),
		TEST(test_two_reasons),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
