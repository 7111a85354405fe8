/* store_statement.h -- an account's part of the ledger, line by line. */
#ifndef STORE_STORE_STATEMENT_H
#define STORE_STORE_STATEMENT_H

#include "base/buf.h"
#include "store/store_ledger.h"

struct store_statement_line {
	int64_t txn; /* of the ledger */
	int64_t time_ms;
	enum store_txn_kind kind;
	int64_t height; /* of its block; 0: none */
	int64_t payout; /* 0: none */
	char txid[STORE_HASH_MAX];
	struct amount moves[STORE_BOOKS]; /* what it changed in each book of the account */
	struct amount fee, donation; /* what was kept of a credit before it was booked; negative
					when that came back */
	struct amount balance; /* what the pool owes the account afterwards: immature, available,
				  paying */
};

/**
 * store_statement(st, account, from_ms, to_ms, out, out_n, why): all lines of [from_ms, to_ms), the
 * oldest first; the balance runs from the account's beginning.
 *   errs   ERR_LIMIT more than STORE_STATEMENT_MAX lines: ask for a shorter time
 */
#define STORE_STATEMENT_MAX 100000
enum err store_statement(struct store *st, int64_t account, int64_t from_ms, int64_t to_ms,
	struct store_statement_line **out, size_t *out_n, struct why *why) MUST_CHECK;
void store_free_statement(struct store_statement_line *rows);

enum store_statement_by { STORE_BY_ENTRY, STORE_BY_DAY, STORE_BY_MONTH };

/** store_statement_sum(rows, n, by): bring lines of the same day or month (UTC) together, in
 * place; txn, height, payout and txid of what was brought together are 0 and "", time_ms is its
 * first moment; the number of lines left. */
size_t store_statement_sum(struct store_statement_line *rows, size_t n, enum store_statement_by by);

/** store_statement_csv(rows, n, by, out), store_statement_json(…): append the lines as text;
 * amounts are decimals with eight places, times ISO 8601 in UTC. The JSON is an array of objects.
 */
void store_statement_csv(const struct store_statement_line *rows, size_t n,
	enum store_statement_by by, struct buf *out);
void store_statement_json(const struct store_statement_line *rows, size_t n,
	enum store_statement_by by, struct buf *out);
/** store_statement_by(text, out): "entry", "day", "month"; false: another word. */
bool store_statement_by(const char *text, enum store_statement_by *out);
/** store_statement_time(text, is_end, out): "2026-11-22" or "2026-11" as its first moment, or the
 * one after its last [ms]; false: it is neither. */
bool store_statement_time(const char *text, bool is_end, int64_t *out);

const char *store_txn_text(enum store_txn_kind kind);
const char *store_book_text(enum store_book book);

#endif
