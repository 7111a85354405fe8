/*
 * reward.h -- work in, credits out: how one block's reward is divided among accounts.
 *
 * Pure: no input but the arguments, no clock, no float. The same slots give the same credits
 * whoever computes them, today or years later. docs/rewards.md tells it to people.
 */
#ifndef REWARD_REWARD_H
#define REWARD_REWARD_H

#include <stdbool.h>
#include <stdint.h>

#include "base/amount.h"

enum reward_scheme {
	REWARD_PROP = 1,  /* the work of the round: after the pool's block before, up to this one */
	REWARD_PPLNS = 2, /* the last N units of work, whichever rounds they fell in */
};

#define REWARD_PPM 1000000 /* 100 % as parts per million */

struct reward_rules {
	enum reward_scheme scheme;
	int64_t window_ppm; /* PPLNS: millionths of the network's work for one block, > 0 */
	int64_t fee_ppm;    /* the pool's part of every reward, 0 .. REWARD_PPM */
};

/* What one worker did at one height in one minute. */
struct reward_slot {
	int64_t account;
	int64_t height;
	int64_t minute;
	int64_t work; /* [work units] >= 0 */
};

struct reward_credit {
	int64_t account;
	int64_t work; /* [work units] how much of the account's work was counted */
	struct amount amount;
};

/** reward_scheme_name(s): "prop", "pplns"; as configured, stored and shown. */
const char *reward_scheme_name(enum reward_scheme scheme);

/** reward_fee(reward, fee_ppm): the pool's part, rounded down. reward >= 0, fee_ppm as in the
 * rules. */
struct amount reward_fee(struct amount reward, int64_t fee_ppm);

/** reward_window(network_work, window_ppm): PPLNS's N [work units], rounded up, at least 1,
 * at most INT64_MAX. network_work >= 1: expected work for the block that is paid. */
int64_t reward_window(int64_t network_work, int64_t window_ppm);

/* The walk back over the slots of one block, then the split. One thread. */
struct reward_tally;

/**
 * reward_tally_new(rules, round_from, network_work): ready for the newest slot.
 *   round_from    height of the pool's block before; PROP counts only heights above it
 *   network_work  [work units] of the block that is paid; PPLNS makes its window from it
 * The caller frees it with reward_tally_free().
 */
struct reward_tally *reward_tally_new(
	const struct reward_rules *rules, int64_t round_from, int64_t network_work);
void reward_tally_free(struct reward_tally *t);

/**
 * reward_tally_add(t, slot): count one more slot, from the newest to the oldest: (height, minute)
 * never rise from call to call, the order within a minute is free.
 * Returns false when this slot and all older ones do not count: stop walking.
 */
bool reward_tally_add(struct reward_tally *t, const struct reward_slot *slot);

/**
 * reward_tally_split(t, amount, finder, out, out_n): share out `amount` in proportion to the
 * counted work, by largest remainder (equal remainders: the lower account first). Ends the walk.
 *   amount  >= 0: the reward without the fee
 *   finder  the account that gets everything when no work was counted at all
 *   out     ascending by account, sum(out.amount) == amount; the caller frees it
 */
void reward_tally_split(struct reward_tally *t, struct amount amount, int64_t finder,
	struct reward_credit **out, unsigned *out_n);

#endif
