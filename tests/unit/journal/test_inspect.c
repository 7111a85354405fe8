/* test_inspect.c -- what is in a folder, and which record is the first bad one. */
#include "fixture.h"

struct found {
	struct journal_segment segments[32];
	unsigned segments_n;
	struct journal_fault faults[32];
	char texts[32][100];
	unsigned faults_n;
};

static void on_segment(void *ctx, const struct journal_segment *s)
{
	struct found *f = ctx;

	assert_true(f->segments_n < ARRAY_LEN(f->segments));
	f->segments[f->segments_n++] = *s;
}

static void on_fault(void *ctx, const struct journal_fault *fault)
{
	struct found *f = ctx;

	assert_true(f->faults_n < ARRAY_LEN(f->faults));
	str_copy(f->texts[f->faults_n], sizeof f->texts[0], fault->text);
	f->faults[f->faults_n++] = *fault;
}

static struct found inspect(const char *dir)
{
	struct found f = {0};
	struct journal_inspector to = {on_fault, on_segment, &f};
	struct why why = {0};

	if (journal_inspect(dir, &to, &why) != OK)
		fail_msg("journal_inspect: %s", why.text);
	return f;
}

/* One file with n shares: record 1 is the name, record i + 2 is job i. */
static void write_one(const char *dir, uint64_t epoch, uint32_t n)
{
	struct journal *j = open_small(dir, epoch, 0);
	uint32_t w = journal_worker(j, "addr", "rig");

	for (uint32_t i = 0; i < n; i++)
		add(j, w, 5, i);
	journal_close(j);
}

static void an_absent_folder(void **state)
{
	struct found f = inspect("/nonexistent/journal");

	assert_int_equal(f.segments_n, 0);
	assert_int_equal(f.faults_n, 0);
}

static void sums_of_a_good_file(void **state)
{
	struct found f;

	write_one(*state, 3, 10);
	f = inspect(*state);
	assert_int_equal(f.faults_n, 0);
	assert_int_equal(f.segments_n, 1);
	assert_int_equal(f.segments[0].node_id, 7);
	assert_int_equal(f.segments[0].epoch, 3);
	assert_int_equal(f.segments[0].first_seq, 1);
	assert_int_equal(f.segments[0].last_seq, 11);
	assert_int_equal(f.segments[0].records, 11);
	assert_int_equal(f.segments[0].shares, 10);
	assert_int_equal(f.segments[0].work, 10 * 1000 + 45);
	assert_int_equal(f.segments[0].from_ms, 1700000000000);
	assert_int_equal(f.segments[0].through_ms, 1700000000009);
	assert_int_equal(f.segments[0].size_bytes, 12 * RECORD_BYTES);
	assert_int_equal(f.segments[0].torn_bytes, 0);
}

/* While a file is written it is followed by zeroes. */
static void a_file_that_is_open(void **state)
{
	struct journal *j = open_small(*state, 1, 0);
	struct found f;

	wait_committed(j, add(j, journal_worker(j, "a", "x"), 5, 0));
	f = inspect(*state);
	assert_int_equal(f.faults_n, 0);
	assert_int_equal(f.segments[0].shares, 1);
	assert_int_equal(f.segments[0].torn_bytes, 0);
	journal_close(j);
}

static void bad_records_in_the_middle(void **state)
{
	struct found f;
	char *path;

	write_one(*state, 1, 100);
	path = nth_segment(*state, 0);
	spoil(path, 42 * RECORD_BYTES + 30, "XX", 2);
	spoil(path, 43 * RECORD_BYTES, "XX", 2);
	spoil(path, 60 * RECORD_BYTES + 4, "\x09", 1);
	f = inspect(*state);
	assert_int_equal(f.faults_n, 2);
	assert_int_equal(f.faults[0].seq, 42);
	assert_int_equal(f.faults[0].offset, 42 * RECORD_BYTES);
	assert_int_equal(f.faults[0].records, 2);
	assert_non_null(strstr(f.texts[0], "checksum"));
	assert_int_equal(f.faults[1].seq, 60);
	assert_int_equal(f.segments[0].bad, 3);
	assert_int_equal(f.segments[0].shares, 97);
	assert_int_equal(f.segments[0].torn_bytes, 0);
	free(path);
}

