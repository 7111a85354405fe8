#include "fake.h"

#include <arpa/inet.h>
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/mem.h"

#define PORT_FIRST 21100
#define PORT_LAST  21399
#define CONNS_MAX  64

struct fake {
	fake_handler_fn *handler;
	void *ctx;
	int listener;
	unsigned port;
	char url[64];
	pthread_t acceptor;
	pthread_mutex_t lock;
	pthread_cond_t changed;
	bool is_stopping, is_halted;
	unsigned accepted, open;
	int fds[CONNS_MAX];
};

struct conn {
	struct fake *fake;
	int fd;
};

/* Read one request; false when the connection ends. */
static bool read_request(int fd, struct buf *in, char **out_body)
{
	for (;;) {
		char *head_end = in->data ? strstr((char *)in->data, "\r\n\r\n") : NULL;
		ssize_t n;

		if (head_end) {
			char *field = strcasestr((char *)in->data, "content-length:");
			size_t head = (size_t)(head_end + 4 - (char *)in->data);
			size_t len = field ? strtoul(field + 15, NULL, 10) : 0;

			if (in->len >= head + len) {
				*out_body = mem_dup(in->data + head, len);
				buf_drop_front(in, head + len);
				return true;
			}
		}
		n = read(fd, buf_reserve(in, 65536), 65536);
		if (n <= 0)
			return false;
		in->len += (size_t)n;
		in->data[in->len] = '\0';
	}
}

static bool write_all(int fd, const void *data, size_t len)
{
	const char *p = data;

	while (len) {
		ssize_t n = send(fd, p, len, MSG_NOSIGNAL);

		if (n <= 0)
			return false;
		p += n;
		len -= (size_t)n;
	}
	return true;
}

static bool write_reply(int fd, const struct fake_reply *r)
{
	struct buf head = {0};
	bool good;

	if (r->is_raw)
		return write_all(fd, buf_str(&r->body), r->body.len);
	buf_printf(&head, "HTTP/1.1 %d X\r\nContent-Type: application/json\r\n", r->status);
	if (r->is_endless)
		buf_add_str(&head, "Connection: close\r\n\r\n");
	else
		buf_printf(&head, "Content-Length: %zu\r\n\r\n", r->body.len);
	buf_add(&head, buf_str(&r->body), r->body.len);
	good = write_all(fd, head.data, head.len);
	while (good && r->is_endless)
		good = write_all(fd, r->body.data, r->body.len);
	buf_free(&head);
	return good;
}

static bool answer(struct fake *f, int fd, const char *body)
{
	struct fake_reply reply = {.status = 200};
	json_t *json = NULL;
	int64_t id = 0;
	bool good = json_read(body, strlen(body), &json, NULL) == OK;

	if (good) {
		json_get_i64(json, "id", &id);
		pthread_mutex_lock(&f->lock);
		f->handler(f->ctx, f, json_get_str(json, "method"), json_object_get(json, "params"),
			id, &reply);
		while (reply.status < 0 && !f->is_stopping && !f->is_halted)
			pthread_cond_wait(&f->changed, &f->lock);
		good = reply.status > 0 && !f->is_halted && !f->is_stopping;
		pthread_mutex_unlock(&f->lock);
		good = good && write_reply(fd, &reply);
	}
	json_decref(json);
	buf_free(&reply.body);
	return good;
}

static void set_fd(struct fake *f, int from, int to)
{
	for (unsigned i = 0; i < CONNS_MAX; i++) {
		if (f->fds[i] == from) {
			f->fds[i] = to;
			return;
		}
	}
	assert(!"a free place");
}

static void *serve(void *arg)
{
	struct conn *c = arg;
	struct fake *f = c->fake;
	struct buf in = {0};
	char *body;
	bool good = true;

	while (good && read_request(c->fd, &in, &body)) {
		good = answer(f, c->fd, body);
		free(body);
	}
	pthread_mutex_lock(&f->lock);
	set_fd(f, c->fd, -1);
	close(c->fd);
	f->open--;
	pthread_cond_broadcast(&f->changed);
	pthread_mutex_unlock(&f->lock);
	buf_free(&in);
	free(c);
	return NULL;
}

