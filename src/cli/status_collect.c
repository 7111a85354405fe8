/* status_collect.c -- reads what `kozan status` shows from the database. */
#include <math.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "cli/status.h"
#include "conf/conf.h"
#include "store/store.h"
#include "store/store_ban.h"
#include "store/store_block.h"
#include "store/store_ledger.h"
#include "store/store_node.h"
#include "store/store_payout.h"
#include "store/store_stats.h"
#include "store/store_wallet.h"

#define WINDOW_MINUTES 10
#define LATEST         5 /* blocks, payouts and events shown */

static const char *const block_states[] = {[STORE_BLOCK_PENDING] = "pending",
	[STORE_BLOCK_IMMATURE] = "immature",
	[STORE_BLOCK_MATURE] = "mature",
	[STORE_BLOCK_ORPHAN] = "orphan",
	[STORE_BLOCK_REJECTED] = "rejected"};

static const char *const node_states[] = {[STORE_NODE_LIVE] = "live",
	[STORE_NODE_STOPPED] = "stopped",
	[STORE_NODE_WRITTEN_OFF] = "written off"};

static const char *const books[STORE_BOOKS] = {[STORE_BOOK_COINBASE] = "coinbase",
	[STORE_BOOK_IMMATURE] = "immature",
	[STORE_BOOK_AVAILABLE] = "available",
	[STORE_BOOK_PAYING] = "paying",
	[STORE_BOOK_PAID] = "paid",
	[STORE_BOOK_FEE_IMMATURE] = "fee_immature",
	[STORE_BOOK_FEE] = "fee",
	[STORE_BOOK_NETWORK_FEE] = "network_fee",
	[STORE_BOOK_HOT] = "hot",
	[STORE_BOOK_COLD] = "cold",
	[STORE_BOOK_OPERATOR] = "operator"};

static json_t *amount_json(struct amount a)
{
	char text[AMOUNT_TEXT_MAX];

	return json_string(amount_text(a, text));
}

static void set(json_t *o, const char *key, json_t *value)
{
	json_object_set_new(o, key, value);
}

static json_t *parsed(const char *text)
{
	json_t *o = NULL;

	if (text[0] == '\0' || json_read(text, strlen(text), &o, NULL))
		return json_null();
	return o;
}

static enum err add_nodes(struct store *st, json_t *pool, struct why *why)
{
	json_t *list = json_array();
	struct store_node *rows;
	size_t n;
	enum err e = store_node_list(st, &rows, &n, why);

	set(pool, "nodes", list);
	if (e)
		return e;
	for (size_t i = 0; i < n; i++) {
		json_t *o = json_pack("{s:I, s:s, s:s, s:I}", "id", (json_int_t)rows[i].id, "name",
			rows[i].name, "state", node_states[rows[i].state], "seen_ms",
			(json_int_t)rows[i].seen_ms);

		set(o, "status", parsed(rows[i].status_json));
		json_array_append_new(list, o);
	}
	store_free_nodes(rows, n);
	return OK;
}

static enum err add_work(
	struct store *st, const struct conf_pool *conf, int64_t id, json_t *pool, struct why *why)
{
	int64_t minute = clock_wall_ms() / 60000;
	struct store_active active;
	struct store_sum sum;
	enum err e = store_sum_pool(st, id, minute - WINDOW_MINUTES + 1, minute, &sum, why);

	if (!e)
		e = store_active(st, id, (minute - WINDOW_MINUTES + 1) * 60000, &active, why);
	if (e)
		return e;
	set(pool, "window_minutes", json_integer(WINDOW_MINUTES));
	set(pool, "shares", json_integer(sum.shares));
	set(pool, "miners", json_integer(active.accounts));
	set(pool, "workers", json_integer(active.workers));
	set(pool, "last_share_ms", json_integer(sum.last_ms));
	set(pool, "hashrate",
		json_real(ldexp((double)sum.work, (int)conf->network->work_bits) /
			  (WINDOW_MINUTES * 60)));
	return OK;
}

