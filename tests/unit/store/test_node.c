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

static void rest(struct world *w, int64_t id, int days)
{
	char *text =
		str_printf("UPDATE node SET seen_ms = {now} - %d * 86400000 - 1000 WHERE id = %d",
			days, (int)id);

	sql(w->st, text);
	free(text);
}

/* When all ids are given away. */
static void an_id_that_has_rested(void **state)
{
	struct world *w = *state;
	struct store_node *nodes;
	int64_t id = -1, epoch = -1, seq;
	size_t n;

	MUST(store_node_claim(w->st, "uuid-2", "two", 3, -1, &id, &why));
	assert_int_equal(
		store_node_inherit(w->st, "uuid-3", "three", &id, &epoch, &why), ERR_LIMIT);
	rest(w, 0, 100);
	rest(w, 1, 15); /* lives, though it is silent */
	assert_int_equal(
		store_node_inherit(w->st, "uuid-3", "three", &id, &epoch, &why), ERR_LIMIT);
	work(w, "alice", 100, 5);
	MUST(store_node_stop(w->st, 1, 3, &why));
	rest(w, 1, 13);
	assert_int_equal(
		store_node_inherit(w->st, "uuid-3", "three", &id, &epoch, &why), ERR_LIMIT);
	rest(w, 1, 14);
	MUST(store_node_inherit(w->st, "uuid-3", "three", &id, &epoch, &why));
	assert_int_equal(id, 1);
	assert_int_equal(epoch, 4); /* so that its cursors are others */
	MUST(store_node_beat(w->st, 1, 4, "{}", &why));
	assert_int_equal(store_node_beat(w->st, 1, 3, "{}", &why), ERR_CONFLICT);
	assert_int_equal(store_node_claim(w->st, "uuid-2", "two", 4, 1, &id, &why), ERR_CONFLICT);
	assert_non_null(strstr(why.text, "away for more than 14 days"));

	MUST(store_node_write_off(w->st, w->node, &why)); /* silent for 100 days */
	MUST(store_node_inherit(w->st, "uuid-4", "four", &id, &epoch, &why));
	assert_int_equal(id, w->node);
	assert_int_equal(epoch, 2);
	MUST(store_slot_cursor(w->st, w->node, 1, &seq, &why)); /* late work counts once, still */
	assert_int_equal(seq, 1);
	MUST(store_node_list(w->st, &nodes, &n, &why));
	assert_int_equal(n, 2);
	assert_string_equal(nodes[0].uuid, "uuid-4");
	assert_int_equal(nodes[0].state, STORE_NODE_LIVE);
	store_free_nodes(nodes, n);
}

/* Of two machines with clocks apart neither is early or late: one clock counts, the database's. */
static void the_databases_clock(void **state)
{
	struct world *w = *state;
	int64_t now = number(w->st, "SELECT {now}"), mine = clock_wall_ms();

	assert_true(now > mine - 60000 && now < mine + 60000);
	rest(w, w->node, 1);
	MUST(store_node_beat(w->st, w->node, 1, "{}", &why));
	assert_int_equal(
		number(w->st, "SELECT seen_ms BETWEEN {now} - 60000 AND {now} FROM node"), 1);
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
		TEST(an_id_that_has_rested),
		TEST(the_databases_clock),
		TEST(a_later_epoch_takes_over),
		TEST(rounds_wait_for_live_nodes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
