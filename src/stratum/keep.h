/*
 * keep.h -- what stays of the journal on disk: old and excess files go, what is not in the database
 * never does. Counts what was found damaged.
 *
 * Thread:  the flush thread's; keep_figures() ANY_THREAD.
 */
#ifndef STRATUM_KEEP_H
#define STRATUM_KEEP_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/log.h"
#include "base/thread.h"
#include "conf/conf.h"
#include "journal/reader.h"

struct keep {
	const char *dir; /* borrowed */
	const struct conf_stratum *conf;
	struct logger log;
	int64_t looked_ms;   /* monotonic; 0: never */
	int64_t warned_ms;   /* when it was last said that the limit is passed; 0: it is not */
	bool has_complained; /* of the folder itself */
	atomic_uint_fast64_t bytes, damaged;
};

/** keep_init(k, dir, conf): dir and conf are borrowed for k's life. */
void keep_init(struct keep *k, const char *dir, const struct conf_stratum *conf);

/**
 * keep_pass(k, epoch, flushed): now and then delete what may go, and say when the limit is passed.
 *   flushed  the last record of this epoch in the database, all earlier epochs being there;
 *            -1: not known, nothing is deleted
 */
void keep_pass(struct keep *k, int64_t epoch, int64_t flushed) BLOCKS;

/** keep_note_damage(k, damage): records that cannot be read: said, and counted. */
void keep_note_damage(struct keep *k, const struct journal_record *damage);

struct keep_figures {
	uint64_t bytes;     /* of all files, when last looked at */
	uint64_t max_bytes; /* 0: no limit */
	uint64_t damaged;   /* records that could not be read, since the start */
};

struct keep_figures keep_figures(const struct keep *k) ANY_THREAD;

#endif
