/* switcher.c -- see switcher.h. */
#include "stratum/switcher.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "base/json.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/path.h"
#include "io/http.h"
#include "store/store_stats.h"
#include "store/store_switch.h"
#include "stratum/profit.h"

enum {
	PERIOD_MS = 500,
	LEASE_MS = 10000, /* of the node that compares prices */
	PRICES_MAX = 1 << 20,
	HTTP_MS = 10000,
};

static const struct logger lg = {"stratum", "switch"};

/* A port that may work for several pools. */
struct port {
	size_t idx; /* of shard->ports */
	const struct conf_port *conf;
	const struct conf_pool *home;
	char key[STORE_PORT_MAX];
	const struct conf_pool *pool; /* for which it works */
	int64_t since_ms;             /* wall */
	bool by_hand;
};

struct switcher {
	const struct conf *conf;
	const struct node *node;
	struct pool *pools;
	struct shard **shards;
	unsigned shard_count;
	struct port *ports;
	size_t ports_n, ports_cap;
	bool wants_prices;

	/* the thread's own */
	struct store *st; /* NULL: not open */
	bool is_away, has_no_prices;
	struct http *http;
	struct prices *prices; /* NULL: none yet */
	int64_t prices_ms;     /* when they were read; monotonic, as the next */
	int64_t compared_ms;

	pthread_t thread;
	pthread_mutex_t lock; /* guards is_stopping */
	pthread_cond_t wake;
	bool is_stopping;
};

/* ---- what the database says ---- */

static unsigned index_of(const struct switcher *s, const struct conf_pool *pool)
{
	return (unsigned)(pool - s->conf->pools);
}

static bool may_work_for(const struct port *p, const struct conf_pool *pool)
{
	for (unsigned i = 0; i < p->conf->switch_count; i++) {
		if (p->conf->switch_to[i] == pool)
			return true;
	}
	return pool == p->home;
}

static void apply(struct switcher *s, struct port *p, const struct store_switch *row)
{
	const struct conf_pool *pool = NULL;

	for (size_t i = 0; i < s->conf->pools_count; i++) {
		if (s->pools[i].number == row->pool)
			pool = &s->conf->pools[i];
	}
	if (!pool || !may_work_for(p, pool)) /* of another time */
		return;
	p->since_ms = row->since_ms;
	p->by_hand = row->by_hand;
	if (pool == p->pool)
		return;
	p->pool = pool;
	log_info(&lg, "port_switched", "port=%s pool=%s reason=\"%s\"", p->key, pool->name,
		row->reason);
	for (unsigned i = 0; i < s->shard_count; i++)
		shard_on_switch(s->shards[i], p->idx, index_of(s, pool));
}

static enum err follow(struct switcher *s, struct why *why)
{
	struct store_switch *rows;
	size_t n;
	enum err err = store_switch_list(s->st, &rows, &n, why);

	if (err != OK)
		return err;
	for (size_t i = 0; i < s->ports_n; i++) {
		for (size_t k = 0; k < n; k++) {
			if (strcmp(rows[k].port, s->ports[i].key) == 0)
				apply(s, &s->ports[i], &rows[k]);
		}
	}
	store_free_switches(rows);
	return OK;
}

/* ---- what prices say ---- */

static bool is_url(const char *text)
{
	return strncmp(text, "http://", 7) == 0 || strncmp(text, "https://", 8) == 0;
}

static enum err fetch(struct switcher *s, struct buf *out, struct why *why)
{
	const char *from = s->conf->switching.prices;
	struct http_request request = {.url = from,
		.connect_timeout_ms = HTTP_MS,
		.timeout_ms = HTTP_MS,
		.answer_max = PRICES_MAX};
	struct http_answer answer = {0};
	bool was_sent;
	char *path;
	enum err err;

	if (!is_url(from)) {
		path = path_join(s->conf->data_dir, from);
		err = path_read(path, PRICES_MAX, out, why);
		free(path);
		return err;
	}
	err = http_send(s->http, &request, &answer, &was_sent, why);
	if (err == OK && answer.status != 200) {
		buf_free(&answer.body);
		return err_fail(why, ERR_PROTOCOL, "%s answers %d", from, answer.status);
	}
	if (err == OK)
		*out = answer.body;
	return err;
}