static json_t *block_json(const struct store_block *b)
{
	json_t *o = json_pack("{s:I, s:s, s:s, s:I, s:I, s:s, s:s}", "height",
		(json_int_t)b->height, "hash", b->hash, "state", block_states[b->state],
		"confirmations", (json_int_t)b->confirmations, "found_ms", (json_int_t)b->found_ms,
		"finder", b->finder_address, "worker", b->finder_worker);

	set(o, "reward", amount_json(b->reward));
	return o;
}

/* Counts by state and the latest ones; walks all blocks, a page at a time. */
static enum err add_blocks(struct store *st, int64_t id, json_t *pool, struct why *why)
{
	json_t *blocks = json_object(), *latest = json_array();
	int64_t counts[ARRAY_LEN(block_states)] = {0}, before = 0;
	struct store_block *rows;
	size_t n;
	enum err e;

	set(pool, "blocks", blocks);
	do {
		e = store_block_list(
			st, id, STORE_BLOCK_ANY, before, STORE_PAGE_MAX, &rows, &n, why);
		if (e)
			n = 0;
		for (size_t i = 0; i < n; i++) {
			counts[rows[i].state]++;
			if (json_array_size(latest) < LATEST)
				json_array_append_new(latest, block_json(&rows[i]));
			before = rows[i].id;
		}
		if (!e)
			store_free_blocks(rows);
	} while (n == STORE_PAGE_MAX);
	for (unsigned s = STORE_BLOCK_PENDING; s <= STORE_BLOCK_REJECTED; s++)
		set(blocks, block_states[s], json_integer(counts[s]));
	set(blocks, "latest", latest);
	return e;
}

static enum err add_books(struct store *st, int64_t id, json_t *pool, struct why *why)
{
	struct amount sums[STORE_BOOKS], total = amount_of(0);
	json_t *o = json_object();
	enum err e = store_ledger_sums(st, id, sums, why);

	set(pool, "books", o);
	if (e)
		return e;
	for (unsigned b = STORE_BOOK_COINBASE; b < STORE_BOOKS; b++) {
		set(o, books[b], amount_json(sums[b]));
		total = amount_add(total, sums[b]);
	}
	set(pool, "is_balanced", json_boolean(amount_is_zero(total)));
	return OK;
}

/* Why nothing new is paid; null: payouts go on. */
static enum err add_pause(struct store *st, int64_t id, json_t *pool, struct why *why)
{
	struct store_payout_control control;
	enum err e = store_payout_control(st, id, &control, why);

	if (!e)
		set(pool, "payouts_paused",
			control.is_paused
				? json_pack("{s:s, s:s, s:I}", "who", control.who, "reason",
					  control.reason, "since_ms", (json_int_t)control.since_ms)
				: json_null());
	return e;
}

static enum err add_payouts(struct store *st, int64_t id, json_t *pool, struct why *why)
{
	json_t *list = json_array();
	struct store_payout *rows;
	size_t n;
	enum err e = store_payout_list(st, id, 0, LATEST, &rows, &n, why);

	set(pool, "payouts", list);
	if (e)
		return e;
	for (size_t i = 0; i < n; i++) {
		json_t *o = json_pack("{s:I, s:s, s:s, s:I, s:I, s:I}", "id",
			(json_int_t)rows[i].id, "txid", rows[i].txid, "state",
			payout_state_text(rows[i].state), "miners", (json_int_t)rows[i].items,
			"confirmations", (json_int_t)rows[i].confirmations, "created_ms",
			(json_int_t)rows[i].created_ms);

		set(o, "total", amount_json(rows[i].total));
		set(o, "network_fee", amount_json(rows[i].network_fee));
		json_array_append_new(list, o);
	}
	store_free_payouts(rows, n);
	return OK;
}

static enum err add_events(
	struct store *st, int64_t id, const char *ticker, json_t *pool, struct why *why)
{
	json_t *list = json_array();
	struct store_event *rows;
	struct buf text = {0};
	size_t n;
	enum err e = store_event_list(st, id, 0, LATEST, &rows, &n, why);

