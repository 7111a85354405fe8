/* accrual.c -- work that is credited by itself: out of the reserve, or as a debt. */
#include <inttypes.h>

#include "base/clock.h"
#include "base/mem.h"
#include "store/sql_priv.h"
#include "store/store_block.h"
#include "store/store_ledger.h"
#include "store/store_reward.h"

/* ---- reading ---- */

enum err store_accrual_through(struct store *st, int64_t pool, int64_t *out, struct why *why)
{
	return sql_one(st, "SELECT COALESCE(MAX(height), -1) FROM accrual WHERE pool_id = ?",
		BINDS(INT(pool)), out, why);
}

enum err store_accrual_start(
	struct store *st, int64_t pool, int64_t below, int64_t *out, struct why *why)
{
	return sql_one(st,
		"SELECT COALESCE(MAX(height), 0) FROM block WHERE pool_id = ? AND state IN (?, ?)"
		" AND scheme < ?",
		BINDS(INT(pool), INT(STORE_BLOCK_IMMATURE), INT(STORE_BLOCK_MATURE),
			INT(below)), /* 0 is of the time before schemes were noted */
		out, why);
}

#define ACCRUAL_SELECT                                                                             \
	"SELECT id, pool_id, height_from, height, scheme, base, rate_ppm, work, value, total, "    \
	"fee,"                                                                                     \
	" released, created_ms FROM accrual"

static void read_accrual(const struct sql *q, void *row)
{
	struct store_accrual *a = row;

	a->id = sql_int(q, 0);
	a->pool = sql_int(q, 1);
	a->from = sql_int(q, 2);
	a->height = sql_int(q, 3);
	a->scheme = sql_int(q, 4);
	a->base = amount_of(sql_int(q, 5));
	a->rate_ppm = sql_int(q, 6);
	a->work = sql_int(q, 7);
	a->value = amount_of(sql_int(q, 8));
	a->total = amount_of(sql_int(q, 9));
	a->fee = amount_of(sql_int(q, 10));
	a->released = amount_of(sql_int(q, 11));
	a->created_ms = sql_int(q, 12);
}

static const struct sql_type accrual_row = {sizeof(struct store_accrual), read_accrual, NULL};

enum err store_accrual_list(struct store *st, int64_t pool, int64_t before, unsigned limit,
	struct store_accrual **out, size_t *out_n, struct why *why)
{
	return sql_list(st, &accrual_row,
		ACCRUAL_SELECT " WHERE pool_id = ? AND id < ? ORDER BY id DESC LIMIT ?",
		BINDS(INT(pool), INT(sql_page(before)), INT(sql_limit(limit))), out, out_n, why);
}

enum err store_accrual_unpaid(struct store *st, int64_t pool, unsigned limit,
	struct store_accrual **out, size_t *out_n, struct why *why)
{
	return sql_list(st, &accrual_row,
		ACCRUAL_SELECT " WHERE pool_id = ? AND released < total ORDER BY height LIMIT ?",
		BINDS(INT(pool), INT(sql_limit(limit))), out, out_n, why);
}

void store_free_accruals(struct store_accrual *rows)
{
	free(rows);
}

static void read_accrued(const struct sql *q, void *row)
{
	struct store_accrued *c = row;

	c->account = sql_int(q, 0);
	c->work = sql_int(q, 1);
	c->amount = amount_of(sql_int(q, 2));
	c->bonus = amount_of(sql_int(q, 3));
	c->fee = amount_of(sql_int(q, 4));
	c->donation = amount_of(sql_int(q, 5));
}

enum err store_accrued_list(struct store *st, int64_t accrual, struct store_accrued **out,
	size_t *out_n, struct why *why)
{
	static const struct sql_type accrued_row = {
		sizeof(struct store_accrued), read_accrued, NULL};

	return sql_list(st, &accrued_row,
		"SELECT account_id, work, amount, bonus, fee, donation FROM accrual_credit"
		" WHERE accrual_id = ? ORDER BY account_id",
		BINDS(INT(accrual)), out, out_n, why);
}

void store_free_accrued(struct store_accrued *rows)
{
	free(rows);
}

enum err store_accrual_value(struct store *st, int64_t pool, int64_t above, int64_t through,
	struct amount *out, struct why *why)
{
	int64_t sum;
	enum err err = sql_one(st,
		"SELECT COALESCE(SUM(value), 0) FROM accrual WHERE pool_id = ? AND height > ?"
		" AND height <= ?",
		BINDS(INT(pool), INT(above), INT(through)), &sum, why);

	if (err == OK)
		*out = amount_of(sum);
	return err;
}

/* ---- the reserve ---- */

