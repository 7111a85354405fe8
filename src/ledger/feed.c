/* feed.c -- the events that pages and people follow, as one JSON object each. */
#include <inttypes.h>

#include "base/buf.h"
#include "base/json.h"
#include "ledger/ledger_priv.h"
#include "store/store_stats.h"

static void add_text(struct buf *b, const char *key, const char *text)
{
	buf_printf(b, ",\"%s\":", key);
	buf_add_json_str(b, text);
}

static void add_amount(struct buf *b, const char *key, struct amount amount)
{
	char text[AMOUNT_TEXT_MAX];

	add_text(b, key, amount_text(amount, text));
}

static void add_block(struct buf *b, const struct store_block *block, int64_t confirmations)
{
	buf_printf(b, "{\"block\":%" PRId64 ",\"height\":%" PRId64 ",\"confirmations\":%" PRId64,
		block->id, block->height, confirmations);
	add_text(b, "hash", block->hash);
	add_text(b, "finder", block->finder_address);
	add_text(b, "worker", block->finder_worker);
	add_amount(b, "reward", block->reward);
}

static enum err add(struct ledger *l, const char *kind, struct buf *b, struct why *why)
{
	enum err err;

	buf_add_u8(b, '}');
	err = store_event_add(l->store, l->pool_id, kind, buf_str(b), why);
	buf_free(b);
	return err;
}

enum err feed_block(struct ledger *l, const char *kind, const struct store_block *block,
	int64_t confirmations, struct why *why)
{
	struct buf b = {0};

	add_block(&b, block, confirmations);
	return add(l, kind, &b, why);
}

enum err feed_credited(struct ledger *l, const struct store_block *block,
	const struct store_round *round, struct why *why)
{
	struct buf b = {0};

	add_block(&b, block, round->confirmations);
	add_amount(&b, "fee", round->fee);
	add_amount(&b, "reserve", round->reserve);
	add_text(&b, "scheme", reward_scheme_name((enum reward_scheme)round->scheme));
	buf_printf(&b, ",\"accounts\":%zu,\"round_from\":%" PRId64 ",\"round_work\":%" PRId64,
		round->n, round->from, round->work);
	return add(l, "block_credited", &b, why);
}

enum err feed_reserve(
	struct ledger *l, const char *kind, const struct store_accrual *waiting, struct why *why)
{
	struct buf b = {0};

	buf_printf(&b, "{\"height\":%" PRId64, waiting->height);
	add_amount(&b, "needed", waiting->total);
	return add(l, kind, &b, why);
}

enum err feed_payout(struct ledger *l, const char *kind, const struct store_payout *payout,
	int64_t confirmations, const char *block_hash, struct why *why)
{
	struct buf b = {0};

	buf_printf(&b,
		"{\"payout\":%" PRId64 ",\"accounts\":%" PRId64 ",\"confirmations\":%" PRId64,
		payout->id, payout->items, confirmations);
	add_text(&b, "txid", payout->txid);
	add_text(&b, "block_hash", block_hash);
	add_amount(&b, "total", payout->total);
	add_amount(&b, "network_fee", payout->network_fee);
	return add(l, kind, &b, why);
}
