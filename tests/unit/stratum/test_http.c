/* HTTP on a miners' port: when a request is whole, and what it is answered. */
#include "stratum/http.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* The answer to a request that came in pieces of this size; NULL: it is not whole. */
static char *answer(const char *line, const char *rest, size_t piece, const char *host)
{
	struct http_call *h = http_call_new(line, strlen(line));
	struct buf out = {0};
	size_t len = strlen(rest);
	bool is_whole;

	assert_non_null(h);
	is_whole = http_call_feed(h, "", 0);
	for (size_t i = 0; i < len && !is_whole; i += piece)
		is_whole = http_call_feed(h, rest + i, len - i < piece ? len - i : piece);
	if (is_whole)
		http_call_answer(h, "stratum+tcp", host, 3333, &out);
	http_call_free(h);
	return is_whole ? buf_take(&out) : NULL;
}

static void expect(const char *rest, const char *wanted)
{
	static const size_t pieces[] = {1, 7, 100000};

	for (size_t i = 0; i < sizeof(pieces) / sizeof(pieces[0]); i++) {
		char *got = answer("POST / HTTP/1.1", rest, pieces[i], "192.0.2.1");

		assert_non_null(got);
		assert_memory_equal(got, "HTTP/1.0 200 OK\r\n", 17);
		if (!strstr(got, wanted))
			fail_msg("%s lacks %s", got, wanted);
		free(got);
	}
}

static void test_what_is_no_http(void **state)
{
	static const char *const lines[] = {"", "G", "GET", "get / HTTP/1.0", "POS", "{\"id\":1}"};

	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++)
		assert_null(http_call_new(lines[i], strlen(lines[i])));
}

static void test_getwork_is_sent_to_where_it_asked(void **state)
{
	expect("Host: pool.example:4444\r\n\r\n", "X-Stratum: stratum+tcp://pool.example:4444\r\n");
	expect("X: y\r\nhOST:pool-1.example \t\r\n\r\n",
		"X-Stratum: stratum+tcp://pool-1.example:3333\r\n");
	expect("Host: [2001:db8::1]:4444\r\n\r\n",
		"X-Stratum: stratum+tcp://[2001:db8::1]:4444\r\n");
	expect("Host: [::1]\n\n", "X-Stratum: stratum+tcp://[::1]:3333\r\n");
	expect("Host: 192.0.2.7\n\n", "X-Stratum: stratum+tcp://192.0.2.7:3333\r\n");
	expect("\r\n", "Content-Type: application/json\r\n");
}

static void test_nobody_is_sent_astray(void **state)
{
	static const char *const hosts[] = {"", "a b", "a/b", "a@b", "a:", "a:0", "a:65536", "a:1x",
		"a:000001", "[::1", "[]", "[::1]x", "[x]", ":3333", "\"", "h\xc3\xa4"};

	for (size_t i = 0; i < sizeof(hosts) / sizeof(hosts[0]); i++) {
		struct buf rest = {0};

		buf_printf(&rest, "Host: %s\r\n\r\n", hosts[i]);
		expect(buf_str(&rest), "X-Stratum: stratum+tcp://192.0.2.1:3333\r\n");
		buf_free(&rest);
	}
}

static void test_a_long_name_is_not_repeated(void **state)
{
	struct buf rest = {0};

	buf_printf(&rest, "Host: %0300d\r\n\r\n", 1);
	expect(buf_str(&rest), "X-Stratum: stratum+tcp://192.0.2.1:3333\r\n");
	buf_free(&rest);
}

static void test_where_we_listen(void **state)
{
	char *got = answer("POST / HTTP/1.1", "\r\n", 1, "::1");

	assert_non_null(strstr(got, "X-Stratum: stratum+tcp://[::1]:3333\r\n"));
	free(got);
	got = answer("POST / HTTP/1.1", "\r\n", 1, NULL); /* everywhere */
	assert_null(strstr(got, "X-Stratum"));
	free(got);
}

static void test_the_call_s_id_comes_back(void **state)
{
	expect("Content-Length: 45\r\n\r\n{\"method\": \"getwork\", \"params\": [], \"id\":0}\r\n",
		"},\"id\":0}\n");
	expect("content-length: 12\r\n\r\n{\"id\":\"a\\\"\"}", "},\"id\":\"a\\\"\"}\n");
	expect("Content-Length: 3\r\n\r\n{\"id\":1}", "},\"id\":null}\n");
	expect("Content-Length: x\r\n\r\n", "},\"id\":null}\n");
	expect("Content-Length: 99999999999999999999\r\n\r\n", "},\"id\":null}\n");
}

static void test_a_body_is_waited_for(void **state)
{
	assert_null(answer("POST / HTTP/1.1", "Content-Length: 9\r\n\r\n{\"id\":1}", 1, NULL));
	assert_null(answer("POST / HTTP/1.1", "Host: x\r\n", 1, NULL));
	assert_null(answer("GET / HTTP/1.1", "", 1, NULL));
}

static void test_what_never_ends_is_answered(void **state)
{
	struct buf rest = {0};
	char *got;

	for (unsigned i = 0; i < HTTP_MAX; i++)
		buf_add_u8(&rest, 'x');
	got = answer("GET / HTTP/1.1", buf_str(&rest), 1, NULL);
	assert_non_null(got);
	free(got);
	got = answer("GET / HTTP/1.1", buf_str(&rest), 100000, NULL);
	assert_non_null(got);
	free(got);
	buf_free(&rest);
}

static void test_people_get_a_text(void **state)
{
	char *got = answer("GET / HTTP/1.1", "Host: pool.example:3333\r\n\r\n", 5, NULL);

	assert_non_null(strstr(got, "Content-Type: text/plain; charset=utf-8\r\n"));
	assert_non_null(strstr(got,
		"\r\n\r\nThis port is for miners: use it as stratum+tcp://pool.example:3333\n"));
	free(got);
	got = answer("HEAD / HTTP/1.0", "\r\n", 5, "192.0.2.1");
	assert_string_equal(got + strlen(got) - 4, "\r\n\r\n");
	free(got);
	got = answer("GET /", "", 5, "192.0.2.1"); /* HTTP 0.9 */
	assert_non_null(got);
	free(got);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_what_is_no_http),
		cmocka_unit_test(test_getwork_is_sent_to_where_it_asked),
		cmocka_unit_test(test_nobody_is_sent_astray),
		cmocka_unit_test(test_a_long_name_is_not_repeated),
		cmocka_unit_test(test_where_we_listen),
		cmocka_unit_test(test_the_call_s_id_comes_back),
		cmocka_unit_test(test_a_body_is_waited_for),
		cmocka_unit_test(test_what_never_ends_is_answered),
		cmocka_unit_test(test_people_get_a_text),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
