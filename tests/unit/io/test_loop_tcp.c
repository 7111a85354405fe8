/* The loop and TCP on it, against plain sockets in another thread. */
#include <arpa/inet.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/buf.h"
#include "base/mem.h"
#include "io/loop.h"
#include "io/tcp.h"

enum { PORT = 27500 };

static char host[16];

/* ---- mail and timers ---- */

struct count_mail {
	struct mail mail;
	unsigned *sum;
	unsigned expect;
	struct loop *loop;
	unsigned stop_at;
};

static void on_count(struct mail *mail)
{
	struct count_mail *m = CONTAINER_OF(mail, struct count_mail, mail);

	assert_int_equal(*m->sum, m->expect); /* delivered in the order of posting */
	if (++*m->sum == m->stop_at)
		loop_stop(m->loop);
}

static void *post_all(void *arg)
{
	struct count_mail *mails = arg;

	for (unsigned i = 0; i < 1000; i++)
		loop_post(mails[i].loop, &mails[i].mail);
	return NULL;
}

static void test_mail_arrives_in_order(void **state)
{
	struct count_mail *mails = NEW_ARRAY(struct count_mail, 1000);
	struct loop *l = loop_new();
	unsigned sum = 0;
	pthread_t thread;

	for (unsigned i = 0; i < 1000; i++)
		mails[i] = (struct count_mail){{NULL, on_count}, &sum, i, l, 1000};
	pthread_create(&thread, NULL, post_all, mails);
	loop_run(l);
	pthread_join(thread, NULL);
	assert_int_equal(sum, 1000);
	loop_free(l);
	free(mails);
}

static void on_tick(void *ctx)
{
	unsigned *ticks = ctx;

	(*ticks)++;
}

static void on_end(void *ctx)
{
	loop_stop(ctx);
}

static void test_timers_repeat_and_stop(void **state)
{
	struct loop *l = loop_new();
	unsigned ticks = 0, never = 0;
	struct timer *tick = timer_new(l, on_tick, &ticks),
		     *stopped = timer_new(l, on_tick, &never);
	struct timer *end = timer_new(l, on_end, l);

	timer_start(tick, 1, 1);
	timer_start(stopped, 1, 1);
	timer_stop(stopped);
	timer_start(end, 50, 0);
	loop_run(l);
	assert_true(ticks >= 2);
	assert_int_equal(never, 0);
	timer_free(tick);
	loop_free(l); /* takes the other two along */
}

/* ---- TCP ---- */

struct server {
	struct loop *loop;
	struct tcp_listener *listener;
	struct tcp_conn *conn;
	size_t got;
	char reason[64];
	size_t flood; /* [bytes] to write at accept */
};

static void *on_accept(void *ctx, struct tcp_conn *conn)
{
	struct server *s = ctx;
	char block[1024];

	s->conn = conn;
	memset(block, 'x', sizeof(block));
	for (size_t n = 0; n < s->flood; n += sizeof(block))
		tcp_write(conn, block, sizeof(block));
	return s;
}

/* Echo; "quit" closes after the echo. */
static void on_data(void *owner, const char *data, size_t len)
{
	struct server *s = owner;
	struct iovec iov[2] = {{(char *)data, len / 2}, {(char *)data + len / 2, len - len / 2}};

	s->got += len;
	tcp_writev(s->conn, iov, 2);
	if (len >= 4 && memcmp(data + len - 4, "quit", 4) == 0)
		tcp_close(s->conn, "asked to");
}

static void on_closed(void *owner, const char *reason)
{
	struct server *s = owner;

	str_copy(s->reason, sizeof(s->reason), reason);
	loop_stop(s->loop);
}

static const struct tcp_events events = {
	.on_accept = on_accept, .on_data = on_data, .on_closed = on_closed};

static int dial(void)
{
	struct sockaddr_in addr = {.sin_family = AF_INET, .sin_port = htons(PORT)};
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	addr.sin_addr.s_addr = inet_addr(host);
	assert_int_equal(connect(fd, (struct sockaddr *)&addr, sizeof(addr)), 0);
	return fd;
}

static void *run_client(void *arg)
{
	struct buf *echo = arg;
	int fd = dial();
	ssize_t n;

	for (int i = 0; i < 1000; i++) {
		char line[32];
		int len = snprintf(line, sizeof(line), "line %d\n", i);

		assert_int_equal(write(fd, line, (size_t)len), len);
	}
	assert_int_equal(write(fd, "quit", 4), 4);
	while ((n = read(fd, buf_reserve(echo, 4096), 4096)) > 0)
		echo->len += (size_t)n;
	close(fd);
	return NULL;
}

static void serve(struct server *s, size_t out_max)
{
	struct tcp_listen_options options = {.host = host,
		.port = PORT,
		.backlog = 16,
		.out_max = out_max,
		.events = &events,
		.ctx = s};
	struct why why = {""};

	s->loop = loop_new();
	assert_int_equal(tcp_listen(s->loop, &options, &s->listener, &why), OK);
}

static void test_echo_then_close(void **state)
{
	struct server s = {0};
	struct buf echo = {0};
	pthread_t thread;

	serve(&s, 1 << 20);
	pthread_create(&thread, NULL, run_client, &echo);
	loop_run(s.loop);
	pthread_join(thread, NULL);
	assert_int_equal(echo.len, s.got);
	assert_memory_equal(
		echo.data + echo.len - 4, "quit", 4); /* all was sent before the close */
	assert_string_equal(s.reason, "asked to");
	tcp_listener_close(s.listener);
	loop_free(s.loop);
	buf_free(&echo);
}

