/* view_account.c -- one address: its hash rates, workers, balance, payments and credits; charts. */
#include <math.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "store/store_account.h"
#include "store/store_block.h"
#include "store/store_ledger.h"
#include "web/view_priv.h"

#define WORKERS_MAX    200 /* shown of one account */
#define ROWS           20  /* payments and credits */
#define CHART_STEP     STORE_PERIOD_MINUTES
#define CHART_STEPS    (24 * 60 / CHART_STEP)
#define ONLINE_MS      600000
#define CACHE_FRESH_MS 3000
#define RECENT_MS      30000 /* old, but good enough for whoever asks just now */

enum err view_chart(
	struct web *web, struct store *st, int64_t account, json_t **out, struct why *why)
{
	int64_t last = clock_wall_ms() / 60000 / CHART_STEP * CHART_STEP; /* not over: left out */
	int64_t from = last - CHART_STEPS * CHART_STEP;
	double rates[CHART_STEPS] = {0};
	struct store_point *points;
	json_t *values;
	size_t n;
	enum err err;

	err = account ? store_series_account(
				st, account, from, last - 1, CHART_STEP, &points, &n, why)
		      : store_series_pool(st, atomic_load(&web->pool_id), from, last - 1,
				CHART_STEP, &points, &n, why);
	if (err != OK)
		return err;
	for (size_t i = 0; i < n; i++) {
		int64_t step = (points[i].minute - from) / CHART_STEP;

		if (step >= 0 && step < CHART_STEPS)
			rates[step] = view_unit_rate(web, points[i].value, CHART_STEP * 60);
	}
	store_free_points(points);
	values = json_array();
	for (size_t i = 0; i < CHART_STEPS; i++)
		json_array_append_new(values, view_rate(rates[i]));
	*out = json_pack("{s:I,s:i,s:o}", "from_ms", (json_int_t)(from * 60000), "step_s",
		CHART_STEP * 60, "hashrate", values);
	return OK;
}

static json_t *rates_of(double now, double h1, double h24)
{
	return json_pack(
		"{s:o,s:o,s:o}", "now", view_rate(now), "h1", view_rate(h1), "h24", view_rate(h24));
}

static struct store_sum sum_of(const struct store_worker *rows, size_t n, int64_t id)
{
	for (size_t i = 0; i < n; i++) {
		if (rows[i].id == id)
			return rows[i].sum;
	}
	return (struct store_sum){0};
}

/* Of a window; of a part of it for who has begun inside. */
static double recent_rate(
	const struct web *web, const struct view_window *window, const struct store_sum *sum)
{
	double since_first_s = (double)(window->end_ms - sum->first_ms) / 1000;

	return view_unit_rate(web, sum->work, fmax(60, fmin(window->seconds, since_first_s)));
}

json_t *view_worker_row(const struct web *web, const struct store_worker *day,
	const struct store_sum *recent, const struct store_sum *hour)
{
	struct view_window window = view_window_now(VIEW_RECENT_MINUTES);

	return json_pack("{s:s,s:b,s:o,s:I,s:I}", "name", day->name, "online",
		day->sum.last_ms > clock_wall_ms() - ONLINE_MS, "hashrate",
		rates_of(recent_rate(web, &window, recent), view_unit_rate(web, hour->work, 3600),
			view_unit_rate(web, day->sum.work, 86400)),
		"shares_h24", (json_int_t)day->sum.shares, "last_share_ms",
		(json_int_t)day->sum.last_ms);
}

/* An account's workers in three windows. */
struct windows {
	struct store_worker *recent, *hour, *day;
	size_t recent_n, hour_n, day_n;
};

static enum err read_windows(
	struct store *st, int64_t account, struct windows *out, struct why *why)
{
	enum err err;

	*out = (struct windows){0};
	err = store_worker_list(st, account, view_window_now(VIEW_RECENT_MINUTES).from, 0,
		WORKERS_MAX, &out->recent, &out->recent_n, why);
	if (err == OK)
		err = store_worker_list(st, account, view_window_now(60).from, 0, WORKERS_MAX,
			&out->hour, &out->hour_n, why);
	if (err == OK)
		err = store_worker_list(st, account, view_window_now(24 * 60).from, 0, WORKERS_MAX,
			&out->day, &out->day_n, why);
	return err;
}

