/*
 * httpd_stream.c -- answers without an end: shared bytes queued to many connections.
 *
 * A stream has two holders: the caller and the library's response. The connection sleeps
 * (suspended) while nothing is queued.
 * Locks: httpd.lock may be taken first, then stream.lock; never the other way round.
 */
#include <errno.h>
#include <string.h>
#include <sys/socket.h>

#include "base/mem.h"
#include "io/httpd_priv.h"

#define QUEUE_MAX_BYTES (256 * 1024)
#define BLOCK_BYTES     4096

struct httpd_bytes {
	atomic_uint refs;
	size_t len;
	uint8_t data[];
};

struct chunk {
	struct chunk *next;
	struct httpd_bytes *bytes;
};

struct httpd_stream {
	struct list node; /* in httpd.streams, until the peer is gone */
	struct httpd *server;
	struct MHD_Connection *conn;
	int fd; /* of conn; open as long as !is_gone */
	char client[INET6_ADDRSTRLEN];
	pthread_mutex_t lock; /* guards what follows */
	unsigned refs;
	struct chunk *first, **last;
	size_t sent;   /* bytes of the first chunk that are gone already */
	size_t queued; /* bytes waiting */
	bool is_suspended;
	bool is_ending; /* no more will be queued */
	bool is_gone;   /* the library has let go of the connection */
};

struct httpd_bytes *httpd_bytes_new(const void *data, size_t len)
{
	struct httpd_bytes *b = mem_alloc(sizeof *b + len);

	atomic_init(&b->refs, 1);
	b->len = len;
	memcpy(b->data, data, len);
	return b;
}

struct httpd_bytes *httpd_bytes_ref(struct httpd_bytes *b)
{
	atomic_fetch_add(&b->refs, 1);
	return b;
}

void httpd_bytes_unref(struct httpd_bytes *b)
{
	if (b && atomic_fetch_sub(&b->refs, 1) == 1)
		free(b);
}

static void drop_first(struct httpd_stream *s)
{
	struct chunk *chunk = s->first;

	s->first = chunk->next;
	if (!s->first)
		s->last = &s->first;
	s->sent = 0;
	httpd_bytes_unref(chunk->bytes);
	free(chunk);
}

static void wake(struct httpd_stream *s)
{
	if (!s->is_suspended)
		return;
	s->is_suspended = false;
	MHD_resume_connection(s->conn);
}

/* Called with s->lock held; unlocks it. */
static void unref_unlock(struct httpd_stream *s)
{
	bool is_last = --s->refs == 0;

	pthread_mutex_unlock(&s->lock);
	if (!is_last)
		return;
	while (s->first)
		drop_first(s);
	pthread_mutex_destroy(&s->lock);
	free(s);
}

/* The library wants bytes: give what is queued, or put the connection to sleep. */
static ssize_t read_queue(void *cls, uint64_t pos, char *out, size_t max)
{
	struct httpd_stream *s = cls;
	size_t len = 0;

	pthread_mutex_lock(&s->lock);
	while (s->first && len < max) {
		struct httpd_bytes *b = s->first->bytes;
		size_t n = b->len - s->sent < max - len ? b->len - s->sent : max - len;

		memcpy(out + len, b->data + s->sent, n);
		len += n;
		s->sent += n;
		if (s->sent == b->len)
			drop_first(s);
	}
	s->queued -= len;
	if (len == 0 && !s->is_ending) {
		s->is_suspended = true;
		MHD_suspend_connection(s->conn);
	}
	pthread_mutex_unlock(&s->lock);
	if (len > 0)
		return (ssize_t)len;
	return s->is_ending ? MHD_CONTENT_READER_END_OF_STREAM : 0;
}

/* The library is through with the connection. */
static void on_gone(void *cls)
{
	struct httpd_stream *s = cls;
	struct httpd *h = s->server;

	pthread_mutex_lock(&h->lock);
	list_remove(&s->node);
	h->stream_count--;
	httpd_count_add(h->streams_of, s->client, -1);
	pthread_mutex_unlock(&h->lock);
	pthread_mutex_lock(&s->lock);
	s->is_gone = true;
	s->is_suspended = false;
	unref_unlock(s);
}

