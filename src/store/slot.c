/* slot.c -- slots: counted exactly once on the way in, in order on the way out. */
#include "store/store_slot.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/map.h"
#include "base/mem.h"
#include "store/sql_priv.h"
#include "store/store_block.h"

#define IDS_MAX 200000 /* of accounts and workers that a handle knows */

/* ---- in ---- */

enum err store_slot_cursor(
	struct store *st, int64_t node, int64_t epoch, int64_t *out_seq, struct why *why)
{
	return sql_one(st,
		"SELECT COALESCE(MAX(seq), 0) FROM journal_cursor WHERE node_id = ? AND epoch = ?",
		BINDS(INT(node), INT(epoch)), out_seq, why);
}

#define ACCOUNT_SELECT "SELECT id FROM account WHERE pool_id = ? AND address = ?"

enum err store_account_ensure(
	struct store *st, int64_t pool, const char *address, int64_t *out_id, struct why *why)
{
	bool is_new;
	enum err err = sql_one(st, ACCOUNT_SELECT, BINDS(INT(pool), TEXT(address)), out_id, why);

	if (err != ERR_NOT_FOUND)
		return err;
	/* Somebody else may make it in between. */
	err = sql_add(st, "INSERT INTO account (pool_id, address, created_ms) VALUES (?, ?, ?)",
		BINDS(INT(pool), TEXT(address), INT(clock_wall_ms())), &is_new, why);
	if (err == OK)
		err = sql_one(st, ACCOUNT_SELECT, BINDS(INT(pool), TEXT(address)), out_id, why);
	return err;
}

#define WORKER_SELECT "SELECT id FROM worker WHERE account_id = ? AND name = ?"

static enum err worker_ensure(
	struct store *st, int64_t account, const char *name, int64_t *out_id, struct why *why)
{
	bool is_new;
	enum err err = sql_one(st, WORKER_SELECT, BINDS(INT(account), TEXT(name)), out_id, why);

	if (err != ERR_NOT_FOUND)
		return err;
	err = sql_add(st, "INSERT INTO worker (account_id, name, created_ms) VALUES (?, ?, ?)",
		BINDS(INT(account), TEXT(name), INT(clock_wall_ms())), &is_new, why);
	if (err == OK)
		err = sql_one(st, WORKER_SELECT, BINDS(INT(account), TEXT(name)), out_id, why);
	return err;
}

struct ids {
	int64_t account, worker;
};

/* Who has worked before is known by heart: accounts and workers are never deleted. */
static enum err both_ensure(struct store *st, int64_t pool, const char *address, const char *name,
	struct ids *out, struct why *why)
{
	char key[32 + STORE_ADDRESS_MAX + STORE_WORKER_MAX];
	int len = snprintf(key, sizeof key, "%" PRId64 " %s %s", pool, address, name);
	struct ids *known = map_get(st->ids, key, (size_t)len), ids;
	enum err err;

	if ((size_t)len >= sizeof key)
		return err_fail(why, ERR_RANGE, "too long: %s.%s", address, name);
	if (known) {
		*out = *known;
		return OK;
	}
	err = store_account_ensure(st, pool, address, &ids.account, why);
	if (err == OK)
		err = worker_ensure(st, ids.account, name, &ids.worker, why);
	if (err != OK)
		return err;
	if (map_count(st->ids) >= IDS_MAX) {
		map_free(st->ids, free);
		st->ids = map_new();
	}
	map_set(st->ids, key, (size_t)len, mem_dup(&ids, sizeof ids));
	*out = ids;
	return OK;
}

/* The greatest height that is paid: work that comes late must not change it. */
static enum err closed_through(struct store *st, int64_t pool, int64_t *out, struct why *why)
{
	return sql_one(st,
		"SELECT COALESCE(MAX(height), 0) FROM block WHERE pool_id = ? AND state IN (?, ?)",
		BINDS(INT(pool), INT(STORE_BLOCK_IMMATURE), INT(STORE_BLOCK_MATURE)), out, why);
}

/* ---- many rows with one statement ---- */

#define SLOT_INSERT                                                                                \
	"INSERT INTO slot (pool_id, height, minute, worker_id, node_id, account_id, work, shares," \
	" last_ms) VALUES "
