/*
 * reward.h -- work in, credits out: how rewards are divided among accounts.
 *
 * Two families. The schemes of blocks (PROP, PPLNS, PPLNT, score, SOLO) divide the reward of a
 * block when it has been found: a tally walks over the work, reward_divide() shares out. Those of
 * shares (PPS and its kin) give work a value of its own: accrual.h.
 *
 * Pure: no input but the arguments, no clock, no float. The same work gives the same credits
 * whoever computes them, today or years later. docs/rewards.md tells it to people, with examples.
 */
#ifndef REWARD_REWARD_H
#define REWARD_REWARD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/amount.h"

/* Stored: do not renumber. */
enum reward_scheme {
	REWARD_PROP = 1,  /* the work of the round: after the pool's block before, up to this one */
	REWARD_PPLNS = 2, /* the last N units of work, whichever rounds they fell in */
	REWARD_PPLNT = 3, /* the round's work, less for who was there only a part of the time */
	REWARD_SCORE = 4, /* the round's work, worth less with each minute that has passed */
	REWARD_SOLO = 5,  /* all to who found the block */
	REWARD_PPS = 6,   /* each unit of work has its price; blocks feed the reserve */
	REWARD_FPPS = 7,  /* PPS of the transaction fees too */
	REWARD_PPS_PLUS = 8, /* PPS, and the transaction fees by PPLNS */
	REWARD_DPPS = 9,     /* PPS at a rate that follows the pool's luck */
	REWARD_SMPPS = 10,   /* PPS as far as blocks have brought it; debts are paid oldest first */
	REWARD_ESMPPS = 11,  /* PPS as far as blocks have brought it; the same part of all debts */
};

/* What N of PPLNS is. Stored: do not renumber. */
enum reward_window {
	REWARD_WINDOW_NETWORK = 0, /* a multiple of the network's work for one block */
	REWARD_WINDOW_FIXED = 1,   /* an amount of work */
	REWARD_WINDOW_AVERAGE = 2, /* the mean work of the pool's last rounds */
	REWARD_WINDOW_DYNAMIC = 3, /* between that and the work of this round */
};

#define REWARD_PPM 1000000 /* 100 % as parts per million */

struct reward_rules {
	enum reward_scheme scheme;
	int64_t fee_ppm;          /* the pool's part, 0 .. REWARD_PPM, of all but no-fee accounts */
	int64_t finder_bonus_ppm; /* of the reward, to the finder, before it is divided */
	int64_t pool_bonus_ppm;   /* on top of each share, out of the fee, as far as that goes */

	enum reward_window window_by;
	int64_t window_ppm;       /* NETWORK: millionths of that work, > 0 */
	int64_t window_work;      /* FIXED: [work units] > 0 */
	unsigned window_blocks;   /* AVERAGE, DYNAMIC, FPPS: how many blocks make the mean, > 0 */
	int64_t window_round_ppm; /* DYNAMIC: how much this round weighs, 0 .. REWARD_PPM */
	bool reverse_payout;      /* PPLNS: who has no work in this round is paid too */

	int64_t pplnt_ppm; /* PPLNT: from this part of the longest time on work counts in full */
	int64_t score_ms;  /* score: each minute takes 1 / (score_ms / 60000) off; >= 2 minutes */

	struct amount block_value;  /* PPS family: what a block is taken to be worth, > 0 */
	int64_t luck_margin_ppm;    /* DPPS: kept back from the pool's luck */
	int64_t luck_min_ppm;       /* DPPS: the rate does not fall below */
	unsigned luck_heights;      /* DPPS: heights over which luck is looked at, > 0 */
	int64_t accrue_interval_ms; /* PPS family: time between two credits */
};

/** reward_scheme_name(s): "prop", "pplns", …; as configured and shown. */
const char *reward_scheme_name(enum reward_scheme scheme);
/** reward_is_share_based(s): the PPS family, whose credits come with the work, not with blocks. */
bool reward_is_share_based(enum reward_scheme scheme);

/** reward_fee(amount, fee_ppm): that part, rounded down. amount >= 0, 0 <= fee_ppm <= REWARD_PPM.
 */
