/*
 * recount.h -- does a round follow from the work that the database has?
 */
#ifndef LEDGER_RECOUNT_H
#define LEDGER_RECOUNT_H

#include "reward/reward.h"
#include "store/store_audit.h"
#include "store/store_block.h"

/* Zero-initialise; questions add to it. */
struct recount {
	struct store_audit audit;
	int64_t rounds;
	int64_t no_rules; /* by which rules these were closed is not kept, or in a newer format */
	struct store_audit unsure; /* of these: not what the rules of now give */
};

/**
 * recount_block(st, rules, block, r, why): everything that a credited block (IMMATURE, MATURE) says
 * about its round follows from the work: the round's work, each account's part of it, each credit
 * with its fee and donation, and what was booked.
 *   rules  the pool's now, for rounds whose own are not kept: what differs is `unsure`; NULL: such
 *          rounds are not counted again
 */
enum err recount_block(struct store *st, const struct reward_rules *rules,
	const struct store_block *block, struct recount *r, struct why *why) MUST_CHECK;

#endif