static void *accept_all(void *arg)
{
	struct fake *f = arg;
	struct pollfd p = {.fd = f->listener, .events = POLLIN};

	for (;;) {
		struct conn *c;
		pthread_t thread;
		int fd;

		poll(&p, 1, 20);
		pthread_mutex_lock(&f->lock);
		if (f->is_stopping) {
			pthread_mutex_unlock(&f->lock);
			return NULL;
		}
		fd = accept(f->listener, NULL, NULL);
		if (fd >= 0 && f->is_halted) {
			close(fd);
		} else if (fd >= 0) {
			f->accepted++;
			f->open++;
			set_fd(f, -1, fd);
			c = NEW(struct conn);
			*c = (struct conn){f, fd};
			pthread_create(&thread, NULL, serve, c);
			pthread_detach(thread);
		}
		pthread_mutex_unlock(&f->lock);
	}
}

struct fake *fake_start(fake_handler_fn *handler, void *ctx)
{
	struct fake *f = NEW(struct fake);
	struct sockaddr_in addr = {.sin_family = AF_INET};

	f->handler = handler;
	f->ctx = ctx;
	memset(f->fds, -1, sizeof(f->fds));
	addr.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	f->listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	for (f->port = PORT_FIRST; f->port <= PORT_LAST; f->port++) {
		addr.sin_port = htons((uint16_t)f->port);
		if (bind(f->listener, (struct sockaddr *)&addr, sizeof(addr)) == 0 &&
			listen(f->listener, 64) == 0)
			break;
	}
	assert(f->port <= PORT_LAST);
	snprintf(f->url, sizeof(f->url), "http://127.0.0.1:%u", f->port);
	pthread_mutex_init(&f->lock, NULL);
	pthread_cond_init(&f->changed, NULL);
	pthread_create(&f->acceptor, NULL, accept_all, f);
	return f;
}

/* Cut all connections and wait until their threads are gone. The lock is held. */
static void cut_all(struct fake *f)
{
	pthread_cond_broadcast(&f->changed);
	for (unsigned i = 0; i < CONNS_MAX; i++) {
		if (f->fds[i] >= 0)
			shutdown(f->fds[i], SHUT_RDWR);
	}
	while (f->open)
		pthread_cond_wait(&f->changed, &f->lock);
}

void fake_stop(struct fake *f)
{
	pthread_mutex_lock(&f->lock);
	f->is_stopping = true;
	pthread_mutex_unlock(&f->lock);
	pthread_join(f->acceptor, NULL);
	pthread_mutex_lock(&f->lock);
	cut_all(f);
	pthread_mutex_unlock(&f->lock);
	close(f->listener);
	pthread_mutex_destroy(&f->lock);
	pthread_cond_destroy(&f->changed);
	free(f);
}

void fake_halt(struct fake *f)
{
	pthread_mutex_lock(&f->lock);
	f->is_halted = true;
	cut_all(f);
	pthread_mutex_unlock(&f->lock);
}

void fake_resume(struct fake *f)
{
	pthread_mutex_lock(&f->lock);
	f->is_halted = false;
	pthread_mutex_unlock(&f->lock);
}

unsigned fake_port(const struct fake *f)
{
	return f->port;
}

unsigned fake_connections(struct fake *f)
{
	unsigned n;

	pthread_mutex_lock(&f->lock);
	n = f->accepted;
	pthread_mutex_unlock(&f->lock);
	return n;
}

void fake_lock(struct fake *f)
{
	pthread_mutex_lock(&f->lock);
}

void fake_unlock(struct fake *f)
{
	pthread_mutex_unlock(&f->lock);
}

bool fake_wait(struct fake *f)
{
	pthread_cond_wait(&f->changed, &f->lock);
	return !f->is_stopping && !f->is_halted;
}

void fake_signal(struct fake *f)
{
	pthread_cond_broadcast(&f->changed);
}

void fake_result(struct fake_reply *out, int64_t id, const char *text)
{
	buf_printf(&out->body, "{\"result\":%s,\"error\":null,\"id\":%lld}\n", text, (long long)id);
}

void fake_error(struct fake_reply *out, int64_t id, int code, const char *message)
{
	out->status = code == -32601 ? 404 : 500;
	buf_printf(&out->body, "{\"result\":null,\"error\":{\"code\":%d,\"message\":", code);
	buf_add_json_str(&out->body, message);
	buf_printf(&out->body, "},\"id\":%lld}\n", (long long)id);
}

void fake_text(struct fake_reply *out, int status, const char *body)
{
	out->status = status;
	buf_add_str(&out->body, body);
}

void fake_conf(const struct fake *f, const char *name, struct conf_daemon *out)
{
	*out = (struct conf_daemon){
		.name = (char *)name,
		.url = (char *)f->url,
		.user = (char *)"u",
		.password = (char *)"p",
		.password_file = (char *)"",
		.password_env = (char *)"",
		.cookie_file = (char *)"",
		.zmq = (char *)"",
		.p2p = (char *)"",
	};
}
