/* stats.c -- accounts, workers and hash rates for pages and charts. */
#include "store/store_stats.h"

#include "base/mem.h"
#include "store/slot_priv.h"
#include "store/sql_priv.h"

#define SERIES_MAX 5000

enum err store_account_find(
	struct store *st, int64_t pool, const char *address, int64_t *out_id, struct why *why)
{
	return sql_one(st, "SELECT id FROM account WHERE pool_id = ? AND address = ?",
		BINDS(INT(pool), TEXT(address)), out_id, why);
}

/* ---- sums ---- */

static void read_pool_sum(const struct sql *q, void *row)
{
	*(struct store_sum *)row = (struct store_sum){
		.work = sql_int(q, 0), .shares = sql_int(q, 1), .last_ms = sql_int(q, 2)};
}

enum err store_sum_pool(struct store *st, int64_t pool, int64_t from_minute, int64_t through_minute,
	struct store_sum *out, struct why *why)
{
	static const struct sql_type sum_row = {sizeof(struct store_sum), read_pool_sum, NULL};

	return sql_get(st, &sum_row,
		"SELECT COALESCE(SUM(work), 0), COALESCE(SUM(shares), 0), COALESCE(MAX(last_ms), 0)"
		" FROM batch WHERE pool_id = ? AND minute BETWEEN ? AND ?",
		BINDS(INT(pool), INT(from_minute), INT(through_minute)), out, why);
}

/*
 * A window's slots: the sums of whole periods, and apart those of the one in which it begins. The
 * caller asks for "s.period > ?" with WINDOW_AFTER.
 */
#define WINDOW_COLUMNS                                                                             \
	"COALESCE(SUM(CASE WHEN s.period < ? THEN 0 ELSE s.work END), 0) AS work,"                 \
	" COALESCE(SUM(CASE WHEN s.period < ? THEN 0 ELSE s.shares END), 0) AS shares,"            \
	" COALESCE(SUM(CASE WHEN s.period < ? THEN s.work ELSE 0 END), 0) AS edge_work,"           \
	" COALESCE(SUM(CASE WHEN s.period < ? THEN s.shares ELSE 0 END), 0) AS edge_shares,"       \
	" COALESCE(MIN(CASE WHEN s.period < ? THEN s.first_ms END), 0) AS edge_first_ms,"          \
	" COALESCE(MIN(s.first_ms), 0) AS first_ms, COALESCE(MAX(s.last_ms), 0) AS last_ms,"       \
	" CAST(? AS SIGNED) AS from_minute"
#define WINDOW_VALUES(from) INT(from), INT(from), INT(from), INT(from), INT(from), INT(from)
#define WINDOW_AFTER(from)  INT((from)-STORE_PERIOD_MINUTES)

/* The part of its first period that is in the window: as much of the time since the first share in
 * it, or since the period began. */
static int64_t part_of(int64_t sum, int64_t from_minute, int64_t first_ms)
{
	int64_t begin_ms = period_of(from_minute) * 60000, from_ms = from_minute * 60000;
	int64_t end_ms = begin_ms + STORE_PERIOD_MINUTES * 60000;

	if (first_ms > begin_ms)
		begin_ms = first_ms;
	if (begin_ms >= from_ms)
		return sum;
	return (int64_t)((__int128)sum * (end_ms - from_ms) / (end_ms - begin_ms));
}

static struct store_sum read_window(const struct sql *q, int column)
{
	int64_t edge_first_ms = sql_int(q, column + 4), from = sql_int(q, column + 7);

	return (struct store_sum){
		.work = sql_int(q, column) + part_of(sql_int(q, column + 2), from, edge_first_ms),
		.shares = sql_int(q, column + 1) +
			  part_of(sql_int(q, column + 3), from, edge_first_ms),
		.first_ms = sql_int(q, column + 5),
		.last_ms = sql_int(q, column + 6),
	};
}

static void read_sum(const struct sql *q, void *row)
{
	*(struct store_sum *)row = read_window(q, 0);
}

enum err store_sum_account(struct store *st, int64_t account, int64_t from_minute,
	int64_t through_minute, struct store_sum *out, struct why *why)
{
	static const struct sql_type sum_row = {sizeof(struct store_sum), read_sum, NULL};

	return sql_get(st, &sum_row,
		"SELECT " WINDOW_COLUMNS " FROM slot s WHERE s.account_id = ? AND s.period > ?"
		" AND s.period <= ?",
		BINDS(WINDOW_VALUES(from_minute), INT(account), WINDOW_AFTER(from_minute),
			INT(through_minute)),
		out, why);
}

static void read_active(const struct sql *q, void *row)
{
	*(struct store_active *)row = (struct store_active){sql_int(q, 0), sql_int(q, 1)};
}