static enum err book_sum(struct store *st, int64_t pool, enum store_book book, int64_t account,
	struct amount *out, struct why *why)
{
	int64_t sum;
	enum err err = sql_one(st,
		"SELECT COALESCE(SUM(amount), 0) FROM entry WHERE pool_id = ? AND book = ?"
		" AND account_id = ?",
		BINDS(INT(pool), INT(book), INT(account)), &sum, why);

	if (err == OK)
		*out = amount_of(sum);
	return err;
}

/* errs  `if_not` the book holds less than that */
static enum err expect_at_least(struct store *st, int64_t pool, enum store_book book,
	int64_t account, struct amount least, enum err if_not, struct why *why)
{
	char holds[AMOUNT_TEXT_MAX], wanted[AMOUNT_TEXT_MAX];
	struct amount sum;
	enum err err = book_sum(st, pool, book, account, &sum, why);

	if (err == OK && amount_cmp(sum, least) < 0)
		err = err_fail(why, if_not, "the %s holds %s, not %s",
			book == STORE_BOOK_RESERVE ? "reserve"
			: book == STORE_BOOK_FEE   ? "pool's fee"
						   : "debt",
			amount_text(sum, holds), amount_text(least, wanted));
	return err;
}

enum err store_reserve(struct store *st, int64_t pool, struct amount *out, struct why *why)
{
	return book_sum(st, pool, STORE_BOOK_RESERVE, 0, out, why);
}

enum err store_reserve_fill(struct store *st, int64_t pool, struct amount amount, struct why *why)
{
	bool is_draw = amount_is_negative(amount);
	const struct store_entry entries[] = {
		{STORE_BOOK_FEE, 0, amount_neg(amount)}, {STORE_BOOK_RESERVE, 0, amount}};
	enum err err = store_begin(st, why);

	if (err != OK)
		return err;
	err = sql_turn(st, why);
	if (err == OK)
		err = expect_at_least(st, pool, is_draw ? STORE_BOOK_RESERVE : STORE_BOOK_FEE, 0,
			is_draw ? amount_neg(amount) : amount, ERR_REFUSED, why);
	if (err == OK)
		err = store_ledger_post(
			st, &(struct store_txn){pool, STORE_TXN_RESERVE, 0, 0, entries, 2}, why);
	return sql_end(st, err, why);
}

/* ---- crediting ---- */

static enum err insert_accrual(struct store *st, const struct store_accrual *a, bool is_debt,
	int64_t *out, struct why *why)
{
	enum err err = sql_run(st,
		"INSERT INTO accrual (pool_id, height_from, height, scheme, base, rate_ppm, work,"
		" value, total, fee, released, created_ms)"
		" VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
		BINDS(INT(a->pool), INT(a->from), INT(a->height), INT(a->scheme),
			INT(amount_units(a->base)), INT(a->rate_ppm), INT(a->work),
			INT(amount_units(a->value)), INT(amount_units(a->total)),
			INT(amount_units(a->fee)), INT(is_debt ? 0 : amount_units(a->total)),
			INT(clock_wall_ms())),
		why);

	*out = sql_new_id(st);
	return err;
}

static enum err insert_credits(struct store *st, int64_t accrual,
	const struct store_accrued *credits, size_t n, struct why *why)
{
	enum err err = OK;

	for (size_t i = 0; err == OK && i < n; i++) {
		const struct store_accrued *c = &credits[i];

		err = sql_run(st,
			"INSERT INTO accrual_credit (accrual_id, account_id, work, amount, bonus, "
			"fee,"
			" donation) VALUES (?, ?, ?, ?, ?, ?, ?)",
			BINDS(INT(accrual), INT(c->account), INT(c->work),
				INT(amount_units(c->amount)), INT(amount_units(c->bonus)),
				INT(amount_units(c->fee)), INT(amount_units(c->donation))),
			why);
	}
	return err;
}

/* Each credit to its account and the fee to the pool, all out of one book. */
static enum err post_accrual(struct store *st, const struct store_accrual *a, int64_t id,
	const struct store_accrued *credits, size_t n, bool is_debt, struct why *why)
{
	struct store_entry *entries = NEW_ARRAY(struct store_entry, n + 2);
	struct store_txn txn = {
		a->pool, is_debt ? STORE_TXN_OWE : STORE_TXN_ACCRUE, 0, 0, entries, n + 2, id};
	enum err err;

	for (size_t i = 0; i < n; i++)
		entries[i] = (struct store_entry){is_debt ? STORE_BOOK_OWED : STORE_BOOK_AVAILABLE,
			credits[i].account, credits[i].amount};
	entries[n] = (struct store_entry){is_debt ? STORE_BOOK_OWED : STORE_BOOK_FEE, 0, a->fee};
	entries[n + 1] = (struct store_entry){
		is_debt ? STORE_BOOK_DEBT : STORE_BOOK_RESERVE, 0, amount_neg(a->total)};
	err = store_ledger_post(st, &txn, why);
	free(entries);
	return err;
}

