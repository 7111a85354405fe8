/*
 * seed.c -- the web role over a pool with a day of history: what its tests and screenshots look at.
 *
 *   web_seed CONF [empty]   fills the database of CONF (unless "empty"), then serves until SIGTERM
 */
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "store/store_block.h"
#include "store/store_ledger.h"
#include "store/store_news.h"
#include "store/store_node.h"
#include "store/store_payout.h"
#include "store/store_slot.h"
#include "store/store_stats.h"
#include "web/web.h"

#define HOURS      26
#define TIP_HEIGHT 2812349
#define PER_HOUR   24 /* heights */
#define NET_WORK   8930000
#define STATUS                                                                                     \
	"{\"ready\":true,\"ready_text\":\"\",\"connections\":143,\"pools\":[{\"pool\":\"%s\","     \
	"\"height\":%d,\"network_difficulty\":\"136.2114\","                                       \
	"\"network_work_hashes\":\"585236480000\"}]}"

static const struct miner {
	const char *address, *worker;
	int weight; /* units of work a minute */
} miners[] = {
	{"ltc1qw508d6qejxtdg4y5r3zarvary0c5xw7kgmn4n9", "rig1", 19200},
	{"ltc1qw508d6qejxtdg4y5r3zarvary0c5xw7kgmn4n9", "rig2", 8400},
	{"ltc1qw508d6qejxtdg4y5r3zarvary0c5xw7kgmn4n9", "attic", 1800},
	{"LVuDpNCSSj6pQ7t9Pv6d6sUkLKoqDEVUnJ", "", 6800},
	{"LVuDpNCSSj6pQ7t9Pv6d6sUkLKoqDEVUnJ", "garage", 3200},
	{"LKPWE5jUzVYLH3NQQD1rcUSF6fZ6YrZcvN", "farm", 10400},
};

struct seed {
	const struct conf *conf;
	struct store *st;
	int64_t pool, node, now_ms;
	uint32_t noise;
	pthread_t beater;
	atomic_bool is_stopping;
};

static struct why why;

static void must(enum err err, const char *what)
{
	if (err == OK)
		return;
	fprintf(stderr, "seed: %s: %s: %s\n", what, err_text(err), why.text);
	exit(1);
}

static uint32_t noise(struct seed *s)
{
	s->noise = s->noise * 1664525 + 1013904223;
	return s->noise >> 16;
}

static int64_t height_at(const struct seed *s, int64_t ms)
{
	return TIP_HEIGHT - (s->now_ms - ms) / (3600000 / PER_HOUR);
}

/* Every minute of the last hours, each miner; the last of them stopped five hours ago. */
static void add_slots(struct seed *s)
{
	size_t n = 0, max = (size_t)HOURS * 60 * ARRAY_LEN(miners);
	struct store_slot_add *slots = NEW_ARRAY(struct store_slot_add, max);

	for (int m = HOURS * 60 - 1; m >= 0; m--) {
		int64_t ms = s->now_ms - (int64_t)m * 60000;

		for (size_t i = 0; i < ARRAY_LEN(miners); i++) {
			bool is_away = (i == 2 && m < 300) || (i == 0 && m > 500 && m < 560);

			if (is_away)
				continue;
			slots[n++] = (struct store_slot_add){.pool = s->pool,
				.height = height_at(s, ms),
				.minute = ms / 60000,
				.address = miners[i].address,
				.worker = miners[i].worker,
				.work = miners[i].weight * (800 + noise(s) % 400) / 1000 + 1,
				.shares = 4,
				.last_ms = ms};
		}
	}
	must(store_slot_flush(s->st,
		     &(struct store_flush){.node = s->node,
			     .epoch = 1,
			     .through_seq = (int64_t)n,
			     .slots = slots,
			     .slots_n = n,
			     .flushed = &(struct store_flushed){s->pool, height_at(s, s->now_ms)},
			     .flushed_n = 1},
		     &why),
		"slots");
	free(slots);
}

