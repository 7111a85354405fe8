/* test_journal.c -- appending, committing, rolling over, and what happens when the disk refuses. */
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include "fixture.h"

static void what_goes_in_comes_out(void **state)
{
	struct journal *j = open_small(*state, 1, 0);
	uint32_t w = journal_worker(j, "ltc1qaddress", "rig1");
	uint64_t ticket = add(j, w, 100, 5);
	struct journal_record r;
	struct journal_reader *reader;

	assert_int_not_equal(w, 0);
	assert_int_equal(journal_worker(j, "ltc1qaddress", "rig1"), w);
	assert_int_not_equal(journal_worker(j, "ltc1qaddress", "rig2"), w);
	assert_int_not_equal(ticket, 0);
	journal_close(j);
	reader = reader_of(*state);
	assert_int_equal(journal_reader_next(reader, &r, NULL), OK);
	assert_int_equal(r.type, JOURNAL_SHARE);
	assert_int_equal(r.node_id, 7);
	assert_int_equal(r.epoch, 1);
	assert_int_equal(r.seq, ticket);
	assert_int_equal(r.pool, 1);
	assert_int_equal(r.height, 100);
	assert_int_equal(r.work, 1005);
	assert_int_equal(r.job, 5);
	assert_int_equal(r.hash_top, 0x0123456789abcdef);
	assert_int_equal(r.time_ms, 1700000000005);
	assert_true(r.is_block);
	assert_string_equal(r.address, "ltc1qaddress");
	assert_string_equal(r.worker, "rig1");
	assert_int_equal(journal_reader_next(reader, &r, NULL), ERR_NOT_FOUND);
	journal_reader_close(reader);
}

static void long_names(void **state)
{
	struct journal *j = open_small(*state, 1, 0);
	char address[JOURNAL_ADDRESS_MAX + 2], worker[JOURNAL_WORKER_MAX + 2];
	struct journal_reader *reader;
	struct journal_record r;

	memset(address, 'a', sizeof address - 1);
	memset(worker, 'w', sizeof worker - 1);
	address[sizeof address - 1] = worker[sizeof worker - 1] = '\0';
	assert_int_equal(journal_worker(j, address, "w"), 0);
	assert_int_equal(journal_worker(j, "a", worker), 0);
	assert_int_equal(journal_worker(j, "", "w"), 0);
	address[JOURNAL_ADDRESS_MAX] = worker[JOURNAL_WORKER_MAX] = '\0';
	add(j, journal_worker(j, address, worker), 1, 1);
	add(j, journal_worker(j, "a", ""), 1, 2);
	journal_close(j);
	reader = reader_of(*state);
	assert_true(next_of(reader, JOURNAL_SHARE, &r));
	assert_string_equal(r.address, address);
	assert_string_equal(r.worker, worker);
	assert_true(next_of(reader, JOURNAL_SHARE, &r));
	assert_string_equal(r.address, "a");
	assert_string_equal(r.worker, "");
	journal_reader_close(reader);
}

static void segments_stand_by_themselves(void **state)
{
	struct journal *j = open_small(*state, 1, 640);
	struct journal_reader *reader;
	struct journal_record r;
	uint32_t w[3];
	size_t n;

	w[0] = journal_worker(j, "a", "x");
	w[1] = journal_worker(j, "b", "y");
	w[2] = journal_worker(j, "c", "z");
	journal_height(j, 1, 10);
	for (uint32_t i = 0; i < 100; i++)
		wait_committed(j, add(j, w[i % 3], 10, i));
	journal_close(j);
	n = count_segments(*state);
	assert_true(n > 10);
	/* Without all but the last two everything in those two still has its names and its height.
	 */
	for (size_t i = 0; i + 2 < n; i++) {
		char *path = nth_segment(*state, 0);

		assert_int_equal(unlink(path), 0);
		free(path);
	}
	reader = reader_of(*state);
	assert_int_equal(journal_reader_next(reader, &r, NULL), OK);
	assert_int_equal(r.type, JOURNAL_HEIGHT);
	assert_int_equal(r.height, 10);
	assert_true(next_of(reader, JOURNAL_SHARE, &r));
	expect_jobs(reader, r.job + 1, 99 - r.job);
	assert_false(next_of(reader, JOURNAL_SHARE, &r));
	journal_reader_close(reader);
}

static void heights_lift_late_shares(void **state)
{
	struct journal *j = open_small(*state, 1, 0);
	uint32_t w = journal_worker(j, "a", "x");
	struct journal_reader *reader;
	struct journal_record r;

	add(j, w, 99, 1);
	journal_height(j, 1, 100);
	journal_height(j, 1, 98); /* a step back changes nothing */
	journal_height(j, 2, 500);
	add(j, w, 99, 2);
	add(j, w, 101, 3);
	journal_close(j);
	j = open_small(*state, 2, 0); /* the promise outlives the process */
	add(j, journal_worker(j, "a", "x"), 97, 4);
	journal_close(j);
	reader = reader_of(*state);
	for (unsigned i = 0; i < 4; i++) {
		static const uint32_t want[] = {99, 100, 101, 100};

		assert_true(next_of(reader, JOURNAL_SHARE, &r));
		assert_int_equal(r.height, want[i]);
	}
	journal_reader_close(reader);
}

