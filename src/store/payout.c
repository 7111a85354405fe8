/* payout.c -- payouts: stored when signed, followed until confirmed or given back. */
#include <inttypes.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "store/sql_priv.h"
#include "store/store_ledger.h"

#define PAYOUT_STATES 6

static const bool may[PAYOUT_STATES][PAYOUT_STATES] = {
	[STORE_PAYOUT_SIGNED] = {[STORE_PAYOUT_BROADCAST] = true,
		[STORE_PAYOUT_CONFIRMED] = true,
		[STORE_PAYOUT_CONFLICTED] = true},
	[STORE_PAYOUT_BROADCAST] =
		{[STORE_PAYOUT_CONFIRMED] = true, [STORE_PAYOUT_CONFLICTED] = true},
};

/* ---- reading ---- */

#define PAYOUT_HEAD                                                                                \
	"SELECT id, pool_id, state, txid, total, network_fee, items, created_ms, updated_ms,"      \
	" confirmations, block_hash, "

static void read_payout(const struct sql *q, void *row)
{
	struct store_payout *p = row;

	p->id = sql_int(q, 0);
	p->pool = sql_int(q, 1);
	p->state = (enum store_payout_state)sql_int(q, 2);
	str_copy(p->txid, sizeof p->txid, sql_str(q, 3));
	p->total = amount_of(sql_int(q, 4));
	p->network_fee = amount_of(sql_int(q, 5));
	p->items = sql_int(q, 6);
	p->created_ms = sql_int(q, 7);
	p->updated_ms = sql_int(q, 8);
	p->confirmations = sql_int(q, 9);
	str_copy(p->block_hash, sizeof p->block_hash, sql_str(q, 10));
	p->raw_tx = str_dup(sql_str(q, 11));
}

void store_payout_fini(struct store_payout *payout)
{
	free(payout->raw_tx);
	payout->raw_tx = NULL;
}

static void fini_payout(void *row)
{
	store_payout_fini(row);
}

static const struct sql_type payout_row = {sizeof(struct store_payout), read_payout, fini_payout};

enum err store_payout_get(struct store *st, int64_t id, struct store_payout *out, struct why *why)
{
	return sql_get(st, &payout_row, PAYOUT_HEAD "raw_tx FROM payout WHERE id = ?",
		BINDS(INT(id)), out, why);
}

enum err store_payout_by_txid(
	struct store *st, int64_t pool, const char *txid, struct store_payout *out, struct why *why)
{
	return sql_get(st, &payout_row,
		PAYOUT_HEAD "raw_tx FROM payout WHERE pool_id = ? AND txid = ?",
		BINDS(INT(pool), TEXT(txid)), out, why);
}

enum err store_payout_list(struct store *st, int64_t pool, int64_t before, unsigned limit,
	struct store_payout **out, size_t *out_n, struct why *why)
{
	return sql_list(st, &payout_row,
		PAYOUT_HEAD "'' FROM payout WHERE pool_id = ? AND id < ? ORDER BY id DESC LIMIT ?",
		BINDS(INT(pool), INT(sql_page(before)), INT(sql_limit(limit))), out, out_n, why);
}

enum err store_payout_open(
	struct store *st, int64_t pool, struct store_payout **out, size_t *out_n, struct why *why)
{
	return sql_list(st, &payout_row,
		PAYOUT_HEAD "raw_tx FROM payout WHERE pool_id = ? AND state IN (?, ?) ORDER BY id",
		BINDS(INT(pool), INT(STORE_PAYOUT_SIGNED), INT(STORE_PAYOUT_BROADCAST)), out, out_n,
		why);
}

void store_free_payouts(struct store_payout *rows, size_t n)
{
	sql_list_free(&payout_row, rows, n);
}

static void read_paid(const struct sql *q, void *row)
{
	struct store_paid *p = row;

	p->payout = sql_int(q, 0);
	p->account = sql_int(q, 1);
	str_copy(p->address, sizeof p->address, sql_str(q, 2));
	p->amount = amount_of(sql_int(q, 3));
	str_copy(p->txid, sizeof p->txid, sql_str(q, 4));
	p->state = (enum store_payout_state)sql_int(q, 5);
	p->created_ms = sql_int(q, 6);
	p->confirmations = sql_int(q, 7);
}

