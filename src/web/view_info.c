/* view_info.c -- what the operator promises, how the pool's parts are, and what he tells: rules,
 * status, news. */
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "store/store_news.h"
#include "store/store_node.h"
#include "store/store_payout.h"
#include "web/markdown.h"
#include "web/view_priv.h"

#define NODE_SILENT_MS 15000
#define NODE_GONE_MS   (14 * 86400000LL) /* stopped for so long: not shown */
#define EVENTS_LOOKED  1000
#define INCIDENTS      30
#define NEWS           30

/* ---- rules ---- */

static double percent(int64_t ppm)
{
	return (double)ppm * 100 / REWARD_PPM;
}

static json_t *window_of(const struct conf_reward *reward)
{
	static const char *const by[] = {[REWARD_WINDOW_NETWORK] = "network",
		[REWARD_WINDOW_FIXED] = "fixed",
		[REWARD_WINDOW_AVERAGE] = "average",
		[REWARD_WINDOW_DYNAMIC] = "dynamic"};
	const struct reward_rules *r = &reward->rules;

	return json_pack("{s:s,s:f,s:s,s:i}", "by", by[r->window_by], "factor",
		(double)r->window_ppm / REWARD_PPM, "work", reward->window_work.text, "blocks",
		(int)r->window_blocks);
}

static json_t *reward_of(const struct conf_reward *reward)
{
	const struct reward_rules *r = &reward->rules;
	json_t *recipients = json_array();

	for (size_t i = 0; i < reward->recipients_count; i++)
		json_array_append_new(recipients,
			json_pack("{s:s,s:f}", "address", reward->recipients[i].address.text,
				"percent", percent(reward->recipients[i].ppm)));
	return json_pack("{s:s,s:b,s:f,s:f,s:f,s:o,s:o,s:o,s:f,s:I,s:I}", "scheme",
		reward_scheme_name(r->scheme), "with_work", reward_is_share_based(r->scheme),
		"fee_percent", percent(r->fee_ppm), "finder_bonus_percent",
		percent(r->finder_bonus_ppm), "pool_bonus_percent", percent(r->pool_bonus_ppm),
		"window", window_of(reward), "recipients", recipients, "block_value",
		view_amount(r->block_value), "pplnt_percent", percent(r->pplnt_ppm), "score_s",
		(json_int_t)(r->score_ms / 1000), "credit_interval_s",
		(json_int_t)(r->accrue_interval_ms / 1000));
}

static json_t *payout_of(const struct conf_payout *p)
{
	json_t *times = json_array();

	for (unsigned i = 0; i < p->times.n; i++) {
		char text[8];

		snprintf(text, sizeof text, "%02u:%02u", p->times.minutes[i] / 60u % 24,
			p->times.minutes[i] % 60u);
		json_array_append_new(times, json_string(text));
	}
	return json_pack("{s:b,s:o,s:o,s:o,s:o,s:I,s:o,s:i,s:s}", "enabled", p->is_enabled,
		"minimum", view_amount(p->minimum), "threshold_min", view_amount(p->threshold_min),
		"threshold_max", view_amount(p->threshold_max), "dust", view_amount(p->dust),
		"interval_s", (json_int_t)(p->interval_ms / 1000), "times", times, "confirmations",
		(int)p->confirmations, "fee_payer",
		p->fee_payer == CONF_FEE_MINERS ? "miners" : "pool");
}

static json_t *port_of(const struct conf_port *p)
{
	json_t *ports = json_array();

	for (unsigned i = 0; i < p->listens.count; i++)
		json_array_append_new(ports, json_integer(p->listens.list[i].port));
	return json_pack("{s:s,s:s,s:o,s:b,s:s,s:s,s:s,s:s,s:I}", "name", p->name, "label",
		p->label[0] ? p->label : p->name, "ports", ports, "fixed", p->is_fixed, "tls",
		p->tls == CONF_PORT_TLS_ON     ? "on"
		: p->tls == CONF_PORT_TLS_AUTO ? "auto"
					       : "off",
		"difficulty", p->difficulty.text, "min_difficulty", p->min_difficulty.text,
		"max_difficulty", p->max_difficulty.text, "share_interval_s",
		(json_int_t)(p->share_interval_ms / 1000));
}

