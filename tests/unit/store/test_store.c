/* test_store.c -- the schema, pools, leases, and transactions inside transactions. */
#include "fixture.h"

static int64_t version_of(struct store *st)
{
	struct store_schema schema;

	MUST(store_schema(st, &schema, &why));
	assert_true(schema.min_reader >= 1 && schema.min_reader <= schema.version);
	return schema.version;
}

static void migrating_twice_is_harmless(void **state)
{
	struct world *w = *state;
	int64_t before = version_of(w->st);

	MUST(store_migrate(w->st, &why));
	assert_true(before >= 1);
	assert_int_equal(before, version_of(w->st));
}

static enum err migrate(struct world *w, struct store *st)
{
	return store_migrate(st, &why);
}

static void all_roles_migrate_at_once(void **state)
{
	struct world *w = *state;
	char *first = w->name, *create;

	w->name = new_name(w);
	if (server()) {
		create = str_printf("CREATE DATABASE %s", w->name);
		sql(w->st, create);
		free(create);
	}
	assert_int_equal(race(w, 4, migrate), 4);
	store_close(w->st);
	w->st = another(w);
	assert_true(number(w->st, "SELECT COUNT(*) FROM schema_version") >= 2);
	free(first);
}

static void a_newer_schema_is_refused(void **state)
{
	struct world *w = *state;

	sql(w->st, "INSERT INTO schema_version (version, name, applied_ms, min_reader)"
		   " VALUES (9999, 'later', 0, 9998)");
	assert_int_equal(store_migrate(w->st, &why), ERR_VERSION);
	assert_non_null(strstr(why.text, "9999"));
	assert_non_null(strstr(why.text, "9998"));
}

static void a_newer_schema_that_allows_it_is_used(void **state)
{
	struct world *w = *state;
	struct store_schema schema;

	sql(w->st, "INSERT INTO schema_version (version, name, applied_ms, min_reader)"
		   " VALUES (9999, 'later', 0, 1)");
	MUST(store_migrate(w->st, &why));
	MUST(store_schema(w->st, &schema, &why));
	assert_int_equal(schema.version, 9999);
	assert_true(schema.known < 9999 && schema.min_reader <= schema.known);
	work(w, "alice", 100, 5);
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

/* The database's clock was set back after the lease had been taken. */
static void a_lease_from_the_future(void **state)
{
	struct world *w = *state;
	bool held;

	MUST(store_lease_take(w->st, "ledger", "a", 60000, &held, &why));
	sql(w->st, "UPDATE lease SET until_ms = {now} + 86400000");
	MUST(store_lease_take(w->st, "ledger", "b", 60000, &held, &why));
	assert_true(held);
	MUST(store_lease_take(w->st, "ledger", "a", 60000, &held, &why));
	assert_false(held);
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

static void reading_at_one_moment(void **state)
{
	struct world *w = *state;
	struct store *other = another(w);

	MUST(store_begin_reading(w->st, &why));
	assert_int_equal(count_events(w), 0);
	MUST(store_event_add(other, w->pool, "x", "{}", &why)); /* nobody is in its way */
	assert_int_equal(count_events(w), 0);
	store_rollback(w->st);
	assert_int_equal(count_events(w), 1);
	store_close(other);
}

static enum err take_lease(struct world *w, struct store *st)
{
	char owner[16];
	bool held;

	snprintf(owner, sizeof owner, "%d", getpid());
	MUST(store_lease_take(st, "ledger", owner, 60000, &held, &why));
	return held ? OK : ERR_CONFLICT;
}

static void many_want_the_lease(void **state)
{
	assert_int_equal(race(*state, 4, take_lease), 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(migrating_twice_is_harmless),
		TEST(all_roles_migrate_at_once),
		TEST(a_newer_schema_is_refused),
		TEST(a_newer_schema_that_allows_it_is_used),
		TEST(a_pool_keeps_its_coin),
		TEST(one_holds_a_lease),
		TEST(a_lease_from_the_future),
		TEST(many_want_the_lease),
		TEST(calls_join_a_transaction),
		TEST(reading_at_one_moment),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
