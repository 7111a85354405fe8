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

static struct journal_kept retain(const char *dir, struct journal_keep keep)
{
	struct journal_kept kept;

	assert_int_equal(journal_retain(dir, &keep, &kept, NULL), OK);
	return kept;
}

static void only_what_is_flushed_and_old_goes(void **state)
{
	struct journal *j = open_small(*state, 1, 640);
	uint32_t w = journal_worker(j, "a", "x");
	struct segment_name *all;
	size_t n;

	for (uint32_t i = 0; i < 50; i++)
		wait_committed(j, add(j, w, 5, i));
	journal_close(j);
	j = open_small(*state, 2, 640);
	assert_int_equal(segment_list(*state, &all, &n, NULL), OK);
	/* Too young; then the third lacks one record; then the first three. */
	assert_int_equal(retain(*state, (struct journal_keep){1, 50, 0, 0}).deleted, 0);
	assert_int_equal(
		retain(*state, (struct journal_keep){1, all[3].first_seq - 2, FUTURE_MS, 0})
			.deleted,
		2);
	assert_int_equal(
		retain(*state, (struct journal_keep){1, all[3].first_seq - 1, FUTURE_MS, 0})
			.deleted,
		1);
	/* All but the one that is open. */
	assert_int_equal(retain(*state, (struct journal_keep){2, 0, FUTURE_MS, 0}).deleted, n - 4);
	free(all);
	journal_close(j);
}

static uint64_t folder_bytes(const char *dir)
{
	struct segment_name *all;
	uint64_t sum = 0;
	size_t n;

	assert_int_equal(segment_list(dir, &all, &n, NULL), OK);
	for (size_t i = 0; i < n; i++) {
		char *path = segment_path(dir, &all[i]);
		struct stat st;

		assert_int_equal(stat(path, &st), 0);
		sum += (uint64_t)st.st_size;
		free(path);
	}
	free(all);
	return sum;
}

static void too_much_goes_early_but_only_when_flushed(void **state)
{
	struct journal *j = open_small(*state, 1, 640);
	uint32_t w = journal_worker(j, "a", "x");
	struct segment_name *all;
	struct journal_kept kept;
	uint64_t bytes;
	size_t n;

	for (uint32_t i = 0; i < 50; i++)
		wait_committed(j, add(j, w, 5, i));
	journal_close(j);
	bytes = folder_bytes(*state);
	assert_int_equal(segment_list(*state, &all, &n, NULL), OK);
	/* Nothing is known to be in the database: all stays, however much it is. */
	kept = retain(*state, (struct journal_keep){0, 0, 0, 1});
	assert_int_equal(kept.deleted, 0);
	assert_int_equal(kept.bytes, bytes);
	/* Two files are: they go, young as they are, and no more. */
	kept = retain(*state, (struct journal_keep){1, all[2].first_seq - 1, 0, 1});
	assert_int_equal(kept.deleted, 2);
	assert_int_equal(kept.deleted_early, 2);
	assert_int_equal(kept.bytes, folder_bytes(*state));
	assert_int_equal(count_segments(*state), n - 2);
	/* All are: only as many go as is needed. */
	kept = retain(*state, (struct journal_keep){2, 0, 0, kept.bytes - 1});
	assert_int_equal(kept.deleted, 1);
	assert_int_equal(kept.bytes, folder_bytes(*state));
	/* Within the limit, and young: all stay. */
	assert_int_equal(retain(*state, (struct journal_keep){2, 0, 0, kept.bytes}).deleted, 0);
	free(all);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_new_epoch_cuts_the_torn_tail),
		TEST(only_what_is_flushed_and_old_goes),
		TEST(too_much_goes_early_but_only_when_flushed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
