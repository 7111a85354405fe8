/* verify.c -- is a block of ours in the chain? Asked of the daemon, never of submitblock's answer.
 */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "ledger/ledger_priv.h"

enum { SETTLED_LOOKED_AT = 200 }; /* of the newest, of each kind */

static enum verdict judge(const struct store_block *block, const struct lookup_block *at)
{
	if (at->place == LOOKUP_IN_CHAIN)
		return VERDICT_IN_CHAIN;
	if ((int64_t)at->tip_height >= block->height + LEDGER_ORPHAN_DEPTH)
		return VERDICT_GONE;
	return VERDICT_WAIT;
}

static enum err judge_all(struct ledger *l, const struct store_block *rows, size_t n,
	struct judged *out, struct why *why)
{
	struct lookup_block at;
	bool unchanged;
	enum err err;

	for (size_t i = 0; i < n; i++) {
		err = chain_find(l, rows[i].hash, &at, why);
		if (err)
			return err;
		out[i] = (struct judged){.block = rows[i],
			.verdict = judge(&rows[i], &at),
			.place = at.place,
			.confirmations = at.confirmations};
	}
	err = chain_is_unchanged(l, &unchanged, why);
	if (err)
		return err;
	return unchanged ? OK : err_fail(why, ERR_CONFLICT, "a new block came in between");
}

/*
 * A credited block goes together with one below it: should both come back, the rounds have to be
 * closed again in the order of heights.
 */
static void take_along(struct judged *blocks, size_t n)
{
	bool below_is_gone = false;

	for (size_t i = 0; i < n; i++) {
		struct judged *b = &blocks[i];

		if (b->block.state != STORE_BLOCK_IMMATURE)
			continue;
		if (b->verdict == VERDICT_WAIT && below_is_gone)
			b->verdict = VERDICT_GONE;
		below_is_gone = below_is_gone || b->verdict == VERDICT_GONE;
	}
}

enum err verify_open(struct ledger *l, struct judged **out, size_t *out_n, struct why *why)
{
	struct store_block *rows;
	struct judged *judged;
	size_t n;
	enum err err = store_block_open(l->store, l->pool_id, &rows, &n, why);

	if (err)
		return err;
	judged = NEW_ARRAY(struct judged, n ? n : 1);
	err = judge_all(l, rows, n, judged, why);
	store_free_blocks(rows);
	if (err) {
		free(judged);
		return err;
	}
	take_along(judged, n);
	*out = judged;
	*out_n = n;
	return OK;
}

/* Blocks that were given up and are in the chain after all are judged again like new ones. */
static enum err revive(struct ledger *l, struct why *why)
{
	unsigned given_up =
		STORE_BLOCK_MASK(STORE_BLOCK_ORPHAN) | STORE_BLOCK_MASK(STORE_BLOCK_REJECTED);
	struct store_block *rows;
	struct lookup_block at;
	size_t n;
	enum err err = store_block_list(
		l->store, l->pool_id, given_up, 0, SETTLED_LOOKED_AT, &rows, &n, why);

	if (err)
		return err;
	for (size_t i = 0; i < n && !err; i++) {
		err = chain_find(l, rows[i].hash, &at, why);
		if (err || at.place != LOOKUP_IN_CHAIN)
			continue;
		err = store_block_set(
			l->store, rows[i].id, rows[i].state, STORE_BLOCK_PENDING, 0, why);
		if (!err)
			log_odd(&l->log, "block_returned", "height=%lld hash=%s",
				(long long)rows[i].height, rows[i].hash);
	}
	store_free_blocks(rows);
	return err;
}

static enum err report_lost(struct ledger *l, const struct store_block *block, struct why *why)
{
	complain(&l->complaints[ABOUT_CHAIN], &l->log, LOG_LEVEL_BROKEN, "mature_block_lost",
		"height=%lld hash=%s \"the chain was rewritten behind a block that was already "
		"paid for; payouts pause until it is back or the operator has decided\"",
		(long long)block->height, block->hash);
	if (l->lost_block == block->id)
		return OK;
	l->lost_block = block->id;
	return feed_block(l, "block_lost", block, 0, why);
}

static enum err watch_mature(struct ledger *l, struct why *why)
{
	const struct store_block *lost = NULL;
	struct store_block *rows;
	struct lookup_block at;
	size_t n;
	enum err err = store_block_list(l->store, l->pool_id, STORE_BLOCK_MASK(STORE_BLOCK_MATURE),
		0, SETTLED_LOOKED_AT, &rows, &n, why);

	if (err)
		return err;
	for (size_t i = 0; i < n && !lost && !err; i++) {
		bool is_borne = false;

		err = chain_find(l, rows[i].hash, &at, why);
		if (!err && at.place != LOOKUP_IN_CHAIN)
			err = store_block_is_borne(l->store, rows[i].id, &is_borne, why);
		if (!err && at.place != LOOKUP_IN_CHAIN && !is_borne)
			lost = &rows[i];
	}
	if (!err && lost)
		err = report_lost(l, lost, why);
	else if (!err) {
		l->lost_block = 0;
		complaint_over(&l->complaints[ABOUT_CHAIN], &l->log);
	}
	store_free_blocks(rows);
	return err;
}

enum err verify_settled(struct ledger *l, struct why *why)
{
	enum err err;

	/* of a lost one the operator may decide at any moment */
	if (!l->lost_block && memcmp(l->settled_tip, l->chain.best, sizeof(l->settled_tip)) == 0)
		return OK;
	err = revive(l, why);
	if (!err)
		err = watch_mature(l, why);
	if (!err)
		memcpy(l->settled_tip, l->chain.best, sizeof(l->settled_tip));
	return err;
}
