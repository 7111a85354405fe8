/* wallet.c -- the wallet's transactions and the comparison with the ledger. */
#include "store/store_wallet.h"

#include "base/clock.h"
#include "base/mem.h"
#include "store/sql_priv.h"
#include "store/store_block.h"

/* ---- transactions ---- */

static void read_tx(const struct sql *q, void *row)
{
	struct store_wallet_tx *tx = row;

	str_copy(tx->txid, sizeof tx->txid, sql_str(q, 0));
	tx->kind = (enum store_wallet_kind)sql_int(q, 1);
	tx->amount = amount_of(sql_int(q, 2));
	tx->is_counted = sql_int(q, 3) != 0;
	tx->seen_ms = sql_int(q, 4);
	str_copy(tx->note, sizeof tx->note, sql_str(q, 5));
}

static const struct sql_type tx_row = {sizeof(struct store_wallet_tx), read_tx, NULL};

#define TX_SELECT "SELECT txid, kind, amount, is_counted, seen_ms, note FROM wallet_tx"

static enum err update(
	struct store *st, int64_t pool, const struct store_wallet_tx *tx, struct why *why)
{
	return sql_run(st,
		"UPDATE wallet_tx SET is_counted = ?,"
		" note = CASE WHEN kind = ? THEN note ELSE ? END,"
		" kind = CASE WHEN kind = ? THEN kind ELSE ? END, amount = ?"
		" WHERE pool_id = ? AND txid = ?",
		BINDS(INT(tx->is_counted), INT(STORE_WALLET_OPERATOR), TEXT(tx->note),
			INT(STORE_WALLET_OPERATOR), INT(tx->kind), INT(amount_units(tx->amount)),
			INT(pool), TEXT(tx->txid)),
		why);
}

enum err store_wallet_note(struct store *st, int64_t pool, const struct store_wallet_tx *tx,
	bool *out_is_new, struct why *why)
{
	enum err err = sql_add(st,
		"INSERT INTO wallet_tx (pool_id, txid, kind, amount, is_counted, seen_ms, note)"
		" VALUES (?, ?, ?, ?, ?, ?, ?)",
		BINDS(INT(pool), TEXT(tx->txid), INT(tx->kind), INT(amount_units(tx->amount)),
			INT(tx->is_counted), INT(clock_wall_ms()), TEXT(tx->note)),
		out_is_new, why);

	return err == OK && !*out_is_new ? update(st, pool, tx, why) : err;
}

enum err store_wallet_list(struct store *st, int64_t pool, enum store_wallet_kind kind,
	struct store_wallet_tx **out, size_t *out_n, struct why *why)
{
	return sql_list(st, &tx_row,
		TX_SELECT " WHERE pool_id = ? AND kind = ? ORDER BY seen_ms, txid LIMIT ?",
		BINDS(INT(pool), INT(kind), INT(STORE_PAGE_MAX)), out, out_n, why);
}

void store_free_wallet_txs(struct store_wallet_tx *rows)
{
	free(rows);
}

static enum err acknowledge_in_txn(struct store *st, int64_t pool, const char *txid,
	const char *note, struct store_wallet_tx *out, struct why *why)
{
	struct store_entry entries[2];
	struct store_txn txn = {pool, STORE_TXN_OPERATOR, 0, 0, entries, ARRAY_LEN(entries)};
	enum err err = sql_turn(st, why);

	if (err == OK)
		err = sql_get(st, &tx_row, TX_SELECT " WHERE pool_id = ? AND txid = ?",
			BINDS(INT(pool), TEXT(txid)), out, why);
	if (err == OK && out->kind != STORE_WALLET_UNEXPLAINED)
		err = err_fail(why, ERR_CONFLICT, "%s is explained already", txid);
	if (err == OK && !out->is_counted)
		err = err_fail(why, ERR_CONFLICT, "%s is not in the wallet's balance yet", txid);
	if (err != OK)
		return err;
	entries[0] = (struct store_entry){STORE_BOOK_FEE, 0, out->amount};
	entries[1] = (struct store_entry){STORE_BOOK_OPERATOR, 0, amount_neg(out->amount)};
	err = store_ledger_post(st, &txn, why);
	return err ? err
		   : sql_run(st,
			     "UPDATE wallet_tx SET kind = ?, note = ? WHERE pool_id = ? AND txid = "
			     "?",
			     BINDS(INT(STORE_WALLET_OPERATOR), TEXT(note), INT(pool), TEXT(txid)),
			     why);
}

enum err store_wallet_acknowledge(struct store *st, int64_t pool, const char *txid,
	const char *note, struct store_wallet_tx *out, struct why *why)
{
	struct store_wallet_tx tx;
	enum err err = store_begin(st, why);

	if (err != OK)
		return err;
	err = sql_end(st, acknowledge_in_txn(st, pool, txid, note, &tx, why), why);
	if (err == OK)
		*out = tx;
	return err;
}

/* ---- the comparison ---- */

/* All that has ever come in and is spendable, without what has left. */
static struct amount expected_of(const struct amount sums[STORE_BOOKS])
{
	static const enum store_book not_hot[] = {STORE_BOOK_COINBASE, STORE_BOOK_IMMATURE,
		STORE_BOOK_FEE_IMMATURE, STORE_BOOK_RESERVE_IMMATURE, STORE_BOOK_PAID,
		STORE_BOOK_NETWORK_FEE, STORE_BOOK_COLD, STORE_BOOK_OPERATOR};
	struct amount total = amount_of(0);

