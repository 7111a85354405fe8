/* block.c -- the blocks that the pool found. */
#include "store/store_block.h"

#include <inttypes.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "store/block_priv.h"
#include "store/sql_priv.h"
#include "store/store_reward.h"

#define BLOCK_STATES 6

#define BLOCK_COLUMNS                                                                              \
	"pool_id, height, hash, prev_hash, reward, found_ms, finder_address, finder_worker,"       \
	" node_id, network_work, submit_result, state, confirmations, round_from, round_work,"     \
	" closed_ms, updated_ms, scheme, reserve"

static const bool may[BLOCK_STATES][BLOCK_STATES] = {
	[STORE_BLOCK_PENDING] = {[STORE_BLOCK_IMMATURE] = true,
		[STORE_BLOCK_ORPHAN] = true,
		[STORE_BLOCK_REJECTED] = true},
	[STORE_BLOCK_IMMATURE] = {[STORE_BLOCK_MATURE] = true,
		[STORE_BLOCK_ORPHAN] = true,
		[STORE_BLOCK_PENDING] = true},
	[STORE_BLOCK_ORPHAN] = {[STORE_BLOCK_PENDING] = true},
	[STORE_BLOCK_REJECTED] = {[STORE_BLOCK_PENDING] = true},
};

const char *block_state_text(enum store_block_state state)
{
	switch (state) {
	case STORE_BLOCK_PENDING: return "pending";
	case STORE_BLOCK_IMMATURE: return "immature";
	case STORE_BLOCK_MATURE: return "mature";
	case STORE_BLOCK_ORPHAN: return "orphan";
	case STORE_BLOCK_REJECTED: return "rejected";
	}
	return "unknown";
}

/* ---- reading ---- */

static void read_block(const struct sql *q, void *row)
{
	struct store_block *b = row;

	b->id = sql_int(q, 0);
	b->pool = sql_int(q, 1);
	b->height = sql_int(q, 2);
	str_copy(b->hash, sizeof b->hash, sql_str(q, 3));
	str_copy(b->prev_hash, sizeof b->prev_hash, sql_str(q, 4));
	b->reward = amount_of(sql_int(q, 5));
	b->found_ms = sql_int(q, 6);
	str_copy(b->finder_address, sizeof b->finder_address, sql_str(q, 7));
	str_copy(b->finder_worker, sizeof b->finder_worker, sql_str(q, 8));
	b->node = sql_int(q, 9);
	b->network_work = sql_int(q, 10);
	str_copy(b->submit_result, sizeof b->submit_result, sql_str(q, 11));
	b->state = (enum store_block_state)sql_int(q, 12);
	b->confirmations = sql_int(q, 13);
	b->round_from = sql_int(q, 14);
	b->round_work = sql_int(q, 15);
	b->closed_ms = sql_int(q, 16);
	b->updated_ms = sql_int(q, 17);
	b->scheme = sql_int(q, 18);
	b->reserve = amount_of(sql_int(q, 19));
}

static const struct sql_type block_row = {sizeof(struct store_block), read_block, NULL};

enum err store_block_get(struct store *st, int64_t id, struct store_block *out, struct why *why)
{
	return sql_get(st, &block_row, "SELECT id, " BLOCK_COLUMNS " FROM block WHERE id = ?",
		BINDS(INT(id)), out, why);
}

enum err store_block_by_hash(
	struct store *st, int64_t pool, const char *hash, struct store_block *out, struct why *why)
{
	return sql_get(st, &block_row,
		"SELECT id, " BLOCK_COLUMNS " FROM block WHERE pool_id = ? AND hash = ?",
		BINDS(INT(pool), TEXT(hash)), out, why);
}

enum err store_block_at(
	struct store *st, int64_t pool, int64_t height, struct store_block *out, struct why *why)
{
	return sql_get(st, &block_row,
		"SELECT id, " BLOCK_COLUMNS " FROM block WHERE pool_id = ? AND height = ?"
		" ORDER BY CASE WHEN state IN (?, ?) THEN 0 WHEN state = ? THEN 1 ELSE 2 END,"
		" confirmations DESC, id DESC LIMIT 1",
		BINDS(INT(pool), INT(height), INT(STORE_BLOCK_IMMATURE), INT(STORE_BLOCK_MATURE),
			INT(STORE_BLOCK_PENDING)),
		out, why);
}

enum err store_block_list(struct store *st, int64_t pool, unsigned states, int64_t before,
	unsigned limit, struct store_block **out, size_t *out_n, struct why *why)
{
	int64_t want[BLOCK_STATES];

	for (unsigned i = 1; i < BLOCK_STATES; i++) /* 0 is no state */
		want[i] = states & STORE_BLOCK_MASK(i) ? i : 0;
	return sql_list(st, &block_row,
		"SELECT id, " BLOCK_COLUMNS " FROM block WHERE pool_id = ? AND id < ?"
		" AND state IN (?, ?, ?, ?, ?) ORDER BY id DESC LIMIT ?",
		BINDS(INT(pool), INT(sql_page(before)), INT(want[1]), INT(want[2]), INT(want[3]),
			INT(want[4]), INT(want[5]), INT(sql_limit(limit))),
		out, out_n, why);
}

