/*
 * pool.h -- one coin as the role works on it: daemons in, jobs out to every shard.
 *
 * Thread:  jobs are made on the daemons' callback thread, or by pool_keep_alive() on the role's
 * loop; a lock keeps the two apart.
 */
#ifndef STRATUM_POOL_H
#define STRATUM_POOL_H

#include "base/log.h"
#include "coind/daemons.h"
#include "conf/conf.h"
#include "stratum/block.h"
#include "stratum/hashers.h"
#include "stratum/shard.h"

enum { POOL_DAEMONS_MAX = 32 };

struct pool {
	const struct conf_pool *conf;
	unsigned idx;     /* in the configuration, and in shard->pools */
	uint16_t number;  /* in the journal: its id in the database (claim.h) */
	atomic_uint *seq; /* of the next job; one count for all pools, so that no id is two jobs' */
	struct logger log;
	const struct hasher *hasher;
	struct journal *journal;
	struct daemons *daemons;
	struct blocks *blocks;
	struct shard **shards;
	unsigned shard_count;
	uint32_t node_tag;

	pthread_mutex_t lock; /* guards all below */
	struct job *job;      /* the newest; NULL before the first template */
	int64_t job_ms;       /* [monotonic] when it was made */
	struct daemon_status logged[POOL_DAEMONS_MAX]; /* as last logged */
};

/* What /readyz and the status say of the work at hand. */
struct pool_work {
	bool has_job;
	uint32_t height;
	int64_t network_work;
	struct amount reward; /* of the block being worked on */
	struct u256 target;
	int64_t template_age_ms;
};

/** pool_init(p, conf, idx): all that is public above the lock is then set by the role. */
void pool_init(struct pool *p, const struct conf_pool *conf, unsigned idx);
/** pool_start(p, shards, n): watch the daemons; jobs begin to flow. */
void pool_start(struct pool *p, struct shard **shards, unsigned n);
/** pool_keep_alive(p): the same work once more when nothing was sent for so long that miners would
 * give up. */
void pool_keep_alive(struct pool *p);
struct pool_work pool_work(struct pool *p) ANY_THREAD;
/** pool_stop(p): no more templates. BLOCKS. */
void pool_stop(struct pool *p);
void pool_fini(struct pool *p);

#endif
