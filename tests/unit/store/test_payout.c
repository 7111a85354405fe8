/* test_payout.c -- money leaves once, from those who have it, and comes back when it did not go. */
#include <signal.h>

#include "fixture.h"

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
		{account(w, "alice"), "alice", amount_of(to_alice)},
		{account(w, "bob"), "bob", amount_of(to_bob)},
	};

	return store_payout_create_signed(
		st, w->pool, txid, "0200", amount_of(4), items, 2, out_id, &why);
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
	twice[0] = twice[1] = (struct store_payout_item){account(w, "bob"), "bob", amount_of(400)};
	assert_int_equal(store_payout_create_signed(
				 w->st, w->pool, "t1", "00", amount_of(0), twice, 2, &id, &why),
		ERR_CONFLICT);
	expect_books(w, -1010, 0, 1000, 0, 0);
	MUST(create(w, w->st, "t1", 300, 1, &id));
	assert_int_equal(create(w, w->st, "t1", 0 + 1, 1, &id), ERR_EXISTS);
	assert_int_equal(create(w, w->st, "t2", 1, 1, &id), ERR_CONFLICT);
	expect_books(w, -1010, 0, 699, 301, 0);
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
		TEST(adjusting_by_hand),
		TEST(unbalanced_entries_end_the_process),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
