/*
 * http.h -- HTTP on a miners' port: people, monitors, and miners that were told "http://".
 *
 * A request is taken in whole, up to HTTP_MAX bytes, then answered once, and the connection ends.
 * getwork and getblocktemplate clients of the cpuminer family learn from the header X-Stratum where
 * to go on in our protocol.
 */
#ifndef STRATUM_HTTP_H
#define STRATUM_HTTP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

enum { HTTP_MAX = 8192 /* [bytes] of a request behind its first line: head and body */ };

struct http_call;

/** http_call_new(line, len): a request that begins with this line (without its newline); NULL: it
 * is no HTTP. The caller frees it with http_call_free(). */
struct http_call *http_call_new(const char *line, size_t len);
void http_call_free(struct http_call *h); /* NULL is fine */

/** http_call_feed(h, data, len): more of it came, or nothing behind the first line; true when it is
 * whole, or too long. */
bool http_call_feed(struct http_call *h, const char *data, size_t len);

/** http_call_answer(h, scheme, host, port, out): append the whole answer.
 *   scheme      how our protocol is spoken on this connection: "stratum+tcp"
 *   host, port  where we listen, for requests that do not say whom they asked; host is NULL, a
 *               name, or an address, of IPv6 without brackets */
void http_call_answer(const struct http_call *h, const char *scheme, const char *host,
	uint16_t port, struct buf *out);

#endif
