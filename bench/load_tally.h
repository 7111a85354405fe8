/*
 * load_tally.h -- what became of each share, as the miners saw it: by account, and as a log.
 *
 * A share is acknowledged when its `true` was read to the end of the line, refused when another
 * answer was, and lost when its connection ended before: then nobody but the pool knows whether
 * it counted.
 */
#ifndef BENCH_LOAD_TALLY_H
#define BENCH_LOAD_TALLY_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

enum tally_fate { TALLY_ACKNOWLEDGED, TALLY_REFUSED, TALLY_LOST };
enum { TALLY_FATES = 3, TALLY_REASONS = 32 };

struct tally_sum {
	uint64_t shares;
	uint64_t work; /* [hashes] */
};

struct tally_share {
	unsigned account, worker;
	uint64_t work;     /* [hashes] by the difficulty of its job */
	uint64_t hash_top; /* the most significant bytes of its hash: its name */
};

struct tally {
	char **accounts; /* [accounts_n] names; borrowed */
	unsigned accounts_n;
	FILE *log; /* a line a share: fate, account, worker, work, hash_top; NULL: none */
	struct tally_sum (*sums)[TALLY_FATES]; /* [accounts_n] */
	struct {
		char *text;
		uint64_t shares;
	} reasons[TALLY_REASONS]; /* of refusals */
};

/** tally_init(t): accounts, accounts_n and log are set, all else is zero. */
void tally_init(struct tally *t);
void tally_fini(struct tally *t);
/** tally_add(t, share, fate, answer): answer  the line that refused it, else NULL. */
void tally_add(
	struct tally *t, const struct tally_share *share, enum tally_fate fate, const char *answer);
/** tally_total(t, fate): of all accounts. */
struct tally_sum tally_total(const struct tally *t, enum tally_fate fate);
/** tally_print(t, with_accounts): members of a JSON object, without braces; the log's file is then
 * complete, too. */
void tally_print(struct tally *t, bool with_accounts);

#endif
