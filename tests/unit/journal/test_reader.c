/* test_reader.c -- reading over damage, up to a limit, and past what is known already. */
#include "fixture.h"

/* One segment with n shares of one worker: record i + 2 is job i (head, name, shares). */
static void write_one(const char *dir, uint64_t epoch, uint32_t from, uint32_t n)
{
	struct journal *j = open_small(dir, epoch, 0);
	uint32_t w = journal_worker(j, "addr", "rig");

	for (uint32_t i = 0; i < n; i++)
		add(j, w, 5, from + i);
	journal_close(j);
}

static void an_empty_folder(void **state)
{
	struct journal_reader *r = reader_of("/nonexistent/journal");
	struct journal_record record;

	assert_int_equal(journal_reader_next(r, &record, NULL), ERR_NOT_FOUND);
	journal_reader_close(r);
}

static void damage_in_the_middle(void **state)
{
	char *path;
	struct journal_reader *r;
	struct journal_record record;

	write_one(*state, 1, 0, 100);
	path = nth_segment(*state, 0);
	spoil(path, (2 + 40) * RECORD_BYTES + 30, "XX", 2);
	spoil(path, (2 + 41) * RECORD_BYTES, "XX", 2);
	r = reader_of(*state);
	expect_jobs(r, 0, 40);
	assert_int_equal(journal_reader_next(r, &record, NULL), OK);
	assert_int_equal(record.type, JOURNAL_DAMAGE);
	assert_int_equal(record.lost, 2);
	assert_int_equal(record.seq, 2 + 41);
	assert_non_null(strstr(record.text, "unreadable"));
	expect_jobs(r, 42, 58);
	assert_int_equal(journal_reader_next(r, &record, NULL), ERR_NOT_FOUND);
	journal_reader_close(r);
	/* Once in the database it is not reported again. */
	r = reader_of(*state);
	journal_reader_skip(r, 1, 2 + 41);
	expect_jobs(r, 42, 58);
	journal_reader_close(r);
	free(path);
}

static void a_record_in_the_wrong_place(void **state)
{
	char *path, bytes[RECORD_BYTES];
	struct journal_reader *r;
	struct journal_record record;
	FILE *f;

	write_one(*state, 1, 0, 10);
	path = nth_segment(*state, 0);
	f = fopen(path, "r");
	assert_non_null(f);
	fseek(f, 5 * RECORD_BYTES, SEEK_SET);
	assert_int_equal(fread(bytes, 1, sizeof bytes, f), sizeof bytes);
	fclose(f);
	spoil(path, 7 * RECORD_BYTES, bytes, sizeof bytes); /* good, but not there */
	r = reader_of(*state);
	expect_jobs(r, 0, 5);
	assert_int_equal(journal_reader_next(r, &record, NULL), OK);
	assert_int_equal(record.type, JOURNAL_DAMAGE);
	expect_jobs(r, 6, 4);
	journal_reader_close(r);
	free(path);
}

static void a_lost_name(void **state)
{
	struct journal *j = open_small(*state, 1, 0);
	char *path;
	struct journal_reader *r;
	struct journal_record record;

	add(j, journal_worker(j, "a", "x"), 5, 0);
	add(j, journal_worker(j, "b", "y"), 5, 1);
	journal_close(j);
	path = nth_segment(*state, 0);
	spoil(path, RECORD_BYTES + 24, "?", 1);
	r = reader_of(*state);
	for (int i = 0; i < 2; i++) { /* the name itself, and the share that needs it */
		assert_int_equal(journal_reader_next(r, &record, NULL), OK);
		assert_int_equal(record.type, JOURNAL_DAMAGE);
		assert_int_equal(record.lost, 1);
	}
	expect_jobs(r, 1, 1);
	journal_reader_close(r);
	free(path);
}

static void a_damaged_head(void **state)
{
	char *path;
	struct journal_reader *r;

	write_one(*state, 1, 0, 10);
	path = nth_segment(*state, 0);
	spoil(path, 20, "????", 4);
	r = reader_of(*state);
	expect_jobs(r, 0, 10);
	journal_reader_close(r);
	free(path);
}

static void a_torn_tail(void **state)
{
	char *path;
	struct journal_reader *r;
	struct journal_record record;

	write_one(*state, 1, 0, 10);
	path = nth_segment(*state, 0);
	assert_int_equal(truncate(path, 12 * RECORD_BYTES - 20), 0);
	r = reader_of(*state);
	expect_jobs(r, 0, 9);
	assert_int_equal(journal_reader_next(r, &record, NULL), ERR_NOT_FOUND);
	journal_reader_close(r);
	free(path);
}

