/* test_stats.c -- sums, lists, series, samples and the feed. */
#include "fixture.h"

/* Minutes are heights * 10 here: see work(). So alice has worked in the periods 0 and 15, bob in
 * 15, carol in 30. */
static void mine(struct world *w)
{
	work(w, "alice", 1, 5);
	work(w, "alice", 2, 7);
	work(w, "bob", 2, 100);
	work(w, "carol", 3, 1);
}

static void sums(void **state)
{
	struct world *w = *state;
	struct store_active active;
	struct store_sum sum;

	mine(w);
	MUST(store_sum_pool(w->st, w->pool, 10, 20, &sum, &why));
	assert_int_equal(sum.work, 112);
	assert_int_equal(sum.shares, 3);
	assert_int_equal(sum.last_ms, 2 * 600000);
	MUST(store_sum_pool(w->st, w->pool, 1000, 2000, &sum, &why));
	assert_int_equal(sum.work, 0);
	assert_int_equal(sum.last_ms, 0);
	MUST(store_sum_account(w->st, account(w, "alice"), 0, 100, &sum, &why));
	assert_int_equal(sum.work, 12);
	assert_int_equal(sum.first_ms, 600000);
	assert_int_equal(sum.last_ms, 2 * 600000);
	MUST(store_sum_account(w->st, account(w, "alice"), 30, 100, &sum, &why));
	assert_int_equal(sum.work, 0);
	assert_int_equal(sum.first_ms, 0);
	MUST(store_active(w->st, w->pool, 2 * 600000, &active, &why));
	assert_int_equal(active.accounts, 3);
	assert_int_equal(active.workers, 3);
	MUST(store_active(w->st, w->pool, 2 * 600000 + 1, &active, &why));
	assert_int_equal(active.accounts, 1);
}

/* A window takes the part of the period in which it begins. */
static void a_part_of_a_period(void **state)
{
	struct world *w = *state;
	struct store_slot_add slots[] = {
		{w->pool, 7, 30, "alice", "rig", 100, 10, 30 * 60000},
		{w->pool, 7, 44, "alice", "rig", 200, 20, 44 * 60000},
		{w->pool, 7, 45, "alice", "rig", 40, 4, 45 * 60000},
	};
	struct store_flush flush = {w->node, 1, 0, 9, slots, 3, NULL, 0};
	struct store_sum sum;

	MUST(store_slot_flush(w->st, &flush, &why));
	MUST(store_sum_account(w->st, account(w, "alice"), 35, 49, &sum, &why));
	assert_int_equal(sum.work, 200 + 40); /* ten of fifteen minutes */
	assert_int_equal(sum.shares, 20 + 4);
	MUST(store_sum_account(w->st, account(w, "alice"), 30, 49, &sum, &why));
	assert_int_equal(sum.work, 340);
	MUST(store_sum_account(w->st, account(w, "alice"), 45, 49, &sum, &why));
	assert_int_equal(sum.work, 40);
	assert_int_equal(sum.first_ms, 45 * 60000);
	/* Since its first share only five minutes were left of the period; three are in. */
	slots[0] = (struct store_slot_add){w->pool, 7, 40, "bob", "rig", 100, 10, 40 * 60000};
	flush = (struct store_flush){w->node, 1, 9, 10, slots, 1, NULL, 0};
	MUST(store_slot_flush(w->st, &flush, &why));
	MUST(store_sum_account(w->st, account(w, "bob"), 42, 49, &sum, &why));
	assert_int_equal(sum.work, 60);
	MUST(store_sum_account(w->st, account(w, "bob"), 35, 49, &sum, &why));
	assert_int_equal(sum.work, 100);
}

static void miners_and_workers(void **state)
{
	struct world *w = *state;
	struct store_miner *miners;
	struct store_worker *workers;
	size_t n;

	mine(w);
	MUST(store_miner_list(w->st, w->pool, 15, 0, 2, &miners, &n, &why));
	assert_int_equal(n, 2);
	assert_string_equal(miners[0].address, "bob");
	assert_int_equal(miners[1].sum.work, 7);
	assert_int_equal(miners[1].workers, 1);
	store_free_miners(miners);
	MUST(store_miner_list(w->st, w->pool, 15, 2, 2, &miners, &n, &why));
	assert_int_equal(n, 1);
	assert_string_equal(miners[0].address, "carol");
	store_free_miners(miners);
	MUST(store_worker_list(w->st, account(w, "alice"), 15, 0, 10, &workers, &n, &why));
	assert_int_equal(n, 1);
	assert_string_equal(workers[0].name, "rig");
	assert_int_equal(workers[0].sum.work, 7);
	store_free_workers(workers);
	MUST(store_worker_list(w->st, account(w, "alice"), 500, 0, 10, &workers, &n, &why));
	assert_int_equal(n, 1); /* idle, but there */
	assert_int_equal(workers[0].sum.work, 0);
	assert_int_equal(workers[0].sum.last_ms, 0);
	store_free_workers(workers);
}

