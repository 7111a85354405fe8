/* test_claim.c -- the numbers of pools: the database's, remembered for when it is away. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/path.h"
#include "stratum/claim.h"
#include "stratum/feed.h"

struct world {
	char dir[64];
	char *path;
	struct coin_network network;
	struct conf_pool pools[2];
	struct conf conf;
	struct store *st;
	struct node node;
};

static struct why why;

static int make(void **state)
{
	struct world *w = NEW(struct world);

	strcpy(w->dir, "/tmp/kozan-claim-XXXXXX");
	if (!mkdtemp(w->dir))
		return -1;
	w->path = path_join(w->dir, "kozan.db");
	w->network = (struct coin_network){.is_defined = true, .chain = COIN_REGTEST};
	for (size_t i = 0; i < ARRAY_LEN(w->pools); i++) {
		w->pools[i].name = (char *)(i ? "second" : "first");
		w->pools[i].network = &w->network;
		strcpy(w->pools[i].coin.name, "testcoin");
	}
	w->conf.pools = w->pools;
	w->conf.pools_count = 2;
	w->conf.store.path = w->path;
	assert_int_equal(store_open(&w->conf.store, &w->st, &why), OK);
	assert_int_equal(store_migrate(w->st, &why), OK);
	assert_int_equal(node_open(w->dir, &w->node, &why), OK);
	*state = w;
	return 0;
}

static int drop(void **state)
{
	struct world *w = *state;
	char *command = str_printf("rm -rf %s", w->dir);
	int failed = system(command);

	node_close(&w->node);
	store_close(w->st);
	free(command);
	free(w->path);
	free(w);
	return failed;
}

static void order_in_the_file_means_nothing(void **state)
{
	struct world *w = *state;
	struct conf_pool first = w->pools[0];
	int64_t ids[2], again[2];

	assert_int_equal(claim_ask(&w->conf, w->dir, &w->node, w->st, ids, &why), OK);
	assert_int_not_equal(ids[0], ids[1]);
	w->pools[0] = w->pools[1];
	w->pools[1] = first;
	w->node.epoch++;
	assert_int_equal(claim_ask(&w->conf, w->dir, &w->node, w->st, again, &why), OK);
	assert_int_equal(again[0], ids[1]);
	assert_int_equal(again[1], ids[0]);
}

static void known_pools_need_no_database(void **state)
{
	struct world *w = *state;
	int64_t ids[2], again[2] = {0};

	assert_int_equal(claim_ask(&w->conf, w->dir, &w->node, w->st, ids, &why), OK);
	w->conf.store.path = (char *)"/nonexistent/kozan.db";
	assert_int_equal(claim_start(&w->conf, w->dir, &w->node, again, &why), OK);
	assert_int_equal(again[0], ids[0]);
	assert_int_equal(again[1], ids[1]);
}

static void another_coin_under_the_name_is_refused(void **state)
{
	struct world *w = *state;
	int64_t ids[2];

	assert_int_equal(claim_ask(&w->conf, w->dir, &w->node, w->st, ids, &why), OK);
	strcpy(w->pools[1].coin.name, "othercoin");
	assert_int_equal(claim_start(&w->conf, w->dir, &w->node, ids, &why), ERR_REFUSED);
	assert_non_null(strstr(why.text, "second"));
}

static void records_find_their_pool(void **state)
{
	struct world *w = *state;
	struct feed feed = {.store = w->st};
	int64_t ids[2];

	assert_int_equal(claim_ask(&w->conf, w->dir, &w->node, w->st, ids, &why), OK);
	assert_int_equal(feed_know_pools(&feed, &(struct feed_pool){77, ids[1]}, 1, &why), OK);
	assert_int_equal(feed_pool_id(&feed, 77), ids[1]);
	assert_int_equal(feed_pool_id(&feed, (uint16_t)ids[0]), ids[0]);
	assert_int_equal(
		feed_pool_id(&feed, 4711), ids[1]); /* nobody's: the first that was named */
	feed_close(&feed);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(order_in_the_file_means_nothing, make, drop),
		cmocka_unit_test_setup_teardown(known_pools_need_no_database, make, drop),
		cmocka_unit_test_setup_teardown(another_coin_under_the_name_is_refused, make, drop),
		cmocka_unit_test_setup_teardown(records_find_their_pool, make, drop),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
