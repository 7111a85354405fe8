/* test_mariadb.c -- what only a database server can do to us: hang up, hang, refuse, deadlock. */
#include <signal.h>

#include "fixture.h"
#include "proxy.h"
#include "store/store_keep.h"

static int64_t count_events(struct store *st)
{
	return number(st, "SELECT COUNT(*) FROM event");
}

static enum err add_event(struct world *w, struct store *st)
{
	return store_event_add(st, w->pool, "x", "{}", &why);
}

/* End the server's side of a connection. */
static void hang_up(struct world *w, struct store *st)
{
	struct store *other = another(w);
	char *kill = str_printf("KILL CONNECTION %" PRId64, number(st, "SELECT CONNECTION_ID()"));

	sql(other, kill);
	store_close(other);
	free(kill);
}

/* ---- connections ---- */

static void lost_while_idle(void **state)
{
	struct world *w = *state;

	hang_up(w, w->st);
	MUST(add_event(w, w->st)); /* nobody notices */
	hang_up(w, w->st);
	MUST(store_begin(w->st, &why));
	MUST(add_event(w, w->st));
	MUST(store_commit(w->st, &why));
	assert_int_equal(count_events(w->st), 2);
}

/* The next connection may lead to a server that does not have what this one had. */
static void another_server_knows_less(void **state)
{
	struct world *w = *state;

	work(w, "alice", 100, 1);
	hang_up(w, w->st);
	sql(w->st, "DELETE FROM worker");
	sql(w->st, "DELETE FROM account");
	work(w, "bob", 100, 1);
	work(w, "alice", 100, 1);
	assert_int_not_equal(account(w, "alice"), account(w, "bob"));
}

static void lost_in_a_transaction(void **state)
{
	struct world *w = *state;

	MUST(store_begin(w->st, &why));
	MUST(add_event(w, w->st));
	hang_up(w, w->st);
	assert_int_equal(add_event(w, w->st), ERR_UNAVAILABLE);
	assert_int_equal(add_event(w, w->st), ERR_UNAVAILABLE); /* not on a new connection */
	assert_int_equal(store_commit(w->st, &why), ERR_UNAVAILABLE);
	assert_int_equal(count_events(w->st), 0);
	MUST(add_event(w, w->st));
	assert_int_equal(count_events(w->st), 1);
}

/* Stop all of its threads; it says so for each. */
static void freeze(pid_t pid)
{
	char *command = str_printf("grep -qhvE '\\) T ' /proc/%d/task/*/stat", pid);

	kill(pid, SIGSTOP);
	while (system(command) == 0)
		clock_sleep_ms(5);
	free(command);
}

static void a_frozen_server(void **state)
{
	struct world *w = *state;
	pid_t pid = atoi(getenv("KOZAN_TEST_MARIADB_PID"));
	struct conf_store conf = conf_of(w);
	struct store *quick, *other = NULL;
	enum err write, again, open;

	conf.timeout_ms = conf.connect_timeout_ms = 1000;
	MUST(store_open(&conf, &quick, &why));
	assert_int_equal(count_events(quick), 0); /* is prepared */
	freeze(pid);
	write = add_event(w, quick);
	again = store_begin(quick, &why);
	open = store_open(&conf, &other, &why);
	kill(pid, SIGCONT);
	/* Its text had to be prepared first, so that it was not sent. */
	assert_int_equal(write, ERR_UNAVAILABLE);
	assert_int_equal(again, ERR_UNAVAILABLE);
	assert_int_equal(open, ERR_UNAVAILABLE);
	MUST(add_event(w, quick));
	assert_int_equal(count_events(quick), 1);

	freeze(pid);
	write = add_event(w, quick);
	kill(pid, SIGCONT);
	assert_int_equal(write, ERR_UNCERTAIN); /* a write on its own, sent, without an answer */
	store_close(quick);
}

static void no_server(void **state)
{
	struct world *w = *state;
	struct conf_store conf = conf_of(w);
	struct store *st = NULL;

	conf.socket = (char *)"/nonexistent/socket";
	assert_int_equal(store_open(&conf, &st, &why), ERR_UNAVAILABLE);
	assert_non_null(strstr(why.text, "/nonexistent/socket"));
	conf = conf_of(w);
	conf.database = (char *)"nothing";
	assert_int_equal(store_open(&conf, &st, &why), ERR_UNAVAILABLE);
	conf.user = (char *)"nobody";
	assert_int_equal(store_open(&conf, &st, &why), ERR_AUTH);
	assert_null(st);
}

