/* Lines from miners: what is read, what is refused, and what each kind of span gives. */
#include "stratum/request.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static struct request read_ok(const char *line)
{
	struct request r;

	assert_int_equal(request_read(line, strlen(line), &r), OK);
	return r;
}

static void test_reads_a_submit(void **state)
{
	struct request r =
		read_ok("{\"method\": \"mining.submit\", \"params\": "
			"[\"Zabc.w\",\"1f\",\"00\",\"5f5e1000\",\"deadBEEF\"], \"id\":4}");
	char text[32];
	uint32_t v;

	assert_true(request_is(&r, "mining.submit"));
	assert_int_equal(r.param_count, 5);
	assert_true(span_text(&r.params[0], text, sizeof(text)));
	assert_string_equal(text, "Zabc.w");
	assert_true(span_hex_u32(&r.params[4], &v));
	assert_int_equal(v, 0xdeadbeef);
	assert_true(request_wants_reply(&r));
	assert_int_equal(r.id.len, 1);
}

static void test_ids_of_every_kind(void **state)
{
	static const struct {
		const char *line;
		bool wants;
		enum json_kind kind;
	} cases[] = {
		{"{\"id\":0,\"method\":\"x\"}", true, JSON_KIND_NUMBER},
		{"{\"id\":-1,\"method\":\"x\"}", true, JSON_KIND_NUMBER},
		{"{\"id\":1e3,\"method\":\"x\"}", true, JSON_KIND_NUMBER},
		{"{\"id\":9007199254740992,\"method\":\"x\"}", true, JSON_KIND_NUMBER},
		{"{\"id\":\"auth\",\"method\":\"x\"}", true, JSON_KIND_STRING},
		{"{\"id\":null,\"method\":\"x\"}", false, JSON_KIND_LITERAL},
		{"{\"method\":\"x\"}", false, JSON_KIND_NONE},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct request r = read_ok(cases[i].line);

		assert_int_equal(request_wants_reply(&r), cases[i].wants);
		assert_int_equal(r.id.kind, cases[i].kind);
	}
}

static void test_takes_what_miners_do(void **state)
{
	struct request r = read_ok("\xef\xbb\xbf{\"jsonrpc\":\"2.0\",\"params\":{\"a\":[1,{\"b\":2}"
				   "]},\"method\":\"x\",\"id\":1} ");

	assert_int_equal(r.param_count, 0);
	r = read_ok("{\"params\":[1,2,3,4,5,6,7,8,9,10,11,12,13,14,15],\"method\":\"x\"}");
	assert_int_equal(r.param_count, REQUEST_PARAMS_MAX);
	r = read_ok("{\"id\":1,\"result\":true,\"error\":null}");
	assert_int_equal(r.method.kind, JSON_KIND_NONE);
	r = read_ok("{}");
	assert_false(request_wants_reply(&r));
}

static void test_refuses_what_is_no_object(void **state)
{
	static const char *const lines[] = {"", "[]", "null", "{", "{\"a\"}", "{\"a\":}",
		"{\"a\":1,}", "{\"a\":1}x", "{a:1}", "{\"a\":tru}", "{\"a\":\"unfinished}",
		"{\"a\":[1,2}", "{\"a\":1 \"b\":2}", "{\"a\":\"\n\"}", "GET / HTTP/1.1",
		"{\"a\":\"x\\"};

	for (size_t i = 0; i < sizeof(lines) / sizeof(*lines); i++) {
		struct request r;

		assert_int_not_equal(request_read(lines[i], strlen(lines[i]), &r), OK);
	}
}

static void test_depth_is_limited(void **state)
{
	char line[300];
	struct request r;

	memset(line, '[', sizeof(line));
	memcpy(line, "{\"params\":", 10);
	assert_int_equal(request_read(line, sizeof(line), &r), ERR_LIMIT);
}

static void test_escapes(void **state)
{
	struct request r = read_ok(
		"{\"params\":[\"a\\u00e9\\n\\\"\\ud83d\\ude00\\ud800x\",\"\\u0000\",\"\\q\"]}");
	char text[32];

	assert_true(span_text(&r.params[0], text, sizeof(text)));
	assert_string_equal(text, "a\xc3\xa9\n\"\xf0\x9f\x98\x80\xef\xbf\xbdx");
	assert_false(span_text(&r.params[1], text, sizeof(text)));
	assert_false(span_text(&r.params[2], text, sizeof(text)));
	assert_false(span_text(&r.params[0], text, 4));
}

static void test_numbers(void **state)
{
	struct request r = read_ok("{\"params\":[\"0x1F\",1f,\"123456789\",\"\",0.00015,\"12.5\","
				   "\"nan\",\"1e999\",true]}");
	uint8_t bytes[1];
	double d;
	uint32_t v;

	assert_true(span_hex_u32(&r.params[0], &v) && v == 0x1f);
	assert_true(span_hex(&r.params[1], bytes, 1) && bytes[0] == 0x1f);
	assert_false(span_hex_u32(&r.params[2], &v));
	assert_false(span_hex_u32(&r.params[3], &v));
	assert_true(span_double(&r.params[4], &d) && d > 0.000149 && d < 0.000151);
	assert_true(span_double(&r.params[5], &d) && d == 12.5);
	assert_false(span_double(&r.params[6], &d));
	assert_false(span_double(&r.params[7], &d));
	assert_false(span_double(&r.params[8], &d));
}

static void test_members(void **state)
{
	struct request r = read_ok("{\"params\":[[],{\"a\":[1,{\"b\":0}],\"b\":\"1f\"},{}]}");
	struct span value;
	uint32_t v;

	assert_true(span_member(&r.params[1], "b", &value));
	assert_true(span_hex_u32(&value, &v));
	assert_int_equal(v, 0x1f);
	assert_false(span_member(&r.params[1], "c", &value));
	assert_false(span_member(&r.params[0], "b", &value));
	assert_false(span_member(&r.params[2], "b", &value));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_reads_a_submit),
		cmocka_unit_test(test_ids_of_every_kind),
		cmocka_unit_test(test_takes_what_miners_do),
		cmocka_unit_test(test_refuses_what_is_no_object),
		cmocka_unit_test(test_depth_is_limited),
		cmocka_unit_test(test_escapes),
		cmocka_unit_test(test_numbers),
		cmocka_unit_test(test_members),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
