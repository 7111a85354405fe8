/*
 * difficulty.h -- work as the difficulty that people and miners read, and back; no floating point.
 *
 * A stratum difficulty of 1 is 2^diff_bits hashes (struct coin: 32 for sha256d, 16 for scrypt and
 * yescrypt), a unit of work is 2^work_bits hashes.
 */
#ifndef CHAIN_DIFFICULTY_H
#define CHAIN_DIFFICULTY_H

#include <stdint.h>

#include "base/err.h"
#include "chain/u256.h"

#define DIFFICULTY_TEXT_MAX 64 /* bytes that the texts below need, with their NUL */

/**
 * difficulty_text(work, work_bits, diff_bits, text): the stratum difficulty of that work.
 * Decimal without exponent, whole numbers without a point, otherwise at least twelve significant
 * digits with the last one rounded up: a miner's target is never easier than ours. Returns text.
 *   work  [units] > 0;  work_bits, diff_bits  0 .. 64
 */
const char *difficulty_text(
	int64_t work, unsigned work_bits, unsigned diff_bits, char text[DIFFICULTY_TEXT_MAX]);

/**
 * difficulty_to_work(text, work_bits, diff_bits, out): the work of a stratum difficulty, rounded
 * up to whole units; more than fits becomes INT64_MAX.
 *   text  "0.5", "1024", "1e-05"
 *   errs  ERR_SYNTAX  not a decimal number; ERR_RANGE  zero or negative
 */
enum err difficulty_to_work(
	const char *text, unsigned work_bits, unsigned diff_bits, int64_t *out) MUST_CHECK;

/**
 * difficulty_of_target(target, text): what the coin's daemon calls difficulty, 0xffff * 2^208 /
 * target, with twelve significant digits. For people; returns text.
 *   target  > 0
 */
const char *difficulty_of_target(struct u256 target, char text[DIFFICULTY_TEXT_MAX]);

#endif
