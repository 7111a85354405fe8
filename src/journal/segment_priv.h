/* segment_priv.h -- the file that is being written: reserve, write, make durable, cut back. */
#ifndef JOURNAL_SEGMENT_PRIV_H
#define JOURNAL_SEGMENT_PRIV_H

#include "journal/format_priv.h"

struct segment {
	int fd; /* -1: none */
	enum journal_sync sync;
	uint64_t step_bytes;     /* in which space is reserved, > 0 */
	uint64_t len_bytes;      /* good so far */
	uint64_t reserved_bytes; /* of the disk, for what comes */
};

/**
 * segment_create(dir, head, s, why): a new file with its head, durable when s->sync says so; sync
 * and step_bytes are set by the caller. A file of the same name holds nothing that was ever
 * committed, and is replaced. errs   ERR_FULL, ERR_IO; nothing is left open then
 */
enum err segment_create(const char *dir, const struct segment_head *head, struct segment *s,
	struct why *why) MUST_CHECK;
/** segment_write(s, data, len, why): append and make durable; on failure the file is cut back to
 * what was good before, and must not be written any more. */
enum err segment_write(
	struct segment *s, const uint8_t *data, size_t len, struct why *why) MUST_CHECK;
/** segment_close(s): give the reserved space back. */
void segment_close(struct segment *s);

/* A pool and the height below which it has no work any more. */
struct pool_height {
	uint16_t pool;
	uint32_t height;
};

/* What an earlier life left in the folder. */
struct recovery {
	uint64_t cut_bytes;
	struct pool_height *heights; /* heap */
	size_t heights_n;
};

/**
 * segment_recover(dir, epoch, out, why): cut the torn tail of the newest segment and collect the
 * heights in force.
 *   errs   ERR_CONFLICT the folder has this epoch or a later one
 */
enum err segment_recover(
	const char *dir, uint64_t epoch, struct recovery *out, struct why *why) MUST_CHECK;

/** heights_raise(heights, n, cap, pool, height): note it unless a greater one is there; the height
 * that is in force then. */
uint32_t heights_raise(
	struct pool_height **heights, size_t *n, size_t *cap, uint16_t pool, uint32_t height);

#endif
