/* round.c -- closing a round, and what becomes of its credits. */
#include <inttypes.h>

#include "base/clock.h"
#include "base/mem.h"
#include "store/block_priv.h"
#include "store/sql_priv.h"
#include "store/store_ledger.h"
#include "store/store_node.h"
#include "store/store_slot.h"

/* ---- is what the caller computed still true? All inside the transaction ---- */

static enum err expect_order(struct store *st, const struct store_block *block, struct why *why)
{
	int64_t earlier, later;
	enum err err = sql_one(st,
		"SELECT COUNT(*) FROM block b WHERE pool_id = ? AND state = ? AND height < ?"
		" AND NOT EXISTS (SELECT 1 FROM block twin WHERE twin.pool_id = b.pool_id"
		" AND twin.height = b.height AND twin.state IN (?, ?))",
		BINDS(INT(block->pool), INT(STORE_BLOCK_PENDING), INT(block->height),
			INT(STORE_BLOCK_IMMATURE), INT(STORE_BLOCK_MATURE)),
		&earlier, why);

	if (err == OK)
		err = sql_one(st,
			"SELECT COUNT(*) FROM block WHERE pool_id = ? AND state = ? AND height >= "
			"?",
			BINDS(INT(block->pool), INT(STORE_BLOCK_IMMATURE), INT(block->height)),
			&later, why);
	if (err == OK && earlier)
		err = err_fail(why, ERR_CONFLICT,
			"a block before height %" PRId64 " is still pending", block->height);
	if (err == OK && later)
		err = err_fail(why, ERR_CONFLICT,
			"a round at or after height %" PRId64 " is not settled", block->height);
	return err;
}

/* A node may have come back, or come late, since the caller looked: work that it brings is added
 * before or after this transaction, as both take the turn. */
static enum err expect_delivered(struct store *st, const struct store_block *block, struct why *why)
{
	int64_t flushed, node;
	enum err err = store_node_flushed(st, block->pool, &flushed, &node, why);

	if (err == OK && flushed < block->height)
		err = err_fail(why, ERR_CONFLICT,
			"node %" PRId64 " has not delivered its work up to height %" PRId64, node,
			block->height);
	return err;
}

static enum err expect_work(struct store *st, const struct store_block *block,
	const struct store_round *round, struct why *why)
{
	int64_t from = block->height, work;
	enum err err = OK;

	if (store_block_has_round(block))
		err = store_block_round_from(st, block->pool, block->height, &from, why);
	if (err == OK && from != round->from)
		err = err_fail(why, ERR_CONFLICT,
			"the round begins after height %" PRId64 ", not %" PRId64, from,
			round->from);
	if (err == OK)
		err = store_round_total(st, block->pool, from, block->height, &work, why);
	if (err == OK && work != round->work)
		err = err_fail(why, ERR_CONFLICT,
			"the round has work %" PRId64 ", the credits are for %" PRId64, work,
			round->work);
	if (err == OK && amount_cmp(block->reward, round->reward) != 0)
		err = err_fail(why, ERR_CONFLICT, "the block's reward has changed meanwhile");
	return err;
}

/* ---- closing ---- */

/* A block that was an orphan and came back has the credits of its first time. */
static enum err write_credits(struct store *st, const struct store_round *round, struct why *why)
{
	enum err err =
		sql_run(st, "DELETE FROM credit WHERE block_id = ?", BINDS(INT(round->block)), why);

	for (size_t i = 0; err == OK && i < round->n; i++) {
		const struct store_credit *credit = &round->credits[i];

		err = sql_run(st,
			"INSERT INTO credit (block_id, account_id, work, amount, bonus, fee,"
			" donation, direct) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
			BINDS(INT(round->block), INT(credit->account), INT(credit->work),
				INT(amount_units(credit->amount)), INT(amount_units(credit->bonus)),
				INT(amount_units(credit->fee)), INT(amount_units(credit->donation)),
				INT(amount_units(credit->direct))),
			why);
	}
	return err;
}

