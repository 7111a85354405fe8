/* test_client.c -- coind.h against a server that answers well, badly, late or not at all. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/clock.h"
#include "base/mem.h"
#include "coind/coind.h"
#include "fake.h"

#define SHORT_MS 300
#define LONG_MS  30000

/* What the server does with every call. */
struct play {
	int status;
	const char *body; /* NULL: a good answer */
	bool is_raw, is_endless;
	unsigned calls;
	bool must_cut_second; /* cut the connection at the second call, once */
};

static void handle(void *ctx, struct fake *f, const char *method, const json_t *params, int64_t id,
	struct fake_reply *out)
{
	struct play *s = ctx;

	s->calls++;
	if (s->must_cut_second && s->calls == 2) {
		out->status = 0;
		return;
	}
	if (!s->body) {
		fake_result(out, id, "{\"amount\":0.12345678,\"list\":[1,2]}");
		return;
	}
	fake_text(out, s->status, s->body);
	out->is_raw = s->is_raw;
	out->is_endless = s->is_endless;
}

/* One call to a server with this script. */
static enum err call(struct play *s, const char *method, int64_t timeout_ms, json_t **out,
	struct coind_error *error)
{
	struct fake *f = fake_start(handle, s);
	struct conf_daemon conf;
	struct coind *d;
	enum err err;

	fake_conf(f, "a", &conf);
	d = coind_new(&conf);
	err = coind_call(d, method, json_pack("[s,i]", "x", 1), timeout_ms, out, error);
	coind_free(d);
	fake_stop(f);
	return err;
}

static void gives_the_result(void **state)
{
	struct play s = {0};
	struct amount amount;
	json_t *result;

	assert_int_equal(call(&s, "getwalletinfo", LONG_MS, &result, NULL), OK);
	assert_true(json_get_amount(result, "amount", &amount));
	assert_int_equal(amount_units(amount), 12345678);
	json_decref(result);
	assert_int_equal(call(&s, "getwalletinfo", LONG_MS, NULL, NULL), OK);
}

struct hostile {
	int status;
	const char *body;
	enum err err;
	int code;
	const char *words; /* that the explanation contains */
	bool is_raw;
};

