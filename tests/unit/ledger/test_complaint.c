/* test_complaint.c -- a trouble that lasts is said once, and its end too. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "ledger/complaint.h"

static const struct logger lg = {.role = "test"};
static FILE *caught;
static int real_stderr;

static int catch_stderr(void **state)
{
	caught = tmpfile();
	real_stderr = dup(STDERR_FILENO);
	dup2(fileno(caught), STDERR_FILENO);
	return 0;
}

static int release_stderr(void **state)
{
	dup2(real_stderr, STDERR_FILENO);
	close(real_stderr);
	fclose(caught);
	return 0;
}

static unsigned lines_with(const char *word)
{
	char line[2048];
	unsigned n = 0;

	rewind(caught);
	while (fgets(line, sizeof(line), caught))
		n += strstr(line, word) != NULL;
	fseek(caught, 0, SEEK_END);
	return n;
}

static void test_said_once(void **state)
{
	struct complaint c = {0};

	for (int i = 0; i < 5; i++)
		complain(&c, &lg, LOG_LEVEL_ODD, "wallet_trouble", "n=%d", i);
	assert_int_equal(lines_with("wallet_trouble"), 1);
}

static void test_other_trouble_is_said(void **state)
{
	struct complaint c = {0};

	complain(&c, &lg, LOG_LEVEL_ODD, "wallet_trouble", "a");
	complain(&c, &lg, LOG_LEVEL_ODD, "daemon_trouble", "a");
	assert_int_equal(lines_with("daemon_trouble"), 1);
}

static void test_end_is_said_and_it_may_begin_again(void **state)
{
	struct complaint c = {0};

	complaint_over(&c, &lg);
	assert_int_equal(lines_with("trouble_over"), 0);
	complain(&c, &lg, LOG_LEVEL_ODD, "flush_trouble", "a");
	complaint_over(&c, &lg);
	complaint_over(&c, &lg);
	assert_int_equal(lines_with("trouble_over"), 1);
	complain(&c, &lg, LOG_LEVEL_ODD, "flush_trouble", "a");
	assert_int_equal(lines_with(" flush_trouble"), 2);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, catch_stderr, release_stderr)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_said_once),
		TEST(test_other_trouble_is_said),
		TEST(test_end_is_said_and_it_may_begin_again),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
