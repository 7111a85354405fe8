/* merkle.h -- from the transactions of a template to the root, with the coinbase left open. */
#ifndef CHAIN_MERKLE_H
#define CHAIN_MERKLE_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

#define MERKLE_BRANCH_MAX 24 /* 2^24 transactions: more than any block can hold */

/* What is hashed onto the coinbase's id, in this order; the merkle_branch of mining.notify. */
struct merkle_branch {
	unsigned count;
	uint8_t hash[MERKLE_BRANCH_MAX][32];
};

/**
 * merkle_branch_of(txids, n, out): the branch of the coinbase, which is not among the n.
 *   txids  in block order, each in internal order
 *   errs   ERR_LIMIT  n >= 2^MERKLE_BRANCH_MAX
 */
enum err merkle_branch_of(
	const uint8_t (*txids)[32], size_t n, struct merkle_branch *out) MUST_CHECK;

/** merkle_fold(branch, coinbase_txid, out): the root; out may be coinbase_txid. */
void merkle_fold(
	const struct merkle_branch *branch, const uint8_t coinbase_txid[32], uint8_t out[32]);

#endif
