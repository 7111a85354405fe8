/*
 * listen.c -- listening sockets: accepting in batches, refusing cheaply, and going on when the
 * process has no descriptors left.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "io/tcp_priv.h"

enum {
	ACCEPT_BATCH = 128,   /* connections accepted in a row, before others have their turn */
	NO_FILES_BATCH = 512, /* refused in a row for want of descriptors */
	PAUSE_MS = 50,        /* after that */
	KEEPALIVE_IDLE_S = 45,
	KEEPALIVE_EVERY_S = 30,
	KEEPALIVE_TRIES = 3,
	USER_TIMEOUT_MS = 60000,
	SEND_BUFFER = 65536, /* [bytes] a peer that does not read may hold of the kernel's memory */
};

/* ---- accepting ---- */

static void pause_accepting(struct tcp_listener *x)
{
	uv_poll_stop(&x->handle.uv);
	timer_start(x->resume, PAUSE_MS, 0);
}

/*
 * No descriptor is left. Who waits would wait for ever and keep us awake: with the spare descriptor
 * connections are taken and closed, so that miners try elsewhere.
 */
static void refuse_waiting(struct tcp_listener *x)
{
	for (int i = 0; i < NO_FILES_BATCH; i++) {
		int fd;

		if (x->spare_fd >= 0)
			close(x->spare_fd);
		fd = accept4(x->fd, NULL, NULL, SOCK_CLOEXEC);
		if (fd >= 0)
			close(fd);
		x->spare_fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
		if (fd < 0)
			break;
		if (x->options.events->on_dropped)
			x->options.events->on_dropped(x->options.ctx, TCP_DROP_NO_FILES);
	}
	pause_accepting(x);
}

static void on_acceptable(uv_poll_t *poll, int status, int events)
{
	struct tcp_listener *x = poll->data;

	for (int i = 0; i < ACCEPT_BATCH; i++) {
		struct sockaddr_storage addr;
		socklen_t len = sizeof(addr);
		int fd = accept4(x->fd, (struct sockaddr *)&addr, &len, SOCK_CLOEXEC);

		if (fd >= 0) {
			tcp_conn_begin(x, fd, &addr);
			continue;
		}
		switch (errno) {
		case EAGAIN: return;
		case EMFILE:
		case ENFILE: refuse_waiting(x); return;
		case ENOBUFS:
		case ENOMEM: pause_accepting(x); return;
		default: break; /* that one is gone: the next */
		}
	}
}

static void on_resume(void *ctx)
{
	struct tcp_listener *x = ctx;

	uv_poll_start(&x->handle.uv, UV_READABLE, on_acceptable);
}

static void on_late(void *ctx)
{
	tcp_early_end(ctx, false);
}

/* ---- making and closing ---- */

static enum err parse_host(
	const char *host, uint16_t port, struct sockaddr_storage *out, struct why *why)
{
	if (uv_ip4_addr(host, port, (struct sockaddr_in *)out) == 0 ||
		uv_ip6_addr(host, port, (struct sockaddr_in6 *)out) == 0)
		return OK;
	return err_fail(why, ERR_SYNTAX, "%s: not an IP address", host);
}

static void set_int(int fd, int level, int option, int value)
{
	setsockopt(fd, level, option, &value, sizeof(value));
}

/* Accepted sockets inherit all of it. */
static void set_options(int fd, int family)
{
	set_int(fd, SOL_SOCKET, SO_REUSEADDR, 1);
	set_int(fd, SOL_SOCKET, SO_REUSEPORT, 1);
	set_int(fd, SOL_SOCKET, SO_KEEPALIVE, 1);
	set_int(fd, SOL_SOCKET, SO_SNDBUF, SEND_BUFFER);
	set_int(fd, IPPROTO_TCP, TCP_NODELAY, 1);
	set_int(fd, IPPROTO_TCP, TCP_KEEPIDLE, KEEPALIVE_IDLE_S);
	set_int(fd, IPPROTO_TCP, TCP_KEEPINTVL, KEEPALIVE_EVERY_S);
	set_int(fd, IPPROTO_TCP, TCP_KEEPCNT, KEEPALIVE_TRIES);
	set_int(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, USER_TIMEOUT_MS);
	if (family == AF_INET6)
		set_int(fd, IPPROTO_IPV6, IPV6_V6ONLY, 0);
}

static enum err open_socket(const struct tcp_listen_options *o, int *out, struct why *why)
{
	struct sockaddr_storage addr = {0};
	socklen_t len;
	enum err err = parse_host(o->host, o->port, &addr, why);
	int fd;

	if (err != OK)
		return err;
	len = addr.ss_family == AF_INET ? sizeof(struct sockaddr_in) : sizeof(struct sockaddr_in6);
	fd = socket(addr.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (fd >= 0)
		set_options(fd, addr.ss_family);
	if (fd < 0 || bind(fd, (struct sockaddr *)&addr, len) != 0 || listen(fd, o->backlog) != 0) {
		err = err_fail(why, errno == EADDRINUSE ? ERR_EXISTS : ERR_IO,
			"cannot listen on port %u of %s: %s", o->port, o->host, strerror(errno));
		if (fd >= 0)
			close(fd);
		return err;
	}
	*out = fd;
	return OK;
}

static void on_listener_closed(uv_handle_t *handle)
{
	struct tcp_listener *x = handle->data;

	list_remove(&x->early); /* whoever is still there is being closed too */
	close(x->fd);
	if (x->spare_fd >= 0)
		close(x->spare_fd);
	free(x);
}

enum err tcp_listen(struct loop *l, const struct tcp_listen_options *options,
	struct tcp_listener **out, struct why *why)
{
	struct tcp_listener *x;
	enum err err;
	int fd;

	assert(options->tls_mode == TCP_TLS_OFF || options->tls);
	err = open_socket(options, &fd, why);
	if (err != OK)
		return err;
	x = NEW(struct tcp_listener);
	x->handle.on_closed = on_listener_closed;
	x->loop = l;
	x->options = *options;
	x->fd = fd;
	x->spare_fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
	list_init(&x->early);
	x->resume = timer_new(l, on_resume, x);
	x->late = timer_new(l, on_late, x);
	uv_poll_init(&l->uv, &x->handle.uv, fd);
	x->handle.uv.data = x;
	uv_poll_start(&x->handle.uv, UV_READABLE, on_acceptable);
	*out = x;
	return OK;
}

void tcp_listener_close(struct tcp_listener *x)
{
	if (!x)
		return;
	tcp_early_end(x, true);
	timer_free(x->resume);
	timer_free(x->late);
	uv_close((uv_handle_t *)&x->handle.uv, on_listener_closed);
}