/* The first of the list that answers. */
static void one_of_several_servers(void **state)
{
	struct world *w = *state;
	struct conf_store conf = conf_of(w);
	struct store *st = NULL;

	conf.socket = (char *)"";
	conf.port = 1; /* nobody is there */
	conf.host = str_printf("127.0.0.1,[::1]:2,127.0.0.1:%s", getenv("KOZAN_TEST_MARIADB_PORT"));
	MUST(store_open(&conf, &st, &why));
	MUST(add_event(w, st));
	store_close(st);
	free(conf.host);
	conf.host = (char *)"127.0.0.1:1,127.0.0.1:2";
	assert_int_equal(store_open(&conf, &st, &why), ERR_UNAVAILABLE);
	assert_non_null(strstr(why.text, "127.0.0.1:1"));
}

/* ---- commits of unknown outcome ---- */

static void flush_one(
	struct world *w, struct store *st, int64_t seq, enum err want, int64_t want_cursor)
{
	struct store_slot_add slot = {w->pool, 100, 1000, "alice", "rig", 7, 1, 60000000};
	struct store_flush flush = {w->node, 1, seq, seq + 1, &slot, 1, NULL, 0};
	int64_t cursor;

	assert_int_equal(store_slot_flush(st, &flush, &why), want);
	MUST(store_slot_cursor(st, w->node, 1, &cursor, &why));
	assert_int_equal(cursor, want_cursor);
}

static void cut_during_commit(void **state)
{
	struct world *w = *state;
	struct conf_store conf = conf_of(w);
	struct proxy proxy;
	struct store *st;

	proxy_start(&proxy, (uint16_t)atoi(getenv("KOZAN_TEST_MARIADB_PORT")));
	conf.socket = (char *)"";
	conf.port = proxy.port;
	MUST(store_open(&conf, &st, &why));
	flush_one(w, st, 0, OK, 1);
	atomic_store(&proxy.cut, PROXY_CUT_AFTER);
	flush_one(w, st, 1, ERR_UNCERTAIN, 2); /* it was done */
	atomic_store(&proxy.cut, PROXY_CUT_BEFORE);
	flush_one(w, st, 2, ERR_UNCERTAIN, 2); /* it was not */
	flush_one(w, st, 1, ERR_CONFLICT, 2);
	flush_one(w, st, 2, OK, 3);
	assert_int_equal(number(st, "SELECT SUM(work) FROM slot"), 21);
	assert_int_equal(number(st, "SELECT SUM(shares) FROM slot"), 3);
	store_close(st);
	proxy_stop(&proxy);
}

/* A node's flusher, whose connection is cut at every third COMMIT: what it reads back is true. */
static void cut_during_many_commits(void **state)
{
	static const int cuts[] = {PROXY_PASS, PROXY_CUT_BEFORE, PROXY_CUT_AFTER};
	struct world *w = *state;
	struct conf_store conf = conf_of(w);
	unsigned seed = 3, uncertain = 0;
	struct proxy proxy;
	struct store *st;
	int64_t seq = 0;

	proxy_start(&proxy, (uint16_t)atoi(getenv("KOZAN_TEST_MARIADB_PORT")));
	conf.socket = (char *)"";
	conf.port = proxy.port;
	MUST(store_open(&conf, &st, &why));
	while (seq < 40) {
		struct store_slot_add slot = {
			w->pool, 100 + seq / 9, 1000 + seq / 4, "alice", "rig", 1 + seq, 1, 60000};
		struct store_flush flush = {w->node, 1, seq, seq + 1, &slot, 1, NULL, 0};
		enum err err;

		atomic_store(&proxy.cut, cuts[rand_r(&seed) % 3]);
		err = store_slot_flush(st, &flush, &why);
		assert_true(err == OK || err == ERR_UNCERTAIN);
		uncertain += err == ERR_UNCERTAIN;
		atomic_store(&proxy.cut, PROXY_PASS);
		MUST(store_slot_cursor(st, w->node, 1, &seq, &why));
	}
	assert_true(uncertain > 10);
	assert_int_equal(number(st, "SELECT SUM(work) FROM batch"), 40 * 41 / 2);
	assert_int_equal(number(st, "SELECT SUM(work) FROM slot"), 40 * 41 / 2);
	assert_int_equal(number(st, "SELECT SUM(shares) FROM slot"), 40);
	store_close(st);
	proxy_stop(&proxy);
}

