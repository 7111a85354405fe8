/* payout_choose.h -- who is due, and how much: the same for a payout run and for a dry run. */
#ifndef LEDGER_PAYOUT_CHOOSE_H
#define LEDGER_PAYOUT_CHOOSE_H

#include "chain/address.h"
#include "conf/conf.h"
#include "store/store_payout.h"

struct payout_due {
	int64_t account;
	char address[ADDRESS_TEXT_MAX]; /* canonical */
	struct amount amount;
	struct amount threshold; /* that it has reached */
};

struct payout_choice {
	struct payout_due *dues; /* the largest first */
	size_t n;
	struct amount total;
	size_t limited; /* so many more are due, but the funds or a limit do not allow it now */
	size_t bad;     /* so many have an address that cannot be paid */
	char bad_address[STORE_ADDRESS_MAX]; /* the last of them, … */
	struct why bad_why;                  /* … and what is wrong with it */
};

/**
 * payout_choose(st, pool, pool_id, funds, out, why): whom a run pays now, of at most these funds
 * and of what the limit of a day leaves.
 *   out   ended with payout_choice_fini()
 */
enum err payout_choose(struct store *st, const struct conf_pool *pool, int64_t pool_id,
	struct amount funds, struct payout_choice *out, struct why *why) MUST_CHECK;
void payout_choice_fini(struct payout_choice *c);

/** payout_run_due(conf, run_ms, now_ms): whether a run begins, the last one having been at run_ms.
 */
bool payout_run_due(const struct conf_payout *conf, int64_t run_ms, int64_t now_ms);
/** payout_run_next(conf, run_ms, now_ms): when the next one begins [ms, UTC]; now_ms: at once. */
int64_t payout_run_next(const struct conf_payout *conf, int64_t run_ms, int64_t now_ms);

#endif
