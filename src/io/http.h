/*
 * http.h -- one HTTP connection to a server, kept alive between requests; the only includer of
 * curl.
 *
 * Thread:  a struct http is used by one thread at a time; http_abort() alone may come from any
 * other. Memory:  requests are borrowed for the call; the answer's body is the caller's
 * (buf_free()). Redirects are not followed, proxies from the environment are not used, TLS
 * certificates are checked.
 */
#ifndef IO_HTTP_H
#define IO_HTTP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/thread.h"

struct http; /* in http.c */

struct http_request {
	const char *url;  /* http:// or https:// */
	const char *user; /* for basic authentication; NULL: none */
	const char *password;
	const char *content_type; /* of the body */
	const void *body;         /* NULL: GET, otherwise POST */
	size_t body_len;
	int64_t connect_timeout_ms; /* > 0 */
	int64_t timeout_ms; /* of the whole request; 0: wait as long as the connection lives */
	size_t answer_max;  /* [bytes] a longer body is refused with ERR_LIMIT */
	bool once; /* must not be sent twice: takes a new connection, so that curl never repeats it
		    */
};

struct http_answer {
	int status; /* 100 .. 599 */
	struct buf body;
};

struct http *http_new(void);
void http_free(struct http *h);

/**
 * http_abort(h): end the request under way and every later one with ERR_CLOSED. It cannot be
 * undone.
 */
void http_abort(struct http *h) ANY_THREAD;

/**
 * http_send(h, req, out, was_sent, why): send one request and wait for its answer, whatever its
 * status. was_sent  set on failure too: whether the server may have received the request errs
 * ERR_UNAVAILABLE no connection, or it broke; ERR_TIMEOUT; ERR_LIMIT answer too long; ERR_PROTOCOL
 * not HTTP; ERR_CLOSED aborted; ERR_INVALID the URL cannot be used
 */
enum err http_send(struct http *h, const struct http_request *req, struct http_answer *out,
	bool *was_sent, struct why *why) MUST_CHECK BLOCKS;

#endif