	for (size_t i = 0; i < ARRAY_LEN(not_hot); i++)
		total = amount_sub(total, sums[not_hot[i]]);
	return total;
}

static enum err add_sum(struct store *st, const char *text, const struct sql_value *values,
	size_t n, struct amount *sum, struct why *why)
{
	int64_t units;
	enum err err = sql_one(st, text, values, n, &units, why);

	if (err == OK)
		*sum = amount_add(*sum, amount_of(units));
	return err;
}

/* Payouts that have left and are not confirmed enough; rewards that the wallet may spend before the
 * ledger has made them available. */
static enum err add_in_flight(struct store *st, int64_t pool, struct amount *sum, struct why *why)
{
	enum err err = add_sum(st,
		"SELECT COALESCE(SUM(w.amount), 0) FROM wallet_tx w JOIN payout p"
		" ON p.pool_id = w.pool_id AND p.txid = w.txid"
		" WHERE w.pool_id = ? AND w.kind = ? AND w.is_counted = 1 AND p.state IN (?, ?)",
		BINDS(INT(pool), INT(STORE_WALLET_PAYOUT), INT(STORE_PAYOUT_SIGNED),
			INT(STORE_PAYOUT_BROADCAST)),
		sum, why);

	if (err == OK) /* the ones that were replaced */
		err = add_sum(st,
			"SELECT COALESCE(SUM(w.amount), 0) FROM payout p JOIN payout_tx x"
			" ON x.payout_id = p.id AND x.txid <> p.txid JOIN wallet_tx w"
			" ON w.pool_id = p.pool_id AND w.txid = x.txid"
			" WHERE p.pool_id = ? AND w.is_counted = 1 AND p.state IN (?, ?)",
			BINDS(INT(pool), INT(STORE_PAYOUT_SIGNED), INT(STORE_PAYOUT_BROADCAST)),
			sum, why);
	if (err == OK)
		err = add_sum(st,
			"SELECT COALESCE(SUM(w.amount), 0) FROM wallet_tx w JOIN block b"
			" ON b.pool_id = w.pool_id AND b.hash = w.note"
			" WHERE w.pool_id = ? AND w.kind = ? AND w.is_counted = 1"
			" AND b.state <> ?",
			BINDS(INT(pool), INT(STORE_WALLET_REWARD), INT(STORE_BLOCK_MATURE)), sum,
			why);
	return err;
}

enum err store_wallet_sums(
	struct store *st, int64_t pool, struct store_wallet_book *out, struct why *why)
{
	struct store_wallet_book book = {0};
	struct amount sums[STORE_BOOKS];
	enum err err = store_ledger_sums(st, pool, sums, why);

	if (err == OK)
		err = add_in_flight(st, pool, &book.in_flight, why);
	if (err == OK)
		err = add_sum(st,
			"SELECT COALESCE(SUM(amount), 0) FROM wallet_tx"
			" WHERE pool_id = ? AND kind = ? AND is_counted = 1",
			BINDS(INT(pool), INT(STORE_WALLET_UNEXPLAINED)), &book.unexplained, why);
	if (err != OK)
		return err;
	book.expected = expected_of(sums);
	book.own = amount_add(sums[STORE_BOOK_FEE], sums[STORE_BOOK_RESERVE]);
	*out = book;
	return OK;
}

static void read_book(const struct sql *q, void *row)
{
	struct store_wallet_book *b = row;

	b->time_ms = sql_int(q, 0);
	str_copy(b->cursor_hash, sizeof b->cursor_hash, sql_str(q, 1));
	b->held = amount_of(sql_int(q, 2));
	b->expected = amount_of(sql_int(q, 3));
	b->in_flight = amount_of(sql_int(q, 4));
	b->unexplained = amount_of(sql_int(q, 5));
	b->difference = amount_of(sql_int(q, 6));
}

enum err store_wallet_book(
	struct store *st, int64_t pool, struct store_wallet_book *out, struct why *why)
{
	static const struct sql_type book_row = {sizeof(struct store_wallet_book), read_book, NULL};
	struct store_wallet_book *rows;
	size_t n;
	enum err err = sql_list(st, &book_row,
		"SELECT time_ms, cursor_hash, held, expected, in_flight, unexplained, difference"
		" FROM wallet_book WHERE pool_id = ?",
		BINDS(INT(pool)), &rows, &n, why);

	if (err != OK)
		return err;
	*out = n ? rows[0] : (struct store_wallet_book){0};
	sql_list_free(&book_row, rows, n);
	return OK;
}

enum err store_wallet_book_set(
	struct store *st, int64_t pool, const struct store_wallet_book *b, struct why *why)
{
	return sql_run(st,
		"INSERT INTO wallet_book (pool_id, time_ms, cursor_hash, held, expected, in_flight,"
		" unexplained, difference) VALUES (?, ?, ?, ?, ?, ?, ?, ?) {conflict pool_id}"
		" time_ms = {new time_ms}, cursor_hash = {new cursor_hash}, held = {new held},"
		" expected = {new expected}, in_flight = {new in_flight},"
		" unexplained = {new unexplained}, difference = {new difference}",
		BINDS(INT(pool), INT(clock_wall_ms()), TEXT(b->cursor_hash),
			INT(amount_units(b->held)), INT(amount_units(b->expected)),
			INT(amount_units(b->in_flight)), INT(amount_units(b->unexplained)),
			INT(amount_units(b->difference))),
		why);
}
