/*
 * httpd.c -- the HTTP server: connections, routes, requests and plain answers, on libmicrohttpd.
 *
 * The library owns the sockets and calls handle() on one of its threads. A request lives from
 * the first call (headers are in) to on_completed().
 */
#include "io/httpd.h"

#include <arpa/inet.h>
#include <netdb.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/hex.h"
#include "base/json.h"
#include "base/mem.h"
#include "io/httpd_priv.h"

#define CONN_MEMORY_BYTES 16384 /* of one connection: bounds the request line and the headers */
#define BACKLOG           511

/* ---- clients ---- */

static bool is_private_v4(uint32_t a)
{
	return a >> 24 == 127 || a >> 24 == 10 || a >> 20 == 0xac1 || a >> 16 == 0xc0a8 ||
	       a >> 16 == 0xa9fe;
}

static bool is_private_v6(const uint8_t a[16])
{
	static const uint8_t loopback[16] = {[15] = 1};

	return memcmp(a, loopback, 16) == 0 || (a[0] & 0xfe) == 0xfc ||
	       (a[0] == 0xfe && (a[1] & 0xc0) == 0x80);
}

/* The address as text, v4-mapped ones as v4. */
static bool describe_address(const struct sockaddr *sa, char text[INET6_ADDRSTRLEN])
{
	static const uint8_t mapped[12] = {[10] = 0xff, [11] = 0xff};
	struct in_addr v4;

	text[0] = '\0';
	if (sa->sa_family == AF_INET6) {
		const struct sockaddr_in6 *in6 = (const struct sockaddr_in6 *)(const void *)sa;

		if (memcmp(&in6->sin6_addr, mapped, sizeof mapped) != 0) {
			inet_ntop(AF_INET6, &in6->sin6_addr, text, INET6_ADDRSTRLEN);
			return is_private_v6(in6->sin6_addr.s6_addr);
		}
		memcpy(&v4, in6->sin6_addr.s6_addr + 12, 4);
	} else if (sa->sa_family == AF_INET) {
		v4 = ((const struct sockaddr_in *)(const void *)sa)->sin_addr;
	} else {
		return true;
	}
	inet_ntop(AF_INET, &v4, text, INET6_ADDRSTRLEN);
	return is_private_v4(ntohl(v4.s_addr));
}

/* A proxy's word for who is behind it: the last address, the one the proxy itself has seen. */
static void take_forwarded_client(struct httpd_req *req, const char *forwarded)
{
	const char *last = strrchr(forwarded, ',');
	struct sockaddr_in6 in6 = {.sin6_family = AF_INET6};
	struct sockaddr_in in4 = {.sin_family = AF_INET};
	char text[INET6_ADDRSTRLEN];

	last = last ? last + 1 : forwarded;
	last += strspn(last, " ");
	if (!str_copy(text, sizeof text, last))
		return;
	text[strcspn(text, " ")] = '\0';
	if (inet_pton(AF_INET, text, &in4.sin_addr) == 1)
		req->is_private = describe_address((struct sockaddr *)&in4, req->client);
	else if (inet_pton(AF_INET6, text, &in6.sin6_addr) == 1)
		req->is_private = describe_address((struct sockaddr *)&in6, req->client);
}

unsigned httpd_count_add(struct map *m, const char *key, int by)
{
	size_t len = strlen(key);
	intptr_t count = (intptr_t)map_get(m, key, len) + by;

	if (count > 0)
		map_set(m, key, len, (void *)count);
	else
		map_remove(m, key, len);
	return (unsigned)count;
}

static enum MHD_Result may_connect(void *cls, const struct sockaddr *sa, socklen_t len)
{
	struct httpd *h = cls;
	char text[INET6_ADDRSTRLEN];
	bool may;

	if (h->opt.max_conns_per_client == 0 || describe_address(sa, text))
		return MHD_YES;
	pthread_mutex_lock(&h->lock);
	may = (uintptr_t)map_get(h->conns_of, text, strlen(text)) < h->opt.max_conns_per_client;
	pthread_mutex_unlock(&h->lock);
	return may ? MHD_YES : MHD_NO;
}