static int64_t add_block(struct seed *s, int hours_ago, size_t finder)
{
	int64_t ms = s->now_ms - (int64_t)hours_ago * 3600000 + 247000;
	struct store_block b = {.pool = s->pool,
		.height = height_at(s, ms),
		.reward = amount_of(625000000 + noise(s) * 13),
		.found_ms = ms,
		.node = s->node,
		.network_work = NET_WORK,
		.submit_result = "accepted"};
	int64_t id;
	bool is_new;

	snprintf(b.hash, sizeof b.hash, "%024x%08x%016llx%016llx", 0, noise(s),
		(unsigned long long)ms * 0x9e3779b97f4a7c15ull,
		(unsigned long long)ms * 0xc2b2ae3d27d4eb4full);
	snprintf(b.prev_hash, sizeof b.prev_hash, "%064x", noise(s));
	str_copy(b.finder_address, sizeof b.finder_address, miners[finder].address);
	str_copy(b.finder_worker, sizeof b.finder_worker, miners[finder].worker);
	must(store_block_add(s->st, &b, &id, &is_new, &why), "block");
	return id;
}

static void close_round(struct seed *s, int64_t id, int confirmations)
{
	struct store_credit credits[16];
	struct amount parts[16];
	int64_t weights[16];
	struct store_round round = {
		.block = id, .confirmations = confirmations, .credits = credits};
	struct store_block b;
	struct store_work *work;

	must(store_block_get(s->st, id, &b, &why), "block");
	must(store_block_round_from(s->st, s->pool, b.height, &round.from, &why), "round");
	must(store_round_work(s->st, s->pool, round.from, b.height, &work, &round.n, &why), "work");
	assert(round.n > 0 && round.n <= ARRAY_LEN(credits));
	for (size_t i = 0; i < round.n; i++) {
		weights[i] = work[i].work;
		round.work += work[i].work;
	}
	round.reward = b.reward;
	round.fee = amount_part(b.reward, 1, 100);
	amount_split(
		amount_sub(round.reward, round.fee), weights, (unsigned)round.n, round.work, parts);
	for (size_t i = 0; i < round.n; i++)
		credits[i] = (struct store_credit){work[i].account, work[i].work, parts[i]};
	store_free_works(work);
	must(store_round_close(s->st, &round, &why), "close");
}

static void pay(struct seed *s, const char *txid, int percent, enum store_payout_state state)
{
	struct store_payout_item items[16];
	struct store_plan plan = {.pool = s->pool,
		.kind = STORE_PAYOUT_AUTOMATIC,
		.address = "",
		.note = "",
		.items = items};
	struct store_signature signature = {
		.txid = txid, .raw_tx = "00", .network_fee = amount_of(12400)};
	struct store_due *dues;
	size_t n;
	int64_t id;

	must(store_balance_list(s->st, s->pool, amount_of(1000000), 16, &dues, &n, &why), "dues");
	for (size_t i = 0; i < n; i++)
		items[i] = (struct store_payout_item){.account = dues[i].account,
			.address = dues[i].address,
			.amount = amount_part(dues[i].available, percent, 100)};
	plan.n = n;
	must(store_payout_plan(s->st, &plan, &id, &why), "plan");
	must(store_payout_sign(s->st, id, &signature, &why), "payout");
	store_free_dues(dues);
	if (state >= STORE_PAYOUT_BROADCAST)
		must(store_payout_set_state(
			     s->st, id, STORE_PAYOUT_SIGNED, STORE_PAYOUT_BROADCAST, 0, NULL, &why),
			"broadcast");
	if (state == STORE_PAYOUT_CONFIRMED)
		must(store_payout_confirm(s->st, id, 12, NULL, &why), "confirm");
}

/* A day of samples, some refused shares, and news in two languages. */
static void add_statistics(struct seed *s)
{
	int64_t minute = s->now_ms / 60000, id;
	struct store_reject rejects[] = {
		{s->pool, minute, miners[0].address, "rig1", 1, 240},
		{s->pool, minute, miners[0].address, "rig1", 4, 7},
		{s->pool, minute, miners[0].address, "rig2", 3, 2},
	};

	for (int64_t at = minute - minute % 15 - (int64_t)HOURS * 60; at <= minute; at += 15) {
		must(store_sample_set(s->st, s->pool, at, STORE_SAMPLE_MINERS, 3, &why), "sample");
		must(store_sample_set(
			     s->st, s->pool, at, STORE_SAMPLE_WORKERS, 5 + noise(s) % 2, &why),
			"sample");
		must(store_sample_set(s->st, s->pool, at, STORE_SAMPLE_NETWORK_WORK,
			     NET_WORK - 400000 + noise(s) % 8 * 100000, &why),
			"sample");
	}
	must(store_reject_add(s->st, rejects, ARRAY_LEN(rejects), &why), "rejects");
	must(store_news_add(s->st, s->pool, true, &id, &why), "news");
	must(store_news_set_text(s->st, id, "en", "Maintenance on <Sunday>",
		     "We move to a **larger** machine.\n\n- `stratum` stays up\n"
		     "- details: [blocks](/blocks) <script>alert(1)</script>\n",
		     &why),
		"news");
	must(store_news_set_text(s->st, id, "ja", "日曜日にメンテナンス",
		     "より**大きな**サーバーに移ります。", &why),
		"news");
	must(store_news_add(s->st, s->pool, false, &id, &why), "news");
	must(store_news_set_text(s->st, id, "en", "English only", "", &why), "news");
	must(store_event_add(s->st, s->pool, "payouts_paused",
		     "{\"who\":\"root\",\"reason\":\"wallet check\"}", &why),
		"event");
	must(store_event_add(s->st, s->pool, "payouts_resumed", "{\"who\":\"root\"}", &why),
		"event");
}

