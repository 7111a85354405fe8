/* test_path.c -- file names, folders, and files that are replaced as a whole. */
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/path.h"
#include "test.h"

static int make_dir(void **state)
{
	char *dir = str_dup("/tmp/kozan-test-path-XXXXXX");

	*state = dir;
	return mkdtemp(dir) ? 0 : -1;
}

static int drop_dir(void **state)
{
	char *command = str_printf("rm -rf %s", (char *)*state);
	int failed = system(command);

	free(command);
	free(*state);
	return failed;
}

static void assert_joined(const char *dir, const char *name, const char *expected)
{
	char *path = path_join(dir, name);

	assert_string_equal(path, expected);
	free(path);
}

static void test_join(void **state)
{
	assert_joined("/a", "b", "/a/b");
	assert_joined("/a/", "b/c", "/a/b/c");
	assert_joined("/a", "/b", "/b");
	assert_joined("", "b", "b");
	assert_joined("/", "b", "/b");
}

static void test_make_dirs(void **state)
{
	char *path = path_join(*state, "one/two//three/");
	struct stat st;
	struct why why;

	assert_int_equal(path_make_dirs(path, &why), OK);
	assert_int_equal(stat(path, &st), 0);
	assert_true(S_ISDIR(st.st_mode));
	assert_int_equal(path_make_dirs(path, &why), OK); /* again is fine */
	free(path);
	path = path_join(*state, "file");
	assert_int_equal(path_write(path, "x", 1, &why), OK);
	free(path);
	path = path_join(*state, "file/below");
	assert_int_equal(path_make_dirs(path, &why), ERR_IO);
	free(path);
}

static void test_write_and_read(void **state)
{
	char *path = path_join(*state, "file"), *temp = str_printf("%s.tmp", path);
	struct buf text = {0};
	struct why why;

	assert_int_equal(path_read(path, 100, &text, &why), ERR_NOT_FOUND);
	assert_non_null(strstr(why.text, path));
	assert_int_equal(path_write(path, "long text", 9, &why), OK);
	assert_int_equal(path_write(path, "short", 5, &why), OK);
	assert_int_equal(access(temp, F_OK), -1);
	assert_int_equal(path_read(path, 5, &text, &why), OK);
	assert_int_equal(text.len, 5);
	assert_string_equal(buf_str(&text), "short");
	buf_free(&text);
	assert_int_equal(path_read(path, 4, &text, &why), ERR_LIMIT);
	assert_null(text.data);
	assert_int_equal(path_write(path, "", 0, &why), OK);
	assert_int_equal(path_read(path, 4, &text, &why), OK);
	assert_int_equal(text.len, 0);
	assert_string_equal(buf_str(&text), "");
	buf_free(&text);
	free(temp);
	free(path);
}

static void test_write_fails(void **state)
{
	char *path = path_join(*state, "none/file");
	struct why why;

	assert_int_equal(path_write(path, "x", 1, &why), ERR_NOT_FOUND);
	free(path);
	assert_int_equal(path_write(*state, "x", 1, &why), ERR_IO); /* a folder stands there */
	assert_int_equal(path_sync_dir("/nonexistent"), ERR_IO);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_join),
		cmocka_unit_test_setup_teardown(test_make_dirs, make_dir, drop_dir),
		cmocka_unit_test_setup_teardown(test_write_and_read, make_dir, drop_dir),
		cmocka_unit_test_setup_teardown(test_write_fails, make_dir, drop_dir),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
