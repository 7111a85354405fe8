/* view_pool.c -- the pool's own document: hash rates, network, round, ports and terms. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "store/store_block.h"
#include "store/store_news.h"
#include "store/store_node.h"
#include "store/store_payout.h"
#include "store/store_slot.h"
#include "store/store_stats.h"
#include "web/view_priv.h"
#include "web/web_priv.h"

#define STEP_S        15
#define NEWS_LOOKED   20
#define NODE_FRESH_MS 15000 /* a node that was silent for longer is not counted as running */

double view_unit_rate(const struct web *web, int64_t work, double seconds)
{
	return seconds > 0 ? (double)work * web->unit / seconds : 0;
}

struct view_window view_window_now(int minutes)
{
	int64_t now_s = (clock_wall_ms() / 1000 + STEP_S - 1) / STEP_S * STEP_S;
	int64_t minute = now_s / 60;

	return (struct view_window){.from = minute - minutes + 1,
		.through = minute,
		.end_ms = now_s * 1000,
		.seconds = (double)(now_s - (minute - minutes + 1) * 60)};
}

double view_recent_seconds(
	const struct view_window *window, const struct store_point *points, size_t n)
{
	double seconds;

	if (n == 0 || points[0].minute <= window->from)
		return window->seconds;
	seconds = window->seconds - (double)(points[0].minute - window->from) * 60;
	return seconds < 60 ? 60 : seconds;
}

/* What the stratum nodes say about this pool's network. */
struct network {
	bool is_known;
	bool is_ready; /* a running node accepts work */
	int64_t seen_ms;
	int64_t height;
	char difficulty[64];
	double hashes_per_block;
	char text[256]; /* why not ready */
};

static void read_node(const struct web *web, const struct store_node *node, struct network *net)
{
	bool is_running =
		node->state == STORE_NODE_LIVE && node->seen_ms > clock_wall_ms() - NODE_FRESH_MS;
	json_t *status, *pool;
	const char *text;
	bool ready = false;
	size_t i;

	if (json_read(node->status_json, strlen(node->status_json), &status, NULL) != OK)
		return;
	json_get_bool(status, "ready", &ready);
	text = json_get_str(status, "ready_text");
	if (is_running && ready)
		net->is_ready = true;
	else if (is_running && text)
		str_copy(net->text, sizeof net->text, text);
	json_array_foreach(json_object_get(status, "pools"), i, pool)
	{
		const char *name = json_get_str(pool, "pool");
		const char *difficulty = json_get_str(pool, "network_difficulty");
		double hashes = 0;

		json_get_double(pool, "network_work_hashes", &hashes);
		if (!name || strcmp(name, web->pool->name) != 0 || node->seen_ms < net->seen_ms ||
			hashes <= 0)
			continue;
		net->is_known = true;
		net->seen_ms = node->seen_ms;
		net->hashes_per_block = hashes;
		json_get_i64(pool, "height", &net->height);
		str_copy(net->difficulty, sizeof net->difficulty, difficulty ? difficulty : "0");
	}
	json_decref(status);
}

static enum err read_network(
	const struct web *web, struct store *st, struct network *net, struct why *why)
{
	struct store_node *nodes;
	size_t n;
	enum err err;

	*net = (struct network){.text = "No stratum server is running."};
	err = store_node_list(st, &nodes, &n, why);
	if (err != OK)
		return err;
	for (size_t i = 0; i < n; i++)
		read_node(web, &nodes[i], net);
	store_free_nodes(nodes, n);
	return OK;
}

static json_t *network_of(const struct web *web, const struct network *net)
{
	double seconds = (double)web->pool->coin.block_time_ms / 1000;

	if (!net->is_known)
		return json_null();
	return json_pack("{s:I,s:s,s:o}", "height", (json_int_t)net->height, "difficulty",
		net->difficulty, "hashrate", view_rate(net->hashes_per_block / seconds));
}

