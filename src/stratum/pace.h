/*
 * pace.h -- a routine job goes to the sessions little by little, so that a refresh is no load peak
 * and answers do not wait behind it. What a new block brings goes to everybody at once instead.
 *
 * Thread:  belongs to its shard.
 */
#ifndef STRATUM_PACE_H
#define STRATUM_PACE_H

#include <stddef.h>

#include "base/thread.h"
#include "io/loop.h"

struct shard;
struct shard_pool;

enum {
	PACE_TICK_MS = 100,
	PACE_MS_MAX =
		5000,    /* a job has reached everybody after this, or template_refresh if less */
	PACE_LEAST = 20, /* sessions at each tick: few miners do not wait */
};

struct pace {
	struct timer *timer; /* NULL before the first job */
	struct shard *shard;
	struct shard_pool *pool;
	size_t left; /* sessions to look at */
	size_t each; /* that get the job at each tick */
};

/** pace_start(p, shard, pool): give the pool's newest job to all of its sessions that do not have
 * it. */
void pace_start(struct pace *p, struct shard *shard, struct shard_pool *pool) ON_LOOP;
/** pace_stop(p): they have got something newer, or nobody is left. */
void pace_stop(struct pace *p) ON_LOOP;
void pace_free(struct pace *p);

#endif
