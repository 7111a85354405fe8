/* test_stop.c -- a signal wakes the sleeper at once and calls on_stop once; no signal, no call. */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <unistd.h>

#include <cmocka.h>

#include "ledger/stop.h"

static void count(void *ctx)
{
	++*(int *)ctx;
}

static void test_signal_ends_the_sleep(void **state)
{
	int calls = 0;
	struct stop *stop = stop_new(count, &calls);

	kill(getpid(), SIGTERM);
	assert_true(stop_sleep(stop, 3600000));
	assert_true(stop_is_asked(stop));
	assert_true(stop_sleep(stop, 3600000));
	stop_free(stop);
	assert_int_equal(calls, 1);
}

static void test_sleep_without_a_signal(void **state)
{
	int calls = 0;
	struct stop *stop = stop_new(count, &calls);

	assert_false(stop_sleep(stop, 0));
	assert_false(stop_sleep(stop, 5));
	stop_free(stop);
	assert_int_equal(calls, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_signal_ends_the_sleep),
		cmocka_unit_test(test_sleep_without_a_signal),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