static json_t *ports_of(const struct web *web)
{
	json_t *ports = json_array();

	for (size_t i = 0; i < web->pool->ports_count; i++) {
		const struct conf_port *p = &web->pool->ports[i];
		const char *scheme = p->tls == CONF_PORT_TLS_ON ? "stratum+ssl" : "stratum+tcp";
		char *url =
			str_printf("%s://%s:%u", scheme, web->miner_host, p->listens.list[0].port);

		json_array_append_new(
			ports, json_pack("{s:s,s:s,s:s,s:i,s:s,s:b}", "name", p->name, "label",
				       p->label[0] ? p->label : p->name, "url", url, "port",
				       (int)p->listens.list[0].port, "difficulty",
				       p->difficulty.text, "fixed", p->is_fixed));
		free(url);
	}
	return ports;
}

/* The command of a miner that everybody can get; "{address}" is left for the page. */
static json_t *command_of(const struct web *web)
{
	const char *algorithm = web->pool->coin.algorithm;
	bool is_plain = !strcmp(algorithm, "scrypt") || !strcmp(algorithm, "sha256d");
	const char *s = web->pool->ports[0].tls == CONF_PORT_TLS_ON ? "s" : "";
	char *command = str_printf("%s -a %s -o stratum+tcp%s://%s:%u -u {address}.worker1 -p x",
		is_plain ? "minerd" : "cpuminer", algorithm, s, web->miner_host,
		web->pool->ports[0].listens.list[0].port);
	json_t *value = json_string(command);

	free(command);
	return value;
}

/* What the configuration alone says. */
static json_t *terms_of(const struct web *web)
{
	const struct conf_pool *p = web->pool;
	const struct coin *coin = &p->coin;

	return json_pack("{s:s,s:s,s:s,s:{s:s,s:s,s:s,s:s,s:s,s:i,s:I},s:{s:s,s:s,s:s},"
			 "s:{s:s,s:f,s:f},s:{s:b,s:o,s:I},s:o,s:o}",
		"name", p->name, "title", p->title[0] ? p->title : coin->title, "version",
		KOZAN_VERSION, "coin", "name", coin->name, "title", coin->title, "ticker",
		coin->ticker, "algorithm", coin->algorithm, "network", coin_chain_name(p->chain),
		"maturity", (int)coin->maturity, "block_time_s",
		(json_int_t)(coin->block_time_ms / 1000), "links", "block", p->network->block_url,
		"tx", p->network->tx_url, "address", p->network->address_url, "reward", "scheme",
		reward_scheme_name(p->reward.rules.scheme), "window",
		(double)p->reward.rules.window_ppm / REWARD_PPM, "fee_percent",
		(double)p->reward.rules.fee_ppm * 100 / REWARD_PPM, "payout", "enabled",
		p->payout.is_enabled, "minimum", view_amount(p->payout.minimum), "interval_s",
		(json_int_t)(p->payout.interval_ms / 1000), "ports", ports_of(web), "command",
		command_of(web));
}

/* Hash rates, miners and workers. */
static enum err add_work(
	struct web *web, struct store *st, json_t *pool, double *out_now, struct why *why)
{
	struct view_window recent = view_window_now(VIEW_RECENT_MINUTES),
			   hour = view_window_now(60), day = view_window_now(24 * 60);
	int64_t id = atomic_load(&web->pool_id);
	struct store_sum now, h1, h24;
	struct store_active active;
	struct store_point *points;
	size_t n;
	enum err err;

	err = store_sum_pool(st, id, recent.from, recent.through, &now, why);
	if (err == OK)
		err = store_sum_pool(st, id, hour.from, hour.through, &h1, why);
	if (err == OK)
		err = store_sum_pool(st, id, day.from, day.through, &h24, why);
	if (err == OK)
		err = store_active(st, id, recent.from * 60000, &active, why);
	if (err == OK)
		err = store_series_pool(st, id, recent.from, recent.through, 1, &points, &n, why);
	if (err != OK)
		return err;
	*out_now = view_unit_rate(web, now.work, view_recent_seconds(&recent, points, n));
	store_free_points(points);
	json_object_set_new(pool, "hashrate",
		json_pack("{s:o,s:o,s:o}", "now", view_rate(*out_now), "h1",
			view_rate(view_unit_rate(web, h1.work, hour.seconds)), "h24",
			view_rate(view_unit_rate(web, h24.work, day.seconds))));
	json_object_set_new(pool, "miners", json_integer(active.accounts));
	json_object_set_new(pool, "workers", json_integer(active.workers));
	return OK;
}

