/* test_wallet.c -- the wallet's transactions, their explanations, the comparison; statements. */
#include "fixture.h"
#include "store/store_statement.h"
#include "store/store_wallet.h"

#define DAY_MS 86400000LL

static struct store_wallet_book sums_of(struct world *w)
{
	struct store_wallet_book book;

	MUST(store_wallet_sums(w->st, w->pool, &book, &why));
	return book;
}

static void note(struct world *w, const char *txid, enum store_wallet_kind kind, int64_t amount,
	bool is_counted, const char *text)
{
	struct store_wallet_tx tx = {
		.kind = kind, .amount = amount_of(amount), .is_counted = is_counted};
	bool is_new;

	str_copy(tx.txid, sizeof tx.txid, txid);
	str_copy(tx.note, sizeof tx.note, text);
	MUST(store_wallet_note(w->st, w->pool, &tx, &is_new, &why));
}

static int64_t earn(struct world *w)
{
	int64_t id;

	work(w, "alice", 100, 30);
	work(w, "bob", 100, 70);
	id = found(w, 100, "aa", 1010);
	MUST(close_round(w->st, w->pool, id));
	return id;
}

static void rewards_and_payouts_are_explained(void **state)
{
	struct world *w = *state;
	struct store_payout_item item = {.address = "bob", .amount = amount_of(700)};
	int64_t block = earn(w), id;

	/* the wallet may spend it before the ledger says so */
	note(w, "c1", STORE_WALLET_REWARD, 1010, true, "aa");
	assert_int_equal(amount_units(sums_of(w).expected), 0);
	assert_int_equal(amount_units(sums_of(w).in_flight), 1010);
	MUST(store_round_mature(w->st, block, 101, &why));
	assert_int_equal(amount_units(sums_of(w).expected), 1010);
	assert_int_equal(amount_units(sums_of(w).in_flight), 0);

	item.account = account(w, "bob");
	MUST(pay(w->st, w->pool, "t1", amount_of(4), &item, 1, &id));
	assert_int_equal(amount_units(sums_of(w).in_flight), 0);
	note(w, "t1", STORE_WALLET_PAYOUT, -704, true, "");
	assert_int_equal(amount_units(sums_of(w).expected), 1010);
	assert_int_equal(amount_units(sums_of(w).in_flight), -704);
	MUST(store_payout_confirm(w->st, id, 6, "bb", &why));
	assert_int_equal(amount_units(sums_of(w).expected), 306);
	assert_int_equal(amount_units(sums_of(w).in_flight), 0);
}

static void what_the_operator_does_is_acknowledged(void **state)
{
	struct world *w = *state;
	struct store_wallet_tx tx, *list;
	struct amount sums[STORE_BOOKS];
	size_t n;

	note(w, "in", STORE_WALLET_UNEXPLAINED, 500, false, "");
	assert_int_equal(amount_units(sums_of(w).unexplained), 0);
	assert_int_equal(
		store_wallet_acknowledge(w->st, w->pool, "in", "mine", &tx, &why), ERR_CONFLICT);
	note(w, "in", STORE_WALLET_UNEXPLAINED, 500, true, "");
	note(w, "out", STORE_WALLET_UNEXPLAINED, -200, true, "");
	assert_int_equal(amount_units(sums_of(w).unexplained), 300);
	MUST(store_wallet_list(w->st, w->pool, STORE_WALLET_UNEXPLAINED, &list, &n, &why));
	assert_int_equal(n, 2);
	store_free_wallet_txs(list);

	assert_int_equal(
		store_wallet_acknowledge(w->st, w->pool, "x", "", &tx, &why), ERR_NOT_FOUND);
	MUST(store_wallet_acknowledge(w->st, w->pool, "in", "top-up", &tx, &why));
	assert_int_equal(amount_units(tx.amount), 500);
	MUST(store_wallet_acknowledge(w->st, w->pool, "out", "fee taken", &tx, &why));
	assert_int_equal(
		store_wallet_acknowledge(w->st, w->pool, "out", "", &tx, &why), ERR_CONFLICT);
	assert_int_equal(amount_units(sums_of(w).unexplained), 0);
	assert_int_equal(amount_units(sums_of(w).expected), 300);
	MUST(store_ledger_sums(w->st, w->pool, sums, &why));
	assert_int_equal(amount_units(sums[STORE_BOOK_FEE]), 300);
	assert_int_equal(amount_units(sums[STORE_BOOK_OPERATOR]), -300);

	/* seen again, it stays explained */
	note(w, "in", STORE_WALLET_UNEXPLAINED, 500, true, "");
	MUST(store_wallet_list(w->st, w->pool, STORE_WALLET_OPERATOR, &list, &n, &why));
	assert_int_equal(n, 2);
	assert_string_equal(list[0].note, "top-up");
	store_free_wallet_txs(list);
}