/* Said once when it begins to fail, and once when it works again. */
static void read_prices(struct switcher *s)
{
	struct prices *prices = NULL;
	struct why why = {""};
	struct buf text = {0};
	enum err err = fetch(s, &text, &why);

	if (err == OK)
		err = prices_parse(buf_str(&text), text.len, &prices, &why);
	buf_free(&text);
	if (err == OK) {
		prices_free(s->prices);
		s->prices = prices;
		s->prices_ms = clock_mono_ms();
		if (s->has_no_prices)
			log_info(&lg, "prices_back", "from=%s", s->conf->switching.prices);
	} else if (!s->has_no_prices) {
		log_odd(&lg, "prices_away", "from=%s reason=\"%s\"", s->conf->switching.prices,
			why.text[0] ? why.text : err_text(err));
	}
	s->has_no_prices = err != OK;
}

/* All pools of a port have the same unit of work, so that is as good as a hash. */
static struct profit_coin coin_of(const struct switcher *s, const struct conf_pool *pool)
{
	struct pool_work work = pool_work(&s->pools[index_of(s, pool)]);

	if (!work.has_job)
		return (struct profit_coin){0};
	return (struct profit_coin){(double)amount_units(work.reward) * prices_of(s->prices, pool) /
				    (double)work.network_work};
}

static enum err write_switch(struct switcher *s, struct port *p, const struct conf_pool *pool,
	const char *reason, struct why *why)
{
	struct store_switch row = {
		.pool = s->pools[index_of(s, pool)].number, .since_ms = clock_wall_ms()};
	struct buf json = {0};
	enum err err = store_begin(s->st, why);

	if (err != OK)
		return err;
	str_copy(row.port, sizeof(row.port), p->key);
	str_copy(row.reason, sizeof(row.reason), reason);
	buf_printf(&json, "{\"port\":\"%s\",\"pool\":\"%s\",\"who\":\"prices\",\"reason\":\"%s\"}",
		p->key, pool->name, reason);
	err = store_switch_set(s->st, &row, why);
	if (err == OK)
		err = store_event_add(s->st, s->pools[index_of(s, p->home)].number, "port_switched",
			buf_str(&json), why);
	buf_free(&json);
	if (err == OK)
		return store_commit(s->st, why);
	store_rollback(s->st);
	return err;
}

static enum err compare(struct switcher *s, struct port *p, struct why *why)
{
	const struct conf_pool *pools[CONF_POOLS_MAX] = {p->home};
	struct profit_coin coins[CONF_POOLS_MAX];
	unsigned n = 1 + p->conf->switch_count, now_at = 0, best;
	char reason[100];

	for (unsigned i = 1; i < n; i++)
		pools[i] = p->conf->switch_to[i - 1];
	for (unsigned i = 0; i < n; i++) {
		coins[i] = coin_of(s, pools[i]);
		if (pools[i] == p->pool)
			now_at = i;
	}
	best = profit_choose(&s->conf->switching, coins, n, now_at, clock_wall_ms() - p->since_ms);
	if (best == now_at)
		return OK;
	if (coins[now_at].per_hash > 0)
		snprintf(reason, sizeof(reason), "earns %.1f%% more than %s",
			(coins[best].per_hash / coins[now_at].per_hash - 1) * 100,
			pools[now_at]->name);
	else
		snprintf(reason, sizeof(reason), "%s has no work or no price", pools[now_at]->name);
	return write_switch(s, p, pools[best], reason, why);
}

/* One node compares for all: who holds the lease. */
static enum err compare_all(struct switcher *s, struct why *why)
{
	int64_t now_ms = clock_mono_ms();
	bool is_ours = false;
	enum err err;

