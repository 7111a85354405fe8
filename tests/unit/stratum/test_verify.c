/* The hashing threads: every task comes back with its own hash, and nobody can take the turns of
 * others. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>
#include <sched.h>

#include "base/mem.h"
#include "stratum/verify.h"

struct world {
	struct pow_algo *algo;
	struct verify *verify;
	struct loop *loop;
	unsigned left;  /* tasks not delivered yet */
	unsigned order; /* of delivery */
};

struct test_task {
	struct verify_task task;
	struct world *world;
	unsigned delivered; /* as the n-th */
};

static void on_done(struct mail *mail)
{
	struct test_task *t = CONTAINER_OF(mail, struct test_task, task.mail);

	t->delivered = ++t->world->order;
	if (--t->world->left == 0)
		loop_stop(t->world->loop);
}

static void setup(struct world *w, unsigned threads)
{
	struct why why;

	*w = (struct world){0};
	assert_int_equal(pow_algo_new("scrypt", NULL, 0, &w->algo, &why), OK);
	assert_int_equal(verify_start(w->algo, threads, &w->verify, &why), OK);
	w->loop = loop_new();
}

static void teardown(struct world *w)
{
	verify_stop(w->verify);
	verify_free(w->verify);
	loop_free(w->loop);
	pow_algo_free(w->algo);
}

static void submit(struct world *w, struct verify_source *s, struct test_task *t, unsigned byte)
{
	memset(t->task.header, (int)byte, POW_HEADER_LEN);
	t->task.mail.deliver = on_done;
	t->task.loop = w->loop;
	t->world = w;
	w->left++;
	verify_submit(s, &t->task);
}

/* The last batch is counted just after it is delivered. */
static struct verify_figures figures_after(struct world *w, unsigned hashes)
{
	while (verify_figures(w->verify).hashes < hashes)
		sched_yield();
	return verify_figures(w->verify);
}

static void test_hashes_come_back(void **state)
{
	enum { TASKS = 200 };
	struct test_task *tasks = NEW_ARRAY(struct test_task, TASKS);
	struct verify_source *s;
	struct pow_ctx *ctx;
	struct world w;
	struct why why;

	setup(&w, 3);
	s = verify_source_new(w.verify, "192.0.2.1");
	for (unsigned i = 0; i < TASKS; i++)
		submit(&w, s, &tasks[i], i);
	loop_run(w.loop);
	assert_int_equal(pow_ctx_new(w.algo, NULL, &ctx, &why), OK);
	for (unsigned i = 0; i < TASKS; i++) {
		uint8_t hash[1][POW_HASH_LEN];

		pow_hash(ctx, 1, (const uint8_t(*)[POW_HEADER_LEN])tasks[i].task.header, hash);
		assert_memory_equal(hash, tasks[i].task.hash, POW_HASH_LEN);
		assert_false(tasks[i].task.is_skipped);
	}
	assert_int_equal(figures_after(&w, TASKS).hashes, TASKS);
	assert_int_equal(verify_figures(w.verify).queued, 0);
	pow_ctx_free(ctx);
	verify_source_close(s);
	teardown(&w);
	free(tasks);
}

static uint64_t counted(const struct verify_times *times)
{
	uint64_t sum = 0;

	for (unsigned i = 0; i <= VERIFY_BOUNDS; i++)
		sum += times->buckets[i];
	return sum;
}

/* Each task has waited once, each batch was hashed once. */
static void test_times_are_counted(void **state)
{
	enum { TASKS = 100 };
	struct test_task *tasks = NEW_ARRAY(struct test_task, TASKS);
	struct verify_figures figures;
	struct verify_source *s;
	struct world w;

	setup(&w, 2);
	s = verify_source_new(w.verify, "192.0.2.1");
	for (unsigned i = 0; i < TASKS; i++)
		submit(&w, s, &tasks[i], i);
	loop_run(w.loop);
	figures = figures_after(&w, TASKS);
	assert_int_equal(figures.hashes, TASKS);
	assert_int_equal(counted(&figures.wait), TASKS);
	assert_in_range(counted(&figures.hash), (TASKS + figures.batch - 1) / figures.batch, TASKS);
	assert_true(figures.hash.sum_us > 0);
	verify_source_close(s);
	teardown(&w);
	free(tasks);
}

enum { FLOODERS = 50, FLOOD = 60 };

/* 50 connections of one address with 60 false shares each, queued before anybody else comes. */
static struct test_task *flood(struct world *w, struct verify_source **flooders)
{
	struct test_task *tasks = NEW_ARRAY(struct test_task, FLOODERS * FLOOD);

	for (unsigned i = 0; i < FLOODERS; i++)
		flooders[i] = verify_source_new(w->verify, "192.0.2.66");
	for (unsigned i = 0; i < FLOODERS * FLOOD; i++)
		submit(w, flooders[i % FLOODERS], &tasks[i], i);
	return tasks;
}

static void close_all(struct verify_source **sources, unsigned n)
{
	for (unsigned i = 0; i < n; i++)
		verify_source_close(sources[i]);
}

