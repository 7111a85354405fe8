/*
 * replay.h -- a journal's folder into the database without its node: for the disk of a machine that
 * is dead. The records go the way of the flush thread, and are counted once however often they
 * come.
 */
#ifndef STRATUM_REPLAY_H
#define STRATUM_REPLAY_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "base/thread.h"
#include "store/store.h"
#include "stratum/feed.h"

struct replay_options {
	const char *dir; /* of the journal's files */
	struct store *store;
	int64_t node;
	const struct feed_pool *pools; /* as feed_open() takes them */
	size_t pools_n;
	bool is_dry; /* sum up only */
};

/* What the database did not have. */
struct replay_sums {
	int64_t records;
	int64_t shares;
	int64_t work;
	int64_t lost;        /* records that cannot be read */
	int64_t late_shares; /* of shares: at heights that are paid, so they count in the next round
			      */
};

/**
 * replay_run(options, out, why): bring in all that the database does not have, or sum it up.
 *   out   what was brought in; set on failure too
 */
enum err replay_run(const struct replay_options *options, struct replay_sums *out,
	struct why *why) BLOCKS MUST_CHECK;

#endif
