/* test_daemons.c -- daemons.h with two daemons whose every mood the test decides. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <zmq.h>

#include "base/clock.h"
#include "base/mem.h"
#include "coind/daemons_priv.h"
#include "fake.h"

#define NEVER_MS 3600000

/* A daemon's mind. */
struct play {
	const char *chain;
	unsigned height, headers;
	unsigned branch; /* part of the hash of its blocks */
	unsigned value;  /* of the coinbase: what differs between templates of one tip */
	bool is_downloading;
	bool is_silent;
	bool is_slow;         /* answers when it no longer is */
	int gbt_error;        /* code; 0: none */
	const char *gbt_text; /* what it answers instead of a template */
	int busy_status;      /* HTTP status of all answers; 0: good ones */
	const char *busy_text;
	bool has_longpoll, is_impatient; /* answers long polls at once */
	unsigned polls, polls_waiting, polls_most;
};

static void hash_text(const struct play *p, unsigned height, char out[65])
{
	snprintf(out, 65, "%054x%02x%08x", height ? 1 : 0, height ? p->branch : 0, height);
}

static void give_template(struct play *p, int64_t id, struct fake_reply *out)
{
	char prev[65];
	struct buf b = {0};

	if (p->gbt_error) {
		fake_error(out, id, p->gbt_error, "because");
		return;
	}
	if (p->gbt_text) {
		fake_result(out, id, p->gbt_text);
		return;
	}
	hash_text(p, p->height, prev);
	buf_printf(&b,
		"{\"version\":536870912,\"rules\":[],\"previousblockhash\":\"%s\",\"transactions\":"
		"[],"
		"\"coinbasevalue\":%u,\"curtime\":1000,\"bits\":\"207fffff\",\"height\":%u",
		prev, p->value, p->height + 1);
	if (p->has_longpoll)
		buf_printf(&b, ",\"longpollid\":\"%s%u\"", prev, p->value);
	buf_add_str(&b, "}");
	fake_result(out, id, buf_str(&b));
	buf_free(&b);
}

static void long_poll(
	struct play *p, struct fake *f, const char *poll_id, int64_t id, struct fake_reply *out)
{
	char tip[65];

	assert_true(strlen(poll_id) > 64);
	p->polls++;
	p->polls_waiting++;
	if (p->polls_waiting > p->polls_most)
		p->polls_most = p->polls_waiting;
	do {
		hash_text(p, p->height, tip);
	} while (!p->is_impatient && strncmp(tip, poll_id, 64) == 0 && fake_wait(f));
	p->polls_waiting--;
	give_template(p, id, out);
}

static void play_daemon(void *ctx, struct fake *f, const char *method, const json_t *params,
	int64_t id, struct fake_reply *out)
{
	struct play *p = ctx;
	const char *poll_id = json_get_str(json_array_get(params, 0), "longpollid");
	char hash[65], *text;

	while (p->is_slow && fake_wait(f))
		;
	hash_text(p, p->height, hash);
	if (p->is_silent) {
		out->status = -1;
	} else if (p->busy_status) {
		fake_text(out, p->busy_status, p->busy_text);
	} else if (strcmp(method, "getblockchaininfo") == 0) {
		text = str_printf(
			"{\"chain\":\"%s\",\"blocks\":%u,\"headers\":%u,\"bestblockhash\":"
			"\"%s\",\"initialblockdownload\":%s}",
			p->chain, p->height, p->headers > p->height ? p->headers : p->height, hash,
			p->is_downloading ? "true" : "false");
		fake_result(out, id, text);
		free(text);
	} else if (strcmp(method, "getbestblockhash") == 0 || strcmp(method, "getblockhash") == 0) {
		if (method[3] == 'b' && method[8] == 'h')
			hash_text(p, (unsigned)json_integer_value(json_array_get(params, 0)), hash);
		text = str_printf("\"%s\"", hash);
		fake_result(out, id, text);
		free(text);
	} else if (poll_id) {
		long_poll(p, f, poll_id, id, out);
	} else {
		give_template(p, id, out);
	}
}

