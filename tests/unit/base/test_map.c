/* test_map.c -- the hash map against a plain array, through growth and removals. */
#include "base/map.h"
#include "base/mem.h"
#include "test.h"

static void test_basics(void **state)
{
	struct map *m = map_new();
	int one, two;

	assert_int_equal(map_count(m), 0);
	assert_null(map_get(m, "a", 1));
	assert_null(map_set(m, "a", 1, &one));
	assert_ptr_equal(map_get(m, "a", 1), &one);
	assert_null(map_get(m, "ab", 2));
	assert_null(map_get(m, "", 0));
	assert_null(map_set(m, "", 0, &two)); /* an empty key is a key */
	assert_ptr_equal(map_get(m, "", 0), &two);
	assert_ptr_equal(map_set(m, "a", 1, &two), &one);
	assert_int_equal(map_count(m), 2);
	assert_ptr_equal(map_remove(m, "a", 1), &two);
	assert_null(map_remove(m, "a", 1));
	assert_int_equal(map_count(m), 1);
	map_free(m, NULL);
	map_free(NULL, NULL);
}

static void test_binary_keys(void **state)
{
	struct map *m = map_new();
	int a, b;

	map_set(m, "x\0y", 3, &a);
	map_set(m, "x\0z", 3, &b);
	assert_ptr_equal(map_get(m, "x\0y", 3), &a);
	assert_ptr_equal(map_get(m, "x\0z", 3), &b);
	assert_null(map_get(m, "x", 1));
	map_free(m, NULL);
}

static void count_drop(void *value)
{
	++*(int *)value;
}

static void test_drop_and_walk(void **state)
{
	int drops[100] = {0};
	struct map *m = map_new();
	size_t pos = 0, len;
	unsigned seen = 0;
	const void *key;
	int *value;

	for (int i = 0; i < 100; i++)
		map_set(m, &i, sizeof(i), &drops[i]);
	while ((value = map_next(m, &pos, &key, &len)) != NULL) {
		int i;

		assert_int_equal(len, sizeof(i));
		memcpy(&i, key, len);
		assert_ptr_equal(value, &drops[i]);
		seen++;
	}
	assert_int_equal(seen, 100);
	map_free(m, count_drop);
	for (int i = 0; i < 100; i++)
		assert_int_equal(drops[i], 1);
}

/* Random sets and removals over a small set of keys: the map and the array never differ. */
static void test_against_array(void **state)
{
	enum { KEYS = 500 };
	void *expected[KEYS] = {NULL};
	struct map *m = map_new();
	size_t count = 0;
	uint64_t seed = 3;
	int values[16];

	for (unsigned i = 0; i < 200000; i++) {
		uint32_t key = (uint32_t)(test_random(&seed) % KEYS);
		void *value = &values[test_random(&seed) % 16];

		if (test_random(&seed) % 3 == 0) {
			assert_ptr_equal(map_remove(m, &key, sizeof(key)), expected[key]);
			count -= expected[key] != NULL;
			expected[key] = NULL;
		} else {
			assert_ptr_equal(map_set(m, &key, sizeof(key), value), expected[key]);
			count += expected[key] == NULL;
			expected[key] = value;
		}
		assert_int_equal(map_count(m), count);
		key = (uint32_t)(test_random(&seed) % KEYS);
		assert_ptr_equal(map_get(m, &key, sizeof(key)), expected[key]);
	}
	map_free(m, NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_basics),
		cmocka_unit_test(test_binary_keys),
		cmocka_unit_test(test_drop_and_walk),
		cmocka_unit_test(test_against_array),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
