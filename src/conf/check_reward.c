/* check_reward.c -- what the keys of reward: mean together. */
#include "base/mem.h"
#include "chain/difficulty.h"
#include "conf/check_priv.h"

/* Six hours of a pool that has 30 % of the network: a miner whose line is down for some minutes
 * loses little. At least two blocks. */
#define WINDOW_MS  (6 * 3600 * 1000LL * 30 / 100)
#define WINDOW_MIN (2 * (int64_t)REWARD_PPM)

static void check_window(struct conf_reader *r, struct conf_pool *pool)
{
	struct conf_reward *reward = &pool->reward;
	struct reward_rules *rules = &reward->rules;

	if (!conf_is_given(r, &rules->window_ppm) && pool->coin.block_time_ms > 0) {
		rules->window_ppm = WINDOW_MS * REWARD_PPM / pool->coin.block_time_ms;
		if (rules->window_ppm < WINDOW_MIN)
			rules->window_ppm = WINDOW_MIN;
	}
	if (!pool->network || difficulty_to_work(reward->window_work.text, pool->network->work_bits,
				      pool->coin.diff_bits, &reward->window_work.work) != OK)
		reward->window_work.work = 1; /* was reported when it was read */
	rules->window_work = reward->window_work.work;
}

static void check_recipients(struct conf_reader *r, struct conf_pool *pool)
{
	struct conf_reward *reward = &pool->reward;
	int64_t sum = reward->rules.finder_bonus_ppm;
	struct why why;

	for (size_t i = 0; i < reward->recipients_count; i++) {
		struct conf_recipient *to = &reward->recipients[i];

		sum += to->ppm;
		if (!pool->network || !*to->address_text)
			continue;
		if (address_decode(
			    &pool->coin, pool->network, to->address_text, &to->address, &why) != OK)
			conf_problem(r, &to->address_text, "address", "%s", why.text);
		else if (script_equals(&to->address.script, &pool->address.script))
			conf_problem(r, &to->address_text, "address",
				"is where the pool's rewards go: name another, or leave it out");
	}
	if (sum > REWARD_PPM)
		conf_problem(r, &reward->rules.scheme, "reward",
			"finder_bonus and the recipients together get more than 100%%");
}

static void check_share_based(struct conf_reader *r, struct reward_rules *rules)
{
	const char *scheme = reward_scheme_name(rules->scheme);

	if (amount_is_zero(rules->block_value))
		conf_problem(r, &rules->block_value, "block_value",
			"%s needs it: what a block is worth without transaction fees, in coins",
			scheme);
	if (rules->finder_bonus_ppm > 0)
		conf_problem(r, &rules->finder_bonus_ppm, "finder_bonus",
			"%s pays for work, not for blocks: leave it out", scheme);
	if (rules->pool_bonus_ppm > 0)
		conf_problem(r, &rules->pool_bonus_ppm, "pool_bonus",
			"%s pays for work, not for blocks: lower the fee instead", scheme);
}

void conf_check_reward(struct conf_reader *r, struct conf_pool *pool)
{
	struct reward_rules *rules = &pool->reward.rules;

	check_window(r, pool);
	check_recipients(r, pool);
	if (rules->pool_bonus_ppm > rules->fee_ppm)
		conf_problem(r, &rules->pool_bonus_ppm, "pool_bonus",
			"is paid out of the fee and cannot be more than that");
	if (rules->scheme && reward_is_share_based(rules->scheme))
		check_share_based(r, rules);
}
