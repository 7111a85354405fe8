/* test_watch.c -- the audit that never ends: what it finds, and that payouts pause until all
 * agrees. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "ledger/ledger_priv.h"
#include "store/sql_priv.h"
#include "world.h"

#define COIN 100000000LL

static struct ledger *ledger;

/* Two accounts, and a round of theirs that is closed. */
static int make_world(void **state)
{
	world_new();
	world->pool.payout.is_enabled = false;
	world_mine(1);
	world_work(0, world->tip, 1, 300);
	world_work(1, world->tip, 1, 100);
	world_find(0, 40 * COIN);
	world_flushed(world->tip + 1);
	if (!world_pass(NULL) || world_book(STORE_BOOK_IMMATURE) == 0)
		return -1;
	ledger = ledger_new(&world->pool, world_store(), world->pool_id);
	return 0;
}

static int end_world(void **state)
{
	ledger_free(ledger);
	world_free();
	return 0;
}

/* A whole look-round, now. */
static void look(void)
{
	struct why why = {""};

	ledger->watch.begun_ms = 1;
	do
		if (watch_step(ledger, &why))
			fail_msg("watch_step: %s", why.text);
	while (ledger->watch.stage != WATCH_DONE);
}

static void change(const char *sql)
{
	assert_int_equal(sql_run(world_store(), sql, NO_BINDS, NULL), OK);
}

static struct store_payout_control control(void)
{
	struct store_payout_control c;

	assert_int_equal(store_payout_control(world_store(), world->pool_id, &c, NULL), OK);
	return c;
}

static void expect_pause(const char *table, const char *key)
{
	struct store_payout_control c = control();

	assert_true(c.is_paused);
	assert_string_equal(c.who, "audit");
	assert_non_null(strstr(c.reason, table));
	assert_non_null(strstr(c.reason, key));
}

static void all_agrees(void **state)
{
	look();
	look();
	assert_false(control().is_paused);
	assert_int_equal(world_events("audit_mismatch"), 0);
	assert_int_equal(world_events("audit_agrees"), 0);
}

static void an_entry_is_changed(void **state)
{
	change("UPDATE entry SET amount = amount + 1 WHERE book = 2 AND account_id ="
	       " (SELECT MIN(account_id) FROM credit)");
	look();
	expect_pause("entry", "txn_id");
	assert_non_null(strstr(control().reason, "stored 0.00000001, computed 0.00000000"));
	assert_int_equal(world_events("audit_mismatch"), 1);
	look();
	assert_int_equal(world_events("audit_mismatch"), 1);
	change("UPDATE entry SET amount = amount - 1 WHERE book = 2 AND account_id ="
	       " (SELECT MIN(account_id) FROM credit)");
	look();
	assert_false(control().is_paused);
	assert_int_equal(world_events("audit_agrees"), 1);
}

/* Balanced, but not what the credits say. */
static void an_entry_belongs_to_another(void **state)
{
	change("UPDATE entry SET account_id = (SELECT MAX(account_id) FROM credit)"
	       " WHERE book = 2 AND account_id = (SELECT MIN(account_id) FROM credit)");
	look();
	expect_pause("entry", "block_id");
}

static void a_credit_is_changed(void **state)
{
	change("UPDATE credit SET work = work + 1 WHERE account_id ="
	       " (SELECT MIN(account_id) FROM credit)");
	look();
	expect_pause("credit", "account_id");
	assert_non_null(strstr(control().reason, "stored work 301"));
	assert_non_null(strstr(control().reason, "computed work 300"));
}

static void a_credit_is_gone(void **state)
{
	change("DELETE FROM credit WHERE work = 100");
	look();
	expect_pause("credit", "account_id");
}

static void a_rounds_work_is_changed(void **state)
{
	change("UPDATE block SET round_work = round_work + 7");
	look();
	expect_pause("block", "round_work");
	assert_non_null(strstr(control().reason, "stored 407, computed 400"));
}

static void a_balance_below_zero(void **state)
{
	change("INSERT INTO txn (pool_id, kind, block_id, payout_id, created_ms)"
	       " VALUES (1, 7, 0, 0, 1)");
	change("INSERT INTO entry (txn_id, pool_id, book, account_id, amount)"
	       " SELECT MAX(id), 1, 3, 1, -5 FROM txn");
	change("INSERT INTO entry (txn_id, pool_id, book, account_id, amount)"
	       " SELECT MAX(id), 1, 3, 2, 5 FROM txn");
	look();
	expect_pause("entry", "account_id 1, book 3");
}

static void an_operator_has_the_last_word(void **state)
{
	change("UPDATE block SET round_work = round_work + 7");
	look();
	expect_pause("block", "round_work");
	assert_int_equal(
		store_payout_pause(world_store(), world->pool_id, false, "op", "known", NULL), OK);
	look();
	assert_false(control().is_paused);
	change("UPDATE credit SET work = work + 1");
	change("UPDATE block SET round_work = round_work + 1");
	look();
	assert_true(control().is_paused);
}

