/* test_slot.c -- every batch is counted once, in whatever order and however often it is sent. */
#include <signal.h>

#include "fixture.h"

#define NODES   3
#define BATCHES 20
#define ROWS    4

/* Batch b of node n: fixed content, sequence numbers b * 10 .. (b + 1) * 10. */
static void make_batch(struct world *w, int64_t node, int64_t b, struct store_slot_add slots[ROWS],
	struct store_flush *out)
{
	static const char *const addresses[] = {"alice", "bob", "carol"};

	for (int64_t i = 0; i < ROWS; i++)
		slots[i] = (struct store_slot_add){
			.pool = w->pool,
			.height = 100 + b / 5,
			.minute = 1000 + b / 3,
			.address = addresses[(b + i) % 3],
			.worker = i % 2 ? "rig1" : "rig2",
			.work = 1 + b * 7 + i * 3 + node,
			.shares = 1 + i,
			.last_ms = 60000 * (1000 + b / 3) + (b * 37) % 1000,
		};
	*out = (struct store_flush){node, 1, b * 10, (b + 1) * 10, slots, ROWS, NULL, 0};
}

static int64_t total_work(struct world *w)
{
	int64_t work;

	MUST(store_round_total(w->st, w->pool, 0, INT64_MAX, &work, &why));
	return work;
}

static int64_t want_work(struct world *w, int64_t nodes)
{
	struct store_slot_add slots[ROWS];
	struct store_flush flush;
	int64_t want = 0;

	for (int64_t n = 0; n < nodes; n++)
		for (int64_t b = 0; b < BATCHES; b++) {
			make_batch(w, n, b, slots, &flush);
			for (size_t i = 0; i < ROWS; i++)
				want += slots[i].work;
		}
	return want;
}

static void any_order_any_number_of_times(void **state)
{
	struct world *w = *state;
	unsigned seed = 12345, done = 0;
	int64_t next[NODES] = {0};
	struct store_slot_add slots[ROWS];
	struct store_flush flush;
	struct store_work *works;
	size_t n;
	int64_t sum = 0;

	while (done < NODES * BATCHES) {
		int64_t node = rand_r(&seed) % NODES, b = rand_r(&seed) % BATCHES;

		make_batch(w, node, b, slots, &flush);
		if (b == next[node]) {
			MUST(store_slot_flush(w->st, &flush, &why));
			next[node]++;
			done++;
		}
		/* Again, or too early: refused, and nothing changes. */
		assert_int_equal(b < next[node] || b > next[node]
					 ? store_slot_flush(w->st, &flush, &why)
					 : ERR_CONFLICT,
			ERR_CONFLICT);
	}
	assert_int_equal(total_work(w), want_work(w, NODES));
	MUST(store_round_work(w->st, w->pool, 100, 103, &works, &n, &why));
	assert_int_equal(n, 3);
	for (size_t i = 0; i < n; i++)
		sum += works[i].work;
	store_free_works(works);
	int64_t part;
	MUST(store_round_total(w->st, w->pool, 100, 103, &part, &why));
	assert_int_equal(sum, part);
	assert_true(part < total_work(w));
}

static void slots_add_up(void **state)
{
	struct world *w = *state;
	struct store_slot_add slots[] = {
		{w->pool, 100, 7, "alice", "rig", 5, 1, 420500},
		{w->pool, 100, 7, "alice", "rig", 6, 2, 420100},
	};
	struct store_flush flush = {w->node, 1, 0, 3, slots, 2, NULL, 0};
	struct store_active active;
	struct store_sum sum;

	MUST(store_slot_flush(w->st, &flush, &why));
	MUST(store_sum_pool(w->st, w->pool, 7, 7, &sum, &why));
	assert_int_equal(sum.work, 11);
	assert_int_equal(sum.shares, 3);
	assert_int_equal(sum.last_ms, 420500);
	MUST(store_active(w->st, w->pool, 420500, &active, &why));
	assert_int_equal(active.workers, 1);
	MUST(store_active(w->st, w->pool, 420501, &active, &why));
	assert_int_equal(active.workers, 0);
}