static void an_epoch_is_used_once(void **state)
{
	struct journal_options options = {.dir = *state, .epoch = 3};
	struct journal *j;

	journal_close(open_small(*state, 3, 0));
	assert_int_equal(journal_open(&options, &j, NULL), ERR_CONFLICT);
	options.epoch = 2;
	assert_int_equal(journal_open(&options, &j, NULL), ERR_CONFLICT);
	journal_close(open_small(*state, 4, 0));
}

/* What the callback has heard. */
struct heard {
	atomic_uint_fast64_t committed;
	atomic_uint_fast64_t failed;
	atomic_int err;
};

static void on_settled(void *ctx, uint64_t through, enum err result)
{
	struct heard *heard = ctx;

	if (result == OK) {
		atomic_store(&heard->committed, through);
	} else {
		atomic_store(&heard->err, result);
		atomic_store(&heard->failed, through);
	}
}

struct appender {
	struct journal *j;
	uint32_t worker;
	uint32_t from;
	uint32_t n;
};

static void *append_many(void *arg)
{
	struct appender *a = arg;

	for (uint32_t i = 0; i < a->n; i++)
		assert(add(a->j, a->worker, 5, a->from + i));
	return NULL;
}

static void many_threads_lose_nothing(void **state)
{
	struct journal *j = open_small(*state, 1, 64 * 1024);
	static uint8_t seen[40000];
	struct appender appenders[4];
	pthread_t threads[4];
	struct heard heard = {0};
	struct journal_reader *reader;
	struct journal_record r;
	uint64_t last_seq = 0;
	unsigned n = 0;

	memset(seen, 0, sizeof seen);
	journal_on_settled(j, on_settled, &heard);
	for (uint32_t i = 0; i < 4; i++) {
		char name[8];

		snprintf(name, sizeof name, "w%u", i);
		appenders[i] = (struct appender){j, journal_worker(j, "a", name), i * 10000, 10000};
		pthread_create(&threads[i], NULL, append_many, &appenders[i]);
	}
	for (unsigned i = 0; i < 4; i++)
		pthread_join(threads[i], NULL);
	journal_close(j);
	reader = reader_of(*state);
	while (journal_reader_next(reader, &r, NULL) == OK) {
		assert_int_equal(r.type, JOURNAL_SHARE);
		assert_true(r.seq > last_seq);
		last_seq = r.seq;
		assert_int_equal(seen[r.job]++, 0);
		assert_int_equal(r.worker[1] - '0', r.job / 10000);
		n++;
	}
	assert_int_equal(n, 40000);
	assert_int_equal(heard.committed, last_seq);
	assert_int_equal(heard.failed, 0);
	journal_reader_close(reader);
}

static void set_file_limit(rlim_t bytes)
{
	struct rlimit limit;

	assert_int_equal(getrlimit(RLIMIT_FSIZE, &limit), 0);
	limit.rlim_cur = bytes;
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
}

/* Append until the journal says no, heal, append again; what was acknowledged is there, the rest is
 * not. */
static void fail_and_heal(const char *dir, struct journal *j, void (*heal)(void *), void *ctx)
{
	static uint64_t tickets[200000];
	struct heard heard = {0};
	struct journal_status status;
	struct journal_reader *reader;
	struct journal_record r;
	uint32_t w = journal_worker(j, "a", "x"), n = 0, before, read = 0;

	journal_on_settled(j, on_settled, &heard);
	while (journal_is_healthy(j)) {
		assert_true(n < ARRAY_LEN(tickets));
		tickets[n] = add(j, w, 5, n);
		n += tickets[n] != 0;
		/* The writer may get little time beside us. */
		while (n % 100 == 0 && n > 0 && journal_is_healthy(j) &&
			journal_committed(j) < tickets[n - 1])
			clock_sleep_ms(1);
	}
	while (!heard.failed)
		clock_sleep_ms(1);
	before = n;
	assert_true(heard.failed >= tickets[n - 1]);
	assert_int_equal(heard.err, ERR_FULL);
	assert_int_equal(add(j, w, 5, n), 0);
	journal_status(j, &status);
	assert_int_equal(status.failures, 1);
	assert_true(strlen(status.why.text) > 0);
	uint64_t committed = journal_committed(j);

	journal_height(j, 1, 6); /* said while the disk was full, true afterwards */
	heal(ctx);
	while (!journal_is_healthy(j))
		clock_sleep_ms(10);
	journal_status(j, &status);
	assert_string_equal(status.why.text, "");
	for (uint32_t i = 0; i < 10; i++) {
		tickets[n] = add(j, w, 5, n);
		assert_int_not_equal(tickets[n++], 0);
	}
	journal_close(j);

	reader = reader_of(dir);
	for (uint32_t i = 0; i < n; i++) {
		if (i < before && tickets[i] > committed)
			continue;
		assert_true(next_of(reader, JOURNAL_SHARE, &r));
		assert_int_equal(r.job, i);
		assert_int_equal(r.seq, tickets[i]);
		assert_int_equal(r.height, i < before ? 5 : 6);
		read++;
	}
	assert_true(read >= 10);
	assert_false(next_of(reader, JOURNAL_SHARE, &r));
	journal_reader_close(reader);
	/* And nothing of it counts as damage. */
	reader = reader_of(dir);
	assert_false(next_of(reader, JOURNAL_DAMAGE, &r));
	journal_reader_close(reader);
}

