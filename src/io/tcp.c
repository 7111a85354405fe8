/*
 * tcp.c -- connections: what comes in passes PROXY header and TLS on its way to the owner, what
 * goes out is gathered over a turn. Listeners are in listen.c.
 */
#include "io/tcp.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/mem.h"
#include "io/proxy.h"
#include "io/tcp_priv.h"
#include "io/tls.h"

/* What the next bytes of the peer are. */
enum stage {
	STAGE_PROXY, /* its PROXY header; in listener->early */
	STAGE_LOCAL, /* the first bytes after a balancer's header for itself; in listener->early */
	STAGE_FIRST, /* the first byte of TLS, or of something else */
	STAGE_TLS,
	STAGE_PLAIN,
};

struct tcp_conn {
	uv_tcp_t uv;
	struct loop *loop;
	struct tcp_listener *listener; /* while it is in listener->early; NULL afterwards */
	const struct tcp_events *events;
	void *owner;
	struct tls *tls; /* the listener's */
	struct tls_conn *tls_conn;
	struct net_addr peer;
	uint16_t peer_port;
	uint8_t stage;    /* enum stage */
	uint8_t tls_mode; /* enum tcp_tls */
	bool is_proxied;
	size_t out_max;
	int64_t since_ms;     /* when it was accepted, or when what is flying took off */
	struct list early;    /* in listener->early */
	struct buf head;      /* of a PROXY header that came in pieces */
	struct buf out;       /* written, not yet given to libuv */
	struct write *flying; /* given to libuv, which waits for the socket */
	struct list dirty;    /* in loop->dirty while out has something to send */
	const char *reason;   /* != NULL: closing */
};

struct write {
	uv_write_t uv;
	struct tcp_conn *conn;
	struct buf data;
};

static void on_conn_closed(uv_handle_t *handle)
{
	struct tcp_conn *c = handle->data;

	if (c->owner)
		c->events->on_closed(c->owner, c->reason ? c->reason : "loop ends");
	list_remove(&c->early);
	list_remove(&c->dirty);
	tls_conn_free(c->tls_conn);
	buf_free(&c->head);
	buf_free(&c->out);
	free(c);
}

static void shut(struct tcp_conn *c)
{
	if (!uv_is_closing((uv_handle_t *)&c->uv))
		uv_close((uv_handle_t *)&c->uv, on_conn_closed);
}

/* Whether something waits to be sent, beyond what flies. */
static bool has_output(const struct tcp_conn *c)
{
	return c->out.len > 0 || (c->tls_conn && tls_conn_waiting(c->tls_conn) > 0);
}

static void send_at_end_of_turn(struct tcp_conn *c)
{
	if (!c->flying && list_is_empty(&c->dirty))
		list_add_tail(&c->loop->dirty, &c->dirty);
}

static void on_written(uv_write_t *uv, int status)
{
	struct write *w = CONTAINER_OF(uv, struct write, uv);
	struct tcp_conn *c = w->conn;

	c->flying = NULL;
	buf_free(&w->data);
	free(w);
	if (status < 0 && !c->reason)
		c->reason = "write failed";
	if (status < 0)
		shut(c);
	else if (c->reason || has_output(c))
		send_at_end_of_turn(c);
	else if (c->events->on_drained)
		c->events->on_drained(c->owner);
}

/* Let libuv send c->out when the socket becomes writable. */
static void fly(struct tcp_conn *c)
{
	struct write *w = NEW(struct write);
	uv_buf_t bytes;

	w->conn = c;
	w->data = c->out;
	c->out = (struct buf){0};
	c->flying = w;
	c->since_ms = loop_now_ms(c->loop);
	bytes = uv_buf_init((char *)w->data.data, (unsigned)w->data.len);
	if (uv_write(&w->uv, (uv_stream_t *)&c->uv, &bytes, 1, on_written) != 0) {
		c->flying = NULL;
		buf_free(&w->data);
		free(w);
		if (!c->reason)
			c->reason = "write failed";
		shut(c);
	}
}

/* An idle connection holds no buffer; a busy loop need not allocate them. */
static void give_back(struct loop *l, struct buf *b)
{
	if (l->spare_count == SPARE_BUFS || b->cap > SPARE_BUF_MAX) {
		buf_free(b);
		return;
	}
	buf_clear(b);
	l->spare[l->spare_count++] = *b;
	*b = (struct buf){0};
}

