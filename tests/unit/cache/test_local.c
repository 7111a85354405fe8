/* test_local.c -- the cache in the process: freshness, one filler a key, the bound on its size. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "cache/cache.h"

static struct cache *open_local(int64_t size_bytes)
{
	return cache_open(&(struct conf_cache){.size_bytes = size_bytes, .servers = ""});
}

static void a_value_comes_back_while_it_is_fresh(void **state)
{
	struct cache *c = open_local(10000);
	struct buf out = {0};

	assert_int_equal(cache_get(c, "k", &out), CACHE_FILL);
	assert_int_equal(out.len, 0);
	cache_set(c, "k", "value", 5, 60000, 60000);
	assert_int_equal(cache_get(c, "k", &out), CACHE_FRESH);
	assert_string_equal(buf_str(&out), "value");
	cache_remove(c, "k");
	buf_clear(&out);
	assert_int_equal(cache_get(c, "k", &out), CACHE_FILL);
	assert_int_equal(out.len, 0);
	buf_free(&out);
	cache_close(c);
}

static void one_filler_the_others_get_the_old_value(void **state)
{
	struct cache *c = open_local(10000);
	struct buf out = {0};

	cache_set(c, "k", "old", 3, 0, 60000);
	assert_int_equal(cache_get(c, "k", &out), CACHE_FILL);
	assert_string_equal(buf_str(&out), "old");
	buf_clear(&out);
	assert_int_equal(cache_get(c, "k", &out), CACHE_STALE);
	assert_string_equal(buf_str(&out), "old");
	cache_set(c, "k", "new", 3, 60000, 60000);
	buf_clear(&out);
	assert_int_equal(cache_get(c, "k", &out), CACHE_FRESH);
	assert_string_equal(buf_str(&out), "new");
	buf_free(&out);
	cache_close(c);
}

static void a_value_beyond_its_keeping_is_gone(void **state)
{
	struct cache *c = open_local(10000);
	struct buf out = {0};

	cache_set(c, "k", "v", 1, 0, 1);
	clock_sleep_ms(5);
	assert_int_equal(cache_get(c, "k", &out), CACHE_FILL);
	assert_int_equal(out.len, 0);
	buf_free(&out);
	cache_close(c);
}

static void the_longest_unused_makes_room(void **state)
{
	struct cache *c = open_local(4000);
	struct cache_stats stats;
	struct buf out = {0};
	char value[1000] = {0}, key[8];

	for (int i = 0; i < 3; i++) {
		snprintf(key, sizeof key, "k%d", i);
		cache_set(c, key, value, sizeof value, 60000, 60000);
	}
	assert_int_equal(cache_get(c, "k0", &out), CACHE_FRESH); /* used: k1 is the oldest now */
	cache_set(c, "k3", value, sizeof value, 60000, 60000);
	cache_stats(c, &stats);
	assert_true(stats.bytes <= 4000);
	assert_int_equal(stats.evicted, 1);
	assert_int_equal(cache_get(c, "k0", &out), CACHE_FRESH);
	assert_int_equal(cache_get(c, "k3", &out), CACHE_FRESH);
	assert_int_equal(cache_get(c, "k1", &out), CACHE_FILL);
	buf_free(&out);
	cache_close(c);
}

static void what_is_too_large_is_not_kept(void **state)
{
	struct cache *c = open_local(500);
	struct cache_stats stats;
	char value[600] = {0};

	cache_set(c, "small", "x", 1, 60000, 60000);
	cache_set(c, "large", value, sizeof value, 60000, 60000);
	cache_stats(c, &stats);
	assert_int_equal(stats.entries, 1);
	assert_int_equal(stats.evicted, 0);
	cache_close(c);
}

struct crowd {
	struct cache *c;
	atomic_int wrong;
};

static void *hammer(void *arg)
{
	struct crowd *crowd = arg;
	struct buf out = {0};
	char key[8];

	for (int i = 0; i < 20000; i++) {
		snprintf(key, sizeof key, "k%d", i % 50);
		buf_clear(&out);
		if (cache_get(crowd->c, key, &out) == CACHE_FILL)
			cache_set(crowd->c, key, key, strlen(key), i % 3, 100);
		else if (strcmp(buf_str(&out), key) != 0)
			atomic_fetch_add(&crowd->wrong, 1);
	}
	buf_free(&out);
	return NULL;
}

static void many_threads_see_whole_values(void **state)
{
	struct crowd crowd = {.c = open_local(6000)};
	pthread_t threads[4];
	struct cache_stats stats;

	for (size_t i = 0; i < ARRAY_LEN(threads); i++)
		assert_int_equal(pthread_create(&threads[i], NULL, hammer, &crowd), 0);
	for (size_t i = 0; i < ARRAY_LEN(threads); i++)
		pthread_join(threads[i], NULL);
	assert_int_equal(atomic_load(&crowd.wrong), 0);
	cache_stats(crowd.c, &stats);
	assert_true(stats.bytes <= 6000);
	assert_int_equal(stats.fresh + stats.stale + stats.filled, 4 * 20000);
	cache_close(crowd.c);
}

static void counters_add_up_and_end(void **state)
{
	struct cache *c = open_local(10000);

	assert_int_equal(cache_count(c, "n", 1, 60000), 1);
	assert_int_equal(cache_count(c, "n", 4, 60000), 5);
	assert_int_equal(cache_count(c, "m", 2, 60000), 2);
	assert_int_equal(cache_count(c, "short", 9, 20), 9);
	clock_sleep_ms(40);
	assert_int_equal(cache_count(c, "short", 1, 20), 1);
	cache_close(c);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_value_comes_back_while_it_is_fresh),
		cmocka_unit_test(one_filler_the_others_get_the_old_value),
		cmocka_unit_test(a_value_beyond_its_keeping_is_gone),
		cmocka_unit_test(the_longest_unused_makes_room),
		cmocka_unit_test(what_is_too_large_is_not_kept),
		cmocka_unit_test(many_threads_see_whole_values),
		cmocka_unit_test(counters_add_up_and_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
