/* flush.c -- see flush.h. One pass of the thread: blocks, shares, rejects, the node's own state. */
#include "stratum/flush.h"

#include <errno.h>
#include <inttypes.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/backoff.h"
#include "base/clock.h"
#include "base/json.h"
#include "base/log.h"
#include "base/map.h"
#include "base/mem.h"
#include "journal/reader.h"
#include "store/store_block.h"
#include "store/store_slot.h"
#include "store/store_stats.h"
#include "stratum/block.h"
#include "stratum/block_meta.h"
#include "stratum/claim.h"
#include "stratum/feed.h"
#include "stratum/pool.h"

enum {
	FEW_SLOTS = 1000, /* are stored at each pass; more are collected up to */
	COLLECT_MS = 15000,
	BEAT_MS = 2000,
	REJECTS_MAX =
		10000, /* distinct (worker, verdict) between two passes; more are not told apart */
	DRAIN_MS = 5000,
};

/* A found block on its way into the database. */
struct block_note {
	struct block_note *next;
	unsigned pool;
	uint8_t id[32];
	char *meta;
	char *answer; /* NULL: just found */
	bool is_rejected;
};

struct reject_note {
	unsigned pool;
	char *address, *worker;
	enum verdict verdict;
	int64_t count;
};

struct flush {
	struct flush_options opt;
	struct logger log;
	struct journal *journal; /* NULL once it is closed */
	pthread_t thread;

	/* The thread's own. */
	struct store *store; /* NULL: not connected */
	struct feed feed;
	int64_t slots_ms; /* since when; monotonic */
	bool is_claimed;
	int64_t pool_ids[CONF_POOLS_MAX]; /* in the database now */
	int64_t beat_ms;
	bool was_away;
	struct keep keep;
	struct backoff backoff; /* of connecting */

	atomic_int_fast64_t
		flushed; /* the last record of this epoch in the database; -1: database away */

	pthread_mutex_t lock; /* guards all below */
	pthread_cond_t wake;
	bool is_woken, is_stopping;
	struct block_note *blocks_first, **blocks_last;
	struct map *rejects;
};

struct flush *flush_new(const struct flush_options *options)
{
	struct flush *f = NEW(struct flush);
	pthread_condattr_t attr;

	f->opt = *options;
	f->log = (struct logger){"stratum", "flush"};
	f->blocks_last = &f->blocks_first;
	f->rejects = map_new();
	keep_init(&f->keep, options->journal_dir, &options->conf->stratum);
	atomic_init(&f->flushed, -1);
	pthread_mutex_init(&f->lock, NULL);
	pthread_condattr_init(&attr);
	pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	pthread_cond_init(&f->wake, &attr);
	pthread_condattr_destroy(&attr);
	return f;
}

/* ---- from other threads ---- */

static void wake(struct flush *f)
{
	f->is_woken = true;
	pthread_cond_signal(&f->wake);
}

void flush_block(struct flush *f, unsigned pool, const uint8_t id[32], const char *meta,
	const char *answer, bool is_rejected)
{
	struct block_note *note = NEW(struct block_note);

	note->pool = pool;
	memcpy(note->id, id, sizeof(note->id));
	note->meta = str_dup(meta);
	note->answer = str_dup(answer);
	note->is_rejected = is_rejected;
	pthread_mutex_lock(&f->lock);
	*f->blocks_last = note;
	f->blocks_last = &note->next;
	wake(f);
	pthread_mutex_unlock(&f->lock);
}

void flush_reject(struct flush *f, unsigned pool, const char *address, const char *worker,
	enum verdict verdict)
{
	char key[256];
	int len = snprintf(key, sizeof(key), "%u %d %s %s", pool, verdict, address, worker);
	struct reject_note *note;

	pthread_mutex_lock(&f->lock);
	note = map_get(f->rejects, key, (size_t)len);
	if (!note && map_count(f->rejects) < REJECTS_MAX) {
		note = NEW(struct reject_note);
		*note = (struct reject_note){pool, str_dup(address), str_dup(worker), verdict, 0};
		map_set(f->rejects, key, (size_t)len, note);
	}
	if (note)
		note->count++;
	pthread_mutex_unlock(&f->lock);
}

int64_t flush_lag(struct flush *f)
{
	int64_t flushed = atomic_load(&f->flushed);

	if (flushed < 0 || !f->journal)
		return -1;
	return (int64_t)journal_committed(f->journal) - flushed;
}

