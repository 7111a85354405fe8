/* round.c -- close rounds in the order of heights, and take back what fell out of the chain. */
#include <stdlib.h>

#include "ledger/crash.h"
#include "ledger/divide.h"
#include "ledger/ledger_priv.h"
#include "store/store_node.h"
#include "store/store_slot.h"

/* ---- taking back ---- */

static enum err take_back_in_txn(struct ledger *l, const struct judged *gone, struct why *why)
{
	bool never_seen = gone->place == LOOKUP_UNKNOWN;
	enum err err;

	if (gone->block.state == STORE_BLOCK_IMMATURE)
		err = store_round_orphan(l->store, gone->block.id, why);
	else
		err = store_block_set(l->store, gone->block.id, STORE_BLOCK_PENDING,
			never_seen ? STORE_BLOCK_REJECTED : STORE_BLOCK_ORPHAN, 0, why);
	if (err)
		return err;
	return feed_block(
		l, never_seen ? "block_rejected" : "block_orphaned", &gone->block, 0, why);
}

static enum err take_back(struct ledger *l, const struct judged *gone, struct why *why)
{
	enum err err = store_begin(l->store, why);

	if (err)
		return err;
	err = take_back_in_txn(l, gone, why);
	if (err) {
		store_rollback(l->store);
		return err;
	}
	err = store_commit(l->store, why);
	if (!err)
		log_odd(&l->log, "block_orphaned", "height=%lld hash=%s credited=%s",
			(long long)gone->block.height, gone->block.hash,
			gone->block.state == STORE_BLOCK_IMMATURE ? "taken-back" : "never");
	return err;
}

/* ---- closing ---- */

static enum err write_round(struct ledger *l, const struct store_block *block,
	const struct store_round *round, struct why *why)
{
	enum err err = store_begin(l->store, why);

	if (err)
		return err;
	err = store_round_close(l->store, round, why);
	if (!err)
		err = feed_credited(l, block, round, why);
	if (err) {
		store_rollback(l->store);
		return err;
	}
	crash_point("round_closing");
	err = store_commit(l->store, why);
	crash_point("round_closed");
	return err;
}

static enum err compute_round(struct ledger *l, const struct store_block *block,
	struct store_round *round, struct buf *out_rules, struct why *why)
{
	struct rules rules;
	enum err err = OK;

	round->from = block->height;
	if (store_block_has_round(block))
		err = store_block_round_from(
			l->store, l->pool_id, block->height, &round->from, why);
	if (!err)
		err = store_round_total(
			l->store, l->pool_id, round->from, block->height, &round->work, why);
	if (!err)
		err = rules_now(l, block, &rules, why);
	if (err)
		return err;
	err = divide_block(l->store, block, &rules, round, why);
	if (!err)
		rules_text(&rules, out_rules);
	rules_fini(&rules);
	return err;
}

/* The walk takes its time and holds no lock: store_round_close() refuses when anything that it
 * saw has changed since. */
static enum err close_round(struct ledger *l, const struct judged *found, struct why *why)
{
	struct store_round round = {
		.block = found->block.id, .confirmations = found->confirmations};
	char reward[AMOUNT_TEXT_MAX], fee[AMOUNT_TEXT_MAX], reserve[AMOUNT_TEXT_MAX];
	struct buf rules = {0};
	enum err err = compute_round(l, &found->block, &round, &rules, why);

	if (err)
		return err;
	round.rules = buf_str(&rules);
	crash_point("round_counted");
	err = write_round(l, &found->block, &round, why);
	free((void *)round.credits);
	buf_free(&rules);
	l->is_proof_due = true;
	if (!err)
		log_info(&l->log, "round_closed",
			"height=%lld from=%lld work=%lld accounts=%zu reward=%s fee=%s reserve=%s",
			(long long)found->block.height, (long long)round.from,
			(long long)round.work, round.n, amount_text(round.reward, reward),
			amount_text(round.fee, fee), amount_text(round.reserve, reserve));
	return err;
}

/* The chain has the block: say so the first time. */
static enum err note_found(struct ledger *l, const struct judged *found, struct why *why)
{
	enum err err;

	if (found->block.confirmations > 0)
		return OK;
	err = store_begin(l->store, why);
	if (err)
		return err;
	err = store_block_set(l->store, found->block.id, STORE_BLOCK_PENDING, STORE_BLOCK_PENDING,
		found->confirmations, why);
	if (!err)
		err = feed_block(l, "block_found", &found->block, found->confirmations, why);
	if (err) {
		store_rollback(l->store);
		return err;
	}
	return store_commit(l->store, why);
}