/* The last template that was given. */
struct seen {
	unsigned given; /* in all */
	uint32_t height;
	uint8_t branch;
	int64_t value;
	char daemon[64];
	enum template_reason reason;
};

/* Three daemons at height 100, of which a test starts as many as it needs. */
struct bench {
	struct play plays[3];
	struct fake *fakes[3];
	struct conf_daemon conf[3];
	struct conf_pool pool;
	struct coin_network network;
	struct daemons_timing timing;
	struct daemons *daemons;

	pthread_mutex_t lock;
	pthread_cond_t changed;
	struct seen seen;
};

static void on_template(void *ctx, struct template *t, enum template_reason reason)
{
	struct bench *b = ctx;

	pthread_mutex_lock(&b->lock);
	b->seen.given++;
	b->seen.height = t->height;
	b->seen.branch = t->prev[4];
	b->seen.value = amount_units(t->value);
	b->seen.reason = reason;
	str_copy(b->seen.daemon, sizeof(b->seen.daemon), t->daemon);
	pthread_cond_broadcast(&b->changed);
	pthread_mutex_unlock(&b->lock);
	template_unref(t);
}

static void on_state(void *ctx)
{
	struct bench *b = ctx;

	pthread_mutex_lock(&b->lock);
	pthread_cond_broadcast(&b->changed);
	pthread_mutex_unlock(&b->lock);
}

static int open_bench(void **state)
{
	static const char *const names[] = {"one", "two", "three"};
	struct bench *b = NEW(struct bench);

	pthread_mutex_init(&b->lock, NULL);
	pthread_cond_init(&b->changed, NULL);
	for (unsigned i = 0; i < 3; i++) {
		b->plays[i] = (struct play){
			.chain = "regtest", .height = 100, .branch = 1, .value = 5000};
		b->fakes[i] = fake_start(play_daemon, &b->plays[i]);
		fake_conf(b->fakes[i], names[i], &b->conf[i]);
	}
	strcpy(b->network.daemon_chain, "regtest");
	b->network.has_genesis = true; /* of 32 zero bytes */
	b->pool.name = (char *)"test";
	b->pool.daemon_poll_ms = 20;
	b->pool.template_refresh_ms = NEVER_MS;
	b->pool.network = &b->network;
	b->pool.daemons = b->conf;
	b->pool.daemons_count = 1;
	strcpy(b->pool.coin.title, "Testcoin");
	b->timing = daemons_default_timing;
	b->timing.retry = 20;
	b->timing.force = NEVER_MS;
	b->timing.steady = 0;
	*state = b;
	return 0;
}

static int close_bench(void **state)
{
	struct bench *b = *state;

	daemons_stop(b->daemons);
	for (unsigned i = 0; i < 3; i++)
		fake_stop(b->fakes[i]);
	free(b);
	return 0;
}

static void start(struct bench *b, unsigned count)
{
	static const struct daemons_callbacks callbacks = {on_template, on_state};

	b->pool.daemons_count = count;
	b->daemons = daemons_start_timed(&b->pool, &callbacks, b, &b->timing);
}

/* Wait for the n-th template. */
static void wait_given(struct bench *b, unsigned n)
{
	pthread_mutex_lock(&b->lock);
	while (b->seen.given < n)
		pthread_cond_wait(&b->changed, &b->lock);
	pthread_mutex_unlock(&b->lock);
}

static struct seen seen_of(struct bench *b)
{
	struct seen seen;

	pthread_mutex_lock(&b->lock);
	seen = b->seen;
	pthread_mutex_unlock(&b->lock);
	return seen;
}

static struct daemon_status status_of(struct bench *b, unsigned i)
{
	struct daemon_status list[3];

	assert_true(daemons_status(b->daemons, list, 3) > i);
	return list[i];
}

static void wait_state(struct bench *b, unsigned i, enum daemon_state wanted)
{
	while (status_of(b, i).state != wanted)
		clock_sleep_ms(2);
}

/* Change a daemon's mind; long polls look again. */
#define CHANGE(b, i, change)                                                                       \
	do {                                                                                       \
		fake_lock((b)->fakes[i]);                                                          \
		(b)->plays[i].change;                                                              \
		fake_signal((b)->fakes[i]);                                                        \
		fake_unlock((b)->fakes[i]);                                                        \
	} while (0)

