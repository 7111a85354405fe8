/*
 * store_reward.h -- what the reward schemes keep: the terms of accounts, the reserve, and work that
 * is credited by itself (the PPS family).
 *
 * The books:
 *   fill      fee → reserve                                   (the operator; a negative one: draw)
 *   close     coinbase → reserve_immature                     (with store_round_close())
 *   mature    reserve_immature → reserve
 *   accrue    reserve → available (accounts), fee             PPS, FPPS, PPS+, DPPS
 *   owe       debt → owed (accounts, and 0 for the fee)       SMPPS, ESMPPS
 *   release   reserve → available, fee; owed → debt
 */
#ifndef STORE_STORE_REWARD_H
#define STORE_STORE_REWARD_H

#include "store/store.h"

/* ---- terms ---- */

struct store_terms {
	int64_t account;
	char address[STORE_ADDRESS_MAX]; /* not read by store_terms_set() */
	bool no_fee;
	int64_t donation_ppm; /* of what is left after the fee */
};

/** store_terms_list(st, pool, …): of all accounts that have some, by account. */
enum err store_terms_list(struct store *st, int64_t pool, struct store_terms **out, size_t *out_n,
	struct why *why) MUST_CHECK;
void store_free_terms(struct store_terms *rows);
/** store_terms_get(st, account, out, why): all zero when there are none. errs ERR_NOT_FOUND no such
 * account */
enum err store_terms_get(
	struct store *st, int64_t account, struct store_terms *out, struct why *why) MUST_CHECK;
enum err store_terms_set(
	struct store *st, const struct store_terms *terms, struct why *why) MUST_CHECK;

/* ---- the reserve ---- */

/** store_reserve(st, pool, out, why): what it holds. */
enum err store_reserve(
	struct store *st, int64_t pool, struct amount *out, struct why *why) MUST_CHECK;
/**
 * store_reserve_fill(st, pool, amount, why): move the pool's own money between its fee and the
 * reserve of the PPS family.
 *   amount  > 0 fills the reserve, < 0 draws from it
 *   errs    ERR_REFUSED there is not so much where it is to come from
 */
enum err store_reserve_fill(
	struct store *st, int64_t pool, struct amount amount, struct why *why) MUST_CHECK;

/* ---- accruals: work up to a height is credited ---- */

struct store_accrual {
	int64_t id;
	int64_t pool;
	int64_t from, height; /* heights (from, height] */
	int64_t scheme;       /* enum reward_scheme */
	struct amount base;   /* what a block was taken to be worth */
	int64_t rate_ppm;
	int64_t work;
	struct amount value;    /* of the work at the full rate */
	struct amount total;    /* sum of the credits, and the fee */
	struct amount fee;      /* the pool's part: fees and donations */
	struct amount released; /* of the total: paid out of the reserve */
	int64_t created_ms;
};

struct store_accrued {
	int64_t account;
	int64_t work;
	struct amount amount; /* > 0 */
	struct amount bonus, fee, donation;
};

/** store_accrual_through(st, pool, out, why): the height up to which work is credited; -1: none
 * ever. */
enum err store_accrual_through(
	struct store *st, int64_t pool, int64_t *out, struct why *why) MUST_CHECK;
/** store_accrual_start(st, pool, below, out, why): the height up to which blocks have paid for
 * work: of the last round that was closed by a scheme less than `below`, the first of the PPS
 * family; 0: none. */
enum err store_accrual_start(
	struct store *st, int64_t pool, int64_t below, int64_t *out, struct why *why) MUST_CHECK;
/** store_accrual_list(st, pool, before, limit, …): a page, newest first. */
enum err store_accrual_list(struct store *st, int64_t pool, int64_t before, unsigned limit,
	struct store_accrual **out, size_t *out_n, struct why *why) MUST_CHECK;
/** store_accrual_unpaid(st, pool, limit, …): those with released < total, oldest first. */
enum err store_accrual_unpaid(struct store *st, int64_t pool, unsigned limit,
	struct store_accrual **out, size_t *out_n, struct why *why) MUST_CHECK;
void store_free_accruals(struct store_accrual *rows);
/** store_accrued_list(st, accrual, …): its credits, by account. */
enum err store_accrued_list(struct store *st, int64_t accrual, struct store_accrued **out,
	size_t *out_n, struct why *why) MUST_CHECK;
void store_free_accrued(struct store_accrued *rows);
/** store_accrual_value(st, pool, above, through, out, why): sum of the values of accruals that end
 * at these heights. */
enum err store_accrual_value(struct store *st, int64_t pool, int64_t above, int64_t through,
	struct amount *out, struct why *why) MUST_CHECK;

/**
 * store_accrual_add(st, accrual, credits, n, is_debt, why): credit the work of some heights.
 *   accrual  pool .. fee are read; total == sum(credits) + fee, asserted
 *   is_debt  false: paid out of the reserve at once; true: only owed
 *   errs     ERR_CONFLICT work is not credited up to `from` now, or (unless is_debt) the reserve
 *            does not cover the total any more
 */
enum err store_accrual_add(struct store *st, const struct store_accrual *accrual,
	const struct store_accrued *credits, size_t n, bool is_debt, struct why *why) MUST_CHECK;

/* ---- debts ---- */

struct store_debt {
	int64_t account;    /* 0: the pool's fee */
	struct amount owed; /* > 0 */
};

/** store_debt_list(st, pool, …): who is owed how much, by account. */
enum err store_debt_list(struct store *st, int64_t pool, struct store_debt **out, size_t *out_n,
	struct why *why) MUST_CHECK;
void store_free_debts(struct store_debt *rows);
/**
 * store_debt_release(st, pool, payments, n, accrual, released, why): pay debts out of the reserve.
 *   payments  `owed` is what is paid now
 *   accrual   SMPPS: the one whose `released` becomes this; 0: none
 *   errs      ERR_CONFLICT the reserve or a debt is not as large any more
 */
enum err store_debt_release(struct store *st, int64_t pool, const struct store_debt *payments,
	size_t n, int64_t accrual, struct amount released, struct why *why) MUST_CHECK;

#endif
