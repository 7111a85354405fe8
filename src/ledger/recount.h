/*
 * recount.h -- a round's credits computed from the work that the database has: to close it, and to
 * prove later that it was closed so.
 */
#ifndef LEDGER_RECOUNT_H
#define LEDGER_RECOUNT_H

#include "reward/reward.h"
#include "store/store_audit.h"
#include "store/store_block.h"
#include "store/store_ledger.h"

/** recount_walk(st, block, tally, why): count work from the block's height back, until the tally
 * has enough. */
enum err recount_walk(struct store *st, const struct store_block *block, struct reward_tally *tally,
	struct why *why) MUST_CHECK;

/**
 * recount_block(st, rules, block, a, why): everything that a credited block (IMMATURE, MATURE) says
 * about its round follows from the work: the round's work, each account's part of it, each credit,
 * and what was booked.
 *   rules  the pool's now. A round that was closed under PROP is recognised, too. Where more than
 *          work decides (terms of accounts, bonuses, means of rounds, time), credits are not
 * recounted
 */
enum err recount_block(struct store *st, const struct reward_rules *rules,
	const struct store_block *block, struct store_audit *a, struct why *why) MUST_CHECK;

#endif