static void gives_tips(void **state)
{
	struct bench *b = *state;
	struct daemon_status status;
	struct why why = {0};

	b->timing.hold = 50;
	start(b, 1);
	wait_given(b, 1);
	assert_int_equal(seen_of(b).height, 101);
	assert_int_equal(seen_of(b).reason, TEMPLATE_NEW_TIP);
	assert_string_equal(seen_of(b).daemon, "one");
	assert_true(daemons_is_ready(b->daemons, &why));
	CHANGE(b, 0, height = 101);
	wait_given(b, 2);
	assert_int_equal(seen_of(b).height, 102);
	assert_int_equal(seen_of(b).reason, TEMPLATE_NEW_TIP);
	/* The same height on another branch is a new tip too, and so, after a while, is a lower
	 * one. */
	CHANGE(b, 0, branch = 2);
	wait_given(b, 3);
	assert_int_equal(seen_of(b).reason, TEMPLATE_NEW_TIP);
	CHANGE(b, 0, height = 90);
	wait_given(b, 4);
	assert_int_equal(seen_of(b).height, 91);
	status = status_of(b, 0);
	assert_int_equal(status.state, DAEMON_READY);
	assert_int_equal(status.height, 90);
	assert_true(status.is_current);
	assert_true(status.latency_us > 0);
	assert_true(status.template_age_ms >= 0);
}

static void is_woken(void **state)
{
	struct bench *b = *state;

	b->pool.daemon_poll_ms = NEVER_MS;
	start(b, 1);
	wait_given(b, 1);
	CHANGE(b, 0, height = 101);
	daemons_wake(b->daemons);
	wait_given(b, 2);
	assert_int_equal(seen_of(b).height, 102);
}

static void hears_by_long_poll(void **state)
{
	struct bench *b = *state;

	b->pool.daemon_poll_ms = NEVER_MS;
	b->conf[0].has_longpoll = true;
	b->plays[0].has_longpoll = true;
	start(b, 1);
	for (unsigned i = 1; i <= 20; i++) {
		wait_given(b, i);
		CHANGE(b, 0, height++);
	}
	wait_given(b, 21);
	assert_int_equal(b->plays[0].polls_most, 1);
}

/* What one daemon hears by long poll, the other is asked for. */
static void one_hears_all_look(void **state)
{
	struct bench *b = *state;

	b->pool.daemon_poll_ms = NEVER_MS;
	b->conf[0].has_longpoll = true;
	b->plays[0].has_longpoll = true;
	start(b, 2);
	wait_given(b, 1);
	wait_state(b, 1, DAEMON_READY);
	CHANGE(b, 1, height = 101);
	CHANGE(b, 0, height = 101);
	while (status_of(b, 1).height != 101)
		clock_sleep_ms(2);
	assert_int_equal(seen_of(b).given, 2);
}

static void does_not_flood_with_long_polls(void **state)
{
	struct bench *b = *state;

	b->pool.daemon_poll_ms = NEVER_MS;
	b->conf[0].has_longpoll = true;
	b->plays[0].has_longpoll = true;
	b->plays[0].is_impatient = true;
	start(b, 1);
	wait_given(b, 1);
	clock_sleep_ms(100);
	fake_lock(b->fakes[0]);
	assert_int_equal(b->plays[0].polls, 1);
	fake_unlock(b->fakes[0]);
	/* The next tip is another chance. */
	CHANGE(b, 0, height++);
	daemons_wake(b->daemons);
	wait_given(b, 2);
	fake_lock(b->fakes[0]);
	while (b->plays[0].polls < 2) {
		fake_unlock(b->fakes[0]);
		clock_sleep_ms(2);
		fake_lock(b->fakes[0]);
	}
	fake_unlock(b->fakes[0]);
}

static void publish(void *socket, const char *topic, const void *body, size_t len)
{
	assert_true(zmq_send(socket, topic, strlen(topic), ZMQ_SNDMORE) >= 0);
	assert_true(zmq_send(socket, body, len, ZMQ_SNDMORE) >= 0);
	assert_true(zmq_send(socket, "\0\0\0\0", 4, 0) >= 0);
}

