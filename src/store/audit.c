/* audit.c -- does the database agree with itself? */
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>

#include "base/mem.h"
#include "store/sql_priv.h"
#include "store/store_audit.h"
#include "store/store_block.h"
#include "store/store_ledger.h"

void store_audit_add(struct store_audit *a, const char *table, const char *stored,
	const char *computed, const char *key, ...)
{
	va_list ap;

	if (a->n++)
		return;
	str_copy(a->first.table, sizeof a->first.table, table);
	str_copy(a->first.stored, sizeof a->first.stored, stored);
	str_copy(a->first.computed, sizeof a->first.computed, computed);
	va_start(ap, key);
	vsnprintf(a->first.key, sizeof a->first.key, key, ap);
	va_end(ap);
}

/* What a question gives for each row that does not agree. */
struct odd_row {
	int64_t id, book;
	struct amount stored, computed;
};

static void read_odd(const struct sql *q, void *row)
{
	*(struct odd_row *)row = (struct odd_row){
		sql_int(q, 0), sql_int(q, 1), amount_of(sql_int(q, 2)), amount_of(sql_int(q, 3))};
}

static const struct sql_type odd_type = {sizeof(struct odd_row), read_odd, NULL};

static void add_row(
	struct store_audit *a, const char *table, const struct odd_row *row, const char *key)
{
	char stored[AMOUNT_TEXT_MAX], computed[AMOUNT_TEXT_MAX];

	store_audit_add(a, table, amount_text(row->stored, stored),
		amount_text(row->computed, computed), "%s", key);
}

/* ---- ledger transactions ---- */

enum err store_audit_txns(struct store *st, int64_t pool, int64_t after, unsigned limit,
	int64_t *out_last, struct store_audit *a, struct why *why)
{
	struct odd_row *rows = NULL;
	char key[40];
	size_t n = 0;
	enum err err = sql_one(st,
		"SELECT COALESCE(MAX(id), 0) FROM (SELECT id FROM txn WHERE id > ? ORDER BY id"
		" LIMIT ?) t",
		BINDS(INT(after), INT(limit)), out_last, why);

	if (err == OK && *out_last)
		err = sql_list(st, &odd_type,
			"SELECT txn_id, 0, SUM(amount), 0 FROM entry WHERE txn_id > ?"
			" AND txn_id <= ? AND pool_id = ? GROUP BY txn_id HAVING SUM(amount) <> 0"
			" ORDER BY txn_id",
			BINDS(INT(after), INT(*out_last), INT(pool)), &rows, &n, why);
	for (size_t i = 0; err == OK && i < n; i++) {
		snprintf(key, sizeof key, "txn_id %" PRId64 ", sum of amount", rows[i].id);
		add_row(a, "entry", &rows[i], key);
	}
	free(rows);
	return err;
}

/* ---- balances ---- */

enum err store_audit_accounts(struct store *st, int64_t pool, int64_t after, unsigned limit,
	int64_t *out_last, struct store_audit *a, struct why *why)
{
	struct odd_row *rows = NULL;
	char key[80];
	size_t n = 0;
	enum err err = sql_one(st,
		"SELECT COALESCE(MAX(id), 0) FROM (SELECT id FROM account WHERE id > ? ORDER BY id"
		" LIMIT ?) t",
		BINDS(INT(after), INT(limit)), out_last, why);

	if (err == OK && *out_last)
		err = sql_list(st, &odd_type,
			"SELECT account_id, book, SUM(amount), 0 FROM entry WHERE account_id > ?"
			" AND account_id <= ? AND pool_id = ? AND book IN (?, ?, ?, ?)"
			" GROUP BY account_id, book HAVING SUM(amount) < 0"
			" ORDER BY account_id, book",
			BINDS(INT(after), INT(*out_last), INT(pool), INT(STORE_BOOK_IMMATURE),
				INT(STORE_BOOK_AVAILABLE), INT(STORE_BOOK_PAYING),
				INT(STORE_BOOK_PAID)),
			&rows, &n, why);
	for (size_t i = 0; err == OK && i < n; i++) {
		snprintf(key, sizeof key, "account_id %" PRId64 ", book %" PRId64 ", sum of amount",
			rows[i].id, rows[i].book);
		add_row(a, "entry", &rows[i], key);
	}
	free(rows);
	return err;
}

/* ---- credits ---- */

/* All in one question, so that a block that matures meanwhile is seen before or after it. */
enum err store_audit_block(struct store *st, int64_t block, struct store_audit *a, struct why *why)
{
	struct odd_row *rows = NULL;
	char key[80];
	size_t n = 0;
	enum err err = sql_list(st, &odd_type,
		"SELECT x.account_id, 0, SUM(x.booked), SUM(x.credited) FROM ("
		"SELECT c.account_id, 0 AS booked, c.amount AS credited FROM credit c"
		" JOIN block b ON b.id = c.block_id WHERE c.block_id = ? AND b.state IN (?, ?)"
		" UNION ALL "
		"SELECT e.account_id, e.amount, 0 FROM entry e JOIN txn t ON t.id = e.txn_id"
		" WHERE t.block_id = ? AND e.account_id <> 0 AND e.book IN (?, ?, ?)) x"
		" GROUP BY x.account_id HAVING SUM(x.booked) <> SUM(x.credited)"
		" ORDER BY x.account_id",
		BINDS(INT(block), INT(STORE_BLOCK_IMMATURE), INT(STORE_BLOCK_MATURE), INT(block),
			INT(STORE_BOOK_IMMATURE), INT(STORE_BOOK_AVAILABLE),
			INT(STORE_BOOK_PAID)), /* what the coinbase itself has paid */
		&rows, &n, why);

	for (size_t i = 0; err == OK && i < n; i++) {
		snprintf(key, sizeof key,
			"block_id %" PRId64 ", account_id %" PRId64 ", sum of amount", block,
			rows[i].id);
		add_row(a, "entry", &rows[i], key);
	}
	free(rows);
	return err;
}
