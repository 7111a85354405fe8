/* test_httpd.c -- the HTTP server over real sockets: routes, conditions, limits, streams. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <arpa/inet.h>
#include <cmocka.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/mem.h"
#include "io/httpd.h"

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct httpd_stream *streams[8];
static size_t stream_count;
static atomic_uint done_404;

static void hello(void *ctx, struct httpd_req *req)
{
	httpd_reply(req, &(struct httpd_reply){.status = 200,
				 .type = "text/plain",
				 .body = "hello",
				 .len = 5,
				 .etag = "\"tag-1\"",
				 .cache_control = "no-cache"});
}

static void echo(void *ctx, struct httpd_req *req)
{
	const char *q = httpd_query(req, "q"), *cookie = httpd_cookie(req, "c");
	struct buf text = {0};

	buf_printf(&text, "tail=%s q=%s cookie=%s client=%s private=%d br=%d gzip=%d",
		httpd_tail(req), q ? q : "-", cookie ? cookie : "-", httpd_client(req),
		httpd_client_is_private(req), httpd_accepts(req, "br"), httpd_accepts(req, "gzip"));
	httpd_reply_text(req, 200, "text/plain", buf_str(&text));
	buf_free(&text);
}

static void note(void *ctx, struct httpd_req *req)
{
	struct buf text = {0};
	size_t len;
	const char *body = httpd_body(req, &len);

	buf_printf(&text, "method=%s len=%zu body=%s", httpd_method(req), len, body);
	httpd_reply_text(req, 200, "text/plain", buf_str(&text));
	buf_free(&text);
}

static void stream(void *ctx, struct httpd_req *req)
{
	struct httpd_stream *s = httpd_stream_open(req, "text/event-stream");

	if (!s)
		return;
	pthread_mutex_lock(&lock);
	streams[stream_count++] = s;
	pthread_mutex_unlock(&lock);
}

static void on_done(void *ctx, const struct httpd_route *route, unsigned status, int64_t took_us)
{
	if (status == 404 && !route)
		atomic_fetch_add(&done_404, 1);
}

static const struct httpd_route routes[] = {
	{"/", false, hello, "hello"},
	{"/echo/", true, echo, "echo"},
	{"/stream", false, stream, "stream"},
	{"/note", false, note, "note", .may_write = true},
};

static const struct httpd_pair headers[] = {{"X-Everywhere", "yes"}, {NULL}};

static struct httpd *start(unsigned streams_per_client)
{
	struct httpd_options options = {.host = "127.0.0.1",
		.routes = routes,
		.route_count = ARRAY_LEN(routes),
		.threads = 2,
		.max_conns = 100,
		.max_streams_per_client = streams_per_client,
		.idle_timeout_s = 10,
		.headers = headers,
		.on_done = on_done};
	struct httpd *h = NULL;
	struct why why;

	stream_count = 0;
	assert_int_equal(httpd_start(&options, &h, &why), OK);
	return h;
}

static int dial(struct httpd *h)
{
	struct sockaddr_in to = {.sin_family = AF_INET,
		.sin_port = htons(httpd_port(h)),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	struct timeval patience = {.tv_sec = 20};
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	assert_int_equal(connect(fd, (struct sockaddr *)&to, sizeof to), 0);
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
	return fd;
}

/* Reads until the text is there or the peer closes; false: closed without it. */
static bool read_until(int fd, struct buf *in, const char *text)
{
	while (!strstr(buf_str(in), text)) {
		ssize_t n = recv(fd, buf_reserve(in, 4096), 4096, 0);

		if (n <= 0)
			return false;
		in->len += (size_t)n;
		in->data[in->len] = '\0';
	}
	return true;
}