enum err store_block_open(
	struct store *st, int64_t pool, struct store_block **out, size_t *out_n, struct why *why)
{
	return sql_list(st, &block_row,
		"SELECT id, " BLOCK_COLUMNS " FROM block WHERE pool_id = ? AND state IN (?, ?)"
		" ORDER BY height, id",
		BINDS(INT(pool), INT(STORE_BLOCK_PENDING), INT(STORE_BLOCK_IMMATURE)), out, out_n,
		why);
}

enum err store_block_unproven(struct store *st, int64_t pool, unsigned limit,
	struct store_block **out, size_t *out_n, struct why *why)
{
	return sql_list(st, &block_row,
		"SELECT id, " BLOCK_COLUMNS " FROM block WHERE pool_id = ? AND state IN (?, ?)"
		" AND NOT EXISTS (SELECT 1 FROM round_proof p WHERE p.block_id = block.id"
		" AND p.closed_ms = block.closed_ms) ORDER BY height, id LIMIT ?",
		BINDS(INT(pool), INT(STORE_BLOCK_IMMATURE), INT(STORE_BLOCK_MATURE),
			INT(sql_limit(limit))),
		out, out_n, why);
}

void store_free_blocks(struct store_block *rows)
{
	free(rows);
}

enum err store_block_round_from(
	struct store *st, int64_t pool, int64_t height, int64_t *out, struct why *why)
{
	return sql_one(st,
		"SELECT COALESCE(MAX(height), 0) FROM block WHERE pool_id = ? AND height < ?"
		" AND round_from < height AND state IN (?, ?)",
		BINDS(INT(pool), INT(height), INT(STORE_BLOCK_IMMATURE), INT(STORE_BLOCK_MATURE)),
		out, why);
}

enum err block_closed_through(struct store *st, int64_t pool, int64_t *out, struct why *why)
{
	int64_t accrued;
	enum err err = sql_one(st,
		"SELECT COALESCE(MAX(height), 0) FROM block WHERE pool_id = ?"
		" AND round_from < height AND state IN (?, ?)",
		BINDS(INT(pool), INT(STORE_BLOCK_IMMATURE), INT(STORE_BLOCK_MATURE)), out, why);

	if (err == OK)
		err = store_accrual_through(st, pool, &accrued, why);
	if (err == OK && accrued > *out)
		*out = accrued;
	return err;
}

static void read_past(const struct sql *q, void *row)
{
	*(struct store_past *)row = (struct store_past){sql_int(q, 0), amount_of(sql_int(q, 1))};
}

enum err store_block_past(struct store *st, int64_t pool, int64_t height, unsigned limit,
	struct store_past **out, size_t *out_n, struct why *why)
{
	static const struct sql_type past_row = {sizeof(struct store_past), read_past, NULL};

	return sql_list(st, &past_row,
		"SELECT round_work, reward FROM block WHERE pool_id = ? AND height < ?"
		" AND round_from < height AND state IN (?, ?) ORDER BY height DESC LIMIT ?",
		BINDS(INT(pool), INT(height), INT(STORE_BLOCK_IMMATURE), INT(STORE_BLOCK_MATURE),
			INT(sql_limit(limit))),
		out, out_n, why);
}

void store_free_past(struct store_past *rows)
{
	free(rows);
}

enum err store_block_earned(struct store *st, int64_t pool, int64_t above, int64_t through,
	struct amount *out, struct why *why)
{
	int64_t sum;
	enum err err = sql_one(st,
		"SELECT COALESCE(SUM(reward), 0) FROM block WHERE pool_id = ? AND height > ?"
		" AND height <= ? AND round_from < height AND state IN (?, ?)",
		BINDS(INT(pool), INT(above), INT(through), INT(STORE_BLOCK_IMMATURE),
			INT(STORE_BLOCK_MATURE)),
		&sum, why);

	if (err == OK)
		*out = amount_of(sum);
	return err;
}

static void read_output(const struct sql *q, void *row)
{
	struct store_output *o = row;

	str_copy(o->address, sizeof o->address, sql_str(q, 0));
	o->amount = amount_of(sql_int(q, 1));
}

enum err store_block_outputs(
	struct store *st, int64_t block, struct store_output **out, size_t *out_n, struct why *why)
{
	static const struct sql_type output_row = {sizeof(struct store_output), read_output, NULL};

	return sql_list(st, &output_row,
		"SELECT address, amount FROM block_output WHERE block_id = ? ORDER BY address",
		BINDS(INT(block)), out, out_n, why);
}

