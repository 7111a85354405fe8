/* test_worker_secret.c -- passwords of machines. */
#include "test.h"

#include "auth/worker_secret.h"

static void test_check(void **state)
{
	char secret[WORKER_SECRET_MAX], other[WORKER_SECRET_MAX];

	worker_secret_make("hunter2", secret);
	worker_secret_make("hunter2", other);
	assert_string_not_equal(secret, other);
	assert_int_equal(strlen(secret), WORKER_SECRET_MAX - 1);
	assert_true(worker_secret_check(secret, "hunter2"));
	assert_false(worker_secret_check(secret, "hunter3"));
	assert_false(worker_secret_check(secret, ""));
	assert_false(worker_secret_check("", "hunter2"));
	secret[0] = 'x';
	assert_false(worker_secret_check(secret, "hunter2"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_check)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
