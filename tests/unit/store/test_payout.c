/* test_payout.c -- money leaves once, from those who have it, and comes back when it did not go. */
#include <signal.h>

#include "fixture.h"
#include "store/store_account.h"

/* alice has 300 available, bob 700, the pool's fee is 10. */
static void earn(struct world *w)
{
	int64_t id;

	work(w, "alice", 100, 30);
	work(w, "bob", 100, 70);
	id = found(w, 100, "aa", 1010);
	MUST(close_round(w->st, w->pool, id));
	MUST(store_round_mature(w->st, id, 101, &why));
}

static enum err create(struct world *w, struct store *st, const char *txid, int64_t to_alice,
	int64_t to_bob, int64_t *out_id)
{
	struct store_payout_item items[] = {
		{.account = account(w, "alice"), .address = "alice", .amount = amount_of(to_alice)},
		{.account = account(w, "bob"), .address = "bob", .amount = amount_of(to_bob)},
	};

	return pay(st, w->pool, txid, amount_of(4), items, 2, out_id);
}

static void to_the_end(void **state)
{
	struct world *w = *state;
	struct amount sums[STORE_BOOKS];
	struct store_payout payout;
	struct store_paid *paid;
	int64_t id;
	size_t n;

	earn(w);
	MUST(create(w, w->st, "t1", 300, 500, &id));
	expect_books(w, -1010, 0, 200, 800, 0);
	MUST(store_payout_by_txid(w->st, w->pool, "t1", &payout, &why));
	assert_int_equal(payout.id, id);
	assert_int_equal(payout.state, STORE_PAYOUT_SIGNED);
	assert_string_equal(payout.raw_tx, "0200");
	assert_int_equal(amount_units(payout.total), 800);
	assert_int_equal(amount_units(payout.network_fee), 4);
	assert_int_equal(payout.items, 2);
	store_payout_fini(&payout);
	MUST(store_payout_set_state(
		w->st, id, STORE_PAYOUT_SIGNED, STORE_PAYOUT_BROADCAST, 0, NULL, &why));
	assert_int_equal(store_payout_set_state(w->st, id, STORE_PAYOUT_SIGNED,
				 STORE_PAYOUT_BROADCAST, 0, NULL, &why),
		ERR_CONFLICT);
	MUST(store_payout_set_state(
		w->st, id, STORE_PAYOUT_BROADCAST, STORE_PAYOUT_BROADCAST, 2, "bb", &why));
	MUST(store_payout_confirm(w->st, id, 6, "bb", &why));
	expect_books(w, -1010, 0, 200, 0, 800);
	MUST(store_ledger_sums(w->st, w->pool, sums, &why));
	assert_int_equal(amount_units(sums[STORE_BOOK_FEE]), 6);
	assert_int_equal(amount_units(sums[STORE_BOOK_NETWORK_FEE]), 4);
	assert_int_equal(store_payout_confirm(w->st, id, 7, "bb", &why), ERR_CONFLICT);
	assert_int_equal(store_payout_conflict(w->st, id, &why), ERR_CONFLICT);
	expect_books(w, -1010, 0, 200, 0, 800);
	MUST(store_paid_list(w->st, account(w, "bob"), 0, 10, &paid, &n, &why));
	assert_int_equal(n, 1);
	assert_int_equal(amount_units(paid[0].amount), 500);
	assert_string_equal(paid[0].txid, "t1");
	assert_int_equal(paid[0].state, STORE_PAYOUT_CONFIRMED);
	assert_int_equal(paid[0].confirmations, 6);
	store_free_paids(paid);
}

static void given_back(void **state)
{
	struct world *w = *state;
	int64_t id;

	earn(w);
	MUST(create(w, w->st, "t1", 300, 700, &id));
	expect_books(w, -1010, 0, 0, 1000, 0);
	MUST(store_payout_conflict(w->st, id, &why));
	expect_books(w, -1010, 0, 1000, 0, 0);
	assert_int_equal(store_payout_conflict(w->st, id, &why), ERR_CONFLICT);
	assert_int_equal(store_payout_confirm(w->st, id, 1, "bb", &why), ERR_CONFLICT);
	MUST(create(w, w->st, "t2", 300, 700, &id));
	expect_books(w, -1010, 0, 0, 1000, 0);
}