/* More than one statement takes, in several sizes; the second time all of them exist. */
static void many_slots_at_once(void **state)
{
	struct world *w = *state;
	struct store_slot_add slots[213];
	struct store_active active;
	struct store_sum sum;
	char names[213][8];

	for (unsigned i = 0; i < 213; i++) {
		snprintf(names[i], sizeof names[i], "rig%u", i % 200); /* some are there twice */
		slots[i] = (struct store_slot_add){
			w->pool, 100, 7, i % 2 ? "alice" : "bob", names[i], i, 1, 420000 + i};
	}
	for (int64_t k = 0; k < 2; k++) {
		struct store_flush flush = {w->node, 1, k, k + 1, slots, 213, NULL, 0};

		MUST(store_slot_flush(w->st, &flush, &why));
	}
	MUST(store_sum_pool(w->st, w->pool, 7, 7, &sum, &why));
	assert_int_equal(sum.work, 2 * 212 * 213 / 2);
	assert_int_equal(sum.shares, 2 * 213);
	assert_int_equal(sum.last_ms, 420212);
	MUST(store_active(w->st, w->pool, 420000, &active, &why));
	assert_int_equal(active.workers, 200);
	assert_int_equal(active.accounts, 2);
}

/* What a failed batch has made is gone, and must not be remembered. */
static void ids_of_a_failed_batch(void **state)
{
	struct world *w = *state;
	struct store_slot_add slots[] = {
		{w->pool, 100, 7, "alice", "rig", 5, 1, 420500},
		{999, 100, 7, "alice", "rig", 5, 1, 420500}, /* there is no such pool */
	};
	struct store_flush flush = {w->node, 1, 0, 3, slots, 2, NULL, 0};

	assert_int_equal(store_slot_flush(w->st, &flush, &why), ERR_CONFLICT);
	work(w, "bob", 100, 1);
	work(w, "alice", 100, 1);
	assert_int_not_equal(account(w, "alice"), account(w, "bob"));
}

static void epochs_have_cursors_of_their_own(void **state)
{
	struct world *w = *state;
	struct store_slot_add slots[ROWS];
	struct store_flush flush;
	int64_t seq;

	make_batch(w, w->node, 0, slots, &flush);
	MUST(store_slot_flush(w->st, &flush, &why));
	flush.epoch = 2;
	MUST(store_slot_flush(w->st, &flush, &why));
	assert_int_equal(store_slot_flush(w->st, &flush, &why), ERR_CONFLICT);
	MUST(store_slot_cursor(w->st, w->node, 2, &seq, &why));
	assert_int_equal(seq, 10);
	MUST(store_slot_cursor(w->st, w->node, 3, &seq, &why));
	assert_int_equal(seq, 0);
}

static void a_failed_batch_leaves_nothing(void **state)
{
	struct world *w = *state;
	struct store_slot_add slots[ROWS];
	struct store_flush flush;
	int64_t id, seq;

	make_batch(w, w->node, 0, slots, &flush);
	slots[ROWS - 1].pool = 999; /* there is no such pool */
	assert_int_equal(store_slot_flush(w->st, &flush, &why), ERR_CONFLICT);
	assert_int_equal(total_work(w), 0);
	MUST(store_slot_cursor(w->st, w->node, 1, &seq, &why));
	assert_int_equal(seq, 0);
	assert_int_equal(store_account_find(w->st, w->pool, "alice", &id, &why), ERR_NOT_FOUND);
}

/* A flusher as the stratum role has it: from the cursor on, until all is there. What another one
 * left on its way may come meanwhile: then it looks again. */
static void flush_all(struct world *w, struct store *st, int64_t node)
{
	struct store_slot_add slots[ROWS];
	struct store_flush flush;
	int64_t seq;

	for (;;) {
		MUST(store_slot_cursor(st, node, 1, &seq, &why));
		if (seq >= BATCHES * 10)
			return;
		make_batch(w, node, seq / 10, slots, &flush);
		enum err err = store_slot_flush(st, &flush, &why);
		assert_true(err == OK || err == ERR_CONFLICT);
	}
}