/* One request on a connection of its own; the whole answer, which the caller frees. */
static char *ask(struct httpd *h, const char *line, const char *more)
{
	char *request =
		str_printf("%s HTTP/1.1\r\nHost: x\r\nConnection: close\r\n%s\r\n", line, more);
	struct buf in = {0};
	int fd = dial(h);

	assert_int_equal(send(fd, request, strlen(request), MSG_NOSIGNAL), strlen(request));
	free(request);
	read_until(fd, &in, "\x01 never");
	close(fd);
	return buf_take(&in);
}

static void expect(struct httpd *h, const char *line, const char *more, const char *const *wanted)
{
	char *answer = ask(h, line, more);

	for (; *wanted; wanted++) {
		if (!strstr(answer, *wanted))
			fail_msg("%s: no \"%s\" in:\n%s", line, *wanted, answer);
	}
	free(answer);
}

#define EXPECT(h, line, more, ...) expect(h, line, more, (const char *const[]){__VA_ARGS__, NULL})

static void routes_match_exactly_or_by_prefix(void **state)
{
	struct httpd *h = start(0);

	EXPECT(h, "GET /", "", "HTTP/1.1 200", "hello", "X-Everywhere: yes",
		"Cache-Control: no-cache");
	EXPECT(h, "GET /echo/a%20b/c?q=1%2B2+3", "", "tail=a b/c q=1+2 3");
	EXPECT(h, "GET /echo/a%00b", "", "tail=a%00b");
	EXPECT(h, "GET /nothing", "", "HTTP/1.1 404", "\"not_found\"", "X-Everywhere: yes");
	EXPECT(h, "GET /echo", "", "HTTP/1.1 404");
	assert_int_equal(atomic_load(&done_404), 2);
	httpd_stop(h);
}

static void methods_other_than_reading_are_refused(void **state)
{
	struct httpd *h = start(0);
	char *answer = ask(h, "HEAD /", "");

	assert_non_null(strstr(answer, "Content-Length: 5"));
	assert_null(strstr(answer, "hello"));
	free(answer);
	EXPECT(h, "POST /", "Content-Length: 3\r\n", "HTTP/1.1 405", "Allow: GET, HEAD, OPTIONS");
	EXPECT(h, "DELETE /", "", "HTTP/1.1 405");
	EXPECT(h, "OPTIONS /", "", "HTTP/1.1 204", "Allow: GET, HEAD, OPTIONS");
	httpd_stop(h);
}

static void a_route_that_writes_gets_the_body(void **state)
{
	struct httpd *h = start(0);
	char *large = mem_alloc(HTTPD_BODY_MAX + 200);

	EXPECT(h, "POST /note", "Content-Length: 5\r\n\r\nhello", "HTTP/1.1 200",
		"method=POST len=5 body=hello");
	EXPECT(h, "DELETE /note", "", "HTTP/1.1 200", "method=DELETE len=0 body=");
	EXPECT(h, "GET /note", "", "HTTP/1.1 200", "method=GET len=0");
	EXPECT(h, "TRACE /note", "", "HTTP/1.1 405");
	EXPECT(h, "OPTIONS /note", "", "HTTP/1.1 204", "PATCH, DELETE");
	memset(large, 'x', HTTPD_BODY_MAX + 100);
	memcpy(large, "Content-Length: 65537\r\n\r\n", 25);
	large[25 + 65537 - 2] = '\0'; /* ask() ends it with a line */
	EXPECT(h, "POST /note", large, "HTTP/1.1 413", "body_too_long");
	free(large);
	httpd_stop(h);
}

static void a_known_etag_answers_304(void **state)
{
	struct httpd *h = start(0);
	char *answer = ask(h, "GET /", "If-None-Match: \"other\", \"tag-1\"\r\n");

	assert_non_null(strstr(answer, "HTTP/1.1 304"));
	assert_non_null(strstr(answer, "ETag: \"tag-1\""));
	assert_null(strstr(answer, "hello"));
	free(answer);
	EXPECT(h, "GET /", "If-None-Match: \"tag-2\"\r\n", "HTTP/1.1 200");
	httpd_stop(h);
}