static const struct hostile hostile[] = {
	{503, "<html><body><h1>503 Service Unavailable</h1>\nNo server</body></html>",
		ERR_UNAVAILABLE, 0, "HTTP 503"},
	{502, "", ERR_UNAVAILABLE, 0, "HTTP 502"},
	{200, "<html>\x01hello</html>", ERR_PROTOCOL, 0, "<html> hello"},
	{200, "", ERR_PROTOCOL, 0, "without any text"},
	{200, "{\"result\":{\"a\":[1,2", ERR_PROTOCOL, 0, "not JSON-RPC"},
	{200, "[]", ERR_PROTOCOL, 0, "not JSON-RPC"},
	{200, "null", ERR_PROTOCOL, 0, "not JSON-RPC"},
	{200, "17", ERR_PROTOCOL, 0, "not JSON-RPC"},
	{200, "{}", ERR_PROTOCOL, 0, "not JSON-RPC"},
	{200, "{\"error\":null,\"id\":1}", ERR_PROTOCOL, 0, "not JSON-RPC"},
	{200, "{\"result\":1,\"result\":2,\"error\":null,\"id\":1}", ERR_PROTOCOL, 0, NULL},
	{200, "{\"result\":1,\"error\":null,\"id\":2}", ERR_PROTOCOL, 0, "another call"},
	{200, "{\"result\":1,\"error\":null,\"id\":\"1\"}", ERR_PROTOCOL, 0, "another call"},
	{200, "{\"result\":1,\"error\":null}", ERR_PROTOCOL, 0, "another call"},
	{200, "{\"result\":null,\"error\":\"no\",\"id\":1}", ERR_PROTOCOL, 0, "not an object"},
	{200, "{\"result\":null,\"error\":{\"message\":\"no\"},\"id\":1}", ERR_PROTOCOL, 0,
		"no code"},
	{200, "{\"result\":null,\"error\":{\"code\":99999999999,\"message\":\"no\"},\"id\":1}",
		ERR_PROTOCOL, 0, "no code"},
	{200, "{\"result\":99999999999999999999999,\"error\":null,\"id\":1}", ERR_PROTOCOL, 0,
		NULL},
	{500, "{\"result\":1,\"error\":null,\"id\":1}", ERR_PROTOCOL, 0, "HTTP 500"},
	{500, "Work queue depth exceeded", ERR_BUSY, 0, "queue"},
	{503, "Work queue depth exceeded", ERR_BUSY, 0, "queue"},
	{401, "", ERR_AUTH, 0, "user and password"},
	{403, "<html>no</html>", ERR_AUTH, 0, "user and password"},
	{405, "JSONRPC server handles only POST requests", ERR_PROTOCOL, 0, "only POST"},
	{302, "", ERR_PROTOCOL, 0, "HTTP 302"},
	{500,
		"{\"result\":null,\"error\":{\"code\":-28,\"message\":\"Loading block "
		"index...\"},\"id\":1}",
		ERR_WARMUP, -28, "Loading block index..."},
	{500, "{\"result\":null,\"error\":{\"code\":-9,\"message\":\"not connected!\"},\"id\":1}",
		ERR_REFUSED, -9, "not connected!"},
	{500,
		"{\"result\":null,\"error\":{\"code\":-10,\"message\":\"is "
		"downloading\\nblocks...\"},\"id\":1}",
		ERR_REFUSED, -10, "is downloading blocks..."},
	{500,
		"{\"result\":null,\"error\":{\"code\":-32700,\"message\":\"Parse "
		"error\"},\"id\":null}",
		ERR_REFUSED, -32700, "Parse error"},
	{404,
		"{\"result\":null,\"error\":{\"code\":-32601,\"message\":\"Method not "
		"found\"},\"id\":1}",
		ERR_REFUSED, -32601, "Method not found"},
	/* bcoin: errors with HTTP 200 */
	{200, "{\"result\":null,\"error\":{\"code\":-1,\"message\":\"\"},\"id\":1}", ERR_REFUSED,
		-1, "error -1"},
	{1, "SSH-2.0-OpenSSH_9.2p1 Debian\r\n", ERR_PROTOCOL, 0, NULL, true},
	{1, "HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n{\"result\":1", ERR_TIMEOUT, 0, NULL,
		true},
};

static void understands_bad_answers(void **state)
{
	for (size_t i = 0; i < ARRAY_LEN(hostile); i++) {
		const struct hostile *h = &hostile[i];
		struct play s = {.status = h->status, .body = h->body, .is_raw = h->is_raw};
		struct coind_error error;
		json_t *result = NULL;
		enum err err = call(
			&s, "getblocktemplate", h->is_raw ? SHORT_MS : LONG_MS, &result, &error);

		if (err != h->err || error.code != h->code ||
			(h->words && !strstr(error.why.text, h->words)))
			fail_msg("case %zu: %s, code %d: %s", i, err_text(err), error.code,
				error.why.text);
		assert_null(result);
		assert_true(error.why.text[0]);
	}
}

static void refuses_an_endless_answer(void **state)
{
	char *megabyte = mem_alloc((1 << 20) + 1);
	struct play s = {.status = 200, .is_endless = true};
	struct coind_error error;

	memset(megabyte, ' ', 1 << 20);
	s.body = megabyte;
	assert_int_equal(call(&s, "getblocktemplate", LONG_MS, NULL, &error), ERR_LIMIT);
	free(megabyte);
}

static void never_answer(void *ctx, struct fake *f, const char *method, const json_t *params,
	int64_t id, struct fake_reply *out)
{
	out->status = -1;
}