static void a_missing_file(void **state)
{
	struct journal *j = open_small(*state, 1, 640);
	uint32_t w = journal_worker(j, "a", "x");
	char *path;
	struct journal_reader *r;
	struct journal_record record;
	unsigned seen = 0;
	uint64_t lost = 0;

	for (uint32_t i = 0; i < 50; i++)
		wait_committed(j, add(j, w, 5, i));
	journal_close(j);
	path = nth_segment(*state, 2);
	assert_int_equal(unlink(path), 0);
	r = reader_of(*state);
	while (journal_reader_next(r, &record, NULL) == OK) {
		seen += record.type == JOURNAL_SHARE;
		lost += record.type == JOURNAL_DAMAGE ? record.lost : 0;
	}
	assert_true(lost > 0);
	assert_int_equal(seen + lost - 1, 50); /* its name record is lost, too */
	journal_reader_close(r);
	free(path);
}

static void epochs_in_order(void **state)
{
	struct journal_reader *r;
	struct journal_epoch *epochs;
	size_t n;

	write_one(*state, 1, 0, 10);
	write_one(*state, 2, 10, 10);
	write_one(*state, 0x100, 20, 10);
	r = reader_of(*state);
	assert_int_equal(journal_reader_epochs(r, &epochs, &n, NULL), OK);
	assert_int_equal(n, 3);
	assert_int_equal(epochs[2].epoch, 0x100);
	assert_int_equal(epochs[2].node_id, 7);
	free(epochs);
	expect_jobs(r, 0, 30);
	journal_reader_close(r);
	/* An epoch that is known whole, one known in part, one not at all. */
	r = reader_of(*state);
	journal_reader_skip(r, 1, 11);
	journal_reader_skip(r, 2, 5);
	journal_reader_skip(r, 0x100, 0);
	expect_jobs(r, 14, 16);
	journal_reader_close(r);
}

static void up_to_the_limit(void **state)
{
	struct journal *j;
	struct journal_reader *r;
	struct journal_record record;
	uint64_t tickets[10];
	uint32_t w;

	write_one(*state, 1, 0, 5);
	j = open_small(*state, 2, 320);
	w = journal_worker(j, "a", "x");
	for (uint32_t i = 0; i < 10; i++) {
		tickets[i] = add(j, w, 5, 5 + i);
		wait_committed(j, tickets[i]);
	}
	r = reader_of(*state);
	journal_reader_set_limit(r, 2, 0);
	expect_jobs(r, 0, 5);
	assert_int_equal(journal_reader_next(r, &record, NULL), ERR_NOT_FOUND);
	for (uint32_t i = 0; i < 10; i++) {
		journal_reader_set_limit(r, 2, tickets[i]);
		expect_jobs(r, 5 + i, 1);
		assert_int_equal(journal_reader_next(r, &record, NULL), ERR_NOT_FOUND);
	}
	for (uint32_t i = 10; i < 200; i++) { /* written while it is read */
		wait_committed(j, add(j, w, 5, 5 + i));
		journal_reader_set_limit(r, 2, journal_committed(j));
		expect_jobs(r, 5 + i, 1);
	}
	journal_close(j);
	journal_reader_close(r);
	r = reader_of(*state);
	journal_reader_set_limit(r, 1, UINT64_MAX); /* later epochs not at all */
	while (next_of(r, JOURNAL_SHARE, &record))
		assert_int_equal(record.epoch, 1);
	journal_reader_close(r);
}

static void starting_after_deleted_files(void **state)
{
	struct journal *j = open_small(*state, 1, 640);
	uint32_t w = journal_worker(j, "a", "x");
	struct journal_reader *r;
	struct journal_record record;
	struct segment_name *all;
	size_t n;

	for (uint32_t i = 0; i < 50; i++)
		wait_committed(j, add(j, w, 5, i));
	journal_close(j);
	for (int i = 0; i < 3; i++) {
		char *path = nth_segment(*state, 0);

		assert_int_equal(unlink(path), 0);
		free(path);
	}
	assert_int_equal(segment_list(*state, &all, &n, NULL), OK);
	/* They are in the database, with two records of the next file: no damage. */
	r = reader_of(*state);
	journal_reader_skip(r, 1, all[0].first_seq + 1);
	assert_int_equal(journal_reader_next(r, &record, NULL), OK);
	assert_int_equal(record.type, JOURNAL_SHARE);
	assert_int_equal(record.seq, all[0].first_seq + 2);
	assert_string_equal(record.address, "a");
	journal_reader_close(r);
	/* The database knows less than what is missing: damage. */
	r = reader_of(*state);
	journal_reader_skip(r, 1, all[0].first_seq - 4);
	assert_int_equal(journal_reader_next(r, &record, NULL), OK);
	assert_int_equal(record.type, JOURNAL_DAMAGE);
	assert_int_equal(record.lost, 3);
	journal_reader_close(r);
	free(all);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(an_empty_folder),
		TEST(damage_in_the_middle),
		TEST(a_record_in_the_wrong_place),
		TEST(a_lost_name),
		TEST(a_damaged_head),
		TEST(a_torn_tail),
		TEST(a_missing_file),
		TEST(epochs_in_order),
		TEST(up_to_the_limit),
		TEST(starting_after_deleted_files),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
