/* test_batch.c -- however a journal is cut into batches, and whatever happens to them on their way:
 * the same work by height, minute and worker, and the same statistics. */
#include "fixture.h"

#define NODES    3
#define RECORDS  120 /* of a node's journal */
#define HEIGHTS  4
#define MINUTES  20
#define ACCOUNTS 3
#define WORKERS  2 /* of an account */

static const char *const addresses[ACCOUNTS] = {"alice", "bob", "carol"};
static const char *const names[WORKERS] = {"rig1", "rig2"};

struct record {
	unsigned height, minute, account, worker;
	int64_t work;
};

struct journal {
	struct record records[NODES][RECORDS];
	int64_t work[HEIGHTS][MINUTES][ACCOUNTS][WORKERS]; /* that they amount to */
	uint64_t seed;
};

static unsigned below(struct journal *j, unsigned n)
{
	j->seed = j->seed * 6364136223846793005u + 1442695040888963407u;
	return (unsigned)((j->seed >> 32) * n >> 32);
}

static void write_journals(struct journal *j)
{
	for (unsigned node = 0; node < NODES; node++) {
		for (unsigned i = 0; i < RECORDS; i++) {
			struct record *r = &j->records[node][i];

			*r = (struct record){i * HEIGHTS / RECORDS, i * MINUTES / RECORDS,
				below(j, ACCOUNTS), below(j, WORKERS), 1 + below(j, 1000)};
			j->work[r->height][r->minute][r->account][r->worker] += r->work;
		}
	}
}

/* Records (from, through] of a node, in slots as they come: not even summed. */
static enum err send(struct world *w, struct store *st, const struct journal *j, unsigned node,
	int64_t from, int64_t through)
{
	struct store_slot_add slots[RECORDS];
	struct store_flush flush = {
		node, 7, from, through, slots, (size_t)(through - from), NULL, 0};

	for (int64_t i = from; i < through; i++) {
		const struct record *r = &j->records[node][i];

		slots[i - from] = (struct store_slot_add){w->pool, 100 + r->height, r->minute,
			addresses[r->account], names[r->worker], r->work, 1, r->minute * 60000};
	}
	return store_slot_flush(st, &flush, &why);
}

static int64_t cursor_of(struct store *st, unsigned node)
{
	int64_t seq;

	MUST(store_slot_cursor(st, node, 7, &seq, &why));
	return seq;
}

/* One thing that may happen to a node's next batch. */
static void step(struct world *w, struct journal *j, unsigned node)
{
	int64_t at = cursor_of(w->st, node);
	int64_t through = at + 1 + below(j, 12);

	if (through > RECORDS)
		through = RECORDS;
	switch (below(j, 6)) {
	case 0: /* one that was counted, or a part of it, comes again */
		if (at > 0)
			assert_int_equal(send(w, w->st, j, node, below(j, (unsigned)at), through),
				ERR_CONFLICT);
		break;
	case 1: /* too early */
		if (at + 1 < through)
			assert_int_equal(send(w, w->st, j, node, at + 1, through), ERR_CONFLICT);
		break;
	case 2: /* all but committed */
		MUST(store_begin(w->st, &why));
		MUST(send(w, w->st, j, node, at, through));
		store_rollback(w->st);
		break;
	case 3: /* the same connection dies with it */
		MUST(store_begin(w->st, &why));
		MUST(send(w, w->st, j, node, at, through));
		store_close(w->st);
		w->st = another(w);
		break;
	default: MUST(send(w, w->st, j, node, at, through));
	}
}

struct found {
	int64_t ids[ACCOUNTS][WORKERS], accounts[ACCOUNTS];
	int64_t work[HEIGHTS][MINUTES][ACCOUNTS][WORKERS];
};

static bool find(void *ctx, const struct store_slot *slot)
{
	struct found *f = ctx;

	for (unsigned a = 0; a < ACCOUNTS; a++) {
		for (unsigned n = 0; n < WORKERS; n++) {
			if (f->ids[a][n] != slot->worker)
				continue;
			assert_int_equal(f->accounts[a], slot->account);
			f->work[slot->height - 100][slot->minute][a][n] += slot->work;
			return true;
		}
	}
	fail_msg("work of somebody else");
	return false;
}