static void on_connection(void *cls, struct MHD_Connection *conn, void **ctx,
	enum MHD_ConnectionNotificationCode code)
{
	const union MHD_ConnectionInfo *info =
		MHD_get_connection_info(conn, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
	int by = code == MHD_CONNECTION_NOTIFY_STARTED ? 1 : -1;
	struct httpd *h = cls;
	char text[INET6_ADDRSTRLEN];

	atomic_fetch_add(&h->conns, (unsigned)by);
	if (!info || describe_address(info->client_addr, text))
		return;
	pthread_mutex_lock(&h->lock);
	httpd_count_add(h->conns_of, text, by);
	pthread_mutex_unlock(&h->lock);
}

/* ---- requests ---- */

/* Decode %XX in place. %00 stays as it is, so that no string is longer than it looks. */
static size_t decode_percent(void *cls, struct MHD_Connection *conn, char *text)
{
	char *out = text;

	for (const char *p = text; *p;) {
		uint8_t byte;

		if (*p == '%' && p[1] && p[2] && hex_decode(&byte, 1, p + 1, 2) && byte != 0) {
			*out++ = (char)byte;
			p += 3;
		} else {
			*out++ = *p++;
		}
	}
	*out = '\0';
	return (size_t)(out - text);
}

static void find_route(struct httpd_req *req)
{
	const struct httpd_options *opt = &req->server->opt;

	for (size_t i = 0; i < opt->route_count; i++) {
		const struct httpd_route *route = &opt->routes[i];
		size_t len = strlen(route->path);

		if (strncmp(req->path, route->path, len) != 0)
			continue;
		if (route->is_prefix || req->path[len] == '\0') {
			req->route = route;
			req->tail = req->path + len;
			return;
		}
	}
}

static struct httpd_req *request_new(
	struct httpd *h, struct MHD_Connection *conn, const char *path, const char *method)
{
	const union MHD_ConnectionInfo *info =
		MHD_get_connection_info(conn, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
	struct httpd_req *req = NEW(struct httpd_req);
	const char *forwarded;

	req->server = h;
	req->conn = conn;
	req->ctx = h->opt.enter ? h->opt.enter(h->opt.ctx, path, &req->other_path) : h->opt.ctx;
	req->path = req->other_path ? req->other_path : path;
	req->tail = "";
	req->method = method;
	req->start_us = clock_mono_us();
	req->is_private = info && describe_address(info->client_addr, req->client);
	forwarded = httpd_header(req, "X-Forwarded-For");
	if (req->is_private && forwarded)
		take_forwarded_client(req, forwarded);
	find_route(req);
	return req;
}

#define READS  "GET, HEAD, OPTIONS"
#define WRITES READS ", POST, PUT, PATCH, DELETE"

static bool is_read(const struct httpd_req *req)
{
	return !strcmp(req->method, "GET") || !strcmp(req->method, "HEAD") ||
	       !strcmp(req->method, "OPTIONS");
}

static bool is_write(const struct httpd_req *req)
{
	return !strcmp(req->method, "POST") || !strcmp(req->method, "PUT") ||
	       !strcmp(req->method, "PATCH") || !strcmp(req->method, "DELETE");
}

static bool may_write(const struct httpd_req *req)
{
	return req->route && req->route->may_write;
}

static void tell_done(struct httpd_req *req)
{
	struct httpd *h = req->server;

	if (h->opt.on_done)
		h->opt.on_done(
			h->opt.ctx, req->route, req->status, clock_mono_us() - req->start_us);
}

static void answer(struct httpd_req *req)
{
	if (!strcmp(req->method, "OPTIONS")) {
		struct httpd_pair allow[] = {{"Allow", may_write(req) ? WRITES : READS}, {NULL}};

		httpd_reply(req, &(struct httpd_reply){.status = 204, .headers = allow});
	} else if (req->is_too_long) {
		httpd_reply_error(req, 413, "body_too_long", "A request has at most %d bytes.",
			HTTPD_BODY_MAX);
	} else if (!req->route) {
		httpd_reply_error(req, 404, "not_found", "There is nothing at this address.");
	} else {
		req->route->handler(req->ctx, req);
	}
	assert(req->status != 0);
	tell_done(req);
}

/* Answered before a body is read: the library closes the connection if there is one. */
static void refuse_method(struct httpd_req *req)
{
	static const char body[] = "{\"error\":{\"code\":\"method_not_allowed\",\"message\":"
				   "\"Only GET and HEAD are possible here.\"}}";
	static const struct httpd_pair allow[] = {{"Allow", READS}, {NULL}};

	httpd_reply(req, &(struct httpd_reply){.status = 405,
				 .type = "application/json",
				 .body = body,
				 .len = sizeof body - 1,
				 .is_static = true,
				 .headers = allow});
	tell_done(req);
}

static void take_body(struct httpd_req *req, const char *data, size_t len)
{
	if (req->is_too_long || req->body.len + len > HTTPD_BODY_MAX)
		req->is_too_long = true;
	else
		buf_add(&req->body, data, len);
}

static enum MHD_Result handle(void *cls, struct MHD_Connection *conn, const char *path,
	const char *method, const char *version, const char *upload, size_t *upload_len, void **ctx)
{
	struct httpd_req *req = *ctx;

	if (!req) {
		req = *ctx = request_new(cls, conn, path, method);
		if (!is_read(req) && !(is_write(req) && may_write(req)))
			refuse_method(req);
		return MHD_YES;
	}
	if (req->status != 0) {
		*upload_len = 0;
		return MHD_YES;
	}
	if (*upload_len > 0) {
		if (!is_write(req))
			return MHD_NO; /* no request that only reads has a body */
		take_body(req, upload, *upload_len);
		*upload_len = 0;
		return MHD_YES;
	}
	if (!req->other_path)
		req->path = path;
	answer(req);
	return MHD_YES;
}

static void on_completed(
	void *cls, struct MHD_Connection *conn, void **ctx, enum MHD_RequestTerminationCode code)
{
	struct httpd_req *req = *ctx;

	if (!req)
		return;
	free(req->cookie_copy);
	free(req->other_path);
	if (req->body.data)
		explicit_bzero(req->body.data, req->body.len); /* there may be a password in it */
	buf_free(&req->body);
	free(req);
	*ctx = NULL;
}

struct httpd *httpd_server(const struct httpd_req *req)
{
	return req->server;
}

const char *httpd_method(const struct httpd_req *req)
{
	return req->method;
}

const char *httpd_body(const struct httpd_req *req, size_t *out_len)
{
	*out_len = req->body.len;
	return buf_str(&req->body);
}

const char *httpd_path(const struct httpd_req *req)
{
	return req->path;
}

const char *httpd_tail(const struct httpd_req *req)
{
	return req->tail;
}

const char *httpd_query(const struct httpd_req *req, const char *name)
{
	return MHD_lookup_connection_value(req->conn, MHD_GET_ARGUMENT_KIND, name);
}

const char *httpd_header(const struct httpd_req *req, const char *name)
{
	return MHD_lookup_connection_value(req->conn, MHD_HEADER_KIND, name);
}

const char *httpd_cookie(const struct httpd_req *req, const char *name)
{
	return MHD_lookup_connection_value(req->conn, MHD_COOKIE_KIND, name);
}

const char *httpd_client(const struct httpd_req *req)
{
	return req->client;
}

bool httpd_client_is_private(const struct httpd_req *req)
{
	return req->is_private;
}

bool httpd_accepts(const struct httpd_req *req, const char *coding)
{
	const char *accept = httpd_header(req, "Accept-Encoding");
	size_t len = strlen(coding);

	for (const char *p = accept; p && *p; p += *p == ',') {
		p += strspn(p, " \t");
		if (!strncasecmp(p, coding, len) && strchr(" \t,;", p[len])) {
			const char *end = p + strcspn(p, ",");
			const char *q = strstr(p, "q=");

			return !q || q > end || strtod(q + 2, NULL) > 0;
		}
		p += strcspn(p, ",");
	}
	return false;
}

/* ---- answers ---- */

void httpd_reply_with(struct httpd_req *req, unsigned status, struct MHD_Response *response,
	const struct httpd_pair *pairs)
{
	assert(req->status == 0);
	for (const struct httpd_pair *p = req->server->opt.headers; p && p->name; p++)
		MHD_add_response_header(response, p->name, p->value);
	for (const struct httpd_pair *p = pairs; p && p->name; p++)
		MHD_add_response_header(response, p->name, p->value);
	if (MHD_queue_response(req->conn, status, response) == MHD_YES)
		req->status = status;
	else
		req->status = 500; /* the library closes the connection */
	MHD_destroy_response(response);
}

void httpd_reply(struct httpd_req *req, const struct httpd_reply *reply)
{
	const char *have = reply->etag ? httpd_header(req, "If-None-Match") : NULL;
	bool is_same = have && reply->status == 200 && strstr(have, reply->etag);
	struct MHD_Response *response = MHD_create_response_from_buffer(is_same ? 0 : reply->len,
		(void *)(is_same ? "" : reply->body),
		reply->is_static || is_same ? MHD_RESPMEM_PERSISTENT : MHD_RESPMEM_MUST_COPY);

	assert(response);
	MHD_add_response_header(response, "Cache-Control",
		reply->cache_control ? reply->cache_control : "no-store");
	if (reply->type)
		MHD_add_response_header(response, "Content-Type", reply->type);
	if (reply->etag)
		MHD_add_response_header(response, "ETag", reply->etag);
	if (reply->coding)
		MHD_add_response_header(response, "Content-Encoding", reply->coding);
	httpd_reply_with(req, is_same ? 304 : reply->status, response, reply->headers);
}

void httpd_reply_text(struct httpd_req *req, unsigned status, const char *type, const char *text)
{
	httpd_reply(
		req, &(struct httpd_reply){
			     .status = status, .type = type, .body = text, .len = strlen(text)});
}

void httpd_reply_error(
	struct httpd_req *req, unsigned status, const char *code, const char *fmt, ...)
{
	struct buf message = {0}, body = {0};
	va_list ap;

