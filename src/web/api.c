/* api.c -- /api/v1: keyless reading for everybody; docs/openapi.yaml tells what each answer holds.
 */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "chain/address.h"
#include "store/store_block.h"
#include "store/store_statement.h"
#include "store/store_stats.h"
#include "web/api_priv.h"
#include "web/view_priv.h"

const struct httpd_pair api_open_to_all[2] = {{"Access-Control-Allow-Origin", "*"}, {NULL}};

void api_refuse(struct httpd_req *req, unsigned status, const char *code, const char *text)
{
	struct buf body = {0};

	buf_add_str(&body, "{\"error\":{\"code\":");
	buf_add_json_str(&body, code);
	buf_add_str(&body, ",\"message\":");
	buf_add_json_str(&body, text);
	buf_add_str(&body, "}}");
	httpd_reply(req, &(struct httpd_reply){.status = status,
				 .type = "application/json",
				 .body = body.data,
				 .len = body.len,
				 .headers = api_open_to_all});
	buf_free(&body);
}

static void refuse_for_store(struct httpd_req *req, enum err err)
{
	api_refuse(req, 503, err == ERR_BUSY ? "database_busy" : "database_unavailable",
		"The database does not answer at the moment; try again in a few seconds.");
}

/* ?name=NUMBER in [min, max]; false: answered 400. */
bool api_read_number(
	struct httpd_req *req, const char *name, int64_t min, int64_t max, int64_t *out)
{
	const char *text = httpd_query(req, name);
	char *end;
	long long value;

	if (!text)
		return true;
	value = strtoll(text, &end, 10);
	if (text[0] < '0' || text[0] > '9' || *end != '\0' || strlen(text) > 18 || value < min ||
		value > max) {
		char *message = str_printf("\"%s\" must be a whole number from %lld to %lld.", name,
			(long long)min, (long long)max);

		api_refuse(req, 400, "parameter_invalid", message);
		free(message);
		return false;
	}
	*out = value;
	return true;
}

struct paging {
	int64_t before, limit;
};

static bool read_paging(struct httpd_req *req, struct paging *out)
{
	*out = (struct paging){.limit = PAGE_ROWS};
	return api_read_number(req, "before", 1, INT64_MAX, &out->before) &&
	       api_read_number(req, "limit", 1, PAGE_ROWS_MAX, &out->limit);
}

static bool is_first_page(const struct paging *p)
{
	return p->before == 0 && p->limit == PAGE_ROWS;
}

void api_refuse_for(struct httpd_req *req, enum err err, const struct why *why)
{
	if (err == ERR_NOT_FOUND)
		api_refuse(req, 404, "not_found",
			why->text[0] ? why->text : "There is nothing like that.");
	else
		refuse_for_store(req, err);
}

void api_answer_cached(struct web *web, struct httpd_req *req, const char *key, int64_t fresh_ms,
	view_fn *view, const void *arg)
{
	struct buf text = {0};
	struct why why = {0};
	enum err err = cached_text(web, key, fresh_ms, view, arg, &text, &why);

	if (err == OK)
		answer_json_text(req, &text);
	else
		api_refuse_for(req, err, &why);
	buf_free(&text);
}

/* One question to the database in a document, or the error's answer. */
static void answer_from_store(struct web *web, struct httpd_req *req, view_fn *ask, const void *arg)
{
	struct store *st;
	struct why why = {0};
	json_t *doc = NULL;
	enum err err;

	err = atomic_load(&web->pool_id) ? handles_take(web->handles, &st, &why) : ERR_UNAVAILABLE;
	if (err == OK) {
		err = ask(web, st, arg, &doc, &why);
		handles_give(web->handles, st, err == ERR_NOT_FOUND ? OK : err);
	}
	if (err != OK && err != ERR_NOT_FOUND)
		log_odd(&web->lg, "answer_failed", "path=%s error=\"%s\"", httpd_path(req),
			why.text[0] ? why.text : err_text(err));
	if (err != OK) {
		api_refuse_for(req, err, &why);
		return;
	}
	answer_json(req, doc);
	json_decref(doc);
}

/* Answers a member of the snapshot; false when there is none yet. */
static bool answer_from_snapshot(struct web *web, struct httpd_req *req, size_t member)
{
	struct snapshot *s = pulse_snapshot(web->pulse);
	json_t *doc = *(json_t **)(void *)((char *)s + member);

	if (doc)
		answer_json(req, doc);
	snapshot_unref(s);
	return doc != NULL;
}

void api_pools(void *ctx, struct httpd_req *req)
{
	struct web *web = ctx;
	json_t *items = json_array(), *doc = json_pack("{s:o}", "items", items);

	for (size_t i = 0; i < web->all_count; i++) {
		const struct conf_pool *pool = web->all[i].pool;

		json_array_append_new(items,
			json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:s+}", "name", pool->name,
				"title", pool->title, "coin", pool->coin.name, "ticker",
				pool->coin.ticker, "algorithm", pool->coin.algorithm, "network",
				coin_chain_name(pool->chain), "url", "/api/v1/pools/", pool->name));
	}
	answer_json(req, doc);
	json_decref(doc);
}