static void hears_by_zmq(void **state)
{
	struct bench *b = *state;
	void *ctx = zmq_ctx_new(), *socket = zmq_socket(ctx, ZMQ_PUB);
	char address[64];
	size_t len = sizeof(address);
	int port = 21400;

	do {
		snprintf(address, sizeof(address), "tcp://127.0.0.1:%d", port);
	} while (zmq_bind(socket, address) != 0 && ++port < 21450);
	assert_int_equal(zmq_getsockopt(socket, ZMQ_LAST_ENDPOINT, address, &len), 0);
	b->pool.daemon_poll_ms = NEVER_MS;
	b->conf[0].zmq = address;
	start(b, 1);
	wait_given(b, 1);
	CHANGE(b, 0, height = 101);
	/* A subscription takes its time to arrive, so the message is sent until it is heard. */
	while (seen_of(b).given < 2) {
		publish(socket, "hashtx", "x", 1);
		publish(socket, "hashblock", "0123456789012345678901234567890", 32);
		clock_sleep_ms(5);
	}
	assert_int_equal(seen_of(b).height, 102);
	daemons_stop(b->daemons);
	b->daemons = NULL;
	zmq_close(socket);
	zmq_ctx_term(ctx);
}

static void a_bad_zmq_address_is_told(void **state)
{
	struct bench *b = *state;

	b->conf[0].zmq = (char *)"tpc://nowhere";
	start(b, 1);
	wait_given(b, 1);
	while (!strstr(status_of(b, 0).text, "zmq address cannot be used"))
		clock_sleep_ms(2);
	assert_true(daemons_is_ready(b->daemons, NULL));
}

static void refreshes_what_changed(void **state)
{
	struct bench *b = *state;

	b->pool.template_refresh_ms = 50;
	start(b, 1);
	wait_given(b, 1);
	CHANGE(b, 0, value = 6000);
	wait_given(b, 2);
	assert_int_equal(seen_of(b).value, 6000);
	assert_int_equal(seen_of(b).reason, TEMPLATE_REFRESH);
	/* Nothing but the time changes: nothing is given. */
	clock_sleep_ms(300);
	assert_int_equal(seen_of(b).given, 2);
}

static void forces_a_template_in_the_end(void **state)
{
	struct bench *b = *state;

	b->timing.force = 100;
	start(b, 1);
	wait_given(b, 2);
	assert_int_equal(seen_of(b).reason, TEMPLATE_REFRESH);
	wait_given(b, 3);
	assert_int_equal(seen_of(b).value, 5000);
}

static void takes_the_highest(void **state)
{
	struct bench *b = *state;

	b->plays[1].height = 105;
	start(b, 2);
	while (seen_of(b).height != 106)
		wait_given(b, seen_of(b).given + 1);
	assert_string_equal(seen_of(b).daemon, "two");
	CHANGE(b, 0, height = 107);
	while (seen_of(b).height != 108)
		wait_given(b, seen_of(b).given + 1);
	assert_string_equal(seen_of(b).daemon, "one");
}

/* Two blocks of one height: miners stay on the one that they have. */
static void a_tie_changes_nothing(void **state)
{
	struct bench *b = *state;

	start(b, 1);
	wait_given(b, 1);
	daemons_stop(b->daemons);
	b->seen.given = 0;
	start(b, 2);
	wait_given(b, 1);
	wait_state(b, 0, DAEMON_READY);
	wait_state(b, 1, DAEMON_READY);
	fake_lock(b->fakes[1]);
	b->plays[1].branch = 2;
	b->plays[1].height = 101;
	fake_unlock(b->fakes[1]);
	while (seen_of(b).height != 102)
		wait_given(b, seen_of(b).given + 1);
	assert_int_equal(seen_of(b).branch, 2);
	CHANGE(b, 0, height = 101);
	while (status_of(b, 0).height != 101)
		clock_sleep_ms(2);
	clock_sleep_ms(50);
	assert_int_equal(seen_of(b).branch, 2);
	CHANGE(b, 0, height = 102);
	while (seen_of(b).height != 103)
		wait_given(b, seen_of(b).given + 1);
	assert_int_equal(seen_of(b).branch, 1);
}

