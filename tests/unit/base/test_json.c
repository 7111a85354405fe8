/* test_json.c -- JSON: decimals stay text, bad documents are refused, output is safe in HTML. */
#include "base/json.h"
#include "base/mem.h"
#include "test.h"

static json_t *read_ok(const char *text)
{
	struct why why = {""};
	json_t *value;

	if (json_read(text, strlen(text), &value, &why) != OK)
		fail_msg("%s: %s", text, why.text);
	return value;
}

/* No amount passes through a double: these would change if it did. */
static void test_reals_are_text(void **state)
{
	json_t *v = read_ok("{\"a\": 0.1, \"b\": 12345678901.12345678, \"c\":1e-8,\"d\":-1.5E+3, "
			    "\"e\": [2.50], \"i\": 7, \"s\": \"0.5 \\\"1.5\\\" 2\"}");
	struct amount amount;
	double d;

	assert_string_equal(json_get_str(v, "a"), "0.1");
	assert_string_equal(json_get_str(v, "b"), "12345678901.12345678");
	assert_true(json_get_amount(v, "b", &amount));
	assert_int_equal(amount_units(amount), 1234567890112345678);
	assert_true(json_get_amount(v, "c", &amount));
	assert_int_equal(amount_units(amount), 1);
	assert_true(json_get_double(v, "d", &d));
	assert_true(d == -1500.0);
	assert_string_equal(json_string_value(json_array_get(json_object_get(v, "e"), 0)), "2.50");
	assert_true(json_get_amount(v, "i", &amount));
	assert_int_equal(amount_units(amount), 7 * AMOUNT_COIN);
	assert_string_equal(json_get_str(v, "s"), "0.5 \"1.5\" 2");
	json_decref(v);
}

static void test_top_level(void **state)
{
	json_t *v = read_ok("1.5");

	assert_string_equal(json_string_value(v), "1.5");
	json_decref(v);
	v = read_ok(" null ");
	assert_true(json_is_null(v));
	json_decref(v);
}

static void test_refused(void **state)
{
	static const char *const texts[] = {"", "{", "[1,]", "{\"a\":1,\"a\":2}", "01", "01.5",
		"1.", ".5", "1e", "1e+", "-", "--1", "1.5.5", "1e5e5", "NaN", "[1 2]", "{a:1}",
		"tru", "1 1", "\"\xff\"", "\"abc", "\"\\", "[1.5", "1.5\"", "\"\\u0000\""};

	for (unsigned i = 0; i < ARRAY_LEN(texts); i++) {
		json_t *value = NULL;
		struct why why = {""};

		if (json_read(texts[i], strlen(texts[i]), &value, &why) != ERR_SYNTAX)
			fail_msg("%s was taken", texts[i]);
		assert_null(value);
		assert_int_equal(strncmp(why.text, "not valid JSON: ", 16), 0);
	}
}

/* Depth is limited: 100,000 brackets end in an error, not in the stack. */
static void test_deep(void **state)
{
	enum { DEPTH = 100000 };
	char *text = mem_alloc(DEPTH + 1);
	json_t *value;

	memset(text, '[', DEPTH);
	assert_int_equal(json_read(text, DEPTH, &value, NULL), ERR_SYNTAX);
	free(text);
}

static void test_getters(void **state)
{
	json_t *v = read_ok("{\"i\":5,\"b\":true,\"s\":\"x\",\"n\":null,\"big\":92233720369}");
	struct amount amount = amount_of(3);
	int64_t i = 3;
	bool b = false;
	double d = 3;

	assert_true(json_get_i64(v, "i", &i));
	assert_int_equal(i, 5);
	assert_true(json_get_bool(v, "b", &b));
	assert_true(b);
	assert_false(json_get_i64(v, "s", &i));
	assert_false(json_get_i64(v, "none", &i));
	assert_false(json_get_bool(v, "i", &b));
	assert_null(json_get_str(v, "i"));
	assert_null(json_get_str(v, "n"));
	assert_null(json_get_str(NULL, "n"));
	assert_false(json_get_double(v, "s", &d));
	assert_false(json_get_amount(v, "s", &amount));
	assert_false(json_get_amount(v, "big", &amount)); /* more coins than 63 bits hold */
	assert_int_equal(i, 5);
	assert_int_equal(amount_units(amount), 3);
	json_decref(v);
}

static void test_string_out(void **state)
{
	struct buf b = {0};

	buf_add_json_str(&b, "a\"b\\c\n<&>'\x7f鉱\xff\xe9\x89");
	assert_string_equal(buf_str(&b), "\"a\\\"b\\\\c\\u000a\\u003c\\u0026\\u003e\\u0027\\u007f鉱"
					 "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\"");
	buf_clear(&b);
	buf_add_json_str(
		&b, "\xc0\xaf\xed\xa0\x80\xf4\x90\x80\x80"); /* overlong, surrogate, too far */
	assert_int_equal(b.len, 2 + 9 * 3);
	buf_free(&b);
}

static void test_value_out(void **state)
{
	json_t *v = read_ok("{ \"a\" : [ 1 , true , null ] }");
	struct buf b = {0};

	buf_add_json(&b, v);
	assert_string_equal(buf_str(&b), "{\"a\":[1,true,null]}");
	buf_free(&b);
	json_decref(v);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_reals_are_text),
		cmocka_unit_test(test_top_level),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_deep),
		cmocka_unit_test(test_getters),
		cmocka_unit_test(test_string_out),
		cmocka_unit_test(test_value_out),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