static void series(void **state)
{
	struct world *w = *state;
	struct store_point *points;
	struct store_worker *workers;
	size_t n;

	mine(w);
	MUST(store_series_pool(w->st, w->pool, 0, 100, 20, &points, &n, &why));
	assert_int_equal(n, 2);
	assert_int_equal(points[0].minute, 0);
	assert_int_equal(points[0].value, 5);
	assert_int_equal(points[1].minute, 20);
	assert_int_equal(points[1].value, 108);
	store_free_points(points);
	MUST(store_series_account(w->st, account(w, "bob"), 0, 100, 1, &points, &n, &why));
	assert_int_equal(n, 1);
	assert_int_equal(points[0].minute, 15); /* its period */
	store_free_points(points);
	MUST(store_worker_list(w->st, account(w, "bob"), 0, 0, 1, &workers, &n, &why));
	MUST(store_series_worker(w->st, workers[0].id, 0, 100, 1, &points, &n, &why));
	assert_int_equal(n, 1);
	assert_int_equal(points[0].value, 100);
	store_free_points(points);
	store_free_workers(workers);
	assert_int_equal(
		store_series_pool(w->st, w->pool, 0, 1000000, 1, &points, &n, &why), ERR_RANGE);
	assert_int_equal(
		store_series_pool(w->st, w->pool, 0, 100, 0, &points, &n, &why), ERR_RANGE);
}

static void rejects(void **state)
{
	struct world *w = *state;
	struct store_reject some[] = {
		{w->pool, 10, "alice", "rig", 2, 3},
		{w->pool, 10, "alice", "rig", 2, 4},
		{w->pool, 20, "bob", "rig", 3, 1},
	};
	struct store_reject_sum *got;
	size_t n;

	MUST(store_reject_add(w->st, some, 3, &why));
	MUST(store_reject_sums(w->st, w->pool, 0, 10, &got, &n, &why));
	assert_int_equal(n, 2);
	assert_int_equal(got[0].kind, 2);
	assert_int_equal(got[0].count, 7);
	store_free_reject_sums(got);
	MUST(store_reject_sums(w->st, w->pool, 0, 15, &got, &n, &why));
	assert_int_equal(n, 1);
	store_free_reject_sums(got);
	MUST(store_reject_sums(w->st, w->pool, account(w, "bob"), 10, &got, &n, &why));
	assert_int_equal(n, 1);
	assert_int_equal(got[0].count, 1);
	store_free_reject_sums(got);
	MUST(store_reject_worker(w->st, account(w, "bob"), 1, 10, &got, &n, &why));
	store_free_reject_sums(got);
	assert_int_equal(n, 0); /* the first worker is not bob's */
}

static void one_worker(void **state)
{
	struct world *w = *state;
	struct store_worker got;

	mine(w);
	MUST(store_worker_get(w->st, account(w, "bob"), "rig", 0, &got, &why));
	assert_string_equal(got.name, "rig");
	assert_int_equal(got.sum.work, 100);
	assert_int_equal(
		store_worker_get(w->st, account(w, "bob"), "gir", 0, &got, &why), ERR_NOT_FOUND);
}

static void samples(void **state)
{
	struct world *w = *state;
	struct store_point *points;
	size_t n;

	MUST(store_sample_set(w->st, w->pool, 2, "workers", 5, &why));
	MUST(store_sample_set(w->st, w->pool, 1, "workers", 4, &why));
	MUST(store_sample_set(w->st, w->pool, 2, "workers", 6, &why));
	MUST(store_sample_set(w->st, w->pool, 2, "other", 9, &why));
	MUST(store_sample_list(w->st, w->pool, "workers", 0, 10, &points, &n, &why));
	assert_int_equal(n, 2);
	assert_int_equal(points[1].minute, 2);
	assert_int_equal(points[1].value, 6);
	store_free_points(points);
	MUST(store_sample_series(w->st, w->pool, "workers", 0, 10, 5, &points, &n, &why));
	assert_int_equal(n, 1);
	assert_int_equal(points[0].minute, 0);
	assert_int_equal(points[0].value, 5);
	store_free_points(points);
}

static void events(void **state)
{
	struct world *w = *state;
	struct store_event *events;
	size_t n;
	int64_t id;

	for (int i = 0; i < 5; i++)
		MUST(store_event_add(w->st, w->pool, i % 2 ? "odd" : "even", "{\"i\":1}", &why));
	MUST(store_event_list(w->st, w->pool, 0, 2, &events, &n, &why));
	assert_int_equal(n, 2);
	assert_string_equal(events[0].kind, "even");
	assert_string_equal(events[0].json, "{\"i\":1}");
	id = events[1].id;
	assert_true(events[0].id > id);
	store_free_events(events, n);
	MUST(store_event_list(w->st, w->pool, id, 10, &events, &n, &why));
	assert_int_equal(n, 3);
	store_free_events(events, n);
	MUST(store_event_after(w->st, w->pool, id, 10, &events, &n, &why));
	assert_int_equal(n, 1);
	store_free_events(events, n);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(sums),
		TEST(a_part_of_a_period),
		TEST(miners_and_workers),
		TEST(series),
		TEST(rejects),
		TEST(one_worker),
		TEST(samples),
		TEST(events),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