static void nobody_is_paid_more_than_he_has(void **state)
{
	struct world *w = *state;
	struct store_payout_item twice[2];
	int64_t id;

	earn(w);
	assert_int_equal(create(w, w->st, "t1", 301, 1, &id), ERR_CONFLICT);
	assert_int_equal(create(w, w->st, "t1", 1, 701, &id), ERR_CONFLICT);
	twice[0] = twice[1] = (struct store_payout_item){
		.account = account(w, "bob"), .address = "bob", .amount = amount_of(400)};
	assert_int_equal(pay(w->st, w->pool, "t1", amount_of(0), twice, 2, &id), ERR_CONFLICT);
	expect_books(w, -1010, 0, 1000, 0, 0);
	MUST(create(w, w->st, "t1", 299, 1, &id));
	assert_int_equal(create(w, w->st, "t1", 1, 1, &id), ERR_EXISTS);
	assert_int_equal(create(w, w->st, "t2", 2, 1, &id), ERR_CONFLICT);
	expect_books(w, -1010, 0, 700, 300, 0);
}

static enum err pay_all(struct world *w, struct store *st)
{
	char txid[32];
	int64_t id;

	snprintf(txid, sizeof txid, "t%d", (int)getpid());
	return create(w, st, txid, 300, 700, &id);
}

static void two_leaders_pay_once(void **state)
{
	struct world *w = *state;
	struct store_payout *open;
	size_t n;

	earn(w);
	assert_int_equal(race(w, 5, pay_all), 1);
	expect_books(w, -1010, 0, 0, 1000, 0);
	MUST(store_payout_open(w->st, w->pool, &open, &n, &why));
	assert_int_equal(n, 1);
	assert_string_equal(open[0].raw_tx, "0200");
	store_free_payouts(open, n);
}

static void who_is_due(void **state)
{
	struct world *w = *state;
	struct store_due *dues;
	struct store_payout *payouts;
	int64_t id;
	size_t n;

	earn(w);
	MUST(store_balance_list(w->st, w->pool, amount_of(300), 10, &dues, &n, &why));
	assert_int_equal(n, 2);
	assert_string_equal(dues[0].address, "bob");
	assert_int_equal(amount_units(dues[0].available), 700);
	store_free_dues(dues);
	MUST(store_balance_list(w->st, w->pool, amount_of(301), 10, &dues, &n, &why));
	assert_int_equal(n, 1);
	store_free_dues(dues);
	MUST(store_balance_list(w->st, w->pool, amount_of(701), 10, &dues, &n, &why));
	assert_int_equal(n, 0);
	assert_null(dues);
	MUST(create(w, w->st, "t1", 1, 1, &id));
	MUST(create(w, w->st, "t2", 1, 1, &id));
	MUST(store_payout_list(w->st, w->pool, id, 10, &payouts, &n, &why));
	assert_int_equal(n, 1);
	assert_string_equal(payouts[0].txid, "t1");
	assert_string_equal(payouts[0].raw_tx, "");
	store_free_payouts(payouts, n);
}

/* Planned, waiting, refused, approved: the money is set aside, or back. */
static void from_plan_to_signature(void **state)
{
	struct world *w = *state;
	struct store_payout_item items[] = {
		{.address = "alice", .amount = amount_of(300)},
		{.address = "bob", .amount = amount_of(600)},
	};
	struct store_plan plan = {.pool = w->pool,
		.kind = STORE_PAYOUT_MANUAL,
		.is_waiting = true,
		.address = "",
		.note = "much",
		.items = items,
		.n = 2};
	struct store_signature s = {"t1", "0200", amount_of(10), items, 2};
	struct store_payout *rows, p;
	struct amount sums[STORE_BOOKS];
	int64_t first, second;
	size_t n;

	earn(w);
	items[0].account = account(w, "alice");
	items[1].account = account(w, "bob");
	MUST(store_payout_plan(w->st, &plan, &first, &why));
	expect_books(w, -1010, 0, 100, 900, 0);
	assert_int_equal(store_payout_plan(w->st, &plan, &second, &why), ERR_CONFLICT);
	assert_int_equal(store_payout_sign(w->st, first, &s, &why), ERR_CONFLICT);
	MUST(store_payout_refuse(w->st, first, "no", &why));
	expect_books(w, -1010, 0, 1000, 0, 0);
	assert_int_equal(store_payout_approve(w->st, first, &why), ERR_CONFLICT);
	MUST(store_payout_plan(w->st, &plan, &second, &why));
	MUST(store_payout_approve(w->st, second, &why));
	MUST(store_payout_list_in(w->st, w->pool,
		STORE_PAYOUT_MASK(STORE_PAYOUT_PLANNED) | STORE_PAYOUT_MASK(STORE_PAYOUT_REFUSED),
		&rows, &n, &why));
	assert_int_equal(n, 2);
	assert_string_equal(rows[0].note, "no");
	assert_string_equal(rows[1].txid, "");
	assert_int_equal(amount_units(rows[1].total), 900);
	store_free_payouts(rows, n);

	/* its miners pay seven of the ten */
	items[0].fee = amount_of(2);
	items[1].fee = amount_of(5);
	MUST(store_payout_sign(w->st, second, &s, &why));
	assert_int_equal(store_payout_sign(w->st, second, &s, &why), ERR_CONFLICT);
	assert_int_equal(store_payout_refuse(w->st, second, "", &why), ERR_CONFLICT);
	MUST(store_payout_confirm(w->st, second, 6, "bb", &why));
	expect_books(w, -1010, 0, 100, 0, 893);
	MUST(store_ledger_sums(w->st, w->pool, sums, &why));
	assert_int_equal(amount_units(sums[STORE_BOOK_FEE]), 10 - 3);
	assert_int_equal(amount_units(sums[STORE_BOOK_NETWORK_FEE]), 10);
	MUST(store_payout_get(w->st, second, &p, &why));
	assert_int_equal(amount_units(p.miner_fee), 7);
	store_payout_fini(&p);
}