void api_pool(void *ctx, struct httpd_req *req)
{
	if (!answer_from_snapshot(ctx, req, offsetof(struct snapshot, pool)))
		refuse_for_store(req, ERR_UNAVAILABLE);
}

void api_chart(void *ctx, struct httpd_req *req)
{
	if (!answer_from_snapshot(ctx, req, offsetof(struct snapshot, chart)))
		refuse_for_store(req, ERR_UNAVAILABLE);
}

/* ---- lists ---- */

struct blocks_arg {
	struct paging paging;
	unsigned states;
};

static enum err ask_blocks(
	struct web *web, struct store *st, const void *arg, json_t **out, struct why *why)
{
	const struct blocks_arg *a = arg;

	return view_blocks(
		web, st, a->states, a->paging.before, (unsigned)a->paging.limit, out, why);
}

void api_blocks(void *ctx, struct httpd_req *req)
{
	const char *state = httpd_query(req, "state");
	struct blocks_arg arg = {.states = STORE_BLOCK_ANY};

	if (!read_paging(req, &arg.paging))
		return;
	if (state) {
		arg.states = 0;
		for (int s = STORE_BLOCK_PENDING; s <= STORE_BLOCK_REJECTED; s++) {
			if (!strcmp(state, view_block_state(s)))
				arg.states = STORE_BLOCK_MASK(s);
		}
		if (arg.states == 0) {
			api_refuse(req, 400, "parameter_invalid",
				"\"state\" is one of pending, immature, mature, orphan, rejected.");
			return;
		}
	} else if (is_first_page(&arg.paging) &&
		   answer_from_snapshot(ctx, req, offsetof(struct snapshot, blocks))) {
		return;
	}
	answer_from_store(ctx, req, ask_blocks, &arg);
}

static enum err ask_payments(
	struct web *web, struct store *st, const void *arg, json_t **out, struct why *why)
{
	const struct paging *p = arg;

	return view_payments(web, st, p->before, (unsigned)p->limit, out, why);
}

void api_payments(void *ctx, struct httpd_req *req)
{
	struct paging paging;

	if (!read_paging(req, &paging))
		return;
	if (is_first_page(&paging) &&
		answer_from_snapshot(ctx, req, offsetof(struct snapshot, payments)))
		return;
	answer_from_store(ctx, req, ask_payments, &paging);
}

static enum err ask_events(
	struct web *web, struct store *st, const void *arg, json_t **out, struct why *why)
{
	const struct paging *p = arg;

	return view_events(web, st, p->before, (unsigned)p->limit, out, why);
}

void api_events(void *ctx, struct httpd_req *req)
{
	struct paging paging;

	if (read_paging(req, &paging))
		answer_from_store(ctx, req, ask_events, &paging);
}

/* ---- one block: /blocks/WHICH, /blocks/WHICH/round, /blocks/WHICH/proof/ADDRESS ---- */

struct block_arg {
	char which[65]; /* height or hash */
	const char *part;
	struct address address;
};

static enum err ask_block(
	struct web *web, struct store *st, const void *arg, json_t **out, struct why *why)
{
	const struct block_arg *a = arg;

	if (!strcmp(a->part, "/round"))
		return view_round(web, st, a->which, out, why);
	if (!strncmp(a->part, "/proof/", 7))
		return view_proof(web, st, a->which, a->address.text, out, why);
	return a->part[0] ? ERR_NOT_FOUND : view_block(web, st, a->which, out, why);
}

void api_block(void *ctx, struct httpd_req *req)
{
	struct web *web = ctx;
	const char *tail = httpd_tail(req);
	size_t len = strcspn(tail, "/");
	struct block_arg arg = {.part = tail + len};
	struct why why = {0};

	if (len < sizeof arg.which)
		memcpy(arg.which, tail, len);
	if (!strncmp(arg.part, "/proof/", 7) && address_decode(&web->pool->coin, web->pool->network,
							arg.part + 7, &arg.address, &why) != OK) {
		api_refuse(req, 400, "address_invalid", why.text);
		return;
	}
	answer_from_store(ctx, req, ask_block, &arg);
}

/* ---- one account: /accounts/ADDRESS, …/statement, …/statement.csv ---- */

struct statement_arg {
	const char *address;
	int64_t from_ms, to_ms;
	enum store_statement_by by;
};

