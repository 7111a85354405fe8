/*
 * test_memcached.c -- two real servers shared by two caches, as of two processes; killed, frozen,
 * brought back.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <arpa/inet.h>
#include <cmocka.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/random.h"
#include "cache/cache.h"

#define PATIENCE_MS 20000
#define KEYS        200

struct server {
	unsigned port;
	pid_t pid;
};

static struct server servers[2];
static char list[64];

static int new_socket(unsigned *port)
{
	struct sockaddr_in at = {.sin_family = AF_INET, .sin_port = htons((uint16_t)*port)};
	socklen_t len = sizeof at;
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), on = 1;

	at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
	if (bind(fd, (struct sockaddr *)&at, len) != 0 ||
		getsockname(fd, (struct sockaddr *)&at, &len) != 0)
		abort();
	*port = ntohs(at.sin_port);
	return fd;
}

/* One that the kernel gives to no outgoing connection while nobody listens there. */
static unsigned quiet_port(void)
{
	struct sockaddr_in at = {.sin_family = AF_INET};
	unsigned port = 0;

	at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	while (port == 0) {
		int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

		port = 12000 + (unsigned)random_below(20000);
		at.sin_port = htons((uint16_t)port);
		if (bind(fd, (struct sockaddr *)&at, sizeof at) != 0)
			port = 0;
		close(fd);
	}
	return port;
}

static bool is_up(unsigned port)
{
	struct sockaddr_in at = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	bool is = false;

	at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	is = connect(fd, (struct sockaddr *)&at, sizeof at) == 0;
	close(fd);
	return is;
}

static void start_server(struct server *s)
{
	char port[8];

	snprintf(port, sizeof port, "%u", s->port);
	s->pid = fork();
	if (s->pid == 0) {
		execlp("memcached", "memcached", "-l", "127.0.0.1", "-p", port, "-U", "0", "-t",
			"1", "-u", "nobody", NULL);
		fprintf(stderr, "there is no memcached on this machine: scripts/setup test\n");
		_exit(1);
	}
	for (int64_t end = clock_mono_ms() + PATIENCE_MS; !is_up(s->port); clock_sleep_ms(10))
		assert_true(clock_mono_ms() < end);
}

static void kill_server(struct server *s)
{
	kill(s->pid, SIGKILL);
	waitpid(s->pid, NULL, 0);
	s->pid = 0;
}

static int set_up(void **state)
{
	for (int i = 0; i < 2; i++) {
		servers[i].port = quiet_port();
		start_server(&servers[i]);
	}
	snprintf(list, sizeof list, "127.0.0.1:%u,127.0.0.1:%u", servers[0].port, servers[1].port);
	return 0;
}

static int tear_down(void **state)
{
	for (int i = 0; i < 2; i++) {
		if (servers[i].pid)
			kill_server(&servers[i]);
	}
	return 0;
}

/* A busy machine may take its time to answer. */
static struct cache *open_at(const char *at, bool has_discovery)
{
	return cache_open(&(struct conf_cache){.size_bytes = 1 << 20,
		.servers = (char *)at,
		.has_discovery = has_discovery,
		.timeout_ms = 5000,
		.prefix = "test"});
}

static struct cache_stats stats_of(struct cache *c)
{
	struct cache_stats stats;

	cache_stats(c, &stats);
	return stats;
}

static char *key_of(unsigned i)
{
	static char key[32];

	snprintf(key, sizeof key, "key-%u", i);
	return key;
}

static void assert_get(struct cache *c, const char *key, enum cache_state state, const char *value)
{
	struct buf out = {0};

	buf_add_str(&out, "before ");
	assert_int_equal(cache_get(c, key, &out), state);
	assert_memory_equal(out.data, "before ", 7);
	assert_string_equal(buf_str(&out) + 7, value);
	buf_free(&out);
}