static void expect_statistics(struct world *w, const struct journal *j, struct found *f)
{
	for (unsigned a = 0; a < ACCOUNTS; a++) {
		struct store_worker *workers;
		int64_t want = 0, got = 0;
		size_t n;

		f->accounts[a] = account(w, addresses[a]);
		MUST(store_worker_list(w->st, f->accounts[a], 0, 0, 10, &workers, &n, &why));
		assert_int_equal(n, WORKERS);
		for (size_t i = 0; i < n; i++) {
			f->ids[a][strcmp(workers[i].name, names[0]) != 0] = workers[i].id;
			got += workers[i].sum.work;
		}
		store_free_workers(workers);
		for (unsigned i = 0; i < HEIGHTS * MINUTES * WORKERS; i++)
			want += j->work[i / (MINUTES * WORKERS)][i / WORKERS % MINUTES][a]
				       [i % WORKERS];
		assert_int_equal(got, want);
	}
	assert_int_equal(number(w->st, "SELECT SUM(shares) FROM slot"), NODES * RECORDS);
	assert_int_equal(number(w->st, "SELECT SUM(shares) FROM batch"), NODES * RECORDS);
}

static void any_cuts_in_any_order(void **state)
{
	struct world *w = *state;

	for (uint64_t seed = 1; seed <= 4; seed++) {
		struct journal *j = NEW(struct journal);
		struct found f = {0};

		j->seed = seed;
		write_journals(j);
		for (unsigned node = below(j, NODES);; node = below(j, NODES)) {
			int64_t done = 0;

			for (unsigned n = 0; n < NODES; n++)
				done += cursor_of(w->st, n);
			if (done == NODES * RECORDS)
				break;
			step(w, j, node);
		}
		expect_statistics(w, j, &f);
		MUST(store_slots_back(w->st, w->pool, INT64_MAX, find, &f, &why));
		assert_memory_equal(f.work, j->work, sizeof f.work);
		sql(w->st, "DELETE FROM batch");
		sql(w->st, "DELETE FROM slot");
		sql(w->st, "DELETE FROM journal_cursor");
		free(j);
	}
}

/* ---- rows ---- */

static void flush_many(struct world *w, int64_t height, int64_t minute, unsigned n)
{
	struct store_slot_add *slots = NEW_ARRAY(struct store_slot_add, n);
	struct store_flush flush = {w->node, 1, w->seq, w->seq + 1, slots, n, NULL, 0};
	char(*rigs)[8] = (char(*)[8])mem_alloc_array(n, sizeof *rigs);

	for (unsigned i = 0; i < n; i++) {
		snprintf(rigs[i], sizeof rigs[i], "rig%u", i);
		slots[i] = (struct store_slot_add){
			w->pool, height, minute, "alice", rigs[i], 1000, 1, minute * 60000};
	}
	MUST(store_slot_flush(w->st, &flush, &why));
	w->seq++;
	free(rigs);
	free(slots);
}

static int64_t rows(struct world *w)
{
	return number(w->st, "SELECT COUNT(*) FROM batch");
}

static void small_ones_share_a_row(void **state)
{
	struct world *w = *state;

	for (int i = 0; i < 5; i++)
		flush_many(w, 100, 1000, 10);
	assert_int_equal(rows(w), 1);
	assert_int_equal(number(w->st, "SELECT work FROM batch"), 50 * 1000);
	assert_int_equal(number(w->st, "SELECT from_seq FROM batch"), 0);
	assert_int_equal(number(w->st, "SELECT through_seq FROM batch"), 5);
	flush_many(w, 100, 1001, 10);
	assert_int_equal(rows(w), 2);
	flush_many(w, 101, 1001, 10);
	assert_int_equal(rows(w), 3);
	flush_many(w, 101, 1001, 1000); /* goes on with the last one, and makes it large */
	assert_int_equal(rows(w), 3);
	flush_many(w, 101, 1001, 10);
	flush_many(w, 101, 1001, 10);
	assert_int_equal(rows(w), 4);
}

static void a_damaged_row_is_refused(void **state)
{
	struct world *w = *state;
	struct store_work *works;
	size_t n;

	work(w, "alice", 100, 5);
	MUST(store_round_work(w->st, w->pool, 0, 100, &works, &n, &why));
	store_free_works(works);
	sql(w->st, "UPDATE batch SET work = work + 1");
	assert_int_equal(store_round_work(w->st, w->pool, 0, 100, &works, &n, &why), ERR_CORRUPT);
	sql(w->st, "UPDATE batch SET work = work - 1, data = 'x'");
	assert_int_equal(store_round_work(w->st, w->pool, 0, 100, &works, &n, &why), ERR_VERSION);
	sql(w->st, "UPDATE batch SET data = ''");
	assert_int_equal(store_round_work(w->st, w->pool, 0, 100, &works, &n, &why), ERR_CORRUPT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(any_cuts_in_any_order),
		TEST(small_ones_share_a_row),
		TEST(a_damaged_row_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
