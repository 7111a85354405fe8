/*
 * tcp.h -- listening sockets and connections on a loop.
 *
 * Thread:  a connection belongs to the loop that accepted it.
 * Memory:  what is written goes out at the end of the loop's turn, joined with everything else
 * written in that turn; only what the kernel does not take is kept, up to the limit given to
 * tcp_listen().
 */
#ifndef IO_TCP_H
#define IO_TCP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/uio.h>

#include "base/err.h"
#include "io/loop.h"

struct tcp_listener;
struct tcp_conn;

/* What happens to connections. Every callback runs on the loop; `owner` is what on_accept returned.
 */
struct tcp_events {
	/* A new connection: return its owner, or NULL to close it at once. */
	void *(*on_accept)(void *ctx, struct tcp_conn *conn);
	/* Bytes came; borrowed for the call. The connection may be closed inside. */
	void (*on_data)(void *owner, const char *data, size_t len);
	/* The peer is gone, or tcp_close() was called: exactly once, never inside tcp_close(). */
	void (*on_closed)(void *owner, const char *reason);
};

/**
 * tcp_listen(l, host, port, backlog, out_max, events, ctx, out, why): listen with SO_REUSEPORT.
 *   host     a numeric IPv4 or IPv6 address without brackets; "::" takes IPv4 too
 *   out_max  [bytes] unsent output that closes a connection whose peer does not read
 *   events   borrowed for the listener's life
 */
enum err tcp_listen(struct loop *l, const char *host, uint16_t port, int backlog, size_t out_max,
	const struct tcp_events *events, void *ctx, struct tcp_listener **out,
	struct why *why) MUST_CHECK;
/** tcp_listener_close(x): accept no more; connections live on. NULL is fine. */
void tcp_listener_close(struct tcp_listener *x) ON_LOOP;

/** tcp_write(c, data, len): copy; sent at the end of the turn. Ignored on a closing connection. */
void tcp_write(struct tcp_conn *c, const void *data, size_t len) ON_LOOP;
/** tcp_writev(c, iov, n): send at once without a copy when nothing waits before it; copies what is
 * left. n <= 8 */
void tcp_writev(struct tcp_conn *c, const struct iovec *iov, int n) ON_LOOP;
/** tcp_close(c, reason): send what is written, then close. The reason reaches on_closed(). May be
 * called twice. */
void tcp_close(struct tcp_conn *c, const char *reason) ON_LOOP;
/** tcp_is_open(c): false once tcp_close() was called or the peer left. */
bool tcp_is_open(const struct tcp_conn *c) ON_LOOP;
/** tcp_unsent(c): [bytes] that the kernel has not taken yet. */
size_t tcp_unsent(const struct tcp_conn *c) ON_LOOP;

#define TCP_PEER_MAX 64
/** tcp_peer(c, text): "192.0.2.1:55000" or "[2001:db8::1]:55000"; returns text. */
const char *tcp_peer(const struct tcp_conn *c, char text[TCP_PEER_MAX]) ON_LOOP;

#endif
