/*
 * seen.h -- which shares of a job were submitted already, by their bytes.
 *
 * Holds a 64-bit fingerprint of (extranonce1, extranonce2, time, nonce, version), keyed with a
 * secret of the process: nobody can make two shares collide, and chance does so once in 10^7 jobs
 * of a million shares each.
 */
#ifndef STRATUM_SEEN_H
#define STRATUM_SEEN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct seen {
	uint64_t *slots; /* open addressing; 0 = free */
	size_t size, count;
};

struct share_key {
	uint32_t extranonce1;
	uint32_t time, nonce, version;
	uint8_t extranonce2[8];
};

/** seen_add(s, key): true when the share is new. */
bool seen_add(struct seen *s, const struct share_key *key);
void seen_free(struct seen *s);

#endif
