#include "coind/coind.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "conf/conf.h"
#include "io/http.h"

#define CONNECT_MS 5000
#define ANSWER_MAX (48 << 20) /* [bytes] a template of full blocks is about 16 MiB of JSON */
#define QUOTE_MAX  80         /* characters of a strange answer that are shown */

struct coind {
	const struct conf_daemon *conf;
	char *url;
	struct http *http;
	int64_t last_id;
	int64_t latency_us;
};

/* Calls that may be sent twice: they change nothing, or the second time changes nothing more. */
static const char *const repeatable[] = {
	"createrawtransaction",
	"decoderawtransaction",
	"getaddressinfo",
	"getbalance",
	"getbestblockhash",
	"getblock",
	"getblockchaininfo",
	"getblockcount",
	"getblockhash",
	"getblockheader",
	"getblocktemplate",
	"getmininginfo",
	"getnetworkhashps",
	"getnetworkinfo",
	"gettransaction",
	"gettxout",
	"getunconfirmedbalance",
	"getwalletinfo",
	"keypoolrefill",
	"listlockunspent",
	"listsinceblock",
	"lockunspent",
	"sendrawtransaction",
	"signrawtransaction",
	"signrawtransactionwithwallet",
	"submitblock",
	"validateaddress",
	"walletlock",
	"walletpassphrase",
};

static bool is_repeatable(const char *method)
{
	for (size_t i = 0; i < ARRAY_LEN(repeatable); i++) {
		if (strcmp(method, repeatable[i]) == 0)
			return true;
	}
	return false;
}

struct coind *coind_new_at(const struct conf_daemon *conf, const char *url)
{
	struct coind *d = NEW(struct coind);

	d->conf = conf;
	d->url = str_dup(url);
	d->http = http_new();
	return d;
}

struct coind *coind_new(const struct conf_daemon *conf)
{
	return coind_new_at(conf, conf->url);
}

void coind_free(struct coind *d)
{
	if (!d)
		return;
	http_free(d->http);
	free(d->url);
	free(d);
}

const char *coind_name(const struct coind *d)
{
	return d->conf->name;
}

void coind_abort(struct coind *d)
{
	http_abort(d->http);
}

int64_t coind_latency_us(const struct coind *d)
{
	return d->latency_us;
}

/* Foreign text made fit for a log line: printable ASCII and UTF-8, at most max bytes. */
static void quote(char *out, size_t max, const char *text)
{
	size_t len = 0;

	for (; *text && len + 1 < max; text++)
		out[len++] = (unsigned char)*text < 0x20 || *text == 0x7f ? ' ' : *text;
	out[len] = '\0';
}

static void write_request(struct buf *out, int64_t id, const char *method, const char *params)
{
	buf_printf(out, "{\"jsonrpc\":\"1.0\",\"id\":%" PRId64 ",\"method\":", id);
	buf_add_json_str(out, method);
	buf_add_str(out, ",\"params\":");
	buf_add_str(out, params);
	buf_add_str(out, "}");
}

static enum err send_request(struct coind *d, const struct buf *body, bool once, int64_t timeout_ms,
	struct http_answer *out, bool *was_sent, struct why *why)
{
	struct conf_login login;
	struct http_request req = {
		.url = d->url,
		.content_type = "application/json",
		.body = body->data,
		.body_len = body->len,
		.connect_timeout_ms =
			timeout_ms && timeout_ms < CONNECT_MS ? timeout_ms : CONNECT_MS,
		.timeout_ms = timeout_ms,
		.answer_max = ANSWER_MAX,
		.once = once,
	};
	enum err err;

	*was_sent = false;
	err = conf_daemon_login(d->conf, &login, why);
	if (err != OK)
		return err == ERR_NOT_FOUND ? ERR_UNAVAILABLE : ERR_AUTH;
	req.user = login.user;
	req.password = login.password;
	err = http_send(d->http, &req, out, was_sent, why);
	conf_login_fini(&login);
	return err;
}

/* An answer that is not JSON-RPC: from the HTTP server inside the daemon, or a balancer before it.
 */
static enum err explain_other(const struct http_answer *answer, struct why *why)
{
	const char *text = buf_str(&answer->body);
	char words[QUOTE_MAX];

