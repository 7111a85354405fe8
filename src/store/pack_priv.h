/*
 * pack_priv.h -- the work of one height and minute as a string of bytes: column `data` of `batch`.
 *
 * Format 1, stored: a change gets another number. All numbers are LEB128, as short as can be.
 *
 *     format   1, one byte
 *     count
 *     count ×  account  less the account before (the first: less 0)
 *              worker   less the worker before, zigzag (0, -1, 1, -2 … are 0, 1, 2, 3 …)
 *              work
 *              shares
 *
 * Ascending by account, then worker, none twice. Pure functions.
 */
#ifndef STORE_PACK_PRIV_H
#define STORE_PACK_PRIV_H

#include "base/buf.h"
#include "base/err.h"

/* None of them is negative. */
struct pack_slot {
	int64_t account;
	int64_t worker;
	int64_t work;
	int64_t shares;
};

/** pack_sum(slots, n): sort, and make one of those of the same worker; returns how many remain. */
size_t pack_sum(struct pack_slot *slots, size_t n);

/** pack_encode(slots, n, out): append what pack_sum() has made. */
void pack_encode(const struct pack_slot *slots, size_t n, struct buf *out);

/**
 * pack_decode(data, len, out, out_n, why): the slots; only what pack_encode() writes is taken.
 *   out    the caller frees it; NULL when there is none
 *   errs   ERR_VERSION a format that a newer program has written; ERR_CORRUPT, also when the sums
 *          of work or shares do not fit 63 bits
 */
enum err pack_decode(const uint8_t *data, size_t len, struct pack_slot **out, size_t *out_n,
	struct why *why) MUST_CHECK;

#endif