static void one_takes_the_place_of_another(void **state)
{
	struct world *w = *state;
	struct store_payout_tx tx = {"t2", (char *)"03", amount_of(7)}, *old;
	struct store_payout p;
	int64_t id;
	size_t n;

	earn(w);
	MUST(create(w, w->st, "t1", 300, 500, &id));
	assert_int_equal(store_payout_replace(w->st, id, "tx", &tx, &why), ERR_CONFLICT);
	MUST(store_payout_set_state(
		w->st, id, STORE_PAYOUT_SIGNED, STORE_PAYOUT_BROADCAST, 0, NULL, &why));
	MUST(store_payout_replace(w->st, id, "t1", &tx, &why));
	MUST(store_payout_by_txid(w->st, w->pool, "t1", &p, &why));
	assert_int_equal(p.id, id);
	assert_string_equal(p.txid, "t2");
	assert_string_equal(p.raw_tx, "03");
	assert_int_equal(p.state, STORE_PAYOUT_SIGNED);
	store_payout_fini(&p);
	MUST(store_payout_replaced(w->st, id, &old, &n, &why));
	assert_int_equal(n, 1);
	assert_string_equal(old[0].txid, "t1");
	assert_string_equal(old[0].raw_tx, "0200");
	MUST(store_payout_replace(w->st, id, "t2", &old[0], &why));
	store_free_payout_txs(old, n);
	MUST(store_payout_replaced(w->st, id, &old, &n, &why));
	assert_int_equal(n, 1);
	assert_string_equal(old[0].txid, "t2");
	store_free_payout_txs(old, n);
	MUST(store_payout_confirm(w->st, id, 6, "bb", &why));
	expect_books(w, -1010, 0, 200, 0, 800);
}

static void swept_into_the_cold(void **state)
{
	struct world *w = *state;
	struct store_plan plan = {.pool = w->pool,
		.kind = STORE_PAYOUT_SWEEP,
		.total = amount_of(500),
		.address = "cold",
		.note = ""};
	struct store_signature s = {.txid = "t1", .raw_tx = "00", .network_fee = amount_of(3)};
	struct amount sums[STORE_BOOKS], paid;
	int64_t id;

	earn(w);
	MUST(store_payout_plan(w->st, &plan, &id, &why));
	MUST(store_payout_sign(w->st, id, &s, &why));
	MUST(store_payout_confirm(w->st, id, 6, "bb", &why));
	expect_books(w, -1010, 0, 1000, 0, 0);
	MUST(store_ledger_sums(w->st, w->pool, sums, &why));
	assert_int_equal(amount_units(sums[STORE_BOOK_HOT]), -500);
	assert_int_equal(amount_units(sums[STORE_BOOK_COLD]), 500);
	assert_int_equal(amount_units(sums[STORE_BOOK_FEE]), 10 - 3);
	MUST(store_payout_since(w->st, w->pool, 0, &paid, &why));
	assert_int_equal(amount_units(paid), 0); /* no miner got it */
}