static void fails_over_and_recovers(void **state)
{
	struct bench *b = *state;
	unsigned given;

	start(b, 2);
	wait_given(b, 1);
	wait_state(b, 0, DAEMON_READY);
	wait_state(b, 1, DAEMON_READY);
	given = seen_of(b).given;
	fake_halt(b->fakes[0]);
	wait_state(b, 0, DAEMON_UNREACHABLE);
	assert_non_null(strstr(status_of(b, 0).text, "cannot be reached"));
	/* The other daemon has the same tip: no reason to disturb anybody. */
	assert_int_equal(seen_of(b).given, given);
	CHANGE(b, 1, height = 101);
	wait_given(b, given + 1);
	assert_string_equal(seen_of(b).daemon, "two");
	fake_resume(b->fakes[0]);
	wait_state(b, 0, DAEMON_READY);
	assert_int_equal(seen_of(b).given, given + 1);
	/* Both away. */
	fake_halt(b->fakes[0]);
	fake_halt(b->fakes[1]);
	wait_state(b, 0, DAEMON_UNREACHABLE);
	wait_state(b, 1, DAEMON_UNREACHABLE);
	assert_false(daemons_is_ready(b->daemons, NULL));
	CHANGE(b, 0, height = 103);
	fake_resume(b->fakes[0]);
	wait_given(b, given + 2);
	assert_int_equal(seen_of(b).height, 104);
}

/* The only daemon that knows the last block dies: the miners are not sent back at once. */
static void holds_a_tip(void **state)
{
	struct bench *b = *state;

	b->plays[0].height = 101;
	start(b, 2);
	while (seen_of(b).height != 102)
		wait_given(b, seen_of(b).given + 1);
	wait_state(b, 1, DAEMON_READY);
	fake_halt(b->fakes[0]);
	wait_state(b, 0, DAEMON_UNREACHABLE);
	clock_sleep_ms(50);
	assert_int_equal(seen_of(b).height, 102);
	CHANGE(b, 1, height = 101); /* it has heard of it now */
	while (status_of(b, 1).height != 101)
		clock_sleep_ms(2);
	assert_int_equal(seen_of(b).height, 102);
}

static void but_not_for_ever(void **state)
{
	struct bench *b = *state;

	b->timing.hold = 100;
	b->plays[0].height = 101;
	start(b, 2);
	while (seen_of(b).height != 102)
		wait_given(b, seen_of(b).given + 1);
	wait_state(b, 1, DAEMON_READY);
	fake_halt(b->fakes[0]);
	while (seen_of(b).height != 101)
		wait_given(b, seen_of(b).given + 1);
	assert_string_equal(seen_of(b).daemon, "two");
	assert_int_equal(seen_of(b).reason, TEMPLATE_NEW_TIP);
}

static void says_what_is_wrong(void **state)
{
	struct bench *b = *state;
	struct why why;

	b->plays[0].chain = "main";
	start(b, 1);
	wait_state(b, 0, DAEMON_WRONG_CHAIN);
	assert_non_null(strstr(status_of(b, 0).text, "'main', the pool is for 'regtest'"));
	assert_false(daemons_is_ready(b->daemons, &why));
	assert_non_null(strstr(why.text, "one: it is on the network 'main'"));
	CHANGE(b, 0, is_downloading = true);
	CHANGE(b, 0, chain = "regtest");
	wait_state(b, 0, DAEMON_SYNCING);
	CHANGE(b, 0, gbt_error = -9);
	CHANGE(b, 0, is_downloading = false);
	wait_state(b, 0, DAEMON_NO_PEERS);
	CHANGE(b, 0, gbt_error = -10);
	wait_state(b, 0, DAEMON_SYNCING);
	CHANGE(b, 0, gbt_error = -28);
	wait_state(b, 0, DAEMON_WARMING_UP);
	CHANGE(b, 0, gbt_error = -1);
	wait_state(b, 0, DAEMON_FAULTY);
	assert_non_null(strstr(status_of(b, 0).text, "because"));
	CHANGE(b, 0, gbt_text = "{\"height\":1}");
	CHANGE(b, 0, gbt_error = 0);
	while (!strstr(status_of(b, 0).text, "its block template cannot be used: version"))
		clock_sleep_ms(2);
	CHANGE(b, 0, busy_text = "");
	CHANGE(b, 0, busy_status = 401);
	wait_state(b, 0, DAEMON_AUTH);
	CHANGE(b, 0, busy_text = "Work queue depth exceeded");
	CHANGE(b, 0, busy_status = 500);
	wait_state(b, 0, DAEMON_BUSY);
	CHANGE(b, 0, busy_text = "<html>no server</html>");
	CHANGE(b, 0, busy_status = 503);
	wait_state(b, 0, DAEMON_UNREACHABLE);
	assert_int_equal(seen_of(b).given, 0);
	CHANGE(b, 0, gbt_text = NULL);
	CHANGE(b, 0, busy_status = 0);
	wait_given(b, 1);
	assert_string_equal(status_of(b, 0).text, "");
}

