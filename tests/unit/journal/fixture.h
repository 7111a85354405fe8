/* fixture.h -- a folder of its own for each test, and short ways to append and read. */
#ifndef TESTS_JOURNAL_FIXTURE_H
#define TESTS_JOURNAL_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/path.h"
#include "journal/format_priv.h"
#include "journal/journal.h"
#include "journal/reader.h"

static inline int folder_make(void **state)
{
	char dir[] = "/tmp/kozan-journal-XXXXXX";

	if (!mkdtemp(dir))
		return -1;
	*state = str_dup(dir);
	return 0;
}

static inline int folder_remove(void **state)
{
	char *command = str_printf("rm -rf %s", (char *)*state);
	int rc = system(command);

	free(command);
	free(*state);
	return rc;
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, folder_make, folder_remove)

static inline struct journal *open_small(const char *dir, uint64_t epoch, uint64_t segment_bytes)
{
	struct journal_options options = {
		.dir = dir,
		.node_id = 7,
		.epoch = epoch,
		.sync = JOURNAL_SYNC_OS,
		.segment_bytes = segment_bytes,
	};
	struct why why = {0};
	struct journal *j = NULL;

	if (journal_open(&options, &j, &why) != OK)
		fail_msg("journal_open: %s", why.text);
	return j;
}

/* A share whose job number tells it from all others. */
static inline uint64_t add(struct journal *j, uint32_t worker, uint32_t height, uint32_t job)
{
	struct journal_share share = {
		.worker = worker,
		.pool = 1,
		.height = height,
		.work = 1000 + job,
		.job = job,
		.hash_top = 0x0123456789abcdef,
		.time_ms = 1700000000000 + job,
		.is_block = job % 5 == 0,
	};

	return journal_append(j, &share);
}

static inline void wait_committed(const struct journal *j, uint64_t ticket)
{
	while (journal_committed(j) < ticket)
		clock_sleep_ms(1);
}

static inline struct journal_reader *reader_of(const char *dir)
{
	struct journal_reader *r = NULL;

	assert_int_equal(journal_reader_open(dir, &r, NULL), OK);
	return r;
}

/* The next record that is of the type; false at the end. */
static inline bool next_of(
	struct journal_reader *r, enum journal_record_type type, struct journal_record *out)
{
	struct why why = {0};
	enum err err;

	while ((err = journal_reader_next(r, out, &why)) == OK)
		if (out->type == type)
			return true;
	if (err != ERR_NOT_FOUND)
		fail_msg("journal_reader_next: %s", why.text);
	return false;
}

/* All shares in order must have the jobs from .. from + n - 1. */
static inline void expect_jobs(struct journal_reader *r, uint32_t from, uint32_t n)
{
	struct journal_record record;

	for (uint32_t i = 0; i < n; i++) {
		assert_int_equal(journal_reader_next(r, &record, NULL), OK);
		if (record.type == JOURNAL_HEIGHT) {
			i--;
			continue;
		}
		assert_int_equal(record.type, JOURNAL_SHARE);
		assert_int_equal(record.job, from + i);
	}
}

/* The path of the folder's index-th segment. */
static inline char *nth_segment(const char *dir, size_t index)
{
	struct segment_name *all;
	size_t n;
	char *path;

	assert_int_equal(segment_list(dir, &all, &n, NULL), OK);
	assert_true(index < n);
	path = segment_path(dir, &all[index]);
	free(all);
	return path;
}

static inline size_t count_segments(const char *dir)
{
	struct segment_name *all;
	size_t n;

	assert_int_equal(segment_list(dir, &all, &n, NULL), OK);
	free(all);
	return n;
}

/* Overwrite `len` bytes at `at` (from the end when negative). */
static inline void spoil(const char *path, long at, const char *bytes, size_t len)
{
	FILE *f = fopen(path, "r+");

	assert_non_null(f);
	assert_int_equal(fseek(f, at, at < 0 ? SEEK_END : SEEK_SET), 0);
	assert_int_equal(fwrite(bytes, 1, len, f), len);
	assert_int_equal(fclose(f), 0);
}

#endif
