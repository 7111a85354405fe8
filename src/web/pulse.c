/*
 * pulse.c -- the heartbeat: every second a snapshot of the pool, and what changed to the listeners.
 *
 * Thread:  one of its own, which alone builds snapshots. Lock: pulse.lock guards `newest` and stop.
 * While the database is away the last numbers stay, with their age.
 */
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "store/store_block.h"
#include "store/store_payout.h"
#include "web/web_priv.h"

#define BEAT_MS     1000
#define REST_FACTOR 4     /* rest at least so many times as long as the reading took */
#define CHART_MS    60000 /* the chart's last step ends every quarter of an hour */
#define AGE_STEP_MS 10000

struct pulse {
	struct web *web;
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t wake;
	struct snapshot *newest;
	bool is_stopping;
	bool is_failing; /* the last reading failed: say it once */
	int64_t chart_ms;
	atomic_ullong errors;
	json_t *sent[LIVE_TOPICS]; /* what the listeners have */
};

static struct snapshot *snapshot_new(void)
{
	struct snapshot *s = NEW(struct snapshot);

	atomic_init(&s->refs, 1);
	return s;
}

void snapshot_unref(struct snapshot *s)
{
	if (!s || atomic_fetch_sub(&s->refs, 1) != 1)
		return;
	json_decref(s->pool);
	json_decref(s->blocks);
	json_decref(s->payments);
	json_decref(s->chart);
	free(s);
}

struct snapshot *pulse_snapshot(struct pulse *p)
{
	struct snapshot *s;

	pthread_mutex_lock(&p->lock);
	s = p->newest;
	atomic_fetch_add(&s->refs, 1);
	pthread_mutex_unlock(&p->lock);
	return s;
}

uint64_t pulse_store_errors(struct pulse *p)
{
	return atomic_load(&p->errors);
}

static void set_newest(struct pulse *p, struct snapshot *s)
{
	struct snapshot *old;

	pthread_mutex_lock(&p->lock);
	old = p->newest;
	p->newest = s;
	pthread_mutex_unlock(&p->lock);
	snapshot_unref(old);
}

/* The pool's row; the schema too, the first time. */
static enum err find_pool(struct web *web, struct store *st, struct why *why)
{
	const struct conf_pool *pool = web->pool;
	int64_t id;
	enum err err;

	if (atomic_load(&web->pool_id))
		return OK;
	err = store_migrate(st, why);
	if (err == OK)
		err = store_pool_ensure(st, pool->name, pool->coin.name,
			coin_chain_name(pool->chain), pool->network->work_bits, &id, why);
	if (err == OK)
		atomic_store(&web->pool_id, id);
	return err;
}

static enum err read_pause(struct web *web, struct store *st, struct snapshot *s, struct why *why)
{
	struct store_payout_control control;
	enum err err = store_payout_control(st, atomic_load(&web->pool_id), &control, why);

	if (err == OK)
		s->is_paused = control.is_paused;
	return err;
}

static enum err read_all(struct pulse *p, struct store *st, struct snapshot *s, struct why *why)
{
	struct web *web = p->web;
	int64_t now_ms = clock_mono_ms();
	enum err err;

	err = find_pool(web, st, why);
	if (err == OK)
		err = read_pause(web, st, s, why);
	if (err == OK)
		err = view_pool(web, st, &s->pool, why);
	if (err == OK)
		err = view_blocks(web, st, STORE_BLOCK_ANY, 0, PAGE_ROWS, &s->blocks, why);
	if (err == OK)
		err = view_payments(web, st, 0, PAGE_ROWS, &s->payments, why);
	if (err == OK && now_ms - p->chart_ms >= CHART_MS) {
		err = view_chart(web, st, 0, &s->chart, why);
		if (err == OK)
			p->chart_ms = now_ms;
	} else if (err == OK) {
		s->chart = json_incref(p->newest->chart);
	}
	return err;
}

/* The same numbers, older. */
static struct snapshot *aged(const struct snapshot *old)
{
	int64_t age_ms = clock_mono_ms() - old->taken_ms;
	struct snapshot *s = snapshot_new();

	s->taken_ms = old->taken_ms;
	s->has_data = true;
	s->is_paused = old->is_paused;
	s->pool = json_copy(old->pool);
	json_object_set_new(s->pool, "stale_ms", json_integer(age_ms / AGE_STEP_MS * AGE_STEP_MS));
	json_object_set_new(s->pool, "time_ms", json_integer(clock_wall_ms()));
	s->blocks = json_incref(old->blocks);
	s->payments = json_incref(old->payments);
	s->chart = json_incref(old->chart);
	return s;
}

