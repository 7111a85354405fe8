/* payout.c -- payouts: reading, their states, and what each move books. */
#include <inttypes.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "store/payout_priv.h"
#include "store/sql_priv.h"

const char *payout_state_text(enum store_payout_state state)
{
	switch (state) {
	case STORE_PAYOUT_PLANNED: return "planned";
	case STORE_PAYOUT_SIGNED: return "signed";
	case STORE_PAYOUT_BROADCAST: return "broadcast";
	case STORE_PAYOUT_CONFIRMED: return "confirmed";
	case STORE_PAYOUT_CONFLICTED: return "conflicted";
	case STORE_PAYOUT_WAITING: return "waiting";
	case STORE_PAYOUT_REFUSED: return "refused";
	}
	return "unknown";
}

/* ---- reading ---- */

#define PAYOUT_HEAD                                                                                \
	"SELECT id, pool_id, kind, state, txid, total, network_fee, miner_fee, items, created_ms," \
	" updated_ms, confirmations, block_hash, address, note, "

/* Before it is signed a payout has no transaction, only a word that no other one has. */
static bool is_signed(enum store_payout_state state)
{
	return state != STORE_PAYOUT_PLANNED && state != STORE_PAYOUT_WAITING &&
	       state != STORE_PAYOUT_REFUSED;
}

static void read_payout(const struct sql *q, void *row)
{
	struct store_payout *p = row;

	p->id = sql_int(q, 0);
	p->pool = sql_int(q, 1);
	p->kind = (enum store_payout_kind)sql_int(q, 2);
	p->state = (enum store_payout_state)sql_int(q, 3);
	str_copy(p->txid, sizeof p->txid, is_signed(p->state) ? sql_str(q, 4) : "");
	p->total = amount_of(sql_int(q, 5));
	p->network_fee = amount_of(sql_int(q, 6));
	p->miner_fee = amount_of(sql_int(q, 7));
	p->items = sql_int(q, 8);
	p->created_ms = sql_int(q, 9);
	p->updated_ms = sql_int(q, 10);
	p->confirmations = sql_int(q, 11);
	str_copy(p->block_hash, sizeof p->block_hash, sql_str(q, 12));
	str_copy(p->address, sizeof p->address, sql_str(q, 13));
	str_copy(p->note, sizeof p->note, sql_str(q, 14));
	p->raw_tx = str_dup(sql_str(q, 15));
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
		PAYOUT_HEAD "raw_tx FROM payout WHERE pool_id = ? AND (txid = ? OR id IN"
			    " (SELECT payout_id FROM payout_tx WHERE txid = ?))",
		BINDS(INT(pool), TEXT(txid), TEXT(txid)), out, why);
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

enum err store_payout_list_in(struct store *st, int64_t pool, unsigned states,
	struct store_payout **out, size_t *out_n, struct why *why)
{
	return sql_list(st, &payout_row,
		PAYOUT_HEAD "'' FROM payout WHERE pool_id = ? AND ((1 << state) & ?) <> 0"
			    " ORDER BY id",
		BINDS(INT(pool), INT(states)), out, out_n, why);
}

enum err store_payout_unsettled(struct store *st, int64_t pool, int64_t depth,
	struct store_payout **out, size_t *out_n, struct why *why)
{
	return sql_list(st, &payout_row,
		PAYOUT_HEAD "'' FROM payout WHERE pool_id = ? AND state = ? AND confirmations < ?"
			    " ORDER BY id",
		BINDS(INT(pool), INT(STORE_PAYOUT_CONFIRMED), INT(depth)), out, out_n, why);
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
	p->fee = amount_of(sql_int(q, 4));
	p->state = (enum store_payout_state)sql_int(q, 6);
	str_copy(p->txid, sizeof p->txid, is_signed(p->state) ? sql_str(q, 5) : "");
	p->created_ms = sql_int(q, 7);
	p->confirmations = sql_int(q, 8);
}

static const struct sql_type paid_row = {sizeof(struct store_paid), read_paid, NULL};

#define PAID_SELECT                                                                                \
	"SELECT p.id, i.account_id, i.address, i.amount, i.fee, p.txid, p.state, p.created_ms,"    \
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

/* ---- moving ---- */

