/*
 * target.h -- the number that a hash must not exceed, and the work that this stands for.
 *
 * A hash h meets target t when h <= t, so t stands for 2^256 / (t + 1) expected hashes.
 * Work is counted in units of 2^work_bits hashes (struct coin_network). All of it is integer.
 */
#ifndef CHAIN_TARGET_H
#define CHAIN_TARGET_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "chain/u256.h"

#define TARGET_WORK_BITS_MAX 64 /* the largest work_bits that these functions take */

/**
 * target_from_bits(bits, out): expand the compact form ("nBits") of a block header.
 *   errs  ERR_INVALID  negative or zero; ERR_RANGE  wider than 256 bits
 */
enum err target_from_bits(uint32_t bits, struct u256 *out) MUST_CHECK;
/** target_to_bits(target): the compact form, cut to its 23 or 24 leading bits. */
uint32_t target_to_bits(struct u256 target);

/** target_is_met(target, hash): whether hash, 32 bytes as computed (little-endian), is a hit. */
bool target_is_met(const struct u256 *target, const uint8_t hash[32]);

/**
 * target_from_work(work, work_bits): floor(2^256 / (work << work_bits)), at most 2^256 - 1.
 *   work  [units] > 0
 */
struct u256 target_from_work(int64_t work, unsigned work_bits);

/** target_hashes(target): how many hashes it takes on average, floor(2^256 / (target + 1)). */
struct u256 target_hashes(struct u256 target);

/**
 * target_to_work(target, work_bits): the same in units, rounded up: at least 1, at most INT64_MAX.
 * The work of a network's block.
 */
int64_t target_to_work(struct u256 target, unsigned work_bits);

/**
 * target_work_of_hash(hash, work_bits): the largest work whose target this hash meets, in units;
 * 0 when it does not even meet one unit. How good a "best share" is.
 */
int64_t target_work_of_hash(const uint8_t hash[32], unsigned work_bits);

#endif