static void the_client_behind_a_proxy_is_known(void **state)
{
	struct httpd *h = start(0);

	EXPECT(h, "GET /echo/", "", "client=127.0.0.1 private=1");
	EXPECT(h, "GET /echo/", "X-Forwarded-For: 10.0.0.1, 203.0.113.9\r\n",
		"client=203.0.113.9 private=0");
	EXPECT(h, "GET /echo/", "X-Forwarded-For: 2001:db8::7\r\n", "client=2001:db8::7 private=0");
	EXPECT(h, "GET /echo/", "X-Forwarded-For: nonsense\r\n", "client=127.0.0.1 private=1");
	EXPECT(h, "GET /echo/", "Cookie: a=b; c=d\r\n", "cookie=d");
	httpd_stop(h);
}

static void codings_are_read_with_their_weights(void **state)
{
	struct httpd *h = start(0);

	EXPECT(h, "GET /echo/", "Accept-Encoding: gzip, deflate, br\r\n", "br=1 gzip=1");
	EXPECT(h, "GET /echo/", "Accept-Encoding: gzip;q=0, br;q=0.5\r\n", "br=1 gzip=0");
	EXPECT(h, "GET /echo/", "Accept-Encoding: broken\r\n", "br=0 gzip=0");
	httpd_stop(h);
}

static void large_headers_are_refused(void **state)
{
	struct httpd *h = start(0);
	char *header = mem_alloc(40000);

	memset(header, 'a', 39000);
	memcpy(header, "X-Large: ", 9);
	strcpy(header + 39000, "\r\n");
	EXPECT(h, "GET /", header, "HTTP/1.1 431");
	free(header);
	EXPECT(h, "GET /", "", "HTTP/1.1 200");
	httpd_stop(h);
}

static struct httpd_stream *stream_at(size_t i)
{
	struct httpd_stream *s = NULL;

	for (int tries = 0; !s && tries < 2000; tries++) {
		pthread_mutex_lock(&lock);
		s = stream_count > i ? streams[i] : NULL;
		pthread_mutex_unlock(&lock);
		if (!s)
			clock_sleep_ms(5);
	}
	assert_non_null(s);
	return s;
}

static int open_stream(struct httpd *h)
{
	static const char request[] = "GET /stream HTTP/1.1\r\nHost: x\r\n\r\n";
	int fd = dial(h);

	assert_int_equal(send(fd, request, sizeof request - 1, MSG_NOSIGNAL), sizeof request - 1);
	return fd;
}

static void a_stream_carries_bytes_until_it_is_closed(void **state)
{
	struct httpd_bytes *one = httpd_bytes_new("data: one\n\n", 11);
	struct httpd_bytes *two = httpd_bytes_new("data: two\n\n", 11);
	struct httpd *h = start(0);
	struct buf a_in = {0}, b_in = {0};
	int a = open_stream(h), b;
	struct httpd_stream *sa = stream_at(0), *sb;

	b = open_stream(h);
	sb = stream_at(1);
	assert_true(httpd_stream_send(sa, one));
	assert_true(httpd_stream_send(sb, one));
	assert_true(read_until(a, &a_in, "data: one\n\n"));
	assert_true(read_until(b, &b_in, "data: one\n\n"));
	assert_non_null(strstr(buf_str(&a_in), "text/event-stream"));
	assert_int_equal(httpd_streams(h), 2);
	for (int i = 0; i < 100; i++)
		assert_true(httpd_stream_send(sa, two));
	assert_true(read_until(a, &a_in, "data: two\n\n"));
	httpd_stream_close(sa);
	while (read_until(a, &a_in, "\x01 never"))
		;
	assert_non_null(strstr(buf_str(&a_in), "\r\n0\r\n"));
	httpd_stop(h); /* ends b */
	assert_false(read_until(b, &b_in, "\x01 never"));
	assert_false(httpd_stream_send(sb, one));
	httpd_stream_close(sb);
	httpd_bytes_unref(one);
	httpd_bytes_unref(two);
	buf_free(&a_in);
	buf_free(&b_in);
	close(a);
	close(b);
}

