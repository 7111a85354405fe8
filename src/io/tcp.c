/* tcp.c -- see tcp.h. */
#include "io/tcp.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/list.h"
#include "base/mem.h"
#include "io/loop_priv.h"

/* Both kinds of handle begin alike, so that the end of a loop can close what is left. */
struct handle {
	uv_tcp_t uv;
	uv_close_cb on_closed;
};

struct tcp_listener {
	struct handle handle;
	struct loop *loop;
	const struct tcp_events *events;
	void *ctx;
	size_t out_max;
};

struct tcp_conn {
	struct handle handle;
	struct loop *loop;
	const struct tcp_events *events;
	void *owner;
	size_t out_max;
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

enum { KEEPALIVE_IDLE_S = 45, USER_TIMEOUT_MS = 60000 };

static void on_conn_closed(uv_handle_t *handle)
{
	struct tcp_conn *c = handle->data;

	if (c->owner)
		c->events->on_closed(c->owner, c->reason ? c->reason : "loop ends");
	list_remove(&c->dirty);
	buf_free(&c->out);
	free(c);
}

static void shut(struct tcp_conn *c)
{
	if (!uv_is_closing((uv_handle_t *)&c->handle.uv))
		uv_close((uv_handle_t *)&c->handle.uv, c->handle.on_closed);
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
	if (status < 0 || (c->reason && c->out.len == 0))
		shut(c);
	else if (c->out.len > 0 && list_is_empty(&c->dirty))
		list_add_tail(&c->loop->dirty, &c->dirty);
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
	bytes = uv_buf_init((char *)w->data.data, (unsigned)w->data.len);
	if (uv_write(&w->uv, (uv_stream_t *)&c->handle.uv, &bytes, 1, on_written) != 0) {
		c->flying = NULL;
		buf_free(&w->data);
		free(w);
		if (!c->reason)
			c->reason = "write failed";
		shut(c);
	}
}

static void flush_conn(struct tcp_conn *c)
{
	uv_buf_t bytes = uv_buf_init((char *)c->out.data, (unsigned)c->out.len);
	int sent;

	if (c->flying || c->out.len == 0 || uv_is_closing((uv_handle_t *)&c->handle.uv))
		return;
	sent = uv_try_write((uv_stream_t *)&c->handle.uv, &bytes, 1);
	if (sent < 0 && sent != UV_EAGAIN) {
		if (!c->reason)
			c->reason = "connection lost";
		shut(c);
		return;
	}
	if (sent > 0 && (size_t)sent == c->out.len) {
		buf_free(&c->out); /* an idle connection holds no buffer */
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
	struct handle *h = CONTAINER_OF((uv_tcp_t *)handle, struct handle, uv);

	uv_close(handle, h->on_closed);
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

static void on_read(uv_stream_t *stream, ssize_t n, const uv_buf_t *bytes)
{
	struct tcp_conn *c = stream->data;

	if (n > 0 && !c->reason)
		c->events->on_data(c->owner, bytes->base, (size_t)n);
	else if (n < 0)
		tcp_close(c, n == UV_EOF ? "closed by peer" : uv_strerror((int)n));
}

static void set_options(struct tcp_conn *c)
{
	unsigned timeout_ms = USER_TIMEOUT_MS;
	uv_os_fd_t fd;

	uv_tcp_nodelay(&c->handle.uv, 1);
	uv_tcp_keepalive(&c->handle.uv, 1, KEEPALIVE_IDLE_S);
	if (uv_fileno((uv_handle_t *)&c->handle.uv, &fd) == 0)
		setsockopt(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, &timeout_ms, sizeof(timeout_ms));
}

static void on_connection(uv_stream_t *server, int status)
{
	struct tcp_listener *x = server->data;
	struct tcp_conn *c;

	if (status < 0)
		return; /* EMFILE and the like: libuv has shed the connection */
	c = NEW(struct tcp_conn);
	c->handle.on_closed = on_conn_closed;
	c->loop = x->loop;
	c->events = x->events;
	c->out_max = x->out_max;
	list_init(&c->dirty);
	uv_tcp_init(&x->loop->uv, &c->handle.uv);
	c->handle.uv.data = c;
	if (uv_accept(server, (uv_stream_t *)&c->handle.uv) != 0) {
		shut(c);
		return;
	}
	set_options(c);
	c->owner = x->events->on_accept(x->ctx, c);
	if (!c->owner || uv_read_start((uv_stream_t *)&c->handle.uv, on_alloc, on_read) != 0)
		tcp_close(c, "refused");
}

static enum err parse_host(
	const char *host, uint16_t port, struct sockaddr_storage *out, struct why *why)
{
	if (uv_ip4_addr(host, port, (struct sockaddr_in *)out) == 0 ||
		uv_ip6_addr(host, port, (struct sockaddr_in6 *)out) == 0)
		return OK;
	return err_fail(why, ERR_SYNTAX, "%s: not an IP address", host);
}

static void on_listener_closed(uv_handle_t *handle)
{
	free(handle->data);
}

enum err tcp_listen(struct loop *l, const char *host, uint16_t port, int backlog, size_t out_max,
	const struct tcp_events *events, void *ctx, struct tcp_listener **out, struct why *why)
{
	struct sockaddr_storage addr = {0};
	enum err err = parse_host(host, port, &addr, why);
	struct tcp_listener *x;
	uv_os_fd_t fd;
	int on = 1, failed;

	if (err != OK)
		return err;
	x = NEW(struct tcp_listener);
	x->handle.on_closed = on_listener_closed;
	x->loop = l;
	x->events = events;
	x->ctx = ctx;
	x->out_max = out_max;
	uv_tcp_init_ex(&l->uv, &x->handle.uv, addr.ss_family);
	x->handle.uv.data = x;
	uv_fileno((uv_handle_t *)&x->handle.uv, &fd);
	setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &on, sizeof(on));
	failed = uv_tcp_bind(&x->handle.uv, (struct sockaddr *)&addr, 0);
	if (!failed)
		failed = uv_listen((uv_stream_t *)&x->handle.uv, backlog, on_connection);
	if (failed) {
		err = err_fail(why, failed == UV_EADDRINUSE ? ERR_EXISTS : ERR_IO,
			"cannot listen on port %u of %s: %s", port, host, uv_strerror(failed));
		uv_close((uv_handle_t *)&x->handle.uv, on_listener_closed);
		return err;
	}
	*out = x;
	return OK;
}

void tcp_listener_close(struct tcp_listener *x)
{
	if (x)
		uv_close((uv_handle_t *)&x->handle.uv, on_listener_closed);
}

/* Output that the peer does not take ends the connection. */
static bool has_room(struct tcp_conn *c, size_t len)
{
	if (tcp_unsent(c) + len <= c->out_max)
		return true;
	buf_clear(&c->out);
	c->reason = "does not read";
	shut(c);
	return false;
}

void tcp_write(struct tcp_conn *c, const void *data, size_t len)
{
	if (c->reason || !has_room(c, len))
		return;
	buf_add(&c->out, data, len);
	if (!c->flying && list_is_empty(&c->dirty))
		list_add_tail(&c->loop->dirty, &c->dirty);
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
	if (!c->flying && c->out.len == 0) {
		int sent = uv_try_write((uv_stream_t *)&c->handle.uv, bytes, (unsigned)n);

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
	uv_read_stop((uv_stream_t *)&c->handle.uv);
	if (!c->flying && c->out.len == 0)
		shut(c);
	else if (c->out.len > 0 && !c->flying && list_is_empty(&c->dirty))
		list_add_tail(&c->loop->dirty, &c->dirty);
}

bool tcp_is_open(const struct tcp_conn *c)
{
	return c->reason == NULL;
}

size_t tcp_unsent(const struct tcp_conn *c)
{
	return c->out.len + (c->flying ? c->flying->data.len : 0);
}

const char *tcp_peer(const struct tcp_conn *c, char text[TCP_PEER_MAX])
{
	struct sockaddr_storage addr;
	char host[INET6_ADDRSTRLEN] = "?";
	int len = sizeof(addr), port = 0;

	if (uv_tcp_getpeername(&c->handle.uv, (struct sockaddr *)&addr, &len) != 0) {
		str_copy(text, TCP_PEER_MAX, "unknown:0");
	} else if (addr.ss_family == AF_INET6) {
		const struct sockaddr_in6 *in6 = (const struct sockaddr_in6 *)&addr;

		port = ntohs(in6->sin6_port);
		if (IN6_IS_ADDR_V4MAPPED(&in6->sin6_addr)) {
			inet_ntop(AF_INET, &in6->sin6_addr.s6_addr[12], host, sizeof(host));
			snprintf(text, TCP_PEER_MAX, "%s:%d", host, port);
		} else {
			uv_ip6_name(in6, host, sizeof(host));
			snprintf(text, TCP_PEER_MAX, "[%s]:%d", host, port);
		}
	} else {
		const struct sockaddr_in *in4 = (const struct sockaddr_in *)&addr;

		uv_ip4_name(in4, host, sizeof(host));
		snprintf(text, TCP_PEER_MAX, "%s:%d", host, ntohs(in4->sin_port));
	}
	return text;
}
