/* any.h -- random numbers for property tests. */
#ifndef TEST_REWARD_ANY_H
#define TEST_REWARD_ANY_H

#include "../base/test.h"

/* Numbers of every size: as many small ones as huge ones. */
static inline int64_t any_size(uint64_t *seed, unsigned bits_max)
{
	unsigned bits = (unsigned)(test_random(seed) % bits_max) + 1;

	return (int64_t)(test_random(seed) >> (64 - bits));
}

#endif