static void paused_and_ordered(void **state)
{
	struct world *w = *state;
	struct store_payout_control c;
	struct store_order order = {.kind = STORE_ORDER_REPLACE, .who = "root", .reason = "stuck"},
			   *open;
	size_t n;

	MUST(store_payout_control(w->st, w->pool, &c, &why));
	assert_false(c.is_paused);
	MUST(store_payout_note_run(w->st, w->pool, 12345, &why));
	MUST(store_payout_pause(w->st, w->pool, true, "root", "looks odd", &why));
	MUST(store_payout_control(w->st, w->pool, &c, &why));
	assert_true(c.is_paused);
	assert_true(c.since_ms > 0);
	assert_string_equal(c.who, "root");
	assert_string_equal(c.reason, "looks odd");
	assert_int_equal(c.run_ms, 12345);
	MUST(store_payout_pause(w->st, w->pool, false, "root", "fine", &why));
	MUST(store_payout_control(w->st, w->pool, &c, &why));
	assert_false(c.is_paused);

	earn(w);
	MUST(create(w, w->st, "t1", 1, 1, &order.payout));
	MUST(store_order_add(w->st, w->pool, &order, &why));
	MUST(store_order_open(w->st, w->pool, &open, &n, &why));
	assert_int_equal(n, 1);
	assert_string_equal(open[0].reason, "stuck");
	MUST(store_order_done(w->st, open[0].id, "replaced", &why));
	assert_int_equal(store_order_done(w->st, open[0].id, "again", &why), ERR_CONFLICT);
	store_free_orders(open);
	MUST(store_order_open(w->st, w->pool, &open, &n, &why));
	assert_int_equal(n, 0);
}

static void a_threshold_of_ones_own(void **state)
{
	struct world *w = *state;
	struct store_account_setting setting;
	struct store_due *dues;
	size_t n;

	earn(w);
	MUST(store_account_setting(w->st, account(w, "bob"), &setting, &why));
	assert_int_equal(setting.updated_ms, 0);
	MUST(store_account_set_threshold(w->st, account(w, "bob"), amount_of(1), &why));
	MUST(store_account_set_threshold(w->st, account(w, "bob"), amount_of(701), &why));
	MUST(store_account_set_threshold(w->st, account(w, "alice"), amount_of(300), &why));
	MUST(store_account_setting(w->st, account(w, "bob"), &setting, &why));
	assert_int_equal(amount_units(setting.threshold), 701);
	MUST(store_balance_list(w->st, w->pool, amount_of(650), 10, &dues, &n, &why));
	assert_int_equal(n, 1);
	assert_string_equal(dues[0].address, "alice");
	assert_int_equal(amount_units(dues[0].threshold), 300);
	store_free_dues(dues);
}

static void the_pool_bears_a_loss_once(void **state)
{
	struct world *w = *state;
	struct amount sums[STORE_BOOKS];
	int64_t young;
	bool is_borne;

	earn(w);
	young = found(w, 101, "bb", 50);
	MUST(store_block_is_borne(w->st, 1, &is_borne, &why));
	assert_false(is_borne);
	assert_int_equal(store_block_bear(w->st, young, "root", "gone", &why), ERR_CONFLICT);
	MUST(store_block_bear(w->st, 1, "root", "gone", &why));
	assert_int_equal(store_block_bear(w->st, 1, "root", "gone", &why), ERR_EXISTS);
	MUST(store_block_is_borne(w->st, 1, &is_borne, &why));
	assert_true(is_borne);
	expect_books(w, 0, 0, 1000, 0, 0);
	MUST(store_ledger_sums(w->st, w->pool, sums, &why));
	assert_int_equal(amount_units(sums[STORE_BOOK_FEE]), 10 - 1010);
}

static void adjusting_by_hand(void **state)
{
	struct world *w = *state;
	struct store_entry entries[2];
	struct store_txn txn = {w->pool, STORE_TXN_ADJUST, 0, 0, entries, 2};

	earn(w);
	entries[0] = (struct store_entry){STORE_BOOK_FEE, 0, amount_of(-5)};
	entries[1] = (struct store_entry){STORE_BOOK_AVAILABLE, account(w, "alice"), amount_of(5)};
	MUST(store_ledger_post(w->st, &txn, &why));
	expect_books(w, -1010, 0, 1005, 0, 0);
}

static void unbalanced_entries_end_the_process(void **state)
{
	struct world *w = *state;
	struct store_entry entry = {STORE_BOOK_FEE, 0, amount_of(5)};
	struct store_txn txn = {w->pool, STORE_TXN_ADJUST, 0, 0, &entry, 1};
	int status;
	pid_t child = fork();

	if (child == 0) {
		fclose(stderr);
		signal(SIGABRT, SIG_DFL);
		(void)!store_ledger_post(w->st, &txn, &why);
		_exit(0);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(to_the_end),
		TEST(given_back),
		TEST(nobody_is_paid_more_than_he_has),
		TEST(two_leaders_pay_once),
		TEST(who_is_due),
		TEST(from_plan_to_signature),
		TEST(one_takes_the_place_of_another),
		TEST(swept_into_the_cold),
		TEST(paused_and_ordered),
		TEST(a_threshold_of_ones_own),
		TEST(the_pool_bears_a_loss_once),
		TEST(adjusting_by_hand),
		TEST(unbalanced_entries_end_the_process),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