/* ---- no descriptor is left ---- */

struct crowded {
	struct server server;
	struct rlimit before;
	int fds[8];
	unsigned dropped;
};

static void count_dropped(void *ctx, enum tcp_drop drop)
{
	struct crowded *c = ctx;

	assert_int_equal(drop, TCP_DROP_NO_FILES);
	/* The last of those who were refused: now there are descriptors again. */
	if (++c->dropped == ARRAY_LEN(c->fds))
		setrlimit(RLIMIT_NOFILE, &c->before);
}

static void *accept_and_end(void *ctx, struct tcp_conn *conn)
{
	struct crowded *c = ctx;

	c->server.conn = conn;
	tcp_close(conn, "accepted");
	return &c->server;
}

static void *dial_again(void *arg)
{
	struct crowded *c = arg;
	char byte;

	for (size_t i = 0; i < ARRAY_LEN(c->fds); i++) /* refused, not left waiting */
		assert_int_equal(read(c->fds[i], &byte, 1), 0);
	close(c->fds[0]);
	c->fds[0] = dial();
	return NULL;
}

static void test_without_descriptors_peers_are_refused_and_the_listener_lives_on(void **state)
{
	static const struct tcp_events crowded_events = {.on_accept = accept_and_end,
		.on_data = on_data,
		.on_closed = on_closed,
		.on_dropped = count_dropped};
	struct crowded c = {.dropped = 0};
	struct tcp_listen_options options = {.host = host,
		.port = PORT,
		.backlog = 16,
		.out_max = 1024,
		.events = &crowded_events,
		.ctx = &c};
	struct rlimit none;
	struct why why = {""};
	pthread_t thread;

	c.server.loop = loop_new();
	assert_int_equal(tcp_listen(c.server.loop, &options, &c.server.listener, &why), OK);
	for (size_t i = 0; i < ARRAY_LEN(c.fds); i++)
		c.fds[i] = dial();
	getrlimit(RLIMIT_NOFILE, &c.before);
	none = c.before;
	none.rlim_cur = (rlim_t)c.fds[ARRAY_LEN(c.fds) - 1] + 1; /* all below it are taken */
	setrlimit(RLIMIT_NOFILE, &none);
	pthread_create(&thread, NULL, dial_again, &c);
	loop_run(c.server.loop);
	pthread_join(thread, NULL);
	assert_int_equal(c.dropped, ARRAY_LEN(c.fds));
	assert_string_equal(c.server.reason, "accepted");
	for (size_t i = 0; i < ARRAY_LEN(c.fds); i++)
		close(c.fds[i]);
	tcp_listener_close(c.server.listener);
	loop_free(c.server.loop);
}

static void *run_silent_client(void *arg)
{
	int *fd = arg;

	*fd = dial();
	return NULL;
}

static void test_a_peer_that_does_not_read_is_closed(void **state)
{
	struct server s = {.flood = 16 << 20};
	pthread_t thread;
	int fd = -1;

	serve(&s, 65536);
	pthread_create(&thread, NULL, run_silent_client, &fd);
	loop_run(s.loop);
	pthread_join(thread, NULL);
	assert_string_equal(s.reason, "does not read");
	close(fd);
	tcp_listener_close(s.listener);
	loop_free(s.loop);
}

static void test_a_loop_may_end_with_connections_open(void **state)
{
	struct server s = {0};
	pthread_t thread;
	struct timer *end;
	int fd = -1;

	serve(&s, 65536);
	end = timer_new(s.loop, on_end, s.loop);
	timer_start(end, 100, 0);
	pthread_create(&thread, NULL, run_silent_client, &fd);
	loop_run(s.loop);
	pthread_join(thread, NULL);
	loop_free(s.loop);
	assert_string_equal(s.reason, "loop ends");
	close(fd);
}

static void test_bad_hosts_and_taken_ports(void **state)
{
	struct loop *l = loop_new();
	struct tcp_listener *x;
	struct tcp_listen_options options = {
		.host = "nowhere", .port = PORT, .backlog = 16, .events = &events};
	struct why why = {""};

	assert_int_equal(tcp_listen(l, &options, &x, &why), ERR_SYNTAX);
	options.host = "192.0.2.1";
	assert_int_equal(tcp_listen(l, &options, &x, &why), ERR_IO);
	assert_non_null(strstr(why.text, "192.0.2.1"));
	loop_free(l);
}

/* An address of this process alone: tests may run beside one another. */
static void choose_host(void)
{
	unsigned pid = (unsigned)getpid();

	snprintf(host, sizeof(host), "127.27.%u.%u", pid >> 8 & 255, pid & 255);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_mail_arrives_in_order),
		cmocka_unit_test(test_timers_repeat_and_stop),
		cmocka_unit_test(test_echo_then_close),
		cmocka_unit_test(test_a_peer_that_does_not_read_is_closed),
		cmocka_unit_test(
			test_without_descriptors_peers_are_refused_and_the_listener_lives_on),
		cmocka_unit_test(test_a_loop_may_end_with_connections_open),
		cmocka_unit_test(test_bad_hosts_and_taken_ports),
	};

	choose_host();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
