/*
 * pay.h -- whom the coinbase of a block pays, and how much: the pool or the finder, the operator's
 * recipients, and who the template says must be paid.
 */
#ifndef STRATUM_PAY_H
#define STRATUM_PAY_H

#include "chain/coinbase.h"
#include "coind/template.h"
#include "conf/conf.h"

/* An output that the ledger must know of, because the pool's wallet does not get it. */
struct pay_direct {
	const char *address; /* borrowed from who was asked for */
	struct amount amount;
};

/* The outputs of one coinbase. */
struct pay {
	struct coinbase_output *outputs;
	unsigned n;
	struct pay_direct *direct; /* each address once */
	unsigned direct_n;
	struct amount reward; /* what the pool and its miners get of the block in all */
};

/**
 * pay_init(pay, pool, template, finder): who gets what.
 *   finder  SOLO: who gets the block, less the fee; NULL: it goes to the pool's address
 */
void pay_init(struct pay *pay, const struct conf_pool *pool, const struct template *t,
	const struct address *finder);
void pay_fini(struct pay *pay);

#endif
