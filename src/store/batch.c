/* batch.c -- batches: the packed work of a node at one height in one minute; in, and out again. */
#include <inttypes.h>
#include <string.h>

#include "base/map.h"
#include "base/mem.h"
#include "store/slot_priv.h"
#include "store/sql_priv.h"
#include "store/store_slot.h"

#define SMALL "4000" /* [bytes] below which a batch goes on with the row of the one before */

/* ---- in ---- */

struct row {
	int64_t from_seq, work, last_ms;
	struct pack_slot *slots;
	size_t n;
};

/* The slots of a row; they must be what its sum says. */
static enum err read_slots(const struct sql *q, int column, int64_t work, struct pack_slot **out,
	size_t *out_n, struct why *why)
{
	size_t len;
	const uint8_t *data = sql_bytes(q, column, &len);
	int64_t sum = 0;
	enum err err = pack_decode(data, len, out, out_n, why);

	for (size_t i = 0; err == OK && i < *out_n; i++)
		sum += (*out)[i].work;
	if (err == OK && sum != work) {
		free(*out);
		err = err_fail(why, ERR_CORRUPT,
			"a batch has work %" PRId64 ", its slots have %" PRId64, work, sum);
	}
	return err;
}

/* The row of this node, epoch, height and minute that has room. There is at most one, the last. */
static enum err find_small(
	struct store *st, const struct batch *b, struct row *out, bool *out_found, struct why *why)
{
	struct sql *q;
	enum err err = sql_open(st,
		"SELECT from_seq, work, last_ms, data FROM batch WHERE pool_id = ? AND height = ?"
		" AND minute = ? AND node_id = ? AND epoch = ? AND LENGTH(data) < " SMALL,
		BINDS(INT(b->pool), INT(b->height), INT(b->minute), INT(b->node), INT(b->epoch)),
		&q, why);

	if (err != OK)
		return err;
	err = sql_next(q, out_found, why);
	if (err == OK && *out_found) {
		*out = (struct row){sql_int(q, 0), sql_int(q, 1), sql_int(q, 2), NULL, 0};
		err = read_slots(q, 3, out->work, &out->slots, &out->n, why);
	}
	sql_close(q);
	return err;
}

static enum err write_row(struct store *st, const struct batch *b, struct pack_slot *slots,
	size_t n, bool is_new, struct why *why)
{
	struct buf data = {0};
	int64_t work = 0, shares = 0;
	enum err err;

	n = pack_sum(slots, n);
	pack_encode(slots, n, &data);
	for (size_t i = 0; i < n; i++) {
		bool overflow = __builtin_add_overflow(work, slots[i].work, &work);

		assert(!overflow);
		shares += slots[i].shares;
	}
	if (is_new)
		err = sql_run(st,
			"INSERT INTO batch (through_seq, work, shares, last_ms, data, pool_id,"
			" height, minute, node_id, epoch, from_seq)"
			" VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
			BINDS(INT(b->through_seq), INT(work), INT(shares), INT(b->last_ms),
				BYTES(data.data, data.len), INT(b->pool), INT(b->height),
				INT(b->minute), INT(b->node), INT(b->epoch), INT(b->from_seq)),
			why);
	else
		err = sql_run(st,
			"UPDATE batch SET through_seq = ?, work = ?, shares = ?, last_ms = ?,"
			" data = ? WHERE pool_id = ? AND height = ? AND minute = ?"
			" AND node_id = ? AND epoch = ? AND from_seq = ?",
			BINDS(INT(b->through_seq), INT(work), INT(shares), INT(b->last_ms),
				BYTES(data.data, data.len), INT(b->pool), INT(b->height),
				INT(b->minute), INT(b->node), INT(b->epoch), INT(b->from_seq)),
			why);
	buf_free(&data);
	return err;
}

/* A row belongs to one epoch of one node, whose cursor the transaction has moved: nobody else
 * touches it meanwhile. */
enum err batch_add(struct store *st, const struct batch *batch, struct pack_slot *slots, size_t n,
	struct why *why)
{
	struct batch b = *batch;
	struct row small = {0};
	bool is_there = false;
	enum err err = find_small(st, batch, &small, &is_there, why);

