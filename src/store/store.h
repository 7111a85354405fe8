/*
 * store.h -- the database: opening it, its schema, transactions, and the pools in it.
 *
 * Subjects have a header each: store_node.h, store_slot.h, store_block.h, store_ledger.h,
 * store_stats.h. Rules for all of them:
 *
 * Thread:   a handle belongs to one thread at a time; everything BLOCKS. One handle per thread.
 * Lists:    out arrays are allocated by the store and freed with the store_free_*() of the subject;
 *           n = 0 gives NULL. Lists are newest (largest id) first; `before` is the id of the last
 *           row of the page before, 0 for the first page; limit is 1 .. STORE_PAGE_MAX.
 * Units:    times are wall-clock milliseconds, "minute" is milliseconds / 60000, money is struct
 *           amount, work is the coin's work units. An id is never 0: 0 says "none".
 * Errors:   ERR_BUSY others hold the database too long; ERR_UNAVAILABLE, ERR_FULL, ERR_IO;
 *           ERR_CONFLICT the row is no longer what the caller thought: nothing was changed;
 *           ERR_UNCERTAIN a commit's outcome is unknown: read back before doing it again.
 *           Each function lists only what it adds to these.
 */
#ifndef STORE_STORE_H
#define STORE_STORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/amount.h"
#include "base/err.h"
#include "base/thread.h"

struct conf_store;
struct store; /* in store.c */

#define STORE_PAGE_MAX    1000
#define STORE_ADDRESS_MAX 128 /* bytes with the NUL */
#define STORE_WORKER_MAX  33
#define STORE_HASH_MAX    65
#define STORE_NAME_MAX    64
#define STORE_NOTE_MAX    251 /* what a person wrote, or reads */

/** store_open(conf, out, why): open or create the database; the schema is not looked at. */
enum err store_open(const struct conf_store *conf, struct store **out, struct why *why) MUST_CHECK;
/** store_close(st): a transaction that is open is rolled back. NULL is fine. */
void store_close(struct store *st);

struct store_schema {
	int64_t version;    /* of the database; 0: it is empty */
	int64_t min_reader; /* programs that know this version or a later one may use it */
	int64_t known;      /* the version that this program makes */
};

/** store_schema(st, out, why): what the database is, and what we are. */
enum err store_schema(struct store *st, struct store_schema *out, struct why *why) MUST_CHECK;
/**
 * store_migrate(st, why): bring the schema to this program's version. Every role calls it at start;
 * of several at once one does the work, the others wait. A newer schema is used as it is when it
 * says that this program may.
 *   errs   ERR_VERSION it is too new; ERR_AUTH it is too old, and the login may not change it
 */
enum err store_migrate(struct store *st, struct why *why) MUST_CHECK;

/**
 * store_begin/commit/rollback: several calls as one transaction. Those that make a transaction of
 * their own join it; when one of them fails, the whole must be rolled back, and commit will say
 * ERR_CONFLICT and do so.
 */
enum err store_begin(struct store *st, struct why *why) MUST_CHECK;
enum err store_commit(struct store *st, struct why *why) MUST_CHECK;
/** store_begin_reading(st, why): until store_rollback() all is read as it was at one moment. */
enum err store_begin_reading(struct store *st, struct why *why) MUST_CHECK;
void store_rollback(struct store *st);

/* ---- pools ---- */

struct store_pool {
	int64_t id;
	char name[STORE_NAME_MAX];
	char coin[STORE_NAME_MAX];
	char network[STORE_NAME_MAX];
	int64_t work_bits;
};

/**
 * store_pool_ensure(st, name, coin, network, work_bits, out_id, why): the pool's id, made when new.
 *   errs   ERR_REFUSED it exists with another coin, network or work unit
 */
enum err store_pool_ensure(struct store *st, const char *name, const char *coin,
	const char *network, unsigned work_bits, int64_t *out_id, struct why *why) MUST_CHECK;
enum err store_pool_list(
	struct store *st, struct store_pool **out, size_t *out_n, struct why *why) MUST_CHECK;
void store_free_pools(struct store_pool *rows);

/* ---- leases: who leads ---- */

/**
 * store_lease_take(st, name, owner, ttl_ms, out_held, why): take or renew a lease.
 *   out_held   whether owner has it now, for ttl_ms from now
 */
enum err store_lease_take(struct store *st, const char *name, const char *owner, int64_t ttl_ms,
	bool *out_held, struct why *why) MUST_CHECK;
/** store_lease_until(st, name, out_ms, why): when the lease ends unless it is renewed; 0: nobody
 * has it. */
enum err store_lease_until(
	struct store *st, const char *name, int64_t *out_ms, struct why *why) MUST_CHECK;
/** store_lease_drop(st, name, owner, why): give it up, so that a standby need not wait. */
enum err store_lease_drop(
	struct store *st, const char *name, const char *owner, struct why *why) MUST_CHECK;

#endif