static enum err post_close(struct store *st, const struct store_block *block,
	const struct store_round *round, struct why *why)
{
	struct store_entry *entries = NEW_ARRAY(struct store_entry, round->n + 3);
	struct store_txn txn = {block->pool, STORE_TXN_CREDIT, block->id, 0, entries, round->n + 3};
	enum err err;

	for (size_t i = 0; i < round->n; i++)
		entries[i] = (struct store_entry){
			STORE_BOOK_IMMATURE, round->credits[i].account, round->credits[i].amount};
	entries[round->n] = (struct store_entry){STORE_BOOK_FEE_IMMATURE, 0, round->fee};
	entries[round->n + 1] =
		(struct store_entry){STORE_BOOK_RESERVE_IMMATURE, 0, round->reserve};
	entries[round->n + 2] =
		(struct store_entry){STORE_BOOK_COINBASE, 0, amount_neg(round->reward)};
	err = store_ledger_post(st, &txn, why);
	free(entries);
	return err;
}

static enum err write_rules(
	struct store *st, const struct store_round *round, int64_t closed_ms, struct why *why)
{
	enum err err = sql_run(
		st, "DELETE FROM round_rules WHERE block_id = ?", BINDS(INT(round->block)), why);

	if (err != OK || !round->rules)
		return err;
	return sql_run(st, "INSERT INTO round_rules (block_id, closed_ms, text) VALUES (?, ?, ?)",
		BINDS(INT(round->block), INT(closed_ms), TEXT(round->rules)), why);
}

static enum err write_round(struct store *st, const struct store_round *round, struct why *why)
{
	int64_t now_ms = clock_wall_ms();
	enum err err = sql_run(st,
		"UPDATE block SET round_from = ?, round_work = ?, closed_ms = ?, scheme = ?,"
		" reserve = ? WHERE id = ?",
		BINDS(INT(round->from), INT(round->work), INT(now_ms), INT(round->scheme),
			INT(amount_units(round->reserve)), INT(round->block)),
		why);

	return err == OK ? write_rules(st, round, now_ms, why) : err;
}

enum err store_round_close(struct store *st, const struct store_round *round, struct why *why)
{
	struct store_block block;
	enum err err = store_begin(st, why);

	if (err != OK)
		return err;
	err = block_expect(st, round->block, STORE_BLOCK_PENDING, &block, why);
	if (err == OK)
		err = expect_delivered(st, &block, why);
	if (err == OK)
		err = expect_order(st, &block, why);
	if (err == OK)
		err = expect_work(st, &block, round, why);
	if (err == OK)
		err = write_credits(st, round, why);
	if (err == OK)
		err = post_close(st, &block, round, why);
	if (err == OK)
		err = write_round(st, round, why);
	if (err == OK)
		err = block_move(st, &block, STORE_BLOCK_IMMATURE, round->confirmations, why);
	return sql_end(st, err, why);
}

static void read_rules(const struct sql *q, void *row)
{
	*(char **)row = str_dup(sql_str(q, 0));
}

/* A program that does not keep them may have closed the round anew. */
enum err store_round_rules(struct store *st, int64_t block, char **out, struct why *why)
{
	static const struct sql_type text = {sizeof(char *), read_rules, NULL};

	return sql_get(st, &text,
		"SELECT r.text FROM round_rules r JOIN block b ON b.id = r.block_id"
		" AND b.closed_ms = r.closed_ms WHERE r.block_id = ?",
		BINDS(INT(block)), out, why);
}

/* ---- afterwards ---- */

static void read_credit(const struct sql *q, void *row)
{
	*(struct store_credit *)row = (struct store_credit){.account = sql_int(q, 0),
		.amount = amount_of(sql_int(q, 1)),
		.direct = amount_of(sql_int(q, 2))};
}

/* What a block's credits, fee and reserve become: from the immature books to others, or back. What
 * the coinbase itself has paid need not be paid again. */
static enum err move_credits(
	struct store *st, const struct store_block *block, bool is_taken_back, struct why *why)
{
	static const struct sql_type credit_row = {sizeof(struct store_credit), read_credit, NULL};
	struct amount fee = amount_sub(block->reward, block->reserve);
	struct store_txn txn = {.pool = block->pool, .block = block->id};
	struct store_credit *credits;
	struct store_entry *entries;
	size_t n, k = 0;
	enum err err = sql_list(st, &credit_row,
		"SELECT account_id, amount, direct FROM credit WHERE block_id = ? ORDER BY "
		"account_id",
		BINDS(INT(block->id)), &credits, &n, why);

