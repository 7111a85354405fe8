/*
 * block.h -- a share that is a block: assembled, sent to all daemons, kept in the outbox until the
 * database has it.
 *
 * Thread:  block_found() on the share's loop; the daemons' answers come on a thread of
 * coind/submit.
 */
#ifndef STRATUM_BLOCK_H
#define STRATUM_BLOCK_H

#include "base/err.h"
#include "base/log.h"
#include "base/thread.h"
#include "conf/conf.h"

struct blocks;
struct flush;
struct pool;
struct share;

/**
 * blocks_start(pool, outbox, node_id, flush, out, why): goes on with what an earlier process
 * left in the outbox.
 *   flush  where blocks are handed over to be recorded; outlives blocks_stop(), as the pool does
 */
enum err blocks_start(const struct pool *pool, const char *outbox, unsigned node_id,
	struct flush *flush, struct blocks **out, struct why *why) MUST_CHECK BLOCKS;
void blocks_stop(struct blocks *b) BLOCKS;

/** block_found(b, share): the share's hash meets the network's target. Copies what it needs. */
void block_found(struct blocks *b, const struct share *share) ON_LOOP;

/** block_recorded(b, id): the settled block is in the database: the outbox may forget it. */
void block_recorded(struct blocks *b, const uint8_t id[32]) ANY_THREAD;

/** blocks_waiting(b): how many are in the outbox. */
unsigned blocks_waiting(struct blocks *b) ANY_THREAD;

#endif