enum err store_active(
	struct store *st, int64_t pool, int64_t since_ms, struct store_active *out, struct why *why)
{
	static const struct sql_type active_row = {sizeof(struct store_active), read_active, NULL};

	return sql_get(st, &active_row,
		"SELECT COUNT(DISTINCT account_id), COUNT(DISTINCT worker_id) FROM slot"
		" WHERE pool_id = ? AND period >= ? AND last_ms >= ?",
		BINDS(INT(pool), INT(period_of(since_ms / 60000)), INT(since_ms)), out, why);
}

static void read_miner(const struct sql *q, void *row)
{
	struct store_miner *miner = row;

	miner->account = sql_int(q, 0);
	str_copy(miner->address, sizeof miner->address, sql_str(q, 1));
	miner->workers = sql_int(q, 2);
	miner->sum = read_window(q, 3);
}

enum err store_miner_list(struct store *st, int64_t pool, int64_t from_minute, unsigned offset,
	unsigned limit, struct store_miner **out, size_t *out_n, struct why *why)
{
	static const struct sql_type miner_row = {sizeof(struct store_miner), read_miner, NULL};

	return sql_list(st, &miner_row,
		"SELECT a.id, a.address, COUNT(DISTINCT s.worker_id), " WINDOW_COLUMNS
		" FROM slot s JOIN account a ON a.id = s.account_id"
		" WHERE s.pool_id = ? AND s.period > ? GROUP BY a.id, a.address"
		" ORDER BY SUM(s.work) DESC, a.id LIMIT ? OFFSET ?",
		BINDS(WINDOW_VALUES(from_minute), INT(pool), WINDOW_AFTER(from_minute),
			INT(sql_limit(limit)), INT(offset)),
		out, out_n, why);
}

void store_free_miners(struct store_miner *rows)
{
	free(rows);
}

static void read_worker(const struct sql *q, void *row)
{
	struct store_worker *worker = row;

	worker->id = sql_int(q, 0);
	str_copy(worker->name, sizeof worker->name, sql_str(q, 1));
	worker->created_ms = sql_int(q, 2);
	worker->sum = read_window(q, 3);
}

static const struct sql_type worker_row = {sizeof(struct store_worker), read_worker, NULL};

#define WORKER_SELECT                                                                              \
	"SELECT w.id, w.name, w.created_ms, s.work, s.shares, s.edge_work, s.edge_shares,"         \
	" s.edge_first_ms, s.first_ms, s.last_ms, s.from_minute FROM worker w LEFT JOIN"           \
	" (SELECT s.worker_id, " WINDOW_COLUMNS " FROM slot s WHERE s.account_id = ?"              \
	" AND s.period > ? GROUP BY s.worker_id) s ON s.worker_id = w.id WHERE w.account_id = ?"

enum err store_worker_list(struct store *st, int64_t account, int64_t from_minute, int64_t before,
	unsigned limit, struct store_worker **out, size_t *out_n, struct why *why)
{
	return sql_list(st, &worker_row, WORKER_SELECT " AND w.id < ? ORDER BY w.id DESC LIMIT ?",
		BINDS(WINDOW_VALUES(from_minute), INT(account), WINDOW_AFTER(from_minute),
			INT(account), INT(sql_page(before)), INT(sql_limit(limit))),
		out, out_n, why);
}

enum err store_worker_get(struct store *st, int64_t account, const char *name, int64_t from_minute,
	struct store_worker *out, struct why *why)
{
	return sql_get(st, &worker_row, WORKER_SELECT " AND w.name = ?",
		BINDS(WINDOW_VALUES(from_minute), INT(account), WINDOW_AFTER(from_minute),
			INT(account), TEXT(name)),
		out, why);
}

void store_free_workers(struct store_worker *rows)
{
	free(rows);
}

/* ---- series ---- */

static void read_point(const struct sql *q, void *row)
{
	*(struct store_point *)row = (struct store_point){sql_int(q, 0), sql_int(q, 1)};
}

static const struct sql_type point_row = {sizeof(struct store_point), read_point, NULL};

#define SERIES(time, from_where)                                                                   \
	"SELECT " time " - " time " % ? AS step, SUM(work) FROM " from_where " AND " time          \
	" BETWEEN ? AND ? GROUP BY step ORDER BY step"

static enum err series(struct store *st, const char *text, int64_t id, int64_t from,
	int64_t through, int64_t step, struct store_point **out, size_t *out_n, struct why *why)
{
	if (step < 1 || (through - from) / step > SERIES_MAX)
		return err_fail(why, ERR_RANGE, "a series has at most %d steps", SERIES_MAX);
	return sql_list(st, &point_row, text, BINDS(INT(step), INT(id), INT(from), INT(through)),
		out, out_n, why);
}

