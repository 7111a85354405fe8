/* loop.c -- see loop.h. A turn: poll, callbacks (data, timers, mail), then all output of the turn
 * is sent. */
#include "io/loop.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/mem.h"
#include "io/loop_priv.h"

struct timer {
	uv_timer_t uv;
	void (*fn)(void *ctx);
	void *ctx;
};

struct signal_ctx {
	void (*fn)(void *ctx, int signum);
	void *ctx;
};

struct datagram {
	struct poll_handle handle;
	int fd;
	char *path;
	void (*fn)(void *ctx, const char *data, size_t len);
	void *ctx;
};

static void deliver_mail(struct loop *l)
{
	struct mail *mail;

	uv_mutex_lock(&l->lock);
	mail = l->first;
	l->first = NULL;
	l->last = &l->first;
	uv_mutex_unlock(&l->lock);
	while (mail) {
		struct mail *next = mail->next;

		mail->deliver(mail); /* may post the same piece again */
		mail = next;
	}
}

static void wake(struct loop *l)
{
	if (eventfd_write(l->wake_fd, 1) != 0)
		assert(errno == EAGAIN); /* it has been woken more often than it can count */
}

static void end_turn(struct loop *l)
{
	if (l->on_turn_end)
		l->on_turn_end(l->turn_end_ctx);
	tcp_flush_dirty(l);
}

static void on_wake(uv_poll_t *poll, int status, int events)
{
	struct loop *l = poll->data;
	eventfd_t times;
	bool stopping;

	if (eventfd_read(l->wake_fd, &times) != 0)
		return;
	uv_mutex_lock(&l->lock);
	stopping = l->stopping;
	uv_mutex_unlock(&l->lock);
	deliver_mail(l);
	if (stopping) {
		end_turn(l);
		uv_stop(&l->uv);
	}
}

static void on_before_sleep(uv_prepare_t *prepare)
{
	end_turn(prepare->data);
}

struct loop *loop_new(void)
{
	struct loop *l = NEW(struct loop);
	int failed = uv_loop_init(&l->uv);

	assert(!failed);
	l->wake_fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	assert(l->wake_fd >= 0);
	failed = uv_poll_init(&l->uv, &l->wake, l->wake_fd) ||
		 uv_poll_start(&l->wake, UV_READABLE, on_wake) || uv_mutex_init(&l->lock) ||
		 uv_prepare_init(&l->uv, &l->before_sleep);
	assert(!failed);
	l->wake.data = l;
	l->before_sleep.data = l;
	uv_prepare_start(&l->before_sleep, on_before_sleep);
	uv_unref((uv_handle_t *)&l->before_sleep);
	l->last = &l->first;
	list_init(&l->dirty);
	return l;
}

void loop_on_turn_end(struct loop *l, void (*fn)(void *ctx), void *ctx)
{
	l->on_turn_end = fn;
	l->turn_end_ctx = ctx;
}

void loop_run(struct loop *l)
{
	uv_run(&l->uv, UV_RUN_DEFAULT);
}

void loop_stop(struct loop *l)
{
	uv_mutex_lock(&l->lock);
	l->stopping = true;
	uv_mutex_unlock(&l->lock);
	wake(l);
}

static void on_timer_closed(uv_handle_t *handle)
{
	free(handle->data);
}

static void on_signal_closed(uv_handle_t *handle)
{
	free(handle->data);
}

static void on_datagram_closed(uv_handle_t *handle)
{
	struct datagram *d = handle->data;

	close(d->fd);
	unlink(d->path);
	free(d->path);
	free(d);
}

static void close_handle(uv_handle_t *handle, void *waker)
{
	if (uv_is_closing(handle))
		return;
	if (handle == waker)
		uv_close(handle, NULL);
	else if (handle->type == UV_TIMER)
		uv_close(handle, on_timer_closed);
	else if (handle->type == UV_POLL)
		uv_close(handle,
			CONTAINER_OF((uv_poll_t *)handle, struct poll_handle, uv)->on_closed);
	else if (handle->type == UV_SIGNAL)
		uv_close(handle, on_signal_closed);
	else if (handle->type == UV_TCP)
		tcp_close_now(handle);
	else
		uv_close(handle, NULL);
}