static void what_one_fills_the_other_finds(void **state)
{
	struct cache *a = open_at(list, false), *b = open_at(list, false);
	char long_key[CACHE_KEY_MAX + 1];

	memset(long_key, 'k', sizeof long_key - 1);
	long_key[CACHE_KEY_MAX] = '\0';
	assert_get(a, "k", CACHE_FILL, "");
	cache_set(a, "k", "value", 5, 60000, 60000);
	cache_set(a, long_key, "long", 4, 60000, 60000);
	cache_set(a, "empty", "", 0, 60000, 60000);
	assert_get(b, "k", CACHE_FRESH, "value");
	assert_get(b, long_key, CACHE_FRESH, "long");
	assert_get(b, "empty", CACHE_FRESH, "");
	assert_int_equal(stats_of(b).shared_hits, 3);
	assert_get(b, "k", CACHE_FRESH, "value"); /* it has come over */
	assert_int_equal(stats_of(b).shared_hits, 3);
	cache_remove(a, "k");
	assert_get(a, "k", CACHE_FILL, "");
	cache_close(a);
	cache_close(b);
}

static void one_filler_among_processes(void **state)
{
	struct cache *a = open_at(list, false), *b = open_at(list, false);

	cache_set(a, "k", "old", 3, 0, 60000);
	assert_get(b, "k", CACHE_FILL, "old");
	assert_get(a, "k", CACHE_STALE, "old");
	cache_set(b, "k", "new", 3, 60000, 60000);
	for (int64_t end = clock_mono_ms() + PATIENCE_MS;; clock_sleep_ms(20)) {
		struct buf out = {0};
		enum cache_state now = cache_get(a, "k", &out);
		bool is_new = strcmp(buf_str(&out), "new") == 0;

		buf_free(&out);
		assert_int_not_equal(now, CACHE_FILL);
		if (is_new)
			break;
		assert_true(clock_mono_ms() < end);
	}
	cache_close(a);
	cache_close(b);
}

static void processes_count_together(void **state)
{
	struct cache *a = open_at(list, false), *b = open_at(list, false);

	assert_int_equal(cache_count(a, "n", 1, 60000), 1);
	assert_int_equal(cache_count(b, "n", 2, 60000), 3);
	assert_int_equal(cache_count(a, "n", 1, 60000), 4);
	kill_server(&servers[0]);
	kill_server(&servers[1]);
	assert_int_equal(cache_count(a, "n", 1, 60000), 3); /* alone: 1 + 1 + 1 */
	cache_close(a);
	cache_close(b);
}

/* Sets and reads all keys; how many came back from a second process. */
static unsigned round_trip(struct cache *a, const char *value)
{
	struct cache *b = open_at(list, false);
	unsigned found = 0;

	for (unsigned i = 0; i < KEYS; i++)
		cache_set(a, key_of(i), value, strlen(value), 60000, 60000);
	for (unsigned i = 0; i < KEYS; i++) {
		struct buf out = {0};

		found += cache_get(b, key_of(i), &out) == CACHE_FRESH &&
			 strcmp(buf_str(&out), value) == 0;
		buf_free(&out);
	}
	cache_close(b);
	return found;
}

static void a_killed_server_is_done_without(void **state)
{
	struct cache *a = open_at(list, false);

	assert_int_equal(round_trip(a, "both"), KEYS);
	kill_server(&servers[0]);
	assert_true(round_trip(a, "one") >=
		    KEYS * 9 / 10); /* those that found it out are lost, and a few */
	assert_int_equal(stats_of(a).servers, 2);
	assert_int_equal(stats_of(a).servers_out, 1);
	assert_get(a, key_of(1), CACHE_FRESH, "one");
	start_server(&servers[0]);
	for (int64_t end = clock_mono_ms() + PATIENCE_MS; stats_of(a).servers_out;
		clock_sleep_ms(50)) {
		assert_true(clock_mono_ms() < end);
		round_trip(a, "again");
	}
	assert_int_equal(round_trip(a, "whole"), KEYS);
	cache_close(a);
}

