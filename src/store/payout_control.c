/* payout_control.c -- what the operator decides: pause, orders, losses; and when the last run was.
 */
#include "base/clock.h"
#include "base/mem.h"
#include "store/sql_priv.h"
#include "store/store_block.h"
#include "store/store_payout.h"

/* ---- pause and runs ---- */

static void read_control(const struct sql *q, void *row)
{
	struct store_payout_control *c = row;

	c->is_paused = sql_int(q, 0) != 0;
	c->since_ms = sql_int(q, 1);
	str_copy(c->who, sizeof c->who, sql_str(q, 2));
	str_copy(c->reason, sizeof c->reason, sql_str(q, 3));
	c->run_ms = sql_int(q, 4);
}

enum err store_payout_control(
	struct store *st, int64_t pool, struct store_payout_control *out, struct why *why)
{
	static const struct sql_type control_row = {
		sizeof(struct store_payout_control), read_control, NULL};
	struct store_payout_control *rows;
	size_t n;
	enum err err = sql_list(st, &control_row,
		"SELECT is_paused, since_ms, who, reason, run_ms FROM payout_control"
		" WHERE pool_id = ?",
		BINDS(INT(pool)), &rows, &n, why);

	if (err != OK)
		return err;
	*out = n ? rows[0] : (struct store_payout_control){0};
	sql_list_free(&control_row, rows, n);
	return OK;
}

enum err store_payout_pause(struct store *st, int64_t pool, bool is_paused, const char *who,
	const char *reason, struct why *why)
{
	return sql_run(st,
		"INSERT INTO payout_control (pool_id, is_paused, since_ms, who, reason, run_ms)"
		" VALUES (?, ?, ?, ?, ?, 0) {conflict pool_id} is_paused = {new is_paused},"
		" since_ms = {new since_ms}, who = {new who}, reason = {new reason}",
		BINDS(INT(pool), INT(is_paused), INT(clock_wall_ms()), TEXT(who), TEXT(reason)),
		why);
}

enum err store_payout_note_run(struct store *st, int64_t pool, int64_t run_ms, struct why *why)
{
	return sql_run(st,
		"INSERT INTO payout_control (pool_id, is_paused, since_ms, who, reason, run_ms)"
		" VALUES (?, 0, 0, '', '', ?) {conflict pool_id} run_ms = {new run_ms}",
		BINDS(INT(pool), INT(run_ms)), why);
}

enum err store_payout_since(
	struct store *st, int64_t pool, int64_t since_ms, struct amount *out, struct why *why)
{
	int64_t sum;
	enum err err = sql_one(st,
		"SELECT COALESCE(SUM(total), 0) FROM payout WHERE pool_id = ? AND created_ms >= ?"
		" AND kind <> ? AND state NOT IN (?, ?)",
		BINDS(INT(pool), INT(since_ms), INT(STORE_PAYOUT_SWEEP),
			INT(STORE_PAYOUT_CONFLICTED), INT(STORE_PAYOUT_REFUSED)),
		&sum, why);

	if (err == OK)
		*out = amount_of(sum);
	return err;
}

/* ---- orders ---- */

static void read_order(const struct sql *q, void *row)
{
	struct store_order *o = row;

	o->id = sql_int(q, 0);
	o->payout = sql_int(q, 1);
	o->kind = (enum store_order_kind)sql_int(q, 4);
	str_copy(o->who, sizeof o->who, sql_str(q, 2));
	str_copy(o->reason, sizeof o->reason, sql_str(q, 3));
}

enum err store_order_add(
	struct store *st, int64_t pool, const struct store_order *order, struct why *why)
{
	return sql_run(st,
		"INSERT INTO payout_order (pool_id, payout_id, who, reason, created_ms, done_ms,"
		" result, kind) VALUES (?, ?, ?, ?, ?, 0, '', ?)",
		BINDS(INT(pool), INT(order->payout), TEXT(order->who), TEXT(order->reason),
			INT(clock_wall_ms()), INT(order->kind)),
		why);
}

