/* smtp.c -- see smtp.h. */
#include "io/smtp.h"

#include <curl/curl.h>
#include <pthread.h>
#include <string.h>

#include "base/mem.h"

struct source {
	const struct buf *message;
	size_t sent;
};

static size_t on_read(char *out, size_t one, size_t n, void *ctx)
{
	struct source *s = ctx;
	size_t rest = s->message->len - s->sent, len = one * n < rest ? one * n : rest;

	memcpy(out, s->message->data + s->sent, len);
	s->sent += len;
	return len;
}

static void set_server(CURL *easy, const struct smtp *server)
{
	bool must_encrypt = server->tls != SMTP_TLS_OFF;
	bool must_verify = server->tls == SMTP_TLS_VERIFY;

	curl_easy_setopt(easy, CURLOPT_URL, server->url);
	curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "smtp,smtps");
	curl_easy_setopt(easy, CURLOPT_PROXY, "");
	curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, (long)server->timeout_ms);
	curl_easy_setopt(
		easy, CURLOPT_USE_SSL, (long)(must_encrypt ? CURLUSESSL_ALL : CURLUSESSL_NONE));
	curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, must_verify ? 1L : 0L);
	curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, must_verify ? 2L : 0L);
	if (*server->user) {
		curl_easy_setopt(easy, CURLOPT_USERNAME, server->user);
		curl_easy_setopt(easy, CURLOPT_PASSWORD, server->password);
	}
}

static enum err outcome(
	CURLcode code, long answer, const struct source *s, const char *text, struct why *why)
{
	if (code == CURLE_OK)
		return OK;
	if (answer >= 500 && answer < 600)
		return err_fail(why, ERR_REFUSED, "the mail server answers %ld: %s", answer, text);
	if (s->sent == s->message->len)
		return err_fail(why, ERR_UNCERTAIN, "broken off after the mail was sent: %s", text);
	return err_fail(why, ERR_UNAVAILABLE, "%s", text);
}

enum err smtp_send(
	const struct smtp *server, const char *to, const struct buf *message, struct why *why)
{
	struct source source = {.message = message};
	char error[CURL_ERROR_SIZE] = "";
	struct curl_slist *receivers;
	CURL *easy = curl_easy_init();
	long answer = 0;
	CURLcode code;
	enum err err;

	assert(easy);
	receivers = curl_slist_append(NULL, to);
	set_server(easy, server);
	curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, error);
	curl_easy_setopt(easy, CURLOPT_MAIL_FROM, server->from);
	curl_easy_setopt(easy, CURLOPT_MAIL_RCPT, receivers);
	curl_easy_setopt(easy, CURLOPT_UPLOAD, 1L);
	curl_easy_setopt(easy, CURLOPT_READFUNCTION, on_read);
	curl_easy_setopt(easy, CURLOPT_READDATA, &source);
	code = curl_easy_perform(easy);
	curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &answer);
	err = outcome(code, answer, &source, error[0] ? error : curl_easy_strerror(code), why);
	curl_slist_free_all(receivers);
	curl_easy_cleanup(easy);
	return err;
}
