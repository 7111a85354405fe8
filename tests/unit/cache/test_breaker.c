/* test_breaker.c -- a server that fails is left alone, longer each time, and one caller tries it.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "cache/breaker_priv.h"

static void a_failure_opens_it_and_an_answer_closes_it(void **state)
{
	struct breaker b = {0};

	assert_true(breaker_allows(&b, 5000));
	breaker_failed(&b, 5000);
	assert_true(breaker_is_open(&b));
	assert_false(breaker_allows(&b, 5000 + BREAKER_FIRST_MS - 1));
	assert_true(breaker_allows(&b, 5000 + BREAKER_FIRST_MS));
	assert_false(breaker_allows(&b, 5000 + BREAKER_FIRST_MS)); /* one is enough */
	breaker_answered(&b);
	assert_false(breaker_is_open(&b));
	assert_true(breaker_allows(&b, 5000 + BREAKER_FIRST_MS));
}

static void each_vain_attempt_doubles_the_wait(void **state)
{
	int64_t now = 1000, wait = BREAKER_FIRST_MS;
	struct breaker b = {0};

	breaker_failed(&b, now);
	for (int i = 0; i < 10; i++) {
		assert_false(breaker_allows(&b, now + wait - 1));
		now += wait;
		assert_true(breaker_allows(&b, now));
		breaker_failed(&b, now);
		wait = 2 * wait < BREAKER_LONGEST_MS ? 2 * wait : BREAKER_LONGEST_MS;
	}
	assert_int_equal(wait, BREAKER_LONGEST_MS);
}

/* Many were waiting for the server when it froze: they say one thing. */
static void those_who_asked_before_count_once(void **state)
{
	struct breaker b = {0};

	breaker_failed(&b, 1000);
	breaker_failed(&b, 1050);
	breaker_failed(&b, 1100);
	assert_true(breaker_allows(&b, 1000 + BREAKER_FIRST_MS));
}

/* Who was let through died: another one is let through after the same wait. */
static void an_attempt_without_an_end_does_not_close_it_for_ever(void **state)
{
	struct breaker b = {0};

	breaker_failed(&b, 0);
	assert_true(breaker_allows(&b, BREAKER_FIRST_MS));
	assert_false(breaker_allows(&b, 2 * BREAKER_FIRST_MS - 1));
	assert_true(breaker_allows(&b, 2 * BREAKER_FIRST_MS));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_failure_opens_it_and_an_answer_closes_it),
		cmocka_unit_test(each_vain_attempt_doubles_the_wait),
		cmocka_unit_test(those_who_asked_before_count_once),
		cmocka_unit_test(an_attempt_without_an_end_does_not_close_it_for_ever),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
