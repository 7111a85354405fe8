/* test_block.c -- a found block is one row, and its state moves only as allowed. */
#include "fixture.h"

static void adding_twice(void **state)
{
	struct world *w = *state;
	struct store_block block = {.pool = w->pool,
		.height = 5,
		.reward = amount_of(50),
		.hash = "aa",
		.prev_hash = "99",
		.finder_address = "alice",
		.finder_worker = "rig",
		.network_work = 7,
		.submit_result = "accepted",
		.found_ms = 123};
	struct store_block got;
	int64_t id, again;
	bool is_new;

	MUST(store_block_add(w->st, &block, &id, &is_new, &why));
	assert_true(is_new);
	block.height = 6;
	MUST(store_block_add(w->st, &block, &again, &is_new, &why));
	assert_false(is_new);
	assert_int_equal(id, again);
	MUST(store_block_by_hash(w->st, w->pool, "aa", &got, &why));
	assert_int_equal(got.id, id);
	assert_int_equal(got.height, 5);
	assert_int_equal(got.state, STORE_BLOCK_PENDING);
	assert_int_equal(amount_units(got.reward), 50);
	assert_string_equal(got.prev_hash, "99");
	assert_string_equal(got.finder_address, "alice");
	assert_string_equal(got.finder_worker, "rig");
	assert_string_equal(got.submit_result, "accepted");
	assert_int_equal(got.network_work, 7);
	assert_int_equal(got.found_ms, 123);
	assert_int_equal(store_block_by_hash(w->st, w->pool, "bb", &got, &why), ERR_NOT_FOUND);
	assert_int_equal(store_block_get(w->st, 99, &got, &why), ERR_NOT_FOUND);
}

static void assert_at(struct world *w, int64_t height, int64_t id)
{
	struct store_block got;

	MUST(store_block_at(w->st, w->pool, height, &got, &why));
	assert_int_equal(got.id, id);
}

static void the_one_at_a_height(void **state)
{
	struct world *w = *state;
	int64_t first = found(w, 5, "aa", 50), second = found(w, 5, "bb", 50), third;

	assert_at(w, 5, second);
	MUST(store_block_set(w->st, first, STORE_BLOCK_PENDING, STORE_BLOCK_PENDING, 3, &why));
	assert_at(w, 5, first);
	MUST(store_block_set(w->st, first, STORE_BLOCK_PENDING, STORE_BLOCK_ORPHAN, -1, &why));
	assert_at(w, 5, second);
	work(w, "alice", 5, 10);
	MUST(close_round(w->st, w->pool, second));
	third = found(w, 5, "cc", 50);
	assert_at(w, 5, second);
	assert_true(third > second);
}

static void states(void **state)
{
	struct world *w = *state;
	struct store_block got;
	int64_t id = found(w, 5, "aa", 50);

	MUST(store_block_set(w->st, id, STORE_BLOCK_PENDING, STORE_BLOCK_PENDING, 3, &why));
	MUST(store_block_set_reward(w->st, id, amount_of(60), &why));
	MUST(store_block_set_submit_result(w->st, w->pool, "aa", "inconclusive", &why));
	MUST(store_block_set(w->st, id, STORE_BLOCK_PENDING, STORE_BLOCK_ORPHAN, -1, &why));
	assert_int_equal(
		store_block_set(w->st, id, STORE_BLOCK_PENDING, STORE_BLOCK_REJECTED, 0, &why),
		ERR_CONFLICT);
	assert_int_equal(store_block_set_reward(w->st, id, amount_of(70), &why), ERR_CONFLICT);
	MUST(store_block_get(w->st, id, &got, &why));
	assert_int_equal(got.state, STORE_BLOCK_ORPHAN);
	assert_int_equal(got.confirmations, -1);
	assert_int_equal(amount_units(got.reward), 60);
	assert_string_equal(got.submit_result, "inconclusive");
	MUST(store_block_set(w->st, id, STORE_BLOCK_ORPHAN, STORE_BLOCK_PENDING, 1, &why));
}

static void pages(void **state)
{
	struct world *w = *state;
	struct store_block *rows;
	int64_t before = 0, ids[10];
	unsigned seen = 0;
	size_t n;

	for (int64_t i = 0; i < 10; i++) {
		char hash[4] = {'h', (char)('0' + i), 0};

		ids[i] = found(w, 100 - i, hash, 50);
	}
	MUST(store_block_set(w->st, ids[4], STORE_BLOCK_PENDING, STORE_BLOCK_REJECTED, 0, &why));
	for (;;) {
		MUST(store_block_list(w->st, w->pool, STORE_BLOCK_ANY, before, 3, &rows, &n, &why));
		if (n == 0)
			break;
		for (size_t i = 0; i < n; i++)
			assert_int_equal(rows[i].id, ids[9 - seen++]);
		before = rows[n - 1].id;
		store_free_blocks(rows);
	}
	assert_int_equal(seen, 10);
	MUST(store_block_list(
		w->st, w->pool, STORE_BLOCK_MASK(STORE_BLOCK_REJECTED), 0, 100, &rows, &n, &why));
	assert_int_equal(n, 1);
	assert_int_equal(rows[0].id, ids[4]);
	store_free_blocks(rows);
	MUST(store_block_open(w->st, w->pool, &rows, &n, &why));
	assert_int_equal(n, 9);
	for (size_t i = 1; i < n; i++)
		assert_true(rows[i - 1].height < rows[i].height);
	store_free_blocks(rows);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(adding_twice), TEST(the_one_at_a_height), TEST(states), TEST(pages)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