static void knows_another_coin(void **state)
{
	struct bench *b = *state;

	b->network.genesis[7] = 1;
	start(b, 1);
	wait_state(b, 0, DAEMON_WRONG_CHAIN);
	assert_non_null(strstr(status_of(b, 0).text, "not that of Testcoin"));
}

static void headers_ahead_are_a_chain_to_come(void **state)
{
	struct bench *b = *state;

	b->plays[0].headers = 120;
	start(b, 1);
	wait_state(b, 0, DAEMON_SYNCING);
	assert_non_null(strstr(status_of(b, 0).text, "block 100 of 120"));
	CHANGE(b, 0, height = 119);
	wait_given(b, 1);
	assert_int_equal(seen_of(b).height, 120);
}

/* … but not if the blocks never come: then the daemon refuses that chain. */
static void headers_alone_are_not(void **state)
{
	struct bench *b = *state;

	b->plays[0].headers = 120;
	b->timing.stuck = 200;
	start(b, 1);
	wait_state(b, 0, DAEMON_SYNCING);
	wait_given(b, 1);
	assert_int_equal(seen_of(b).height, 101);
}

static void a_busy_daemon_stays(void **state)
{
	struct bench *b = *state;

	start(b, 1);
	wait_given(b, 1);
	CHANGE(b, 0, busy_text = "Work queue depth exceeded");
	CHANGE(b, 0, busy_status = 500);
	clock_sleep_ms(100);
	assert_int_equal(status_of(b, 0).state, DAEMON_READY);
}

static void sees_who_lags(void **state)
{
	struct bench *b = *state;

	b->timing.behind = 50;
	b->plays[1].height = 90;
	start(b, 2);
	wait_state(b, 1, DAEMON_LAGGING);
	assert_non_null(strstr(status_of(b, 1).text, "behind"));
	assert_int_equal(status_of(b, 0).state, DAEMON_READY);
	fake_lock(b->fakes[1]);
	b->plays[1].height = 100;
	b->plays[1].branch = 2;
	fake_unlock(b->fakes[1]);
	while (!strstr(status_of(b, 1).text, "another newest block"))
		clock_sleep_ms(2);
	CHANGE(b, 1, branch = 1);
	wait_state(b, 1, DAEMON_READY);
}

/* A daemon that accepts connections and says nothing; and stopping while it does so. */
static void a_silent_one_is_out(void **state)
{
	struct bench *b = *state;
	int64_t start_ms;

	b->plays[0].is_silent = true;
	b->conf[1].has_longpoll = b->plays[1].has_longpoll = true;
	start(b, 2);
	wait_given(b, 1);
	assert_string_equal(seen_of(b).daemon, "two");
	wait_state(b, 0, DAEMON_SILENT);
	CHANGE(b, 1, height = 101);
	wait_given(b, 2);
	start_ms = clock_mono_ms();
	daemons_stop(b->daemons);
	b->daemons = NULL;
	assert_true(clock_mono_ms() - start_ms < 2000); /* not one of the 5 s time-outs */
}