json_t *view_rules(const struct web *web)
{
	const struct conf_pool *p = web->pool;
	json_t *ports = json_array(), *doc;

	for (size_t i = 0; i < p->ports_count; i++)
		json_array_append_new(ports, port_of(&p->ports[i]));
	doc = json_pack("{s:o,s:o,s:o,s:i,s:s}", "reward", reward_of(&p->reward), "payout",
		payout_of(&p->payout), "ports", ports, "maturity", (int)p->coin.maturity, "host",
		web->miner_host);
	assert(doc);
	return doc;
}

/* ---- status ---- */

static void add_daemons(json_t *daemons, const struct store_node *node, const char *pool)
{
	json_t *status, *of, *daemon;
	size_t i, k;

	if (json_read(node->status_json, strlen(node->status_json), &status, NULL) != OK)
		return;
	json_array_foreach(json_object_get(status, "pools"), i, of)
	{
		const char *name = json_get_str(of, "pool");

		if (!name || strcmp(name, pool) != 0)
			continue;
		json_array_foreach(json_object_get(of, "daemons"), k, daemon)
		{
			json_array_append_new(daemons,
				json_pack("{s:I,s:O?,s:O?,s:O?,s:O?}", "node", (json_int_t)node->id,
					"name", json_object_get(daemon, "name"), "state",
					json_object_get(daemon, "state"), "height",
					json_object_get(daemon, "height"), "current",
					json_object_get(daemon, "is_current")));
		}
	}
	json_decref(status);
}

static json_t *node_of(const struct store_node *node, bool is_silent)
{
	json_t *status = NULL, *row;
	int64_t sessions = 0;
	bool is_ready = false;
	const char *text, *state;

	if (json_read(node->status_json, strlen(node->status_json), &status, NULL) == OK) {
		json_get_bool(status, "ready", &is_ready);
		json_get_i64(status, "sessions", &sessions);
	}
	text = json_get_str(status, "ready_text");
	state = node->state != STORE_NODE_LIVE ? "stopped"
		: is_silent                    ? "silent"
		: is_ready                     ? "running"
					       : "not_ready";
	row = json_pack("{s:s,s:I,s:s,s:I,s:I,s:I,s:s}", "role", "stratum", "node",
		(json_int_t)node->id, "state", state, "seen_ms", (json_int_t)node->seen_ms,
		"started_ms", (json_int_t)node->started_ms, "sessions", (json_int_t)sessions,
		"text", !strcmp(state, "not_ready") && text ? text : "");
	json_decref(status);
	return row;
}

static enum err add_nodes(
	const struct web *web, struct store *st, json_t *roles, json_t *daemons, struct why *why)
{
	int64_t now_ms = clock_wall_ms();
	struct store_node *nodes;
	size_t n;
	enum err err = store_node_list(st, &nodes, &n, why);

	if (err != OK)
		return err;
	for (size_t i = 0; i < n; i++) {
		bool is_silent = nodes[i].seen_ms < now_ms - NODE_SILENT_MS;

		if (nodes[i].state != STORE_NODE_LIVE && nodes[i].seen_ms < now_ms - NODE_GONE_MS)
			continue;
		json_array_append_new(roles, node_of(&nodes[i], is_silent));
		if (nodes[i].state == STORE_NODE_LIVE && !is_silent)
			add_daemons(daemons, &nodes[i], web->pool->name);
	}
	store_free_nodes(nodes, n);
	return OK;
}

static enum err add_ledger(struct store *st, json_t *roles, struct why *why)
{
	int64_t until_ms;
	enum err err = store_lease_until(st, "ledger", &until_ms, why);

