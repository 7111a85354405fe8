/*
 * feed.h -- journal records into the database, batch by batch, each counted exactly once: what the
 * flush thread and `kozan journal replay` share.
 *
 * A feed knows how far the database has come in each epoch when it is opened, and its batches begin
 * where the last one ended. When somebody else brings the same records meanwhile, the database
 * finds its cursor moved, and the batch fails: close the feed and open it again.
 *
 * Thread:  belongs to one thread; BLOCKS.
 */
#ifndef STRATUM_FEED_H
#define STRATUM_FEED_H

#include "base/err.h"
#include "journal/reader.h"
#include "store/store.h"
#include "stratum/slots.h"

struct feed_cursor {
	uint64_t epoch;
	uint64_t seq; /* the last record in the database */
};

/* What a pool is called in the journal, and in the database now. */
struct feed_pool {
	uint16_t number;
	int64_t id;
};

struct feed {
	struct store *store; /* borrowed */
	int64_t node;
	struct feed_pool *pools; /* those of the caller first, then all others of the database */
	size_t pools_n, pools_cap;
	struct journal_reader *reader;
	struct slots slots; /* taken, and not in the database yet */
	struct feed_cursor *cursors;
	size_t cursors_n, cursors_cap;
};

/**
 * feed_open(f, dir, pools, pools_n, why): store and node are set by the caller. The reader gives
 * what the database does not have. The caller calls feed_close(), on failure too. pools  [pools_n],
 * at least one, copied: the journal's own numbers for some pools, all others are called as in the
 * database; the first takes what is of no pool that there is
 */
enum err feed_open(struct feed *f, const char *dir, const struct feed_pool *pools, size_t pools_n,
	struct why *why) MUST_CHECK;
void feed_close(struct feed *f);

/** feed_through(f, epoch): the last record of this epoch in the database; 0: none. */
uint64_t feed_through(const struct feed *f, uint64_t epoch);

/** feed_know_pools(f, pools, pools_n, why): the part of feed_open() that feed_pool_id() needs. */
enum err feed_know_pools(
	struct feed *f, const struct feed_pool *pools, size_t pools_n, struct why *why) MUST_CHECK;
/** feed_pool_id(f, number): the database's id of the pool with this number in the journal. */
int64_t feed_pool_id(const struct feed *f, uint16_t number);

/** feed_is_full(f, record): what was taken must be stored before this record is taken. */
bool feed_is_full(const struct feed *f, const struct journal_record *record);
/** feed_take(f, record): add a record of the reader to the batch. */
void feed_take(struct feed *f, const struct journal_record *record);
/** feed_store(f, why): store the batch; nothing is fine. errs as store_slot_flush() */
enum err feed_store(struct feed *f, struct why *why) MUST_CHECK;

#endif