static void killed_while_flushing(void **state)
{
	struct world *w = *state;

	for (int64_t round = 0; round < 12; round++) {
		pid_t child = fork();
		int status;

		if (child == 0) {
			struct store *st = another(w);

			for (int64_t n = 0; n < NODES; n++)
				flush_all(w, st, n);
			_exit(0);
		}
		assert_true(child > 0);
		usleep((useconds_t)(500 + round * 700));
		kill(child, SIGKILL);
		assert_int_equal(waitpid(child, &status, 0), child);
	}
	for (int64_t n = 0; n < NODES; n++)
		flush_all(w, w->st, n);
	assert_int_equal(total_work(w), want_work(w, NODES));
}

static enum err flush_first(struct world *w, struct store *st)
{
	struct store_slot_add slots[ROWS];
	struct store_flush flush;

	make_batch(w, 0, 0, slots, &flush);
	return store_slot_flush(st, &flush, &why);
}

static void the_same_batch_from_many(void **state)
{
	struct world *w = *state;
	int64_t want = 0;
	struct store_slot_add slots[ROWS];
	struct store_flush flush;

	make_batch(w, 0, 0, slots, &flush);
	for (size_t i = 0; i < ROWS; i++)
		want += slots[i].work;
	assert_int_equal(race(w, 5, flush_first), 1);
	assert_int_equal(total_work(w), want);
}

struct walk {
	struct store_slot last;
	unsigned n, stop_after;
	int64_t work;
};

static bool on_slot(void *ctx, const struct store_slot *s)
{
	struct walk *walk = ctx;
	const struct store_slot *l = &walk->last;

	if (walk->n++) {
		assert_true(l->height > s->height ||
			    (l->height == s->height && l->minute >= s->minute));
	}
	walk->last = *s;
	walk->work += s->work;
	return walk->n != walk->stop_after;
}

static void walking_back(void **state)
{
	struct world *w = *state;
	struct walk all = {0}, some = {.stop_after = 5}, old = {0};
	int64_t upto;

	for (int64_t n = 0; n < NODES; n++)
		flush_all(w, w->st, n);
	MUST(store_slots_back(w->st, w->pool, INT64_MAX, on_slot, &all, &why));
	assert_int_equal(all.work, want_work(w, NODES));
	MUST(store_slots_back(w->st, w->pool, INT64_MAX, on_slot, &some, &why));
	assert_int_equal(some.n, 5);
	MUST(store_slots_back(w->st, w->pool, 101, on_slot, &old, &why));
	MUST(store_round_total(w->st, w->pool, 0, 101, &upto, &why));
	assert_int_equal(old.work, upto);
}

static void late_work_joins_a_later_round(void **state)
{
	struct world *w = *state;
	int64_t block, closed, next;

	work(w, "alice", 100, 10);
	block = found(w, 100, "aa", 1000);
	MUST(close_round(w->st, w->pool, block));
	work(w, "bob", 99, 5);
	work(w, "bob", 100, 7);
	MUST(store_round_total(w->st, w->pool, 0, 100, &closed, &why));
	MUST(store_round_total(w->st, w->pool, 100, 101, &next, &why));
	assert_int_equal(closed, 10);
	assert_int_equal(next, 12);
}

static void an_account_is_made_once(void **state)
{
	struct world *w = *state;
	int64_t id, again;

	MUST(store_account_ensure(w->st, w->pool, "alice", &id, &why));
	MUST(store_account_ensure(w->st, w->pool, "alice", &again, &why));
	assert_int_equal(id, again);
	assert_int_equal(account(w, "alice"), id);
	MUST(store_account_ensure(w->st, w->pool, "bob", &again, &why));
	assert_int_not_equal(id, again);
	MUST(store_account_ensure(w->st, w->pool, "Alice", &again, &why)); /* another address */
	assert_int_not_equal(id, again);
	assert_int_equal(store_account_ensure(w->st, 99, "alice", &id, &why), ERR_CONFLICT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(any_order_any_number_of_times),
		TEST(slots_add_up),
		TEST(many_slots_at_once),
		TEST(ids_of_a_failed_batch),
		TEST(epochs_have_cursors_of_their_own),
		TEST(a_failed_batch_leaves_nothing),
		TEST(killed_while_flushing),
		TEST(the_same_batch_from_many),
		TEST(walking_back),
		TEST(late_work_joins_a_later_round),
		TEST(an_account_is_made_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
