/* audit.h -- the findings of `kozan audit`. Private to cli. */
#ifndef CLI_AUDIT_H
#define CLI_AUDIT_H

#include "base/err.h"
#include "base/json.h"

struct conf;
struct conf_pool;
struct store;
struct store_audit;
struct store_block;

struct audit {
	json_t *facts;  /* what was counted, by name */
	json_t *faults; /* what does not agree: sentences */
	bool is_json;   /* collect only; else each line is printed at once */
};

/** audit_ok(a, fmt, ...), audit_fault(a, fmt, ...): one thing that agrees, or does not. */
void audit_ok(struct audit *a, const char *fmt, ...) PRINTF_LIKE(2, 3);
void audit_fault(struct audit *a, const char *fmt, ...) PRINTF_LIKE(2, 3);

/** audit_difference(a, found): a fault with the first row that does not agree, and how many more;
 * nothing when there is none. */
void audit_difference(struct audit *a, const struct store_audit *found);

/** audit_blocks(st, pool_id, fn, ctx, why): every credited block, the newest first. */
typedef enum err audit_block_fn(void *ctx, const struct store_block *block, struct why *why);
enum err audit_blocks(struct store *st, int64_t pool_id, audit_block_fn *fn, void *ctx,
	struct why *why) MUST_CHECK;

/** audit_rows(a, st, pool, pool_id, why): the entries of each ledger transaction, each balance, and
 * each credited block's round, computed anew from the work. */
enum err audit_rows(struct audit *a, struct store *st, const struct conf_pool *pool,
	int64_t pool_id, struct why *why) MUST_CHECK;

/** audit_ledger(a, st, pool_id, why): credits, books, balances and payouts against one another. */
enum err audit_ledger(
	struct audit *a, struct store *st, int64_t pool_id, struct why *why) MUST_CHECK;

/**
 * audit_journal(a, st, data_dir, first_id, pool_id, why): every share of this machine's journal
 * that counts as flushed must be in the slots, once; and the slots hold nothing else. first_id  the
 * first pool of the configuration, whose are shares of a pool that is not known
 */
enum err audit_journal(struct audit *a, struct store *st, const char *data_dir, int64_t first_id,
	int64_t pool_id, struct why *why) MUST_CHECK;

#endif
