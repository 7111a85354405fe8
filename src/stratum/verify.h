/*
 * verify.h -- the threads that compute the proof of work of submitted shares, and whose turn it is.
 *
 * A loop hands a task over and gets it back as mail. Threads take whatever waits, up to the batch
 * that their code hashes together; nobody waits for company, so an idle server adds no latency.
 *
 * Hashing is the dear part of a pool, so it is spent with care. Each connection is a source with a
 * credit, counted in hashes: a hash costs one, an accepted share earns two, a false one costs one
 * more. Sources in credit go first, each in its turn; the others share what is left, by turns of
 * their addresses and then of their connections, and are sure of one hash in eight. So a flood of
 * false shares, from however many connections, only uses idle time, while a miner whose shares are
 * good waits for nobody else's false ones.
 */
#ifndef STRATUM_VERIFY_H
#define STRATUM_VERIFY_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "base/thread.h"
#include "io/loop.h"
#include "pow/pow.h"

struct verify;
struct verify_source; /* one connection */

enum { VERIFY_CREDIT_MAX = 64, VERIFY_LAST_IN = 8 };

/* Part of the caller's object; the caller fills mail.deliver, loop and header. */
struct verify_task {
	struct mail mail;
	struct verify_task *next;
	struct loop *loop; /* where mail is delivered when the hash is there */
	bool is_skipped;   /* on delivery: its source left without credit; there is no hash */
	int64_t queued_us; /* [monotonic] */
	uint8_t header[POW_HEADER_LEN];
	uint8_t hash[POW_HASH_LEN];
};

/* Upper bounds of a histogram's buckets [us]; one more bucket takes what is longer. */
#define VERIFY_BOUNDS_US                                                                           \
	{                                                                                          \
		10, 25, 50, 100, 250, 500, 1000, 2500, 5000, 10000, 25000, 50000, 100000, 250000,  \
			500000, 1000000, 2500000, 5000000                                          \
	}

enum { VERIFY_BOUNDS = 18 };

struct verify_times {
	uint64_t buckets[VERIFY_BOUNDS + 1]; /* each counts its own */
	uint64_t sum_us;
};

/* Totals since the start; figures for /metrics. */
struct verify_figures {
	uint64_t hashes;
	struct verify_times wait; /* of each task, in the queue */
	struct verify_times hash; /* of each batch that a thread hashed */
	unsigned queued;          /* waiting now */
	unsigned threads;
	unsigned batch;
	const char *variant;
};

/** verify_start(algo, threads, out, why): errs as pow_ctx_new(). Chooses the fastest verified code
 * for the algorithm. */
enum err verify_start(const struct pow_algo *algo, unsigned threads, struct verify **out,
	struct why *why) MUST_CHECK;

/** verify_source_new(v, address): a connection from this address (text without the port). */
struct verify_source *verify_source_new(struct verify *v, const char *address) ANY_THREAD;
/** verify_source_close(s): the connection is gone; its waiting tasks are skipped unless it is in
 * credit. NULL is fine. */
void verify_source_close(struct verify_source *s) ANY_THREAD;
/** verify_judged(s, is_good): what a hash of this source was worth. */
void verify_judged(struct verify_source *s, bool is_good) ANY_THREAD;

/** verify_submit(s, task): the task is lent until its mail is delivered. */
void verify_submit(struct verify_source *s, struct verify_task *task) ANY_THREAD;
struct verify_figures verify_figures(struct verify *v) ANY_THREAD;
/** verify_stop(v): hashes what waits, delivers it, ends the threads; sources may still be closed.
 * BLOCKS. */
void verify_stop(struct verify *v);
/** verify_free(v): after verify_stop() and after the last source is closed. NULL is fine. */
void verify_free(struct verify *v);

#endif
