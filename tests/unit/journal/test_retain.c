/* test_retain.c -- what a new epoch takes over, and what may be deleted. */
#include <sys/stat.h>

#include "fixture.h"

#define FUTURE_MS 9000000000000

static void a_new_epoch_cuts_the_torn_tail(void **state)
{
	struct journal *j = open_small(*state, 1, 0);
	uint32_t w = journal_worker(j, "a", "x");
	struct journal_status status;
	struct journal_reader *r;
	struct journal_record record;
	struct stat st;
	char *path;

	for (uint32_t i = 0; i < 20; i++)
		add(j, w, 5, i);
	journal_close(j);
	path = nth_segment(*state, 0);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_size, 22 * RECORD_BYTES); /* the reserve was given back */
	assert_int_equal(truncate(path, st.st_size + 4096), 0);
	spoil(path, st.st_size + 10, "half a record", 13);
	j = open_small(*state, 2, 0);
	journal_status(j, &status);
	assert_int_equal(status.cut_bytes, RECORD_BYTES);
	journal_close(j);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_size, 22 * RECORD_BYTES);
	r = reader_of(*state);
	expect_jobs(r, 0, 20);
	assert_false(next_of(r, JOURNAL_DAMAGE, &record));
	journal_reader_close(r);
	free(path);
}

static void only_what_is_flushed_and_old_goes(void **state)
{
	struct journal *j = open_small(*state, 1, 640);
	uint32_t w = journal_worker(j, "a", "x");
	struct segment_name *all;
	size_t n;
	unsigned deleted;

	for (uint32_t i = 0; i < 50; i++)
		wait_committed(j, add(j, w, 5, i));
	journal_close(j);
	j = open_small(*state, 2, 640);
	assert_int_equal(segment_list(*state, &all, &n, NULL), OK);
	assert_int_equal(journal_retain(*state, 1, 50, 0, &deleted, NULL), OK);
	assert_int_equal(deleted, 0); /* too young */
	assert_int_equal(
		journal_retain(*state, 1, all[3].first_seq - 2, FUTURE_MS, &deleted, NULL), OK);
	assert_int_equal(deleted, 2); /* the third lacks one record */
	assert_int_equal(
		journal_retain(*state, 1, all[3].first_seq - 1, FUTURE_MS, &deleted, NULL), OK);
	assert_int_equal(deleted, 1);
	assert_int_equal(journal_retain(*state, 2, 0, FUTURE_MS, &deleted, NULL), OK);
	assert_int_equal(deleted, n - 4); /* all but the one that is open */
	free(all);
	journal_close(j);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_new_epoch_cuts_the_torn_tail),
		TEST(only_what_is_flushed_and_old_goes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
