/*
 * hashers.h -- the proofs of work of this node's pools: one set of threads for each algorithm,
 * shared by the pools that have it.
 *
 * Thread:  the role's, but for hashers_figures().
 */
#ifndef STRATUM_HASHERS_H
#define STRATUM_HASHERS_H

#include "base/thread.h"
#include "chain/coin.h"
#include "conf/conf.h"
#include "stratum/verify.h"

struct hasher {
	const struct coin *coin; /* the first that has this algorithm; borrowed */
	struct pow_algo *algo;
	struct verify *verify; /* NULL: so cheap that the loops compute it themselves */
};

/* Zero-initialise; hashers_free() at the end. */
struct hashers {
	struct hasher list[CONF_POOLS_MAX];
	unsigned count;
};

/** hashers_check(): the algorithms' code against known hashes; what is wrong is logged, not used.
 */
void hashers_check(void);
/** hashers_for(h, coin, threads, out, why): the coin's algorithm, its threads started if need be.
 *   threads  0: one for each core
 *   errs     those of pow_algo_new() and verify_start() */
enum err hashers_for(struct hashers *h, const struct coin *coin, unsigned threads,
	const struct hasher **out, struct why *why) MUST_CHECK;
/** hashers_have_threads(h): whether any algorithm is computed by threads. */
bool hashers_have_threads(const struct hashers *h);
/** hashers_figures(h): all algorithms together; variant and batch are those of the last. */
struct verify_figures hashers_figures(const struct hashers *h) ANY_THREAD;
/** hashers_stop(h): verify_stop() for all. BLOCKS. */
void hashers_stop(struct hashers *h);
void hashers_free(struct hashers *h);

#endif
