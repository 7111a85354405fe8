/*
 * tcp.h -- listening sockets and connections on a loop, with TLS and PROXY headers where the
 * listener wants them: whoever owns a connection sees neither.
 *
 * Thread:  a connection belongs to the loop that accepted it.
 * Memory:  what is written goes out at the end of the loop's turn, joined with everything else
 * written in that turn; only what the kernel does not take is kept, up to the connection's limit.
 */
#ifndef IO_TCP_H
#define IO_TCP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/uio.h>

#include "base/err.h"
#include "base/net.h"
#include "io/loop.h"

struct tcp_listener;
struct tcp_conn;
struct tls;

/* Why a connection ended before it had an owner. */
enum tcp_drop {
	TCP_DROP_NO_FILES,  /* the process has no descriptor left */
	TCP_DROP_NOT_PROXY, /* a load balancer's connection without a PROXY header */
	TCP_DROP_PROXY_LATE,
};

/* What happens to connections. Every callback runs on the loop; `owner` is what on_accept returned.
 * The last five may be NULL. */
struct tcp_events {
	/* A new connection whose peer is known: return its owner, or NULL to close it at once. */
	void *(*on_accept)(void *ctx, struct tcp_conn *conn);
	/* Bytes came; borrowed for the call. The connection may be closed inside. */
	void (*on_data)(void *owner, const char *data, size_t len);
	/* The peer is gone, or tcp_close() was called: exactly once, never inside tcp_close(). */
	void (*on_closed)(void *owner, const char *reason);

	/* Before anything is made of a connection from this address: false closes it. */
	bool (*may_accept)(void *ctx, const struct net_addr *peer);
	/* The peer sends no more; what is written now is its last answer. on_closed follows. */
	void (*on_end)(void *owner);
	/* All output has left that the kernel would not take at once. */
	void (*on_drained)(void *owner);
	/* On a port for TLS only the peer spoke first, and not TLS: say so in plain and close. */
	void (*on_plain)(void *owner);
	void (*on_dropped)(void *ctx, enum tcp_drop drop);
};

enum tcp_tls { TCP_TLS_OFF, TCP_TLS_ON, TCP_TLS_AUTO /* as the first byte says */ };

struct tcp_listen_options {
	const char *host; /* a numeric IPv4 or IPv6 address without brackets; "::" takes IPv4 too */
	uint16_t port;
	int backlog;
	size_t out_max; /* [bytes] unsent output that ends a connection; see tcp_limit_out() */
	enum tcp_tls tls_mode;
	struct tls *tls;                  /* of TCP_TLS_ON and AUTO; outlives the listener */
	const struct net_set *proxy_from; /* peers that must begin with a PROXY header; NULL: none
					   */
	const struct tcp_events *events;  /* the same */
	void *ctx;                        /* of may_accept, on_accept and on_dropped */
};

enum { TCP_PROXY_MS = 3000 /* to send the PROXY header in */ };

/** tcp_listen(l, options, out, why): listen with SO_REUSEPORT. options are copied. errs ERR_SYNTAX
 * the host; ERR_EXISTS the port is taken; ERR_IO */
enum err tcp_listen(struct loop *l, const struct tcp_listen_options *options,
	struct tcp_listener **out, struct why *why) MUST_CHECK;
/** tcp_listener_close(x): accept no more; connections that have an owner live on. NULL is fine. */
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

/** tcp_limit_out(c, out_max): [bytes] another limit than the listener's, from now on. */
void tcp_limit_out(struct tcp_conn *c, size_t out_max) ON_LOOP;
/** tcp_unsent(c): [bytes] that the kernel has not taken yet. */
size_t tcp_unsent(const struct tcp_conn *c) ON_LOOP;
/** tcp_blocked_ms(c): for how long the peer has not read what is under way; 0 when nothing is.
 * on_drained() follows. */
int64_t tcp_blocked_ms(const struct tcp_conn *c) ON_LOOP;

/** tcp_peer_addr(c): who is at the other end, as the PROXY header says where there was one. */
const struct net_addr *tcp_peer_addr(const struct tcp_conn *c) ON_LOOP;
bool tcp_is_tls(const struct tcp_conn *c) ON_LOOP;
/** tcp_is_proxied(c): a load balancer handed it on. */
bool tcp_is_proxied(const struct tcp_conn *c) ON_LOOP;

#define TCP_PEER_MAX 64
/** tcp_peer(c, text): "192.0.2.1:55000" or "[2001:db8::1]:55000"; returns text. */
const char *tcp_peer(const struct tcp_conn *c, char text[TCP_PEER_MAX]) ON_LOOP;

#endif
