/*
 * httpd.h -- a small HTTP/1.1 server: routes to callbacks, bytes as answers, streams of events.
 *
 * Thread:  handlers run on the server's own threads, several at once; they may block.
 * Memory:  a request is borrowed for the handler's call and must be answered in it, once.
 * GET, HEAD and OPTIONS are for every route; POST, PUT, PATCH and DELETE for those that say so,
 * with a body of at most HTTPD_BODY_MAX. The server itself answers 400, 405, 408, 413 and 431.
 */
#ifndef IO_HTTPD_H
#define IO_HTTPD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/thread.h"

#define HTTPD_BODY_MAX 65536 /* [bytes] */

struct httpd;
struct httpd_req;
struct httpd_stream;
struct httpd_bytes;

typedef void httpd_handler_fn(void *ctx, struct httpd_req *req);

/* One path. "/x" matches exactly, "/x/" with is_prefix also everything below it. The first match
 * in the table wins; a request that matches none is answered 404. */
struct httpd_route {
	const char *path;
	bool is_prefix;
	httpd_handler_fn *handler;
	const char *name; /* for counters: "pool", "asset" … */
	bool may_write;   /* POST, PUT, PATCH and DELETE come to the handler too */
};

struct httpd_pair {
	const char *name, *value;
};

/* All strings and tables are borrowed until httpd_stop(). */
struct httpd_options {
	const char *host; /* a numeric address; "::" takes IPv4 too */
	uint16_t port;    /* 0: any that is free */
	const struct httpd_route *routes;
	size_t route_count;
	void *ctx; /* handed to every callback; to handlers unless enter() says another */
	/* Who handles this path, and under which one: the handler's ctx; *out_path is NULL, or the
	 * path to go by in its place, which the server frees. May be NULL. */
	void *(*enter)(void *ctx, const char *path, char **out_path);
	unsigned threads;              /* 1 .. 64 */
	unsigned max_conns;            /* in all; beyond it new ones wait to be accepted */
	unsigned max_conns_per_client; /* from one public address; local and private peers (proxies)
					* are not counted; 0: no limit */
	unsigned max_streams_per_client;  /* open streams of one client; 0: no limit */
	unsigned idle_timeout_s;          /* silence after which a connection is closed */
	const struct httpd_pair *headers; /* for every answer, ends with {NULL}; may be NULL */
	/* After each answer was handed over; route is NULL when none matched. May be NULL. */
	void (*on_done)(
		void *ctx, const struct httpd_route *route, unsigned status, int64_t took_us);
};

/**
 * httpd_start(opt, out, why): listen and serve on opt->threads threads.
 *   errs  ERR_INVALID host is not an address; ERR_UNAVAILABLE the port cannot be had
 */
enum err httpd_start(
	const struct httpd_options *opt, struct httpd **out, struct why *why) MUST_CHECK;
/** httpd_port(h): the port listened on (for port 0). */
uint16_t httpd_port(const struct httpd *h);
/** httpd_conns(h), httpd_streams(h): open now. */
unsigned httpd_conns(const struct httpd *h) ANY_THREAD;
unsigned httpd_streams(const struct httpd *h) ANY_THREAD;
/** httpd_stop(h): end the streams, answer what runs, close everything and free. BLOCKS. */
void httpd_stop(struct httpd *h);

/* The request. Strings are borrowed for the handler's call. */

/** httpd_server(req): the server that has it. */
struct httpd *httpd_server(const struct httpd_req *req);
/** httpd_method(req): "GET", "POST" … */
const char *httpd_method(const struct httpd_req *req);
/** httpd_body(req, out_len): what came with a POST, PUT, PATCH or DELETE; never NULL. */
const char *httpd_body(const struct httpd_req *req, size_t *out_len);
/** httpd_path(req): the decoded path without the query; never holds a NUL. */
const char *httpd_path(const struct httpd_req *req);
/** httpd_tail(req): what follows the prefix of the matched route. */
const char *httpd_tail(const struct httpd_req *req);
/** httpd_query(req, name): the decoded value of ?name=value, or NULL. */
const char *httpd_query(const struct httpd_req *req, const char *name);
/** httpd_header(req, name): NULL when absent. */
const char *httpd_header(const struct httpd_req *req, const char *name);
/** httpd_cookie(req, name): NULL when absent. */
const char *httpd_cookie(const struct httpd_req *req, const char *name);
/** httpd_client(req): the peer's address as text; when the peer is a local or private address (a
 * proxy), the last address of X-Forwarded-For. */
const char *httpd_client(const struct httpd_req *req);
/** httpd_client_is_private(req): that address is loopback, link-local or private. */
bool httpd_client_is_private(const struct httpd_req *req);
/** httpd_accepts(req, coding): "br" or "gzip" stands in Accept-Encoding and is not refused. */
bool httpd_accepts(const struct httpd_req *req, const char *coding);

/* The answer. */
struct httpd_reply {
	unsigned status;
	const char *type; /* Content-Type; NULL: none */
	const void *body; /* copied, unless is_static */
	size_t len;
	bool is_static;            /* body lives as long as the program */
	const char *etag;          /* with its quotes; a match with If-None-Match answers 304 */
	const char *cache_control; /* NULL: "no-store" */
	const char *coding;        /* Content-Encoding; NULL: none */
	const struct httpd_pair *headers; /* more of them, ends with {NULL}; may be NULL */
};

void httpd_reply(struct httpd_req *req, const struct httpd_reply *reply);
/** httpd_reply_text(req, status, type, text): an answer that nobody keeps. */
void httpd_reply_text(struct httpd_req *req, unsigned status, const char *type, const char *text);
/** httpd_reply_error(req, status, code, fmt, ...): {"error":{"code":…,"message":…}}. */
void httpd_reply_error(struct httpd_req *req, unsigned status, const char *code, const char *fmt,
	...) PRINTF_LIKE(4, 5);

/* Shared bytes: immutable, counted, sent to many streams without a copy. */

/** httpd_bytes_new(data, len): a copy with one reference. */
struct httpd_bytes *httpd_bytes_new(const void *data, size_t len);
struct httpd_bytes *httpd_bytes_ref(struct httpd_bytes *b) ANY_THREAD;
void httpd_bytes_unref(struct httpd_bytes *b) ANY_THREAD;

/* Streams: an answer without an end. */

/**
 * httpd_stream_open(req, type): answer 200 with a stream.
 *   returns  NULL when there are too many streams of this client: it was then answered 429.
 *            Else one reference, which the caller gives back by httpd_stream_close().
 */
struct httpd_stream *httpd_stream_open(struct httpd_req *req, const char *type);
/** httpd_stream_send(s, bytes): queue a reference. false: the peer is gone or reads too slowly
 * (256 kB are waiting): nothing was queued, close the stream. */
bool httpd_stream_send(struct httpd_stream *s, struct httpd_bytes *bytes) ANY_THREAD;
/** httpd_stream_is_open(s): a look at the socket: false when the peer has closed it. Without it a
 * peer that left is noticed by the first send that fails. */
bool httpd_stream_is_open(struct httpd_stream *s) ANY_THREAD;
/** httpd_stream_close(s): send what is queued, then end the answer; gives the reference back. */
void httpd_stream_close(struct httpd_stream *s) ANY_THREAD;

#endif
