/* feed.c -- see feed.h. */
#include "stratum/feed.h"

#include <stdlib.h>

#include "base/mem.h"

enum { BATCH_RECORDS = 100000 };

static struct feed_cursor *cursor_of(struct feed *f, uint64_t epoch)
{
	for (size_t i = 0; i < f->cursors_n; i++)
		if (f->cursors[i].epoch == epoch)
			return &f->cursors[i];
	f->cursors = array_grow(f->cursors, f->cursors_n, &f->cursors_cap, sizeof(*f->cursors));
	f->cursors[f->cursors_n] = (struct feed_cursor){epoch, 0};
	return &f->cursors[f->cursors_n++];
}

static enum err skip_known(struct feed *f, uint64_t epoch, struct why *why)
{
	int64_t seq;
	enum err err = store_slot_cursor(f->store, f->node, (int64_t)epoch, &seq, why);

	if (err != OK)
		return err;
	cursor_of(f, epoch)->seq = (uint64_t)seq;
	journal_reader_skip(f->reader, epoch, (uint64_t)seq);
	return OK;
}

static void add_pool(struct feed *f, uint16_t number, int64_t id)
{
	f->pools = array_grow(f->pools, f->pools_n, &f->pools_cap, sizeof(*f->pools));
	f->pools[f->pools_n++] = (struct feed_pool){number, id};
}

/* The caller's go first, so that a number of theirs is never another's. */
enum err feed_know_pools(struct feed *f, const struct feed_pool *pools, size_t n, struct why *why)
{
	struct store_pool *rows;
	size_t rows_n;
	enum err err = store_pool_list(f->store, &rows, &rows_n, why);

	if (err != OK)
		return err;
	for (size_t i = 0; i < n; i++)
		add_pool(f, pools[i].number, pools[i].id);
	for (size_t i = 0; i < rows_n; i++) {
		if (rows[i].id <= UINT16_MAX)
			add_pool(f, (uint16_t)rows[i].id, rows[i].id);
	}
	store_free_pools(rows);
	return OK;
}

enum err feed_open(struct feed *f, const char *dir, const struct feed_pool *pools, size_t pools_n,
	struct why *why)
{
	struct journal_epoch *epochs = NULL;
	size_t n = 0;
	enum err err = feed_know_pools(f, pools, pools_n, why);

	if (err == OK)
		err = journal_reader_open(dir, &f->reader, why);
	if (err == OK)
		err = journal_reader_epochs(f->reader, &epochs, &n, why);
	for (size_t i = 0; i < n && err == OK; i++)
		err = skip_known(f, epochs[i].epoch, why);
	free(epochs);
	return err;
}

void feed_close(struct feed *f)
{
	journal_reader_close(f->reader);
	f->reader = NULL;
	slots_clear(&f->slots);
	free(f->cursors);
	f->cursors = NULL;
	free(f->pools);
	f->pools = NULL;
	f->pools_n = f->pools_cap = 0;
	f->cursors_n = f->cursors_cap = 0;
}

uint64_t feed_through(const struct feed *f, uint64_t epoch)
{
	for (size_t i = 0; i < f->cursors_n; i++)
		if (f->cursors[i].epoch == epoch)
			return f->cursors[i].seq;
	return 0;
}

bool feed_is_full(const struct feed *f, const struct journal_record *record)
{
	return f->slots.records > 0 &&
	       (f->slots.epoch != record->epoch || f->slots.records >= BATCH_RECORDS);
}

int64_t feed_pool_id(const struct feed *f, uint16_t number)
{
	for (size_t i = 0; i < f->pools_n; i++) {
		if (f->pools[i].number == number)
			return f->pools[i].id;
	}
	return f->pools[0].id;
}

void feed_take(struct feed *f, const struct journal_record *record)
{
	assert(!feed_is_full(f, record));
	slots_add(&f->slots, record, feed_pool_id(f, record->pool));
}

enum err feed_store(struct feed *f, struct why *why)
{
	struct slots *slots = &f->slots;
	struct store_flush batch = {
		.node = f->node,
		.epoch = (int64_t)slots->epoch,
		.through_seq = (int64_t)slots->last_seq,
		.slots = slots->list,
		.slots_n = slots->count,
		.flushed = slots->flushed,
		.flushed_n = slots->flushed_count,
	};
	struct feed_cursor *cursor;
	enum err err;

	if (slots->records == 0)
		return OK;
	cursor = cursor_of(f, slots->epoch);
	batch.from_seq = (int64_t)cursor->seq;
	err = store_slot_flush(f->store, &batch, why);
	if (err == OK)
		cursor->seq = slots->last_seq;
	slots_clear(slots);
	return err;
}
