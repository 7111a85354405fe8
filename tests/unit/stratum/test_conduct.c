/* What is a fault of a connection and what is none. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/mem.h"
#include "world.h"

static const struct conf_port port = {
	.difficulty.work = 1,
	.min_difficulty.work = 1,
	.max_difficulty.work = 1000000,
	.share_interval_ms = 15000,
};

static void say_and_leave(struct world *w, const char *text)
{
	uint64_t before = world_count(w, connections);
	struct miner m;
	char rest[4096];

	miner_connect(&m, w);
	assert_int_equal(write(m.fd, text, strlen(text)), strlen(text));
	while (strncmp(text, "GET", 3) == 0 && read(m.fd, rest, sizeof(rest)) > 0)
		;
	if (*text == '{')
		assert_true(miner_answer(&m, 1));
	miner_close(&m);
	while (world_count(w, connections) == before || atomic_load(&w->env.conns) > 0)
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

/* Subscribes under that name, then logs in. */
static void come_as(struct miner *m, struct world *w, const char *agent)
{
	miner_connect(m, w);
	miner_send(m, "{\"id\":9,\"method\":\"mining.subscribe\",\"params\":[\"%s\"]}", agent);
	assert_true(miner_answer(m, 9));
	miner_send(
		m, "{\"id\":2,\"method\":\"mining.authorize\",\"params\":[\"%s\",\"x\"]}", w->user);
	miner_wait_job(m);
}

/* The next thing that the pool asks; NULL when it does not before it answers a ping. */
static const char *asked(struct miner *m)
{
	const char *method = NULL;

	miner_send(m, "{\"id\":77,\"method\":\"mining.ping\"}");
	while (miner_read(m) && json_integer_value(json_object_get(m->line, "id")) != 77) {
		method = json_string_value(json_object_get(m->line, "method"));
		if (method && strncmp(method, "client.", 7) == 0)
			return method;
	}
	return NULL;
}

static void test_miners_are_asked_only_what_they_understand(void **state)
{
	static const struct {
		const char *agent, *host;
		const char *params; /* of client.reconnect; NULL: it is not asked */
	} cases[] = {
		{"cgminer/4.11.1", "", "[]"},
		{"cgminer/4.11.1", "pool.example:3333", "[]"},
		{"bitaxe/BM1370/v2.9.0", "", "[]"},
		{"cpuminer-opt-26.1-x64L", "pool.example:3399", "[\"pool.example\", 3399]"},
		{"cpuminer/2.5.1", "pool.example", "its port"},
		{"cpuminer/2.5.1", "", NULL},
		{"NiceHash/1.0.0", "pool.example:3333", NULL},
		{"NerdMinerV2/V1.8.3", "pool.example:3333", NULL},
		{"", "pool.example:3333", NULL},
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct conf_port at = port;
		char want[64], *got;
		struct world w;
		struct miner m;

		at.public = (char *)cases[i].host;
		world_open(&w, &at, 0);
		come_as(&m, &w, cases[i].agent);
		shard_drain(w.shard, 500);
		if (cases[i].params) {
			const char *method;

			while (!(method = asked(&m)))
				;
			assert_string_equal(method, "client.show_message");
			while (!(method = asked(&m)))
				;
			assert_string_equal(method, "client.reconnect");
			assert_true(json_is_null(json_object_get(m.line, "id")));
			got = json_dumps(json_object_get(m.line, "params"), 0);
			str_copy(want, sizeof(want), cases[i].params);
			if (strcmp(want, "its port") == 0)
				snprintf(want, sizeof(want), "[\"pool.example\", %d]",
					w.port.listens.list[0].port);
			assert_string_equal(got, want);
			free(got);
		} else {
			while (w.shard->drain.wave == 0 ||
				w.shard->drain.wave < w.shard->drain.waves)
				assert_null(asked(&m));
		}
		miner_close(&m);
		world_close(&w);
	}
}

/* It is not closed for its silence before it was asked whether it lives. */
static void test_a_silent_miner_is_asked_whether_it_lives(void **state)
{
	struct world w;
	struct miner m, deaf;

	world_open(&w, &port, 0);
	come_as(&m, &w, "cpuminer/2.5.1");
	come_as(&deaf, &w, "unknown");
	w.conf.stratum.idle_ms = 86400000;
	world_let_pass(&w, 86400000 / 4 * 3 - 1000);
	assert_null(asked(&m));
	world_let_pass(&w, 86400000 / 4 * 3 + 60000);
	assert_string_equal(asked(&m), "client.get_version");
	assert_null(asked(&deaf));
	miner_close(&m);
	miner_close(&deaf);
	world_close(&w);
}

static void test_a_minimum_that_is_promised(void **state)
{
	struct conf_port wide = port;
	struct world w;
	struct miner m;

	wide.max_difficulty.work = (int64_t)1 << 40;
	world_open(&w, &wide, 0);
	miner_connect(&m, &w);
	miner_send(&m, "{\"id\":3,\"method\":\"mining.configure\",\"params\":["
		       "[\"minimum-difficulty\"],{\"minimum-difficulty.value\":0.00000001}]}");
	assert_true(miner_answer(&m, 3));
	assert_true(json_is_true(
		json_object_get(json_object_get(m.line, "result"), "minimum-difficulty")));
	miner_login(&m, "x");
	assert_true(m.difficulty >= 1e-8);
	miner_send(&m, "{\"id\":3,\"method\":\"mining.configure\",\"params\":["
		       "[\"minimum-difficulty\"],{\"minimum-difficulty.value\":1e12}]}");
	assert_true(miner_answer(&m, 3)); /* more than the port gives */
	assert_true(json_is_false(
		json_object_get(json_object_get(m.line, "result"), "minimum-difficulty")));
	miner_close(&m);
	world_close(&w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_visitors_do_nothing_wrong),
		cmocka_unit_test(test_miners_are_asked_only_what_they_understand),
		cmocka_unit_test(test_a_silent_miner_is_asked_whether_it_lives),
		cmocka_unit_test(test_a_minimum_that_is_promised),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
