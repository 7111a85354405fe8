#include "reward/reward.h"

#include <assert.h>

static const struct {
	const char *name;
	bool is_share_based;
} schemes[] = {
	[REWARD_PROP] = {"prop", false},
	[REWARD_PPLNS] = {"pplns", false},
	[REWARD_PPLNT] = {"pplnt", false},
	[REWARD_SCORE] = {"score", false},
	[REWARD_SOLO] = {"solo", false},
	[REWARD_PPS] = {"pps", true},
	[REWARD_FPPS] = {"fpps", true},
	[REWARD_PPS_PLUS] = {"pps+", true},
	[REWARD_DPPS] = {"dpps", true},
	[REWARD_SMPPS] = {"smpps", true},
	[REWARD_ESMPPS] = {"esmpps", true},
};

const char *reward_scheme_name(enum reward_scheme scheme)
{
	assert(scheme >= REWARD_PROP && scheme <= REWARD_ESMPPS);
	return schemes[scheme].name;
}

bool reward_is_share_based(enum reward_scheme scheme)
{
	assert(scheme >= REWARD_PROP && scheme <= REWARD_ESMPPS);
	return schemes[scheme].is_share_based;
}

struct amount reward_fee(struct amount amount, int64_t fee_ppm)
{
	return amount_part(amount, fee_ppm, REWARD_PPM);
}

static int64_t clamp(__int128 work)
{
	return work < 1 ? 1 : work > INT64_MAX ? INT64_MAX : (int64_t)work;
}

int64_t reward_window(const struct reward_rules *rules, const struct reward_round *round)
{
	__int128 average = round->average_work ? round->average_work : round->work;
	__int128 part = rules->window_round_ppm;

	switch (rules->window_by) {
	case REWARD_WINDOW_NETWORK:
		return clamp(((__int128)round->network_work * rules->window_ppm + REWARD_PPM - 1) /
			     REWARD_PPM);
	case REWARD_WINDOW_FIXED: return clamp(rules->window_work);
	case REWARD_WINDOW_AVERAGE: return clamp(average);
	case REWARD_WINDOW_DYNAMIC:
		return clamp((average * (REWARD_PPM - part) + round->work * part) / REWARD_PPM);
	}
	assert(false);
}
