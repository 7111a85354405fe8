/* api_info.c -- /api/v1: rules, status and news: what the operator says, and how the pool is. */
#include "base/clock.h"
#include "web/api_priv.h"
#include "web/view_priv.h"

#define STATUS_FRESH_MS 2000
#define NEWS_FRESH_MS   5000

void api_rules(void *ctx, struct httpd_req *req)
{
	json_t *rules = view_rules(ctx);

	answer_json(req, rules);
	json_decref(rules);
}

/* It is asked for above all when something is away: how old the database's part is stands first. */
void api_status(void *ctx, struct httpd_req *req)
{
	struct web *web = ctx;
	struct snapshot *s = pulse_snapshot(web->pulse);
	int64_t stale_ms = 0;
	struct buf text = {0}, rest = {0};

	if (s->has_data)
		json_get_i64(s->pool, "stale_ms", &stale_ms);
	buf_printf(&text,
		"{\"time_ms\":%lld,\"database\":{\"answers\":%s,\"age_ms\":%lld},\"seen\":",
		(long long)clock_wall_ms(), s->has_data && stale_ms == 0 ? "true" : "false",
		(long long)stale_ms);
	if (cached_text(web, "status", STATUS_FRESH_MS, view_status, NULL, &rest, NULL) != OK)
		buf_add_str(&rest, "null");
	buf_add(&text, rest.data, rest.len);
	buf_add_u8(&text, '}');
	answer_json_text(req, &text);
	buf_free(&text);
	buf_free(&rest);
	snapshot_unref(s);
}

void api_news(void *ctx, struct httpd_req *req)
{
	api_answer_cached(ctx, req, "news", NEWS_FRESH_MS, view_news, NULL);
}