#define SLOT_CONFLICT                                                                              \
	" {conflict pool_id, height, minute, worker_id, node_id} work = work + {new work},"        \
	" shares = shares + {new shares},"                                                         \
	" last_ms = CASE WHEN {new last_ms} > last_ms THEN {new last_ms} ELSE last_ms END"

#define ROW      "(?, ?, ?, ?, ?, ?, ?, ?, ?)"
#define ROW_OF   9
#define ROWS_4   ROW ", " ROW ", " ROW ", " ROW
#define ROWS_16  ROWS_4 ", " ROWS_4 ", " ROWS_4 ", " ROWS_4
#define ROWS_64  ROWS_16 ", " ROWS_16 ", " ROWS_16 ", " ROWS_16
#define ROWS_MAX 64

/* The largest that there are rows for; so that few statements have to be prepared. */
static const struct {
	size_t rows;
	const char *text;
} inserts[] = {
	{ROWS_MAX, SLOT_INSERT ROWS_64 SLOT_CONFLICT},
	{16, SLOT_INSERT ROWS_16 SLOT_CONFLICT},
	{4, SLOT_INSERT ROWS_4 SLOT_CONFLICT},
	{1, SLOT_INSERT ROW SLOT_CONFLICT},
};

static enum err insert_slots(
	struct store *st, const struct sql_value *values, size_t rows, struct why *why)
{
	enum err err = OK;

	for (size_t i = 0; err == OK && rows > 0;) {
		if (rows < inserts[i].rows) {
			i++;
			continue;
		}
		err = sql_run(st, inserts[i].text, values, inserts[i].rows * ROW_OF, why);
		values += inserts[i].rows * ROW_OF;
		rows -= inserts[i].rows;
	}
	return err;
}

/* Work at a height that is paid counts at the next one. */
static enum err slot_values(struct store *st, int64_t node, const struct store_slot_add *slot,
	int64_t closed, struct sql_value out[ROW_OF], struct why *why)
{
	struct ids ids = {0};
	enum err err = both_ensure(st, slot->pool, slot->address, slot->worker, &ids, why);
	const struct sql_value values[ROW_OF] = {INT(slot->pool),
		INT(slot->height > closed ? slot->height : closed + 1), INT(slot->minute),
		INT(ids.worker), INT(node), INT(ids.account), INT(slot->work), INT(slot->shares),
		INT(slot->last_ms)};

	if (err == OK)
		memcpy(out, values, sizeof values);
	return err;
}

static enum err add_slots(struct store *st, const struct store_flush *flush, struct why *why)
{
	struct sql_value values[ROWS_MAX * ROW_OF];
	int64_t pool = 0, closed = 0; /* no pool has the id 0 */
	size_t rows = 0;
	enum err err = OK;

	for (size_t i = 0; err == OK && i < flush->slots_n; i++) {
		const struct store_slot_add *slot = &flush->slots[i];

		if (slot->pool != pool)
			err = closed_through(st, slot->pool, &closed, why);
		pool = slot->pool;
		if (err == OK)
			err = slot_values(
				st, flush->node, slot, closed, &values[rows * ROW_OF], why);
		if (err == OK && ++rows == ROWS_MAX) {
			err = insert_slots(st, values, rows, why);
			rows = 0;
		}
	}
	return err == OK ? insert_slots(st, values, rows, why) : err;
}

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

static enum err flush_all(struct store *st, void *ctx, struct why *why)
{
	const struct store_flush *flush = ctx;
	enum err err = sql_share_turn(st, why); /* no round is closed meanwhile */

	if (err == OK)
		err = move_cursor(st, flush, why);
	if (err == OK)
		err = add_slots(st, flush, why);
	for (size_t i = 0; err == OK && i < flush->flushed_n; i++)
		err = move_flushed(st, flush->node, &flush->flushed[i], why);
	return err;
}

enum err store_slot_flush(struct store *st, const struct store_flush *flush, struct why *why)
{
	assert(flush->through_seq >= flush->from_seq);
	return sql_transaction(st, flush_all, (void *)flush, why);
}

static enum err add_reject(
	struct store *st, int64_t node, const struct store_reject *reject, struct why *why)
{
	struct ids ids;
	enum err err = both_ensure(st, reject->pool, reject->address, reject->worker, &ids, why);