static enum err add_round(struct web *web, struct store *st, json_t *pool,
	const struct network *net, double hashes_per_s, struct why *why)
{
	static const unsigned in_chain = STORE_BLOCK_MASK(STORE_BLOCK_PENDING) |
					 STORE_BLOCK_MASK(STORE_BLOCK_IMMATURE) |
					 STORE_BLOCK_MASK(STORE_BLOCK_MATURE);
	int64_t id = atomic_load(&web->pool_id), work, height = 0, found_ms = 0;
	struct store_block *last;
	double effort = -1;
	size_t n;
	enum err err;

	err = store_block_list(st, id, in_chain, 0, 1, &last, &n, why);
	if (err != OK)
		return err;
	if (n > 0) {
		height = last->height;
		found_ms = last->found_ms;
	}
	store_free_blocks(last);
	err = store_round_total(st, id, height, INT64_MAX, &work, why);
	if (err != OK)
		return err;
	if (net->is_known)
		effort = (double)work * web->unit / net->hashes_per_block;
	json_object_set_new(pool, "round",
		json_pack("{s:I,s:o,s:o,s:I,s:o}", "from_height", (json_int_t)height, "work",
			view_id(work), "effort",
			effort >= 0 ? json_real(round(effort * 1e4) / 1e4) : json_null(),
			"since_ms", (json_int_t)found_ms, "expected_s",
			net->is_known && hashes_per_s > 0
				? json_integer((json_int_t)fmin(
					  1e12, net->hashes_per_block / hashes_per_s))
				: json_null()));
	json_object_set_new(pool, "last_block",
		height ? json_pack("{s:I,s:I}", "height", (json_int_t)height, "found_ms",
				 (json_int_t)found_ms)
		       : json_null());
	return OK;
}

/* Why nobody is paid now, for everybody to read. */
static enum err add_pause(struct web *web, struct store *st, json_t *pool, struct why *why)
{
	struct store_payout_control control;
	enum err err = store_payout_control(st, atomic_load(&web->pool_id), &control, why);

	if (err != OK)
		return err;
	json_object_set_new(json_object_get(pool, "payout"), "paused",
		control.is_paused ? json_pack("{s:I,s:s}", "since_ms", (json_int_t)control.since_ms,
					    "reason", control.reason)
				  : json_null());
	return OK;
}

/* Titles of what the operator wants everybody to see. */
static enum err add_banners(struct web *web, struct store *st, json_t *pool, struct why *why)
{
	struct store_news *rows;
	json_t *banners, *banner = NULL;
	size_t n;
	enum err err;

	err = store_news_list(st, atomic_load(&web->pool_id), NEWS_LOOKED, &rows, &n, why);
	if (err != OK)
		return err;
	banners = json_array();
	for (size_t i = 0; i < n; i++) {
		if (!rows[i].is_banner)
			continue;
		if (i == 0 || rows[i].id != rows[i - 1].id) {
			banner = json_pack("{s:o,s:{}}", "id", view_id(rows[i].id), "titles");
			json_array_append_new(banners, banner);
		}
		json_object_set_new(json_object_get(banner, "titles"), rows[i].lang,
			json_string(rows[i].title));
	}
	store_free_news(rows, n);
	json_object_set_new(pool, "banners", banners);
	return OK;
}

enum err view_pool(struct web *web, struct store *st, json_t **out, struct why *why)
{
	json_t *pool = terms_of(web);
	struct network net;
	double hashes_per_s = 0;
	enum err err;

	assert(pool);
	json_object_set_new(pool, "time_ms", json_integer(clock_wall_ms()));
	json_object_set_new(pool, "stale_ms", json_integer(0));
	err = read_network(web, st, &net, why);
	if (err == OK)
		err = add_work(web, st, pool, &hashes_per_s, why);
	if (err == OK)
		err = add_round(web, st, pool, &net, hashes_per_s, why);
	if (err == OK)
		err = add_pause(web, st, pool, why);
	if (err == OK)
		err = add_banners(web, st, pool, why);
	if (err != OK) {
		json_decref(pool);
		return err;
	}
	json_object_set_new(pool, "network", network_of(web, &net));
	json_object_set_new(pool, "status",
		json_pack(
			"{s:b,s:s}", "ready", net.is_ready, "text", net.is_ready ? "" : net.text));
	*out = pool;
	return OK;
}
