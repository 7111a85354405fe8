/*
 * bench_journal.c -- how many shares a second the journal commits, and how long each waits for it.
 *
 *   bench_journal [DIR [SECONDS]]     one JSON object per line: each sync mode at several loads
 *
 * A load is a number of shares that are under way at once: as soon as one is committed the next is
 * appended, as miners do. "1" is the lone share's latency, the largest shows the throughput.
 */
#include <inttypes.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/path.h"
#include "journal/journal.h"

#define SAMPLES_MAX (4u * 1024 * 1024)
#define WORKERS     500

/* The shares under way, by ticket; tickets of a load differ by less than the ring's size. */
#define RING (256u * 1024)

struct load {
	struct journal *j;
	pthread_mutex_t lock;
	pthread_cond_t moved;
	uint64_t settled;
	unsigned under_way;
	uint64_t tickets[RING]; /* FIFO of the shares under way … */
	int64_t since_us[RING]; /* … and when each was appended */
	unsigned head, tail;
	uint32_t *samples_us;
	size_t samples_n;
	uint64_t shares;
};

static void on_settled(void *ctx, uint64_t through, enum err result)
{
	struct load *l = ctx;
	int64_t now = clock_mono_us();

	if (result != OK) {
		fprintf(stderr, "bench_journal: %s\n", err_text(result));
		exit(1);
	}
	pthread_mutex_lock(&l->lock);
	l->settled = through;
	while (l->head != l->tail && l->tickets[l->head % RING] <= through) {
		if (l->samples_n < SAMPLES_MAX)
			l->samples_us[l->samples_n++] =
				(uint32_t)(now - l->since_us[l->head % RING]);
		l->head++;
		l->shares++;
		l->under_way--;
	}
	pthread_cond_signal(&l->moved);
	pthread_mutex_unlock(&l->lock);
}

static void append_one(struct load *l, const uint32_t *workers, uint32_t n)
{
	struct journal_share share = {.worker = workers[n % WORKERS],
		.pool = 1,
		.height = 1000,
		.work = 16,
		.job = n,
		.time_ms = 1700000000000};

	/* Under the lock, so that the ticket is in the ring before it can be settled. */
	l->since_us[l->tail % RING] = clock_mono_us();
	l->tickets[l->tail % RING] = journal_append(l->j, &share);
	l->tail++;
	l->under_way++;
}

static void keep_under_way(struct load *l, const uint32_t *workers, unsigned want, int64_t for_ms)
{
	int64_t end_ms = clock_mono_ms() + for_ms;

	pthread_mutex_lock(&l->lock);
	for (uint32_t n = 0; clock_mono_ms() < end_ms;) {
		while (l->under_way < want)
			append_one(l, workers, n++);
		pthread_cond_wait(&l->moved, &l->lock);
	}
	while (l->under_way)
		pthread_cond_wait(&l->moved, &l->lock);
	pthread_mutex_unlock(&l->lock);
}

static int cmp_u32(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return (x > y) - (x < y);
}

static void report(struct load *l, const char *sync, unsigned under_way, int64_t took_us)
{
	struct journal_status status;
	size_t n = l->samples_n;

	journal_status(l->j, &status);
	qsort(l->samples_us, n, sizeof *l->samples_us, cmp_u32);
	printf("{\"bench\":\"journal\",\"sync\":\"%s\",\"under_way\":%u,\"shares\":%" PRIu64 ","
	       "\"shares_per_s\":%.0f,\"commits_per_s\":%.0f,\"latency_us\":{\"p50\":%u,\"p99\":%u,"
	       "\"max\":%u}}\n",
		sync, under_way, l->shares, (double)l->shares * 1e6 / (double)took_us,
		(double)status.commits * 1e6 / (double)took_us, n ? l->samples_us[n / 2] : 0,
		n ? l->samples_us[n * 99 / 100] : 0, n ? l->samples_us[n - 1] : 0);
	fflush(stdout);
}

static void measure(
	const char *dir, enum journal_sync sync, uint64_t epoch, unsigned under_way, int64_t for_ms)
{
	struct journal_options options = {.dir = dir, .node_id = 1, .epoch = epoch, .sync = sync};
	struct load *l = NEW(struct load);
	uint32_t workers[WORKERS];
	struct why why = {0};
	int64_t start_us;

	if (journal_open(&options, &l->j, &why) != OK) {
		fprintf(stderr, "bench_journal: %s\n", why.text);
		exit(1);
	}
	pthread_mutex_init(&l->lock, NULL);
	pthread_cond_init(&l->moved, NULL);
	l->samples_us = NEW_ARRAY(uint32_t, SAMPLES_MAX);
	for (unsigned i = 0; i < WORKERS; i++) {
		char name[16];

		snprintf(name, sizeof name, "rig%u", i);
		workers[i] =
			journal_worker(l->j, "ltc1qw508d6qejxtdg4y5r3zarvary0c5xw7kgmn4n9", name);
	}
	journal_on_settled(l->j, on_settled, l);
	start_us = clock_mono_us();
	keep_under_way(l, workers, under_way, for_ms);
	report(l, sync == JOURNAL_SYNC_DISK ? "disk" : "os", under_way, clock_mono_us() - start_us);
	journal_close(l->j);
	pthread_cond_destroy(&l->moved);
	pthread_mutex_destroy(&l->lock);
	free(l->samples_us);
	free(l);
}

int main(int argc, char **argv)
{
	static const unsigned loads[] = {1, 16, 256, 4096, 32768};
	char own[] = "/tmp/bench-journal-XXXXXX";
	const char *dir = argc > 1 ? argv[1] : mkdtemp(own);
	int64_t for_ms = argc > 2 ? atol(argv[2]) * 1000 : 2000;
	uint64_t epoch = 0;
	struct journal_keep nothing = {.epoch = UINT64_MAX, .older_than_ms = INT64_MAX};
	struct journal_kept kept;

	for (unsigned i = 0; i < ARRAY_LEN(loads); i++) {
		measure(dir, JOURNAL_SYNC_DISK, ++epoch, loads[i], for_ms);
		measure(dir, JOURNAL_SYNC_OS, ++epoch, loads[i], for_ms);
	}
	/* What was written is worth nothing: away with it. */
	return journal_retain(dir, &nothing, &kept, NULL) == OK ? 0 : 1;
}
