/* test_galera.c -- two nodes of a cluster: a commit at one undoes what the other has begun. */
#include "fixture.h"

/* At the other node. */
static struct store *over_there(const struct world *w)
{
	struct conf_store conf = conf_of(w);
	struct store *st = NULL;

	conf.socket = getenv("KOZAN_TEST_MARIADB_2");
	MUST(store_open(&conf, &st, &why));
	return st;
}

static void what_one_has_written_the_other_reads(void **state)
{
	struct world *w = *state;
	struct store *there = over_there(w);

	for (int64_t seq = 1; seq <= 50; seq++) {
		int64_t cursor;

		work(w, "alice", 100, 5);
		MUST(store_slot_cursor(there, w->node, 1, &cursor, &why));
		assert_int_equal(cursor, seq);
	}
	store_close(there);
}

/* Galera's locks end at the node: who commits later hears of it then. */
static void a_commit_too_late(void **state)
{
	struct world *w = *state;
	struct store *there = over_there(w);
	int64_t block = found(w, 100, "aa", 1000);

	MUST(store_begin(there, &why));
	MUST(store_block_set(there, block, STORE_BLOCK_PENDING, STORE_BLOCK_ORPHAN, 0, &why));
	MUST(store_block_set(w->st, block, STORE_BLOCK_PENDING, STORE_BLOCK_PENDING, 7, &why));
	assert_int_equal(store_commit(there, &why), ERR_BUSY); /* nothing of it was done */
	MUST(store_block_set(there, block, STORE_BLOCK_PENDING, STORE_BLOCK_PENDING, 8, &why));
	store_close(there);
}

#define TIMES 30

/* The same row, at both nodes, many times. */
static enum err count_up(struct world *w, struct store *st)
{
	struct store_reject reject = {w->pool, 1, "alice", "rig", 1, 1};

	for (unsigned i = 0; i < TIMES;) {
		enum err err = store_reject_add(st, &reject, 1, &why);

		if (err == OK)
			i++;
		else if (err != ERR_BUSY) /* after 8 attempts: the roles come again too */
			return err;
	}
	return OK;
}

static void conflicts_are_tried_again(void **state)
{
	struct world *w = *state;
	int status;
	pid_t child;

	work(w, "alice", 100, 5);
	child = fork();
	if (child == 0)
		_exit((int)count_up(w, over_there(w)));
	MUST(count_up(w, w->st));
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), OK);
	assert_int_equal(number(w->st, "SELECT SUM(count) FROM reject"), 2 * TIMES);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(what_one_has_written_the_other_reads),
		TEST(a_commit_too_late),
		TEST(conflicts_are_tried_again),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