static void flush_conn(struct tcp_conn *c)
{
	uv_buf_t bytes;
	int sent;

	if (c->flying || uv_is_closing((uv_handle_t *)&c->uv))
		return;
	if (c->tls_conn)
		tls_conn_seal(c->tls_conn, c->reason != NULL, &c->out);
	if (c->out.len == 0) {
		if (c->reason)
			shut(c);
		return;
	}
	bytes = uv_buf_init((char *)c->out.data, (unsigned)c->out.len);
	sent = uv_try_write((uv_stream_t *)&c->uv, &bytes, 1);
	if (sent < 0 && sent != UV_EAGAIN) {
		if (!c->reason)
			c->reason = "connection lost";
		shut(c);
		return;
	}
	if (sent > 0 && (size_t)sent == c->out.len) {
		give_back(c->loop, &c->out);
		if (c->reason)
			shut(c);
		return;
	}
	if (sent > 0)
		buf_drop_front(&c->out, (size_t)sent);
	fly(c);
}

void tcp_close_now(uv_handle_t *handle)
{
	uv_close(handle, on_conn_closed);
}

void tcp_flush_dirty(struct loop *l)
{
	while (!list_is_empty(&l->dirty)) {
		struct tcp_conn *c = CONTAINER_OF(l->dirty.next, struct tcp_conn, dirty);

		list_remove(&c->dirty);
		flush_conn(c);
	}
}

static void on_alloc(uv_handle_t *handle, size_t suggested, uv_buf_t *out)
{
	struct tcp_conn *c = handle->data;

	*out = uv_buf_init(c->loop->read_chunk, READ_CHUNK);
}

/* ---- the way in ---- */

/* Who the peer is, is known: is it wanted? */
static bool take_owner(struct tcp_conn *c)
{
	struct tcp_listener *x = c->listener;

	c->listener = NULL;
	list_remove(&c->early);
	c->owner = x->options.events->on_accept(x->options.ctx, c);
	if (!c->owner)
		tcp_close(c, "refused");
	return c->owner != NULL;
}

static void begin_payload(struct tcp_conn *c)
{
	c->stage = c->tls_mode == TCP_TLS_OFF ? STAGE_PLAIN : STAGE_FIRST;
}

void tcp_conn_drop(struct tcp_conn *c, enum tcp_drop drop)
{
	struct tcp_listener *x = c->listener;

	c->listener = NULL;
	list_remove(&c->early);
	if (x->options.events->on_dropped)
		x->options.events->on_dropped(x->options.ctx, drop);
	tcp_close(c, "dropped");
}

void tcp_early_end(struct tcp_listener *x, bool is_all)
{
	int64_t until_ms = loop_now_ms(x->loop) - TCP_PROXY_MS;

	while (!list_is_empty(&x->early)) {
		struct tcp_conn *c = CONTAINER_OF(x->early.next, struct tcp_conn, early);

		if (!is_all && c->since_ms > until_ms) {
			timer_start(x->late, c->since_ms - until_ms, 0);
			return;
		}
		if (!is_all && c->stage == STAGE_PROXY) {
			tcp_conn_drop(c, TCP_DROP_PROXY_LATE);
			continue;
		}
		c->listener = NULL;
		list_remove(&c->early);
		tcp_close(c, "said nothing");
	}
}

/* The header is whole and takes part of these bytes. */
static void on_header(struct tcp_conn *c, enum proxy_verdict v, const struct proxy_header *h)
{
	const struct tcp_events *events = c->events;
	struct tcp_listener *x = c->listener;

	buf_free(&c->head);
	if (v == PROXY_LOCAL) {
		c->stage = STAGE_LOCAL;
		return;
	}
	c->peer = h->addr;
	c->peer_port = h->port;
	c->is_proxied = true;
	begin_payload(c);
	if (events->may_accept && !events->may_accept(x->options.ctx, &c->peer)) {
		c->listener = NULL;
		list_remove(&c->early);
		tcp_close(c, "refused");
		return;
	}
	take_owner(c);
}

