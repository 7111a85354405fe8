/* test_owner.c -- the id stays the same, and only one process has it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/mem.h"
#include "base/path.h"
#include "ledger/owner.h"

static char dir[] = "/tmp/kozan-owner-XXXXXX";
static char path[64];

static int set_up(void **state)
{
	strcpy(dir + sizeof(dir) - 7, "XXXXXX");
	if (!mkdtemp(dir))
		return -1;
	snprintf(path, sizeof(path), "%s/ledger.lock", dir);
	return 0;
}

static int tear_down(void **state)
{
	unlink(path);
	return rmdir(dir);
}

static void test_one_at_a_time(void **state)
{
	char first[OWNER_ID_MAX], second[OWNER_ID_MAX];
	struct why why;
	int fd, other;

	assert_int_equal(owner_take(dir, first, &fd, &why), OK);
	assert_int_equal(owner_take(dir, second, &other, &why), ERR_BUSY);
	close(fd);
	assert_int_equal(owner_take(dir, second, &other, &why), OK);
	assert_string_equal(first, second);
	close(other);
}

static void test_torn_file_is_made_anew(void **state)
{
	char id[OWNER_ID_MAX];
	int fd;

	assert_int_equal(path_write(path, "abc", 3, NULL), OK);
	assert_int_equal(owner_take(dir, id, &fd, NULL), OK);
	assert_int_equal(strlen(id), OWNER_ID_MAX - 1);
	close(fd);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_one_at_a_time),
		TEST(test_torn_file_is_made_anew),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
