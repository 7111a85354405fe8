/*
 * journal.c -- appending: two buffers, one writer thread, a commit as soon as the last one is done.
 *
 * Rules that hold under the mutex:
 *  1. Appenders fill `active`; the writer swaps it with `spare` and writes that one unlocked.
 *  2. Records are numbered without a gap in the order in which they enter `active`, so a record's
 *     place in its segment tells its number.
 *  3. A worker whose `named_in` is not `generation` has no names in the segment to which the
 *     next record goes: they are written before its share.
 *  4. While healthy is false nothing enters `active`; what was in it has been reported as failed.
 */
#include "journal/journal.h"

#include <pthread.h>
#include <stdatomic.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "base/map.h"
#include "base/mem.h"
#include "base/path.h"
#include "journal/segment_priv.h"

#define JOURNAL_MAGIC         0x6b6a6e6c
#define SEGMENT_BYTES_DEFAULT (64u << 20)
#define RESERVE_MIN           (16u << 10)
#define RESERVE_MAX           (1u << 20)
#define BUFFER_RECORDS        (256u * 1024) /* 16 MiB: pages are touched only when needed */
#define PROBE_MS              1000

struct worker {
	uint64_t named_in; /* generation in which its names were last written */
	uint8_t address_len;
	uint8_t worker_len;
	char *text; /* both names, end to end */
};

struct journal {
	uint32_t magic;
	char *dir;
	uint32_t node_id;
	uint64_t epoch;
	uint64_t segment_bytes;
	pthread_t writer;
	struct segment segment; /* the writer's */

	pthread_mutex_t lock;
	pthread_cond_t work;
	/* under the lock */
	journal_settled_fn *settled;
	void *settled_ctx;
	uint8_t *active, *spare;
	size_t active_n;
	uint64_t next_seq;
	uint64_t generation; /* grows with every segment */
	bool roll;           /* the next batch begins a segment */
	bool closing;
	struct worker *workers; /* [token - 1] */
	size_t workers_n, workers_cap;
	struct map *worker_tokens; /* names → token */
	struct pool_height *heights;
	size_t heights_n, heights_cap;
	struct journal_status status;

	atomic_uint_fast64_t committed;
	atomic_bool healthy;
};

/* ---- filling the buffer; all under the lock ---- */

static bool has_room(const struct journal *j, size_t records)
{
	return j->active_n + records <= BUFFER_RECORDS;
}

static uint64_t push(struct journal *j, struct record *r)
{
	assert(has_room(j, 1));
	r->seq = j->next_seq++;
	record_encode(r, j->active + j->active_n * RECORD_BYTES);
	if (j->active_n++ == 0)
		pthread_cond_signal(&j->work);
	return r->seq;
}

static void push_names(struct journal *j, uint32_t token)
{
	struct worker *w = &j->workers[token - 1];
	unsigned total = w->address_len + w->worker_len;
	unsigned parts = worker_parts(w->address_len, w->worker_len);

	for (unsigned i = 0; i < parts; i++) {
		struct record r = {.type = RECORD_WORKER};
		unsigned from = i * NAME_PART_BYTES;
		unsigned len = total - from < NAME_PART_BYTES ? total - from : NAME_PART_BYTES;

		r.part.worker = token;
		r.part.part = (uint8_t)i;
		r.part.parts = (uint8_t)parts;
		r.part.address_len = w->address_len;
		r.part.worker_len = w->worker_len;
		memcpy(r.part.text, w->text + from, len);
		push(j, &r);
	}
	w->named_in = j->generation;
}

static void push_height(struct journal *j, const struct pool_height *h)
{
	struct record r = {.type = RECORD_HEIGHT};

	r.height.pool = h->pool;
	r.height.height = h->height;
	r.height.time_ms = clock_wall_ms();
	push(j, &r);
}

/* From the next record on everything goes to a new segment, which must stand by itself. */
static void begin_generation(struct journal *j)
{
	j->generation++;
	for (size_t i = 0; i < j->heights_n; i++)
		push_height(j, &j->heights[i]);
}

