/* recount.c -- a round's credits computed from the work that the database has. */
#include "ledger/recount.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/mem.h"
#include "store/store_reward.h"
#include "store/store_slot.h"

static bool count_slot(void *ctx, const struct store_slot *slot)
{
	struct reward_tally *tally = ctx;

	return reward_tally_add(tally, &(struct reward_slot){.account = slot->account,
					       .height = slot->height,
					       .minute = slot->minute,
					       .work = slot->work});
}

enum err recount_walk(struct store *st, const struct store_block *block, struct reward_tally *tally,
	struct why *why)
{
	return store_slots_back(st, block->pool, block->height, count_slot, tally, why);
}

/* The credits of a round in which work alone counts. */
static enum err recount_credits(struct store *st, const struct reward_rules *rules,
	const struct store_block *block, struct amount amount, struct reward_credit **credits,
	unsigned *n, struct why *why)
{
	struct reward_round round = {.from = block->round_from,
		.work = block->round_work,
		.network_work = block->network_work > 0 ? block->network_work : 1};
	struct reward_tally *tally;
	enum err err =
		store_account_ensure(st, block->pool, block->finder_address, &round.finder, why);

	if (err)
		return err;
	tally = reward_tally_new(rules, &round);
	err = recount_walk(st, block, tally, why);
	if (!err)
		reward_tally_split(tally, amount, credits, n);
	reward_tally_free(tally);
	return err;
}

/* ---- comparing ---- */

static const char *work_text(int64_t work, char text[24])
{
	snprintf(text, 24, "%" PRId64, work);
	return text;
}

static void note(struct store_audit *a, int64_t block, int64_t account,
	const struct store_earning *stored, const struct reward_credit *computed)
{
	char was[64] = "no row", is[64] = "no row", coins[AMOUNT_TEXT_MAX];

	if (stored)
		snprintf(was, sizeof(was), "work %" PRId64 ", amount %s", stored->work,
			amount_text(stored->amount, coins));
	if (computed)
		snprintf(is, sizeof(is), "work %" PRId64 ", amount %s", computed->work,
			amount_text(computed->amount, coins));
	store_audit_add(
		a, "credit", was, is, "block_id %" PRId64 ", account_id %" PRId64, block, account);
}

/* Both are ascending by account. A computed credit of nothing has no row. */
static void compare(struct store_audit *a, int64_t block, const struct store_earning *rows,
	size_t rows_n, const struct reward_credit *credits, unsigned n)
{
	size_t i = 0;
	unsigned k = 0;

	while (i < rows_n || k < n) {
		const struct store_earning *row = i < rows_n ? &rows[i] : NULL;
		const struct reward_credit *credit = k < n ? &credits[k] : NULL;

		if (credit && amount_is_zero(credit->amount)) {
			k++;
			continue;
		}
		if (!row || (credit && credit->account < row->account)) {
			note(a, block, credit->account, NULL, credit);
			k++;
		} else if (!credit || row->account < credit->account) {
			note(a, block, row->account, row, NULL);
			i++;
		} else {
			if (row->work != credit->work || amount_cmp(row->amount, credit->amount))
				note(a, block, row->account, row, credit);
			i++;
			k++;
		}
	}
}

static enum err compare_under(struct store *st, const struct reward_rules *rules,
	const struct store_block *block, const struct store_earning *rows, size_t n,
	struct store_audit *a, struct why *why)
{
	struct amount credited = amount_of(0);
	struct reward_credit *credits;
	unsigned credits_n;
	enum err err;

	for (size_t i = 0; i < n; i++)
		credited = amount_add(credited, rows[i].amount);
	err = recount_credits(st, rules, block, credited, &credits, &credits_n, why);
	if (err)
		return err;
	compare(a, block->id, rows, n, credits, credits_n);
	free(credits);
	return OK;
}

/* Terms of accounts, bonuses and grants may have changed since, and so may the rounds that made a
 * mean: such credits are what they are. Neither is there anything to recount where work alone does
 * not tell who gets what. */
static enum err is_by_work(struct store *st, const struct reward_rules *rules,
	const struct store_block *block, const struct store_earning *rows, size_t n, bool *out,
	struct why *why)
{
	bool has_window = rules->scheme == REWARD_PPLNS || rules->scheme == REWARD_PPS_PLUS;
	bool is_mean = rules->window_by == REWARD_WINDOW_AVERAGE ||
		       rules->window_by == REWARD_WINDOW_DYNAMIC;
	struct store_terms *terms;
	int64_t accrued;
	size_t terms_n;
	enum err err = store_terms_list(st, block->pool, &terms, &terms_n, why);

	if (!err)
		store_free_terms(terms);
	if (!err)
		err = store_accrual_through(st, block->pool, &accrued, why);
	if (err)
		return err;
	*out = terms_n == 0 &&
	       ((rules->scheme == REWARD_PROP && accrued < 0) || (has_window && !is_mean));
	for (size_t i = 0; i < n; i++)
		*out = *out && amount_is_zero(rows[i].bonus) && amount_is_zero(rows[i].donation);
	return OK;
}

/* The rules may have been others then; what was paid in all is taken as it is, since the fee may
 * have been another, too. */
static enum err compare_by_work(struct store *st, const struct reward_rules *rules,
	const struct store_block *block, const struct store_earning *rows, size_t n,
	struct store_audit *a, struct why *why)
{
	struct reward_rules prop = *rules;
	struct store_audit now = {0}, then = {0};
	enum err err = compare_under(st, rules, block, rows, n, &now, why);

	prop.scheme = REWARD_PROP;
	if (!err && now.n && !block->scheme && rules->scheme != REWARD_PROP)
		err = compare_under(st, &prop, block, rows, n, &then, why);
	if (!err && now.n && (block->scheme || rules->scheme == REWARD_PROP || then.n)) {
		if (!a->n)
			a->first = now.first;
		a->n += now.n;
	}
	return err;
}

static enum err compare_credits(struct store *st, const struct reward_rules *rules,
	const struct store_block *block, struct store_audit *a, struct why *why)
{
	struct reward_rules used = *rules;
	struct store_earning *rows;
	bool by_work;
	size_t n;
	enum err err = store_credit_list(st, block->id, &rows, &n, why);

	if (err)
		return err;
	if (block->scheme)
		used.scheme = (enum reward_scheme)block->scheme;
	err = is_by_work(st, &used, block, rows, n, &by_work, why);
	if (!err && by_work && n > 0)
		err = compare_by_work(st, &used, block, rows, n, a, why);
	store_free_earnings(rows);
	return err;
}

static enum err compare_work(
	struct store *st, const struct store_block *block, struct store_audit *a, struct why *why)
{
	char stored[24], computed[24];
	int64_t work;
	enum err err =
		store_round_total(st, block->pool, block->round_from, block->height, &work, why);

	if (!err && work != block->round_work)
		store_audit_add(a, "block", work_text(block->round_work, stored),
			work_text(work, computed),
			"id %" PRId64 " (height %" PRId64 "), round_work", block->id,
			block->height);
	return err;
}

enum err recount_block(struct store *st, const struct reward_rules *rules,
	const struct store_block *block, struct store_audit *a, struct why *why)
{
	enum err err = compare_work(st, block, a, why);

	if (!err)
		err = compare_credits(st, rules, block, a, why);
	return err ? err : store_audit_block(st, block->id, a, why);
}
