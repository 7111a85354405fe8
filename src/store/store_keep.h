/*
 * store_keep.h -- how long work and statistics are kept.
 *
 * On a server their tables are parted by the day: what is old goes with its part, at once. In a
 * file it is deleted in small bites.
 */
#ifndef STORE_STORE_KEEP_H
#define STORE_STORE_KEEP_H

#include "store/store.h"

struct store_keep {
	int64_t statistics_ms; /* of workers and accounts, by the quarter of an hour */
	int64_t work_ms;       /* batches; longer when they may be needed; 0: for ever */
	int64_t window_ppm;    /* how much work a reward looks back on: millionths of the network's
				  work for one block; the largest of all pools */
};

/**
 * store_keep(st, keep, out_more, why): delete what is too old, by the database's clock; on a server
 * also make the parts of the coming days. Work stays as long as its round is not settled (the block
 * mature), and before that as much as the window takes twice.
 *   out_more  there is more to delete: call again soon
 */
enum err store_keep(struct store *st, const struct store_keep *keep, bool *out_more,
	struct why *why) MUST_CHECK;

#endif
