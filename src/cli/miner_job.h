/* miner_job.h -- a miner's view of a job: from the words of mining.notify to headers to be hashed.
 */
#ifndef CLI_MINER_JOB_H
#define CLI_MINER_JOB_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/json.h"
#include "pow/pow.h"

#define MINER_BRANCH_MAX 32

struct miner_job {
	char id[64];
	uint8_t prev[32]; /* as it stands in the header */
	struct buf coinb1, coinb2;
	uint8_t branch[MINER_BRANCH_MAX][32];
	unsigned branch_len;
	uint32_t version, nbits, ntime;
	bool is_clean;            /* drop what is being worked on */
	uint8_t share_target[32]; /* little-endian, as all hashes here */
	uint8_t block_target[32];
	double difficulty;
};

/**
 * miner_job_read(params, out, why): the nine parameters of mining.notify; targets are left alone
 * but for block_target. out was zeroed or read before. errs  ERR_PROTOCOL
 */
enum err miner_job_read(const json_t *params, struct miner_job *out, struct why *why) MUST_CHECK;
void miner_job_fini(struct miner_job *job);

/**
 * miner_job_header(job, extranonce1, extranonce2, ntime, out): the header with nonce 0.
 *   extranonce1, extranonce2  the bytes between the two halves of the coinbase
 */
void miner_job_header(const struct miner_job *job, const struct buf *extranonce1,
	const struct buf *extranonce2, uint32_t ntime, uint8_t out[POW_HEADER_LEN]);

/**
 * miner_target(difficulty, factor, out): the largest hash that is a share of that difficulty,
 * little-endian. difficulty  as in mining.set_difficulty; > 0 factor      1 for sha256d, 65536 for
 * the algorithms that count difficulty in 2^16 hashes
 */
void miner_target(double difficulty, unsigned factor, uint8_t out[32]);

/** miner_hash_meets(hash, target): hash <= target, both little-endian. */
bool miner_hash_meets(const uint8_t hash[32], const uint8_t target[32]);

#endif