	set(pool, "events", list);
	if (e)
		return e;
	for (size_t i = n; i-- > 0;) {
		json_t *o;

		buf_clear(&text);
		status_event_text(&rows[i], ticker, &text);
		o = json_pack("{s:I, s:I, s:s, s:s}", "id", (json_int_t)rows[i].id, "time_ms",
			(json_int_t)rows[i].time_ms, "kind", rows[i].kind, "text", buf_str(&text));
		set(o, "data", parsed(rows[i].json));
		json_array_append_new(list, o);
	}
	buf_free(&text);
	store_free_events(rows, n);
	return OK;
}

/* What the wallet holds and what the ledger says. */
static enum err add_wallet(struct store *st, int64_t id, json_t *pool, struct why *why)
{
	struct store_wallet_book book;
	enum err e = store_wallet_book(st, id, &book, why);

	if (e)
		return e;
	set(pool, "wallet",
		json_pack("{s:I, s:o, s:o, s:o, s:o, s:o}", "time_ms", (json_int_t)book.time_ms,
			"held", amount_json(book.held), "expected", amount_json(book.expected),
			"in_flight", amount_json(book.in_flight), "unexplained",
			amount_json(book.unexplained), "difference", amount_json(book.difference)));
	return OK;
}

static enum err find_pool(struct store *st, const char *name, int64_t *out, struct why *why)
{
	struct store_pool *rows;
	size_t n;
	enum err e = store_pool_list(st, &rows, &n, why);

	if (e)
		return e;
	*out = 0;
	for (size_t i = 0; i < n; i++) {
		if (strcmp(rows[i].name, name) == 0)
			*out = rows[i].id;
	}
	store_free_pools(rows);
	return OK;
}

static enum err collect_pool(
	struct store *st, const struct conf_pool *conf, json_t *pool, struct why *why)
{
	int64_t id;
	enum err e = find_pool(st, conf->name, &id, why);

	set(pool, "name", json_string(conf->name));
	set(pool, "title", json_string(conf->title[0] ? conf->title : conf->coin.title));
	set(pool, "coin", json_string(conf->coin.name));
	set(pool, "ticker", json_string(conf->coin.ticker));
	set(pool, "network", json_string(coin_chain_name(conf->chain)));
	set(pool, "has_run", json_boolean(id != 0));
	if (e || id == 0)
		return e;
	if ((e = add_nodes(st, pool, why)) || (e = add_work(st, conf, id, pool, why)) ||
		(e = add_blocks(st, id, pool, why)) || (e = add_books(st, id, pool, why)) ||
		(e = add_payouts(st, id, pool, why)) || (e = add_pause(st, id, pool, why)) ||
		(e = add_wallet(st, id, pool, why)) ||
		(e = add_events(st, id, conf->coin.ticker, pool, why)))
		return e;
	return OK;
}

static enum err add_bans(struct store *st, json_t *o, struct why *why)
{
	struct store_ban *bans;
	size_t n;
	enum err e = store_ban_list(st, clock_wall_ms(), &bans, &n, why);

	if (e)
		return e;
	set(o, "bans", json_integer((json_int_t)n));
	store_free_bans(bans, n);
	return OK;
}

enum err status_collect(struct store *st, const struct conf *conf, const struct conf_pool *only,
	json_t **out, struct why *why)
{
	json_t *o = json_pack(
		"{s:s, s:I}", "version", KOZAN_VERSION, "time_ms", (json_int_t)clock_wall_ms());
	json_t *pools = json_array();
	enum err e = add_bans(st, o, why);

	set(o, "pools", pools);
	for (size_t i = 0; i < conf->pools_count && !e; i++) {
		json_t *pool;

		if (only && only != &conf->pools[i])
			continue;
		pool = json_object();
		json_array_append_new(pools, pool);
		e = collect_pool(st, &conf->pools[i], pool, why);
	}
	if (e)
		json_decref(o);
	else
		*out = o;
	return e;
}
