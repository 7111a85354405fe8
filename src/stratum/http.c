/* http.c -- see http.h. */
#include "stratum/http.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "stratum/request.h"

enum { HOST_MAX = 255 };

struct http_call {
	bool is_post, is_head;
	bool is_whole;
	size_t head_len; /* of text, up to and with the empty line; 0: it has not come yet */
	size_t wanted;   /* bytes of text, once head_len is known */
	struct buf text; /* all behind the first line */
};

static bool begins(const char *line, size_t len, const char *word)
{
	size_t n = strlen(word);

	return len >= n && memcmp(line, word, n) == 0;
}

struct http_call *http_call_new(const char *line, size_t len)
{
	bool is_post = begins(line, len, "POST "), is_head = begins(line, len, "HEAD ");
	struct http_call *h;

	if (!is_post && !is_head && !begins(line, len, "GET ") && !begins(line, len, "OPTIONS "))
		return NULL;
	h = NEW(struct http_call);
	h->is_post = is_post;
	h->is_head = is_head;
	h->is_whole = !memmem(line, len, " HTTP/", 6); /* HTTP 0.9 has no headers */
	return h;
}

void http_call_free(struct http_call *h)
{
	if (!h)
		return;
	buf_free(&h->text);
	free(h);
}

/* ---- the request ---- */

/* The value of a header, without blanks around it; false: there is none. */
static bool header(const struct http_call *h, const char *name, struct span *out)
{
	const char *p = buf_str(&h->text), *end = p + h->head_len;
	size_t n = strlen(name);

	while (p < end) {
		const char *stop = memchr(p, '\n', (size_t)(end - p));

		if (!stop)
			return false;
		if ((size_t)(stop - p) > n && p[n] == ':' && strncasecmp(p, name, n) == 0) {
			for (p += n + 1; p < stop && (*p == ' ' || *p == '\t');)
				p++;
			while (stop > p && strchr(" \t\r", stop[-1]))
				stop--;
			*out = (struct span){p, (size_t)(stop - p), JSON_KIND_STRING};
			return true;
		}
		p = stop + 1;
	}
	return false;
}

/* Where the empty line ends, looking from `from` on; 0: nowhere yet. */
static size_t find_head_end(const struct buf *text, size_t from)
{
	for (size_t i = from; i < text->len; i++) {
		if (text->data[i] != '\n')
			continue;
		if (i == 0 || text->data[i - 1] == '\n' ||
			(text->data[i - 1] == '\r' && (i == 1 || text->data[i - 2] == '\n')))
			return i + 1;
	}
	return 0;
}

/* How long the body is said to be; one that does not say it, or lies, has none for us. */
static size_t body_len(const struct http_call *h)
{
	struct span value;
	size_t len = 0;

	if (!header(h, "Content-Length", &value))
		return 0;
	for (size_t i = 0; i < value.len; i++) {
		if (value.text[i] < '0' || value.text[i] > '9')
			return 0;
		len = len * 10 + (size_t)(value.text[i] - '0');
		if (len > HTTP_MAX)
			return 0;
	}
	return len;
}

bool http_call_feed(struct http_call *h, const char *data, size_t len)
{
	size_t before = h->text.len, room = HTTP_MAX - before;

	if (h->is_whole)
		return true;
	buf_add(&h->text, data, len < room ? len : room);
	if (h->head_len == 0) {
		h->head_len = find_head_end(&h->text, before);
		h->wanted = h->head_len + (h->head_len ? body_len(h) : 0);
	}
	h->is_whole = len >= room || (h->head_len > 0 && h->text.len >= h->wanted);
	return h->is_whole;
}

/* ---- the answer ---- */

/* The digits behind the colon are a port. */
static bool is_port(const char *text, size_t len)
{
	unsigned port = 0;

	if (len < 1 || len > 5)
		return false;
	for (size_t i = 0; i < len; i++) {
		if (text[i] < '0' || text[i] > '9')
			return false;
		port = port * 10 + (unsigned)(text[i] - '0');
	}
	return port > 0 && port <= 65535;
}

/* How much of the text is a name or an address; IPv6 stands in brackets. */
static size_t name_len(const char *text, size_t len)
{
	static const char hex[] = "0123456789abcdefABCDEF:.";
	static const char name[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				   "0123456789-._";
	size_t n = 0;

	if (len > 0 && text[0] == '[') {
		for (n = 1; n < len && text[n] && strchr(hex, text[n]);)
			n++;
		return n > 1 && n < len && text[n] == ']' ? n + 1 : 0;
	}
	while (n < len && text[n] && strchr(name, text[n]))
		n++;
	return n;
}

/* Whom the request says that it asked, as host:port; false when it does not, or says nonsense. */
static bool asked(const struct http_call *h, uint16_t port, char *out, size_t size)
{
	struct span host;
	size_t name;

	if (!header(h, "Host", &host) || host.len > HOST_MAX)
		return false;
	name = name_len(host.text, host.len);
	if (name == 0)
		return false;
	if (name == host.len) {
		snprintf(out, size, "%.*s:%u", (int)host.len, host.text, port);
		return true;
	}
	if (host.text[name] != ':' || !is_port(host.text + name + 1, host.len - name - 1))
		return false;
	snprintf(out, size, "%.*s", (int)host.len, host.text);
	return true;
}

/* The id of a JSON-RPC call, so that its answer is taken for it. */
static void add_id(const struct http_call *h, struct buf *out)
{
	const char *body = buf_str(&h->text) + h->head_len;
	size_t len = h->text.len - h->head_len;
	struct request r;
	const char *quote;

	if (len > h->wanted - h->head_len)
		len = h->wanted - h->head_len;
	if (request_read(body, len, &r) != OK || !request_wants_reply(&r) ||
		r.id.len > REQUEST_ID_MAX) {
		buf_add_str(out, "null");
		return;
	}
	quote = r.id.kind == JSON_KIND_STRING ? "\"" : "";
	buf_add_str(out, quote);
	buf_add(out, r.id.text, r.id.len);
	buf_add_str(out, quote);
}

void http_call_answer(const struct http_call *h, const char *scheme, const char *host,
	uint16_t port, struct buf *out)
{
	char where[HOST_MAX + 8] = "";
	struct buf body = {0};

	if (!asked(h, port, where, sizeof(where)) && host)
		snprintf(where, sizeof(where), strchr(host, ':') ? "[%s]:%u" : "%s:%u", host, port);
	if (h->is_post) {
		buf_printf(&body,
			"{\"result\":null,\"error\":{\"code\":-32601,\"message\":\"This port is "
			"for miners: use it as %s://%s\"},\"id\":",
			scheme, where);
		add_id(h, &body);
		buf_add_str(&body, "}\n");
	} else {
		buf_printf(&body, "This port is for miners: use it as %s://%s\n", scheme, where);
	}
	buf_printf(out,
		"HTTP/1.0 200 OK\r\nContent-Type: %s\r\nContent-Length: %zu\r\n"
		"Connection: close\r\n",
		h->is_post ? "application/json" : "text/plain; charset=utf-8", body.len);
	if (where[0])
		buf_printf(out, "X-Stratum: %s://%s\r\n", scheme, where);
	buf_add_str(out, "\r\n");
	if (!h->is_head)
		buf_add(out, body.data, body.len);
	buf_free(&body);
}
