/* Extranonces, duplicates, user names and slots. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/map.h"
#include "base/mem.h"
#include "stratum/extranonce.h"
#include "stratum/seen.h"
#include "stratum/slots.h"
#include "stratum/username.h"
#include "stratum/verdict.h"

static void test_extranonces_are_unique_over_parts(void **state)
{
	struct extranonce_pool *a = extranonce_pool_new(5, 0, 2, 1000),
			       *b = extranonce_pool_new(5, 1, 2, 1000);
	struct map *all = map_new();

	for (int i = 0; i < 2000; i++) {
		uint32_t e;

		assert_true(extranonce_take(i & 1 ? a : b, 0, &e));
		assert_int_equal(e >> NUMBER_BITS, 5);
		assert_null(map_set(all, &e, sizeof(e), all));
	}
	map_free(all, NULL);
	extranonce_pool_free(a);
	extranonce_pool_free(b);
}

static void test_extranonce_rests_before_it_is_reused(void **state)
{
	struct extranonce_pool *p = extranonce_pool_new(0, 0, 1, 1000);
	uint32_t first, e;

	assert_true(extranonce_take(p, 0, &first));
	extranonce_give_back(p, 100, first, true);
	assert_true(extranonce_take(p, 1099, &e));
	assert_int_not_equal(e, first);
	assert_true(extranonce_take(p, 1100, &e));
	assert_int_equal(e, first);
	extranonce_pool_free(p);
}

static void test_extranonces_run_out(void **state)
{
	struct extranonce_pool *p = extranonce_pool_new(4095, 3, 1024, 1000);
	uint32_t e = 0;

	for (unsigned i = 0; i < (1u << NUMBER_BITS) / 1024; i++)
		assert_true(extranonce_take(p, 0, &e));
	assert_false(extranonce_take(p, 0, &e));
	extranonce_give_back(p, 0, e, true);
	assert_false(extranonce_take(p, 999, &e));
	assert_true(extranonce_take(p, 1000, &e));
	extranonce_pool_free(p);
}

static void test_an_extranonce_without_a_job_needs_no_rest(void **state)
{
	struct extranonce_pool *p = extranonce_pool_new(4095, 3, 1024, 1000);
	uint32_t e = 0, again;

	for (unsigned i = 0; i < 2u << NUMBER_BITS; i++) {
		assert_true(extranonce_take(p, 0, &e));
		extranonce_give_back(p, 0, e, false);
	}
	assert_true(extranonce_take(p, 0, &again));
	assert_int_equal(again, e);
	extranonce_pool_free(p);
}

static void test_every_byte_makes_a_share_new(void **state)
{
	struct share_key key = {1, 2, 3, 4, {5}};
	struct seen seen = {0};

	assert_true(seen_add(&seen, &key));
	assert_false(seen_add(&seen, &key));
	for (size_t i = 0; i < sizeof(key); i++) {
		struct share_key other = key;

		((uint8_t *)&other)[i] ^= 0x80;
		assert_true(seen_add(&seen, &other));
		assert_false(seen_add(&seen, &other));
	}
	for (uint32_t n = 100000; n < 150000; n++) {
		key.nonce = n;
		assert_true(seen_add(&seen, &key));
	}
	assert_false(seen_add(&seen, &key));
	seen_free(&seen);
}

static void check_user(const char *text, const char *address, const char *worker)
{
	struct username u;

	assert_int_equal(username_read(text, &u, NULL), OK);
	assert_string_equal(u.address, address);
	assert_string_equal(u.worker, worker);
}

static void test_user_names(void **state)
{
	struct why why;
	struct username u;
	char longest[200];

	check_user("Zabc", "Zabc", "default");
	check_user("Zabc.rig1", "Zabc", "rig1");
	check_user("Zabc.rig.2", "Zabc", "rig.2");
	check_user("Zabc_rig", "Zabc", "rig");
	check_user("Zabc/rig", "Zabc", "rig");
	check_user("Zabc+rig", "Zabc", "rig");
	check_user(" Zabc .x", "Zabc", "x");
	check_user("Zabc.", "Zabc", "default");
	check_user("Zabc.\xe6\x97\xa5\xe6\x9c\xac pc", "Zabc", "-pc");
	check_user("bitzeny:ZmSbSyEqXkhqJcSmYG5A1jNkVYBMv2C8BQ.a",
		"ZmSbSyEqXkhqJcSmYG5A1jNkVYBMv2C8BQ", "a");
	check_user("Zabc:rig", "Zabc", "rig");
	assert_int_equal(username_read("", &u, &why), ERR_SYNTAX);
	assert_int_equal(username_read(".worker", &u, &why), ERR_SYNTAX);
	memset(longest, 'a', sizeof(longest));
	longest[128] = '\0';
	assert_int_equal(username_read(longest, &u, &why), ERR_RANGE);
	longest[127] = '\0';
	assert_int_equal(username_read(longest, &u, &why), OK);
}

static void test_password_options(void **state)
{
	struct password p;

	password_read("x,d=0.5", &p);
	assert_true(p.difficulty == 0.5 && p.start_difficulty == 0);
	password_read("sd=2;md=1;m=solo", &p);
	assert_true(p.start_difficulty == 2 && p.min_difficulty == 1 && p.difficulty == 0);
	password_read("d=nan,md=-1,sd=", &p);
	assert_true(p.difficulty == 0 && p.min_difficulty == 0 && p.start_difficulty == 0);
	password_read("123", &p);
	assert_true(p.difficulty == 0);
}

static struct journal_record share(
	uint64_t seq, const char *address, uint32_t height, int64_t time_ms, int64_t work)
{
	return (struct journal_record){.type = JOURNAL_SHARE,
		.epoch = 3,
		.seq = seq,
		.pool = 1,
		.height = height,
		.time_ms = time_ms,
		.work = work,
		.address = address,
		.worker = "w"};
}

static void test_slots_sum_up(void **state)
{
	struct slots s = {0};
	struct journal_record r[] = {
		share(1, "a", 7, 59999, 5),
		share(2, "a", 7, 60000, 6), /* the next minute */
		share(3, "b", 7, 59000, 7),
		share(4, "a", 7, 58000, 8),
		share(6, "a", 8, 59000, 9),
		{.type = JOURNAL_HEIGHT, .epoch = 3, .seq = 7, .pool = 1, .height = 9},
		{.type = JOURNAL_HEIGHT, .epoch = 3, .seq = 8, .pool = 1, .height = 8},
	};
	int64_t work = 0;

	for (size_t i = 0; i < ARRAY_LEN(r); i++)
		slots_add(&s, &r[i], 42);
	assert_int_equal(s.count, 4);
	for (size_t i = 0; i < s.count; i++)
		work += s.list[i].work;
	assert_int_equal(work, 35);
	assert_int_equal(s.list[0].work, 13);
	assert_int_equal(s.list[0].shares, 2);
	assert_int_equal(s.list[0].last_ms, 59999);
	assert_int_equal(s.flushed_count, 1);
	assert_int_equal(s.flushed[0].pool, 42);
	assert_int_equal(s.flushed[0].through, 8);
	assert_int_equal(s.last_seq, 8);
	slots_clear(&s);
	assert_int_equal(s.records, 0);
}

static void test_verdict_texts(void **state)
{
	for (int v = 0; v < VERDICT_COUNT_; v++) {
		assert_non_null(verdict_text(v));
		assert_true(strlen(verdict_text(v)) < 60); /* miners print them in one line */
	}
	assert_int_equal(verdict_code(VERDICT_DUPLICATE), 22);
	assert_non_null(strstr(
		verdict_text(VERDICT_STALE), "job")); /* cpuminer-opt counts these as stale */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_extranonces_are_unique_over_parts),
		cmocka_unit_test(test_extranonce_rests_before_it_is_reused),
		cmocka_unit_test(test_an_extranonce_without_a_job_needs_no_rest),
		cmocka_unit_test(test_extranonces_run_out),
		cmocka_unit_test(test_every_byte_makes_a_share_new),
		cmocka_unit_test(test_user_names),
		cmocka_unit_test(test_password_options),
		cmocka_unit_test(test_slots_sum_up),
		cmocka_unit_test(test_verdict_texts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
