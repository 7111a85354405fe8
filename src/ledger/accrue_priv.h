/* accrue_priv.h -- the PPS family in the ledger: accruals and debts. */
#ifndef LEDGER_ACCRUE_PRIV_H
#define LEDGER_ACCRUE_PRIV_H

#include "ledger/ledger_priv.h"
#include "reward/accrual.h"
#include "store/store_reward.h"

/* What is written at once. */
struct accrual {
	struct store_accrual row;
	struct store_accrued *credits;
	size_t n;
};

/** release_step(l, why): SMPPS, ESMPPS: pay debts, as far as the reserve goes. */
enum err release_step(struct ledger *l, struct why *why) MUST_CHECK;

#endif