static const bool may[PAYOUT_STATES][PAYOUT_STATES] = {
	[STORE_PAYOUT_WAITING] = {[STORE_PAYOUT_PLANNED] = true, [STORE_PAYOUT_REFUSED] = true},
	[STORE_PAYOUT_PLANNED] = {[STORE_PAYOUT_SIGNED] = true, [STORE_PAYOUT_REFUSED] = true},
	[STORE_PAYOUT_SIGNED] = {[STORE_PAYOUT_SIGNED] = true, /* replaced */
		[STORE_PAYOUT_BROADCAST] = true,
		[STORE_PAYOUT_CONFIRMED] = true,
		[STORE_PAYOUT_CONFLICTED] = true},
	[STORE_PAYOUT_BROADCAST] = {[STORE_PAYOUT_SIGNED] = true, /* replaced */
		[STORE_PAYOUT_CONFIRMED] = true,
		[STORE_PAYOUT_CONFLICTED] = true},
	[STORE_PAYOUT_CONFIRMED] = {[STORE_PAYOUT_CONFLICTED] = true}, /* undone */
};

enum err payout_expect(struct store *st, int64_t id, enum store_payout_state to,
	struct store_payout *out, struct why *why)
{
	enum err err = store_payout_get(st, id, out, why);

	if (err == OK && !may[out->state][to]) {
		err = err_fail(why, ERR_CONFLICT, "payout %" PRId64 " is %s", id,
			payout_state_text(out->state));
		store_payout_fini(out);
	}
	return err;
}

enum err payout_move(struct store *st, const struct store_payout *p, enum store_payout_state to,
	int64_t confirmations, const char *block_hash, struct why *why)
{
	assert(p->state == to || may[p->state][to]);
	return sql_run(st,
		"UPDATE payout SET state = ?, confirmations = ?, block_hash = ?, updated_ms = ?"
		" WHERE id = ?",
		BINDS(INT(to), INT(confirmations), TEXT(block_hash ? block_hash : ""),
			INT(clock_wall_ms()), INT(p->id)),
		why);
}

enum err payout_turn(struct store *st, int64_t id, enum store_payout_state to,
	int64_t confirmations, const char *block_hash, struct store_payout *out, struct why *why)
{
	enum err err = sql_turn(st, why);

	if (err == OK)
		err = payout_expect(st, id, to, out, why);
	return err == OK ? payout_move(st, out, to, confirmations, block_hash, why) : err;
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
	if (err == OK && p.state != from)
		err = err_fail(why, ERR_CONFLICT, "payout %" PRId64 " is %s", id,
			payout_state_text(p.state));
	if (err == OK)
		err = payout_move(st, &p, to, confirmations, block_hash, why);
	store_payout_fini(&p);
	return sql_end(st, err, why);
}

/* ---- booking ---- */

static void add_entry(struct store_txn *txn, struct store_entry *entries, enum store_book book,
	int64_t account, struct amount amount)
{
	entries[txn->n++] = (struct store_entry){book, account, amount};
}

enum err payout_book(struct store *st, const struct store_payout *p,
	const struct store_payout_item *items, size_t n, enum store_txn_kind kind, struct why *why)
{
	bool is_paid = kind == STORE_TXN_PAID;
	enum store_book from = kind == STORE_TXN_PAYOUT ? STORE_BOOK_AVAILABLE : STORE_BOOK_PAYING;
	enum store_book to = is_paid                    ? STORE_BOOK_PAID
			     : kind == STORE_TXN_PAYOUT ? STORE_BOOK_PAYING
							: STORE_BOOK_AVAILABLE;
	struct store_entry *entries = NEW_ARRAY(struct store_entry, 3 * n + 4);
	struct store_txn txn = {p->pool, kind, 0, p->id, entries, 0};
	struct amount pool_fee = amount_sub(p->network_fee, p->miner_fee);
	enum err err;

	for (size_t i = 0; i < n; i++) {
		struct amount fee = is_paid ? items[i].fee : amount_of(0);

		add_entry(&txn, entries, from, items[i].account, amount_neg(items[i].amount));
		add_entry(&txn, entries, to, items[i].account, amount_sub(items[i].amount, fee));
		add_entry(&txn, entries, STORE_BOOK_NETWORK_FEE, items[i].account, fee);
	}
	if (kind == STORE_TXN_SWEPT) {
		add_entry(&txn, entries, STORE_BOOK_HOT, 0, amount_neg(p->total));
		add_entry(&txn, entries, STORE_BOOK_COLD, 0, p->total);
	}
	if (is_paid || kind == STORE_TXN_SWEPT) {
		add_entry(&txn, entries, STORE_BOOK_FEE, 0, amount_neg(pool_fee));
		add_entry(&txn, entries, STORE_BOOK_NETWORK_FEE, 0, pool_fee);
	}
	err = store_ledger_post(st, &txn, why);
	free(entries);
	return err;
}