	if (!s->wants_prices || now_ms - s->compared_ms < s->conf->switching.interval_ms)
		return OK;
	s->compared_ms = now_ms;
	err = store_lease_take(s->st, "switching", s->node->uuid,
		LEASE_MS + s->conf->switching.interval_ms, &is_ours, why);
	if (err != OK || !is_ours)
		return err;
	read_prices(s);
	if (!s->prices || now_ms - s->prices_ms > s->conf->switching.max_age_ms)
		return OK;
	for (size_t i = 0; i < s->ports_n && err == OK; i++) {
		if (s->ports[i].conf->switch_by == CONF_SWITCH_PROFIT && !s->ports[i].by_hand)
			err = compare(s, &s->ports[i], why);
	}
	return err;
}

/* ---- the thread ---- */

static void pass(struct switcher *s)
{
	struct why why = {""};
	enum err err = s->st ? OK : store_open(&s->conf->store, &s->st, &why);

	if (err == OK)
		err = follow(s, &why);
	if (err == OK)
		err = compare_all(s, &why);
	if (err != OK && !s->is_away)
		log_odd(&lg, "database_away",
			"reason=\"%s\" text=\"ports go on with the coins they have\"", why.text);
	s->is_away = err != OK;
	if (err == OK)
		return;
	store_close(s->st);
	s->st = NULL;
}

static bool rest(struct switcher *s)
{
	int64_t until_ms = clock_mono_ms() + PERIOD_MS * (s->is_away ? 4 : 1);
	struct timespec until = {until_ms / 1000, until_ms % 1000 * 1000000};
	bool goes_on;

	pthread_mutex_lock(&s->lock);
	while (!s->is_stopping && pthread_cond_timedwait(&s->wake, &s->lock, &until) == 0)
		;
	goes_on = !s->is_stopping;
	pthread_mutex_unlock(&s->lock);
	return goes_on;
}

static void *run(void *arg)
{
	struct switcher *s = arg;

	do
		pass(s);
	while (rest(s));
	return NULL;
}

static void find_ports(struct switcher *s)
{
	size_t idx = 0;

	for (size_t i = 0; i < s->conf->pools_count; i++) {
		const struct conf_pool *home = &s->conf->pools[i];

		for (size_t k = 0; k < home->ports_count; k++, idx++) {
			struct port p = {
				.idx = idx, .conf = &home->ports[k], .home = home, .pool = home};

			if (p.conf->switch_count == 0)
				continue;
			snprintf(p.key, sizeof(p.key), "%s/%s", home->name, p.conf->name);
			s->wants_prices |= p.conf->switch_by == CONF_SWITCH_PROFIT;
			s->ports = array_grow(s->ports, s->ports_n, &s->ports_cap, sizeof(p));
			s->ports[s->ports_n++] = p;
		}
	}
}

struct switcher *switcher_start(const struct conf *conf, const struct node *node,
	struct pool *pools, struct shard **shards, unsigned n)
{
	struct switcher *s = NEW(struct switcher);
	pthread_condattr_t attr;
	int failed;

	*s = (struct switcher){
		.conf = conf, .node = node, .pools = pools, .shards = shards, .shard_count = n};
	s->compared_ms = -conf->switching.interval_ms;
	find_ports(s);
	if (s->ports_n == 0) {
		free(s);
		return NULL;
	}
	s->http = http_new();
	pthread_mutex_init(&s->lock, NULL);
	pthread_condattr_init(&attr);
	pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	pthread_cond_init(&s->wake, &attr);
	pthread_condattr_destroy(&attr);
	failed = pthread_create(&s->thread, NULL, run, s);
	assert(!failed);
	return s;
}

void switcher_stop(struct switcher *s)
{
	if (!s)
		return;
	pthread_mutex_lock(&s->lock);
	s->is_stopping = true;
	pthread_cond_signal(&s->wake);
	pthread_mutex_unlock(&s->lock);
	http_abort(s->http);
	pthread_join(s->thread, NULL);
	store_close(s->st);
	http_free(s->http);
	prices_free(s->prices);
	pthread_cond_destroy(&s->wake);
	pthread_mutex_destroy(&s->lock);
	free(s->ports);
	free(s);
}
