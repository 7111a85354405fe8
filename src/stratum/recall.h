/*
 * recall.h -- which difficulty miners had when they left, for those who come back: by session, by
 * worker, and by address for workers that nobody knows.
 *
 * Hints only, in the cache: bounded, forgotten after a while, never asked for a share. What is
 * wrong with one costs a miner no more than a first minute at another difficulty.
 */
#ifndef STRATUM_RECALL_H
#define STRATUM_RECALL_H

#include <stdbool.h>
#include <stdint.h>

#include "base/net.h"
#include "base/thread.h"
#include "stratum/token.h"

struct recall;

struct recall *recall_new(void);
void recall_free(struct recall *r); /* NULL is fine */

/* The three ask with recall_…(r, …): the work it had, 0 when nothing is known. */
int64_t recall_session(struct recall *r, const struct token *t) ANY_THREAD;
int64_t recall_worker(
	struct recall *r, unsigned pool, const char *address, const char *worker) ANY_THREAD;
int64_t recall_host(struct recall *r, unsigned pool, const struct net_addr *addr) ANY_THREAD;

/* recall_keep_…(r, …, work): this is what it has now; 0 < work. */
void recall_keep_session(struct recall *r, const struct token *t, int64_t work) ANY_THREAD;
void recall_keep_worker(struct recall *r, unsigned pool, const char *address, const char *worker,
	int64_t work) ANY_THREAD;
/** recall_keep_host(r, pool, addr, work): of several at one address the least counts, so that none
 * begins with too much. */
void recall_keep_host(
	struct recall *r, unsigned pool, const struct net_addr *addr, int64_t work) ANY_THREAD;

#endif
