/* view_stats.c -- the pool's luck, its miners, and one worker. */
#include <math.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "web/view_priv.h"

#define LUCK_BLOCKS   256
#define MINER_MINUTES 60

/* ---- luck ---- */

static bool is_counted(const struct store_block *b)
{
	return b->round_work > 0 && b->network_work > 0;
}

/* Work done over work that was to be expected, of the newest `blocks` rounds; null: too few. */
static json_t *window_of(const struct store_block *rows, size_t n, int blocks)
{
	double effort = 0;
	int counted = 0, lost = 0;

	for (size_t i = 0; i < n && counted < blocks; i++) {
		if (rows[i].state == STORE_BLOCK_ORPHAN)
			lost++;
		if (rows[i].state == STORE_BLOCK_ORPHAN || !is_counted(&rows[i]))
			continue;
		effort += (double)rows[i].round_work / (double)rows[i].network_work;
		counted++;
	}
	return json_pack("{s:i,s:i,s:i,s:o}", "blocks", blocks, "counted", counted, "orphans", lost,
		"effort", counted ? json_real(round(effort / counted * 1e4) / 1e4) : json_null());
}

enum err view_luck(
	struct web *web, struct store *st, const void *arg, json_t **out, struct why *why)
{
	static const unsigned states = STORE_BLOCK_MASK(STORE_BLOCK_IMMATURE) |
				       STORE_BLOCK_MASK(STORE_BLOCK_MATURE) |
				       STORE_BLOCK_MASK(STORE_BLOCK_ORPHAN);
	static const int windows[] = {16, 64, 128, 256};
	json_t *means = json_array(), *rounds = json_array();
	struct store_block *rows;
	size_t n;
	enum err err;

	(void)arg;
	err = store_block_list(
		st, atomic_load(&web->pool_id), states, 0, LUCK_BLOCKS, &rows, &n, why);
	if (err != OK) {
		json_decref(means);
		json_decref(rounds);
		return err;
	}
	for (size_t i = 0; i < ARRAY_LEN(windows); i++)
		json_array_append_new(means, window_of(rows, n, windows[i]));
	for (size_t i = n; i-- > 0;) {
		if (rows[i].state == STORE_BLOCK_ORPHAN || !is_counted(&rows[i]))
			continue;
		json_array_append_new(
			rounds, json_pack("{s:I,s:I,s:f}", "height", (json_int_t)rows[i].height,
					"found_ms", (json_int_t)rows[i].found_ms, "effort",
					(double)rows[i].round_work / (double)rows[i].network_work));
	}
	store_free_blocks(rows);
	*out = json_pack("{s:o,s:o}", "windows", means, "rounds", rounds);
	return OK;
}

/* ---- miners ---- */

enum err view_miners(
	struct web *web, struct store *st, const void *arg, json_t **out, struct why *why)
{
	const struct view_page *page = arg;
	struct view_window hour = view_window_now(MINER_MINUTES);
	int64_t id = atomic_load(&web->pool_id);
	struct store_miner *rows;
	struct store_sum all;
	json_t *items;
	size_t n;
	enum err err;

	err = store_sum_pool(st, id, hour.from, hour.through, &all, why);
	if (err == OK)
		err = store_miner_list(
			st, id, hour.from, page->offset, page->limit, &rows, &n, why);
	if (err != OK)
		return err;
	items = json_array();
	for (size_t i = 0; i < n; i++) {
		double part = all.work > 0 ? (double)rows[i].sum.work / (double)all.work : 0;

		json_array_append_new(items,
			json_pack("{s:i,s:s,s:I,s:o,s:f,s:I}", "rank", (int)(page->offset + i + 1),
				"address", rows[i].address, "workers", (json_int_t)rows[i].workers,
				"hashrate",
				view_rate(view_unit_rate(web, rows[i].sum.work, hour.seconds)),
				"part", fmin(1, round(part * 1e4) / 1e4), "last_share_ms",
				(json_int_t)rows[i].sum.last_ms));
	}
	store_free_miners(rows);
	*out = json_pack("{s:o,s:o}", "items", items, "next",
		n == page->limit ? view_id(page->offset + (int64_t)n) : json_null());
	return OK;
}

/* ---- one worker ---- */

static enum err add_rejects(struct store *st, int64_t account, int64_t worker, int64_t from_minute,
	json_t *doc, struct why *why)
{
	struct store_reject_sum *rows;
	json_t *rejects;
	size_t n;
	enum err err = store_reject_worker(st, account, worker, from_minute, &rows, &n, why);

	if (err != OK)
		return err;
	rejects = json_array();
	for (size_t i = 0; i < n; i++)
		json_array_append_new(
			rejects, json_pack("{s:s,s:I}", "reason", view_reject(rows[i].kind),
					 "shares", (json_int_t)rows[i].count));
	json_object_set_new(doc, "rejects_h24", rejects);
	store_free_reject_sums(rows);
	return OK;
}

enum err view_worker(
	struct web *web, struct store *st, const void *arg, json_t **out, struct why *why)
{
	const struct view_series_of *of = arg;
	int64_t day_from = view_window_now(24 * 60).from, account;
	struct store_worker recent, hour, day;
	enum err err;
	json_t *doc;

	err = store_account_find(st, atomic_load(&web->pool_id), of->address, &account, why);
	if (err == OK)
		err = store_worker_get(st, account, of->worker,
			view_window_now(VIEW_RECENT_MINUTES).from, &recent, why);
	if (err == OK)
		err = store_worker_get(
			st, account, of->worker, view_window_now(60).from, &hour, why);
	if (err == OK)
		err = store_worker_get(st, account, of->worker, day_from, &day, why);
	if (err != OK)
		return err;
	doc = view_worker_row(web, &day, &recent.sum, &hour.sum);
	json_object_set_new(doc, "address", json_string(of->address));
	json_object_set_new(doc, "created_ms", json_integer(day.created_ms));
	json_object_set_new(doc, "difficulty",
		day.sum.shares > 0 ? view_rate(view_difficulty(
					     web, (double)day.sum.work / (double)day.sum.shares))
				   : json_null());
	err = add_rejects(st, account, day.id, day_from, doc, why);
	if (err != OK) {
		json_decref(doc);
		return err;
	}
	*out = doc;
	return OK;
}
