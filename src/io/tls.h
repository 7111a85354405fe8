/*
 * tls.h -- the server's side of TLS 1.2 and 1.3 over bytes in memory; the only includer of OpenSSL.
 *
 * A struct tls is a certificate with its key, read from files that may be read again while
 * connections live: those keep what they began with.
 *
 * Thread:  struct tls is for every thread. A struct tls_conn belongs to the loop of its connection.
 */
#ifndef IO_TLS_H
#define IO_TLS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/thread.h"

struct tls;
struct tls_conn;

/**
 * tls_new(certificate, key, out, why): read both, PEM files; the certificate's may have those
 * between it and its authority behind it.
 * errs  ERR_NOT_FOUND, ERR_IO a file; ERR_INVALID it is none, or the key is not the certificate's
 */
enum err tls_new(const char *certificate, const char *key, struct tls **out,
	struct why *why) MUST_CHECK BLOCKS;
/** tls_free(t): connections that were made with it live on. NULL is fine. */
void tls_free(struct tls *t);

/**
 * tls_reload(t, is_forced, out_is_new, why): read the files again when they have changed since the
 * last time, or in any case. What cannot be used is not used: new connections get the old one.
 * errs  as tls_new(); said once for each change of the files
 */
enum err tls_reload(struct tls *t, bool is_forced, bool *out_is_new,
	struct why *why) MUST_CHECK BLOCKS ANY_THREAD;
/** tls_expires_ms(t): [wall] when the certificate in use ends. */
int64_t tls_expires_ms(struct tls *t) ANY_THREAD;

/** tls_is_hello(first): whether a connection that begins with this byte speaks TLS. */
static inline bool tls_is_hello(uint8_t first)
{
	return first == 0x16; /* a record of the handshake; no text begins so */
}

struct tls_conn *tls_conn_new(struct tls *t);
void tls_conn_free(struct tls_conn *c);
/**
 * tls_conn_feed(c, wire, len, on_plain, ctx, out, why): bytes came from the peer.
 *   on_plain  called with each piece of what they say; before return
 *   out       what must go to the peer is added, on failure too (the alert)
 *   errs      ERR_PROTOCOL it is no TLS that we speak; ERR_CLOSED the peer has said good-bye
 */
enum err tls_conn_feed(struct tls_conn *c, const char *wire, size_t len,
	void (*on_plain)(void *ctx, const char *data, size_t len), void *ctx, struct buf *out,
	struct why *why) MUST_CHECK;
/** tls_conn_write(c, data, len): say this with the next tls_conn_seal(); copied. */
void tls_conn_write(struct tls_conn *c, const void *data, size_t len);
/** tls_conn_waiting(c): [bytes] written and not sealed yet. */
size_t tls_conn_waiting(const struct tls_conn *c);
/** tls_conn_seal(c, is_last, out): add to `out` what was written, encrypted, as few records; with a
 * farewell when it is the last. Before the handshake is done, nothing. */
void tls_conn_seal(struct tls_conn *c, bool is_last, struct buf *out);
/** tls_conn_is_open(c): the handshake is done. */
bool tls_conn_is_open(const struct tls_conn *c);

#endif
