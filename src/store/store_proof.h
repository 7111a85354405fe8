/*
 * store_proof.h -- what was published of each closed round (reward/proof.h makes it).
 */
#ifndef STORE_STORE_PROOF_H
#define STORE_STORE_PROOF_H

#include "store/store.h"

struct store_proof {
	int64_t block;
	int64_t closed_ms; /* of the block when this was made: a round that is closed anew gets
			      another proof */
	char id[STORE_HASH_MAX];
	char *text; /* proof_text(); the caller frees it */
};

/** store_proof_put(st, proof, why): of the rounds of store_block_unproven(). A proof of an earlier
 * closing is replaced. errs ERR_CONFLICT the round is no longer closed as it was then */
enum err store_proof_put(
	struct store *st, const struct store_proof *proof, struct why *why) MUST_CHECK;

/** store_proof_get(st, block, out, why): errs ERR_NOT_FOUND none, or of an earlier closing */
enum err store_proof_get(
	struct store *st, int64_t block, struct store_proof *out, struct why *why) MUST_CHECK;

#endif