	if (err != OK)
		return err;
	json_array_append_new(
		roles, json_pack("{s:s,s:s,s:s}", "role", "ledger", "state",
			       until_ms > clock_wall_ms() ? "running" : "silent", "text", ""));
	return OK;
}

static bool is_incident(const char *kind)
{
	static const char *const kinds[] = {"audit_agrees", "audit_mismatch", "block_lost",
		"block_orphaned", "block_rejected", "journal_damaged", "node_written_off",
		"payout_conflicted", "payouts_paused", "payouts_resumed", "reserve_exhausted",
		"reserve_restored", "wallet_agrees", "wallet_lacks_coins"};

	for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
		if (!strcmp(kind, kinds[i]))
			return true;
	}
	return false;
}

static json_t *incident_of(const struct store_event *event)
{
	json_t *details = NULL, *row;

	if (json_read(event->json, strlen(event->json), &details, NULL) != OK)
		details = NULL;
	row = json_pack("{s:I,s:s,s:O?,s:O?}", "time_ms", (json_int_t)event->time_ms, "kind",
		event->kind, "height", json_object_get(details, "height"), "reason",
		json_object_get(details, "reason"));
	json_decref(details);
	return row;
}

static enum err add_incidents(
	const struct web *web, struct store *st, json_t *incidents, struct why *why)
{
	struct store_event *events;
	size_t n;
	enum err err = store_event_list(
		st, atomic_load(&web->pool_id), 0, EVENTS_LOOKED, &events, &n, why);

	if (err != OK)
		return err;
	for (size_t i = 0; i < n && json_array_size(incidents) < INCIDENTS; i++) {
		if (is_incident(events[i].kind))
			json_array_append_new(incidents, incident_of(&events[i]));
	}
	store_free_events(events, n);
	return OK;
}

enum err view_status(
	struct web *web, struct store *st, const void *arg, json_t **out, struct why *why)
{
	json_t *roles = json_array(), *daemons = json_array(), *incidents = json_array();
	struct store_payout_control control;
	enum err err;

	(void)arg;
	err = add_nodes(web, st, roles, daemons, why);
	if (err == OK)
		err = add_ledger(st, roles, why);
	if (err == OK)
		err = add_incidents(web, st, incidents, why);
	if (err == OK)
		err = store_payout_control(st, atomic_load(&web->pool_id), &control, why);
	if (err != OK) {
		json_decref(roles);
		json_decref(daemons);
		json_decref(incidents);
		return err;
	}
	*out = json_pack("{s:o,s:o,s:o,s:b}", "roles", roles, "daemons", daemons, "incidents",
		incidents, "payouts_paused", control.is_paused);
	return OK;
}

/* ---- news ---- */

static json_t *text_of(const struct store_news *row)
{
	struct buf html = {0};
	json_t *text;

	markdown_html(&html, row->body);
	text = json_pack("{s:s,s:s}", "title", row->title, "html", buf_str(&html));
	buf_free(&html);
	return text;
}

enum err view_news(
	struct web *web, struct store *st, const void *arg, json_t **out, struct why *why)
{
	struct store_news *rows;
	json_t *items, *item = NULL;
	size_t n;
	enum err err;

	(void)arg;
	err = store_news_list(st, atomic_load(&web->pool_id), NEWS, &rows, &n, why);
	if (err != OK)
		return err;
	items = json_array();
	for (size_t i = 0; i < n; i++) {
		if (i == 0 || rows[i].id != rows[i - 1].id) {
			item = json_pack("{s:o,s:I,s:b,s:{}}", "id", view_id(rows[i].id), "time_ms",
				(json_int_t)rows[i].time_ms, "banner", rows[i].is_banner, "texts");
			json_array_append_new(items, item);
		}
		json_object_set_new(
			json_object_get(item, "texts"), rows[i].lang, text_of(&rows[i]));
	}
	store_free_news(rows, n);
	*out = json_pack("{s:o}", "items", items);
	return OK;
}
