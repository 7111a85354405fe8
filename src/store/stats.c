/* stats.c -- accounts, workers and hash rates for pages and charts. */
#include "store/store_stats.h"

#include "base/mem.h"
#include "store/sql_priv.h"

#define SERIES_MAX 5000

enum err store_account_find(
	struct store *st, int64_t pool, const char *address, int64_t *out_id, struct why *why)
{
	return sql_one(st, "SELECT id FROM account WHERE pool_id = ? AND address = ?",
		BINDS(INT(pool), TEXT(address)), out_id, why);
}

/* ---- sums ---- */

static void read_sum(const struct sql *q, void *row)
{
	struct store_sum *sum = row;

	sum->work = sql_int(q, 0);
	sum->shares = sql_int(q, 1);
	sum->accounts = sql_int(q, 2);
	sum->workers = sql_int(q, 3);
	sum->last_ms = sql_int(q, 4);
}

static const struct sql_type sum_row = {sizeof(struct store_sum), read_sum, NULL};

#define SUM_SELECT                                                                                 \
	"SELECT COALESCE(SUM(work), 0), COALESCE(SUM(shares), 0), COUNT(DISTINCT account_id),"     \
	" COUNT(DISTINCT worker_id), COALESCE(MAX(last_ms), 0) FROM slot"

enum err store_sum_pool(struct store *st, int64_t pool, int64_t from_minute, int64_t through_minute,
	struct store_sum *out, struct why *why)
{
	return sql_get(st, &sum_row, SUM_SELECT " WHERE pool_id = ? AND minute BETWEEN ? AND ?",
		BINDS(INT(pool), INT(from_minute), INT(through_minute)), out, why);
}

enum err store_sum_account(struct store *st, int64_t account, int64_t from_minute,
	int64_t through_minute, struct store_sum *out, struct why *why)
{
	return sql_get(st, &sum_row, SUM_SELECT " WHERE account_id = ? AND minute BETWEEN ? AND ?",
		BINDS(INT(account), INT(from_minute), INT(through_minute)), out, why);
}

static void read_miner(const struct sql *q, void *row)
{
	struct store_miner *miner = row;

	miner->account = sql_int(q, 0);
	str_copy(miner->address, sizeof miner->address, sql_str(q, 1));
	miner->work = sql_int(q, 2);
	miner->shares = sql_int(q, 3);
	miner->workers = sql_int(q, 4);
	miner->last_ms = sql_int(q, 5);
}

enum err store_miner_list(struct store *st, int64_t pool, int64_t from_minute, unsigned offset,
	unsigned limit, struct store_miner **out, size_t *out_n, struct why *why)
{
	static const struct sql_type miner_row = {sizeof(struct store_miner), read_miner, NULL};

	return sql_list(st, &miner_row,
		"SELECT a.id, a.address, s.work, s.shares, s.workers, s.last_ms FROM"
		" (SELECT account_id, SUM(work) AS work, SUM(shares) AS shares,"
		" COUNT(DISTINCT worker_id) AS workers, MAX(last_ms) AS last_ms FROM slot"
		" WHERE pool_id = ? AND minute >= ? GROUP BY account_id) s"
		" JOIN account a ON a.id = s.account_id"
		" ORDER BY s.work DESC, a.id LIMIT ? OFFSET ?",
		BINDS(INT(pool), INT(from_minute), INT(sql_limit(limit)), INT(offset)), out, out_n,
		why);
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
	worker->work = sql_int(q, 3);
	worker->shares = sql_int(q, 4);
	worker->last_ms = sql_int(q, 5);
}

enum err store_worker_list(struct store *st, int64_t account, int64_t from_minute, int64_t before,
	unsigned limit, struct store_worker **out, size_t *out_n, struct why *why)
{
	static const struct sql_type worker_row = {sizeof(struct store_worker), read_worker, NULL};

	return sql_list(st, &worker_row,
		"SELECT w.id, w.name, w.created_ms, COALESCE(SUM(s.work), 0),"
		" COALESCE(SUM(s.shares), 0), COALESCE(MAX(s.last_ms), 0)"
		" FROM worker w LEFT JOIN slot s ON s.worker_id = w.id AND s.minute >= ?"
		" WHERE w.account_id = ? AND w.id < ? GROUP BY w.id, w.name, w.created_ms"
		" ORDER BY w.id DESC LIMIT ?",
		BINDS(INT(from_minute), INT(account), INT(sql_page(before)), INT(sql_limit(limit))),
		out, out_n, why);
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

#define SERIES(column)                                                                             \
	"SELECT minute - minute % ? AS step, SUM(work) FROM slot WHERE " column                    \
	" = ? AND minute BETWEEN ? AND ? GROUP BY step ORDER BY step"

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
	return series(
		st, SERIES("pool_id"), pool, from_minute, through_minute, step, out, out_n, why);
}

enum err store_series_account(struct store *st, int64_t account, int64_t from_minute,
	int64_t through_minute, int64_t step, struct store_point **out, size_t *out_n,
	struct why *why)
{
	return series(st, SERIES("account_id"), account, from_minute, through_minute, step, out,
		out_n, why);
}

enum err store_series_worker(struct store *st, int64_t worker, int64_t from_minute,
	int64_t through_minute, int64_t step, struct store_point **out, size_t *out_n,
	struct why *why)
{
	return series(st, SERIES("worker_id"), worker, from_minute, through_minute, step, out,
		out_n, why);
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

enum err store_reject_sums(struct store *st, int64_t pool, int64_t account, int64_t from_minute,
	struct store_reject_sum **out, size_t *out_n, struct why *why)
{
	static const struct sql_type sum = {sizeof(struct store_reject_sum), read_reject_sum, NULL};

	return sql_list(st, &sum,
		"SELECT kind, SUM(count) FROM reject WHERE pool_id = ? AND minute >= ?"
		" AND (? = 0 OR account_id = ?) GROUP BY kind ORDER BY kind",
		BINDS(INT(pool), INT(from_minute), INT(account), INT(account)), out, out_n, why);
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
