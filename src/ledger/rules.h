/*
 * rules.h -- by what a round was closed: the scheme with all its parameters, and what else decided
 * but is kept nowhere else. With it and the work a round can be counted again after years.
 */
#ifndef LEDGER_RULES_H
#define LEDGER_RULES_H

#include "base/buf.h"
#include "base/err.h"
#include "reward/reward.h"

struct ledger;
struct store_block;

/* One of the operator's recipients. */
struct rules_part {
	int64_t account;
	int64_t ppm; /* of what is divided */
};

struct rules {
	struct reward_rules reward;
	int64_t average_work; /* of the rounds before; 0: there were none */
	int64_t accrued;      /* work up to this height had been credited by itself; -1: none */
	struct rules_part *parts;
	size_t parts_n;
	struct reward_terms *terms; /* ascending by account */
	size_t terms_n;
};

/** rules_now(l, block, out, why): those that a block is to be divided by now. rules_fini() */
enum err rules_now(struct ledger *l, const struct store_block *block, struct rules *out,
	struct why *why) MUST_CHECK;
void rules_fini(struct rules *r);
/** rules_keep_terms(r, accounts[n], n): what others have agreed does not matter.
 *   accounts  ascending */
void rules_keep_terms(struct rules *r, const struct reward_credit *credits, unsigned n);

/** rules_text(r, out): as one line of JSON that begins with the number of its format.
 * docs/rewards.md */
void rules_text(const struct rules *r, struct buf *out);
/** rules_read(text, out, why): rules_fini(). errs ERR_VERSION the format is of a newer program;
 * ERR_CORRUPT */
enum err rules_read(const char *text, struct rules *out, struct why *why) MUST_CHECK;

#endif