/* ---- others in the way ---- */

static void somebody_has_the_turn(void **state)
{
	struct world *w = *state;
	struct store *other = another(w);
	int64_t block = found(w, 100, "aa", 1000);

	sql(w->st, "SET SESSION innodb_lock_wait_timeout = 1");
	MUST(store_begin(other, &why));
	MUST(store_block_set(other, block, STORE_BLOCK_PENDING, STORE_BLOCK_PENDING, 1, &why));
	assert_int_equal(
		store_block_set(w->st, block, STORE_BLOCK_PENDING, STORE_BLOCK_ORPHAN, 0, &why),
		ERR_BUSY);
	MUST(store_commit(other, &why));
	MUST(store_block_set(w->st, block, STORE_BLOCK_PENDING, STORE_BLOCK_ORPHAN, 0, &why));
	store_close(other);
}

/* Two want two rows, each in its own order, many times: the deadlocks are nobody's business. */
static enum err add_in_order(struct world *w, struct store *st)
{
	bool is_up = getpid() % 2 == 0;

	for (int64_t i = 0; i < 60; i++) {
		char names[2][16];
		struct store_reject rejects[2];

		for (unsigned k = 0; k < 2; k++) {
			snprintf(names[k], sizeof names[k], "a%d", (int)(2 * i) + (int)k);
			rejects[is_up ? k : 1 - k] =
				(struct store_reject){w->pool, i, names[k], "rig", 1, 1};
		}
		if (store_reject_add(st, rejects, 2, &why) != OK)
			return ERR_IO;
	}
	return OK;
}

static void deadlocks_are_tried_again(void **state)
{
	struct world *w = *state;

	assert_int_equal(race(w, 4, add_in_order), 4);
	assert_int_equal(number(w->st, "SELECT SUM(count) FROM reject"), 4 * 60 * 2);
}

static enum err claim(struct world *w, struct store *st)
{
	char uuid[16];
	int64_t id;

	snprintf(uuid, sizeof uuid, "u%d", getpid());
	return store_node_claim(st, uuid, "new", 1, -1, &id, &why);
}

static void new_nodes_at_once(void **state)
{
	struct world *w = *state;

	assert_int_equal(race(w, 5, claim), 5);
	assert_int_equal(number(w->st, "SELECT COUNT(DISTINCT id) FROM node"), 6);
}

/* ---- logins ---- */

static struct conf_store with_roles(const struct world *w)
{
	struct conf_store conf = conf_of(w);

	conf.user = (char *)"k_main";
	conf.password = (char *)"it's \"secret\" \\";
	conf.stratum =
		(struct conf_store_login){.user = (char *)"k_stratum", .password = (char *)"s"};
	conf.ledger =
		(struct conf_store_login){.user = (char *)"k_ledger", .password = (char *)"l"};
	conf.web = (struct conf_store_login){.user = (char *)"k_web", .password = (char *)"w"};
	return conf;
}

static struct store *as(const struct conf_store *conf, const struct conf_store_login *login)
{
	struct conf_store own = *conf;
	struct store *st = NULL;

	own.user = login->user;
	own.password = login->password;
	MUST(store_open(&own, &st, &why));
	MUST(store_migrate(st, &why)); /* there is nothing to do, and so no right is needed */
	return st;
}

static void forbidden(struct store *st, const char *text)
{
	assert_int_equal(sql_run(st, text, NO_BINDS, &why), ERR_AUTH);
}