static void read_store(struct pulse *p)
{
	struct snapshot *s = snapshot_new();
	struct store *st;
	struct why why = {0};
	enum err err;

	err = handles_take(p->web->handles, &st, &why);
	if (err == OK) {
		err = read_all(p, st, s, &why);
		handles_give(p->web->handles, st, err);
	}
	if (err == OK) {
		s->taken_ms = clock_mono_ms();
		s->has_data = true;
		set_newest(p, s);
		if (p->is_failing)
			log_info(&p->web->lg, "database_back", "pool=%s", p->web->pool->name);
		p->is_failing = false;
		return;
	}
	snapshot_unref(s);
	atomic_fetch_add(&p->errors, 1);
	if (!p->is_failing)
		log_odd(&p->web->lg, "database_away", "error=\"%s\"",
			why.text[0] ? why.text : err_text(err));
	p->is_failing = true;
	if (p->newest->has_data)
		set_newest(p, aged(p->newest));
}

static void send_list(struct pulse *p, enum live_topic topic, json_t *list)
{
	json_t *change = delta_rows(p->sent[topic], list);
	struct buf whole = {0}, news = {0};

	if (!change)
		return;
	json_text(list, &whole);
	json_text(change, &news);
	live_publish(p->web->live, topic, &whole, &news);
	json_decref(change);
	json_decref(p->sent[topic]);
	p->sent[topic] = json_incref(list);
	buf_free(&whole);
	buf_free(&news);
}

static void send_changes(struct pulse *p)
{
	struct snapshot *s = p->newest; /* only this thread replaces it */
	struct buf whole = {0}, change = {0};
	json_t *changes;

	if (!s->has_data)
		return;
	changes = delta_members(p->sent[LIVE_POOL], s->pool, "time_ms");
	if (changes) {
		json_text(s->pool, &whole);
		json_text(changes, &change);
		live_publish(p->web->live, LIVE_POOL, &whole, &change);
		json_decref(changes);
		json_decref(p->sent[LIVE_POOL]);
		p->sent[LIVE_POOL] = json_incref(s->pool);
		buf_free(&whole);
		buf_free(&change);
	}
	send_list(p, LIVE_BLOCKS, s->blocks);
	send_list(p, LIVE_PAYMENTS, s->payments);
}

/* Wait for the next beat; false: stop. */
static bool rest(struct pulse *p, int64_t ms)
{
	int64_t until_us = clock_mono_us() + ms * 1000;
	struct timespec until = {until_us / 1000000, until_us % 1000000 * 1000};
	bool go_on;

	pthread_mutex_lock(&p->lock);
	while (!p->is_stopping && pthread_cond_timedwait(&p->wake, &p->lock, &until) == 0)
		;
	go_on = !p->is_stopping;
	pthread_mutex_unlock(&p->lock);
	return go_on;
}

static void *run(void *arg)
{
	struct pulse *p = arg;
	int64_t next_ms = 0, took_ms;

	do {
		int64_t start_ms = clock_mono_ms();

		if (start_ms >= next_ms) {
			read_store(p);
			took_ms = clock_mono_ms() - start_ms;
			next_ms = start_ms + took_ms * (1 + REST_FACTOR);
			send_changes(p);
		}
		live_tick(p->web->live);
	} while (rest(p, BEAT_MS));
	return NULL;
}

struct pulse *pulse_start(struct web *web)
{
	struct pulse *p = NEW(struct pulse);
	pthread_condattr_t attr;

	p->web = web;
	pthread_mutex_init(&p->lock, NULL);
	pthread_condattr_init(&attr);
	pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	pthread_cond_init(&p->wake, &attr);
	pthread_condattr_destroy(&attr);
	p->newest = snapshot_new();
	p->chart_ms = -CHART_MS;
	read_store(p); /* so that the first visitor finds numbers */
	pthread_create(&p->thread, NULL, run, p);
	return p;
}

void pulse_stop(struct pulse *p)
{
	if (!p)
		return;
	pthread_mutex_lock(&p->lock);
	p->is_stopping = true;
	pthread_cond_signal(&p->wake);
	pthread_mutex_unlock(&p->lock);
	pthread_join(p->thread, NULL);
	snapshot_unref(p->newest);
	for (size_t i = 0; i < LIVE_TOPICS; i++)
		json_decref(p->sent[i]);
	pthread_cond_destroy(&p->wake);
	pthread_mutex_destroy(&p->lock);
	free(p);
}