static void fill(struct seed *s)
{
	int64_t ids[8];

	add_slots(s);
	for (int i = 0; i < 8; i++)
		ids[i] = add_block(s, 23 - 3 * i, (size_t)i * 5 % ARRAY_LEN(miners));
	for (int i = 0; i < 7; i++) { /* the eighth is new */
		if (i == 2) {
			must(store_block_set(s->st, ids[i], STORE_BLOCK_PENDING, STORE_BLOCK_ORPHAN,
				     0, &why),
				"orphan");
			continue;
		}
		close_round(s, ids[i], 100 - 9 * i);
		if (i < 4)
			must(store_round_mature(s->st, ids[i], 100, &why), "mature");
	}
	pay(s, "5d1f0f2b9d1a7c6e3b8f4a2d6c9e0b7a1f3e5d7c9b2a4f6e8d0c1b3a5f7e9d2c", 70,
		STORE_PAYOUT_CONFIRMED);
	pay(s, "b92eb3524f1d8c7a6e5b3d2f1a0c9e8d7b6a5f4e3d2c1b0a9f8e7d6c5bb70fec", 80,
		STORE_PAYOUT_BROADCAST);
	add_statistics(s);
	must(store_event_add(s->st, s->pool, "block_found", "{\"height\":2812347}", &why), "event");
	must(store_event_add(s->st, s->pool, "paid", "{\"total\":\"12.40000000\"}", &why), "event");
}

static void beat(struct seed *s)
{
	char status[512];

	snprintf(status, sizeof status, STATUS, s->conf->pools[0].name, TIP_HEIGHT);
	if (store_node_beat(s->st, s->node, 1, status, &why) != OK)
		fprintf(stderr, "seed: %s\n", why.text);
}

static void *keep_beating(void *arg)
{
	struct seed *s = arg;

	for (int i = 1; !atomic_load(&s->is_stopping); i++) {
		clock_sleep_ms(100);
		if (i % 20 == 0)
			beat(s);
	}
	return NULL;
}

static void open_and_fill(struct seed *s)
{
	const struct conf_pool *pool = &s->conf->pools[0];

	must(store_open(&s->conf->store, &s->st, &why), "open");
	must(store_migrate(s->st, &why), "migrate");
	must(store_pool_ensure(s->st, pool->name, pool->coin.name, coin_chain_name(pool->chain),
		     pool->network->work_bits, &s->pool, &why),
		"pool");
	must(store_node_claim(
		     s->st, "8f3f4a9e-6f0c-4b0e-9a57-5b8f1c9f0a11", "seed", 1, -1, &s->node, &why),
		"node");
	fill(s);
	beat(s);
}

int main(int argc, char **argv)
{
	struct seed s = {.now_ms = clock_wall_ms(), .noise = 7};
	struct conf_errors errors = {0};
	struct conf *conf = NULL;
	struct buf text = {0};
	sigset_t signals;
	int status;

	if (argc < 2 || conf_load(argv[1], &conf, &errors) != OK) {
		conf_errors_text(&errors, &text);
		fprintf(stderr, "usage: web_seed CONF [empty]\n%s", buf_str(&text));
		return 2;
	}
	s.conf = conf;
	sigfillset(&signals); /* they are for role_web() */
	pthread_sigmask(SIG_BLOCK, &signals, NULL);
	if (argc == 2) {
		open_and_fill(&s);
		pthread_create(&s.beater, NULL, keep_beating, &s);
	}
	status = role_web(conf);
	if (argc == 2) {
		atomic_store(&s.is_stopping, true);
		pthread_join(s.beater, NULL);
	}
	store_close(s.st);
	conf_errors_fini(&errors);
	conf_free(conf);
	return status;
}
