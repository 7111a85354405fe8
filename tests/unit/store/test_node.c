/* test_node.c -- ids are claimed once, later epochs take over, rounds wait for live nodes. */
#include "fixture.h"

static void claiming(void **state)
{
	struct world *w = *state;
	struct store_node *nodes;
	int64_t id;
	size_t n;

	assert_int_equal(w->node, 0);
	MUST(store_node_claim(w->st, "uuid-2", "two", 1, -1, &id, &why));
	assert_int_equal(id, 1);
	MUST(store_node_claim(w->st, "uuid-2", "two again", 2, 77, &id, &why));
	assert_int_equal(id, 1); /* a known one keeps its id */
	assert_int_equal(store_node_claim(w->st, "uuid-2", "two", 2, 1, &id, &why), ERR_CONFLICT);
	assert_int_equal(store_node_claim(w->st, "uuid-3", "three", 1, 1, &id, &why), ERR_CONFLICT);
	MUST(store_node_claim(w->st, "uuid-3", "three", 5, 4095, &id, &why));
	assert_int_equal(id, 4095);
	assert_int_equal(store_node_claim(w->st, "uuid-4", "four", 1, -1, &id, &why), ERR_LIMIT);
	MUST(store_node_list(w->st, &nodes, &n, &why));
	assert_int_equal(n, 3);
	assert_string_equal(nodes[1].name, "two again");
	assert_int_equal(nodes[1].epoch, 2);
	assert_int_equal(nodes[1].state, STORE_NODE_LIVE);
	assert_string_equal(nodes[1].status_json, "");
	store_free_nodes(nodes, n);
}

static void a_later_epoch_takes_over(void **state)
{
	struct world *w = *state;
	struct store_node *nodes;
	int64_t id;
	size_t n;

	MUST(store_node_beat(w->st, w->node, 1, "{\"a\":1}", &why));
	MUST(store_node_claim(w->st, "uuid-1", "one", 2, w->node, &id, &why));
	assert_int_equal(store_node_beat(w->st, w->node, 1, "{}", &why), ERR_CONFLICT);
	assert_int_equal(store_node_stop(w->st, w->node, 1, &why), ERR_CONFLICT);
	MUST(store_node_stop(w->st, w->node, 2, &why));
	MUST(store_node_list(w->st, &nodes, &n, &why));
	assert_int_equal(nodes[0].state, STORE_NODE_STOPPED);
	assert_string_equal(nodes[0].status_json, "{\"a\":1}");
	store_free_nodes(nodes, n);
}

static void flushed(struct world *w, int64_t node, int64_t seq, int64_t through)
{
	struct store_flushed f = {w->pool, through};
	struct store_flush flush = {node, 1, seq, seq + 1, NULL, 0, &f, 1};

	MUST(store_slot_flush(w->st, &flush, &why));
}

static void expect_flushed(struct world *w, int64_t height, int64_t node)
{
	int64_t got_height, got_node;

	MUST(store_node_flushed(w->st, w->pool, &got_height, &got_node, &why));
	assert_int_equal(got_height, height);
	assert_int_equal(got_node, node);
}

static void rounds_wait_for_live_nodes(void **state)
{
	struct world *w = *state;
	int64_t two;

	expect_flushed(w, 0, w->node); /* it has not said anything yet */
	flushed(w, w->node, 0, 100);
	expect_flushed(w, 100, w->node);
	flushed(w, w->node, 1, 90); /* never back */
	expect_flushed(w, 100, w->node);
	MUST(store_node_claim(w->st, "uuid-2", "two", 1, -1, &two, &why));
	expect_flushed(w, 0, two);
	flushed(w, two, 0, 105);
	expect_flushed(w, 100, w->node);
	MUST(store_node_write_off(w->st, w->node, &why));
	expect_flushed(w, 105, two);
	MUST(store_node_beat(w->st, w->node, 1, "{}", &why)); /* the operator's word stands */
	expect_flushed(w, 105, two);
	MUST(store_node_claim(w->st, "uuid-1", "one", 2, -1, &w->node, &why));
	expect_flushed(w, 100, w->node);
	MUST(store_node_stop(w->st, w->node, 2, &why));
	MUST(store_node_stop(w->st, two, 1, &why));
	expect_flushed(w, INT64_MAX, -1);
	assert_int_equal(store_node_write_off(w->st, 9, &why), ERR_NOT_FOUND);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(claiming),
		TEST(a_later_epoch_takes_over),
		TEST(rounds_wait_for_live_nodes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