static void free_windows(struct windows *w)
{
	store_free_workers(w->recent);
	store_free_workers(w->hour);
	store_free_workers(w->day);
}

static void add_workers(struct web *web, const struct windows *w, json_t *doc)
{
	json_t *workers = json_array();

	for (size_t i = 0; i < w->day_n; i++) {
		struct store_sum recent = sum_of(w->recent, w->recent_n, w->day[i].id);
		struct store_sum hour = sum_of(w->hour, w->hour_n, w->day[i].id);

		json_array_append_new(workers, view_worker_row(web, &w->day[i], &recent, &hour));
	}
	json_object_set_new(doc, "workers", workers);
}

/* Of all its workers: their sum, unless there are more than were read. */
static enum err sum_window(struct store *st, int64_t account, const struct view_window *window,
	const struct store_worker *rows, size_t n, struct store_sum *out, struct why *why)
{
	if (n == WORKERS_MAX)
		return store_sum_account(st, account, window->from, window->through, out, why);
	*out = (struct store_sum){0};
	for (size_t i = 0; i < n; i++) {
		const struct store_sum *sum = &rows[i].sum;

		out->work += sum->work;
		out->shares += sum->shares;
		if (sum->first_ms > 0 && (out->first_ms == 0 || sum->first_ms < out->first_ms))
			out->first_ms = sum->first_ms;
		if (sum->last_ms > out->last_ms)
			out->last_ms = sum->last_ms;
	}
	return OK;
}

static enum err add_rates(struct web *web, struct store *st, int64_t account,
	const struct windows *w, json_t *doc, struct why *why)
{
	struct view_window recent = view_window_now(VIEW_RECENT_MINUTES),
			   hour = view_window_now(60), day = view_window_now(24 * 60);
	struct store_sum now, h1, h24;
	enum err err;

	err = sum_window(st, account, &recent, w->recent, w->recent_n, &now, why);
	if (err == OK)
		err = sum_window(st, account, &hour, w->hour, w->hour_n, &h1, why);
	if (err == OK)
		err = sum_window(st, account, &day, w->day, w->day_n, &h24, why);
	if (err != OK)
		return err;
	json_object_set_new(doc, "hashrate",
		rates_of(recent_rate(web, &recent, &now),
			view_unit_rate(web, h1.work, hour.seconds),
			view_unit_rate(web, h24.work, day.seconds)));
	json_object_set_new(doc, "last_share_ms", json_integer(h24.last_ms));
	return OK;
}

static enum err add_work(
	struct web *web, struct store *st, int64_t account, json_t *doc, struct why *why)
{
	struct windows windows;
	enum err err = read_windows(st, account, &windows, why);

	if (err == OK)
		err = add_rates(web, st, account, &windows, doc, why);
	if (err == OK)
		add_workers(web, &windows, doc);
	free_windows(&windows);
	return err;
}

static enum err add_balance(
	struct web *web, struct store *st, int64_t account, json_t *doc, struct why *why)
{
	struct store_account_setting setting;
	struct store_balance balance;
	struct amount minimum;
	double progress;
	enum err err;

	err = store_account_balance(st, account, &balance, why);
	if (err == OK)
		err = store_account_setting(st, account, &setting, why);
	if (err != OK)
		return err;
	minimum = amount_is_zero(setting.threshold) ? web->pool->payout.minimum : setting.threshold;
	progress = (double)amount_units(balance.available) / (double)amount_units(minimum);
	json_object_set_new(doc, "balance",
		json_pack("{s:o,s:o,s:o,s:o}", "immature", view_amount(balance.immature),
			"available", view_amount(balance.available), "paying",
			view_amount(balance.paying), "paid", view_amount(balance.paid)));
	json_object_set_new(doc, "payout",
		json_pack("{s:o,s:f}", "minimum", view_amount(minimum), "progress",
			fmax(0, fmin(1, round(progress * 1e4) / 1e4))));
	return OK;
}

