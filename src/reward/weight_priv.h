/* weight_priv.h -- weights with a fraction, and money shared out in proportion to them. */
#ifndef REWARD_WEIGHT_PRIV_H
#define REWARD_WEIGHT_PRIV_H

#include <stdbool.h>
#include <stdint.h>

#include "base/amount.h"

#define WEIGHT_BITS 32 /* a weight of 1 is 2^32: room for fractions */

/** weight_of(work): a whole number of units as a weight. work >= 0 */
static inline __uint128_t weight_of(int64_t work)
{
	return (__uint128_t)work << WEIGHT_BITS;
}

/** weight_decay(minutes, time): ((time - 1) / time)^minutes as a weight of at most 1, rounded down
 * at each step. time >= 2, minutes >= 0. */
uint64_t weight_decay(int64_t minutes, int64_t time);

/**
 * weight_split(amount, weights[n], out[n]): by largest remainder. Weights too large for 64 bits
 * together lose their last binary digits, all the same number.
 *   amount  >= 0
 *   Returns false, and gives nothing, when all weights are 0.
 */
bool weight_split(struct amount amount, const __uint128_t *weights, unsigned n, struct amount *out);

#endif