/* Take the PROXY header off what came; returns how much of `len` it took. */
static size_t read_header(struct tcp_conn *c, const char *data, size_t len)
{
	struct proxy_header h = {.len = 0};
	size_t before = c->head.len;
	enum proxy_verdict v;

	if (before > 0) {
		buf_add(&c->head, data, len);
		v = proxy_read(c->head.data, c->head.len, &h);
	} else {
		v = proxy_read((const uint8_t *)data, len, &h);
	}
	switch (v) {
	case PROXY_MORE:
		if (before == 0)
			buf_add(&c->head, data, len);
		return len;
	case PROXY_GARBAGE: tcp_conn_drop(c, TCP_DROP_NOT_PROXY); return len;
	case PROXY_ADDRESS:
	case PROXY_LOCAL: on_header(c, v, &h); break;
	}
	return h.len - before;
}

static void on_plain_text(void *ctx, const char *data, size_t len)
{
	struct tcp_conn *c = ctx;

	if (!c->reason)
		c->events->on_data(c->owner, data, len);
}

static void on_peer_end(struct tcp_conn *c)
{
	if (c->owner && !c->reason && c->events->on_end)
		c->events->on_end(c->owner);
	tcp_close(c, "closed by peer");
}

static void feed_tls(struct tcp_conn *c, const char *data, size_t len)
{
	enum err err = tls_conn_feed(c->tls_conn, data, len, on_plain_text, c, &c->out, NULL);

	if (has_output(c))
		send_at_end_of_turn(c);
	if (err == ERR_CLOSED)
		on_peer_end(c);
	else if (err != OK)
		tcp_close(c, "TLS failed");
}

static void on_first_byte(struct tcp_conn *c, uint8_t first)
{
	if (tls_is_hello(first)) {
		c->stage = STAGE_TLS;
		c->tls_conn = tls_conn_new(c->tls);
		return;
	}
	c->stage = STAGE_PLAIN;
	if (c->tls_mode == TCP_TLS_ON) {
		if (c->events->on_plain)
			c->events->on_plain(c->owner);
		tcp_close(c, "speaks no TLS");
	}
}

static void on_bytes(struct tcp_conn *c, const char *data, size_t len)
{
	if (c->stage == STAGE_PROXY) {
		size_t taken = read_header(c, data, len);

		data += taken;
		len -= taken;
	}
	if (len > 0 && !c->reason && c->stage == STAGE_LOCAL) {
		begin_payload(c);
		if (!take_owner(c))
			return;
	}
	if (len > 0 && !c->reason && c->stage == STAGE_FIRST)
		on_first_byte(c, (uint8_t)data[0]);
	if (len == 0 || c->reason)
		return;
	if (c->stage == STAGE_TLS)
		feed_tls(c, data, len);
	else
		c->events->on_data(c->owner, data, len);
}

static void on_read(uv_stream_t *stream, ssize_t n, const uv_buf_t *bytes)
{
	struct tcp_conn *c = stream->data;

	if (n > 0 && !c->reason)
		on_bytes(c, bytes->base, (size_t)n);
	else if (n == UV_EOF)
		on_peer_end(c);
	else if (n < 0)
		tcp_close(c, uv_strerror((int)n));
}

static uint16_t read_address(const struct sockaddr_storage *from, struct net_addr *out)
{
	const struct sockaddr_in6 *in6 = (const struct sockaddr_in6 *)from;
	const struct sockaddr_in *in4 = (const struct sockaddr_in *)from;

	if (from->ss_family == AF_INET6) {
		memcpy(out->bytes, &in6->sin6_addr, sizeof(out->bytes));
		return ntohs(in6->sin6_port);
	}
	*out = net_addr_v4((const uint8_t *)&in4->sin_addr);
	return ntohs(in4->sin_port);
}

static struct tcp_conn *conn_new(struct tcp_listener *x)
{
	const struct tcp_listen_options *o = &x->options;
	struct tcp_conn *c = NEW(struct tcp_conn);

	c->loop = x->loop;
	c->listener = x;
	c->events = o->events;
	c->tls = o->tls;
	c->tls_mode = (uint8_t)o->tls_mode;
	c->out_max = o->out_max;
	c->since_ms = loop_now_ms(x->loop);
	list_init(&c->early);
	list_init(&c->dirty);
	uv_tcp_init(&x->loop->uv, &c->uv);
	c->uv.data = c;
	return c;
}

