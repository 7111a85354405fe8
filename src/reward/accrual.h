/*
 * accrual.h -- the PPS family: what work is worth by itself, whether blocks are found or not.
 *
 * A unit of work at a height is worth base / (the network's work for the block of that height). An
 * accrual sums this up over some heights; each account's sum is rounded down once.
 */
#ifndef REWARD_ACCRUAL_H
#define REWARD_ACCRUAL_H

#include "reward/reward.h"

struct reward_accrual;

/**
 * reward_accrual_new(rules, special, base, rate_ppm): for some heights.
 *   special   terms are looked up here; its grants do not count. Borrowed, as the rules are
 *   base      what a block is worth, > 0
 *   rate_ppm  the part of that which is credited: REWARD_PPM, but for DPPS; 0 .. REWARD_PPM
 * The caller frees it with reward_accrual_free().
 */
struct reward_accrual *reward_accrual_new(const struct reward_rules *rules,
	const struct reward_terms_list *special, struct amount base, int64_t rate_ppm);
void reward_accrual_free(struct reward_accrual *a);

/** reward_accrual_add(a, account, work, network_work): work >= 0 at a height whose block took
 * network_work >= 1 on average, in any order. */
void reward_accrual_add(
	struct reward_accrual *a, int64_t account, int64_t work, int64_t network_work);
/** reward_accrual_cut(a, account, ppm): give this account a part of what all the work of the
 * others is worth. Once each, before the end; all parts together are at most REWARD_PPM. */
void reward_accrual_cut(struct reward_accrual *a, int64_t account, int64_t ppm);

struct reward_accrued {
	int64_t work;
	struct amount value;   /* of the work at the full rate */
	struct amount credits; /* sum(credit.amount) */
	struct amount fee;     /* fees and donations: the pool's own credit */
};

/** reward_accrual_end(a, sums, out, out_n): the credits, ascending by account; the caller frees
 * out. Amounts too large for the ledger become REWARD_ACCRUED_MAX: no reserve covers that. */
void reward_accrual_end(struct reward_accrual *a, struct reward_accrued *sums,
	struct reward_credit **out, unsigned *out_n);

#define REWARD_ACCRUED_MAX 1000000000000000000LL /* [units] ten thousand million coins */

/**
 * reward_dpps_rate(rules, earned, expected): DPPS's rate, from the pool's luck: what blocks brought
 * over what the work was worth, one block of average luck added to both so that a new pool begins
 * at 1; less the margin; luck_min_ppm .. REWARD_PPM.
 *   earned, expected  >= 0
 */
int64_t reward_dpps_rate(
	const struct reward_rules *rules, struct amount earned, struct amount expected);

/**
 * reward_pay_debts(budget, owed[n], n, out[n]): ESMPPS: the same part of every debt, by largest
 * remainder. sum(out) == min(budget, sum(owed)), out[i] <= owed[i].
 */
void reward_pay_debts(
	struct amount budget, const struct amount *owed, unsigned n, struct amount *out);

/**
 * reward_pay_part(amount, whole, before, after): SMPPS: what falls to `amount`, which is a part of
 * a debt `whole`, when as much of the debt is paid as `after` and `before` was paid already. Adds
 * up to amount in the end, and never to more than `after` on the way.
 *   0 <= before <= after <= whole, 0 <= amount <= whole, whole > 0
 */
struct amount reward_pay_part(
	struct amount amount, struct amount whole, struct amount before, struct amount after);

#endif
