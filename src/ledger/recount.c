/* recount.c -- a closed round, once more from the work that the database has. */
#include "ledger/recount.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/mem.h"
#include "ledger/divide.h"
#include "store/store_reward.h"
#include "store/store_slot.h"

/* ---- comparing ---- */

static const char *work_text(int64_t work, char text[24])
{
	snprintf(text, 24, "%" PRId64, work);
	return text;
}

#define ROW_TEXT_MAX 64

static void row_text(const struct store_credit *c, char out[ROW_TEXT_MAX])
{
	char coins[AMOUNT_TEXT_MAX];

	if (c)
		snprintf(out, ROW_TEXT_MAX, "work %" PRId64 ", amount %s", c->work,
			amount_text(c->amount, coins));
	else
		snprintf(out, ROW_TEXT_MAX, "no row");
}

static void note(struct store_audit *a, int64_t block, const struct store_credit *stored,
	const struct store_credit *computed)
{
	char was[ROW_TEXT_MAX], is[ROW_TEXT_MAX];

	row_text(stored, was);
	row_text(computed, is);
	store_audit_add(a, "credit", was, is, "block_id %" PRId64 ", account_id %" PRId64, block,
		stored ? stored->account : computed->account);
}

static void note_part(struct store_audit *a, int64_t block, int64_t account, const char *column,
	struct amount stored, struct amount computed)
{
	char was[AMOUNT_TEXT_MAX], is[AMOUNT_TEXT_MAX];

	if (amount_cmp(stored, computed) != 0)
		store_audit_add(a, "credit", amount_text(stored, was), amount_text(computed, is),
			"block_id %" PRId64 ", account_id %" PRId64 ", %s", block, account, column);
}

static void compare_row(struct store_audit *a, int64_t block, const struct store_credit *stored,
	const struct store_credit *computed)
{
	if (stored->work != computed->work || amount_cmp(stored->amount, computed->amount) != 0) {
		note(a, block, stored, computed);
		return;
	}
	note_part(a, block, stored->account, "bonus", stored->bonus, computed->bonus);
	note_part(a, block, stored->account, "fee", stored->fee, computed->fee);
	note_part(a, block, stored->account, "donation", stored->donation, computed->donation);
	note_part(a, block, stored->account, "direct", stored->direct, computed->direct);
}

static void compare(struct store_audit *a, int64_t block, const struct store_credit *rows,
	size_t rows_n, const struct store_credit *credits, size_t n)
{
	size_t i = 0, k = 0;

	while (i < rows_n || k < n) {
		const struct store_credit *row = i < rows_n ? &rows[i] : NULL;
		const struct store_credit *credit = k < n ? &credits[k] : NULL;

		if (!row || (credit && credit->account < row->account)) {
			note(a, block, NULL, credit);
			k++;
		} else if (!credit || row->account < credit->account) {
			note(a, block, row, NULL);
			i++;
		} else {
			compare_row(a, block, row, credit);
			i++;
			k++;
		}
	}
}

static enum err load_credits(
	struct store *st, int64_t block, struct store_credit **out, size_t *out_n, struct why *why)
{
	struct store_earning *rows;
	struct store_credit *credits;
	enum err err = store_credit_list(st, block, &rows, out_n, why);

	if (err)
		return err;
	credits = NEW_ARRAY(struct store_credit, *out_n);
	for (size_t i = 0; i < *out_n; i++)
		credits[i] = (struct store_credit){.account = rows[i].account,
			.work = rows[i].work,
			.amount = rows[i].amount,
			.bonus = rows[i].bonus,
			.fee = rows[i].fee,
			.donation = rows[i].donation,
			.direct = rows[i].direct};
	store_free_earnings(rows);
	*out = credits;
	return OK;
}

static enum err compare_under(struct store *st, struct rules *rules,
	const struct store_block *block, struct store_audit *a, struct why *why)
{
	struct store_round round = {.from = block->round_from, .work = block->round_work};
	struct store_credit *rows;
	size_t n;
	enum err err = load_credits(st, block->id, &rows, &n, why);

	if (err)
		return err;
	err = divide_block(st, block, rules, &round, why);
	if (!err) {
		compare(a, block->id, rows, n, round.credits, round.n);
		if (amount_cmp(round.reserve, block->reserve) != 0)
			note_part(a, block->id, 0, "reserve", block->reserve, round.reserve);
		free((void *)round.credits);
	}
	free(rows);
	return err;
}

/* ---- by which rules ---- */

/* Not kept: those of now, where they are of the same scheme and only work decides. Fees, terms and
 * the rounds that made a mean may have been others. */
static enum err compare_unsure(struct store *st, const struct reward_rules *now,
	const struct store_block *block, struct recount *r, struct why *why)
{
	struct rules rules = {.reward = *now, .accrued = -1};
	enum err err;

	if (block->scheme != (int64_t)now->scheme)
		return OK;
	err = store_accrual_through(st, block->pool, &rules.accrued, why);
	if (!err)
		err = compare_under(st, &rules, block, &r->unsure, why);
	return err;
}

static enum err compare_credits(struct store *st, const struct reward_rules *now,
	const struct store_block *block, struct recount *r, struct why *why)
{
	struct why words = {""};
	struct rules rules;
	char *text;
	enum err err = store_round_rules(st, block->id, &text, why);

	if (err && err != ERR_NOT_FOUND)
		return err;
	if (!err) {
		err = rules_read(text, &rules, &words);
		if (err == ERR_CORRUPT)
			store_audit_add(&r->audit, "round_rules", words.text, "rules",
				"block_id %" PRId64, block->id);
		free(text);
	}
	if (!err) {
		err = compare_under(st, &rules, block, &r->audit, why);
		rules_fini(&rules);
		return err;
	}
	r->no_rules++;
	return now ? compare_unsure(st, now, block, r, why) : OK;
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
	const struct store_block *block, struct recount *r, struct why *why)
{
	enum err err = compare_work(st, block, &r->audit, why);

	r->rounds++;
	if (!err)
		err = compare_credits(st, rules, block, r, why);
	return err ? err : store_audit_block(st, block->id, &r->audit, why);
}