static void tells_uncertain_from_failed(void **state)
{
	struct fake *f = fake_start(never_answer, NULL);
	struct conf_daemon conf;
	struct coind_error error;
	struct coind *d;

	fake_conf(f, "a", &conf);
	d = coind_new(&conf);
	assert_int_equal(coind_call(d, "submitblock", NULL, SHORT_MS, NULL, &error), ERR_TIMEOUT);
	assert_int_equal(coind_call(d, "sendmany", NULL, SHORT_MS, NULL, &error), ERR_UNCERTAIN);
	assert_non_null(strstr(error.why.text, "sendmany may have been carried out"));
	/* Not even sent: that is a plain failure. */
	conf.url = (char *)"http://127.0.0.1:21499";
	coind_free(d);
	d = coind_new(&conf);
	assert_int_equal(coind_call(d, "sendmany", NULL, SHORT_MS, NULL, &error), ERR_UNAVAILABLE);
	coind_free(d);
	fake_stop(f);
}

static void uncertain_by_answer(void **state)
{
	struct coind_error error;
	struct play garbage = {.status = 200, .body = "<html>"};
	struct play gateway = {.status = 504, .body = "<html>"};
	struct play balancer = {.status = 503, .body = "<html>"};
	struct play closed = {.status = 0, .body = ""};
	struct play refused = {.status = 401, .body = ""};

	assert_int_equal(call(&garbage, "sendmany", LONG_MS, NULL, &error), ERR_UNCERTAIN);
	assert_int_equal(call(&gateway, "sendmany", LONG_MS, NULL, &error), ERR_UNCERTAIN);
	assert_int_equal(call(&closed, "sendmany", LONG_MS, NULL, &error), ERR_UNCERTAIN);
	assert_int_equal(closed.calls, 1);
	assert_int_equal(call(&balancer, "sendmany", LONG_MS, NULL, &error), ERR_UNAVAILABLE);
	assert_int_equal(call(&refused, "sendmany", LONG_MS, NULL, &error), ERR_AUTH);
}

/* A kept connection that the daemon closes is opened again, for calls that may be repeated. */
static void reconnects(void **state)
{
	struct play s = {.must_cut_second = true};
	struct fake *f = fake_start(handle, &s);
	struct conf_daemon conf;
	struct coind *d;

	fake_conf(f, "a", &conf);
	d = coind_new(&conf);
	assert_int_equal(coind_call(d, "getblockcount", NULL, LONG_MS, NULL, NULL), OK);
	assert_int_equal(coind_call(d, "getblockcount", NULL, LONG_MS, NULL, NULL), OK);
	assert_int_equal(s.calls, 3);
	assert_int_equal(fake_connections(f), 2);
	assert_int_equal(coind_call(d, "getblockcount", NULL, LONG_MS, NULL, NULL), OK);
	assert_int_equal(fake_connections(f), 2);
	/* The same with one that must not be repeated: it has a connection of its own. */
	assert_int_equal(coind_call(d, "sendmany", NULL, LONG_MS, NULL, NULL), OK);
	assert_int_equal(fake_connections(f), 3);
	assert_true(coind_latency_us(d) > 0);
	coind_free(d);
	fake_stop(f);
}

static void *abort_soon(void *arg)
{
	clock_sleep_ms(50);
	coind_abort(arg);
	return NULL;
}

static void can_be_aborted(void **state)
{
	struct fake *f = fake_start(never_answer, NULL);
	struct conf_daemon conf;
	pthread_t thread;
	struct coind *d;

	fake_conf(f, "a", &conf);
	d = coind_new(&conf);
	pthread_create(&thread, NULL, abort_soon, d);
	assert_int_equal(coind_call(d, "getblocktemplate", NULL, 0, NULL, NULL), ERR_CLOSED);
	assert_int_equal(coind_call(d, "getblocktemplate", NULL, 0, NULL, NULL), ERR_CLOSED);
	pthread_join(thread, NULL);
	coind_free(d);
	fake_stop(f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(gives_the_result),
		cmocka_unit_test(understands_bad_answers),
		cmocka_unit_test(refuses_an_endless_answer),
		cmocka_unit_test(tells_uncertain_from_failed),
		cmocka_unit_test(uncertain_by_answer),
		cmocka_unit_test(reconnects),
		cmocka_unit_test(can_be_aborted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
