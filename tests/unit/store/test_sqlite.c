/* test_sqlite.c -- what only a database in a file can do to us. */
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include "fixture.h"

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

static size_t count_events(struct world *w)
{
	return (size_t)number(w->st, "SELECT COUNT(*) FROM event");
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
	char *json = mem_alloc(400001), *wal = str_printf("%s-wal", w->name);
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
		TEST(what_is_no_database_is_refused),
		TEST(a_commit_of_unknown_outcome),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
