/* statement.c -- an account's part of the ledger, with a running balance, also by day and month. */
#include "store/store_statement.h"

#include <time.h>

#include "base/mem.h"
#include "store/sql_priv.h"

const char *store_txn_text(enum store_txn_kind kind)
{
	switch (kind) {
	case STORE_TXN_CREDIT: return "credit";
	case STORE_TXN_MATURE: return "mature";
	case STORE_TXN_ORPHAN: return "orphan";
	case STORE_TXN_PAYOUT: return "payout";
	case STORE_TXN_PAID: return "paid";
	case STORE_TXN_RETURNED: return "returned";
	case STORE_TXN_ADJUST: return "adjust";
	case STORE_TXN_SWEPT: return "swept";
	case STORE_TXN_OPERATOR: return "operator";
	case STORE_TXN_LOSS: return "loss";
	case STORE_TXN_RESERVE: return "reserve";
	case STORE_TXN_ACCRUE: return "accrue";
	case STORE_TXN_OWE: return "owe";
	case STORE_TXN_RELEASE: return "release";
	case STORE_TXN_UNDONE: return "undone";
	}
	return "other";
}

const char *store_book_text(enum store_book book)
{
	switch (book) {
	case STORE_BOOK_COINBASE: return "coinbase";
	case STORE_BOOK_IMMATURE: return "immature";
	case STORE_BOOK_AVAILABLE: return "available";
	case STORE_BOOK_PAYING: return "paying";
	case STORE_BOOK_PAID: return "paid";
	case STORE_BOOK_FEE_IMMATURE: return "fee_immature";
	case STORE_BOOK_FEE: return "fee";
	case STORE_BOOK_NETWORK_FEE: return "network_fee";
	case STORE_BOOK_HOT: return "hot";
	case STORE_BOOK_COLD: return "cold";
	case STORE_BOOK_OPERATOR: return "operator";
	case STORE_BOOK_RESERVE_IMMATURE: return "reserve_immature";
	case STORE_BOOK_RESERVE: return "reserve";
	case STORE_BOOK_OWED: return "owed";
	case STORE_BOOK_DEBT: return "debt";
	}
	return "other";
}

/* ---- lines ---- */

struct row {
	struct store_statement_line line;
	int64_t book;
	struct amount amount;
};

/* What was kept of a credit comes back with it. */
static void set_kept(struct store_statement_line *line, struct amount fee, struct amount donation)
{
	bool is_back = line->kind == STORE_TXN_ORPHAN;

	line->fee = is_back ? amount_neg(fee) : fee;
	line->donation = is_back ? amount_neg(donation) : donation;
}

static void read_row(const struct sql *q, void *out)
{
	struct row *r = out;

	r->line.txn = sql_int(q, 0);
	r->line.time_ms = sql_int(q, 1);
	r->line.kind = (enum store_txn_kind)sql_int(q, 2);
	r->line.height = sql_int(q, 3);
	r->line.payout = sql_int(q, 4);
	r->book = sql_int(q, 5);
	r->amount = amount_of(sql_int(q, 6));
	str_copy(r->line.txid, sizeof r->line.txid, sql_str(q, 7));
	set_kept(&r->line, amount_of(sql_int(q, 8)), amount_of(sql_int(q, 9)));
}

static const struct sql_type row_type = {sizeof(struct row), read_row, NULL};

/* What the pool owes the account. */
static struct amount owed(const struct amount moves[STORE_BOOKS])
{
	return amount_add(amount_add(moves[STORE_BOOK_IMMATURE], moves[STORE_BOOK_AVAILABLE]),
		moves[STORE_BOOK_PAYING]);
}

/* Entries of one ledger transaction stand together: one line. */
static size_t fold(
	const struct row *rows, size_t n, struct amount balance, struct store_statement_line *out)
{
	size_t lines = 0;

	for (size_t i = 0; i < n; i++) {
		if (lines == 0 || out[lines - 1].txn != rows[i].line.txn)
			out[lines++] = rows[i].line;
		if (rows[i].book > 0 && rows[i].book < STORE_BOOKS) {
			struct amount *move = &out[lines - 1].moves[rows[i].book];

			*move = amount_add(*move, rows[i].amount);
		}
	}
	for (size_t i = 0; i < lines; i++) {
		balance = amount_add(balance, owed(out[i].moves));
		out[i].balance = balance;
	}
	return lines;
}

