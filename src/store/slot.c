/* slot.c -- work into the database, counted exactly once: as batches, and as statistics. */
#include "store/store_slot.h"

#include <inttypes.h>
#include <string.h>

#include "base/mem.h"
#include "store/block_priv.h"
#include "store/slot_priv.h"
#include "store/sql_priv.h"

enum err store_slot_cursor(
	struct store *st, int64_t node, int64_t epoch, int64_t *out_seq, struct why *why)
{
	return sql_one(st,
		"SELECT COALESCE(MAX(seq), 0) FROM journal_cursor WHERE node_id = ? AND epoch = ?",
		BINDS(INT(node), INT(epoch)), out_seq, why);
}

/* ---- a flush, with names made ids ---- */

struct row {
	int64_t pool, height, minute;
	struct pack_slot slot;
	int64_t last_ms;
	bool is_apart;
};

/* Work at a height that is paid counts at the next one. */
static enum err raise_closed(struct store *st, struct row *rows, size_t n, struct why *why)
{
	int64_t pool = 0, closed = 0; /* no pool has the id 0 */
	enum err err = OK;

	for (size_t i = 0; err == OK && i < n; i++) {
		if (rows[i].pool != pool)
			err = block_closed_through(st, rows[i].pool, &closed, why);
		pool = rows[i].pool;
		if (err == OK && rows[i].height <= closed)
			rows[i].height = closed + 1;
	}
	return err;
}

/* *out is the caller's to free, whatever becomes of it. */
static enum err make_rows(
	struct store *st, const struct store_flush *flush, struct row **out, struct why *why)
{
	size_t n = flush->slots_n;
	struct ids_name *names = NEW_ARRAY(struct ids_name, n + 1);
	struct ids *ids = NEW_ARRAY(struct ids, n + 1);
	struct row *rows = NEW_ARRAY(struct row, n + 1);
	enum err err;

	for (size_t i = 0; i < n; i++) {
		const struct store_slot_add *slot = &flush->slots[i];

		names[i] = (struct ids_name){slot->pool, slot->address, slot->worker};
	}
	err = ids_find(st, names, n, ids, why);
	for (size_t i = 0; err == OK && i < n; i++) {
		const struct store_slot_add *slot = &flush->slots[i];

		rows[i] = (struct row){slot->pool, slot->height, slot->minute,
			{ids[i].account, ids[i].worker, slot->work, slot->shares}, slot->last_ms,
			slot->is_apart};
	}
	free(names);
	free(ids);
	*out = rows;
	return err == OK ? raise_closed(st, rows, n, why) : err;
}

/* ---- batches ---- */

static int by_batch(const void *left, const void *right)
{
	const struct row *a = left, *b = right;

	if (a->is_apart != b->is_apart)
		return a->is_apart ? 1 : -1; /* the last: they are in no batch */
	if (a->pool != b->pool)
		return a->pool < b->pool ? -1 : 1;
	if (a->height != b->height)
		return a->height < b->height ? -1 : 1;
	return (a->minute > b->minute) - (a->minute < b->minute);
}

static enum err add_batch(struct store *st, const struct store_flush *flush, const struct row *rows,
	size_t n, struct why *why)
{
	struct pack_slot *slots = NEW_ARRAY(struct pack_slot, n);
	struct batch batch = {rows->pool, rows->height, rows->minute, flush->node, flush->epoch,
		flush->from_seq, flush->through_seq, 0};

	for (size_t i = 0; i < n; i++) {
		slots[i] = rows[i].slot;
		if (rows[i].last_ms > batch.last_ms)
			batch.last_ms = rows[i].last_ms;
	}
	return batch_add(st, &batch, slots, n, why);
}

static enum err add_batches(struct store *st, const struct store_flush *flush, struct row *rows,
	size_t n, struct why *why)
{
	enum err err = OK;
	size_t end;

	qsort(rows, n, sizeof(*rows), by_batch);
	for (size_t i = 0; err == OK && i < n && !rows[i].is_apart; i = end) {
		for (end = i + 1; end < n && by_batch(&rows[i], &rows[end]) == 0;)
			end++;
		err = add_batch(st, flush, &rows[i], end - i, why);
	}
	return err;
}

/* ---- statistics ---- */

static const struct sql_rows slot_rows = {
	"INSERT INTO slot (pool_id, period, worker_id, account_id, work, shares, first_ms, last_ms)"
	" VALUES ",
	"(?, ?, ?, ?, ?, ?, ?, ?)",
	" {conflict pool_id, period, worker_id} work = work + {new work},"
	" shares = shares + {new shares},"
	" first_ms = CASE WHEN {new first_ms} < first_ms THEN {new first_ms} ELSE first_ms END,"
	" last_ms = CASE WHEN {new last_ms} > last_ms THEN {new last_ms} ELSE last_ms END",
	8,
};

/* All flushes touch slots in the same order, so that two are not in each other's way. */
static int by_slot(const void *left, const void *right)
{
	const struct row *a = left, *b = right;
	int64_t p = period_of(a->minute), q = period_of(b->minute);

	if (a->pool != b->pool)
		return a->pool < b->pool ? -1 : 1;
	if (p != q)
		return p < q ? -1 : 1;
	return (a->slot.worker > b->slot.worker) - (a->slot.worker < b->slot.worker);
}

static enum err add_slots(struct store *st, struct row *rows, size_t n, struct why *why)
{
	struct sql_value *values = NEW_ARRAY(struct sql_value, n * slot_rows.values + 1);
	size_t count = 0;
	enum err err;