struct amount reward_fee(struct amount amount, int64_t fee_ppm);

/* ---- the schemes of blocks ---- */

/* The block that is paid, and its round. */
struct reward_round {
	int64_t from;         /* height of the pool's block before; the round is above it */
	int64_t work;         /* [work units] of the round */
	int64_t average_work; /* [work units] mean of the rounds before it; 0: there were none */
	int64_t network_work; /* [work units] what a block took on average then, >= 1 */
	int64_t finder;       /* account */
};

/** reward_window(rules, round): PPLNS's N [work units], 1 .. INT64_MAX. NETWORK is rounded up. */
int64_t reward_window(const struct reward_rules *rules, const struct reward_round *round);

/* What one worker did at one height in one minute. */
struct reward_slot {
	int64_t account;
	int64_t height;
	int64_t minute;
	int64_t work; /* [work units] >= 0 */
};

/* amount == share + bonus - fee - donation. */
struct reward_credit {
	int64_t account;
	int64_t work;           /* [work units] how much of the account's work was counted */
	struct amount share;    /* for its work */
	struct amount bonus;    /* for something else */
	struct amount fee;      /* kept by the pool */
	struct amount donation; /* given to the pool */
	struct amount amount;
};

/* The walk back over the slots of one block. One thread. */
struct reward_tally;

/**
 * reward_tally_new(rules, round): ready for the newest slot. PPS+ counts as PPLNS does; the other
 * schemes of the PPS family are not for tallies. The caller frees it with reward_tally_free().
 */
struct reward_tally *reward_tally_new(
	const struct reward_rules *rules, const struct reward_round *round);
void reward_tally_free(struct reward_tally *t);

/**
 * reward_tally_add(t, slot): count one more slot, from the newest to the oldest: (height, minute)
 * never rise from call to call, the order within a minute is free.
 * Returns false when this slot and all older ones do not count: stop walking.
 */
bool reward_tally_add(struct reward_tally *t, const struct reward_slot *slot);

/**
 * reward_tally_split(t, amount, out, out_n): share out `amount` in proportion to what the scheme
 * counts, by largest remainder (equal remainders: the lower account first). Ends the walk. When
 * nothing was counted the finder gets all.
 *   amount  >= 0
 *   out     ascending by account, with account, work and share; sum(share) == amount; the caller
 *           frees it
 */
void reward_tally_split(
	struct reward_tally *t, struct amount amount, struct reward_credit **out, unsigned *out_n);

/* What an account has agreed with the pool. */
struct reward_terms {
	int64_t account;
	bool no_fee;
	int64_t donation_ppm; /* of what is left after the fee */
};

/* A part that is given before the rest is divided: no fee, no donation. */
struct reward_grant {
	int64_t account;
	struct amount amount; /* >= 0 */
};

/* Who gets something else than his work is worth. */
struct reward_terms_list {
	const struct reward_terms *terms; /* ascending by account; who is not here has no terms */
	size_t n;
	const struct reward_grant *grants; /* any order; an account may be here more than once */
	size_t grants_n;
};

/**
 * reward_divide(t, rules, amount, special, out, out_n): all that a block gives: the grants, and the
 * rest by reward_tally_split() with its fees, donations and bonuses.
 *   amount  the whole reward, >= sum(grants)
 *   out     ascending by account; sum(amount) <= the reward, what is missing is the pool's; the
 *           caller frees it
 */
void reward_divide(struct reward_tally *t, const struct reward_rules *rules, struct amount amount,
	const struct reward_terms_list *special, struct reward_credit **out, unsigned *out_n);

/** reward_deduct(rules, special, credit): fee and donation of credit->share by itself, both rounded
 * down, and what is left. */
void reward_deduct(const struct reward_rules *rules, const struct reward_terms_list *special,
	struct reward_credit *credit);

/** reward_solo(rules, amount): what a coinbase pays to the finder of a block under SOLO: all but
 * the fee, and the bonuses; as reward_divide() does it for who has no terms of his own. amount >= 0
 */
struct amount reward_solo(const struct reward_rules *rules, struct amount amount);

#endif