static uint32_t height_of(const struct journal *j, uint16_t pool)
{
	for (size_t i = 0; i < j->heights_n; i++)
		if (j->heights[i].pool == pool)
			return j->heights[i].height;
	return 0;
}

static uint64_t append(struct journal *j, const struct journal_share *share)
{
	struct record r = {.type = RECORD_SHARE, .share = *share};
	uint64_t ticket = 0;
	uint32_t lowest;

	assert(share->work > 0);
	assert(share->worker && share->worker <= j->workers_n);
	if (j->healthy && !j->closing && has_room(j, NAME_PARTS_MAX + 1)) {
		if (j->workers[share->worker - 1].named_in != j->generation)
			push_names(j, share->worker);
		lowest = height_of(j, share->pool);
		if (r.share.height < lowest)
			r.share.height = lowest;
		ticket = push(j, &r);
	}
	return ticket;
}

void journal_append_all(
	struct journal *j, const struct journal_share *shares, size_t n, uint64_t *out)
{
	pthread_mutex_lock(&j->lock);
	for (size_t i = 0; i < n; i++)
		out[i] = append(j, &shares[i]);
	pthread_mutex_unlock(&j->lock);
}

uint64_t journal_append(struct journal *j, const struct journal_share *share)
{
	uint64_t ticket;

	journal_append_all(j, share, 1, &ticket);
	return ticket;
}

void journal_height(struct journal *j, uint16_t pool, uint32_t height)
{
	struct pool_height h = {pool, height};

	pthread_mutex_lock(&j->lock);
	if (height_of(j, pool) < height) {
		heights_raise(&j->heights, &j->heights_n, &j->heights_cap, pool, height);
		/* When it cannot be recorded now, the next segment begins with it. */
		if (j->healthy && has_room(j, 1))
			push_height(j, &h);
	}
	pthread_mutex_unlock(&j->lock);
}

uint32_t journal_worker(struct journal *j, const char *address, const char *worker)
{
	size_t address_len = strlen(address), worker_len = strlen(worker);
	char key[JOURNAL_ADDRESS_MAX + 1 + JOURNAL_WORKER_MAX];
	size_t key_len = address_len + 1 + worker_len;
	uint32_t token;

	if (!address_len || address_len > JOURNAL_ADDRESS_MAX || worker_len > JOURNAL_WORKER_MAX)
		return 0;
	memcpy(key, address, address_len + 1);
	memcpy(key + address_len + 1, worker, worker_len);
	pthread_mutex_lock(&j->lock);
	token = (uint32_t)(uintptr_t)map_get(j->worker_tokens, key, key_len);
	if (!token && j->workers_n < WORKERS_MAX) {
		struct worker *w;

		j->workers =
			array_grow(j->workers, j->workers_n, &j->workers_cap, sizeof *j->workers);
		w = &j->workers[j->workers_n++];
		w->named_in = 0;
		w->address_len = (uint8_t)address_len;
		w->worker_len = (uint8_t)worker_len;
		w->text = str_printf("%s%s", address, worker);
		token = (uint32_t)j->workers_n;
		map_set(j->worker_tokens, key, key_len, (void *)(uintptr_t)token);
	}
	pthread_mutex_unlock(&j->lock);
	return token;
}

/* ---- the writer thread ---- */

struct batch {
	const uint8_t *data;
	size_t n;
	uint64_t first_seq;
	bool roll;
};

enum next { NEXT_COMMIT, NEXT_PROBE, NEXT_END };

static void take_batch(struct journal *j, struct batch *out)
{
	out->data = j->active;
	out->n = j->active_n;
	out->first_seq = j->next_seq - j->active_n;
	out->roll = j->roll;
	j->active = j->spare;
	j->spare = (uint8_t *)out->data;
	j->active_n = 0;
	j->roll =
		(out->roll ? 0 : j->segment.len_bytes) + out->n * RECORD_BYTES >= j->segment_bytes;
	if (j->roll && !j->closing)
		begin_generation(j);
}

