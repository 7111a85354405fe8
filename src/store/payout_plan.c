/* payout_plan.c -- payouts before they are signed, the signature, and one that takes its place. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/random.h"
#include "store/payout_priv.h"
#include "store/sql_priv.h"

/* ---- planning ---- */

static enum err expect_available(
	struct store *st, int64_t pool, const struct store_payout_item *item, struct why *why)
{
	int64_t available;
	enum err err = sql_one(st,
		"SELECT COALESCE(SUM(amount), 0) FROM entry"
		" WHERE pool_id = ? AND book = ? AND account_id = ?",
		BINDS(INT(pool), INT(STORE_BOOK_AVAILABLE), INT(item->account)), &available, why);

	if (err == OK && amount_cmp(amount_of(available), item->amount) < 0)
		err = err_fail(why, ERR_CONFLICT,
			"account %" PRId64 " has less available than is to be paid", item->account);
	return err;
}

static enum err insert_item(
	struct store *st, int64_t payout, const struct store_payout_item *item, struct why *why)
{
	return sql_run(st,
		"INSERT INTO payout_item (payout_id, account_id, address, amount)"
		" VALUES (?, ?, ?, ?)",
		BINDS(INT(payout), INT(item->account), TEXT(item->address),
			INT(amount_units(item->amount))),
		why);
}

static enum err insert_payout(
	struct store *st, const struct store_plan *plan, struct amount total, struct why *why)
{
	int64_t now = clock_wall_ms();
	char name[STORE_HASH_MAX]; /* until it has a txid */

	snprintf(name, sizeof(name), "plan-%016" PRIx64, random_u64());
	return sql_run(st,
		"INSERT INTO payout (pool_id, kind, state, txid, raw_tx, total, network_fee, items,"
		" created_ms, updated_ms, confirmations, block_hash, address, note)"
		" VALUES (?, ?, ?, ?, '', ?, 0, ?, ?, ?, 0, '', ?, ?)",
		BINDS(INT(plan->pool), INT(plan->kind),
			INT(plan->is_waiting ? STORE_PAYOUT_WAITING : STORE_PAYOUT_PLANNED),
			TEXT(name), INT(amount_units(total)), INT((int64_t)plan->n), INT(now),
			INT(now), TEXT(plan->address), TEXT(plan->note)),
		why);
}

static enum err plan_in_txn(struct store *st, const struct store_plan *plan, struct amount total,
	int64_t *out_id, struct why *why)
{
	struct store_payout p = {.pool = plan->pool};
	enum err err = sql_turn(st, why);

	if (err == OK)
		err = insert_payout(st, plan, total, why);
	*out_id = p.id = sql_new_id(st);
	for (size_t i = 0; err == OK && i < plan->n; i++) {
		err = expect_available(st, plan->pool, &plan->items[i], why);
		if (err == OK)
			err = insert_item(st, p.id, &plan->items[i], why);
	}
	if (err == OK && plan->n > 0)
		err = payout_book(st, &p, plan->items, plan->n, STORE_TXN_PAYOUT, why);
	return err;
}

enum err store_payout_plan(
	struct store *st, const struct store_plan *plan, int64_t *out_id, struct why *why)
{
	struct amount total = plan->total;
	int64_t id = 0;
	enum err err;

	assert((plan->kind == STORE_PAYOUT_SWEEP) == (plan->n == 0));
	for (size_t i = 0; i < plan->n; i++) {
		assert(amount_cmp(plan->items[i].amount, amount_of(0)) > 0);
		total = i ? amount_add(total, plan->items[i].amount) : plan->items[i].amount;
	}
	err = store_begin(st, why);
	if (err != OK)
		return err;
	err = sql_end(st, plan_in_txn(st, plan, total, &id, why), why);
	if (err == OK)
		*out_id = id;
	return err;
}

enum err store_payout_approve(struct store *st, int64_t id, struct why *why)
{
	struct store_payout p = {0};
	enum err err = store_begin(st, why);

	if (err != OK)
		return err;
	err = payout_turn(st, id, STORE_PAYOUT_PLANNED, 0, NULL, &p, why);
	store_payout_fini(&p);
	return sql_end(st, err, why);
}

enum err store_payout_refuse(struct store *st, int64_t id, const char *note, struct why *why)
{
	struct store_payout p = {0};
	enum err err = store_begin(st, why);

	if (err != OK)
		return err;
	err = payout_turn(st, id, STORE_PAYOUT_REFUSED, 0, NULL, &p, why);
	if (err == OK)
		err = sql_run(st, "UPDATE payout SET note = ? WHERE id = ?",
			BINDS(TEXT(note), INT(id)), why);
	if (err == OK && p.items > 0)
		err = payout_book_stored(st, &p, STORE_TXN_RETURNED, why);
	store_payout_fini(&p);
	return sql_end(st, err, why);
}

/* ---- signing ---- */

static enum err expect_new_txid(struct store *st, int64_t pool, const char *txid, struct why *why)
{
	int64_t count;
	enum err err = sql_one(st, "SELECT COUNT(*) FROM payout WHERE pool_id = ? AND txid = ?",
		BINDS(INT(pool), TEXT(txid)), &count, why);

	if (err == OK && count)
		err = err_fail(why, ERR_EXISTS, "payout %s is in the database already", txid);
	return err;
}

