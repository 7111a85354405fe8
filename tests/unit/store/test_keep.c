/* test_keep.c -- what is old goes, and what a round may need stays. */
#include "fixture.h"
#include "store/store_keep.h"

#define DAY_MS INT64_C(86400000)

/* Work of 100 at a height, some days ago. */
static void work_ago(struct world *w, int64_t height, int days)
{
	int64_t ms = clock_wall_ms() - days * DAY_MS;
	struct store_slot_add slot = {w->pool, height, ms / 60000, "alice", "rig", 100, 1, ms};
	struct store_flush flush = {w->node, 1, w->seq, w->seq + 1, &slot, 1, NULL, 0};

	MUST(store_slot_flush(w->st, &flush, &why));
	w->seq++;
}

static void keep(struct world *w, int statistics_days, int work_days, int64_t window_ppm)
{
	struct store_keep k = {statistics_days * DAY_MS, work_days * DAY_MS, window_ppm};
	bool more = true;

	while (more)
		MUST(store_keep(w->st, &k, &more, &why));
}

static void expect_heights(struct world *w, int64_t first, int64_t count)
{
	assert_int_equal(number(w->st, "SELECT COALESCE(MIN(height), 0) FROM batch"), first);
	assert_int_equal(number(w->st, "SELECT COUNT(DISTINCT height) FROM batch"), count);
}

static int64_t parts(struct world *w, const char *table)
{
	char *text = str_printf("SELECT COUNT(*) FROM information_schema.partitions WHERE"
				" table_schema = DATABASE() AND table_name = '%s'",
		table);
	int64_t n = number(w->st, text);

	free(text);
	return n;
}

/* A server has its parts already when the old rows come: those of the first day hold all of them.
 */
static void make_parts(struct world *w, int days)
{
	static const char *const tables[] = {"batch", "slot", "reject"};

	for (size_t t = 0; server() && t < ARRAY_LEN(tables); t++) {
		int64_t today = clock_wall_ms() / DAY_MS * 1440;

		for (int d = days; d > 0; d--) {
			char *text =
				str_printf("ALTER TABLE %s REORGANIZE PARTITION later INTO"
					   " (PARTITION p%" PRId64 " VALUES LESS THAN (%" PRId64
					   "), PARTITION later VALUES LESS THAN MAXVALUE)",
					tables[t], today - (d - 1) * 1440, today - (d - 1) * 1440);

			sql(w->st, text);
			free(text);
		}
	}
}

/* Blocks of 100 work each, found and mature at height 10 and 20. */
static void mature(struct world *w, int64_t height, const char *hash)
{
	int64_t block = found(w, height, hash, 1010);

	MUST(close_round(w->st, w->pool, block));
	MUST(store_round_mature(w->st, block, 101, &why));
}

static void old_work_goes(void **state)
{
	struct world *w = *state;

	make_parts(w, 60);
	for (int64_t height = 1; height <= 30; height++)
		work_ago(w, height, 50 - (int)height);
	mature(w, 10, "aa");
	mature(w, 20, "bb");
	keep(w, 8, 10, 1000000);   /* the window of one block's work, twice: heights 19 and 20 */
	expect_heights(w, 19, 12); /* and all of the open round, though it is older than 10 days */
	keep(w, 8, 10, 1000000);
	expect_heights(w, 19, 12);
	keep(w, 8, 60, 1);
	expect_heights(w, 19, 12);
	keep(w, 8, 10, 1);
	expect_heights(w, 20, 11);
	mature(w, 30, "cc");
	keep(w, 8, 25, 1000000);
	expect_heights(w, 25, 6); /* no longer needed, but only 25 days old */
	assert_int_equal(number(w->st, "SELECT SUM(work) FROM batch"), 600);
}

static void without_a_settled_round_all_stays(void **state)
{
	struct world *w = *state;

	make_parts(w, 60);
	for (int64_t height = 1; height <= 5; height++)
		work_ago(w, height, 50);
	keep(w, 8, 1, 1000000);
	expect_heights(w, 1, 5);
	found(w, 3, "aa", 1010); /* pending */
	keep(w, 8, 1, 1000000);
	expect_heights(w, 1, 5);
}

static void old_statistics_go(void **state)
{
	struct world *w = *state;
	struct store_reject reject = {
		w->pool, (clock_wall_ms() - 40 * DAY_MS) / 60000, "alice", "rig", 1, 1};

	make_parts(w, 60);
	for (int days = 40; days >= 0; days -= 10)
		work_ago(w, 100, days);
	MUST(store_reject_add(w->st, &reject, 1, &why));
	keep(w, 25, 3650, 1);
	assert_int_equal(number(w->st, "SELECT COUNT(*) FROM slot"), 3); /* 0, 10 and 20 days old */
	assert_int_equal(number(w->st, "SELECT COUNT(*) FROM reject"), 0);
	expect_heights(w, 100, 1);
}

static void parts_are_made_ahead(void **state)
{
	struct world *w = *state;
	int64_t n;

	if (!server())
		return;
	assert_int_equal(parts(w, "batch"), 1);
	work_ago(w, 100, 3);
	keep(w, 90, 90, 1);
	n = parts(w, "batch");
	assert_int_equal(n, 9); /* today, the coming week, later */
	assert_int_equal(parts(w, "slot"), n);
	assert_int_equal(parts(w, "reject"), n);
	keep(w, 90, 90, 1);
	assert_int_equal(parts(w, "batch"), n);
	work_ago(w, 101, -3);
	work_ago(w, 102, -300); /* a clock that is wrong */
	assert_int_equal(number(w->st, "SELECT COUNT(*) FROM batch PARTITION (later)"), 1);
	assert_int_equal(number(w->st, "SELECT SUM(work) FROM batch"), 300);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(old_work_goes),
		TEST(without_a_settled_round_all_stays),
		TEST(old_statistics_go),
		TEST(parts_are_made_ahead),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