struct keep_figures flush_keep(const struct flush *f)
{
	return keep_figures(&f->keep);
}

/* ---- the connection ---- */

static void disconnect(struct flush *f, const char *what, const struct why *why)
{
	if (!f->was_away)
		log_odd(&f->log, "database_away", "doing=\"%s\" reason=\"%s\"", what, why->text);
	f->was_away = true;
	store_close(f->store);
	f->store = NULL;
	f->is_claimed = false;
	feed_close(&f->feed);
	atomic_store(&f->flushed, -1);
}

/* Open the database and tell it who we are. The reader starts where the database says it has come.
 */
static bool connect_store(struct flush *f)
{
	struct why why = {""};
	enum err err = OK;

	if (!f->store && !backoff_is_due(&f->backoff))
		return false;
	if (!f->store)
		err = store_open(&f->opt.conf->store, &f->store, &why);
	if (err == OK && !f->is_claimed) {
		/* This epoch may be there already, from before the connection was lost: then the
		 * beat proves it ours. */
		err = claim_ask(
			f->opt.conf, f->opt.node_dir, f->opt.node, f->store, f->pool_ids, &why);
		if (err == ERR_CONFLICT)
			err = store_node_beat(
				f->store, f->opt.node->id, f->opt.node->epoch, "{}", &why);
		if (err == ERR_CONFLICT) {
			log_broken(&f->log, "node_fenced", "reason=\"%s\"", why.text);
			f->opt.on_fenced(f->opt.ctx);
		}
	}
	if (err != OK) {
		disconnect(f, "connect", &why);
		backoff_failed(&f->backoff);
		if (!node_may_go_on(f->opt.node)) {
			log_broken(&f->log, "node_lease_over",
				"text=\"not seen by the database for a week: another node may get"
				" the id\"");
			f->opt.on_fenced(f->opt.ctx);
		}
		return false;
	}
	backoff_over(&f->backoff);
	f->is_claimed = true;
	if (f->was_away)
		log_info(&f->log, "database_back", "node=%" PRId64, f->opt.node->id);
	f->was_away = false;
	return true;
}

/* ---- blocks ---- */

/* The block and whom its coinbase pays, both or nothing. */
static enum err add_block(struct flush *f, const struct store_block *block,
	const struct store_output *outputs, size_t n, int64_t *out_id, struct why *why)
{
	bool is_new;
	enum err err = store_begin(f->store, why);

	if (err != OK)
		return err;
	err = store_block_add(f->store, block, out_id, &is_new, why);
	if (err == OK)
		err = store_block_outputs_add(f->store, *out_id, outputs, n, why);
	if (err == OK)
		return store_commit(f->store, why);
	store_rollback(f->store);
	return err;
}

static enum err record_block(struct flush *f, const struct block_note *note, struct why *why)
{
	struct store_output *outputs;
	struct store_block block;
	int64_t pool_id = f->pool_ids[note->pool];
	int64_t id;
	size_t n;
	enum err err = block_meta_read(note->meta, &block, &outputs, &n);

	if (err != OK) {
		log_broken(&f->log, "block_note_damaged", "meta=\"%s\"", note->meta);
		return OK;
	}
	block.pool = pool_id;
	str_copy(
		block.submit_result, sizeof(block.submit_result), note->answer ? note->answer : "");
	err = add_block(f, &block, outputs, n, &id, why);
	free(outputs);
	if (err == OK && note->answer)
		err = store_block_set_submit_result(
			f->store, pool_id, block.hash, block.submit_result, why);
	if (err == OK && note->is_rejected) {
		err = store_block_set(
			f->store, id, STORE_BLOCK_PENDING, STORE_BLOCK_REJECTED, 0, why);
		if (err == ERR_CONFLICT)
			err = OK; /* the ledger has judged it meanwhile */
	}
	if (err == OK && note->answer)
		block_recorded(f->opt.pools[note->pool].blocks, note->id);
	return err;
}

static void free_note(struct block_note *note)
{
	free(note->meta);
	free(note->answer);
	free(note);
}

static enum err record_blocks(struct flush *f, struct why *why)
{
	enum err err = OK;

