/*
 * store_audit.h -- does the database agree with itself? Questions for `kozan audit`, and for the
 * audit that the ledger runs all the time: each looks at a bounded part, changes nothing, and gives
 * the first row that does not agree.
 */
#ifndef STORE_STORE_AUDIT_H
#define STORE_STORE_AUDIT_H

#include "store/store.h"

/* A row that is not what it should be. */
struct store_difference {
	char table[24];
	char key[100];
	char stored[64];
	char computed[64];
};

/* Zero-initialise; questions add to it. */
struct store_audit {
	struct store_difference first; /* when n > 0 */
	int64_t n;                     /* rows that do not agree */
};

/** store_audit_add(a, table, stored, computed, key, ...): one more row, found elsewhere. */
void store_audit_add(struct store_audit *a, const char *table, const char *stored,
	const char *computed, const char *key, ...) PRINTF_LIKE(5, 6);

/**
 * store_audit_txns(st, pool, after, limit, out_last, a, why): the entries of each ledger
 * transaction sum to zero.
 *   after     the id of the last one that was looked at; 0 to begin with
 *   out_last  the id of the last one now; 0: all were looked at
 */
enum err store_audit_txns(struct store *st, int64_t pool, int64_t after, unsigned limit,
	int64_t *out_last, struct store_audit *a, struct why *why) MUST_CHECK;
/** store_audit_accounts(st, pool, after, limit, out_last, a, why): no account's balance is
 * negative in any book. after, out_last: ids of accounts, as above */
enum err store_audit_accounts(struct store *st, int64_t pool, int64_t after, unsigned limit,
	int64_t *out_last, struct store_audit *a, struct why *why) MUST_CHECK;
/** store_audit_block(st, block, a, why): what was booked for a block is what its credits say, and
 * nothing when it is not credited now. */
enum err store_audit_block(
	struct store *st, int64_t block, struct store_audit *a, struct why *why) MUST_CHECK;

#endif
