/* keep.c -- see store_keep.h. */
#include "store/store_keep.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "store/engine_priv.h"
#include "store/store_block.h"

#define DAY          1440 /* [minutes] */
#define DAYS_AHEAD   7
#define BITES        100 /* deleted in one call, from each table of a pool */
#define WINDOW_TWICE 2
#define HEIGHT_MAX   "9223372036854775807"

/* A day's part is called p<minute>: its rows are from before that minute; `later` has the rest. */
static const struct kept {
	const char *table;
	const char *bite; /* deletes the oldest minute of a pool, when it is before */
} statistics[] = {
	{"slot", "DELETE FROM slot WHERE pool_id = ? AND period < ? AND period ="
		 " (SELECT first FROM (SELECT MIN(period) AS first FROM slot WHERE pool_id "
		 "= ?) f)"},
	{"reject", "DELETE FROM reject WHERE pool_id = ? AND period < ? AND period ="
		   " (SELECT first FROM (SELECT MIN(period) AS first FROM reject"
		   " WHERE pool_id = ?) f)"},
};
static const struct kept batches = {"batch", NULL};

/* ---- which work may be needed ---- */

/* The greatest height whose work is paid for good: its block and all before it are mature. */
static enum err settled_through(struct store *st, int64_t pool, int64_t *out, struct why *why)
{
	return sql_one(st,
		"SELECT COALESCE(MAX(height), 0) FROM block WHERE pool_id = ? AND state = ?"
		" AND height < (SELECT COALESCE(MIN(height), " HEIGHT_MAX ") FROM block"
		" WHERE pool_id = ? AND state IN (?, ?))",
		BINDS(INT(pool), INT(STORE_BLOCK_MATURE), INT(pool), INT(STORE_BLOCK_PENDING),
			INT(STORE_BLOCK_IMMATURE)),
		out, why);
}

/* Rounded up, and at least 1: the last settled height stays. */
static __int128 window_work(int64_t network_work, int64_t window_ppm)
{
	__int128 work = (__int128)network_work * window_ppm * WINDOW_TWICE;

	return work > 0 ? (work + 999999) / 1000000 : 1;
}

/* Work below *out is not needed any more: by open rounds, nor by a window that ends with them. */
static enum err needed_from(
	struct store *st, int64_t pool, int64_t window_ppm, int64_t *out, struct why *why)
{
	int64_t settled, network_work, from = 0;
	__int128 left;
	bool has_row = true;
	struct sql *q;
	enum err err = settled_through(st, pool, &settled, why);

	if (err == OK)
		err = sql_one(st,
			"SELECT COALESCE(MAX(network_work), 0) FROM block WHERE pool_id = ?",
			BINDS(INT(pool)), &network_work, why);
	if (err == OK)
		err = sql_open(st,
			"SELECT height, SUM(work) FROM batch WHERE pool_id = ? AND height <= ?"
			" GROUP BY height ORDER BY height DESC",
			BINDS(INT(pool), INT(settled)), &q, why);
	if (err != OK)
		return err;
	left = window_work(network_work, window_ppm);
	while (left > 0 && (err = sql_next(q, &has_row, why)) == OK && has_row) {
		from = sql_int(q, 0);
		left -= sql_int(q, 1);
	}
	sql_close(q);
	if (err == OK)
		*out = left > 0 ? 0 : from;
	return err;
}

/* Work of before this minute may go, if it is not needed. */
static int64_t work_before(const struct store_keep *keep, int64_t now)
{
	return keep->work_ms > 0 ? now - keep->work_ms / 60000 : 0;
}

/* ---- parts, on a server ---- */

static void read_end(const struct sql *q, void *row)
{
	*(int64_t *)row = strtoll(sql_str(q, 0), NULL, 10);
}

static enum err parts_of(
	struct store *st, const struct kept *k, int64_t **out, size_t *out_n, struct why *why)
{
	static const struct sql_type end = {sizeof(int64_t), read_end, NULL};

	return sql_list(st, &end,
		"SELECT partition_description FROM information_schema.partitions"
		" WHERE table_schema = DATABASE() AND table_name = ?"
		" AND partition_description <> 'MAXVALUE' ORDER BY partition_ordinal_position",
		BINDS(TEXT(k->table)), out, out_n, why);
}

static enum err change(struct store *st, struct buf *text, struct why *why)
{
	enum err err;

	buf_add_str(text, ";\n");
	err = st->engine->type->script(st->engine, buf_str(text), why);
	buf_free(text);
	return err;
}

/* Parts up to some days from now, out of `later`. */
static enum err make_ahead(
	struct store *st, const struct kept *k, int64_t now, int64_t last, struct why *why)
{
	int64_t end = now / DAY * DAY + DAY;
	struct buf text = {0};

