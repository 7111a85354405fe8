/* What is a fault of a connection and what is none. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "world.h"

static const struct conf_port port = {
	.difficulty.work = 1,
	.min_difficulty.work = 1,
	.max_difficulty.work = 1000000,
	.share_interval_ms = 15000,
};

static void say_and_leave(struct world *w, const char *text)
{
	struct miner m;
	char rest[4096];

	miner_connect(&m, w);
	assert_int_equal(write(m.fd, text, strlen(text)), strlen(text));
	while (strncmp(text, "GET", 3) == 0 && read(m.fd, rest, sizeof(rest)) > 0)
		;
	if (*text == '{')
		assert_true(miner_answer(&m, 1));
	miner_close(&m);
	while (atomic_load(&w->env.conns) > 0)
		shard_barrier(w->shard);
}

static uint64_t faults(struct world *w)
{
	return world_count(w, fault_hasty) + world_count(w, fault_malformed) +
	       world_count(w, fault_silent);
}

/* Their numbers are what the limits are for. */
static void test_visitors_do_nothing_wrong(void **state)
{
	struct world w;

	world_open(&w, &port, 0);
	say_and_leave(&w, "GET / HTTP/1.1\r\nHost: x\r\nUser-Agent: Mozilla/5.0\r\n\r\n");
	say_and_leave(&w, "HEAD /health HTTP/1.0\r\n");
	say_and_leave(&w, "POST / HTTP/1.1\r\nContent-Length: 100\r\n\r\n{");
	say_and_leave(&w, ""); /* a monitor that looks whether somebody listens */
	assert_int_equal(world_count(&w, connections), 4);
	assert_int_equal(faults(&w), 0);
	say_and_leave(&w, "{\"id\":1,\"method\":\"mining.subscribe\",\"params\":[]}\n");
	assert_int_equal(world_count(&w, fault_hasty), 1);
	world_close(&w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_visitors_do_nothing_wrong),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
