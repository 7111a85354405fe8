/* ledger.c -- double-entry bookkeeping and balances. */
#include "store/store_ledger.h"

#include "base/clock.h"
#include "base/mem.h"
#include "store/sql_priv.h"

/* ---- posting ---- */

static void assert_balanced(const struct store_txn *txn)
{
	struct amount sum = {0};

	for (size_t i = 0; i < txn->n; i++)
		sum = amount_add(sum, txn->entries[i].amount);
	assert(amount_is_zero(sum));
}

static enum err post_entry(struct store *st, int64_t txn_id, int64_t pool,
	const struct store_entry *entry, struct why *why)
{
	if (amount_is_zero(entry->amount))
		return OK;
	return sql_run(st,
		"INSERT INTO entry (txn_id, pool_id, book, account_id, amount)"
		" VALUES (?, ?, ?, ?, ?)",
		BINDS(INT(txn_id), INT(pool), INT(entry->book), INT(entry->account),
			INT(amount_units(entry->amount))),
		why);
}

enum err store_ledger_post(struct store *st, const struct store_txn *txn, struct why *why)
{
	int64_t txn_id;
	enum err err;

	assert_balanced(txn);
	err = store_begin(st, why);
	if (err != OK)
		return err;
	err = sql_run(st,
		"INSERT INTO txn (pool_id, kind, block_id, payout_id, created_ms, accrual_id)"
		" VALUES (?, ?, ?, ?, ?, ?)",
		BINDS(INT(txn->pool), INT(txn->kind), INT(txn->block), INT(txn->payout),
			INT(clock_wall_ms()), INT(txn->accrual)),
		why);
	txn_id = sql_new_id(st);
	for (size_t i = 0; err == OK && i < txn->n; i++)
		err = post_entry(st, txn_id, txn->pool, &txn->entries[i], why);
	return sql_end(st, err, why);
}

/* ---- balances: always sums ---- */

static void read_balance(const struct sql *q, void *row)
{
	struct store_balance *b = row;

	b->account = sql_int(q, 0);
	str_copy(b->address, sizeof b->address, sql_str(q, 1));
	b->immature = amount_of(sql_int(q, 2));
	b->available = amount_of(sql_int(q, 3));
	b->paying = amount_of(sql_int(q, 4));
	b->paid = amount_of(sql_int(q, 5));
}

#define BOOK_SUM                                                                                   \
	"(SELECT COALESCE(SUM(e.amount), 0) FROM entry e WHERE e.pool_id = a.pool_id"              \
	" AND e.book = ? AND e.account_id = a.id)"

enum err store_account_balance(
	struct store *st, int64_t account, struct store_balance *out, struct why *why)
{
	static const struct sql_type balance_row = {
		sizeof(struct store_balance), read_balance, NULL};

	return sql_get(st, &balance_row,
		"SELECT a.id, a.address, " BOOK_SUM ", " BOOK_SUM ", " BOOK_SUM ", " BOOK_SUM
		" FROM account a WHERE a.id = ?",
		BINDS(INT(STORE_BOOK_IMMATURE), INT(STORE_BOOK_AVAILABLE), INT(STORE_BOOK_PAYING),
			INT(STORE_BOOK_PAID), INT(account)),
		out, why);
}

static void read_due(const struct sql *q, void *row)
{
	struct store_due *due = row;

	due->account = sql_int(q, 0);
	str_copy(due->address, sizeof due->address, sql_str(q, 1));
	due->available = amount_of(sql_int(q, 2));
	due->threshold = amount_of(sql_int(q, 3));
}

enum err store_balance_list(struct store *st, int64_t pool, struct amount min, unsigned limit,
	struct store_due **out, size_t *out_n, struct why *why)
{
	static const struct sql_type due_row = {sizeof(struct store_due), read_due, NULL};

	return sql_list(st, &due_row,
		"SELECT a.id, COALESCE(p.address, a.address), s.total,"
		" COALESCE(t.threshold, 0)"
		" FROM (SELECT account_id, SUM(amount) AS total FROM entry"
		" WHERE pool_id = ? AND book = ? GROUP BY account_id HAVING SUM(amount) > 0) s"
		" JOIN account a ON a.id = s.account_id"
		" LEFT JOIN account_setting t ON t.account_id = a.id"
		" LEFT JOIN payout_address p ON p.account_id = a.id"
		" WHERE s.total >= CASE WHEN t.threshold > 0 THEN t.threshold ELSE ? END"
		" ORDER BY s.total DESC, a.id LIMIT ?",
		BINDS(INT(pool), INT(STORE_BOOK_AVAILABLE), INT(amount_units(min)),
			INT(limit ? limit : INT32_MAX)),
		out, out_n, why);
}

void store_free_dues(struct store_due *rows)
{
	free(rows);
}

struct book_sum {
	int64_t book;
	struct amount sum;
};

static void read_book_sum(const struct sql *q, void *row)
{
	*(struct book_sum *)row = (struct book_sum){sql_int(q, 0), amount_of(sql_int(q, 1))};
}

enum err store_ledger_sums(
	struct store *st, int64_t pool, struct amount out[STORE_BOOKS], struct why *why)
{
	static const struct sql_type sum_row = {sizeof(struct book_sum), read_book_sum, NULL};
	struct book_sum *sums;
	size_t n;
	enum err err = sql_list(st, &sum_row,
		"SELECT book, SUM(amount) FROM entry WHERE pool_id = ? GROUP BY book",
		BINDS(INT(pool)), &sums, &n, why);

	if (err != OK)
		return err;
	for (unsigned book = 0; book < STORE_BOOKS; book++)
		out[book] = amount_of(0);
	for (size_t i = 0; i < n; i++)
		if (sums[i].book > 0 && sums[i].book < STORE_BOOKS)
			out[sums[i].book] = sums[i].sum;
	free(sums);
	return OK;
}
