/* test_err.c -- the sentence for people: written, prefixed, cut when too long. */
#include "base/err.h"
#include "base/mem.h"
#include "test.h"

static void test_texts(void **state)
{
	assert_string_equal(err_text(OK), "ok");
	assert_string_equal(err_text(ERR_UNCERTAIN), "outcome unknown");
	for (unsigned e = 0; e < ERR_COUNT_; e++)
		assert_true(err_text((enum err)e)[0] != '\0');
	assert_string_equal(err_text((enum err)9999), "unknown error");
}

static void test_why(void **state)
{
	struct why why;

	assert_int_equal(err_fail(&why, ERR_RANGE, "port %d", 70000), ERR_RANGE);
	assert_string_equal(why.text, "port 70000");
	err_prefix(&why, "line %d", 3);
	assert_string_equal(why.text, "line 3: port 70000");
	assert_int_equal(err_fail(NULL, ERR_IO, "x"), ERR_IO);
	err_prefix(NULL, "x");
}

static void test_cut(void **state)
{
	char *text = mem_alloc(2000);
	struct why why;

	memset(text, 'x', 1999);
	err_fail(&why, ERR_IO, "%s", text);
	assert_int_equal(strlen(why.text), sizeof(why.text) - 1);
	err_prefix(&why, "y");
	assert_int_equal(strncmp(why.text, "y: x", 4), 0);
	assert_int_equal(strlen(why.text), sizeof(why.text) - 1);
	err_prefix(&why, "%s", text);
	assert_int_equal(strlen(why.text), sizeof(why.text) - 1);
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_texts),
		cmocka_unit_test(test_why),
		cmocka_unit_test(test_cut),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
