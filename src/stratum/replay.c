/* replay.c -- see replay.h. */
#include "stratum/replay.h"

#include <inttypes.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/json.h"
#include "base/mem.h"
#include "store/store_block.h"
#include "store/store_stats.h"

enum { TRIES = 5, WAIT_MS = 1000 };

struct replay {
	const struct replay_options *opt;
	struct feed feed;
	int64_t *paid_heights;      /* of feed.pools */
	struct replay_sums pending; /* taken, and not in the database yet */
	struct replay_sums *done;
};

static void add(struct replay_sums *sums, const struct replay_sums *more)
{
	sums->records += more->records;
	sums->shares += more->shares;
	sums->work += more->work;
	sums->lost += more->lost;
	sums->late_shares += more->late_shares;
}

static enum err store_pending(struct replay *r, struct why *why)
{
	enum err err = OK;

	if (r->opt->is_dry)
		slots_clear(&r->feed.slots);
	else
		err = feed_store(&r->feed, why);
	if (err == OK)
		add(r->done, &r->pending);
	r->pending = (struct replay_sums){0};
	return err;
}

/* In the feed of what happened, where everybody sees it. */
static enum err note_damage(struct replay *r, const struct journal_record *damage, struct why *why)
{
	struct buf json = {0};
	enum err err;

	if (r->opt->is_dry)
		return OK;
	buf_printf(&json, "{\"node\":%" PRIu32 ",\"lost\":%" PRIu64 ",\"text\":", damage->node_id,
		damage->lost);
	buf_add_json_str(&json, damage->text);
	buf_add_u8(&json, '}');
	for (size_t i = 0; i < r->opt->pools_n && err == OK; i++)
		err = store_event_add(
			r->opt->store, r->opt->pools[i].id, "journal_damaged", buf_str(&json), why);
	buf_free(&json);
	return err;
}

/* Of a share: at a height that is paid. */
static bool is_late(const struct replay *r, const struct journal_record *share)
{
	int64_t id = feed_pool_id(&r->feed, share->pool);

	for (size_t i = 0; i < r->feed.pools_n; i++) {
		if (r->feed.pools[i].id == id)
			return (int64_t)share->height <= r->paid_heights[i];
	}
	return false;
}

static enum err take(struct replay *r, const struct journal_record *record, struct why *why)
{
	struct replay_sums *sums = &r->pending;
	enum err err = OK;

	if (feed_is_full(&r->feed, record))
		err = store_pending(r, why);
	if (err == OK && record->type == JOURNAL_DAMAGE)
		err = note_damage(r, record, why);
	if (err != OK)
		return err;
	feed_take(&r->feed, record);
	if (record->type == JOURNAL_DAMAGE) {
		sums->lost += (int64_t)record->lost;
		return OK;
	}
	sums->records++;
	if (record->type == JOURNAL_SHARE) {
		sums->shares++;
		sums->work += record->work;
		sums->late_shares += is_late(r, record);
	}
	return OK;
}

static enum err read_paid_heights(struct replay *r, struct why *why)
{
	enum err err = OK;

	r->paid_heights = NEW_ARRAY(int64_t, r->feed.pools_n);
	for (size_t i = 0; i < r->feed.pools_n && err == OK; i++)
		err = store_block_round_from(
			r->opt->store, r->feed.pools[i].id, INT64_MAX, &r->paid_heights[i], why);
	return err;
}

static enum err run_once(struct replay *r, struct why *why)
{
	struct journal_record record;
	enum err err;

	r->feed = (struct feed){.store = r->opt->store, .node = r->opt->node};
	err = feed_open(&r->feed, r->opt->dir, r->opt->pools, r->opt->pools_n, why);
	if (err == OK)
		err = read_paid_heights(r, why);
	while (err == OK && (err = journal_reader_next(r->feed.reader, &record, why)) == OK)
		err = take(r, &record, why);
	if (err == ERR_NOT_FOUND)
		err = store_pending(r, why);
	r->pending = (struct replay_sums){0};
	feed_close(&r->feed);
	free(r->paid_heights);
	r->paid_heights = NULL;
	return err;
}

/* Trouble that goes away by itself, or is cleared up by reading the cursor again. */
static bool is_passing(enum err err)
{
	return err == ERR_CONFLICT || err == ERR_UNCERTAIN || err == ERR_BUSY ||
	       err == ERR_UNAVAILABLE;
}

enum err replay_run(const struct replay_options *options, struct replay_sums *out, struct why *why)
{
	struct replay r = {.opt = options, .done = out};
	enum err err;

	*out = (struct replay_sums){0};
	for (unsigned i = 1; is_passing(err = run_once(&r, why)) && i < TRIES; i++)
		clock_sleep_ms(WAIT_MS);
	return err;
}