	if (err == OK && is_there) {
		slots = mem_realloc(slots, (n + small.n) * sizeof(*slots));
		memcpy(slots + n, small.slots, small.n * sizeof(*slots));
		n += small.n;
		b.from_seq = small.from_seq;
		if (small.last_ms > b.last_ms)
			b.last_ms = small.last_ms;
	}
	if (err == OK)
		err = write_row(st, &b, slots, n, !is_there, why);
	free(small.slots);
	free(slots);
	return err;
}

/* ---- out ---- */

/* *out_more: fn wants older ones too. */
static enum err give_row(const struct sql *q, int64_t height, store_slot_fn *fn, void *ctx,
	bool *out_more, struct why *why)
{
	struct pack_slot *slots;
	size_t n;
	enum err err = read_slots(q, 3, sql_int(q, 2), &slots, &n, why);

	if (err != OK)
		return err;
	for (size_t i = 0; *out_more && i < n; i++) {
		struct store_slot slot = {.height = height,
			.minute = sql_int(q, 0),
			.node = sql_int(q, 1),
			.account = slots[i].account,
			.worker = slots[i].worker,
			.work = slots[i].work};

		*out_more = fn(ctx, &slot);
	}
	free(slots);
	return OK;
}

static enum err walk_height(struct store *st, int64_t pool, int64_t height, store_slot_fn *fn,
	void *ctx, bool *out_more, struct why *why)
{
	bool has_row = true;
	struct sql *q;
	enum err err = sql_open(st,
		"SELECT minute, node_id, work, data FROM batch WHERE pool_id = ? AND height = ?"
		" ORDER BY minute DESC, node_id DESC, epoch DESC, from_seq DESC",
		BINDS(INT(pool), INT(height)), &q, why);

	if (err != OK)
		return err;
	while (*out_more && err == OK && (err = sql_next(q, &has_row, why)) == OK && has_row)
		err = give_row(q, height, fn, ctx, out_more, why);
	sql_close(q);
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
			"SELECT COALESCE(MAX(height), -1) FROM batch WHERE pool_id = ?"
			" AND height <= ?",
			BINDS(INT(pool), INT(height)), &height, why);
		if (err != OK || height < 0)
			return err;
		err = walk_height(st, pool, height, fn, ctx, &more, why);
	} while (err == OK && more && height-- > 0);
	return err;
}

/* ---- sums ---- */

struct round_work {
	int64_t from;
	struct map *sums; /* account → struct store_work */
};

static bool add_work(void *ctx, const struct store_slot *slot)
{
	struct round_work *round = ctx;
	struct store_work *sum;

	if (slot->height <= round->from)
		return false;
	sum = map_get(round->sums, &slot->account, sizeof(slot->account));
	if (!sum) {
		sum = NEW(struct store_work);
		sum->account = slot->account;
		map_set(round->sums, &slot->account, sizeof(slot->account), sum);
	}
	sum->work += slot->work;
	return true;
}

static int by_account(const void *left, const void *right)
{
	const struct store_work *a = left, *b = right;

	return (a->account > b->account) - (a->account < b->account);
}

enum err store_round_work(struct store *st, int64_t pool, int64_t from, int64_t through,
	struct store_work **out, size_t *out_n, struct why *why)
{
	struct round_work round = {from, map_new()};
	enum err err = store_slots_back(st, pool, through, add_work, &round, why);
	const struct store_work *sum;
	size_t pos = 0, n = 0;

	if (err == OK) {
		*out_n = map_count(round.sums);
		*out = *out_n > 0 ? NEW_ARRAY(struct store_work, *out_n) : NULL;
		while ((sum = map_next(round.sums, &pos, NULL, NULL)))
			(*out)[n++] = *sum;
		if (n > 0)
			qsort(*out, n, sizeof(**out), by_account);
	}
	map_free(round.sums, free);
	return err;
}

void store_free_works(struct store_work *rows)
{
	free(rows);
}

enum err store_round_total(struct store *st, int64_t pool, int64_t from, int64_t through,
	int64_t *out_work, struct why *why)
{
	return sql_one(st,
		"SELECT COALESCE(SUM(work), 0) FROM batch WHERE pool_id = ? AND height > ?"
		" AND height <= ?",
		BINDS(INT(pool), INT(from), INT(through)), out_work, why);
}