/* ?from=DAY&to=DAY&by=WHAT; false: answered 400. */
static bool read_statement(struct httpd_req *req, struct statement_arg *out)
{
	const char *from = httpd_query(req, "from"), *to = httpd_query(req, "to"),
		   *by = httpd_query(req, "by"), *wrong = NULL;

	out->to_ms = INT64_MAX;
	if (from && !store_statement_time(from, false, &out->from_ms))
		wrong = "\"from\" is a day or a month: 2026-11-22, 2026-11.";
	else if (to && !store_statement_time(to, true, &out->to_ms))
		wrong = "\"to\" is a day or a month: 2026-11-22, 2026-11.";
	else if (by && !store_statement_by(by, &out->by))
		wrong = "\"by\" is one of entry, day, month.";
	if (wrong)
		api_refuse(req, 400, "parameter_invalid", wrong);
	return !wrong;
}

static enum err ask_statement(struct web *web, struct store *st, const struct statement_arg *arg,
	struct store_statement_line **out, size_t *out_n, struct why *why)
{
	int64_t account;
	enum err err =
		store_account_find(st, atomic_load(&web->pool_id), arg->address, &account, why);

	return err ? err : store_statement(st, account, arg->from_ms, arg->to_ms, out, out_n, why);
}

static void reply_statement(struct httpd_req *req, const struct statement_arg *arg, bool is_csv,
	struct store_statement_line *rows, size_t n)
{
	struct buf text = {0};

	n = store_statement_sum(rows, n, arg->by);
	if (is_csv) {
		store_statement_csv(rows, n, arg->by, &text);
		httpd_reply(req, &(struct httpd_reply){.status = 200,
					 .type = "text/csv; charset=utf-8",
					 .body = text.data,
					 .len = text.len,
					 .headers = api_open_to_all});
	} else {
		buf_add_str(&text, "{\"address\":");
		buf_add_json_str(&text, arg->address);
		buf_add_str(&text, ",\"lines\":");
		store_statement_json(rows, n, arg->by, &text);
		buf_add_u8(&text, '}');
		answer_json_text(req, &text);
	}
	buf_free(&text);
}

static void answer_statement(
	struct web *web, struct httpd_req *req, const char *address, bool is_csv)
{
	struct statement_arg arg = {.address = address};
	struct store_statement_line *rows;
	struct why why = {0};
	struct store *st;
	size_t n;
	enum err err;

	if (!read_statement(req, &arg))
		return;
	err = atomic_load(&web->pool_id) ? handles_take(web->handles, &st, &why) : ERR_UNAVAILABLE;
	if (err == OK) {
		err = ask_statement(web, st, &arg, &rows, &n, &why);
		handles_give(web->handles, st, err);
	}
	if (err == OK) {
		reply_statement(req, &arg, is_csv, rows, n);
		store_free_statement(rows);
	} else if (err == ERR_NOT_FOUND) {
		api_refuse(req, 404, "account_unknown", "No share has come from this address yet.");
	} else if (err == ERR_LIMIT) {
		api_refuse(req, 400, "parameter_invalid", why.text);
	} else {
		refuse_for_store(req, err);
	}
}

void api_account(void *ctx, struct httpd_req *req)
{
	struct web *web = ctx;
	const char *tail = httpd_tail(req), *part = tail + strcspn(tail, "/");
	char *typed = mem_dup(tail, (size_t)(part - tail));
	struct address address;
	struct buf text = {0};
	struct why why = {0};
	enum err err;

	err = address_decode(&web->pool->coin, web->pool->network, typed, &address, &why);
	free(typed);
	if (err != OK) {
		api_refuse(req, 400, "address_invalid", why.text[0] ? why.text : err_text(err));
		return;
	}
	if (!strcmp(part, "/statement") || !strcmp(part, "/statement.csv")) {
		answer_statement(web, req, address.text, part[10] != '\0');
		return;
	}
	if (!strcmp(part, "/series")) {
		api_account_series(web, req, address.text);
		return;
	}
	if (!strncmp(part, "/workers/", 9)) {
		api_worker(web, req, address.text, part + 9);
		return;
	}
	if (*part) {
		api_unknown(ctx, req);
		return;
	}
	err = account_text(web, address.text, &text);
	if (err == OK)
		answer_json_text(req, &text);
	else if (err == ERR_NOT_FOUND)
		api_refuse(req, 404, "account_unknown", "No share has come from this address yet.");
	else
		refuse_for_store(req, err);
	buf_free(&text);
}

void api_openapi(void *ctx, struct httpd_req *req)
{
	struct web *web = ctx;
	const struct asset *asset = asset_find(web->assets, "api/openapi.yaml");

	if (!asset) {
		api_refuse(req, 404, "not_found", "The description was not built in.");
		return;
	}
	httpd_reply(req, &(struct httpd_reply){.status = 200,
				 .type = "application/yaml",
				 .body = asset->plain.data,
				 .len = asset->plain.len,
				 .is_static = true,
				 .cache_control = "public, max-age=300",
				 .headers = api_open_to_all});
}

void api_unknown(void *ctx, struct httpd_req *req)
{
	api_refuse(req, 404, "not_found",
		"There is nothing here; /api/v1/openapi.yaml lists what there is.");
}
