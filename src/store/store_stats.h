/*
 * store_stats.h -- what pages and charts show: accounts, workers, hash rates, samples, events.
 *
 * A hash rate is sum(work) * 2^work_bits / seconds of the window; the store gives the sum.
 */
#ifndef STORE_STORE_STATS_H
#define STORE_STORE_STATS_H

#include "store/store.h"

/* ---- accounts and workers ---- */

/** store_account_find(st, pool, address, out_id, why): errs ERR_NOT_FOUND */
enum err store_account_find(struct store *st, int64_t pool, const char *address, int64_t *out_id,
	struct why *why) MUST_CHECK;

/*
 * Work is kept by the minute for a pool, and by periods of STORE_PERIOD_MINUTES for workers and
 * accounts. A window that begins inside of a period takes its part of it, as if the work had been
 * done evenly; the end of a window is always the end of a period.
 */
#define STORE_PERIOD_MINUTES 15

/* The shares of a window. */
struct store_sum {
	int64_t work;
	int64_t shares;
	int64_t first_ms; /* of the first share in the periods that it touches; 0: no share */
	int64_t last_ms;
};

/** store_sum_pool(st, pool, from, through, out, why): by the minute; first_ms is not known: 0. */
enum err store_sum_pool(struct store *st, int64_t pool, int64_t from_minute, int64_t through_minute,
	struct store_sum *out, struct why *why) MUST_CHECK;
enum err store_sum_account(struct store *st, int64_t account, int64_t from_minute,
	int64_t through_minute, struct store_sum *out, struct why *why) MUST_CHECK;

struct store_active {
	int64_t accounts;
	int64_t workers;
};

/** store_active(st, pool, since_ms, out, why): who has brought a share since then. */
enum err store_active(struct store *st, int64_t pool, int64_t since_ms, struct store_active *out,
	struct why *why) MUST_CHECK;

struct store_miner {
	int64_t account;
	char address[STORE_ADDRESS_MAX];
	struct store_sum sum; /* in the window */
	int64_t workers;
};

/** store_miner_list(st, pool, from_minute, offset, limit, …): accounts with work since from_minute,
 * the most work first. */
enum err store_miner_list(struct store *st, int64_t pool, int64_t from_minute, unsigned offset,
	unsigned limit, struct store_miner **out, size_t *out_n, struct why *why) MUST_CHECK;
void store_free_miners(struct store_miner *rows);

struct store_worker {
	int64_t id;
	char name[STORE_WORKER_MAX];
	int64_t created_ms;
	struct store_sum sum; /* in the window */
};

/** store_worker_list(st, account, from_minute, before, limit, …): an account's workers, newest
 * first, with their work since from_minute (none when idle). */
enum err store_worker_list(struct store *st, int64_t account, int64_t from_minute, int64_t before,
	unsigned limit, struct store_worker **out, size_t *out_n, struct why *why) MUST_CHECK;
void store_free_workers(struct store_worker *rows);
/** store_worker_get(st, account, name, from_minute, out, why): one of them. errs ERR_NOT_FOUND */
enum err store_worker_get(struct store *st, int64_t account, const char *name, int64_t from_minute,
	struct store_worker *out, struct why *why) MUST_CHECK;

struct store_point {
	int64_t minute; /* the first of its step */
	int64_t value;  /* work of a series; value of samples */
};

/** store_series_pool/account/worker(st, id, from_minute, through_minute, step, …): work per step
 * minutes, ascending; steps without work are left out. step >= 1, at most 5000 steps; of accounts
 * and workers a period's work stands at its first minute. */
enum err store_series_pool(struct store *st, int64_t pool, int64_t from_minute,
	int64_t through_minute, int64_t step, struct store_point **out, size_t *out_n,
	struct why *why) MUST_CHECK;
enum err store_series_account(struct store *st, int64_t account, int64_t from_minute,
	int64_t through_minute, int64_t step, struct store_point **out, size_t *out_n,
	struct why *why) MUST_CHECK;
enum err store_series_worker(struct store *st, int64_t worker, int64_t from_minute,
	int64_t through_minute, int64_t step, struct store_point **out, size_t *out_n,
	struct why *why) MUST_CHECK;

struct store_reject_sum {
	int64_t kind;
	int64_t count;
};

/** store_reject_sums(st, pool, account or 0, from_minute, …): rejected shares by kind, since the
 * beginning of the period of from_minute. store_reject_worker(): of one worker. */
enum err store_reject_sums(struct store *st, int64_t pool, int64_t account, int64_t from_minute,
	struct store_reject_sum **out, size_t *out_n, struct why *why) MUST_CHECK;
enum err store_reject_worker(struct store *st, int64_t account, int64_t worker, int64_t from_minute,
	struct store_reject_sum **out, size_t *out_n, struct why *why) MUST_CHECK;
void store_free_reject_sums(struct store_reject_sum *rows);

/* ---- samples: numbers over time ---- */

/* What the ledger samples, once a period. */
#define STORE_SAMPLE_MINERS       "miners"
#define STORE_SAMPLE_WORKERS      "workers"
#define STORE_SAMPLE_NETWORK_WORK "network_work" /* [work units] what a block takes on average */

/** store_sample_set(st, pool, minute, kind, value, why): set or replace. */
enum err store_sample_set(struct store *st, int64_t pool, int64_t minute, const char *kind,
	int64_t value, struct why *why) MUST_CHECK;
/** store_sample_list(st, pool, kind, from_minute, limit, …): ascending. */
enum err store_sample_list(struct store *st, int64_t pool, const char *kind, int64_t from_minute,
	unsigned limit, struct store_point **out, size_t *out_n, struct why *why) MUST_CHECK;
void store_free_points(struct store_point *rows);
/** store_sample_series(st, pool, kind, from_minute, through_minute, step, …): their mean per step
 * minutes, as store_series_pool() gives work. */
enum err store_sample_series(struct store *st, int64_t pool, const char *kind, int64_t from_minute,
	int64_t through_minute, int64_t step, struct store_point **out, size_t *out_n,
	struct why *why) MUST_CHECK;

/* ---- events: the feed of what happened ---- */

struct store_event {
	int64_t id;
	int64_t pool;
	int64_t time_ms;
	char kind[STORE_NAME_MAX]; /* "block_found", "round_closed", "paid", … */
	char *json;                /* an object; the kind says what is in it */
};

enum err store_event_add(struct store *st, int64_t pool, const char *kind, const char *json,
	struct why *why) MUST_CHECK;
/** store_event_list(st, pool, before, limit, …): a page, newest first. */
enum err store_event_list(struct store *st, int64_t pool, int64_t before, unsigned limit,
	struct store_event **out, size_t *out_n, struct why *why) MUST_CHECK;
/** store_event_after(st, pool, after, limit, …): those with a larger id, oldest first. */
enum err store_event_after(struct store *st, int64_t pool, int64_t after, unsigned limit,
	struct store_event **out, size_t *out_n, struct why *why) MUST_CHECK;
void store_free_events(struct store_event *rows, size_t n);

#endif
