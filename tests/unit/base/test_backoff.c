/* test_backoff.c -- waits double, end at the limit, and are spread over their second half. */
#include "base/backoff.h"
#include "test.h"

static void expect_wait(unsigned failures, int64_t least, int64_t most)
{
	assert_int_equal(backoff_wait_ms(failures, 0), least);
	assert_int_equal(backoff_wait_ms(failures, (uint64_t)(most - least)), most);
	for (uint64_t i = 0; i < 2000; i++) {
		int64_t ms = backoff_wait_ms(failures, i * UINT64_C(0x9e3779b97f4a7c15));

		assert_true(ms >= least && ms <= most);
	}
}

static void test_waits_double(void **state)
{
	expect_wait(1, 100, 200);
	expect_wait(2, 200, 400);
	expect_wait(3, 400, 800);
	expect_wait(4, 800, 1600);
	expect_wait(5, 1600, 3200);
	expect_wait(6, 2500, 5000);
	expect_wait(7, 2500, 5000);
	expect_wait(4000000000, 2500, 5000);
}

static void test_due(void **state)
{
	struct backoff b = {0};

	assert_true(backoff_is_due(&b));
	for (unsigned i = 0; i < 10; i++)
		backoff_failed(&b);
	assert_int_equal(b.failures, 10);
	assert_false(backoff_is_due(&b)); /* for 2.5 s at least */
	backoff_over(&b);
	assert_true(backoff_is_due(&b));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_waits_double),
		cmocka_unit_test(test_due),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