/* A frozen server costs its time-out now and then, not with every call. */
static void a_frozen_server_is_left_alone(void **state)
{
	struct cache *a = cache_open(&(struct conf_cache){
		.size_bytes = 1 << 20, .servers = list, .timeout_ms = 1000, .prefix = "test"});

	kill(servers[1].pid, SIGSTOP);
	for (unsigned i = 0; i < KEYS; i++)
		cache_set(a, key_of(i), "frozen", 6, 60000, 60000);
	assert_in_range(stats_of(a).shared_errors, 1, 8);
	assert_int_equal(stats_of(a).servers_out, 1);
	kill(servers[1].pid, SIGCONT);
	for (int64_t end = clock_mono_ms() + PATIENCE_MS; stats_of(a).servers_out;
		clock_sleep_ms(50)) {
		assert_true(clock_mono_ms() < end);
		round_trip(a, "again");
	}
	cache_close(a);
}

/* ---- a configuration endpoint as ElastiCache has it ---- */

struct endpoint {
	unsigned port;
	int fd;
	pthread_t thread;
};

static void *answer_questions(void *arg)
{
	struct endpoint *e = arg;
	char question[64] = {0}, text[512], servers_text[256];
	int len, fd;

	len = snprintf(servers_text, sizeof servers_text,
		"7\nlocalhost|127.0.0.1|%u x|127.0.0.1|%u\n", servers[0].port, servers[1].port);
	len = snprintf(
		text, sizeof text, "CONFIG cluster 0 %d\r\n%s\r\nEND\r\n", len, servers_text);
	fd = accept(e->fd, NULL, NULL);
	assert_int_equal(recv(fd, question, sizeof question - 1, 0), 20);
	assert_string_equal(question, "config get cluster\r\n");
	for (int i = 0; i < len; i++) /* in as many pieces as there can be */
		assert_int_equal(send(fd, text + i, 1, 0), 1);
	close(fd);
	return NULL;
}

static void a_cluster_tells_its_servers(void **state)
{
	struct endpoint e = {0};
	struct cache *a, *b;
	char at[32];

	e.fd = new_socket(&e.port);
	assert_int_equal(listen(e.fd, 1), 0);
	snprintf(at, sizeof at, "127.0.0.1:%u", e.port);
	pthread_create(&e.thread, NULL, answer_questions, &e);
	a = open_at(at, true);
	for (int64_t end = clock_mono_ms() + PATIENCE_MS; stats_of(a).servers == 0;
		clock_sleep_ms(10))
		assert_true(clock_mono_ms() < end);
	assert_int_equal(stats_of(a).servers, 2);
	cache_set(a, "k", "value", 5, 60000, 60000);
	b = open_at(list, false);
	assert_get(b, "k", CACHE_FRESH, "value");
	pthread_join(e.thread, NULL);
	close(e.fd);
	cache_close(a);
	cache_close(b);
}

static void no_endpoint_no_servers(void **state)
{
	unsigned port = 0;
	struct cache *a;
	char at[32];

	close(new_socket(&port));
	snprintf(at, sizeof at, "127.0.0.1:%u", port);
	a = open_at(at, true);
	assert_get(a, "k", CACHE_FILL, "");
	cache_set(a, "k", "value", 5, 60000, 60000);
	assert_get(a, "k", CACHE_FRESH, "value");
	cache_close(a);
}

/* ---- many threads ---- */

static void *work(void *arg)
{
	struct cache *c = arg;

	for (unsigned i = 0; i < 2000; i++) {
		struct buf out = {0};
		char value[32];

		snprintf(value, sizeof value, "value %u", i);
		cache_count(c, "sum", 1, 60000);
		cache_get(c, "shared", &out);
		cache_set(c, "shared", value, strlen(value), 0, 60000);
		buf_free(&out);
	}
	return NULL;
}

static void threads_share_it(void **state)
{
	struct cache *c = open_at(list, false);
	pthread_t threads[4];

	for (int i = 0; i < 4; i++)
		pthread_create(&threads[i], NULL, work, c);
	for (int i = 0; i < 4; i++)
		pthread_join(threads[i], NULL);
	assert_int_equal(cache_count(c, "sum", 1, 60000), 8001);
	cache_close(c);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(what_one_fills_the_other_finds),
		TEST(one_filler_among_processes),
		TEST(processes_count_together),
		TEST(a_killed_server_is_done_without),
		TEST(a_frozen_server_is_left_alone),
		TEST(a_cluster_tells_its_servers),
		TEST(no_endpoint_no_servers),
		TEST(threads_share_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
