/* test_store.c -- the schema, pools, leases, and transactions inside transactions. */
#include <signal.h>
#include <sqlite3.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include "fixture.h"

static void migrating_twice_is_harmless(void **state)
{
	struct world *w = *state;
	int64_t before, after;

	MUST(store_schema_version(w->st, &before, &why));
	MUST(store_migrate(w->st, &why));
	MUST(store_schema_version(w->st, &after, &why));
	assert_true(before >= 1);
	assert_int_equal(before, after);
}

static enum err migrate(struct world *w, struct store *st)
{
	return store_migrate(st, &why);
}

static void all_roles_migrate_at_once(void **state)
{
	struct world *w = *state;
	char *first = w->path;

	w->path = path_join(w->dir, "new.db");
	assert_int_equal(race(w, 4, migrate), 4);
	free(w->path);
	w->path = first;
}

static void a_newer_schema_is_refused(void **state)
{
	struct world *w = *state;
	sqlite3 *db;

	assert_int_equal(sqlite3_open(w->path, &db), SQLITE_OK);
	assert_int_equal(sqlite3_exec(db, "INSERT INTO schema_version VALUES (9999, 'later', 0)",
				 NULL, NULL, NULL),
		SQLITE_OK);
	sqlite3_close(db);
	assert_int_equal(store_migrate(w->st, &why), ERR_VERSION);
	assert_non_null(strstr(why.text, "9999"));
}

static void what_is_no_database_is_refused(void **state)
{
	struct world *w = *state;
	struct conf_store conf = {.path = path_join(w->dir, "text")};
	struct store *st = NULL;

	MUST(path_write(conf.path, "this is not a database, whatever its name", 42, &why));
	assert_int_equal(store_open(&conf, &st, &why), ERR_CORRUPT);
	assert_null(st);
	free(conf.path);
	conf.path = (char[]){"/nonexistent/kozan.db"};
	assert_int_equal(store_open(&conf, &st, &why), ERR_UNAVAILABLE);
	assert_non_null(strstr(why.text, "/nonexistent"));
}

static void a_pool_keeps_its_coin(void **state)
{
	struct world *w = *state;
	struct store_pool *pools;
	int64_t id;
	size_t n;

	MUST(store_pool_ensure(w->st, "litecoin", "litecoin", "regtest", 0, &id, &why));
	assert_int_equal(id, w->pool);
	assert_int_equal(store_pool_ensure(w->st, "litecoin", "bitcoin", "regtest", 0, &id, &why),
		ERR_REFUSED);
	assert_int_equal(store_pool_ensure(w->st, "litecoin", "litecoin", "main", 0, &id, &why),
		ERR_REFUSED);
	assert_int_equal(store_pool_ensure(w->st, "litecoin", "litecoin", "regtest", 1, &id, &why),
		ERR_REFUSED);
	MUST(store_pool_ensure(w->st, "other", "bitcoin", "main", 32, &id, &why));
	MUST(store_pool_list(w->st, &pools, &n, &why));
	assert_int_equal(n, 2);
	assert_string_equal(pools[1].name, "other");
	assert_int_equal(pools[1].work_bits, 32);
	store_free_pools(pools);
}

static void one_holds_a_lease(void **state)
{
	struct world *w = *state;
	bool held;

	MUST(store_lease_take(w->st, "ledger", "a", 60000, &held, &why));
	assert_true(held);
	MUST(store_lease_take(w->st, "ledger", "b", 60000, &held, &why));
	assert_false(held);
	MUST(store_lease_take(w->st, "ledger", "a", 1, &held, &why)); /* renewed, but short */
	assert_true(held);
	clock_sleep_ms(5);
	MUST(store_lease_take(w->st, "ledger", "b", 60000, &held, &why));
	assert_true(held);
	MUST(store_lease_drop(w->st, "ledger", "a", &why)); /* not its own any more */
	MUST(store_lease_take(w->st, "ledger", "a", 60000, &held, &why));
	assert_false(held);
	MUST(store_lease_drop(w->st, "ledger", "b", &why));
	MUST(store_lease_take(w->st, "ledger", "a", 60000, &held, &why));
	assert_true(held);
}

static size_t count_events(struct world *w)
{
	struct store_event *events;
	size_t n;

	MUST(store_event_list(w->st, w->pool, 0, 100, &events, &n, &why));
	store_free_events(events, n);
	return n;
}

static void calls_join_a_transaction(void **state)
{
	struct world *w = *state;
	int64_t id;

	MUST(store_begin(w->st, &why));
	MUST(store_event_add(w->st, w->pool, "x", "{}", &why));
	MUST(store_pool_ensure(w->st, "other", "bitcoin", "main", 32, &id, &why));
	store_rollback(w->st);
	assert_int_equal(count_events(w), 0);

	MUST(store_begin(w->st, &why));
	MUST(store_event_add(w->st, w->pool, "x", "{}", &why));
	assert_int_equal(store_pool_ensure(w->st, "litecoin", "bitcoin", "main", 32, &id, &why),
		ERR_REFUSED);
	assert_int_equal(store_commit(w->st, &why), ERR_CONFLICT); /* a part has failed */
	assert_int_equal(count_events(w), 0);

	MUST(store_begin(w->st, &why));
	MUST(store_event_add(w->st, w->pool, "x", "{}", &why));
	MUST(store_commit(w->st, &why));
	assert_int_equal(count_events(w), 1);

	MUST(store_begin(w->st, &why));
	MUST(store_event_add(w->st, w->pool, "x", "{}", &why));
	store_close(w->st); /* rolls back */
	w->st = another(w);
	assert_int_equal(count_events(w), 1);
}

static void set_file_limit(rlim_t bytes)
{
	struct rlimit limit;

	assert_int_equal(getrlimit(RLIMIT_FSIZE, &limit), 0);
	limit.rlim_cur = bytes;
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
}

static void a_commit_of_unknown_outcome(void **state)
{
	struct world *w = *state;
	char *json = mem_alloc(400001), *wal = str_printf("%s-wal", w->path);
	struct stat st;

	memset(json, 'x', 400000);
	MUST(store_begin(w->st, &why));
	MUST(store_event_add(w->st, w->pool, "x", json, &why));
	assert_int_equal(stat(wal, &st), 0);
	signal(SIGXFSZ, SIG_IGN);
	set_file_limit((rlim_t)st.st_size + 8192);
	assert_int_equal(store_commit(w->st, &why), ERR_UNCERTAIN);
	set_file_limit(RLIM_INFINITY);
	assert_int_equal(count_events(w), 0); /* read back: it is not there, so do it again */
	MUST(store_event_add(w->st, w->pool, "x", json, &why));
	assert_int_equal(count_events(w), 1);
	free(json);
	free(wal);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(migrating_twice_is_harmless),
		TEST(all_roles_migrate_at_once),
		TEST(a_newer_schema_is_refused),
		TEST(what_is_no_database_is_refused),
		TEST(a_pool_keeps_its_coin),
		TEST(one_holds_a_lease),
		TEST(calls_join_a_transaction),
		TEST(a_commit_of_unknown_outcome),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
