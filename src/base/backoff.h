/*
 * backoff.h -- how long to wait before what has failed is tried again: twice as long each time, up
 * to a limit, and never all at the same moment.
 */
#ifndef BASE_BACKOFF_H
#define BASE_BACKOFF_H

#include <stdbool.h>
#include <stdint.h>

#define BACKOFF_FIRST_MS 200
#define BACKOFF_MAX_MS   5000

/* Zero-initialise. */
struct backoff {
	unsigned failures; /* in a row */
	int64_t due_ms;    /* monotonic: not before */
};

/**
 * backoff_wait_ms(failures, random): how long to wait after so many failures in a row.
 *   failures  >= 1
 *   random    any number; chooses between half of the wait and all of it
 */
int64_t backoff_wait_ms(unsigned failures, uint64_t random);

/** backoff_is_due(b): it may be tried now. */
bool backoff_is_due(const struct backoff *b);
/** backoff_failed(b): it was tried in vain: not again before the wait is over. */
void backoff_failed(struct backoff *b);
/** backoff_over(b): it worked, or the next attempt may not wait. */
void backoff_over(struct backoff *b);

#endif
