/*
 * shard.h -- one loop thread of the role with everything it serves: its sessions, jobs and shares
 * in flight.
 *
 * Thread:  a shard's fields belong to its loop thread. Other threads send it mail (shard_on_job())
 * or read its counters. Invariants:
 *          1. a session, its shares and its jobs never leave their shard;
 *          2. nothing that a share touches here is locked, but the queues to hashers and journal;
 *          3. `owed` is in ticket order, because only this thread appends for it.
 */
#ifndef STRATUM_SHARD_H
#define STRATUM_SHARD_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/list.h"
#include "base/log.h"
#include "conf/conf.h"
#include "io/loop.h"
#include "io/tcp.h"
#include "journal/journal.h"
#include "stratum/count.h"
#include "stratum/extranonce.h"
#include "stratum/job.h"
#include "stratum/pace.h"
#include "stratum/seen.h"
#include "stratum/token.h"

struct blocks;
struct flush;
struct guard;
struct left;
struct logins;
struct pool;
struct recall;
struct shard;
struct share;
struct tls;
struct verify;

/* What all shards share; immutable once they run. */
struct shard_env {
	const struct conf *conf;
	struct pool *pools;
	unsigned pool_count;
	struct journal *journal;
	struct flush *flush;
	struct guard *guard;
	struct tls *tls;       /* of the ports that speak it; NULL: none does */
	struct recall *recall; /* what miners had that left */
	struct logins *logins; /* passwords and difficulties that owners have set */
	uint8_t token_key[TOKEN_KEY_LEN];
	unsigned node_id;
	unsigned shard_count;
	unsigned max_conns; /* of all shards together */
	unsigned max_new;   /* those of one shard that have no worker yet */
	atomic_uint conns;
};

enum { SHARES_GATHERED = 128 };
enum { JOBS_KEPT = 32, JOB_LIFE_MS = 300000, TARGETS_KEPT = 256 };

/* A job that this shard's sessions were given, and the shares of it that were seen. */
struct given_job {
	struct job *job; /* NULL: the place is free */
	int64_t since_ms;
	struct seen seen;
};

/* The target of an amount of work: a division of 256 bits that is worth remembering. */
struct known_target {
	int64_t work; /* 0: the place is free */
	struct u256 target;
};

/* A pool on this shard's loop. */
struct shard_pool {
	struct pool *pool;
	const struct conf_pool *conf;     /* the pool's */
	struct given_job jobs[JOBS_KEPT]; /* a ring; `current` is the newest */
	unsigned newest;
	struct job *current;                       /* NULL before the first template */
	int64_t tip_ms;                            /* when it was the first on its parent */
	struct known_target targets[TARGETS_KEPT]; /* by work % TARGETS_KEPT */
	struct pow_ctx *hasher;                    /* when no threads compute its algorithm */
	struct pace pace;                          /* of a routine job on its way to the sessions */
	atomic_uint sessions;
	struct pool_counts counts;
};

/* A port on this shard's loop. */
struct shard_port {
	struct shard *shard;
	struct shard_pool *pool;                  /* for which its miners work */
	struct shard_pool *pools[CONF_POOLS_MAX]; /* its own, and those that it may switch to */
	const struct conf_port *conf;
	struct tcp_listener *listeners[CONF_LISTENS_MAX];
	atomic_uint sessions;
};

/* On the way out: shard_drain.c. */
struct drain {
	struct timer *timer; /* NULL: not begun */
	int64_t since_ms;
	uint32_t wave, waves;
};

/* What the journal said: all tickets up to `through` are settled with this result. */
struct settled {
	uint64_t through;
	enum err result;
};

struct shard {
	struct shard_env *env;
	unsigned index;
	struct logger log;
	struct loop *loop;
	pthread_t thread;
	struct timer *sweep;
	struct shard_pool *pools; /* as in env->pools */
	struct shard_port *ports; /* of all pools, in the order of the configuration */
	size_t port_count;
	struct list fresh; /* sessions without a worker, the oldest first */
	unsigned fresh_count;
	struct list sessions; /* the others */
	struct timer *sweep_new;
	unsigned news; /* the bans that were looked at */
	struct extranonce_pool *extranonces;
	struct drain drain;
	struct left **left; /* session_return.c; NULL: nobody has left */
	struct map *payees; /* of solo ports, by address; NULL before the first */
	struct share *free_shares;
	struct share *owed, **owed_last; /* in the journal, not yet committed */
	/* Accepted in this turn: they enter the journal together at its end. */
	struct share *gathered[SHARES_GATHERED];
	struct journal_share records[SHARES_GATHERED];
	unsigned gathered_count;
	atomic_bool is_owing; /* false: the journal need not wake us. Set before appending */
	bool stopping;
	struct counts counts;

	pthread_mutex_t settled_lock; /* guards the three below: the journal's thread writes them */
	struct settled *settled;
	size_t settled_count, settled_cap;
	struct mail settled_mail;
	bool settled_posted;
};

/** shard_new(env, index, out, why): makes the loop; nothing runs yet. errs of pow_ctx_new(). */
enum err shard_new(
	struct shard_env *env, unsigned index, struct shard **out, struct why *why) MUST_CHECK;
/** shard_listen(s, why): open the ports; before shard_start(). */
enum err shard_listen(struct shard *s, struct why *why) MUST_CHECK;
void shard_start(struct shard *s);
/** shard_on_job(s, pool, job): give it to every session of the pool (an index of env->pools); takes
 * a reference of its own. */
void shard_on_job(struct shard *s, unsigned pool, struct job *job) ANY_THREAD;
/** shard_on_switch(s, port, pool): the miners of this port (an index of s->ports) work for this
 * pool (of env->pools) from now on. */
void shard_on_switch(struct shard *s, size_t port, unsigned pool) ANY_THREAD;
/** shard_on_settled(s, through, result): from the journal's thread. */
void shard_on_settled(struct shard *s, uint64_t through, enum err result) ANY_THREAD;
/** shard_close_ports(s): accept nobody more and read no more lines; what is in flight is still
 * answered. */
void shard_close_ports(struct shard *s) ANY_THREAD;
/** shard_drain(s, for_ms): ask those who are connected now, over this time, to go elsewhere. */
void shard_drain(struct shard *s, int64_t for_ms) ANY_THREAD;
/** shard_barrier(s): wait until all mail that was posted before has been delivered. The shard runs.
 */
void shard_barrier(struct shard *s) BLOCKS;
/** shard_stop(s): say good-bye to the sessions, end the thread. BLOCKS. */
void shard_stop(struct shard *s);
void shard_free(struct shard *s);

/** shard_target(p, work): what a share of this work must meet; borrowed until the next call. */
const struct u256 *shard_target(struct shard_pool *p, int64_t work) ON_LOOP;
/** shard_job(p, seq, now_ms): the given job, or NULL when it is unknown or too old. */
struct given_job *shard_job(struct shard_pool *p, uint32_t seq, int64_t now_ms) ON_LOOP;

#endif