static void a_record_in_the_wrong_place(void **state)
{
	char *path, bytes[RECORD_BYTES];
	struct found f;
	FILE *file;

	write_one(*state, 1, 10);
	path = nth_segment(*state, 0);
	file = fopen(path, "r");
	assert_non_null(file);
	fseek(file, 5 * RECORD_BYTES, SEEK_SET);
	assert_int_equal(fread(bytes, 1, sizeof bytes, file), sizeof bytes);
	fclose(file);
	spoil(path, 7 * RECORD_BYTES, bytes, sizeof bytes);
	f = inspect(*state);
	assert_int_equal(f.faults_n, 1);
	assert_string_equal(f.texts[0], "record 5 stands in the place of 7");
	free(path);
}

static void a_lost_name(void **state)
{
	char *path;
	struct found f;

	write_one(*state, 1, 10);
	path = nth_segment(*state, 0);
	spoil(path, RECORD_BYTES + 24, "?", 1);
	f = inspect(*state);
	assert_int_equal(f.faults_n, 11); /* the name, and the shares that need it */
	assert_int_equal(f.faults[0].seq, 1);
	assert_int_equal(f.faults[1].seq, 2);
	assert_non_null(strstr(f.texts[1], "name"));
	assert_int_equal(f.segments[0].shares, 0);
	free(path);
}

static void a_damaged_head(void **state)
{
	char *path;
	struct found f;

	write_one(*state, 1, 10);
	path = nth_segment(*state, 0);
	spoil(path, 20, "????", 4);
	f = inspect(*state);
	assert_int_equal(f.faults_n, 1);
	assert_int_equal(f.faults[0].seq, 0);
	assert_int_equal(f.faults[0].offset, 0);
	assert_int_equal(f.faults[0].records, 0);
	assert_int_equal(f.segments[0].shares, 10);
	free(path);
}

static void a_torn_tail_is_no_fault(void **state)
{
	char *path;
	struct found f;

	write_one(*state, 1, 10);
	path = nth_segment(*state, 0);
	assert_int_equal(truncate(path, 12 * RECORD_BYTES - 20), 0);
	f = inspect(*state);
	assert_int_equal(f.faults_n, 0);
	assert_int_equal(f.segments[0].shares, 9);
	assert_int_equal(f.segments[0].torn_bytes, RECORD_BYTES - 20);
	free(path);
}

static void a_file_is_missing(void **state)
{
	struct journal *j = open_small(*state, 1, 640);
	uint32_t w = journal_worker(j, "a", "x");
	struct found f, whole;
	char *path;

	for (uint32_t i = 0; i < 50; i++)
		wait_committed(j, add(j, w, 5, i));
	journal_close(j);
	whole = inspect(*state);
	assert_int_equal(whole.faults_n, 0);
	assert_true(whole.segments_n > 4);
	path = nth_segment(*state, 2);
	assert_int_equal(unlink(path), 0);
	f = inspect(*state);
	assert_int_equal(f.segments_n, whole.segments_n - 1);
	assert_int_equal(f.faults_n, 1);
	assert_string_equal(f.segments[1].file, whole.segments[1].file);
	assert_int_equal(f.faults[0].seq, whole.segments[2].first_seq);
	assert_int_equal(f.faults[0].records, whole.segments[2].records);
	assert_non_null(strstr(f.texts[0], "missing"));
	free(path);
	/* The first ones may be gone: they were in the database. */
	for (int i = 0; i < 2; i++) {
		path = nth_segment(*state, 0);
		assert_int_equal(unlink(path), 0);
		free(path);
	}
	f = inspect(*state);
	assert_int_equal(f.faults_n, 0);
}

static void two_nodes_in_one_folder(void **state)
{
	struct journal_options other = {
		.dir = *state, .node_id = 8, .epoch = 2, .sync = JOURNAL_SYNC_OS};
	struct journal *j;
	struct found f;

	write_one(*state, 1, 3);
	assert_int_equal(journal_open(&other, &j, NULL), OK);
	journal_close(j);
	f = inspect(*state);
	assert_int_equal(f.faults_n, 1);
	assert_non_null(strstr(f.texts[0], "another node"));
	assert_int_equal(f.faults[0].records, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(an_absent_folder),
		TEST(sums_of_a_good_file),
		TEST(a_file_that_is_open),
		TEST(bad_records_in_the_middle),
		TEST(a_record_in_the_wrong_place),
		TEST(a_lost_name),
		TEST(a_damaged_head),
		TEST(a_torn_tail_is_no_fault),
		TEST(a_file_is_missing),
		TEST(two_nodes_in_one_folder),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
