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

struct feed {
	struct store *store; /* borrowed */
	int64_t node, pool_id;
	struct journal_reader *reader;
	struct slots slots; /* taken, and not in the database yet */
	struct feed_cursor *cursors;
	size_t cursors_n, cursors_cap;
};

/** feed_open(f, dir, why): store, node and pool_id are set by the caller. The reader gives what the
 * database does not have. The caller calls feed_close(), on failure too. */
enum err feed_open(struct feed *f, const char *dir, struct why *why) MUST_CHECK;
void feed_close(struct feed *f);

/** feed_through(f, epoch): the last record of this epoch in the database; 0: none. */
uint64_t feed_through(const struct feed *f, uint64_t epoch);

/** feed_is_full(f, record): what was taken must be stored before this record is taken. */
bool feed_is_full(const struct feed *f, const struct journal_record *record);
/** feed_take(f, record): add a record of the reader to the batch. */
void feed_take(struct feed *f, const struct journal_record *record);
/** feed_store(f, why): store the batch; nothing is fine. errs as store_slot_flush() */
enum err feed_store(struct feed *f, struct why *why) MUST_CHECK;

#endif
