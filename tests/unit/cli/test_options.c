/* test_options.c -- options of every kind, mistakes in them, and what is suggested then. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "base/mem.h"
#include "cli/cli.h"

struct values {
	bool flag;
	const char *text;
	int64_t count;
	double rate;
	struct cli_list list;
};

static enum err parse(struct values *v, int *first, int argc, const char **words)
{
	const struct cli_option options[] = {
		{"flag", 'f', CLI_FLAG, &v->flag},
		{"text", 't', CLI_TEXT, &v->text},
		{"count", 0, CLI_INT, &v->count, 1, 10},
		{"rate", 'r', CLI_REAL, &v->rate, 0, 100},
		{"set", 's', CLI_LIST, &v->list},
	};
	char *argv[16] = {0};

	for (int i = 0; i < argc; i++)
		argv[i] = (char *)words[i];
	return cli_options(argc, argv, options, ARRAY_LEN(options), first);
}

#define PARSE(v, first, ...)                                                                       \
	parse(v, first, sizeof((const char *[]){"cmd", __VA_ARGS__}) / sizeof(char *),             \
		(const char *[]){"cmd", __VA_ARGS__})

static void reads_every_kind(void **state)
{
	struct values v = {0};
	int first;

	assert_int_equal(OK, PARSE(&v, &first, "--flag", "--text=a b", "--count", "7", "-r", "0.5",
				     "-s", "a=1", "--set", "b=2", "word"));
	assert_true(v.flag);
	assert_string_equal(v.text, "a b");
	assert_int_equal(v.count, 7);
	assert_true(v.rate == 0.5);
	assert_int_equal(v.list.count, 2);
	assert_string_equal(v.list.items[1], "b=2");
	assert_int_equal(first, 10 + 1);
}

static void takes_options_after_words(void **state)
{
	struct values v = {0};
	int first;

	assert_int_equal(OK, PARSE(&v, &first, "word", "--flag"));
	assert_true(v.flag);
	assert_int_equal(first, 2); /* the word was moved behind */
}

static void refuses_mistakes(void **state)
{
	struct values v = {0};
	int first;

	assert_int_not_equal(OK, PARSE(&v, &first, "--flga"));
	assert_int_not_equal(OK, PARSE(&v, &first, "-x"));
	assert_int_not_equal(OK, PARSE(&v, &first, "--text"));
	assert_int_not_equal(OK, PARSE(&v, &first, "--count", "0"));
	assert_int_not_equal(OK, PARSE(&v, &first, "--count", "11"));
	assert_int_not_equal(OK, PARSE(&v, &first, "--count", "7x"));
	assert_int_not_equal(OK, PARSE(&v, &first, "--count", ""));
	assert_int_not_equal(OK, PARSE(&v, &first, "--rate", "nan"));
	assert_int_not_equal(OK, PARSE(&v, &first, "--flag=yes"));
}

static void refuses_too_long_lists(void **state)
{
	struct values v = {0};
	int first;

	v.list.count = ARRAY_LEN(v.list.items) - 1;
	assert_int_equal(OK, PARSE(&v, &first, "--set", "a"));
	assert_int_equal(ERR_LIMIT, PARSE(&v, &first, "--set", "b"));
}

static const char *name_of(const void *ctx, unsigned idx)
{
	return ((const char *const *)ctx)[idx];
}

static void suggests_the_nearest(void **state)
{
	static const char *const names[] = {"run", "check", "status", "notify", NULL};

	assert_string_equal(cli_nearest("chekc", name_of, names), "check");
	assert_string_equal(cli_nearest("statu", name_of, names), "status");
	assert_string_equal(cli_nearest("rnu", name_of, names) ? "near" : "none", "none");
	assert_string_equal(cli_nearest("ru", name_of, names), "run");
	assert_null(cli_nearest("frobnicate", name_of, names));
	assert_null(cli_nearest("averyveryveryverylongwordthatisnotcompared", name_of, names));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_every_kind),
		cmocka_unit_test(takes_options_after_words),
		cmocka_unit_test(refuses_mistakes),
		cmocka_unit_test(refuses_too_long_lists),
		cmocka_unit_test(suggests_the_nearest),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