void store_free_outputs(struct store_output *rows)
{
	free(rows);
}

/* ---- writing ---- */

static enum err insert_block(
	struct store *st, const struct store_block *b, bool *out_is_new, struct why *why)
{
	return sql_add(st,
		"INSERT INTO block (" BLOCK_COLUMNS ")"
		" VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0, ?, 0, 0, ?, ?, 0)",
		BINDS(INT(b->pool), INT(b->height), TEXT(b->hash), TEXT(b->prev_hash),
			INT(amount_units(b->reward)), INT(b->found_ms), TEXT(b->finder_address),
			TEXT(b->finder_worker), INT(b->node), INT(b->network_work),
			TEXT(b->submit_result), INT(STORE_BLOCK_PENDING), INT(b->round_from),
			INT(clock_wall_ms()), INT(b->scheme)),
		out_is_new, why);
}

struct addition {
	const struct store_block *block;
	int64_t id;
	bool is_new;
};

static enum err add_block(struct store *st, void *ctx, struct why *why)
{
	struct addition *a = ctx;
	enum err err = insert_block(st, a->block, &a->is_new, why);

	if (err == OK)
		err = sql_one(st, "SELECT id FROM block WHERE pool_id = ? AND hash = ?",
			BINDS(INT(a->block->pool), TEXT(a->block->hash)), &a->id, why);
	return err;
}

enum err store_block_add(struct store *st, const struct store_block *block, int64_t *out_id,
	bool *out_is_new, struct why *why)
{
	struct addition addition = {.block = block};
	enum err err = sql_transaction(st, add_block, &addition, why);

	if (err == OK) {
		*out_id = addition.id;
		*out_is_new = addition.is_new;
	}
	return err;
}

enum err store_block_outputs_add(struct store *st, int64_t block,
	const struct store_output *outputs, size_t n, struct why *why)
{
	bool is_new;
	enum err err = OK;

	for (size_t i = 0; err == OK && i < n; i++)
		err = sql_add(st,
			"INSERT INTO block_output (block_id, address, amount) VALUES (?, ?, ?)",
			BINDS(INT(block), TEXT(outputs[i].address),
				INT(amount_units(outputs[i].amount))),
			&is_new, why);
	return err;
}

enum err block_expect(struct store *st, int64_t id, enum store_block_state state,
	struct store_block *out, struct why *why)
{
	struct store_block block;
	enum err err = sql_turn(st, why);

	if (err == OK)
		err = store_block_get(st, id, &block, why);
	if (err != OK)
		return err;
	if (block.state != state)
		return err_fail(why, ERR_CONFLICT, "block %" PRId64 " is %s, not %s", id,
			block_state_text(block.state), block_state_text(state));
	*out = block;
	return OK;
}

enum err block_move(struct store *st, const struct store_block *block, enum store_block_state to,
	int64_t confirmations, struct why *why)
{
	assert(block->state == to || may[block->state][to]);
	return sql_run(st,
		"UPDATE block SET state = ?, confirmations = ?, updated_ms = ? WHERE id = ?",
		BINDS(INT(to), INT(confirmations), INT(clock_wall_ms()), INT(block->id)), why);
}

enum err store_block_set(struct store *st, int64_t id, enum store_block_state from,
	enum store_block_state to, int64_t confirmations, struct why *why)
{
	struct store_block block;
	enum err err = store_begin(st, why);

	if (err != OK)
		return err;
	/* From IMMATURE money moves along: store_round_mature(), store_round_orphan(). */
	assert(from == to || (from != STORE_BLOCK_IMMATURE && to != STORE_BLOCK_IMMATURE));
	err = block_expect(st, id, from, &block, why);
	if (err == OK)
		err = block_move(st, &block, to, confirmations, why);
	return sql_end(st, err, why);
}

enum err store_block_set_submit_result(
	struct store *st, int64_t pool, const char *hash, const char *result, struct why *why)
{
	char cut[STORE_NAME_MAX];

	str_copy(cut, sizeof cut, result);
	return sql_run(st,
		"UPDATE block SET submit_result = ?, updated_ms = ? WHERE pool_id = ? AND hash = ?",
		BINDS(TEXT(cut), INT(clock_wall_ms()), INT(pool), TEXT(hash)), why);
}

enum err store_block_set_reward(struct store *st, int64_t id, struct amount reward, struct why *why)
{
	struct store_block block;
	enum err err = store_begin(st, why);

	if (err != OK)
		return err;
	err = block_expect(st, id, STORE_BLOCK_PENDING, &block, why);
	if (err == OK)
		err = sql_run(st, "UPDATE block SET reward = ? WHERE id = ?",
			BINDS(INT(amount_units(reward)), INT(id)), why);
	return sql_end(st, err, why);
}