static void lift_limit(void *ctx)
{
	set_file_limit(RLIM_INFINITY);
}

static void a_file_that_may_not_grow(void **state)
{
	struct journal *j = open_small(*state, 1, 0);

	signal(SIGXFSZ, SIG_IGN);
	set_file_limit(100 * 1024 + 17);
	fail_and_heal(*state, j, lift_limit, NULL);
}

static void remove_ballast(void *path)
{
	assert_int_equal(unlink(path), 0);
}

static void a_full_disk(void **state)
{
	char *ballast = path_join(*state, "ballast"), *fill = mem_alloc(1 << 20);

	if (mount("none", *state, "tmpfs", 0, "size=4m") != 0) {
		free(ballast);
		free(fill);
		skip();
	}
	assert_int_equal(path_write(ballast, fill, 1 << 20, NULL), OK);
	fail_and_heal(*state, open_small(*state, 1, 0), remove_ballast, ballast);
	assert_int_equal(umount(*state), 0);
	free(ballast);
	free(fill);
}

/* Shared by the process that is killed and the one that checks. */
struct witness {
	atomic_uint_fast64_t acknowledged;
	atomic_uint appended;
	uint64_t tickets[1000000];
};

static void on_settled_witness(void *ctx, uint64_t through, enum err result)
{
	struct witness *witness = ctx;

	if (result == OK)
		atomic_store(&witness->acknowledged, through);
}

static void append_for_ever(const char *dir, struct witness *witness, enum journal_sync sync)
{
	struct journal_options options = {
		.dir = dir, .node_id = 7, .epoch = 1, .sync = sync, .segment_bytes = 1 << 20};
	struct journal *j;

	if (journal_open(&options, &j, NULL) != OK)
		_exit(1);
	journal_on_settled(j, on_settled_witness, witness);
	for (uint32_t i = 0; i < ARRAY_LEN(witness->tickets); i++) {
		char name[16];

		snprintf(name, sizeof name, "w%u", i % 50);
		witness->tickets[i] = add(j, journal_worker(j, "a", name), 5, i);
		atomic_store(&witness->appended, i + 1);
		if (i % 64 == 0)
			wait_committed(j, witness->tickets[i]);
	}
	_exit(0);
}

static void check_killed(const char *dir, enum journal_sync sync, uint64_t kill_after)
{
	struct witness *witness = mmap(
		NULL, sizeof *witness, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	struct journal_reader *reader;
	struct journal_record r;
	uint64_t acknowledged;
	int status;
	pid_t child = fork();

	if (child == 0)
		append_for_ever(dir, witness, sync);
	assert_true(child > 0);
	while (witness->acknowledged < kill_after)
		clock_sleep_ms(1);
	kill(child, SIGKILL);
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFSIGNALED(status));
	acknowledged = witness->acknowledged;

	journal_close(open_small(dir, 2, 0)); /* the next life cuts the tail */
	reader = reader_of(dir);
	for (uint32_t i = 0; i < witness->appended && witness->tickets[i] <= acknowledged; i++) {
		assert_int_equal(journal_reader_next(reader, &r, NULL), OK);
		assert_int_equal(r.type, JOURNAL_SHARE);
		assert_int_equal(r.job, i);
		assert_int_equal(r.seq, witness->tickets[i]);
		assert_int_equal(atoi(r.worker + 1), i % 50);
	}
	assert_false(next_of(reader, JOURNAL_DAMAGE, &r));
	journal_reader_close(reader);
	munmap(witness, sizeof *witness);
}

static void killed_with_sync_disk(void **state)
{
	check_killed(*state, JOURNAL_SYNC_DISK, 3000);
}

static void killed_with_sync_os(void **state)
{
	check_killed(*state, JOURNAL_SYNC_OS, 40000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(what_goes_in_comes_out),
		TEST(long_names),
		TEST(segments_stand_by_themselves),
		TEST(heights_lift_late_shares),
		TEST(an_epoch_is_used_once),
		TEST(many_threads_lose_nothing),
		TEST(a_file_that_may_not_grow),
		TEST(a_full_disk),
		TEST(killed_with_sync_disk),
		TEST(killed_with_sync_os),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