static const struct sql_type paid_row = {sizeof(struct store_paid), read_paid, NULL};

#define PAID_SELECT                                                                                \
	"SELECT p.id, i.account_id, i.address, i.amount, p.txid, p.state, p.created_ms,"           \
	" p.confirmations FROM payout_item i JOIN payout p ON p.id = i.payout_id"

enum err store_payout_items(
	struct store *st, int64_t payout, struct store_paid **out, size_t *out_n, struct why *why)
{
	return sql_list(st, &paid_row, PAID_SELECT " WHERE i.payout_id = ? ORDER BY i.account_id",
		BINDS(INT(payout)), out, out_n, why);
}

enum err store_paid_list(struct store *st, int64_t account, int64_t before, unsigned limit,
	struct store_paid **out, size_t *out_n, struct why *why)
{
	return sql_list(st, &paid_row,
		PAID_SELECT " WHERE i.account_id = ? AND i.payout_id < ?"
			    " ORDER BY i.payout_id DESC LIMIT ?",
		BINDS(INT(account), INT(sql_page(before)), INT(sql_limit(limit))), out, out_n, why);
}

void store_free_paids(struct store_paid *rows)
{
	free(rows);
}

/* ---- creating ---- */

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

/* Each item from one book of its account to another; then the network's fee out of the pool's. */
static enum err post_items(struct store *st, const struct store_payout *p,
	const struct store_payout_item *items, size_t n, enum store_txn_kind kind,
	enum store_book from, enum store_book to, struct why *why)
{
	struct store_entry *entries = NEW_ARRAY(struct store_entry, 2 * n + 2);
	struct store_txn txn = {p->pool, kind, 0, p->id, entries, 2 * n};
	enum err err;

	for (size_t i = 0; i < n; i++) {
		entries[2 * i] =
			(struct store_entry){from, items[i].account, amount_neg(items[i].amount)};
		entries[2 * i + 1] = (struct store_entry){to, items[i].account, items[i].amount};
	}
	if (kind == STORE_TXN_PAID) {
		entries[txn.n++] =
			(struct store_entry){STORE_BOOK_FEE, 0, amount_neg(p->network_fee)};
		entries[txn.n++] = (struct store_entry){STORE_BOOK_NETWORK_FEE, 0, p->network_fee};
	}
	err = store_ledger_post(st, &txn, why);
	free(entries);
	return err;
}

static enum err expect_new_txid(struct store *st, int64_t pool, const char *txid, struct why *why)
{
	int64_t count;
	enum err err = sql_one(st, "SELECT COUNT(*) FROM payout WHERE pool_id = ? AND txid = ?",
		BINDS(INT(pool), TEXT(txid)), &count, why);

	if (err == OK && count)
		err = err_fail(why, ERR_EXISTS, "payout %s is in the database already", txid);
	return err;
}

static enum err insert_payout(struct store *st, const struct store_payout *p, struct why *why)
{
	int64_t now = clock_wall_ms();

	return sql_run(st,
		"INSERT INTO payout (pool_id, state, txid, raw_tx, total, network_fee, items,"
		" created_ms, updated_ms, confirmations, block_hash)"
		" VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, 0, '')",
		BINDS(INT(p->pool), INT(STORE_PAYOUT_SIGNED), TEXT(p->txid), TEXT(p->raw_tx),
			INT(amount_units(p->total)), INT(amount_units(p->network_fee)),
			INT(p->items), INT(now), INT(now)),
		why);
}

enum err store_payout_create_signed(struct store *st, int64_t pool, const char *txid,
	const char *raw_tx, struct amount network_fee, const struct store_payout_item *items,
	size_t n, int64_t *out_id, struct why *why)
{
	struct store_payout p = {.pool = pool,
		.raw_tx = (char *)raw_tx,
		.network_fee = network_fee,
		.items = (int64_t)n};
	enum err err;

	assert(n > 0 && str_copy(p.txid, sizeof p.txid, txid));
	for (size_t i = 0; i < n; i++) {
		assert(amount_cmp(items[i].amount, amount_of(0)) > 0);
		p.total = amount_add(p.total, items[i].amount);
	}
	err = store_begin(st, why);
	if (err != OK)
		return err;
	err = sql_turn(st, why);
	if (err == OK)
		err = expect_new_txid(st, pool, txid, why);
	if (err == OK)
		err = insert_payout(st, &p, why);
	p.id = sql_new_id(st);
	for (size_t i = 0; err == OK && i < n; i++) {
		err = expect_available(st, pool, &items[i], why);
		if (err == OK)
			err = insert_item(st, p.id, &items[i], why);
	}
	if (err == OK)
		err = post_items(st, &p, items, n, STORE_TXN_PAYOUT, STORE_BOOK_AVAILABLE,
			STORE_BOOK_PAYING, why);
	err = sql_end(st, err, why);
	if (err == OK)
		*out_id = p.id;
	return err;
}