static void the_last_comparison_is_kept(void **state)
{
	struct world *w = *state;
	struct store_wallet_book book = {.held = amount_of(7), .difference = amount_of(-1)}, got;

	MUST(store_wallet_book(w->st, w->pool, &got, &why));
	assert_int_equal(got.time_ms, 0);
	str_copy(book.cursor_hash, sizeof book.cursor_hash, "abc");
	MUST(store_wallet_book_set(w->st, w->pool, &book, &why));
	book.held = amount_of(8);
	MUST(store_wallet_book_set(w->st, w->pool, &book, &why));
	MUST(store_wallet_book(w->st, w->pool, &got, &why));
	assert_true(got.time_ms > 0);
	assert_string_equal(got.cursor_hash, "abc");
	assert_int_equal(amount_units(got.held), 8);
	assert_int_equal(amount_units(got.difference), -1);
}

/* ---- statements ---- */

static void a_statement_runs_along_the_balance(void **state)
{
	struct world *w = *state;
	struct store_payout_item item = {.address = "bob", .amount = amount_of(600)};
	struct store_statement_line *rows;
	struct buf text = {0};
	int64_t block = earn(w), id, later;
	size_t n;

	MUST(store_round_mature(w->st, block, 101, &why));
	item.account = account(w, "bob");
	MUST(pay(w->st, w->pool, "t1", amount_of(4), &item, 1, &id));
	sql(w->st, "UPDATE txn SET created_ms = 1000 * id"); /* 1970-01-01 */
	MUST(store_payout_confirm(w->st, id, 6, "bb", &why));
	sql(w->st, "UPDATE txn SET created_ms = 86400000 * 40 WHERE id = 4"); /* 1970-02-10 */
	sql(w->st, "UPDATE credit SET fee = 7, donation = 2");

	MUST(store_statement(w->st, item.account, 0, INT64_MAX, &rows, &n, &why));
	assert_int_equal(n, 4);
	assert_int_equal(rows[0].kind, STORE_TXN_CREDIT);
	assert_int_equal(rows[0].height, 100);
	assert_int_equal(amount_units(rows[0].moves[STORE_BOOK_IMMATURE]), 700);
	assert_int_equal(amount_units(rows[0].fee), 7);
	assert_int_equal(amount_units(rows[0].donation), 2);
	assert_int_equal(amount_units(rows[1].fee), 0); /* matured: kept once */
	assert_int_equal(amount_units(rows[0].balance), 700);
	assert_int_equal(amount_units(rows[2].balance), 700); /* planned: still owed */
	assert_int_equal(rows[3].kind, STORE_TXN_PAID);
	assert_string_equal(rows[3].txid, "t1");
	assert_int_equal(amount_units(rows[3].moves[STORE_BOOK_PAID]), 600);
	assert_int_equal(amount_units(rows[3].balance), 100);
	store_statement_csv(&rows[3], 1, STORE_BY_ENTRY, &text);
	assert_string_equal(buf_str(&text),
		"time,entry,kind,block,txid,immature,available,paying,paid,network_fee,fee,"
		"donation,balance\r\n"
		"1970-02-10T00:00:00.000Z,4,paid,,t1,0.00000000,0.00000000,-0.00000600,0.00000600,"
		"0.00000000,0.00000000,0.00000000,0.00000100\r\n");
	buf_clear(&text);

	n = store_statement_sum(rows, n, STORE_BY_MONTH);
	assert_int_equal(n, 2);
	assert_int_equal(amount_units(rows[0].balance), 700);
	assert_int_equal(amount_units(rows[0].fee), 7);
	store_statement_json(&rows[1], 1, STORE_BY_MONTH, &text);
	assert_string_equal(buf_str(&text),
		"[{\"time\":\"1970-02\",\"immature\":\"0.00000000\",\"available\":\"0.00000000\","
		"\"paying\":\"-0.00000600\",\"paid\":\"0.00000600\",\"network_fee\":\"0.00000000\","
		"\"fee\":\"0.00000000\",\"donation\":\"0.00000000\","
		"\"balance\":\"0.00000100\"}]");
	buf_free(&text);
	store_free_statement(rows);

	assert_true(store_statement_time("1970-02", false, &later));
	assert_int_equal(later, 31 * DAY_MS);
	MUST(store_statement(w->st, item.account, later, INT64_MAX, &rows, &n, &why));
	assert_int_equal(n, 1);
	assert_int_equal(amount_units(rows[0].balance), 100); /* with what was before */
	store_free_statement(rows);
}

static void days_and_months_are_read(void **state)
{
	enum store_statement_by by;
	int64_t ms;

	assert_true(store_statement_time("1970-01-02", false, &ms));
	assert_int_equal(ms, DAY_MS);
	assert_true(store_statement_time("1970-01-02", true, &ms));
	assert_int_equal(ms, 2 * DAY_MS);
	assert_true(store_statement_time("1970-12", true, &ms));
	assert_int_equal(ms, 365 * DAY_MS);
	assert_false(store_statement_time("1970-13", false, &ms));
	assert_false(store_statement_time("1970-1-12x", false, &ms));
	assert_false(store_statement_time("", false, &ms));
	assert_true(store_statement_by("day", &by));
	assert_int_equal(by, STORE_BY_DAY);
	assert_false(store_statement_by("week", &by));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(rewards_and_payouts_are_explained),
		TEST(what_the_operator_does_is_acknowledged),
		TEST(the_last_comparison_is_kept),
		TEST(a_statement_runs_along_the_balance),
		TEST(days_and_months_are_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