	if (err != OK)
		return err;
	return sql_run(st,
		"INSERT INTO reject (node_id, pool_id, minute, worker_id, kind, account_id, count)"
		" VALUES (?, ?, ?, ?, ?, ?, ?)"
		" {conflict pool_id, minute, worker_id, kind, node_id} count = count + {new count}",
		BINDS(INT(node), INT(reject->pool), INT(reject->minute), INT(ids.worker),
			INT(reject->kind), INT(ids.account), INT(reject->count)),
		why);
}

struct rejects {
	int64_t node;
	const struct store_reject *list;
	size_t n;
};

static enum err add_rejects(struct store *st, void *ctx, struct why *why)
{
	const struct rejects *rejects = ctx;
	enum err err = OK;

	for (size_t i = 0; err == OK && i < rejects->n; i++)
		err = add_reject(st, rejects->node, &rejects->list[i], why);
	return err;
}

enum err store_reject_add(struct store *st, int64_t node, const struct store_reject *rejects,
	size_t n, struct why *why)
{
	return sql_transaction(st, add_rejects, &(struct rejects){node, rejects, n}, why);
}

/* ---- out ---- */

static void read_work(const struct sql *q, void *row)
{
	*(struct store_work *)row = (struct store_work){sql_int(q, 0), sql_int(q, 1)};
}

enum err store_round_work(struct store *st, int64_t pool, int64_t from, int64_t through,
	struct store_work **out, size_t *out_n, struct why *why)
{
	static const struct sql_type work_row = {sizeof(struct store_work), read_work, NULL};

	return sql_list(st, &work_row,
		"SELECT account_id, SUM(work) FROM slot WHERE pool_id = ? AND height > ?"
		" AND height <= ? GROUP BY account_id ORDER BY account_id",
		BINDS(INT(pool), INT(from), INT(through)), out, out_n, why);
}

void store_free_works(struct store_work *rows)
{
	free(rows);
}

enum err store_round_total(struct store *st, int64_t pool, int64_t from, int64_t through,
	int64_t *out_work, struct why *why)
{
	return sql_one(st,
		"SELECT COALESCE(SUM(work), 0) FROM slot WHERE pool_id = ? AND height > ?"
		" AND height <= ?",
		BINDS(INT(pool), INT(from), INT(through)), out_work, why);
}

static struct store_slot read_slot(const struct sql *q)
{
	return (struct store_slot){
		.height = sql_int(q, 0),
		.minute = sql_int(q, 1),
		.worker = sql_int(q, 2),
		.node = sql_int(q, 3),
		.account = sql_int(q, 4),
		.work = sql_int(q, 5),
	};
}

/* The slots of one height; *out_more: fn wants those before it too. */
static enum err walk_height(struct store *st, int64_t pool, int64_t height, store_slot_fn *fn,
	void *ctx, bool *out_more, struct why *why)
{
	bool has_row = true, more = true;
	struct sql *q;
	enum err err = sql_open(st,
		"SELECT height, minute, worker_id, node_id, account_id, work FROM slot"
		" WHERE pool_id = ? AND height = ? ORDER BY minute DESC, worker_id, node_id",
		BINDS(INT(pool), INT(height)), &q, why);

	if (err != OK)
		return err;
	while (more && (err = sql_next(q, &has_row, why)) == OK && has_row) {
		struct store_slot slot = read_slot(q);

		more = fn(ctx, &slot);
	}
	sql_close(q);
	*out_more = more;
	return err;
}

/* By height, since an engine may have to bring all rows of a question before the first is seen. */
enum err store_slots_back(struct store *st, int64_t pool, int64_t from_height, store_slot_fn *fn,
	void *ctx, struct why *why)
{
	int64_t height = from_height;
	bool more = true;
	enum err err;

	do {
		err = sql_one(st,
			"SELECT COALESCE(MAX(height), -1) FROM slot WHERE pool_id = ?"
			" AND height <= ?",
			BINDS(INT(pool), INT(height)), &height, why);
		if (err != OK || height < 0)
			return err;
		err = walk_height(st, pool, height, fn, ctx, &more, why);
	} while (err == OK && more && height-- > 0);
	return err;
}
