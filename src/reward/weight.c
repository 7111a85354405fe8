/* weight.c -- see weight_priv.h. */
#include "reward/weight_priv.h"

#include <assert.h>
#include <stdlib.h>

#include "base/mem.h"

#define DECAY_BITS 62 /* of the fraction while powers are made */

uint64_t weight_decay(int64_t minutes, int64_t time)
{
	__uint128_t power = (__uint128_t)1 << DECAY_BITS;
	__uint128_t factor = (power * (__uint128_t)(time - 1)) / (__uint128_t)time;

	assert(time >= 2 && minutes >= 0);
	for (; minutes > 0 && power > 0; minutes >>= 1) {
		if (minutes & 1)
			power = power * factor >> DECAY_BITS;
		factor = factor * factor >> DECAY_BITS;
	}
	return (uint64_t)(power >> (DECAY_BITS - WEIGHT_BITS));
}

/* How many binary digits have to go so that all together fit. */
static unsigned excess(const __uint128_t *weights, unsigned n)
{
	unsigned bits = 0;
	__uint128_t sum;

	do {
		sum = 0;
		for (unsigned i = 0; i < n && sum <= INT64_MAX; i++)
			sum += weights[i] >> bits;
	} while (sum > INT64_MAX && bits++ < 127);
	return bits;
}

bool weight_split(struct amount amount, const __uint128_t *weights, unsigned n, struct amount *out)
{
	unsigned bits = excess(weights, n);
	int64_t *whole = NEW_ARRAY(int64_t, n);
	int64_t sum = 0;

	for (unsigned i = 0; i < n; i++) {
		whole[i] = (int64_t)(weights[i] >> bits);
		sum += whole[i];
	}
	if (sum > 0)
		amount_split(amount, whole, n, sum, out);
	free(whole);
	return sum > 0;
}