static void each_role_has_its_rights(void **state)
{
	struct world *w = *state;
	struct store_admin root = {"root", "", "%"};
	struct conf_store conf = with_roles(w);
	struct store *main, *stratum, *ledger, *web, *roots = w->st;
	struct store_payout *payouts;
	int64_t block, id;
	size_t n;

	MUST(store_init(&conf, &root, &why));
	MUST(store_init(&conf, &root, &why)); /* again is harmless */
	MUST(store_open(&conf, &main, &why));
	sql(main, "CREATE TABLE anything (n BIGINT)");
	stratum = as(&conf, &conf.stratum);
	ledger = as(&conf, &conf.ledger);
	web = as(&conf, &conf.web);

	w->st = stratum;
	MUST(store_node_claim(stratum, "uuid-2", "two", 1, -1, &id, &why));
	MUST(store_node_beat(stratum, id, 1, "{}", &why));
	MUST(store_node_stop(stratum, id, 1, &why));
	work(w, "alice", 100, 5);
	block = found(w, 100, "aa", 1010);
	forbidden(stratum, "INSERT INTO payout_item VALUES (1, 1, 'x', 1)");
	forbidden(stratum, "UPDATE credit SET amount = 0");

	w->st = ledger;
	MUST(close_round(ledger, w->pool, block));
	MUST(store_round_mature(ledger, block, 101, &why));
	struct store_payout_item item = {
		.account = account(w, "alice"), .address = "alice", .amount = amount_of(1000)};
	MUST(pay(ledger, w->pool, "t1", amount_of(1), &item, 1, &id));
	MUST(store_payout_confirm(ledger, id, 1, "b", &why));
	expect_books(w, -1010, 0, 0, 0, 1000);
	forbidden(ledger, "UPDATE slot SET work = 0");
	forbidden(ledger, "DELETE FROM entry");
	forbidden(ledger, "DROP TABLE payout");
	forbidden(ledger, "DELETE FROM batch");
	struct store_keep keep = {8 * INT64_C(86400000), 8 * INT64_C(86400000), 1000000};
	bool more;
	MUST(store_keep(ledger, &keep, &more, &why)); /* makes parts, */
	keep.statistics_ms = -8 * INT64_C(86400000);
	MUST(store_keep(ledger, &keep, &more, &why)); /* drops parts */
	assert_int_equal(number(ledger, "SELECT COUNT(*) FROM slot"), 0);

	MUST(store_pool_ensure(web, "litecoin", "litecoin", "regtest", 0, &id, &why));
	MUST(store_payout_list(web, w->pool, 0, 10, &payouts, &n, &why));
	assert_int_equal(n, 1);
	store_free_payouts(payouts, n);
	forbidden(web, "UPDATE payout SET state = 5");
	forbidden(web, "INSERT INTO entry (txn_id, pool_id, book, account_id, amount)"
		       " VALUES (1, 1, 1, 1, 1)");
	forbidden(web, "UPDATE account SET address = 'x'");

	w->st = roots;
	store_close(main);
	store_close(stratum);
	store_close(ledger);
	store_close(web);
}

static void a_login_needs_a_password(void **state)
{
	struct store_admin root = {"root", "", "%"};
	struct conf_store conf = with_roles(*state);

	conf.web.password = (char *)"";
	assert_int_equal(store_init(&conf, &root, &why), ERR_INVALID);
	assert_non_null(strstr(why.text, "k_web"));
	conf.engine = CONF_ENGINE_SQLITE;
	assert_int_equal(store_init(&conf, &root, &why), ERR_UNSUPPORTED);
}

/* As after a failover: the connection leads to a server that only reads. */
static void a_server_that_only_reads(void **state)
{
	struct world *w = *state;
	struct store_admin root = {"root", "", "%"};
	struct conf_store conf = with_roles(w);
	struct store *st;
	int64_t before;

	MUST(store_init(&conf, &root, &why));
	MUST(store_open(&conf, &st, &why));
	before = number(st, "SELECT CONNECTION_ID()");
	sql(w->st, "SET GLOBAL read_only = 1");
	assert_int_equal(add_event(w, st), ERR_UNAVAILABLE);
	sql(w->st, "SET GLOBAL read_only = 0");
	MUST(add_event(w, st));
	assert_true(number(st, "SELECT CONNECTION_ID()") != before);
	store_close(st);
}

/* ---- the session ---- */

static void expect_setting(struct store *st, const char *name, const char *want)
{
	char *text = str_printf("SELECT COUNT(*) WHERE @@%s LIKE '%s'", name, want);

	if (number(st, text) != 1)
		fail_msg("@@%s is not %s", name, want);
	free(text);
}

