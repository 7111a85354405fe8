/* ban_sync.c -- see ban_sync.h. */
#include "stratum/ban_sync.h"

#include <pthread.h>
#include <stdlib.h>
#include <time.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "store/store_ban.h"

enum {
	PERIOD_S = 2,
	REMEMBER_MS = 86400000, /* a ban that is over counts for the next one */
	FORGET_MS = 3600000,    /* how often rows older than that are removed */
	WAITING_MAX = 10000,    /* bans that wait for the database; more are not remembered */
};

static const struct logger lg = {"stratum", "bans"};

struct ban_sync {
	const struct conf *conf;
	int64_t node_id;
	struct guard *guard;
	struct store *st; /* NULL: not open */
	bool is_away;     /* the last exchange failed */
	int64_t forgot_ms;
	pthread_t thread;
	bool is_running;

	pthread_mutex_t lock; /* guards all below */
	pthread_cond_t wake;
	bool is_stopping;
	struct store_ban *waiting; /* for the database */
	size_t waiting_count, waiting_cap;
};

struct ban_sync *ban_sync_new(const struct conf *conf, int64_t node_id)
{
	struct ban_sync *b = NEW(struct ban_sync);
	pthread_condattr_t attr;

	b->conf = conf;
	b->node_id = node_id;
	pthread_mutex_init(&b->lock, NULL);
	pthread_condattr_init(&attr);
	pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	pthread_cond_init(&b->wake, &attr);
	pthread_condattr_destroy(&attr);
	return b;
}

void ban_sync_free(struct ban_sync *b)
{
	if (!b)
		return;
	pthread_cond_destroy(&b->wake);
	pthread_mutex_destroy(&b->lock);
	free(b->waiting);
	free(b);
}

void ban_sync_add(struct ban_sync *b, const struct ban *ban, enum fault last)
{
	struct store_ban row = {.net = ban->net,
		.since_ms = clock_wall_ms(),
		.until_ms = ban->until_ms,
		.times = ban->times,
		.node_id = b->node_id};
	char text[NET_TEXT_MAX];

	str_copy(row.reason, sizeof(row.reason), fault_text(last));
	log_info(&lg, "address_banned", "net=%s seconds=%lld times=%u reason=\"%s\"",
		net_text(&ban->net, text), (long long)(ban->until_ms - row.since_ms) / 1000,
		ban->times, row.reason);
	pthread_mutex_lock(&b->lock);
	if (b->waiting_count < WAITING_MAX) {
		b->waiting = array_grow(
			b->waiting, b->waiting_count, &b->waiting_cap, sizeof(*b->waiting));
		b->waiting[b->waiting_count++] = row;
	}
	pthread_cond_signal(&b->wake);
	pthread_mutex_unlock(&b->lock);
}

/* ---- the thread ---- */

/* Store what waits, the oldest first; what could not be stored waits on. */
static enum err store_waiting(struct ban_sync *b, struct why *why)
{
	struct store_ban *rows;
	size_t n, stored = 0;
	enum err err = OK;

	pthread_mutex_lock(&b->lock);
	n = b->waiting_count;
	rows = NEW_ARRAY(struct store_ban, n + 1);
	for (size_t i = 0; i < n; i++)
		rows[i] = b->waiting[i];
	pthread_mutex_unlock(&b->lock);
	while (stored < n && err == OK) {
		if (rows[stored].until_ms > clock_wall_ms())
			err = store_ban_add(b->st, &rows[stored], why);
		stored += err == OK;
	}
	pthread_mutex_lock(&b->lock);
	b->waiting_count -= stored;
	for (size_t i = 0; i < b->waiting_count; i++)
		b->waiting[i] = b->waiting[i + stored];
	pthread_mutex_unlock(&b->lock);
	free(rows);
	return err;
}

static struct ban known(const struct store_ban *row)
{
	return (struct ban){row->net, row->until_ms, (unsigned)row->times};
}

/* What the database has, and what has come meanwhile and is not there yet. */
static void tell_guard(struct ban_sync *b, const struct store_ban *rows, size_t n)
{
	struct ban *all;

	pthread_mutex_lock(&b->lock);
	all = NEW_ARRAY(struct ban, n + b->waiting_count + 1);
	for (size_t i = 0; i < n; i++)
		all[i] = known(&rows[i]);
	for (size_t i = 0; i < b->waiting_count; i++)
		all[n + i] = known(&b->waiting[i]);
	n += b->waiting_count;
	pthread_mutex_unlock(&b->lock);
	guard_set_bans(b->guard, all, n);
	free(all);
}

static enum err exchange(struct ban_sync *b, struct why *why)
{
	int64_t now_ms = clock_wall_ms();
	struct store_ban *rows;
	enum err err = OK;
	size_t n;

	if (!b->st)
		err = store_open(&b->conf->store, &b->st, why);
	if (err == OK)
		err = store_waiting(b, why);
	if (err == OK && clock_mono_ms() - b->forgot_ms > FORGET_MS) {
		b->forgot_ms = clock_mono_ms();
		err = store_ban_forget(b->st, now_ms - REMEMBER_MS, why);
	}
	if (err == OK)
		err = store_ban_list(b->st, now_ms - REMEMBER_MS, &rows, &n, why);
	if (err != OK)
		return err;
	tell_guard(b, rows, n);
	store_free_bans(rows, n);
	return OK;
}

static bool wait_for_work(struct ban_sync *b)
{
	struct timespec until;
	bool goes_on;

	clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_sec += PERIOD_S;
	pthread_mutex_lock(&b->lock);
	while (!b->is_stopping && pthread_cond_timedwait(&b->wake, &b->lock, &until) == 0 &&
		b->waiting_count == 0)
		;
	goes_on = !b->is_stopping;
	pthread_mutex_unlock(&b->lock);
	return goes_on;
}

/* Once when it begins to fail, and once when it works again. */
static void exchange_and_tell(struct ban_sync *b)
{
	struct why why = {""};
	bool was_away = b->is_away;

	b->is_away = exchange(b, &why) != OK;
	if (b->is_away && !was_away)
		log_odd(&lg, "bans_not_shared",
			"reason=\"%s\" text=\"this node goes on with those it knows\"", why.text);
	else if (was_away && !b->is_away)
		log_info(&lg, "bans_shared", "text=\"the database is back\"");
	if (!b->is_away)
		return;
	store_close(b->st);
	b->st = NULL;
}

static void *run(void *arg)
{
	struct ban_sync *b = arg;
	bool goes_on;

	do {
		exchange_and_tell(b);
		guard_sweep(b->guard, clock_mono_ms());
		goes_on = wait_for_work(b);
	} while (goes_on);
	return NULL;
}

void ban_sync_start(struct ban_sync *b, struct guard *guard)
{
	int failed;

	b->guard = guard;
	b->is_running = true;
	failed = pthread_create(&b->thread, NULL, run, b);
	assert(!failed);
}

void ban_sync_stop(struct ban_sync *b)
{
	struct why why = {""};

	if (!b || !b->is_running)
		return;
	pthread_mutex_lock(&b->lock);
	b->is_stopping = true;
	pthread_cond_signal(&b->wake);
	pthread_mutex_unlock(&b->lock);
	pthread_join(b->thread, NULL);
	if (b->st && store_waiting(b, &why) != OK)
		log_debug(&lg, "database_away", "reason=\"%s\"", why.text);
	store_close(b->st);
	b->st = NULL;
	b->is_running = false;
}