enum err store_order_open(
	struct store *st, int64_t pool, struct store_order **out, size_t *out_n, struct why *why)
{
	static const struct sql_type order_row = {sizeof(struct store_order), read_order, NULL};

	return sql_list(st, &order_row,
		"SELECT id, payout_id, who, reason, kind FROM payout_order"
		" WHERE pool_id = ? AND done_ms = 0 ORDER BY id",
		BINDS(INT(pool)), out, out_n, why);
}

enum err store_order_done(struct store *st, int64_t id, const char *result, struct why *why)
{
	enum err err = sql_run(st,
		"UPDATE payout_order SET done_ms = ?, result = ? WHERE id = ? AND done_ms = 0",
		BINDS(INT(clock_wall_ms()), TEXT(result), INT(id)), why);

	if (err == OK && sql_changed(st) == 0)
		err = err_fail(why, ERR_CONFLICT, "the order is done already");
	return err;
}

void store_free_orders(struct store_order *rows)
{
	free(rows);
}

/* ---- losses ---- */

static enum err bear_in_txn(struct store *st, const struct store_block *b, const char *who,
	const char *reason, struct why *why)
{
	struct store_entry entries[] = {
		{STORE_BOOK_FEE, 0, amount_neg(b->reward)}, {STORE_BOOK_COINBASE, 0, b->reward}};
	struct store_txn txn = {b->pool, STORE_TXN_LOSS, b->id, 0, entries, ARRAY_LEN(entries)};
	bool is_new;
	enum err err = sql_add(st,
		"INSERT INTO block_loss (block_id, who, reason, created_ms) VALUES (?, ?, ?, ?)",
		BINDS(INT(b->id), TEXT(who), TEXT(reason), INT(clock_wall_ms())), &is_new, why);

	if (err == OK && !is_new)
		err = err_fail(why, ERR_EXISTS, "the loss of this block is borne already");
	return err == OK ? store_ledger_post(st, &txn, why) : err;
}

enum err store_block_bear(
	struct store *st, int64_t block, const char *who, const char *reason, struct why *why)
{
	struct store_block b;
	enum err err = store_begin(st, why);

	if (err != OK)
		return err;
	err = sql_turn(st, why);
	if (err == OK)
		err = store_block_get(st, block, &b, why);
	if (err == OK && b.state != STORE_BLOCK_MATURE)
		err = err_fail(why, ERR_CONFLICT,
			"block %lld is not mature: the ledger takes its credits back by itself when"
			" it is gone",
			(long long)b.height);
	if (err == OK)
		err = bear_in_txn(st, &b, who, reason, why);
	return sql_end(st, err, why);
}

static enum err unbear_in_txn(struct store *st, int64_t block, struct why *why)
{
	struct store_entry entries[2];
	struct store_txn txn = {.kind = STORE_TXN_LOSS, .block = block, .entries = entries, .n = 2};
	struct store_block b;
	enum err err = sql_turn(st, why);

	if (err == OK)
		err = store_block_get(st, block, &b, why);
	if (err == OK)
		err = sql_run(
			st, "DELETE FROM block_loss WHERE block_id = ?", BINDS(INT(block)), why);
	if (err == OK && sql_changed(st) == 0)
		err = err_fail(why, ERR_CONFLICT, "the loss of this block is not borne");
	if (err != OK)
		return err;
	txn.pool = b.pool;
	entries[0] = (struct store_entry){STORE_BOOK_COINBASE, 0, amount_neg(b.reward)};
	entries[1] = (struct store_entry){STORE_BOOK_FEE, 0, b.reward};
	return store_ledger_post(st, &txn, why);
}

enum err store_block_unbear(struct store *st, int64_t block, struct why *why)
{
	enum err err = store_begin(st, why);

	return err == OK ? sql_end(st, unbear_in_txn(st, block, why), why) : err;
}

enum err store_block_is_borne(struct store *st, int64_t block, bool *out, struct why *why)
{
	int64_t count;
	enum err err = sql_one(st, "SELECT COUNT(*) FROM block_loss WHERE block_id = ?",
		BINDS(INT(block)), &count, why);

	if (err == OK)
		*out = count > 0;
	return err;
}