static enum err set_fees(
	struct store *st, int64_t id, const struct store_signature *s, struct why *why)
{
	enum err err = OK;

	for (size_t i = 0; s->items && i < s->n && err == OK; i++) {
		err = sql_run(st,
			"UPDATE payout_item SET fee = ? WHERE payout_id = ? AND account_id = ?",
			BINDS(INT(amount_units(s->items[i].fee)), INT(id),
				INT(s->items[i].account)),
			why);
	}
	return err;
}

static enum err set_transaction(struct store *st, int64_t id, const char *txid, const char *raw_tx,
	struct amount network_fee, struct why *why)
{
	return sql_run(st, "UPDATE payout SET txid = ?, raw_tx = ?, network_fee = ? WHERE id = ?",
		BINDS(TEXT(txid), TEXT(raw_tx), INT(amount_units(network_fee)), INT(id)), why);
}

static enum err sign_in_txn(
	struct store *st, int64_t id, const struct store_signature *s, struct why *why)
{
	struct amount miner_fee = amount_of(0);
	struct store_payout p = {0};
	enum err err = sql_turn(st, why);

	for (size_t i = 0; s->items && i < s->n; i++)
		miner_fee = amount_add(miner_fee, s->items[i].fee);
	if (err == OK)
		err = payout_expect(st, id, STORE_PAYOUT_SIGNED, &p, why);
	if (err == OK && p.state != STORE_PAYOUT_PLANNED)
		err = err_fail(why, ERR_CONFLICT, "payout %" PRId64 " is signed already", id);
	if (err == OK)
		err = expect_new_txid(st, p.pool, s->txid, why);
	if (err == OK)
		err = payout_move(st, &p, STORE_PAYOUT_SIGNED, 0, NULL, why);
	if (err == OK)
		err = set_transaction(st, id, s->txid, s->raw_tx, s->network_fee, why);
	if (err == OK)
		err = sql_run(st, "UPDATE payout SET miner_fee = ? WHERE id = ?",
			BINDS(INT(amount_units(miner_fee)), INT(id)), why);
	if (err == OK)
		err = set_fees(st, id, s, why);
	store_payout_fini(&p);
	return err;
}

enum err store_payout_sign(
	struct store *st, int64_t id, const struct store_signature *s, struct why *why)
{
	enum err err = store_begin(st, why);

	return err != OK ? err : sql_end(st, sign_in_txn(st, id, s, why), why);
}

/* ---- replacing ---- */

static enum err keep_old(struct store *st, const struct store_payout *p, struct why *why)
{
	bool is_new;

	return sql_add(st,
		"INSERT INTO payout_tx (payout_id, txid, raw_tx, network_fee, created_ms)"
		" VALUES (?, ?, ?, ?, ?)",
		BINDS(INT(p->id), TEXT(p->txid), TEXT(p->raw_tx), INT(amount_units(p->network_fee)),
			INT(p->updated_ms)),
		&is_new, why);
}

static enum err replace_in_txn(struct store *st, int64_t id, const char *old_txid,
	const struct store_payout_tx *tx, struct why *why)
{
	struct store_payout p = {0};
	enum err err = sql_turn(st, why);

	if (err == OK)
		err = payout_expect(st, id, STORE_PAYOUT_SIGNED, &p, why);
	if (err == OK && strcmp(p.txid, old_txid) != 0)
		err = err_fail(why, ERR_CONFLICT, "payout %" PRId64 " has another transaction", id);
	if (err == OK)
		err = keep_old(st, &p, why);
	if (err == OK)
		err = payout_move(st, &p, STORE_PAYOUT_SIGNED, 0, NULL, why);
	if (err == OK)
		err = set_transaction(st, id, tx->txid, tx->raw_tx, tx->network_fee, why);
	store_payout_fini(&p);
	return err;
}

enum err store_payout_replace(struct store *st, int64_t id, const char *old_txid,
	const struct store_payout_tx *tx, struct why *why)
{
	enum err err = store_begin(st, why);

	return err != OK ? err : sql_end(st, replace_in_txn(st, id, old_txid, tx, why), why);
}

static void read_tx(const struct sql *q, void *row)
{
	struct store_payout_tx *tx = row;

	str_copy(tx->txid, sizeof tx->txid, sql_str(q, 0));
	tx->raw_tx = str_dup(sql_str(q, 1));
	tx->network_fee = amount_of(sql_int(q, 2));
}

static void fini_tx(void *row)
{
	free(((struct store_payout_tx *)row)->raw_tx);
}

static const struct sql_type tx_row = {sizeof(struct store_payout_tx), read_tx, fini_tx};

enum err store_payout_replaced(struct store *st, int64_t payout, struct store_payout_tx **out,
	size_t *out_n, struct why *why)
{
	return sql_list(st, &tx_row,
		"SELECT t.txid, t.raw_tx, t.network_fee FROM payout_tx t JOIN payout p"
		" ON p.id = t.payout_id WHERE t.payout_id = ? AND t.txid <> p.txid"
		" ORDER BY t.created_ms, t.txid",
		BINDS(INT(payout)), out, out_n, why);
}

void store_free_payout_txs(struct store_payout_tx *rows, size_t n)
{
	sql_list_free(&tx_row, rows, n);
}
