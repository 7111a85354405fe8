/* api_stats.c -- /api/v1: series, luck, miners, workers: statistics that may be some seconds old.
 */
#include <stdlib.h>
#include <string.h>

#include "base/hex.h"
#include "base/mem.h"
#include "web/api_priv.h"
#include "web/view_priv.h"

#define FRESH_MS       10000
#define DAY_FRESH_MS   60000 /* of what is summed over a long time */
#define MINERS_OFFSETS 1000  /* the rows after that are nobody's business */

/* ?range=…; NULL: answered 400. */
static const struct view_range *read_range(struct httpd_req *req)
{
	const char *name = httpd_query(req, "range");
	const struct view_range *range = view_range_find(name ? name : "24h");

	if (!range)
		api_refuse(req, 400, "parameter_invalid", "\"range\" is one of 24h, 7d, 30d, 1y.");
	return range;
}

void api_series(void *ctx, struct httpd_req *req)
{
	struct view_series_of of = {.name = httpd_tail(req), .range = read_range(req)};
	char *key;

	if (!of.range)
		return;
	if (strlen(of.name) > 20) { /* no such name: nothing of it is kept */
		api_unknown(ctx, req);
		return;
	}
	key = str_printf("series:%s:%s", of.name, of.range->name);
	api_answer_cached(ctx, req, key, DAY_FRESH_MS, view_series_pool, &of);
	free(key);
}

void api_account_series(struct web *web, struct httpd_req *req, const char *address)
{
	struct view_series_of of = {.address = address, .range = read_range(req)};
	char *key;

	if (!of.range)
		return;
	key = str_printf("series:%s:%s", of.address, of.range->name);
	api_answer_cached(web, req, key, DAY_FRESH_MS, view_series_account, &of);
	free(key);
}

void api_worker(struct web *web, struct httpd_req *req, const char *address, const char *rest)
{
	const char *end = strrchr(rest, '/');
	size_t len = end ? (size_t)(end - rest) : strlen(rest);
	struct view_series_of of = {.address = address};
	char worker[STORE_WORKER_MAX] = "", hex[2 * STORE_WORKER_MAX + 1], *key;

	if (len >= sizeof worker || (end && strcmp(end, "/series") != 0)) {
		api_unknown(web, req);
		return;
	}
	memcpy(worker, rest, len);
	of.worker = worker;
	hex_encode(hex, (const uint8_t *)worker, len); /* a key has no spaces */
	if (end && !(of.range = read_range(req)))
		return;
	key = str_printf("worker:%s:%s:%s", address, hex, end ? of.range->name : "");
	api_answer_cached(web, req, key, end ? DAY_FRESH_MS : FRESH_MS,
		end ? view_series_account : view_worker, &of);
	free(key);
}

void api_luck(void *ctx, struct httpd_req *req)
{
	api_answer_cached(ctx, req, "luck", FRESH_MS, view_luck, NULL);
}

void api_miners(void *ctx, struct httpd_req *req)
{
	int64_t offset = 0, limit = PAGE_ROWS;
	struct view_page page;
	char *key;

	if (!api_read_number(req, "before", 0, MINERS_OFFSETS, &offset) ||
		!api_read_number(req, "limit", 1, PAGE_ROWS_MAX, &limit))
		return;
	page = (struct view_page){(unsigned)offset, (unsigned)limit};
	key = str_printf("miners:%u:%u", page.offset, page.limit);
	api_answer_cached(ctx, req, key, DAY_FRESH_MS, view_miners, &page);
	free(key);
}
