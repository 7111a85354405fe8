/*
 * inspect.h -- a journal's folder file by file: what is in it, and what is wrong with it.
 *
 * Reads every byte and changes nothing. It may run beside the node that writes there: what is being
 * written just then counts as torn.
 *
 * Thread:  BLOCKS on the disk.
 */
#ifndef JOURNAL_INSPECT_H
#define JOURNAL_INSPECT_H

#include <stdint.h>

#include "base/err.h"
#include "base/thread.h"

#define JOURNAL_FILE_MAX 48 /* bytes of a file's name, with the NUL */

/* One file. Sums stop at INT64_MAX. */
struct journal_segment {
	char file[JOURNAL_FILE_MAX]; /* its name in the folder */
	uint32_t node_id;
	uint64_t epoch;
	uint64_t first_seq;
	uint64_t last_seq; /* the last good record; first_seq - 1: there is none */
	uint64_t size_bytes;
	uint64_t records; /* good ones, the head not counted */
	uint64_t shares;
	int64_t work;
	int64_t from_ms, through_ms; /* of the shares; 0: none */
	uint64_t bad;                /* records that should be here and cannot be used */
	uint64_t torn_bytes;         /* after the end: never acknowledged */
};

/* Records in a row that cannot be used, for one reason. */
struct journal_fault {
	const char *file;
	uint64_t offset; /* of the first */
	uint64_t epoch;
	uint64_t seq;     /* of the first; 0: the file's head, or the file itself */
	uint64_t records; /* 0: no record is lost by it */
	const char *text; /* what is wrong with the first */
};

/* What is called while the folder is read; either may be NULL. */
struct journal_inspector {
	void (*on_fault)(void *ctx, const struct journal_fault *fault);
	/* After the faults of this file. */
	void (*on_segment)(void *ctx, const struct journal_segment *segment);
	void *ctx;
};

/** journal_inspect(dir, to, why): all files, by epoch, then number. An absent folder has none.
 *   errs  ERR_IO; then not all was read */
enum err journal_inspect(
	const char *dir, const struct journal_inspector *to, struct why *why) BLOCKS MUST_CHECK;

#endif