enum err payout_book_stored(
	struct store *st, const struct store_payout *p, enum store_txn_kind kind, struct why *why)
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
			paid[i].account, paid[i].address, paid[i].amount, paid[i].fee};
	err = payout_book(st, p, items, n, kind, why);
	free(items);
	free(paid);
	return err;
}

/* ---- the end ---- */

static enum err book_end(
	struct store *st, const struct store_payout *p, bool is_paid, struct why *why)
{
	if (p->kind != STORE_PAYOUT_SWEEP)
		return payout_book_stored(
			st, p, is_paid ? STORE_TXN_PAID : STORE_TXN_RETURNED, why);
	return is_paid ? payout_book(st, p, NULL, 0, STORE_TXN_SWEPT, why) : OK;
}

static enum err end_payout(struct store *st, int64_t id, enum store_payout_state to,
	int64_t confirmations, const char *block_hash, struct why *why)
{
	struct store_payout p = {0};
	enum err err = store_begin(st, why);

	if (err != OK)
		return err;
	err = payout_turn(st, id, to, confirmations, block_hash, &p, why);
	if (err == OK && p.state == STORE_PAYOUT_CONFIRMED)
		err = err_fail(why, ERR_CONFLICT, "payout %" PRId64 " is confirmed", id);
	if (err == OK)
		err = book_end(st, &p, to == STORE_PAYOUT_CONFIRMED, why);
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

/* ---- the end undone ---- */

static enum err book_undone(struct store *st, const struct store_payout *p,
	const struct store_paid *items, size_t n, struct why *why)
{
	struct store_entry *entries = NEW_ARRAY(struct store_entry, 3 * n + 4);
	struct store_txn txn = {p->pool, STORE_TXN_UNDONE, 0, p->id, entries, 0};
	struct amount pool_fee = amount_sub(p->network_fee, p->miner_fee);
	enum err err;

	for (size_t i = 0; i < n; i++) {
		struct amount got = amount_sub(items[i].amount, items[i].fee);

		add_entry(&txn, entries, STORE_BOOK_PAID, items[i].account, amount_neg(got));
		add_entry(&txn, entries, STORE_BOOK_NETWORK_FEE, items[i].account,
			amount_neg(items[i].fee));
		add_entry(&txn, entries, STORE_BOOK_AVAILABLE, items[i].account, items[i].amount);
	}
	if (p->kind == STORE_PAYOUT_SWEEP) {
		add_entry(&txn, entries, STORE_BOOK_COLD, 0, amount_neg(p->total));
		add_entry(&txn, entries, STORE_BOOK_HOT, 0, p->total);
	}
	add_entry(&txn, entries, STORE_BOOK_NETWORK_FEE, 0, amount_neg(pool_fee));
	add_entry(&txn, entries, STORE_BOOK_FEE, 0, pool_fee);
	err = store_ledger_post(st, &txn, why);
	free(entries);
	return err;
}

static enum err undo_in_txn(struct store *st, int64_t id, struct store_payout *p, struct why *why)
{
	struct store_paid *items;
	size_t n;
	enum err err = payout_turn(st, id, STORE_PAYOUT_CONFLICTED, 0, NULL, p, why);

	if (err == OK && p->state != STORE_PAYOUT_CONFIRMED)
		err = err_fail(why, ERR_CONFLICT, "payout %" PRId64 " is %s", id,
			payout_state_text(p->state));
	if (err == OK)
		err = store_payout_items(st, id, &items, &n, why);
	if (err != OK)
		return err;
	err = book_undone(st, p, items, n, why);
	store_free_paids(items);
	return err;
}

enum err store_payout_undo(struct store *st, int64_t id, struct why *why)
{
	struct store_payout p = {0};
	enum err err = store_begin(st, why);

	if (err != OK)
		return err;
	err = undo_in_txn(st, id, &p, why);
	store_payout_fini(&p);
	return sql_end(st, err, why);
}