enum err store_series_pool(struct store *st, int64_t pool, int64_t from_minute,
	int64_t through_minute, int64_t step, struct store_point **out, size_t *out_n,
	struct why *why)
{
	return series(st, SERIES("minute", "batch WHERE pool_id = ?"), pool, from_minute,
		through_minute, step, out, out_n, why);
}

enum err store_series_account(struct store *st, int64_t account, int64_t from_minute,
	int64_t through_minute, int64_t step, struct store_point **out, size_t *out_n,
	struct why *why)
{
	return series(st, SERIES("period", "slot WHERE account_id = ?"), account, from_minute,
		through_minute, step, out, out_n, why);
}

enum err store_series_worker(struct store *st, int64_t worker, int64_t from_minute,
	int64_t through_minute, int64_t step, struct store_point **out, size_t *out_n,
	struct why *why)
{
	return series(st,
		SERIES("period", "slot JOIN worker w ON w.account_id = slot.account_id AND w.id ="
				 " slot.worker_id WHERE w.id = ?"),
		worker, from_minute, through_minute, step, out, out_n, why);
}

void store_free_points(struct store_point *rows)
{
	free(rows);
}

/* ---- rejects ---- */

static void read_reject_sum(const struct sql *q, void *row)
{
	*(struct store_reject_sum *)row = (struct store_reject_sum){sql_int(q, 0), sql_int(q, 1)};
}

static const struct sql_type reject_row = {sizeof(struct store_reject_sum), read_reject_sum, NULL};

enum err store_reject_sums(struct store *st, int64_t pool, int64_t account, int64_t from_minute,
	struct store_reject_sum **out, size_t *out_n, struct why *why)
{
	if (account)
		return sql_list(st, &reject_row,
			"SELECT kind, SUM(count) FROM reject WHERE account_id = ? AND period >= ?"
			" GROUP BY kind ORDER BY kind",
			BINDS(INT(account), INT(period_of(from_minute))), out, out_n, why);
	return sql_list(st, &reject_row,
		"SELECT kind, SUM(count) FROM reject WHERE pool_id = ? AND period >= ?"
		" GROUP BY kind ORDER BY kind",
		BINDS(INT(pool), INT(period_of(from_minute))), out, out_n, why);
}

enum err store_reject_worker(struct store *st, int64_t account, int64_t worker, int64_t from_minute,
	struct store_reject_sum **out, size_t *out_n, struct why *why)
{
	return sql_list(st, &reject_row,
		"SELECT kind, SUM(count) FROM reject WHERE account_id = ? AND period >= ?"
		" AND worker_id = ? GROUP BY kind ORDER BY kind",
		BINDS(INT(account), INT(period_of(from_minute)), INT(worker)), out, out_n, why);
}

void store_free_reject_sums(struct store_reject_sum *rows)
{
	free(rows);
}

/* ---- samples ---- */

enum err store_sample_set(struct store *st, int64_t pool, int64_t minute, const char *kind,
	int64_t value, struct why *why)
{
	return sql_run(st,
		"INSERT INTO sample (pool_id, kind, minute, value) VALUES (?, ?, ?, ?)"
		" {conflict pool_id, kind, minute} value = {new value}",
		BINDS(INT(pool), TEXT(kind), INT(minute), INT(value)), why);
}

enum err store_sample_list(struct store *st, int64_t pool, const char *kind, int64_t from_minute,
	unsigned limit, struct store_point **out, size_t *out_n, struct why *why)
{
	return sql_list(st, &point_row,
		"SELECT minute, value FROM sample WHERE pool_id = ? AND kind = ? AND minute >= ?"
		" ORDER BY minute LIMIT ?",
		BINDS(INT(pool), TEXT(kind), INT(from_minute), INT(sql_limit(limit))), out, out_n,
		why);
}

enum err store_sample_series(struct store *st, int64_t pool, const char *kind, int64_t from_minute,
	int64_t through_minute, int64_t step, struct store_point **out, size_t *out_n,
	struct why *why)
{
	if (step < 1 || (through_minute - from_minute) / step > SERIES_MAX)
		return err_fail(why, ERR_RANGE, "a series has at most %d steps", SERIES_MAX);
	return sql_list(st, &point_row,
		"SELECT minute - minute % ? AS step, CAST(AVG(value) AS SIGNED) FROM sample"
		" WHERE pool_id = ? AND kind = ? AND minute BETWEEN ? AND ? GROUP BY step"
		" ORDER BY step",
		BINDS(INT(step), INT(pool), TEXT(kind), INT(from_minute), INT(through_minute)), out,
		out_n, why);
}