enum err store_accrual_add(struct store *st, const struct store_accrual *a,
	const struct store_accrued *credits, size_t n, bool is_debt, struct why *why)
{
	int64_t through, id;
	enum err err = store_begin(st, why);

	assert(a->height >= a->from);
	if (err != OK)
		return err;
	err = sql_turn(st, why);
	if (err == OK)
		err = store_accrual_through(st, a->pool, &through, why);
	if (err == OK && through >= 0 && through != a->from)
		err = err_fail(why, ERR_CONFLICT,
			"work is credited up to height %" PRId64 ", not %" PRId64, through,
			a->from);
	if (err == OK && !is_debt && !amount_is_zero(a->total))
		err = expect_at_least(
			st, a->pool, STORE_BOOK_RESERVE, 0, a->total, ERR_CONFLICT, why);
	if (err == OK)
		err = insert_accrual(st, a, is_debt, &id, why);
	if (err == OK)
		err = insert_credits(st, id, credits, n, why);
	if (err == OK && !amount_is_zero(a->total))
		err = post_accrual(st, a, id, credits, n, is_debt, why);
	return sql_end(st, err, why);
}

/* ---- debts ---- */

static void read_debt(const struct sql *q, void *row)
{
	*(struct store_debt *)row = (struct store_debt){sql_int(q, 0), amount_of(sql_int(q, 1))};
}

enum err store_debt_list(
	struct store *st, int64_t pool, struct store_debt **out, size_t *out_n, struct why *why)
{
	static const struct sql_type debt_row = {sizeof(struct store_debt), read_debt, NULL};

	return sql_list(st, &debt_row,
		"SELECT account_id, SUM(amount) FROM entry WHERE pool_id = ? AND book = ?"
		" GROUP BY account_id HAVING SUM(amount) > 0 ORDER BY account_id",
		BINDS(INT(pool), INT(STORE_BOOK_OWED)), out, out_n, why);
}

void store_free_debts(struct store_debt *rows)
{
	free(rows);
}

static enum err post_release(struct store *st, int64_t pool, const struct store_debt *payments,
	size_t n, struct amount sum, struct why *why)
{
	struct store_entry *entries = NEW_ARRAY(struct store_entry, 2 * n + 2);
	struct store_txn txn = {pool, STORE_TXN_RELEASE, 0, 0, entries, 2 * n + 2};
	enum err err;

	for (size_t i = 0; i < n; i++) {
		const struct store_debt *p = &payments[i];

		entries[2 * i] =
			(struct store_entry){STORE_BOOK_OWED, p->account, amount_neg(p->owed)};
		entries[2 * i + 1] = (struct store_entry){
			p->account ? STORE_BOOK_AVAILABLE : STORE_BOOK_FEE, p->account, p->owed};
	}
	entries[2 * n] = (struct store_entry){STORE_BOOK_DEBT, 0, sum};
	entries[2 * n + 1] = (struct store_entry){STORE_BOOK_RESERVE, 0, amount_neg(sum)};
	err = store_ledger_post(st, &txn, why);
	free(entries);
	return err;
}

enum err store_debt_release(struct store *st, int64_t pool, const struct store_debt *payments,
	size_t n, int64_t accrual, struct amount released, struct why *why)
{
	struct amount sum = amount_of(0);
	enum err err = store_begin(st, why);

	if (err != OK)
		return err;
	err = sql_turn(st, why);
	for (size_t i = 0; err == OK && i < n; i++) {
		sum = amount_add(sum, payments[i].owed);
		err = expect_at_least(st, pool, STORE_BOOK_OWED, payments[i].account,
			payments[i].owed, ERR_CONFLICT, why);
	}
	if (err == OK)
		err = expect_at_least(st, pool, STORE_BOOK_RESERVE, 0, sum, ERR_CONFLICT, why);
	if (err == OK && accrual)
		err = sql_run(st,
			"UPDATE accrual SET released = ? WHERE id = ? AND released <= ? AND total "
			">= ?",
			BINDS(INT(amount_units(released)), INT(accrual),
				INT(amount_units(released)), INT(amount_units(released))),
			why);
	if (err == OK && accrual && sql_changed(st) != 1)
		err = err_fail(why, ERR_CONFLICT, "the debt has been paid meanwhile");
	if (err == OK && !amount_is_zero(sum))
		err = post_release(st, pool, payments, n, sum, why);
	return sql_end(st, err, why);
}