/* It answers late: others are preferred until it does. */
static void a_slow_one_is_left_out(void **state)
{
	struct bench *b = *state;

	b->timing.hang = 50;
	start(b, 2);
	wait_given(b, 1);
	wait_state(b, 0, DAEMON_READY);
	wait_state(b, 1, DAEMON_READY);
	CHANGE(b, 0, is_slow = true);
	wait_state(b, 0, DAEMON_SILENT);
	CHANGE(b, 1, height = 101);
	wait_given(b, 2);
	assert_string_equal(seen_of(b).daemon, "two");
	CHANGE(b, 0, is_slow = false);
	wait_state(b, 0, DAEMON_READY);
}

/* One is on a fork, and ahead: the others are more. */
static void a_fork_is_outvoted(void **state)
{
	struct bench *b = *state;

	b->timing.apart = 200;
	b->plays[2].height = 110;
	b->plays[2].branch = 2;
	start(b, 3);
	wait_state(b, 2, DAEMON_FORKED);
	while (seen_of(b).height != 101)
		wait_given(b, seen_of(b).given + 1);
	CHANGE(b, 2, height = 111);
	CHANGE(b, 0, height = 101);
	CHANGE(b, 1, height = 101);
	while (seen_of(b).height != 102)
		wait_given(b, seen_of(b).given + 1);
	fake_lock(b->fakes[2]);
	b->plays[2].height = 101;
	b->plays[2].branch = 1;
	fake_unlock(b->fakes[2]);
	wait_state(b, 2, DAEMON_READY);
}

/* Of two neither is the majority. */
static void two_do_not_vote(void **state)
{
	struct bench *b = *state;

	b->timing.apart = 1;
	b->timing.behind = 50;
	b->plays[1].height = 110;
	b->plays[1].branch = 2;
	start(b, 2);
	wait_state(b, 0, DAEMON_LAGGING);
	assert_int_equal(seen_of(b).height, 111);
	assert_int_equal(status_of(b, 1).state, DAEMON_READY);
}

/* Behind one address a balancer asks daemons of which one does not know the last block yet. */
static void a_balancer_does_not_make_miners_run_to_and_fro(void **state)
{
	struct bench *b = *state;

	start(b, 1);
	wait_given(b, 1);
	CHANGE(b, 0, height = 101);
	wait_given(b, 2);
	for (int i = 0; i < 5; i++) {
		CHANGE(b, 0, height = 100);
		while (status_of(b, 0).height != 100)
			clock_sleep_ms(2);
		CHANGE(b, 0, height = 101);
		while (status_of(b, 0).height != 101)
			clock_sleep_ms(2);
	}
	assert_int_equal(seen_of(b).given, 2);
	assert_int_equal(seen_of(b).height, 102);
}

#define BENCH_TEST(f) cmocka_unit_test_setup_teardown(f, open_bench, close_bench)

int main(void)
{
	const struct CMUnitTest tests[] = {
		BENCH_TEST(gives_tips),
		BENCH_TEST(is_woken),
		BENCH_TEST(hears_by_long_poll),
		BENCH_TEST(one_hears_all_look),
		BENCH_TEST(does_not_flood_with_long_polls),
		BENCH_TEST(hears_by_zmq),
		BENCH_TEST(a_bad_zmq_address_is_told),
		BENCH_TEST(refreshes_what_changed),
		BENCH_TEST(forces_a_template_in_the_end),
		BENCH_TEST(takes_the_highest),
		BENCH_TEST(a_tie_changes_nothing),
		BENCH_TEST(fails_over_and_recovers),
		BENCH_TEST(holds_a_tip),
		BENCH_TEST(but_not_for_ever),
		BENCH_TEST(says_what_is_wrong),
		BENCH_TEST(knows_another_coin),
		BENCH_TEST(headers_ahead_are_a_chain_to_come),
		BENCH_TEST(headers_alone_are_not),
		BENCH_TEST(a_busy_daemon_stays),
		BENCH_TEST(sees_who_lags),
		BENCH_TEST(a_silent_one_is_out),
		BENCH_TEST(a_slow_one_is_left_out),
		BENCH_TEST(a_fork_is_outvoted),
		BENCH_TEST(two_do_not_vote),
		BENCH_TEST(a_balancer_does_not_make_miners_run_to_and_fro),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