static enum next wait_for_work(struct journal *j, struct batch *out)
{
	int64_t probe_ns = clock_mono_us() * 1000 + PROBE_MS * 1000000LL;
	struct timespec until = {probe_ns / 1000000000, probe_ns % 1000000000};
	enum next next = NEXT_COMMIT;
	int timed_out = 0;

	pthread_mutex_lock(&j->lock);
	while (!j->active_n && !j->closing && !timed_out) {
		if (j->healthy)
			pthread_cond_wait(&j->work, &j->lock);
		else
			timed_out = pthread_cond_timedwait(&j->work, &j->lock, &until);
	}
	if (j->active_n)
		take_batch(j, out);
	else
		next = j->closing ? NEXT_END : NEXT_PROBE;
	pthread_mutex_unlock(&j->lock);
	return next;
}

static enum err begin_segment(struct journal *j, uint64_t first_seq, struct why *why)
{
	struct segment_head head = {
		.node_id = j->node_id,
		.epoch = j->epoch,
		.first_seq = first_seq,
		.prev_seq = atomic_load(&j->committed),
		.created_ms = clock_wall_ms(),
	};

	segment_close(&j->segment);
	return segment_create(j->dir, &head, &j->segment, why);
}

static void tell(struct journal *j, uint64_t through, enum err result)
{
	journal_settled_fn *fn;
	void *ctx;

	pthread_mutex_lock(&j->lock);
	fn = j->settled;
	ctx = j->settled_ctx;
	pthread_mutex_unlock(&j->lock);
	if (fn)
		fn(ctx, through, result);
}

static void on_committed(struct journal *j, const struct batch *b, int64_t took_us)
{
	uint64_t through = b->first_seq + b->n - 1;

	pthread_mutex_lock(&j->lock);
	j->status.commits++;
	j->status.records += b->n;
	j->status.bytes += b->n * RECORD_BYTES;
	j->status.commit_us = took_us;
	pthread_mutex_unlock(&j->lock);
	atomic_store(&j->committed, through);
	tell(j, through, OK);
}

/* What came in meanwhile fails as well: its names may have been in the batch that is lost. */
static void on_failed(struct journal *j, enum err err, const struct why *why)
{
	uint64_t through;

	segment_close(&j->segment);
	pthread_mutex_lock(&j->lock);
	atomic_store(&j->healthy, false);
	through = j->next_seq - 1;
	j->active_n = 0;
	j->roll = false;
	j->status.failures++;
	j->status.why = *why;
	pthread_mutex_unlock(&j->lock);
	tell(j, through, err);
}

static void commit(struct journal *j, const struct batch *b)
{
	int64_t start_us = clock_mono_us();
	struct why why = {0};
	enum err err = OK;

	if (b->roll)
		err = begin_segment(j, b->first_seq, &why);
	if (err == OK)
		err = segment_write(&j->segment, b->data, b->n * RECORD_BYTES, &why);
	if (err == OK)
		on_committed(j, b, clock_mono_us() - start_us);
	else
		on_failed(j, err, &why);
}

/* A new segment, with its reserved space, is the trial write. */
static void probe(struct journal *j)
{
	struct why why = {0};
	enum err err = begin_segment(j, j->next_seq, &why); /* stands still while not healthy */

	pthread_mutex_lock(&j->lock);
	j->status.why = why;
	if (err == OK) {
		atomic_store(&j->healthy, true);
		begin_generation(j);
	}
	pthread_mutex_unlock(&j->lock);
}

static void *writer_main(void *arg)
{
	struct journal *j = CAST_OBJ(struct journal, arg, JOURNAL_MAGIC);
	struct batch batch;

	for (;;) {
		switch (wait_for_work(j, &batch)) {
		case NEXT_COMMIT: commit(j, &batch); break;
		case NEXT_PROBE: probe(j); break;
		case NEXT_END: return NULL;
		}
	}
}