static void a_stream_whose_peer_left_is_known(void **state)
{
	struct httpd *h = start(0);
	int fd = open_stream(h);
	struct httpd_stream *s = stream_at(0);

	assert_true(httpd_stream_is_open(s));
	close(fd);
	for (int i = 0; httpd_stream_is_open(s) && i < 2000; i++)
		clock_sleep_ms(5);
	assert_false(httpd_stream_is_open(s));
	httpd_stream_close(s);
	for (int i = 0; httpd_streams(h) > 0 && i < 2000; i++)
		clock_sleep_ms(5);
	assert_int_equal(httpd_streams(h), 0);
	httpd_stop(h);
}

static void a_stream_whose_peer_left_refuses(void **state)
{
	struct httpd_bytes *bytes = httpd_bytes_new("data: x\n\n", 9);
	struct httpd *h = start(0);
	int fd = open_stream(h);
	struct httpd_stream *s = stream_at(0);
	bool is_open = true;

	close(fd);
	for (int i = 0; is_open && i < 2000; i++) {
		is_open = httpd_stream_send(s, bytes);
		clock_sleep_ms(5);
	}
	assert_false(is_open);
	httpd_stream_close(s);
	assert_int_equal(httpd_streams(h), 0);
	httpd_bytes_unref(bytes);
	httpd_stop(h);
}

static void a_peer_that_does_not_read_is_given_up(void **state)
{
	char *block = mem_alloc(100000);
	struct httpd_bytes *bytes = httpd_bytes_new(block, 100000);
	struct httpd *h = start(0);
	int fd = open_stream(h);
	struct httpd_stream *s = stream_at(0);
	int sent = 0;

	while (sent < 1000 && httpd_stream_send(s, bytes))
		sent++;
	assert_in_range(sent, 2, 999);
	httpd_stream_close(s);
	close(fd);
	httpd_stop(h);
	httpd_bytes_unref(bytes);
	free(block);
}

static void one_client_may_not_take_all_streams(void **state)
{
	struct httpd *h = start(2);
	int a = open_stream(h), b;
	struct httpd_stream *sa = stream_at(0), *sb;

	b = open_stream(h);
	sb = stream_at(1);
	EXPECT(h, "GET /stream", "", "HTTP/1.1 429", "too_many_streams");
	httpd_stream_close(sa);
	httpd_stream_close(sb);
	close(a);
	close(b);
	httpd_stop(h);
}

static void a_port_in_use_is_said(void **state)
{
	struct httpd *h = start(0), *second = NULL;
	struct httpd_options options = {
		.host = "127.0.0.1", .port = httpd_port(h), .threads = 1, .max_conns = 10};
	struct why why = {0};

	assert_int_equal(httpd_start(&options, &second, &why), ERR_UNAVAILABLE);
	assert_non_null(strstr(why.text, "in use"));
	options.host = "not-an-address";
	assert_int_equal(httpd_start(&options, &second, &why), ERR_INVALID);
	assert_null(second);
	httpd_stop(h);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(routes_match_exactly_or_by_prefix),
		cmocka_unit_test(methods_other_than_reading_are_refused),
		cmocka_unit_test(a_route_that_writes_gets_the_body),
		cmocka_unit_test(a_known_etag_answers_304),
		cmocka_unit_test(the_client_behind_a_proxy_is_known),
		cmocka_unit_test(codings_are_read_with_their_weights),
		cmocka_unit_test(large_headers_are_refused),
		cmocka_unit_test(a_stream_carries_bytes_until_it_is_closed),
		cmocka_unit_test(a_stream_whose_peer_left_is_known),
		cmocka_unit_test(a_stream_whose_peer_left_refuses),
		cmocka_unit_test(a_peer_that_does_not_read_is_given_up),
		cmocka_unit_test(one_client_may_not_take_all_streams),
		cmocka_unit_test(a_port_in_use_is_said),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
