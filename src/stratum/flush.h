/*
 * flush.h -- from the journal to the database: shares become slots, counted exactly once.
 *
 * One thread reads the journal behind its committed mark, sums records into slots and stores each
 * batch together with the journal cursor, in one transaction. The database may be away for hours:
 * the journal waits. Also carries what else a node tells the database: found blocks, rejected
 * shares, its own state.
 */
#ifndef STRATUM_FLUSH_H
#define STRATUM_FLUSH_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "base/thread.h"
#include "conf/conf.h"
#include "journal/journal.h"
#include "stratum/keep.h"
#include "stratum/node.h"
#include "stratum/verdict.h"

struct flush;
struct pool;

struct flush_options {
	const struct conf *conf;
	const struct pool *pools; /* as in conf; `pool` below is an index of it */
	struct node *node;        /* claimed again when the database comes back */
	const char *node_dir;
	const char *journal_dir;
	/* The node's state as JSON, for others to see; the caller of the callback frees it. */
	char *(*render_status)(void *ctx);
	/* Another process has taken our place: the role must end. */
	void (*on_fenced)(void *ctx);
	void *ctx;
};

/** flush_new(options): everything is borrowed until flush_free(). */
struct flush *flush_new(const struct flush_options *options);
/** flush_start(f, journal): the thread begins. */
void flush_start(struct flush *f, struct journal *journal);

/** flush_reject(f, pool, address, worker, verdict): count a rejected share; statistics only. */
void flush_reject(struct flush *f, unsigned pool, const char *address, const char *worker,
	enum verdict verdict) ANY_THREAD;

/**
 * flush_block(f, pool, id, meta, answer, is_rejected): record a found block.
 *   meta    JSON text of block.c
 *   answer  what the daemons said when the matter is settled; NULL: just found
 */
void flush_block(struct flush *f, unsigned pool, const uint8_t id[32], const char *meta,
	const char *answer, bool is_rejected) ANY_THREAD;

/** flush_lag(f): journal records that are not in the database yet; -1 when the database is away. */
int64_t flush_lag(struct flush *f) ANY_THREAD;

/** flush_keep(f): the journal's files on disk. */
struct keep_figures flush_keep(const struct flush *f) ANY_THREAD;

/** flush_stop(f): end the thread; the journal is not used afterwards. */
void flush_stop(struct flush *f) BLOCKS;
/**
 * flush_drain(f): after flush_stop() and journal_close(): store all that is left and tell the
 * database that this node ended in order. Gives up after a few seconds when the database is away:
 * the next start goes on from the journal.
 */
void flush_drain(struct flush *f) BLOCKS;
void flush_free(struct flush *f);

#endif
