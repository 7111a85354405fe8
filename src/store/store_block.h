/*
 * store_block.h -- the blocks that the pool found, from submission to maturity.
 */
#ifndef STORE_STORE_BLOCK_H
#define STORE_STORE_BLOCK_H

#include "store/store.h"

/* Stored: do not renumber. */
enum store_block_state {
	STORE_BLOCK_PENDING = 1,  /* submitted; not credited yet */
	STORE_BLOCK_IMMATURE = 2, /* in the chain, round closed, credits made */
	STORE_BLOCK_MATURE = 3,   /* credits are available */
	STORE_BLOCK_ORPHAN = 4,   /* not in the chain; credits, if any, reversed */
	STORE_BLOCK_REJECTED = 5, /* no daemon took it */
};

#define STORE_BLOCK_MASK(state) (1u << (state))
#define STORE_BLOCK_ANY         0xffffffffu

struct store_block {
	int64_t id;
	int64_t pool;
	int64_t height;
	char hash[STORE_HASH_MAX]; /* as people write it: 64 hex digits */
	char prev_hash[STORE_HASH_MAX];
	struct amount reward; /* of the whole coinbase */
	int64_t found_ms;
	char finder_address[STORE_ADDRESS_MAX];
	char finder_worker[STORE_WORKER_MAX];
	int64_t node;
	int64_t network_work; /* what a block took on average then */
	char submit_result[STORE_NAME_MAX];
	enum store_block_state state;
	int64_t confirmations;
	int64_t round_from; /* heights (round_from, height] were its round; set when closed. From
			       the beginning == height: it has none, it was found on a solo port */
	int64_t round_work; /* their work */
	int64_t closed_ms;  /* 0: never closed */
	int64_t updated_ms;
	int64_t scheme;        /* enum reward_scheme by which it was closed; 0: not known. SOLO from
				  the beginning when its coinbase pays the finder */
	struct amount reserve; /* of the reward, for the PPS family; set when closed */
};

/**
 * store_block_add(st, block, out_id, out_is_new, why): a block was found. Adding it again (same
 * pool and hash) changes nothing and gives the same id. block  pool .. submit_result, round_from
 * and scheme are read; the state becomes PENDING
 */
enum err store_block_add(struct store *st, const struct store_block *block, int64_t *out_id,
	bool *out_is_new, struct why *why) MUST_CHECK;

/** store_block_get(st, id, out, why), store_block_by_hash(st, pool, hash, …): errs ERR_NOT_FOUND */
enum err store_block_get(
	struct store *st, int64_t id, struct store_block *out, struct why *why) MUST_CHECK;
enum err store_block_by_hash(struct store *st, int64_t pool, const char *hash,
	struct store_block *out, struct why *why) MUST_CHECK;

/** store_block_at(st, pool, height, …): the block found at a height; of several the
 * credited one, else one that is not decided, else the newest. errs ERR_NOT_FOUND */
enum err store_block_at(struct store *st, int64_t pool, int64_t height, struct store_block *out,
	struct why *why) MUST_CHECK;

/** store_block_list(st, pool, states, before, limit, …): a page, newest first.
 *   states  STORE_BLOCK_MASK()s or'ed together */
enum err store_block_list(struct store *st, int64_t pool, unsigned states, int64_t before,
	unsigned limit, struct store_block **out, size_t *out_n, struct why *why) MUST_CHECK;
/** store_block_open(st, pool, …): those that the ledger has to look at (PENDING and IMMATURE), all
 * of them, by height, then id. */
enum err store_block_open(struct store *st, int64_t pool, struct store_block **out, size_t *out_n,
	struct why *why) MUST_CHECK;
/** store_block_unproven(st, pool, limit, …): closed rounds without a proof of that closing
 * (store_proof.h), the oldest first. */
enum err store_block_unproven(struct store *st, int64_t pool, unsigned limit,
	struct store_block **out, size_t *out_n, struct why *why) MUST_CHECK;
void store_free_blocks(struct store_block *rows);

/** store_block_has_round(b): false: the work for it was no part of the pool's rounds. */
static inline bool store_block_has_round(const struct store_block *b)
{
	return b->round_from != b->height;
}

/**
 * store_block_round_from(st, pool, height, out, why): the greatest height below `height` at which a
 * round is closed (state IMMATURE or MATURE); 0 when there is none. Blocks without a round end none
 * here and below.
 */
enum err store_block_round_from(
	struct store *st, int64_t pool, int64_t height, int64_t *out, struct why *why) MUST_CHECK;

struct store_past {
	int64_t work; /* of a closed round */
	struct amount reward;
};

/** store_block_past(st, pool, height, limit, …): rounds closed below `height` whose blocks are in
 * the chain, newest first. store_free_past() */
enum err store_block_past(struct store *st, int64_t pool, int64_t height, unsigned limit,
	struct store_past **out, size_t *out_n, struct why *why) MUST_CHECK;
void store_free_past(struct store_past *rows);
/** store_block_earned(st, pool, above, through, out, why): the rewards of blocks at these heights
 * that are credited. */
enum err store_block_earned(struct store *st, int64_t pool, int64_t above, int64_t through,
	struct amount *out, struct why *why) MUST_CHECK;

/* An output of a block's coinbase that pays somebody else than the pool. */
struct store_output {
	char address[STORE_ADDRESS_MAX];
	struct amount amount; /* > 0 */
};

/** store_block_outputs_add(st, block, outputs, n, why): with store_block_add(), in the same
 * transaction; adding them again changes nothing. Their sum is at most the reward. */
enum err store_block_outputs_add(struct store *st, int64_t block,
	const struct store_output *outputs, size_t n, struct why *why) MUST_CHECK;
/** store_block_outputs(st, block, …): by address. */
enum err store_block_outputs(struct store *st, int64_t block, struct store_output **out,
	size_t *out_n, struct why *why) MUST_CHECK;
void store_free_outputs(struct store_output *rows);

/**
 * store_block_set(st, id, from, to, confirmations, why): what the chain says now.
 *   from, to  equal to note the confirmations only; else one of PENDING → ORPHAN, PENDING →
 *             REJECTED, ORPHAN → PENDING, REJECTED → PENDING. The moves that move money are in
 *             store_ledger.h
 *   errs      ERR_CONFLICT it is not in state `from` any more
 */
enum err store_block_set(struct store *st, int64_t id, enum store_block_state from,
	enum store_block_state to, int64_t confirmations, struct why *why) MUST_CHECK;
/** store_block_set_submit_result(st, pool, hash, result, why): what the daemons answered. */
enum err store_block_set_submit_result(struct store *st, int64_t pool, const char *hash,
	const char *result, struct why *why) MUST_CHECK;
/** store_block_set_reward(st, id, reward, why): what the coinbase really paid; PENDING only. */
enum err store_block_set_reward(
	struct store *st, int64_t id, struct amount reward, struct why *why) MUST_CHECK;

#endif
