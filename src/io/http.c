#include "io/http.h"

#include <curl/curl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <string.h>

#include "base/mem.h"

#define IDLE_MAX_S      20L /* daemons close idle connections after 30 s: be earlier */
#define KEEPALIVE_S     30L /* how a peer that vanished is noticed while a request waits for hours */
#define WAIT_FOREVER_MS 3600000

/*
 * curl's multi interface carries a single request here, because waiting on it can be ended by
 * another thread (curl_multi_wakeup) and the easy interface's cannot.
 */
struct http {
	CURLM *multi;
	CURL *easy;
	atomic_bool is_aborted;
	char error[CURL_ERROR_SIZE];
};

/* Where an answer grows, up to its limit. */
struct sink {
	struct buf body;
	size_t max;
	bool is_over;
};

static pthread_once_t curl_once = PTHREAD_ONCE_INIT;

static void curl_start(void)
{
	CURLcode code = curl_global_init(CURL_GLOBAL_DEFAULT);

	assert(code == CURLE_OK);
}

struct http *http_new(void)
{
	struct http *h = NEW(struct http);

	pthread_once(&curl_once, curl_start);
	h->multi = curl_multi_init();
	h->easy = curl_easy_init();
	assert(h->multi && h->easy);
	return h;
}

void http_free(struct http *h)
{
	if (!h)
		return;
	curl_easy_cleanup(h->easy);
	curl_multi_cleanup(h->multi);
	free(h);
}

void http_abort(struct http *h)
{
	atomic_store(&h->is_aborted, true);
	curl_multi_wakeup(h->multi);
}

static size_t on_body(char *data, size_t one, size_t len, void *ctx)
{
	struct sink *sink = ctx;

	if (len > sink->max - sink->body.len) {
		sink->is_over = true;
		return 0;
	}
	buf_add(&sink->body, data, len);
	return len * one;
}

static void set_common(struct http *h, const struct http_request *req, struct sink *sink)
{
	curl_easy_reset(h->easy);
	curl_easy_setopt(h->easy, CURLOPT_URL, req->url);
	curl_easy_setopt(h->easy, CURLOPT_PROTOCOLS_STR, "http,https");
	curl_easy_setopt(h->easy, CURLOPT_PROXY, "");
	curl_easy_setopt(h->easy, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(h->easy, CURLOPT_ERRORBUFFER, h->error);
	curl_easy_setopt(h->easy, CURLOPT_WRITEFUNCTION, on_body);
	curl_easy_setopt(h->easy, CURLOPT_WRITEDATA, sink);
	curl_easy_setopt(h->easy, CURLOPT_CONNECTTIMEOUT_MS, (long)req->connect_timeout_ms);
	curl_easy_setopt(h->easy, CURLOPT_TIMEOUT_MS, (long)req->timeout_ms);
	curl_easy_setopt(h->easy, CURLOPT_TCP_KEEPALIVE, 1L);
	curl_easy_setopt(h->easy, CURLOPT_TCP_KEEPIDLE, KEEPALIVE_S);
	curl_easy_setopt(h->easy, CURLOPT_TCP_KEEPINTVL, KEEPALIVE_S / 3);
	curl_easy_setopt(h->easy, CURLOPT_MAXAGE_CONN, IDLE_MAX_S);
	curl_easy_setopt(h->easy, CURLOPT_FRESH_CONNECT, req->once ? 1L : 0L);
	if (req->user) {
		curl_easy_setopt(h->easy, CURLOPT_HTTPAUTH, (long)CURLAUTH_BASIC);
		curl_easy_setopt(h->easy, CURLOPT_USERNAME, req->user);
		curl_easy_setopt(h->easy, CURLOPT_PASSWORD, req->password ? req->password : "");
	}
}

static struct curl_slist *set_body(struct http *h, const struct http_request *req)
{
	struct curl_slist *headers = curl_slist_append(NULL, "Expect:");
	char line[128];

	if (req->content_type) {
		snprintf(line, sizeof(line), "Content-Type: %s", req->content_type);
		headers = curl_slist_append(headers, line);
	}
	curl_easy_setopt(h->easy, CURLOPT_HTTPHEADER, headers);
	if (req->body) {
		curl_easy_setopt(h->easy, CURLOPT_POST, 1L);
		curl_easy_setopt(h->easy, CURLOPT_POSTFIELDS, req->body);
		curl_easy_setopt(h->easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)req->body_len);
	}
	return headers;
}

/* Drive the transfer to its end; false when it was aborted. */
static bool run(struct http *h, CURLcode *out)
{
	struct CURLMsg *msg;
	int running = 1, left;

	while (!atomic_load(&h->is_aborted)) {
		CURLMcode code = curl_multi_perform(h->multi, &running);

		assert(code == CURLM_OK);
		if (!running) {
			msg = curl_multi_info_read(h->multi, &left);
			assert(msg && msg->msg == CURLMSG_DONE);
			*out = msg->data.result;
			return true;
		}
		curl_multi_poll(h->multi, NULL, 0, WAIT_FOREVER_MS, NULL);
	}
	return false;
}

static enum err explain(
	struct http *h, CURLcode code, bool was_sent, const struct sink *sink, struct why *why)
{
	const char *text = h->error[0] ? h->error : curl_easy_strerror(code);

	if (sink->is_over)
		return err_fail(why, ERR_LIMIT, "the answer is longer than %zu bytes", sink->max);
	switch (code) {
	case CURLE_OPERATION_TIMEDOUT: return err_fail(why, ERR_TIMEOUT, "%s", text);
	case CURLE_URL_MALFORMAT: return err_fail(why, ERR_INVALID, "%s", text);
	case CURLE_UNSUPPORTED_PROTOCOL: /* of the URL, or an answer that is not HTTP/1 */
		return err_fail(why, was_sent ? ERR_PROTOCOL : ERR_INVALID, "%s", text);
	case CURLE_WEIRD_SERVER_REPLY:
	case CURLE_BAD_CONTENT_ENCODING: return err_fail(why, ERR_PROTOCOL, "%s", text);
	default: return err_fail(why, ERR_UNAVAILABLE, "%s", text);
	}
}

enum err http_send(struct http *h, const struct http_request *req, struct http_answer *out,
	bool *was_sent, struct why *why)
{
	struct sink sink = {.max = req->answer_max};
	struct curl_slist *headers;
	CURLcode code = CURLE_OK;
	long sent_bytes = 0, status = 0;
	enum err err = OK;

	assert(req->connect_timeout_ms > 0 && req->timeout_ms >= 0);
	h->error[0] = '\0';
	set_common(h, req, &sink);
	headers = set_body(h, req);
	curl_multi_add_handle(h->multi, h->easy);
	if (!run(h, &code))
		err = err_fail(why, ERR_CLOSED, "given up");
	curl_easy_getinfo(h->easy, CURLINFO_REQUEST_SIZE, &sent_bytes);
	curl_easy_getinfo(h->easy, CURLINFO_RESPONSE_CODE, &status);
	*was_sent = sent_bytes > 0;
	if (err == OK && code != CURLE_OK)
		err = explain(h, code, *was_sent, &sink, why);
	curl_multi_remove_handle(h->multi, h->easy);
	curl_slist_free_all(headers);
	if (err != OK) {
		buf_free(&sink.body);
		return err;
	}
	*out = (struct http_answer){(int)status, sink.body};
	return OK;
}
