/* test_ban.c -- bans of nodes and of the operator: who prevails, what is listed, what is forgotten.
 */
#include "fixture.h"
#include "store/store_ban.h"

static struct store_ban ban(const char *net, int64_t until_ms, int64_t node_id, const char *reason)
{
	struct store_ban b = {
		.since_ms = 1000, .until_ms = until_ms, .times = 1, .node_id = node_id};

	assert_int_equal(net_read(net, &b.net, NULL), OK);
	str_copy(b.reason, sizeof(b.reason), reason);
	return b;
}

static void add(struct world *w, const char *net, int64_t until_ms, int64_t node_id)
{
	struct store_ban b = ban(net, until_ms, node_id, "floods");

	MUST(store_ban_add(w->st, &b, &why));
}

/* The only ban that ends after `after_ms`. */
static struct store_ban only(struct world *w, int64_t after_ms)
{
	struct store_ban *rows, one;
	size_t n;

	MUST(store_ban_list(w->st, after_ms, &rows, &n, &why));
	assert_int_equal(n, 1);
	one = rows[0];
	store_free_bans(rows, n);
	return one;
}

static void the_longer_ban_of_nodes_stays(void **state)
{
	struct world *w = *state;
	struct store_ban b;

	add(w, "2001:db8::/64", 5000, 1);
	add(w, "2001:db8::/64", 3000, 2);
	b = only(w, 0);
	assert_int_equal(b.until_ms, 5000);
	assert_int_equal(b.node_id, 1);
	assert_int_equal(b.net.bits, 64);
	assert_string_equal(b.reason, "floods");
	add(w, "2001:db8::/64", 9000, 2);
	b = only(w, 0);
	assert_int_equal(b.until_ms, 9000);
	assert_int_equal(b.node_id, 2);
}

static void the_operator_has_the_last_word(void **state)
{
	struct world *w = *state;
	struct store_ban mine = ban("192.0.2.1", STORE_BAN_FOREVER, STORE_BAN_BY_HAND, "mine"),
			 short_one = ban("192.0.2.1", 2000, STORE_BAN_BY_HAND, "an hour will do"),
			 b;

	add(w, "192.0.2.1", 5000, 1);
	MUST(store_ban_set(w->st, &mine, &why));
	add(w, "192.0.2.1", 6000, 1);
	b = only(w, 0);
	assert_true(b.until_ms == STORE_BAN_FOREVER && b.node_id == STORE_BAN_BY_HAND);
	MUST(store_ban_set(w->st, &short_one, &why));
	b = only(w, 0);
	assert_int_equal(b.until_ms, 2000);
	assert_string_equal(b.reason, "an hour will do");
	MUST(store_ban_remove(w->st, &mine.net, &why));
	assert_int_equal(store_ban_remove(w->st, &mine.net, NULL), ERR_NOT_FOUND);
}

static void what_is_over_is_forgotten_later(void **state)
{
	struct world *w = *state;
	struct store_ban *rows;
	size_t n;

	add(w, "192.0.2.1", 2000, 1);
	add(w, "192.0.2.2", 3000, 1);
	add(w, "10.0.0.0/8", STORE_BAN_FOREVER, 1);
	MUST(store_ban_list(w->st, 2000, &rows, &n, &why));
	assert_int_equal(n, 2);
	store_free_bans(rows, n);
	MUST(store_ban_forget(w->st, 3000, &why));
	MUST(store_ban_list(w->st, 0, &rows, &n, &why));
	assert_int_equal(n, 2);
	store_free_bans(rows, n);
	MUST(store_ban_forget(w->st, 3001, &why));
	assert_int_equal(only(w, 0).net.bits, NET_V4_BITS + 8);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(the_longer_ban_of_nodes_stays),
		TEST(the_operator_has_the_last_word),
		TEST(what_is_over_is_forgotten_later),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
