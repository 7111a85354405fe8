/*
 * journal.h -- the share journal: what is committed here is never lost, whatever dies afterwards.
 *
 * Appending copies a fixed-size record into memory and gives back a ticket; one thread of the
 * journal's own writes whatever has come together, makes it durable and only then says "settled".
 * A commit starts as soon as the one before has ended: a lone share never waits for company.
 *
 * Thread:  everything here is ANY_THREAD unless it says otherwise; one mutex, held for a copy.
 * Files:   docs/journal-format.md. One process writes in a folder at a time (the caller's lock).
 */
#ifndef JOURNAL_JOURNAL_H
#define JOURNAL_JOURNAL_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "base/thread.h"

#define JOURNAL_ADDRESS_MAX 127 /* [bytes] of an account's name */
#define JOURNAL_WORKER_MAX  32  /* [bytes] of a worker's name */

struct journal; /* in journal.c */

enum journal_sync {
	JOURNAL_SYNC_DISK, /* committed = on the disk: survives loss of power */
	JOURNAL_SYNC_OS,   /* committed = handed to the kernel: survives the death of the process */
};

struct journal_options {
	const char *dir;  /* made when it is not there; borrowed for journal_open() */
	uint32_t node_id; /* 0 .. 4095, written into every segment */
	uint64_t epoch;   /* this process' generation: larger than any before in this dir */
	enum journal_sync sync;
	uint64_t segment_bytes; /* a segment that has grown beyond is followed by another; 0 = 64
				   MiB */
};

struct journal_share {
	uint32_t worker; /* from journal_worker() */
	uint16_t pool;
	uint32_t height; /* of the job */
	int64_t work;    /* [work units of the coin] >= 1 */
	uint32_t job;
	uint64_t hash_top; /* the hash's 8 most significant bytes, as a number */
	int64_t time_ms;   /* wall clock */
	bool is_block;
	bool is_apart; /* no part of the pool's rounds: of a solo port */
};

/**
 * Called on the journal's own thread: every ticket up to and including `through` that was not
 * settled before is settled now. result OK: committed. Else: it was NOT recorded, the disk refused.
 */
typedef void journal_settled_fn(void *ctx, uint64_t through, enum err result);

/**
 * journal_open(options, out, why): cut the torn tail that a crash may have left, start a new
 * segment and the writer thread. Heights that an earlier epoch in this folder gave to
 * journal_height() stay in force.
 *   errs   ERR_CONFLICT epoch is not new here; ERR_FULL, ERR_IO
 */
enum err journal_open(const struct journal_options *options, struct journal **out,
	struct why *why) BLOCKS MUST_CHECK;

/** journal_on_settled(j, fn, ctx): once, before the first append. */
void journal_on_settled(struct journal *j, journal_settled_fn *fn, void *ctx);

/** journal_close(j): commit what is pending (the callback still runs), stop, free. NULL is fine. */
void journal_close(struct journal *j) BLOCKS;

/**
 * journal_worker(j, address, worker): a number for this pair, the same for the journal's life;
 * sessions ask once and keep it. 0 when a name is too long or there are more than a million pairs.
 *   address  1 .. JOURNAL_ADDRESS_MAX bytes ; worker 0 .. JOURNAL_WORKER_MAX bytes; copied
 */
uint32_t journal_worker(struct journal *j, const char *address, const char *worker) ANY_THREAD;

/**
 * journal_append(j, share): take a share; never waits for the disk, allocates nothing.
 * Returns its ticket: tickets grow, with gaps. Returns 0 when the share was not taken, because the
 * journal is not healthy or the disk is too far behind: answer the miner with an error at once.
 */
uint64_t journal_append(struct journal *j, const struct journal_share *share) ANY_THREAD;
/** journal_append_all(j, shares, n, out): the same of n shares, with one lock for all of them.
 *   out  tickets[n] */
void journal_append_all(
	struct journal *j, const struct journal_share *shares, size_t n, uint64_t *out) ANY_THREAD;

/**
 * journal_height(j, pool, height): from here on there is no work below this height; a share that
 * comes with a lower one is recorded at this one. A height below the present one changes nothing.
 */
void journal_height(struct journal *j, uint16_t pool, uint32_t height) ANY_THREAD;

/** journal_committed(j): the last committed ticket, 0 before the first: the reader's limit. */
uint64_t journal_committed(const struct journal *j) ANY_THREAD;

/** journal_is_healthy(j): false from a failed write until a trial write, made every second,
 * succeeds. */
bool journal_is_healthy(const struct journal *j) ANY_THREAD;

struct journal_status {
	uint64_t commits;   /* group commits since open */
	uint64_t records;   /* records in them */
	uint64_t bytes;     /* written */
	uint64_t failures;  /* commits that failed */
	uint64_t cut_bytes; /* torn tail cut by journal_open() */
	int64_t commit_us;  /* duration of the last commit */
	struct why why;     /* the disk's last complaint; empty while healthy */
};

void journal_status(const struct journal *j, struct journal_status *out) ANY_THREAD;

/* What must stay on disk. */
struct journal_keep {
	uint64_t epoch, seq; /* all records of earlier epochs, and of this one up to seq, are in the
				database; 0, 0: not known */
	int64_t older_than_ms; /* [wall clock] what was written later stays … */
	uint64_t max_bytes;    /* … unless all files together are larger than this; 0: no limit */
};

struct journal_kept {
	unsigned deleted;       /* files */
	unsigned deleted_early; /* of them, those that went for their size */
	uint64_t bytes;         /* of the files that are left */
};

/**
 * journal_retain(dir, keep, out, why): delete the segments that are wholly flushed, and old or too
 * many; the oldest first.
 */
enum err journal_retain(const char *dir, const struct journal_keep *keep, struct journal_kept *out,
	struct why *why) BLOCKS MUST_CHECK;

#endif