/* Enter s into the server's books; false: it is stopping, or the client has its share already. */
static bool admit(struct httpd_stream *s)
{
	struct httpd *h = s->server;
	unsigned max = h->opt.max_streams_per_client;
	bool may;

	pthread_mutex_lock(&h->lock);
	may = !h->is_stopping &&
	      (max == 0 || (uintptr_t)map_get(h->streams_of, s->client, strlen(s->client)) < max);
	if (may) {
		httpd_count_add(h->streams_of, s->client, 1);
		h->stream_count++;
		list_add_tail(&h->streams, &s->node);
	}
	pthread_mutex_unlock(&h->lock);
	return may;
}

struct httpd_stream *httpd_stream_open(struct httpd_req *req, const char *type)
{
	struct httpd_stream *s = NEW(struct httpd_stream);
	struct httpd_pair pairs[] = {{"Content-Type", type}, {"Cache-Control", "no-store"},
		{"X-Accel-Buffering", "no"}, {NULL}};
	const union MHD_ConnectionInfo *info =
		MHD_get_connection_info(req->conn, MHD_CONNECTION_INFO_CONNECTION_FD);
	struct MHD_Response *response;

	assert(info);
	s->fd = info->connect_fd;
	list_init(&s->node);
	s->server = req->server;
	s->conn = req->conn;
	s->last = &s->first;
	str_copy(s->client, sizeof s->client, req->client);
	pthread_mutex_init(&s->lock, NULL);
	if (!admit(s)) {
		pthread_mutex_destroy(&s->lock);
		free(s);
		httpd_reply_error(req, 429, "too_many_streams",
			"Too many live connections from your address; close some pages.");
		return NULL;
	}
	s->refs = 2;
	response = MHD_create_response_from_callback(
		MHD_SIZE_UNKNOWN, BLOCK_BYTES, read_queue, s, on_gone);
	assert(response);
	httpd_reply_with(req, 200, response, pairs);
	return s;
}

bool httpd_stream_send(struct httpd_stream *s, struct httpd_bytes *bytes)
{
	struct chunk *chunk;
	bool is_open;

	pthread_mutex_lock(&s->lock);
	is_open = !s->is_gone && !s->is_ending && s->queued + bytes->len <= QUEUE_MAX_BYTES;
	if (is_open && bytes->len > 0) {
		chunk = NEW(struct chunk);
		chunk->bytes = httpd_bytes_ref(bytes);
		*s->last = chunk;
		s->last = &chunk->next;
		s->queued += bytes->len;
		wake(s);
	}
	pthread_mutex_unlock(&s->lock);
	return is_open;
}

bool httpd_stream_is_open(struct httpd_stream *s)
{
	bool is_open;
	char byte;

	pthread_mutex_lock(&s->lock);
	is_open = !s->is_gone && !s->is_ending;
	if (is_open) {
		ssize_t n = recv(s->fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT);

		is_open = n > 0 || (n < 0 && (errno == EAGAIN || errno == EINTR));
	}
	pthread_mutex_unlock(&s->lock);
	return is_open;
}

void httpd_stream_close(struct httpd_stream *s)
{
	pthread_mutex_lock(&s->lock);
	s->is_ending = true;
	wake(s);
	unref_unlock(s);
}

unsigned httpd_streams(const struct httpd *h)
{
	struct httpd *mutable = (struct httpd *)h;
	unsigned count;

	pthread_mutex_lock(&mutable->lock);
	count = h->stream_count;
	pthread_mutex_unlock(&mutable->lock);
	return count;
}

void httpd_stop(struct httpd *h)
{
	if (!h)
		return;
	pthread_mutex_lock(&h->lock);
	h->is_stopping = true;
	list_for (&h->streams, s, struct httpd_stream, node) {
		pthread_mutex_lock(&s->lock);
		s->is_ending = true;
		wake(s);
		pthread_mutex_unlock(&s->lock);
	}
	pthread_mutex_unlock(&h->lock);
	MHD_stop_daemon(h->daemon);
	map_free(h->conns_of, NULL);
	map_free(h->streams_of, NULL);
	pthread_mutex_destroy(&h->lock);
	free(h);
}