/* Whatever the operator has set on his server. */
static void the_session_is_as_we_want_it(void **state)
{
	struct world *w = *state;
	struct store *st;

	sql(w->st, "SET GLOBAL sql_mode = ''");
	sql(w->st, "SET GLOBAL time_zone = '+09:00'");
	sql(w->st, "SET GLOBAL collation_server = 'latin1_swedish_ci'");
	st = another(w);
	expect_setting(st, "sql_mode", "%STRICT_ALL_TABLES%");
	expect_setting(st, "sql_mode", "%ONLY_FULL_GROUP_BY%");
	expect_setting(st, "time_zone", "+00:00");
	expect_setting(st, "character_set_client", "utf8mb4");
	expect_setting(st, "collation_connection", "utf8mb4_bin");
	expect_setting(st, "tx_isolation", "READ-COMMITTED");
	assert_int_equal(number(st, "SELECT 'a' = 'A'"), 0);
	assert_int_equal(sql_run(st,
				 "INSERT INTO event (pool_id, time_ms, kind, text_json)"
				 " VALUES (1, 1, REPEAT('x', 64), '')",
				 NO_BINDS, &why),
		ERR_RANGE); /* and not cut */
	store_close(st);
	sql(w->st, "SET GLOBAL sql_mode = DEFAULT");
	sql(w->st, "SET GLOBAL time_zone = DEFAULT");
	sql(w->st, "SET GLOBAL collation_server = DEFAULT");
}

static void columns_compare_by_bytes(void **state)
{
	struct world *w = *state;

	work(w, "Alice", 100, 5);
	work(w, "alice", 100, 7);
	work(w, "alic\xc3\xa9", 100, 9); /* é, which others take for e */
	assert_int_equal(number(w->st, "SELECT COUNT(*) FROM account"), 3);
	assert_int_not_equal(account(w, "Alice"), account(w, "alice"));
	assert_int_equal(
		number(w->st, "SELECT COUNT(*) FROM information_schema.columns"
			      " WHERE table_schema = DATABASE() AND collation_name IS NOT NULL"
			      " AND collation_name <> 'utf8mb4_bin'"),
		0);
}

/* ---- values ---- */

static void numbers_stay_exact(void **state)
{
	struct world *w = *state;
	const int64_t large = (INT64_C(1) << 53) + 1;

	work(w, "alice", 100, large);
	work(w, "alice", 101, large);
	assert_int_equal(number(w->st, "SELECT SUM(work) FROM batch"), 2 * large);
}

static void long_texts_come_back(void **state)
{
	struct world *w = *state;
	char *json = mem_alloc(400001);
	struct store_event *events;
	size_t n;

	memset(json, 'x', 400000);
	MUST(store_event_add(w->st, w->pool, "x", "short", &why));
	MUST(store_event_add(w->st, w->pool, "x", json, &why));
	MUST(store_event_add(w->st, w->pool, "x", "", &why));
	MUST(store_event_list(w->st, w->pool, 0, 10, &events, &n, &why));
	assert_int_equal(n, 3);
	assert_string_equal(events[0].json, "");
	assert_string_equal(events[1].json, json);
	assert_string_equal(events[2].json, "short");
	store_free_events(events, n);
	free(json);
}

/* ---- the schema ---- */

static void half_a_migration_is_gone_through_again(void **state)
{
	struct world *w = *state;

	work(w, "alice", 100, 5);
	sql(w->st, "DROP TABLE turn");
	sql(w->st, "DROP TABLE event");
	sql(w->st, "DELETE FROM schema_version");
	MUST(store_migrate(w->st, &why));
	work(w, "alice", 100, 5);
	MUST(add_event(w, w->st));
	assert_int_equal(number(w->st, "SELECT SUM(work) FROM batch"), 10);
	assert_int_equal(number(w->st, "SELECT COUNT(*) FROM turn"), 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(lost_while_idle),
		TEST(another_server_knows_less),
		TEST(lost_in_a_transaction),
		TEST(a_frozen_server),
		TEST(no_server),
		TEST(one_of_several_servers),
		TEST(cut_during_commit),
		TEST(cut_during_many_commits),
		TEST(somebody_has_the_turn),
		TEST(deadlocks_are_tried_again),
		TEST(new_nodes_at_once),
		TEST(each_role_has_its_rights),
		TEST(a_login_needs_a_password),
		TEST(a_server_that_only_reads),
		TEST(the_session_is_as_we_want_it),
		TEST(columns_compare_by_bytes),
		TEST(numbers_stay_exact),
		TEST(long_texts_come_back),
		TEST(half_a_migration_is_gone_through_again),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