	qsort(rows, n, sizeof(*rows), by_slot);
	for (size_t i = 0, end; i < n; i = end) {
		const struct row *r = &rows[i];
		int64_t work = 0, shares = 0, first_ms = r->last_ms, last_ms = r->last_ms;

		for (end = i; end < n && by_slot(r, &rows[end]) == 0; end++) {
			work += rows[end].slot.work;
			shares += rows[end].slot.shares;
			if (rows[end].last_ms < first_ms)
				first_ms = rows[end].last_ms;
			if (rows[end].last_ms > last_ms)
				last_ms = rows[end].last_ms;
		}
		memcpy(&values[count++ * slot_rows.values],
			(struct sql_value[]){INT(r->pool), INT(period_of(r->minute)),
				INT(r->slot.worker), INT(r->slot.account), INT(work), INT(shares),
				INT(first_ms), INT(last_ms)},
			slot_rows.values * sizeof(*values));
	}
	err = sql_run_rows(st, &slot_rows, values, count, NULL, why);
	free(values);
	return err;
}

/* ---- all of it, as one transaction ---- */

/* From `from` and from nowhere else, in one statement: of two that bring the same batch one finds
 * the cursor moved. An epoch has no row before its first batch. */
static enum err move_cursor(struct store *st, const struct store_flush *flush, struct why *why)
{
	int64_t seq;
	bool has_moved;
	enum err err = sql_run(st,
		"UPDATE journal_cursor SET seq = ? WHERE node_id = ? AND epoch = ? AND seq = ?",
		BINDS(INT(flush->through_seq), INT(flush->node), INT(flush->epoch),
			INT(flush->from_seq)),
		why);

	has_moved = err == OK && sql_changed(st) == 1;
	if (err == OK && !has_moved && flush->from_seq == 0)
		err = sql_add(st,
			"INSERT INTO journal_cursor (node_id, epoch, seq) VALUES (?, ?, ?)",
			BINDS(INT(flush->node), INT(flush->epoch), INT(flush->through_seq)),
			&has_moved, why);
	if (err != OK || has_moved)
		return err;
	err = store_slot_cursor(st, flush->node, flush->epoch, &seq, why);
	if (err == OK)
		err = err_fail(why, ERR_CONFLICT,
			"node %" PRId64 ", epoch %" PRId64 ": counted up to record %" PRId64
			", the batch begins after %" PRId64,
			flush->node, flush->epoch, seq, flush->from_seq);
	return err;
}

/* Never back: a node that starts anew says what it knows, which may be less. */
static enum err move_flushed(
	struct store *st, int64_t node, const struct store_flushed *flushed, struct why *why)
{
	return sql_run(st,
		"INSERT INTO node_pool (node_id, pool_id, flushed_through) VALUES (?, ?, ?)"
		" {conflict node_id, pool_id} flushed_through ="
		" CASE WHEN {new flushed_through} > flushed_through THEN {new flushed_through}"
		" ELSE flushed_through END",
		BINDS(INT(node), INT(flushed->pool), INT(flushed->through)), why);
}

static enum err add_work(struct store *st, const struct store_flush *flush, struct why *why)
{
	struct row *rows;
	enum err err = make_rows(st, flush, &rows, why);

	if (err == OK)
		err = add_batches(st, flush, rows, flush->slots_n, why);
	if (err == OK)
		err = add_slots(st, rows, flush->slots_n, why);
	free(rows);
	return err;
}

static enum err flush_all(struct store *st, void *ctx, struct why *why)
{
	const struct store_flush *flush = ctx;
	enum err err = sql_share_turn(st, why); /* no round is closed meanwhile */

	if (err == OK)
		err = move_cursor(st, flush, why);
	if (err == OK)
		err = add_work(st, flush, why);
	for (size_t i = 0; err == OK && i < flush->flushed_n; i++)
		err = move_flushed(st, flush->node, &flush->flushed[i], why);
	return err;
}

enum err store_slot_flush(struct store *st, const struct store_flush *flush, struct why *why)
{
	assert(flush->through_seq >= flush->from_seq);
	return sql_transaction(st, flush_all, (void *)flush, why);
}

/* ---- rejected shares ---- */

struct rejects {
	const struct store_reject *list;
	size_t n;
};

static const struct sql_rows reject_rows = {
	"INSERT INTO reject (pool_id, period, worker_id, kind, account_id, count) VALUES ",
	"(?, ?, ?, ?, ?, ?)",
	" {conflict pool_id, period, worker_id, kind} count = count + {new count}",
	6,
};

static enum err add_rejects(struct store *st, void *ctx, struct why *why)
{
	const struct rejects *rejects = ctx;
	struct ids_name *names = NEW_ARRAY(struct ids_name, rejects->n + 1);
	struct ids *ids = NEW_ARRAY(struct ids, rejects->n + 1);
	struct sql_value *values = NEW_ARRAY(struct sql_value, rejects->n * reject_rows.values + 1);
	enum err err;

	for (size_t i = 0; i < rejects->n; i++) {
		const struct store_reject *r = &rejects->list[i];

		names[i] = (struct ids_name){r->pool, r->address, r->worker};
	}
	err = ids_find(st, names, rejects->n, ids, why);
	for (size_t i = 0; err == OK && i < rejects->n; i++) {
		const struct store_reject *r = &rejects->list[i];

		memcpy(&values[i * reject_rows.values],
			(struct sql_value[]){INT(r->pool), INT(period_of(r->minute)),
				INT(ids[i].worker), INT(r->kind), INT(ids[i].account),
				INT(r->count)},
			reject_rows.values * sizeof(*values));
	}
	if (err == OK)
		err = sql_run_rows(st, &reject_rows, values, rejects->n, NULL, why);
	free(names);
	free(ids);
	free(values);
	return err;
}

enum err store_reject_add(
	struct store *st, const struct store_reject *rejects, size_t n, struct why *why)
{
	return sql_transaction(st, add_rejects, &(struct rejects){rejects, n}, why);
}