	while (err == OK) {
		struct block_note *note;

		pthread_mutex_lock(&f->lock);
		note = f->blocks_first;
		pthread_mutex_unlock(&f->lock);
		if (!note)
			break;
		err = record_block(f, note, why);
		if (err != OK)
			break;
		pthread_mutex_lock(&f->lock);
		f->blocks_first = note->next;
		if (!f->blocks_first)
			f->blocks_last = &f->blocks_first;
		pthread_mutex_unlock(&f->lock);
		free_note(note);
	}
	return err;
}

/* ---- shares ---- */

static enum err open_feed(struct flush *f, struct why *why)
{
	struct feed_pool pools[CONF_POOLS_MAX];
	size_t n = f->opt.conf->pools_count;
	enum err err;

	for (size_t i = 0; i < n; i++)
		pools[i] = (struct feed_pool){f->opt.pools[i].number, f->pool_ids[i]};
	f->feed = (struct feed){.store = f->store, .node = f->opt.node->id};
	err = feed_open(&f->feed, f->opt.journal_dir, pools, n, why);
	if (err == OK)
		atomic_store(
			&f->flushed, (int64_t)feed_through(&f->feed, (uint64_t)f->opt.node->epoch));
	return err;
}

/* All that was read. What fails is read again, from where the database says that it has come. */
static enum err store_batch(struct flush *f, struct why *why)
{
	enum err err = feed_store(&f->feed, why);

	if (err == OK)
		atomic_store(
			&f->flushed, (int64_t)feed_through(&f->feed, (uint64_t)f->opt.node->epoch));
	return err;
}

/* A hole is said to everybody who may miss what was in it, and never filled by a guess. */
static enum err note_damage(struct flush *f, const struct journal_record *r, struct why *why)
{
	struct buf json = {0};
	enum err err = OK;

	keep_note_damage(&f->keep, r);
	buf_printf(
		&json, "{\"node\":%" PRIu32 ",\"lost\":%" PRIu64 ",\"text\":", r->node_id, r->lost);
	buf_add_json_str(&json, r->text);
	buf_add_u8(&json, '}');
	for (size_t i = 0; i < f->opt.conf->pools_count && err == OK; i++)
		err = store_event_add(
			f->store, f->pool_ids[i], "journal_damaged", buf_str(&json), why);
	buf_free(&json);
	return err;
}

/* A round waits for nobody: with a new height all is stored at once, and so is what an earlier
 * process has left. Else many slots are worth collecting, since most workers come again and are one
 * slot then. */
static bool is_due(const struct flush *f)
{
	const struct slots *slots = &f->feed.slots;

	return !f->journal || (int64_t)slots->epoch != f->opt.node->epoch ||
	       slots->count < FEW_SLOTS || slots->flushed_count > 0 ||
	       clock_mono_ms() - f->slots_ms >= COLLECT_MS;
}

static enum err take_record(struct flush *f, const struct journal_record *r, struct why *why)
{
	enum err err = OK;

	if (r->type == JOURNAL_DAMAGE)
		err = note_damage(f, r, why);
	if (err == OK && feed_is_full(&f->feed, r))
		err = store_batch(f, why);
	if (f->feed.slots.records == 0)
		f->slots_ms = clock_mono_ms();
	if (err == OK)
		feed_take(&f->feed, r);
	return err;
}

/* Read up to the journal's committed mark, and store what is due. */
static enum err flush_shares(struct flush *f, struct why *why)
{
	struct journal_record r;
	enum err err = f->feed.reader ? OK : open_feed(f, why);

	if (err == OK)
		journal_reader_set_limit(f->feed.reader, (uint64_t)f->opt.node->epoch,
			f->journal ? journal_committed(f->journal) : UINT64_MAX);
	while (err == OK && (err = journal_reader_next(f->feed.reader, &r, why)) == OK)
		err = take_record(f, &r, why);
	if (err == ERR_NOT_FOUND)
		err = is_due(f) ? store_batch(f, why) : OK;
	return err;
}

/* ---- the rest ---- */

static void drop_reject(void *value)
{
	struct reject_note *note = value;

	free(note->address);
	free(note->worker);
	free(note);
}

static enum err flush_rejects(struct flush *f, struct why *why)
{
	struct store_reject *list;
	struct reject_note *note;
	struct map *rejects;
	size_t pos = 0, n = 0;
	enum err err = OK;

