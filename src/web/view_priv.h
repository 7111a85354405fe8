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

/** view_block_row(web, b): a block as lists show it. */
json_t *view_block_row(const struct web *web, const struct store_block *b);

#endif