	va_start(ap, fmt);
	buf_vprintf(&message, fmt, ap);
	va_end(ap);
	buf_add_str(&body, "{\"error\":{\"code\":");
	buf_add_json_str(&body, code);
	buf_add_str(&body, ",\"message\":");
	buf_add_json_str(&body, buf_str(&message));
	buf_add_str(&body, "}}\n");
	httpd_reply_text(req, status, "application/json", buf_str(&body));
	buf_free(&message);
	buf_free(&body);
}

/* ---- the server ---- */

/* A bound, listening socket. */
static enum err listen_on(const char *host, uint16_t port, int *out, struct why *why)
{
	struct addrinfo hints = {
		.ai_socktype = SOCK_STREAM, .ai_flags = AI_NUMERICHOST | AI_NUMERICSERV};
	struct addrinfo *found;
	char service[8];
	int fd, one = 1, off = 0, rc;

	snprintf(service, sizeof service, "%u", port);
	rc = getaddrinfo(host, service, &hints, &found);
	if (rc != 0)
		return err_fail(why, ERR_INVALID, "\"%s\": %s", host, gai_strerror(rc));
	fd = socket(found->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		goto fail;
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
	if (found->ai_family == AF_INET6)
		setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof off);
	if (bind(fd, found->ai_addr, found->ai_addrlen) < 0 || listen(fd, BACKLOG) < 0)
		goto fail;
	freeaddrinfo(found);
	*out = fd;
	return OK;
fail:
	freeaddrinfo(found);
	err_fail(why, ERR_UNAVAILABLE, "cannot listen on port %u of %s: %m", port, host);
	if (fd >= 0)
		close(fd);
	return ERR_UNAVAILABLE;
}

/* The library's own messages are about peers' broken requests; the counters tell as much. */
static void ignore_message(void *cls, const char *fmt, va_list ap)
{
}

enum err httpd_start(const struct httpd_options *opt, struct httpd **out, struct why *why)
{
	struct httpd *h;
	enum err err;
	int fd;