static enum err add_payments(struct store *st, int64_t account, json_t *doc, struct why *why)
{
	struct store_paid *rows;
	json_t *payments;
	size_t n;
	enum err err;

	err = store_paid_list(st, account, 0, ROWS, &rows, &n, why);
	if (err != OK)
		return err;
	payments = json_array();
	for (size_t i = 0; i < n; i++)
		json_array_append_new(payments,
			json_pack("{s:o,s:s,s:s,s:o,s:I}", "id", view_id(rows[i].payout), "txid",
				rows[i].txid, "state", view_payout_state(rows[i].state), "amount",
				view_amount(rows[i].amount), "created_ms",
				(json_int_t)rows[i].created_ms));
	json_object_set_new(doc, "payments", payments);
	store_free_paids(rows);
	return OK;
}

static enum err add_credits(struct store *st, int64_t account, json_t *doc, struct why *why)
{
	struct store_earning *rows;
	json_t *credits;
	size_t n;
	enum err err;

	err = store_earning_list(st, account, 0, ROWS, &rows, &n, why);
	if (err != OK)
		return err;
	credits = json_array();
	for (size_t i = 0; i < n; i++) {
		json_array_append_new(credits,
			json_pack("{s:o,s:I,s:s,s:I,s:o,s:o,s:f}", "block", view_id(rows[i].block),
				"height", (json_int_t)rows[i].height, "state",
				view_block_state(rows[i].state), "found_ms",
				(json_int_t)rows[i].found_ms, "work", view_id(rows[i].work),
				"amount", view_amount(rows[i].amount), "part",
				(double)amount_units(rows[i].amount) /
					fmax(1, (double)amount_units(rows[i].reward))));
	}
	json_object_set_new(doc, "credits", credits);
	store_free_earnings(rows);
	return OK;
}

enum err view_account(
	struct web *web, struct store *st, const char *address, json_t **out, struct why *why)
{
	json_t *doc, *chart;
	int64_t account;
	enum err err;

	err = store_account_find(st, atomic_load(&web->pool_id), address, &account, why);
	if (err != OK)
		return err;
	doc = json_pack("{s:s}", "address", address);
	err = add_work(web, st, account, doc, why);
	if (err == OK)
		err = add_balance(web, st, account, doc, why);
	if (err == OK)
		err = add_payments(st, account, doc, why);
	if (err == OK)
		err = add_credits(st, account, doc, why);
	if (err == OK)
		err = view_chart(web, st, account, &chart, why);
	if (err != OK) {
		json_decref(doc);
		return err;
	}
	json_object_set_new(doc, "chart", chart);
	*out = doc;
	return OK;
}

static enum err account_view(
	struct web *web, struct store *st, const void *arg, json_t **out, struct why *why)
{
	return view_account(web, st, arg, out, why);
}

void account_fill(struct web *web, const char *address)
{
	char *key = str_printf("account:%s", address);
	struct buf text = {0};

	/* what cannot be read now stays as it is: whoever asks later finds out */
	(void)!cached_fill(web, key, CACHE_FRESH_MS, account_view, address, &text, NULL);
	buf_free(&text);
	free(key);
}

enum err account_text(struct web *web, const char *address, struct buf *out)
{
	char *key = str_printf("account:%s", address);
	size_t start = out->len;
	int64_t age_ms;
	enum err err = OK;

	if (cached_look(web, key, out, &age_ms) == CACHE_FILL) {
		bool is_recent = age_ms >= 0 && age_ms <= RECENT_MS;

		if (!is_recent || !refill_later(web->refill, address)) {
			struct buf text = {0};

			err = cached_fill(
				web, key, CACHE_FRESH_MS, account_view, address, &text, NULL);
			if (err == OK) {
				out->len = start;
				buf_add(out, text.data, text.len);
			} else if (err != ERR_NOT_FOUND && age_ms >= 0) {
				err = OK; /* the old one is better than none */
			}
			buf_free(&text);
		}
	}
	free(key);
	return err;
}