	quote(words, sizeof(words), text);
	if (answer->status == 401 || answer->status == 403)
		return err_fail(why, ERR_AUTH, "it refuses our user and password (HTTP %d)",
			answer->status);
	if (strstr(text, "Work queue depth exceeded"))
		return err_fail(why, ERR_BUSY, "its queue of calls is full (rpcworkqueue)");
	if (answer->status >= 502 && answer->status <= 504)
		return err_fail(why, ERR_UNAVAILABLE,
			"HTTP %d: the server there has no daemon to ask", answer->status);
	if (!words[0])
		return err_fail(why, ERR_PROTOCOL, "HTTP %d without any text", answer->status);
	return err_fail(why, ERR_PROTOCOL, "HTTP %d with an answer that is not JSON-RPC: %s",
		answer->status, words);
}

static enum err explain_error(const json_t *obj, struct coind_error *error)
{
	const char *message = json_get_str(obj, "message");
	int64_t code;

	if (!json_get_i64(obj, "code", &code) || code < INT32_MIN || code > INT32_MAX)
		return err_fail(&error->why, ERR_PROTOCOL, "its error has no code");
	error->code = (int)code;
	quote(error->why.text, sizeof(error->why.text), message ? message : "");
	if (!error->why.text[0])
		err_fail(&error->why, OK, "error %d", error->code);
	return code == COIND_CODE_WARMUP ? ERR_WARMUP : ERR_REFUSED;
}

static enum err read_answer(
	const struct http_answer *answer, int64_t id, json_t **out, struct coind_error *error)
{
	json_t *root, *member;
	enum err err = OK;

	if (json_read(buf_str(&answer->body), answer->body.len, &root, NULL) != OK)
		return explain_other(answer, &error->why);
	if (!json_is_object(root) || !json_object_get(root, "result")) {
		err = json_is_object(json_object_get(root, "error"))
			      ? OK
			      : explain_other(answer, &error->why);
	}
	member = json_object_get(root, "id");
	if (err == OK && json_is_object(json_object_get(root, "error")))
		err = explain_error(json_object_get(root, "error"), error);
	else if (err == OK && json_object_get(root, "error") &&
		 !json_is_null(json_object_get(root, "error")))
		err = err_fail(&error->why, ERR_PROTOCOL, "its error is not an object");
	else if (err == OK && answer->status != 200)
		err = explain_other(answer, &error->why);
	else if (err == OK && (!json_is_integer(member) || json_integer_value(member) != id))
		err = err_fail(&error->why, ERR_PROTOCOL, "the answer belongs to another call");
	if (err == OK && out)
		*out = json_incref(json_object_get(root, "result"));
	json_decref(root);
	return err;
}

/* Whether the daemon may have carried out a call that ended like this. */
static bool may_have_happened(enum err err, int http_status)
{
	switch ((int)err) {
	case ERR_TIMEOUT:
	case ERR_LIMIT:
	case ERR_CLOSED: return true;
	case ERR_UNAVAILABLE: return http_status != 503;
	case ERR_PROTOCOL: return http_status == 0 || http_status == 200 || http_status >= 500;
	default: return false;
	}
}

enum err coind_call_text(struct coind *d, const char *method, const char *params,
	int64_t timeout_ms, json_t **out, struct coind_error *error)
{
	bool once = !is_repeatable(method), was_sent;
	struct coind_error unwanted;
	struct http_answer answer = {0};
	struct buf body = {0};
	int64_t start_us = clock_mono_us();
	enum err err;

	if (!error)
		error = &unwanted;
	*error = (struct coind_error){0};
	write_request(&body, ++d->last_id, method, params);
	err = send_request(d, &body, once, timeout_ms, &answer, &was_sent, &error->why);
	explicit_bzero(body.data, body.len);
	buf_free(&body);
	if (err == OK) {
		d->latency_us = clock_mono_us() - start_us;
		error->http_status = answer.status;
		err = read_answer(&answer, d->last_id, out, error);
		buf_free(&answer.body);
	}
	if (once && was_sent && may_have_happened(err, error->http_status)) {
		err_prefix(&error->why, "%s may have been carried out", method);
		return ERR_UNCERTAIN;
	}
	return err;
}

enum err coind_call(struct coind *d, const char *method, json_t *params, int64_t timeout_ms,
	json_t **out, struct coind_error *error)
{
	struct buf text = {0};
	enum err err;

	if (params)
		buf_add_json(&text, params);
	json_decref(params);
	err = coind_call_text(d, method, text.len ? buf_str(&text) : "[]", timeout_ms, out, error);
	if (text.data)
		explicit_bzero(text.data, text.len); /* it may hold a passphrase */
	buf_free(&text);
	return err;
}