	err = listen_on(opt->host, opt->port, &fd, why);
	if (err != OK)
		return err;
	h = NEW(struct httpd);
	h->opt = *opt;
	pthread_mutex_init(&h->lock, NULL);
	list_init(&h->streams);
	h->conns_of = map_new();
	h->streams_of = map_new();
	h->daemon = MHD_start_daemon(MHD_USE_EPOLL_INTERNAL_THREAD | MHD_ALLOW_SUSPEND_RESUME |
					     MHD_USE_ERROR_LOG | MHD_USE_ITC,
		0, may_connect, h, handle, h, MHD_OPTION_EXTERNAL_LOGGER, ignore_message, NULL,
		MHD_OPTION_LISTEN_SOCKET, fd, MHD_OPTION_THREAD_POOL_SIZE, opt->threads,
		MHD_OPTION_CONNECTION_LIMIT, opt->max_conns, MHD_OPTION_CONNECTION_MEMORY_LIMIT,
		(size_t)CONN_MEMORY_BYTES, MHD_OPTION_CONNECTION_TIMEOUT, opt->idle_timeout_s,
		MHD_OPTION_NOTIFY_CONNECTION, on_connection, h, MHD_OPTION_NOTIFY_COMPLETED,
		on_completed, NULL, MHD_OPTION_UNESCAPE_CALLBACK, decode_percent, NULL,
		MHD_OPTION_END);
	if (!h->daemon) {
		close(fd);
		map_free(h->conns_of, NULL);
		map_free(h->streams_of, NULL);
		pthread_mutex_destroy(&h->lock);
		free(h);
		return err_fail(why, ERR_UNAVAILABLE, "cannot serve HTTP on port %u of %s: %m",
			opt->port, opt->host);
	}
	*out = h;
	return OK;
}

uint16_t httpd_port(const struct httpd *h)
{
	const union MHD_DaemonInfo *info =
		MHD_get_daemon_info(h->daemon, MHD_DAEMON_INFO_LISTEN_FD);
	struct sockaddr_storage ss;
	socklen_t len = sizeof ss;

	if (!info || getsockname(info->listen_fd, (struct sockaddr *)&ss, &len) < 0)
		return 0;
	return ntohs(ss.ss_family == AF_INET6 ? ((struct sockaddr_in6 *)(void *)&ss)->sin6_port
					      : ((struct sockaddr_in *)(void *)&ss)->sin_port);
}

unsigned httpd_conns(const struct httpd *h)
{
	return atomic_load(&h->conns);
}
