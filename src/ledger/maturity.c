/* maturity.c -- credits become available when the coin lets the wallet spend the block's reward. */
#include "ledger/crash.h"
#include "ledger/ledger_priv.h"

static enum err mature(struct ledger *l, const struct judged *found, struct why *why)
{
	enum err err = store_begin(l->store, why);

	if (err)
		return err;
	err = store_round_mature(l->store, found->block.id, found->confirmations, why);
	if (!err)
		err = feed_block(l, "block_matured", &found->block, found->confirmations, why);
	if (err) {
		store_rollback(l->store);
		return err;
	}
	crash_point("block_maturing");
	err = store_commit(l->store, why);
	if (!err)
		log_info(&l->log, "block_matured", "height=%lld confirmations=%lld",
			(long long)found->block.height, (long long)found->confirmations);
	return err;
}

enum err maturity_step(struct ledger *l, const struct judged *blocks, size_t n, struct why *why)
{
	/* wallets spend a coinbase when there are `maturity` blocks on top of it */
	int64_t enough = (int64_t)l->pool->coin.maturity + 1;
	enum err err = OK;

	for (size_t i = 0; i < n && !err; i++) {
		const struct judged *b = &blocks[i];

		if (b->block.state != STORE_BLOCK_IMMATURE || b->verdict != VERDICT_IN_CHAIN)
			continue;
		if (b->confirmations >= enough)
			err = mature(l, b, why);
		else if (b->confirmations != b->block.confirmations)
			err = store_block_set(l->store, b->block.id, STORE_BLOCK_IMMATURE,
				STORE_BLOCK_IMMATURE, b->confirmations, why);
	}
	return err;
}
