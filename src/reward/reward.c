#include "reward/reward.h"

#include <assert.h>

static const char *const names[] = {[REWARD_PROP] = "prop", [REWARD_PPLNS] = "pplns"};

const char *reward_scheme_name(enum reward_scheme scheme)
{
	assert(scheme == REWARD_PROP || scheme == REWARD_PPLNS);
	return names[scheme];
}

struct amount reward_fee(struct amount reward, int64_t fee_ppm)
{
	return amount_part(reward, fee_ppm, REWARD_PPM);
}

int64_t reward_window(int64_t network_work, int64_t window_ppm)
{
	__int128 work = (__int128)network_work * window_ppm;

	assert(network_work >= 1 && window_ppm >= 1);
	work = (work + REWARD_PPM - 1) / REWARD_PPM;
	return work > INT64_MAX ? INT64_MAX : (int64_t)work;
}