	pthread_mutex_lock(&f->lock);
	rejects = f->rejects;
	if (map_count(rejects) > 0)
		f->rejects = map_new();
	pthread_mutex_unlock(&f->lock);
	if (map_count(rejects) == 0)
		return OK;
	list = NEW_ARRAY(struct store_reject, map_count(rejects));
	while ((note = map_next(rejects, &pos, NULL, NULL)))
		list[n++] = (struct store_reject){f->pool_ids[note->pool], clock_wall_ms() / 60000,
			note->address, note->worker, note->verdict, note->count};
	err = store_reject_add(f->store, list, n, why);
	free(list);
	map_free(rejects, drop_reject);
	return err;
}

static enum err beat(struct flush *f, struct why *why)
{
	int64_t now_ms = clock_mono_ms();
	enum err err = OK;

	if (f->beat_ms == 0 || now_ms - f->beat_ms >= BEAT_MS) {
		char *status = f->opt.render_status(f->opt.ctx);

		err = store_node_beat(f->store, f->opt.node->id, f->opt.node->epoch, status, why);
		free(status);
		f->beat_ms = now_ms;
		if (err == OK)
			node_proven(f->opt.node);
	}
	return err;
}

/* True when everything that was there at the beginning of the pass is in the database. */
static bool pass(struct flush *f)
{
	struct why why = {""};
	const char *doing = "record blocks";
	enum err err;

	if (!connect_store(f))
		return false;
	err = record_blocks(f, &why);
	if (err == OK) {
		doing = "store shares";
		err = flush_shares(f, &why);
	}
	if (err == OK) {
		doing = "store rejects";
		err = flush_rejects(f, &why);
	}
	if (err == OK) {
		doing = "tell the node's state";
		err = beat(f, &why);
	}
	if (err != OK)
		disconnect(f, doing, &why);
	return err == OK;
}

/* Only after a whole pass it is known how far the database has come. */
static void pass_and_keep(struct flush *f)
{
	bool is_done = pass(f);

	keep_pass(&f->keep, f->opt.node->epoch, is_done ? atomic_load(&f->flushed) : -1);
}

static bool wait_for_work(struct flush *f, int64_t ms)
{
	struct timespec until;
	bool stopping;

	clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_sec += ms / 1000;
	until.tv_nsec += ms % 1000 * 1000000;
	if (until.tv_nsec >= 1000000000) {
		until.tv_sec++;
		until.tv_nsec -= 1000000000;
	}
	pthread_mutex_lock(&f->lock);
	while (!f->is_woken && !f->is_stopping) {
		if (pthread_cond_timedwait(&f->wake, &f->lock, &until) == ETIMEDOUT)
			break;
	}
	f->is_woken = false;
	stopping = f->is_stopping;
	pthread_mutex_unlock(&f->lock);
	return !stopping;
}

static void *run(void *arg)
{
	struct flush *f = arg;

	do
		pass_and_keep(f);
	while (wait_for_work(f, f->opt.conf->stratum.flush_interval_ms));
	return NULL;
}

void flush_start(struct flush *f, struct journal *journal)
{
	sigset_t all, old;
	int failed;

	f->journal = journal;
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &old);
	failed = pthread_create(&f->thread, NULL, run, f);
	assert(!failed);
	pthread_sigmask(SIG_SETMASK, &old, NULL);
}

void flush_stop(struct flush *f)
{
	pthread_mutex_lock(&f->lock);
	f->is_stopping = true;
	wake(f);
	pthread_mutex_unlock(&f->lock);
	pthread_join(f->thread, NULL);
	f->journal = NULL;
}

void flush_drain(struct flush *f)
{
	int64_t until_ms = clock_mono_ms() + DRAIN_MS;
	struct why why = {""};
	bool done;

	backoff_over(&f->backoff);
	while (!(done = pass(f)) && clock_mono_ms() < until_ms)
		clock_sleep_ms(100);
	if (!done)
		log_odd(&f->log, "flush_incomplete",
			"text=\"what is missing is in the journal and follows at the next start\"");
	else if (store_node_stop(f->store, f->opt.node->id, f->opt.node->epoch, &why) != OK)
		log_odd(&f->log, "node_not_stopped", "reason=\"%s\"", why.text);
}

void flush_free(struct flush *f)
{
	if (!f)
		return;
	while (f->blocks_first) {
		struct block_note *note = f->blocks_first;

		f->blocks_first = note->next;
		free_note(note);
	}
	map_free(f->rejects, drop_reject);
	feed_close(&f->feed);
	store_close(f->store);
	pthread_mutex_destroy(&f->lock);
	pthread_cond_destroy(&f->wake);
	free(f);
}
