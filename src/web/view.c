/* view.c -- the lists of the API: blocks, payments, events; and how values are written in it. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "store/store_account.h"
#include "store/store_block.h"
#include "store/store_ledger.h"
#include "store/store_stats.h"
#include "web/view_priv.h"

json_t *view_id(int64_t id)
{
	char text[24];

	snprintf(text, sizeof text, "%lld", (long long)id);
	return json_string(text);
}

json_t *view_amount(struct amount a)
{
	char text[AMOUNT_TEXT_MAX];

	return json_string(amount_text(a, text));
}

json_t *view_rate(double hashes_per_s)
{
	double step, rounded;

	if (!isfinite(hashes_per_s) || hashes_per_s <= 0)
		return json_integer(0);
	step = pow(10, floor(log10(hashes_per_s)) - 3);
	rounded = round(hashes_per_s / step) * step;
	return step >= 1 && rounded < 1e15 ? json_integer((json_int_t)rounded) : json_real(rounded);
}

const char *view_block_state(int64_t state)
{
	switch ((enum store_block_state)state) {
	case STORE_BLOCK_PENDING: return "pending";
	case STORE_BLOCK_IMMATURE: return "immature";
	case STORE_BLOCK_MATURE: return "mature";
	case STORE_BLOCK_ORPHAN: return "orphan";
	case STORE_BLOCK_REJECTED: return "rejected";
	}
	return "unknown";
}

/* The verdicts of src/stratum/verdict.tbl: their numbers are stored and never change. */
const char *view_reject(int64_t kind)
{
	static const char *const names[] = {[1] = "stale",
		[2] = "unknown_job",
		[3] = "duplicate",
		[4] = "low_difficulty",
		[5] = "unauthorized",
		[6] = "not_subscribed",
		[7] = "malformed",
		[8] = "bad_extranonce2",
		[9] = "bad_time",
		[10] = "bad_version",
		[11] = "too_many",
		[12] = "not_recorded"};

	return kind >= 1 && kind < (int64_t)ARRAY_LEN(names) ? names[kind] : "other";
}

const char *view_payout_state(int64_t state)
{
	return payout_state_text((enum store_payout_state)state);
}

/* {"items": […], "next": id of the last row, or null when this is the last page}. */
static json_t *page_of(json_t *items, size_t limit, int64_t last_id)
{
	bool is_full = json_array_size(items) == limit;

	return json_pack("{s:o,s:o}", "items", items, "next",
		is_full && last_id > 0 ? view_id(last_id) : json_null());
}

enum err view_hide_finder(struct web *web, struct store *st, struct store_block *b, struct why *why)
{
	bool is_anonymous = false;
	enum err err = store_account_is_anonymous(
		st, atomic_load(&web->pool_id), b->finder_address, &is_anonymous, why);

	if (is_anonymous)
		b->finder_address[0] = b->finder_worker[0] = '\0';
	return err;
}

json_t *view_block_row(const struct web *web, const struct store_block *b)
{
	bool is_closed = b->round_work > 0 && b->network_work > 0;

	return json_pack("{s:o,s:I,s:s,s:s,s:I,s:i,s:o,s:I,s:s,s:s,s:o,s:o,s:o}", "id",
		view_id(b->id), "height", (json_int_t)b->height, "hash", b->hash, "state",
		view_block_state(b->state), "confirmations", (json_int_t)b->confirmations,
		"confirmations_needed", (int)web->pool->coin.maturity, "reward",
		view_amount(b->reward), "found_ms", (json_int_t)b->found_ms, "finder",
		b->finder_address, "finder_worker", b->finder_worker, "effort",
		is_closed ? json_real((double)b->round_work / (double)b->network_work)
			  : json_null(),
		"round_work", is_closed ? view_id(b->round_work) : json_null(), "network_work",
		view_id(b->network_work));
}

enum err view_blocks(struct web *web, struct store *st, unsigned states, int64_t before,
	unsigned limit, json_t **out, struct why *why)
{
	struct store_block *rows;
	json_t *items;
	size_t n;
	enum err err;

	err = store_block_list(
		st, atomic_load(&web->pool_id), states, before, limit, &rows, &n, why);
	if (err != OK)
		return err;
	items = json_array();
	for (size_t i = 0; i < n && err == OK; i++) {
		err = view_hide_finder(web, st, &rows[i], why);
		json_array_append_new(items, view_block_row(web, &rows[i]));
	}
	if (err == OK)
		*out = page_of(items, limit, n ? rows[n - 1].id : 0);
	else
		json_decref(items);
	store_free_blocks(rows);
	return err;
}

/* What is on its way to miners: not plans, nor what the pool moves between wallets of its own. */
static bool is_public(const struct store_payout *p)
{
	return p->kind != STORE_PAYOUT_SWEEP && p->txid[0] != '\0';
}

enum err view_payments(struct web *web, struct store *st, int64_t before, unsigned limit,
	json_t **out, struct why *why)
{
	struct store_payout *rows;
	json_t *items;
	size_t n;
	enum err err;

	err = store_payout_list(st, atomic_load(&web->pool_id), before, limit, &rows, &n, why);
	if (err != OK)
		return err;
	items = json_array();
	for (size_t i = 0; i < n; i++) {
		const struct store_payout *p = &rows[i];

		if (!is_public(p))
			continue;
		json_array_append_new(items,
			json_pack("{s:o,s:s,s:s,s:o,s:o,s:I,s:I,s:I}", "id", view_id(p->id), "txid",
				p->txid, "state", view_payout_state(p->state), "total",
				view_amount(p->total), "network_fee", view_amount(p->network_fee),
				"recipients", (json_int_t)p->items, "confirmations",
				(json_int_t)p->confirmations, "created_ms",
				(json_int_t)p->created_ms));
	}
	/* a full page of the database has a next one, whatever of it is shown */
	*out = page_of(
		items, n == limit ? json_array_size(items) : SIZE_MAX, n ? rows[n - 1].id : 0);
	store_free_payouts(rows, n);
	return OK;
}

enum err view_events(struct web *web, struct store *st, int64_t before, unsigned limit,
	json_t **out, struct why *why)
{
	struct store_event *rows;
	json_t *items;
	size_t n;
	enum err err;

	err = store_event_list(st, atomic_load(&web->pool_id), before, limit, &rows, &n, why);
	if (err != OK)
		return err;
	items = json_array();
	for (size_t i = 0; i < n; i++) {
		json_t *details = NULL;

		if (strncmp(rows[i].kind, "ban_", 4) == 0)
			continue; /* addresses of people are not for the public */
		if (json_read(rows[i].json, strlen(rows[i].json), &details, NULL) != OK)
			details = json_object();
		json_array_append_new(
			items, json_pack("{s:o,s:I,s:s,s:o}", "id", view_id(rows[i].id), "time_ms",
				       (json_int_t)rows[i].time_ms, "kind", rows[i].kind, "details",
				       details));
	}
	*out = page_of(items, n == limit ? json_array_size(items) : limit, n ? rows[n - 1].id : 0);
	store_free_events(rows, n);
	return OK;
}