void tcp_conn_begin(struct tcp_listener *x, int fd, const struct sockaddr_storage *addr)
{
	const struct tcp_listen_options *o = &x->options;
	struct net_addr peer;
	uint16_t port = read_address(addr, &peer);
	bool is_balancer = o->proxy_from && net_set_has(o->proxy_from, &peer);
	struct tcp_conn *c;

	if (!is_balancer && o->events->may_accept && !o->events->may_accept(o->ctx, &peer)) {
		close(fd);
		return;
	}
	c = conn_new(x);
	c->peer = peer;
	c->peer_port = port;
	if (uv_tcp_open(&c->uv, fd) != 0) {
		close(fd);
		shut(c);
		return;
	}
	if (is_balancer) {
		c->stage = STAGE_PROXY;
		if (list_is_empty(&x->early))
			timer_start(x->late, TCP_PROXY_MS, 0);
		list_add_tail(&x->early, &c->early);
	} else {
		begin_payload(c);
		if (!take_owner(c))
			return;
	}
	if (uv_read_start((uv_stream_t *)&c->uv, on_alloc, on_read) != 0)
		tcp_close(c, "connection lost");
}

/* ---- the way out ---- */

/* Output that the peer does not take ends the connection. */
static bool has_room(struct tcp_conn *c, size_t len)
{
	if (tcp_unsent(c) + len <= c->out_max)
		return true;
	c->reason = "does not read";
	shut(c);
	return false;
}

void tcp_write(struct tcp_conn *c, const void *data, size_t len)
{
	if (c->reason || !has_room(c, len))
		return;
	if (!c->tls_conn && !c->out.data && c->loop->spare_count > 0)
		c->out = c->loop->spare[--c->loop->spare_count];
	if (c->tls_conn)
		tls_conn_write(c->tls_conn, data, len);
	else
		buf_add(&c->out, data, len);
	send_at_end_of_turn(c);
}

void tcp_writev(struct tcp_conn *c, const struct iovec *iov, int n)
{
	uv_buf_t bytes[8];
	size_t total = 0, skip = 0;

	assert(n <= 8);
	for (int i = 0; i < n; i++) {
		bytes[i] = uv_buf_init(iov[i].iov_base, (unsigned)iov[i].iov_len);
		total += iov[i].iov_len;
	}
	if (c->reason || !has_room(c, total))
		return;
	if (!c->flying && c->out.len == 0 && !c->tls_conn) {
		int sent = uv_try_write((uv_stream_t *)&c->uv, bytes, (unsigned)n);

		skip = sent > 0 ? (size_t)sent : 0;
	}
	for (int i = 0; i < n; i++) {
		size_t done = skip < iov[i].iov_len ? skip : iov[i].iov_len;

		skip -= done;
		if (done < iov[i].iov_len)
			tcp_write(c, (const char *)iov[i].iov_base + done, iov[i].iov_len - done);
	}
}

void tcp_close(struct tcp_conn *c, const char *reason)
{
	if (c->reason)
		return;
	c->reason = reason;
	uv_read_stop((uv_stream_t *)&c->uv);
	if (!c->flying && !has_output(c) && !c->tls_conn)
		shut(c);
	else
		send_at_end_of_turn(c);
}

bool tcp_is_open(const struct tcp_conn *c)
{
	return c->reason == NULL;
}

void tcp_limit_out(struct tcp_conn *c, size_t out_max)
{
	c->out_max = out_max;
}

size_t tcp_unsent(const struct tcp_conn *c)
{
	return c->out.len + (c->tls_conn ? tls_conn_waiting(c->tls_conn) : 0) +
	       (c->flying ? c->flying->data.len : 0);
}

int64_t tcp_blocked_ms(const struct tcp_conn *c)
{
	return c->flying ? loop_now_ms(c->loop) - c->since_ms + 1 : 0;
}

const struct net_addr *tcp_peer_addr(const struct tcp_conn *c)
{
	return &c->peer;
}

bool tcp_is_tls(const struct tcp_conn *c)
{
	return c->tls_conn != NULL;
}

bool tcp_is_proxied(const struct tcp_conn *c)
{
	return c->is_proxied;
}

const char *tcp_peer(const struct tcp_conn *c, char text[TCP_PEER_MAX])
{
	char host[NET_TEXT_MAX];

	net_addr_text(&c->peer, host);
	if (net_addr_is_v4(&c->peer))
		snprintf(text, TCP_PEER_MAX, "%s:%u", host, c->peer_port);
	else
		snprintf(text, TCP_PEER_MAX, "[%s]:%u", host, c->peer_port);
	return text;
}
