/* view_priv.h -- what the documents share: hash rates over windows of minutes, rows of blocks. */
#ifndef WEB_VIEW_PRIV_H
#define WEB_VIEW_PRIV_H

#include "store/store_block.h"
#include "store/store_stats.h"
#include "web/web_priv.h"

/* Minutes [from, through]; the last one is not over yet, so the length is not a whole number. */
struct view_window {
	int64_t from, through;
	int64_t end_ms; /* in steps, so that rates stand still for a while */
	double seconds;
};

#define VIEW_RECENT_MINUTES 15 /* of the rate "now" */

struct view_window view_window_now(int minutes);
/** view_recent_seconds(window, points, n): the part of the window since its first work, for who has
 * just begun; points are a series of the window with step 1. */
double view_recent_seconds(
	const struct view_window *window, const struct store_point *points, size_t n);
/** view_unit_rate(web, work, seconds): hashes per second. */
double view_unit_rate(const struct web *web, int64_t work, double seconds);

/** view_difficulty(web, work): the stratum difficulty of so many units of work. */
double view_difficulty(const struct web *web, double work);

/* Steps of a chart; [minutes] */
struct view_range {
	const char *name; /* as in ?range= */
	int64_t step, count;
};

/** view_range_find(name): NULL when there is none: 24h, 7d, 30d and 1y are. */
const struct view_range *view_range_find(const char *name);

/* What a series or a worker's document is of. */
struct view_series_of {
	const char *name;    /* of the pool: hashrate, miners, workers, network, difficulty */
	const char *address; /* of an account … */
	const char *worker;  /* … or one of its workers; may be "", NULL: all of them */
	const struct view_range *range;
};

/* A page of a list that is not by id. */
struct view_page {
	unsigned offset, limit;
};

/* view_fn: arg is struct view_series_of; errs ERR_NOT_FOUND */
enum err view_series_pool(struct web *web, struct store *st, const void *arg, json_t **out,
	struct why *why) MUST_CHECK;
enum err view_series_account(struct web *web, struct store *st, const void *arg, json_t **out,
	struct why *why) MUST_CHECK;
enum err view_worker(struct web *web, struct store *st, const void *arg, json_t **out,
	struct why *why) MUST_CHECK;
/* view_fn: arg is NULL */
enum err view_luck(struct web *web, struct store *st, const void *arg, json_t **out,
	struct why *why) MUST_CHECK;
enum err view_status(struct web *web, struct store *st, const void *arg, json_t **out,
	struct why *why) MUST_CHECK;
enum err view_news(struct web *web, struct store *st, const void *arg, json_t **out,
	struct why *why) MUST_CHECK;
/* view_fn: arg is struct view_page */
enum err view_miners(struct web *web, struct store *st, const void *arg, json_t **out,
	struct why *why) MUST_CHECK;
/** view_rules(web): what the configuration promises. */
json_t *view_rules(const struct web *web);

/** view_worker_row(web, day, recent, hour): a worker as lists show it. */
json_t *view_worker_row(const struct web *web, const struct store_worker *day,
	const struct store_sum *recent, const struct store_sum *hour);
/** view_reject(kind): why a share was refused, by the stored number of its verdict. */
const char *view_reject(int64_t kind);

/** view_hide_finder(web, st, b, why): no name of who wants none. */
enum err view_hide_finder(
	struct web *web, struct store *st, struct store_block *b, struct why *why) MUST_CHECK;
/** view_block_row(web, b): a block as lists show it. */
json_t *view_block_row(const struct web *web, const struct store_block *b);

#endif