static enum err balance_before(
	struct store *st, int64_t account, int64_t from_ms, struct amount *out, struct why *why)
{
	int64_t units;
	enum err err = sql_one(st,
		"SELECT COALESCE(SUM(e.amount), 0) FROM entry e JOIN txn t ON t.id = e.txn_id"
		" WHERE e.account_id = ? AND e.book IN (?, ?, ?) AND t.created_ms < ?",
		BINDS(INT(account), INT(STORE_BOOK_IMMATURE), INT(STORE_BOOK_AVAILABLE),
			INT(STORE_BOOK_PAYING), INT(from_ms)),
		&units, why);

	if (err == OK)
		*out = amount_of(units);
	return err;
}

enum err store_statement(struct store *st, int64_t account, int64_t from_ms, int64_t to_ms,
	struct store_statement_line **out, size_t *out_n, struct why *why)
{
	struct amount balance;
	struct row *rows;
	size_t n;
	enum err err = balance_before(st, account, from_ms, &balance, why);

	if (err == OK)
		err = sql_list(st, &row_type,
			"SELECT t.id, t.created_ms, t.kind, COALESCE(b.height, 0), t.payout_id,"
			" e.book, e.amount,"
			" CASE WHEN p.state IN (1, 6, 7) THEN '' ELSE COALESCE(p.txid, '') END,"
			" COALESCE(c.fee, a.fee, 0), COALESCE(c.donation, a.donation, 0)"
			" FROM entry e JOIN txn t ON t.id = e.txn_id"
			" LEFT JOIN block b ON b.id = t.block_id"
			" LEFT JOIN payout p ON p.id = t.payout_id"
			" LEFT JOIN credit c ON c.block_id = t.block_id"
			" AND c.account_id = e.account_id AND t.kind IN (?, ?)"
			" LEFT JOIN accrual_credit a ON a.accrual_id = t.accrual_id"
			" AND a.account_id = e.account_id"
			" WHERE e.account_id = ? AND t.created_ms >= ? AND t.created_ms < ?"
			" ORDER BY t.id, e.id LIMIT ?",
			BINDS(INT(STORE_TXN_CREDIT), INT(STORE_TXN_ORPHAN), INT(account),
				INT(from_ms), INT(to_ms), INT(STORE_STATEMENT_MAX + 1)),
			&rows, &n, why);
	if (err != OK)
		return err;
	if (n > STORE_STATEMENT_MAX) {
		sql_list_free(&row_type, rows, n);
		return err_fail(why, ERR_LIMIT,
			"more than %d entries: ask for a shorter time (from, to)",
			STORE_STATEMENT_MAX);
	}
	*out = n ? NEW_ARRAY(struct store_statement_line, n) : NULL;
	*out_n = fold(rows, n, balance, *out);
	sql_list_free(&row_type, rows, n);
	return OK;
}

void store_free_statement(struct store_statement_line *rows)
{
	free(rows);
}

/* ---- days and months ---- */

static int64_t period_of(int64_t ms, enum store_statement_by by)
{
	time_t seconds = (time_t)(ms / 1000);
	struct tm tm;

	gmtime_r(&seconds, &tm);
	tm.tm_hour = tm.tm_min = tm.tm_sec = 0;
	if (by == STORE_BY_MONTH)
		tm.tm_mday = 1;
	return (int64_t)timegm(&tm) * 1000;
}

size_t store_statement_sum(struct store_statement_line *rows, size_t n, enum store_statement_by by)
{
	size_t left = 0;

	if (by == STORE_BY_ENTRY)
		return n;
	for (size_t i = 0; i < n; i++) {
		int64_t period = period_of(rows[i].time_ms, by);
		struct store_statement_line sum = {.time_ms = period, .balance = rows[i].balance};

		if (left > 0 && rows[left - 1].time_ms == period)
			sum = rows[--left];
		sum.balance = rows[i].balance;
		for (unsigned book = 1; book < STORE_BOOKS; book++)
			sum.moves[book] = amount_add(sum.moves[book], rows[i].moves[book]);
		sum.fee = amount_add(sum.fee, rows[i].fee);
		sum.donation = amount_add(sum.donation, rows[i].donation);
		rows[left++] = sum;
	}
	return left;
}