/* Whether every live node has delivered its work up to this height. */
static enum err is_delivered(struct ledger *l, int64_t height, bool *out, struct why *why)
{
	int64_t flushed, node;
	enum err err = store_node_flushed(l->store, l->pool_id, &flushed, &node, why);

	if (err)
		return err;
	*out = flushed >= height;
	if (*out)
		complaint_over(&l->complaints[ABOUT_FLUSH], &l->log);
	else
		complain(&l->complaints[ABOUT_FLUSH], &l->log, LOG_LEVEL_INFO, "round_waits",
			"node=%lld \"has not delivered its work up to a height of a block yet; if "
			"it is down, start it again, or write it off when its journal is lost "
			"(kozan help node)\"",
			(long long)node);
	return OK;
}

/* ---- a block below those that are closed ---- */

static enum err reopen_in_txn(struct ledger *l, const struct judged *b, struct why *why)
{
	enum err err = store_round_reopen(l->store, b->block.id, b->confirmations, why);

	return err ? err : feed_block(l, "block_reopened", &b->block, b->confirmations, why);
}

static enum err reopen(struct ledger *l, const struct judged *b, struct why *why)
{
	enum err err = store_begin(l->store, why);

	if (err)
		return err;
	err = reopen_in_txn(l, b, why);
	if (err) {
		store_rollback(l->store);
		return err;
	}
	err = store_commit(l->store, why);
	if (!err)
		log_odd(&l->log, "round_reopened", "height=%lld hash=%s",
			(long long)b->block.height, b->block.hash);
	return err;
}

static bool is_closed_above(const struct judged *b, int64_t height)
{
	return b->block.state == STORE_BLOCK_IMMATURE && b->verdict != VERDICT_GONE &&
	       b->block.height >= height;
}

/*
 * A block came late, or came back: those above it that are closed and not paid yet are opened, the
 * highest first, to be closed again after it. One that may still leave the chain is waited for.
 * *out_clear: there was none.
 */
static enum err clear_above(struct ledger *l, const struct judged *blocks, size_t n, int64_t height,
	bool *out_clear, struct why *why)
{
	bool all_in_chain = true;
	enum err err = OK;

	*out_clear = true;
	for (size_t i = 0; i < n; i++) {
		if (!is_closed_above(&blocks[i], height))
			continue;
		*out_clear = false;
		all_in_chain = all_in_chain && blocks[i].verdict == VERDICT_IN_CHAIN;
	}
	for (size_t i = n; i > 0 && all_in_chain && !err; i--) {
		if (is_closed_above(&blocks[i - 1], height))
			err = reopen(l, &blocks[i - 1], why);
	}
	return err;
}

/* It was never credited, and the chain has another block of ours at its height: whichever of the
 * two stays, the work up to here is in one round. */
static bool is_beaten_by_our_own(const struct judged *blocks, size_t n, const struct judged *b)
{
	for (size_t i = 0; i < n; i++) {
		if (blocks[i].block.height == b->block.height &&
			blocks[i].verdict == VERDICT_IN_CHAIN)
			return b->block.state == STORE_BLOCK_PENDING;
	}
	return false;
}

/* The round of a block that is in the chain; above are those that come after it. *out_done: the
 * next one may be looked at. */
static enum err settle(struct ledger *l, const struct judged *b, const struct judged *above,
	size_t above_n, bool *out_done, struct why *why)
{
	enum err err = note_found(l, b, why);

	if (!err)
		err = is_delivered(l, b->block.height, out_done, why);
	if (!err && *out_done)
		err = clear_above(l, above, above_n, b->block.height, out_done, why);
	return !err && *out_done ? close_round(l, b, why) : err;
}

/*
 * Work belongs to the round of the next block that is in the chain. So nothing above a block is
 * closed before that block is known to be in or out. A block below one that is mature gets a round
 * of its own (docs/rewards.md).
 */
enum err round_step(struct ledger *l, const struct judged *blocks, size_t n, struct why *why)
{
	bool done = true;
	enum err err = OK;

	for (size_t i = 0; i < n && !err; i++) {
		if (blocks[i].verdict == VERDICT_GONE)
			err = take_back(l, &blocks[i], why);
	}
	for (size_t i = 0; i < n && !err && done; i++) {
		const struct judged *b = &blocks[i];

		if (b->verdict == VERDICT_WAIT && !is_beaten_by_our_own(blocks, n, b))
			break;
		if (b->verdict != VERDICT_IN_CHAIN || b->block.state != STORE_BLOCK_PENDING)
			continue;
		err = settle(l, b, &blocks[i + 1], n - i - 1, &done, why);
	}
	return err;
}
