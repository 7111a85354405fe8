/*
 * verify.h -- the threads that compute the proof of work of submitted shares.
 *
 * A loop hands a task over and gets it back as mail. Threads take whatever waits, up to the batch
 * that their code hashes together; nobody waits for company, so an idle server adds no latency.
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

/* Part of the caller's object; the caller fills mail.deliver, loop and header. */
struct verify_task {
	struct mail mail;
	struct verify_task *next;
	struct loop *loop; /* where mail is delivered when the hash is there */
	int64_t queued_us; /* [monotonic] */
	uint8_t header[POW_HEADER_LEN];
	uint8_t hash[POW_HASH_LEN];
};

/* Totals since the start; figures for /metrics. */
struct verify_figures {
	uint64_t hashes;
	uint64_t wait_us; /* in the queue, summed over tasks */
	uint64_t hash_us; /* hashing, summed over threads */
	unsigned queued;  /* waiting now */
	unsigned threads;
	unsigned batch;
	const char *variant;
};

/** verify_start(algo, threads, out, why): errs as pow_ctx_new(). Chooses the fastest verified code
 * for the algorithm. */
enum err verify_start(const struct pow_algo *algo, unsigned threads, struct verify **out,
	struct why *why) MUST_CHECK;
/** verify_submit(v, task): the task is lent until its mail is delivered. */
void verify_submit(struct verify *v, struct verify_task *task) ANY_THREAD;
struct verify_figures verify_figures(struct verify *v) ANY_THREAD;
/** verify_stop(v): hashes what waits, delivers it, ends the threads. BLOCKS. NULL is fine. */
void verify_stop(struct verify *v);

#endif