/* What is hashed already, and what a thread may have taken meanwhile: all that comes before a task
 * submitted now. */
static unsigned taken(struct world *w)
{
	return (unsigned)verify_figures(w->verify).hashes + 2 * verify_figures(w->verify).batch;
}

static void test_a_flood_does_not_delay_good_miners(void **state)
{
	struct verify_source *flooders[FLOODERS], *good, *neighbour, *stranger;
	struct test_task *tasks, from_good, from_neighbour, from_stranger;
	unsigned before;
	struct world w;

	setup(&w, 1);
	tasks = flood(&w, flooders);
	/* One of those behind the same router as the flooders has shown a good share. */
	good = verify_source_new(w.verify, "192.0.2.66");
	verify_judged(good, true);
	neighbour = verify_source_new(w.verify, "192.0.2.66"); /* new, nothing shown yet */
	stranger = verify_source_new(w.verify, "192.0.2.7");
	submit(&w, good, &from_good, 1);
	submit(&w, neighbour, &from_neighbour, 2);
	submit(&w, stranger, &from_stranger, 3);
	before = taken(&w);
	loop_run(w.loop);
	assert_true(from_good.delivered <= before + 2); /* the one in eight may come between */
	assert_true(from_stranger.delivered <= before + 4);
	assert_true(from_neighbour.delivered <= before + 2 * FLOODERS);
	close_all(flooders, FLOODERS);
	close_all((struct verify_source *[]){good, neighbour, stranger}, 3);
	teardown(&w);
	free(tasks);
}

static void test_those_without_credit_are_not_starved(void **state)
{
	enum { TASKS = 400 };
	struct test_task *tasks = NEW_ARRAY(struct test_task, TASKS), one;
	struct verify_source *good[8], *newcomer;
	unsigned before;
	struct world w;

	setup(&w, 1);
	for (unsigned i = 0; i < 8; i++) {
		good[i] = verify_source_new(w.verify, "192.0.2.1");
		for (unsigned n = 0; n < VERIFY_CREDIT_MAX; n++)
			verify_judged(good[i], true);
	}
	newcomer = verify_source_new(w.verify, "192.0.2.2");
	for (unsigned i = 0; i < TASKS; i++)
		submit(&w, good[i % 8], &tasks[i], i);
	submit(&w, newcomer, &one, 1);
	before = taken(&w);
	loop_run(w.loop);
	assert_true(one.delivered <= before + VERIFY_LAST_IN);
	close_all(good, 8);
	verify_source_close(newcomer);
	teardown(&w);
	free(tasks);
}

static void test_credit_is_earned_and_spent(void **state)
{
	enum { TASKS = 100 };
	struct test_task *tasks = NEW_ARRAY(struct test_task, 2 * TASKS);
	struct verify_source *once, *often;
	unsigned late = 0, before;
	struct world w;

	setup(&w, 1);
	once = verify_source_new(w.verify, "192.0.2.1"); /* one good share pays for two hashes */
	verify_judged(once, true);
	often = verify_source_new(w.verify, "192.0.2.2");
	for (unsigned n = 0; n < VERIFY_CREDIT_MAX; n++)
		verify_judged(often, true);
	for (unsigned i = 0; i < TASKS; i++)
		submit(&w, once, &tasks[i], i);
	for (unsigned i = 0; i < TASKS; i++)
		submit(&w, often, &tasks[TASKS + i], i);
	before = taken(&w);
	loop_run(w.loop);
	for (unsigned i = 0; i < VERIFY_CREDIT_MAX / 2; i++)
		late += tasks[TASKS + i].delivered > before + VERIFY_CREDIT_MAX;
	assert_int_equal(late, 0);
	verify_source_close(once);
	verify_source_close(often);
	teardown(&w);
	free(tasks);
}

static void test_tasks_of_a_lost_connection_are_skipped(void **state)
{
	struct verify_source *flooders[FLOODERS];
	struct test_task *tasks;
	unsigned skipped = 0;
	struct world w;

	setup(&w, 1);
	tasks = flood(&w, flooders);
	close_all(flooders, FLOODERS);
	loop_run(w.loop);
	for (unsigned i = 0; i < FLOODERS * FLOOD; i++)
		skipped += tasks[i].task.is_skipped;
	assert_int_equal(
		figures_after(&w, FLOODERS * FLOOD - skipped).hashes, FLOODERS * FLOOD - skipped);
	assert_true(skipped > 0);
	assert_int_equal(verify_figures(w.verify).queued, 0);
	teardown(&w);
	free(tasks);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_hashes_come_back),
		cmocka_unit_test(test_times_are_counted),
		cmocka_unit_test(test_a_flood_does_not_delay_good_miners),
		cmocka_unit_test(test_those_without_credit_are_not_starved),
		cmocka_unit_test(test_credit_is_earned_and_spent),
		cmocka_unit_test(test_tasks_of_a_lost_connection_are_skipped),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