	if (err != OK)
		return err;
	entries = NEW_ARRAY(struct store_entry, 3 * n + 4);
	for (size_t i = 0; i < n; i++) {
		const struct store_credit *c = &credits[i];

		fee = amount_sub(fee, c->amount);
		entries[k++] = (struct store_entry){
			STORE_BOOK_IMMATURE, c->account, amount_neg(c->amount)};
		if (is_taken_back)
			continue;
		entries[k++] = (struct store_entry){
			STORE_BOOK_AVAILABLE, c->account, amount_sub(c->amount, c->direct)};
		entries[k++] = (struct store_entry){STORE_BOOK_PAID, c->account, c->direct};
	}
	assert(!amount_is_negative(fee));
	entries[k++] = (struct store_entry){STORE_BOOK_FEE_IMMATURE, 0, amount_neg(fee)};
	entries[k++] =
		(struct store_entry){STORE_BOOK_RESERVE_IMMATURE, 0, amount_neg(block->reserve)};
	if (is_taken_back) {
		entries[k++] = (struct store_entry){STORE_BOOK_COINBASE, 0, block->reward};
	} else {
		entries[k++] = (struct store_entry){STORE_BOOK_FEE, 0, fee};
		entries[k++] = (struct store_entry){STORE_BOOK_RESERVE, 0, block->reserve};
	}
	txn.kind = is_taken_back ? STORE_TXN_ORPHAN : STORE_TXN_MATURE;
	txn.entries = entries;
	txn.n = k;
	err = store_ledger_post(st, &txn, why);
	free(entries);
	free(credits);
	return err;
}

static enum err end_immature(struct store *st, int64_t id, enum store_block_state to,
	int64_t confirmations, struct why *why)
{
	struct store_block block;
	enum err err = store_begin(st, why);

	if (err != OK)
		return err;
	err = block_expect(st, id, STORE_BLOCK_IMMATURE, &block, why);
	if (err == OK)
		err = move_credits(st, &block, to != STORE_BLOCK_MATURE, why);
	if (err == OK)
		err = block_move(st, &block, to, confirmations, why);
	return sql_end(st, err, why);
}

enum err store_round_mature(struct store *st, int64_t block, int64_t confirmations, struct why *why)
{
	return end_immature(st, block, STORE_BLOCK_MATURE, confirmations, why);
}

enum err store_round_orphan(struct store *st, int64_t block, struct why *why)
{
	return end_immature(st, block, STORE_BLOCK_ORPHAN, 0, why);
}

enum err store_round_reopen(struct store *st, int64_t block, int64_t confirmations, struct why *why)
{
	return end_immature(st, block, STORE_BLOCK_PENDING, confirmations, why);
}

/* ---- what an account got ---- */

#define EARNING_SELECT                                                                             \
	"SELECT b.id, b.height, b.hash, b.state, b.found_ms, a.id, a.address, c.work, c.amount,"   \
	" c.bonus, c.fee, c.donation, c.direct, b.reward"                                          \
	" FROM credit c JOIN block b ON b.id = c.block_id JOIN account a ON a.id = c.account_id"

static void read_earning(const struct sql *q, void *row)
{
	struct store_earning *e = row;

	e->block = sql_int(q, 0);
	e->height = sql_int(q, 1);
	str_copy(e->hash, sizeof e->hash, sql_str(q, 2));
	e->state = sql_int(q, 3);
	e->found_ms = sql_int(q, 4);
	e->account = sql_int(q, 5);
	str_copy(e->address, sizeof e->address, sql_str(q, 6));
	e->work = sql_int(q, 7);
	e->amount = amount_of(sql_int(q, 8));
	e->bonus = amount_of(sql_int(q, 9));
	e->fee = amount_of(sql_int(q, 10));
	e->donation = amount_of(sql_int(q, 11));
	e->direct = amount_of(sql_int(q, 12));
	e->reward = amount_of(sql_int(q, 13));
}

static const struct sql_type earning_row = {sizeof(struct store_earning), read_earning, NULL};

enum err store_earning_list(struct store *st, int64_t account, int64_t before, unsigned limit,
	struct store_earning **out, size_t *out_n, struct why *why)
{
	return sql_list(st, &earning_row,
		EARNING_SELECT " WHERE c.account_id = ? AND c.block_id < ?"
			       " ORDER BY c.block_id DESC LIMIT ?",
		BINDS(INT(account), INT(sql_page(before)), INT(sql_limit(limit))), out, out_n, why);
}

enum err store_credit_list(
	struct store *st, int64_t block, struct store_earning **out, size_t *out_n, struct why *why)
{
	return sql_list(st, &earning_row,
		EARNING_SELECT " WHERE c.block_id = ? ORDER BY c.account_id", BINDS(INT(block)),
		out, out_n, why);
}

void store_free_earnings(struct store_earning *rows)
{
	free(rows);
}
