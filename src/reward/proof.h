/*
 * proof.h -- what makes a round provable: a Merkle-sum tree over its credits, and one text that
 * says all of the round.
 *
 * Every node of the tree carries the sums of work and credit below it and hashes them along, so
 * whoever holds the root and the branch of one account knows that the account's part is inside of
 * the sums, and that nobody's part was shown to him alone: sums never fall on the way up. Source:
 * the proof of liabilities that G. Maxwell described in 2013; docs/provable-rounds.md has the
 * bytes.
 *
 * Pure; any thread.
 */
#ifndef REWARD_PROOF_H
#define REWARD_PROOF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/amount.h"
#include "base/buf.h"
#include "base/err.h"

#define PROOF_FORMAT    1
#define PROOF_HASH      32 /* [bytes] */
#define PROOF_STEPS_MAX 64 /* of a branch: more accounts than memory holds */

struct proof_leaf {
	uint8_t account[PROOF_HASH]; /* proof_account() */
	int64_t work;                /* [work units] that was counted, >= 0 */
	struct amount credit;        /* >= 0 */
};

/** proof_leaf(block, address, work, credit): the leaf of an address in the round of a block. */
struct proof_leaf proof_leaf(
	const char *block, const char *address, int64_t work, struct amount credit);

struct proof_node {
	uint8_t hash[PROOF_HASH];
	int64_t work;
	struct amount credit;
};

/* A branch is read from the leaf to the root. */
struct proof_step {
	bool is_left; /* the other node stands on the left */
	struct proof_node other;
};

/** proof_account(block, address, out): under which name an address stands in the round of a block
 * (its hash as people write it): one that differs from round to round. */
void proof_account(const char *block, const char *address, uint8_t out[PROOF_HASH]);

/**
 * proof_root(leaves, n, out, why): in the order of account ids; without leaves all is zero.
 *   errs  ERR_RANGE a negative number, or a sum beyond 63 bits
 */
enum err proof_root(const struct proof_leaf *leaves, size_t n, struct proof_node *out,
	struct why *why) MUST_CHECK;
/** proof_branch(leaves, n, idx, out, out_n, why): the way from leaf idx to the root. errs as
 * proof_root() */
enum err proof_branch(const struct proof_leaf *leaves, size_t n, size_t idx,
	struct proof_step out[PROOF_STEPS_MAX], size_t *out_n, struct why *why) MUST_CHECK;
/** proof_climb(leaf, steps, n, out, why): the root that a branch leads to. errs as proof_root() */
enum err proof_climb(const struct proof_leaf *leaf, const struct proof_step *steps, size_t n,
	struct proof_node *out, struct why *why) MUST_CHECK;

struct proof_round {
	const char *pool, *coin, *network;
	const char *block; /* hash as people write it */
	int64_t height;
	int64_t from; /* the round is the heights (from, height] */
	int64_t work; /* of these heights; a scheme may count other work */
	struct amount reward, fee;
	int64_t accounts;
	struct proof_node root;
};

/** proof_text(round, out): the canonical text, appended. Its SHA-256 is the round's id. */
void proof_text(const struct proof_round *round, struct buf *out);

#endif