/* ---- following ---- */

static enum err set_state(struct store *st, const struct store_payout *p,
	enum store_payout_state to, int64_t confirmations, const char *block_hash, struct why *why)
{
	assert(p->state == to || may[p->state][to]);
	return sql_run(st,
		"UPDATE payout SET state = ?, confirmations = ?, block_hash = ?, updated_ms = ?"
		" WHERE id = ?",
		BINDS(INT(to), INT(confirmations), TEXT(block_hash ? block_hash : ""),
			INT(clock_wall_ms()), INT(p->id)),
		why);
}

static enum err expect_state(
	struct store *st, const struct store_payout *p, bool is_expected, struct why *why)
{
	if (is_expected)
		return OK;
	return err_fail(why, ERR_CONFLICT, "payout %" PRId64 " is in state %d", p->id, p->state);
}

enum err store_payout_set_state(struct store *st, int64_t id, enum store_payout_state from,
	enum store_payout_state to, int64_t confirmations, const char *block_hash, struct why *why)
{
	struct store_payout p = {0};
	enum err err = store_begin(st, why);

	if (err != OK)
		return err;
	assert(from == to || to == STORE_PAYOUT_BROADCAST);
	err = sql_turn(st, why);
	if (err == OK)
		err = store_payout_get(st, id, &p, why);
	if (err == OK)
		err = expect_state(st, &p, p.state == from, why);
	if (err == OK)
		err = set_state(st, &p, to, confirmations, block_hash, why);
	store_payout_fini(&p);
	return sql_end(st, err, why);
}

/* What was stored with the payout is what moves, whatever the caller believes. */
static enum err move_items(struct store *st, const struct store_payout *p, enum store_txn_kind kind,
	enum store_book to, struct why *why)
{
	struct store_paid *paid;
	struct store_payout_item *items;
	size_t n;
	enum err err = store_payout_items(st, p->id, &paid, &n, why);

	if (err != OK)
		return err;
	items = NEW_ARRAY(struct store_payout_item, n);
	for (size_t i = 0; i < n; i++)
		items[i] = (struct store_payout_item){
			paid[i].account, paid[i].address, paid[i].amount};
	err = post_items(st, p, items, n, kind, STORE_BOOK_PAYING, to, why);
	free(items);
	free(paid);
	return err;
}

static enum err end_payout(struct store *st, int64_t id, enum store_payout_state to,
	int64_t confirmations, const char *block_hash, struct why *why)
{
	bool is_paid = to == STORE_PAYOUT_CONFIRMED;
	struct store_payout p = {0};
	enum err err = store_begin(st, why);

	if (err != OK)
		return err;
	err = sql_turn(st, why);
	if (err == OK)
		err = store_payout_get(st, id, &p, why);
	if (err == OK)
		err = expect_state(st, &p, may[p.state][to], why);
	if (err == OK)
		err = set_state(st, &p, to, confirmations, block_hash, why);
	if (err == OK)
		err = move_items(st, &p, is_paid ? STORE_TXN_PAID : STORE_TXN_RETURNED,
			is_paid ? STORE_BOOK_PAID : STORE_BOOK_AVAILABLE, why);
	store_payout_fini(&p);
	return sql_end(st, err, why);
}

enum err store_payout_confirm(struct store *st, int64_t id, int64_t confirmations,
	const char *block_hash, struct why *why)
{
	return end_payout(st, id, STORE_PAYOUT_CONFIRMED, confirmations, block_hash, why);
}

enum err store_payout_conflict(struct store *st, int64_t id, struct why *why)
{
	return end_payout(st, id, STORE_PAYOUT_CONFLICTED, 0, NULL, why);
}