static void what_an_operator_paused_stays_so(void **state)
{
	assert_int_equal(
		store_payout_pause(world_store(), world->pool_id, true, "op", "holiday", NULL), OK);
	change("UPDATE block SET round_work = round_work + 7");
	look();
	assert_string_equal(control().who, "op");
	assert_int_equal(world_events("audit_mismatch"), 1);
	change("UPDATE block SET round_work = round_work - 7");
	look();
	assert_true(control().is_paused);
	assert_string_equal(control().reason, "holiday");
}

/* The scheme was another when the round was closed. */
static void rules_that_have_changed(void **state)
{
	world->pool.reward.rules.scheme = REWARD_PPLNS;
	world->pool.reward.rules.fee_ppm = 50000;
	look();
	assert_false(control().is_paused);
}

/* Nor what decided besides the work: it is kept with the round. */
static void close_by(enum reward_scheme scheme)
{
	struct reward_rules *rules = &world->pool.reward.rules;

	rules->scheme = scheme;
	world_mine(1);
	world_work(0, world->tip, 5, 70);
	world_work(1, world->tip, 6, 41);
	world_work(2, world->tip, 6, 7);
	world_find(1, 13 * COIN + 1);
	world_flushed(world->tip + 1);
	assert_true(world_pass(NULL));
}

static void set_terms(unsigned miner, bool no_fee, int64_t donation_ppm)
{
	struct store_terms terms = {.no_fee = no_fee, .donation_ppm = donation_ppm};

	terms.account = world_balance(miner).account;
	assert_int_equal(store_terms_set(world_store(), &terms, NULL), OK);
}

static void every_scheme_by_its_own_rules(void **state)
{
	struct reward_rules *rules = &world->pool.reward.rules;
	struct conf_recipient recipient = {.address = world->miners[3], .ppm = 30000};

	world->pool.reward.recipients = &recipient;
	world->pool.reward.recipients_count = 1;
	set_terms(0, true, 0);
	set_terms(1, false, 200000);
	rules->finder_bonus_ppm = 5000;
	rules->pool_bonus_ppm = 3000;
	rules->pplnt_ppm = 510000;
	rules->score_ms = 300000;
	rules->window_work = 90;
	rules->window_round_ppm = 300000;
	rules->block_value = amount_of(10 * COIN);
	for (enum reward_scheme s = REWARD_PROP; s <= REWARD_SOLO; s++)
		close_by(s);
	for (enum reward_window w = REWARD_WINDOW_NETWORK; w <= REWARD_WINDOW_DYNAMIC; w++) {
		rules->window_by = w;
		close_by(REWARD_PPLNS);
	}
	for (enum reward_scheme s = REWARD_PPS; s <= REWARD_ESMPPS; s++)
		close_by(s);
	world->pool.reward.recipients_count = 0;
	set_terms(0, false, 100000);
	set_terms(1, true, 0);
	*rules = (struct reward_rules){.scheme = REWARD_PPLNS, .window_ppm = 7, .fee_ppm = 1};
	look();
	assert_false(control().is_paused);
	change("UPDATE credit SET fee = fee + 1, amount = amount - 1 WHERE donation > 0 AND "
	       "block_id ="
	       " (SELECT id FROM block WHERE scheme = 4)");
	look();
	expect_pause("credit", "account_id");
}

/* What an older program has closed is not judged by rules that it may not have known. */
static void rules_that_are_not_kept(void **state)
{
	struct recount found = {0};
	struct store_block block = world_block(1);

	change("DELETE FROM round_rules");
	world->pool.reward.rules.fee_ppm = 50000;
	look();
	assert_false(control().is_paused);
	assert_int_equal(
		recount_block(world_store(), &world->pool.reward.rules, &block, &found, NULL), OK);
	assert_int_equal(found.audit.n, 0);
	assert_int_equal(found.no_rules, 1);
	assert_int_equal(found.unsure.n, 2);
	change("UPDATE entry SET amount = amount + 1 WHERE book = 2");
	look();
	assert_true(control().is_paused);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, make_world, end_world)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(all_agrees),
		TEST(an_entry_is_changed),
		TEST(an_entry_belongs_to_another),
		TEST(a_credit_is_changed),
		TEST(a_credit_is_gone),
		TEST(a_rounds_work_is_changed),
		TEST(a_balance_below_zero),
		TEST(an_operator_has_the_last_word),
		TEST(what_an_operator_paused_stays_so),
		TEST(rules_that_have_changed),
		TEST(every_scheme_by_its_own_rules),
		TEST(rules_that_are_not_kept),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