void loop_free(struct loop *l)
{
	if (!l)
		return;
	uv_walk(&l->uv, close_handle, &l->wake);
	uv_run(&l->uv, UV_RUN_DEFAULT);
	uv_loop_close(&l->uv);
	close(l->wake_fd);
	uv_mutex_destroy(&l->lock);
	while (l->spare_count > 0)
		buf_free(&l->spare[--l->spare_count]);
	free(l);
}

int64_t loop_now_ms(const struct loop *l)
{
	return (int64_t)uv_now(&l->uv);
}

void loop_post(struct loop *l, struct mail *mail)
{
	bool was_empty;

	mail->next = NULL;
	uv_mutex_lock(&l->lock);
	was_empty = l->first == NULL;
	*l->last = mail;
	l->last = &mail->next;
	uv_mutex_unlock(&l->lock);
	if (was_empty)
		wake(l);
}

static void on_timer(uv_timer_t *uv)
{
	struct timer *t = uv->data;

	t->fn(t->ctx);
}

struct timer *timer_new(struct loop *l, void (*fn)(void *ctx), void *ctx)
{
	struct timer *t = NEW(struct timer);

	uv_timer_init(&l->uv, &t->uv);
	t->uv.data = t;
	t->fn = fn;
	t->ctx = ctx;
	return t;
}

void timer_start(struct timer *t, int64_t after_ms, int64_t every_ms)
{
	uv_update_time(t->uv.loop);
	uv_timer_start(&t->uv, on_timer, (uint64_t)after_ms, (uint64_t)every_ms);
}

void timer_stop(struct timer *t)
{
	uv_timer_stop(&t->uv);
}

void timer_free(struct timer *t)
{
	if (t)
		uv_close((uv_handle_t *)&t->uv, on_timer_closed);
}

static void on_signal(uv_signal_t *uv, int signum)
{
	struct signal_ctx *s = uv->data;

	s->fn(s->ctx, signum);
}

void loop_on_signal(struct loop *l, int signum, void (*fn)(void *ctx, int signum), void *ctx)
{
	struct signal_ctx *s = NEW(struct signal_ctx);
	uv_signal_t *uv;

	assert(l->signal_count < ARRAY_LEN(l->signals));
	uv = &l->signals[l->signal_count++];
	*s = (struct signal_ctx){fn, ctx};
	uv_signal_init(&l->uv, uv);
	uv->data = s;
	uv_signal_start(uv, on_signal, signum);
}

static void on_datagram(uv_poll_t *poll, int status, int events)
{
	struct datagram *d = poll->data;
	char data[512];
	ssize_t len;

	while ((len = recv(d->fd, data, sizeof(data), MSG_DONTWAIT)) >= 0)
		d->fn(d->ctx, data, (size_t)len);
}

/* A socket's name must be short and the path may be long: the folder is entered through a
 * descriptor. */
static int bind_datagram(const char *path)
{
	struct sockaddr_un addr = {.sun_family = AF_UNIX};
	char *folder = str_dup(path), *name = strrchr(folder, '/');
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0), dir, failed;

	assert(name); /* the path is absolute */
	*name++ = '\0';
	dir = open(folder, O_PATH | O_DIRECTORY | O_CLOEXEC);
	snprintf(addr.sun_path, sizeof(addr.sun_path), "/proc/self/fd/%d/%s", dir, name);
	unlink(path);
	failed = dir < 0 || fd < 0 || bind(fd, (struct sockaddr *)&addr, sizeof(addr)) != 0 ||
		 chmod(path, 0660) != 0;
	if (dir >= 0)
		close(dir);
	if (failed && fd >= 0)
		close(fd);
	free(folder);
	return failed ? -1 : fd;
}

enum err loop_on_datagram(struct loop *l, const char *path,
	void (*fn)(void *ctx, const char *data, size_t len), void *ctx, struct why *why)
{
	int fd = bind_datagram(path);
	struct datagram *d;

	if (fd < 0)
		return err_fail(why, ERR_IO, "cannot listen on %s: %s", path, strerror(errno));
	d = NEW(struct datagram);
	d->fd = fd;
	d->fn = fn;
	d->ctx = ctx;
	d->path = str_dup(path);
	d->handle.on_closed = on_datagram_closed;
	uv_poll_init(&l->uv, &d->handle.uv, fd);
	d->handle.uv.data = d;
	uv_poll_start(&d->handle.uv, UV_READABLE, on_datagram);
	return OK;
}