	buf_printf(&text, "ALTER TABLE %s REORGANIZE PARTITION later INTO (", k->table);
	if (last >= end + DAYS_AHEAD * DAY) {
		buf_free(&text);
		return OK;
	}
	for (unsigned i = 0; i <= DAYS_AHEAD; i++, end += DAY) {
		if (end > last)
			buf_printf(&text, "PARTITION p%" PRId64 " VALUES LESS THAN (%" PRId64 "), ",
				end, end);
	}
	buf_add_str(&text, "PARTITION later VALUES LESS THAN MAXVALUE)");
	return change(st, &text, why);
}

/* Clocks differ, so a day's part may hold work of any height. */
static enum err is_needed(
	struct store *st, int64_t end, int64_t window_ppm, bool *out, struct why *why)
{
	struct store_pool *pools;
	size_t n;
	enum err err = store_pool_list(st, &pools, &n, why);

	*out = false;
	for (size_t i = 0; err == OK && !*out && i < n; i++) {
		int64_t from, count = 0;

		err = needed_from(st, pools[i].id, window_ppm, &from, why);
		if (err == OK)
			err = sql_one(st,
				"SELECT COUNT(*) FROM batch WHERE minute < ? AND pool_id = ?"
				" AND height >= ?",
				BINDS(INT(end), INT(pools[i].id), INT(from)), &count, why);
		*out = count > 0;
	}
	if (n > 0)
		store_free_pools(pools);
	return err;
}

static enum err keep_parts(struct store *st, const struct kept *k, int64_t now, int64_t before,
	int64_t window_ppm, struct why *why)
{
	int64_t *ends = NULL;
	size_t n = 0;
	enum err err = parts_of(st, k, &ends, &n, why);

	if (err == OK)
		err = make_ahead(st, k, now, n > 0 ? ends[n - 1] : 0, why);
	for (size_t i = 0; err == OK && i < n && ends[i] <= before; i++) {
		struct buf text = {0};
		bool needed = false;

		if (k == &batches)
			err = is_needed(st, ends[i], window_ppm, &needed, why);
		if (err != OK || needed)
			break;
		buf_printf(&text, "ALTER TABLE %s DROP PARTITION p%" PRId64, k->table, ends[i]);
		err = change(st, &text, why);
	}
	free(ends);
	return err;
}

/* ---- bites, in a file ---- */

static enum err bite_statistics(struct store *st, int64_t pool, const struct kept *k,
	int64_t before, bool *out_more, struct why *why)
{
	enum err err = OK;

	for (unsigned i = 0; err == OK && i < BITES; i++) {
		err = sql_run(st, k->bite, BINDS(INT(pool), INT(before), INT(pool)), why);
		if (err == OK && sql_changed(st) == 0)
			return OK;
	}
	*out_more = err == OK;
	return err;
}

static enum err bite_work(struct store *st, int64_t pool, int64_t before, int64_t window_ppm,
	bool *out_more, struct why *why)
{
	int64_t from;
	enum err err = needed_from(st, pool, window_ppm, &from, why);

	for (unsigned i = 0; err == OK && i < BITES; i++) {
		err = sql_run(st,
			"DELETE FROM batch WHERE pool_id = ? AND height < ? AND minute < ? AND "
			"height ="
			" (SELECT first FROM (SELECT MIN(height) AS first FROM batch"
			" WHERE pool_id = ?) f)",
			BINDS(INT(pool), INT(from), INT(before), INT(pool)), why);
		if (err == OK && sql_changed(st) == 0)
			return OK;
	}
	*out_more = err == OK;
	return err;
}

static enum err keep_rows(struct store *st, const struct store_keep *keep, int64_t now,
	bool *out_more, struct why *why)
{
	struct store_pool *pools;
	size_t n;
	enum err err = store_pool_list(st, &pools, &n, why);

	if (err != OK)
		return err;
	for (size_t i = 0; err == OK && i < n; i++) {
		for (size_t k = 0; err == OK && k < ARRAY_LEN(statistics); k++)
			err = bite_statistics(st, pools[i].id, &statistics[k],
				now - keep->statistics_ms / 60000, out_more, why);
		if (err == OK)
			err = bite_work(st, pools[i].id, work_before(keep, now), keep->window_ppm,
				out_more, why);
	}
	store_free_pools(pools);
	return err;
}

enum err store_keep(
	struct store *st, const struct store_keep *keep, bool *out_more, struct why *why)
{
	int64_t now;
	bool more = false;
	enum err err = sql_one(st, "SELECT {now}", NO_BINDS, &now, why);

	now /= 60000;
	if (err == OK && !st->engine->type->has_parts)
		err = keep_rows(st, keep, now, &more, why);
	for (size_t k = 0; err == OK && st->engine->type->has_parts && k < ARRAY_LEN(statistics);
		k++)
		err = keep_parts(
			st, &statistics[k], now, now - keep->statistics_ms / 60000, 0, why);
	if (err == OK && st->engine->type->has_parts)
		err = keep_parts(st, &batches, now, work_before(keep, now), keep->window_ppm, why);
	if (err == OK)
		*out_more = more;
	return err;
}
