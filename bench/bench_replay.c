/*
 * bench_replay.c -- how fast a journal is read back, verified, and replayed into a database.
 *
 *   bench_replay [DIR [RECORDS]]     one JSON object per line, in processor seconds of this process
 *
 * DIR is made and removed again; it should have room for 64 bytes a record, twice. "crc32c" reads
 * the same files and sums each record's checksum, which is the least that a check can cost.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/crc32c.h"
#include "base/mem.h"
#include "base/path.h"
#include "conf/conf.h"
#include "journal/inspect.h"
#include "journal/journal.h"
#include "journal/reader.h"
#include "store/store_node.h"
#include "stratum/replay.h"

#define WORKERS       1000
#define RECORD        64
#define SHARES_A_TIME 10000
#define UUID          "00000000-0000-4000-8000-000000000000"

#define MUST(call)                                                                                 \
	do {                                                                                       \
		struct why why = {""};                                                             \
		enum err must_err_ = (call);                                                       \
		if (must_err_) {                                                                   \
			fprintf(stderr, "bench_replay: %s: %s\n", err_text(must_err_), why.text);  \
			exit(1);                                                                   \
		}                                                                                  \
	} while (0)

static double cpu_s(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* A pool's hours: 1000 workers with 4 shares a minute, a block every 2.5 minutes. */
static void write_journal(const char *dir, int64_t shares)
{
	struct journal_options options = {
		.dir = dir, .node_id = 0, .epoch = 1, .sync = JOURNAL_SYNC_OS};
	uint32_t workers[WORKERS];
	struct journal *j;
	uint64_t ticket = 0;

	MUST(journal_open(&options, &j, &why));
	for (unsigned i = 0; i < WORKERS; i++) {
		char address[64], name[16];

		snprintf(address, sizeof address, "ltc1qw508d6qejxtdg4y5r3zarvary0c5xw7kgm%05u",
			i / 2);
		snprintf(name, sizeof name, "rig%u", i);
		workers[i] = journal_worker(j, address, name);
	}
	for (int64_t i = 0; i < shares; i++) {
		struct journal_share share = {.worker = workers[(uint32_t)(i * 7919) % WORKERS],
			.pool = 1,
			.height = (uint32_t)(1000 + i / SHARES_A_TIME),
			.work = 16,
			.job = (uint32_t)i,
			.hash_top = (uint64_t)i,
			.time_ms = 1700000000000 + i * 15};

		if (i % SHARES_A_TIME == 0)
			journal_height(j, 1, share.height);
		while (!(ticket = journal_append(j, &share)))
			clock_sleep_ms(1);
	}
	while (journal_committed(j) < ticket)
		clock_sleep_ms(1);
	journal_close(j);
}

static void report(const char *what, double seconds, uint64_t records, uint64_t bytes)
{
	printf("{\"bench\":\"replay\",\"what\":\"%s\",\"records\":%" PRIu64
	       ",\"cpu_s\":%.3f,\"records_per_cpu_s\":%.0f,\"mb_per_cpu_s\":%.0f}\n",
		what, records, seconds, (double)records / seconds, (double)bytes / seconds / 1e6);
	fflush(stdout);
}

/* ---- the least ---- */

static uint64_t sum_file(const char *path, uint32_t *sum)
{
	static uint8_t chunk[4096 * RECORD];
	uint64_t bytes = 0;
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n;

	while ((n = read(fd, chunk, sizeof chunk)) > 0) {
		for (ssize_t at = 0; at + RECORD <= n; at += RECORD)
			*sum ^= crc32c(0, chunk + at + 4, RECORD - 4);
		bytes += (uint64_t)n;
	}
	close(fd);
	return bytes;
}

static void bench_crc(const char *dir)
{
	double start = cpu_s();
	DIR *d = opendir(dir);
	struct dirent *entry;
	uint64_t bytes = 0;
	uint32_t sum = 0;

	while ((entry = readdir(d))) {
		char *path = path_join(dir, entry->d_name);

		if (entry->d_name[0] != '.')
			bytes += sum_file(path, &sum);
		free(path);
	}
	closedir(d);
	report(sum ? "crc32c" : "crc32c of nothing", cpu_s() - start, bytes / RECORD, bytes);
}

/* ---- verify, read ---- */

struct sums {
	uint64_t records, bytes, bad;
};

static void on_segment(void *ctx, const struct journal_segment *s)
{
	struct sums *sums = ctx;

	sums->records += s->records;
	sums->bytes += s->size_bytes;
	sums->bad += s->bad;
}

static void bench_verify(const char *dir)
{
	struct sums sums = {0};
	struct journal_inspector to = {NULL, on_segment, &sums};
	double start = cpu_s();

	MUST(journal_inspect(dir, &to, &why));
	assert(sums.bad == 0);
	report("verify", cpu_s() - start, sums.records, sums.bytes);
}

static void bench_read(const char *dir)
{
	struct journal_record record;
	struct journal_reader *r;
	double start = cpu_s();
	uint64_t n = 0;

	MUST(journal_reader_open(dir, &r, &why));
	while (journal_reader_next(r, &record, NULL) == OK)
		n++;
	journal_reader_close(r);
	report("read", cpu_s() - start, n, n * RECORD);
}

/* ---- replay ---- */

static void bench_replay(
	const char *dir, struct store *st, int64_t node, int64_t pool, const char *what)
{
	const struct feed_pool name = {(uint16_t)pool, pool};
	struct replay_options options = {
		.dir = dir, .store = st, .node = node, .pools = &name, .pools_n = 1};
	struct replay_sums sums;
	double start = cpu_s();
	int64_t start_us = clock_mono_us();
	double seconds;

	MUST(replay_run(&options, &sums, &why));
	seconds = cpu_s() - start;
	printf("{\"bench\":\"replay\",\"what\":\"%s\",\"records\":%" PRId64 ",\"shares\":%" PRId64
	       ",\"cpu_s\":%.3f,\"records_per_cpu_s\":%.0f,\"wall_s\":%.3f}\n",
		what, sums.records, sums.shares, seconds, (double)sums.records / seconds,
		(double)(clock_mono_us() - start_us) / 1e6);
}

int main(int argc, char **argv)
{
	const char *dir = argc > 1 ? argv[1] : "/tmp/bench-replay";
	int64_t shares = argc > 2 ? atoll(argv[2]) : 4000000;
	char *journal = path_join(dir, "journal"), *db = path_join(dir, "kozan.db"), *command;
	struct conf_store conf = {.path = db};
	struct store *st = NULL;
	int64_t node, pool;

	MUST(path_make_dirs(dir, &why));
	write_journal(journal, shares);
	MUST(store_open(&conf, &st, &why));
	MUST(store_migrate(st, &why));
	MUST(store_pool_ensure(st, "bench", "litecoin", "main", 16, &pool, &why));
	MUST(store_node_claim(st, UUID, "bench", 1, 0, &node, &why));
	for (unsigned i = 0; i < 3; i++) {
		bench_crc(journal);
		bench_verify(journal);
		bench_read(journal);
	}
	bench_replay(journal, st, node, pool, "replay");
	bench_replay(journal, st, node, pool, "replay again");
	store_close(st);
	command = str_printf("rm -r '%s'", dir);
	if (system(command) != 0)
		fprintf(stderr, "bench_replay: %s is left\n", dir);
	free(command);
	free(journal);
	free(db);
	return 0;
}