/* ---- life ---- */

static void journal_free(struct journal *j)
{
	for (size_t i = 0; i < j->workers_n; i++)
		free(j->workers[i].text);
	free(j->workers);
	map_free(j->worker_tokens, NULL);
	free(j->heights);
	free(j->active);
	free(j->spare);
	free(j->dir);
	pthread_cond_destroy(&j->work);
	pthread_mutex_destroy(&j->lock);
	free(j);
}

static uint64_t reserve_step(uint64_t segment_bytes)
{
	return segment_bytes < RESERVE_MIN   ? RESERVE_MIN
	       : segment_bytes > RESERVE_MAX ? RESERVE_MAX
					     : segment_bytes;
}

static struct journal *journal_new(const struct journal_options *options)
{
	struct journal *j = NEW(struct journal);
	pthread_condattr_t monotonic;

	j->magic = JOURNAL_MAGIC;
	j->dir = str_dup(options->dir);
	j->node_id = options->node_id;
	j->epoch = options->epoch;
	j->segment_bytes = options->segment_bytes ? options->segment_bytes : SEGMENT_BYTES_DEFAULT;
	j->segment.fd = -1;
	j->segment.sync = options->sync;
	j->segment.step_bytes = reserve_step(j->segment_bytes);
	j->next_seq = 1;
	j->worker_tokens = map_new();
	j->active = mem_alloc(BUFFER_RECORDS * RECORD_BYTES);
	j->spare = mem_alloc(BUFFER_RECORDS * RECORD_BYTES);
	pthread_mutex_init(&j->lock, NULL);
	pthread_condattr_init(&monotonic);
	pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
	pthread_cond_init(&j->work, &monotonic);
	pthread_condattr_destroy(&monotonic);
	return j;
}

enum err journal_open(const struct journal_options *options, struct journal **out, struct why *why)
{
	struct recovery recovery = {0};
	struct journal *j;
	enum err err;

	assert(options->epoch > 0);
	err = path_make_dirs(options->dir, why);
	if (err == OK)
		err = segment_recover(options->dir, options->epoch, &recovery, why);
	if (err != OK)
		return err;
	j = journal_new(options);
	j->heights = recovery.heights;
	j->heights_n = j->heights_cap = recovery.heights_n;
	j->status.cut_bytes = recovery.cut_bytes;
	err = begin_segment(j, j->next_seq, why);
	if (err != OK) {
		journal_free(j);
		return err;
	}
	atomic_store(&j->healthy, true);
	begin_generation(j); /* no other thread yet */
	if (pthread_create(&j->writer, NULL, writer_main, j) != 0) {
		segment_close(&j->segment);
		journal_free(j);
		return err_fail(why, ERR_LIMIT, "cannot start the journal's thread");
	}
	*out = j;
	return OK;
}

void journal_on_settled(struct journal *j, journal_settled_fn *fn, void *ctx)
{
	pthread_mutex_lock(&j->lock);
	j->settled = fn;
	j->settled_ctx = ctx;
	pthread_mutex_unlock(&j->lock);
}

void journal_close(struct journal *j)
{
	if (!j)
		return;
	pthread_mutex_lock(&j->lock);
	j->closing = true;
	pthread_cond_signal(&j->work);
	pthread_mutex_unlock(&j->lock);
	pthread_join(j->writer, NULL);
	segment_close(&j->segment);
	journal_free(j);
}

uint64_t journal_committed(const struct journal *j)
{
	return atomic_load(&j->committed);
}

bool journal_is_healthy(const struct journal *j)
{
	return atomic_load(&j->healthy);
}

void journal_status(const struct journal *j, struct journal_status *out)
{
	struct journal *mut = (struct journal *)j;

	pthread_mutex_lock(&mut->lock);
	*out = j->status;
	pthread_mutex_unlock(&mut->lock);
}
