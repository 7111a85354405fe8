/*
 * daemons_peer.c -- hearing of new blocks as a peer of the daemon: for daemons that have no ZMQ.
 *
 * The daemon tells its peers of a block with an inv. What block it is does not matter here:
 * getbestblockhash will say.
 */
#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/backoff.h"
#include "base/clock.h"
#include "base/mem.h"
#include "base/random.h"
#include "coind/daemons_priv.h"
#include "coind/p2p_priv.h"

#define CONNECT_MS 5000
#define HELLO_MS   15000  /* until version and verack are there */
#define PING_MS    60000  /* of silence, after which we ask */
#define DEAD_MS    180000 /* of silence, after which the connection is given up */

struct peer {
	struct daemon *daemon;
	int fd;
	int64_t heard_ms, pinged_ms;
	bool has_greeted; /* verack came */
	struct buf out;
	uint8_t payload[P2P_PAYLOAD_MAX];
};

static const uint8_t *magic_of(const struct peer *p)
{
	return p->daemon->set->pool->network->p2p_magic;
}

/* Waits for the socket, or for the end of it all. False: the time is over, or we are to stop. */
static bool wait_for(struct peer *p, short events, int64_t ms)
{
	struct pollfd fds[2] = {{p->fd, events, 0}, {p->daemon->set->stop_fd, POLLIN, 0}};
	int n;

	do {
		n = poll(fds, 2, ms < 0 ? 0 : (int)ms);
	} while (n < 0 && errno == EINTR);
	return n > 0 && !fds[1].revents;
}

static bool is_stopping(const struct peer *p)
{
	struct pollfd fd = {p->daemon->set->stop_fd, POLLIN, 0};

	return poll(&fd, 1, 0) > 0;
}

static void note_problem(struct peer *p, const char *problem)
{
	struct daemon *d = p->daemon;

	pthread_mutex_lock(&d->set->lock);
	if (strcmp(d->peer_problem, problem) != 0)
		d->set->has_state_news = true;
	str_copy(d->peer_problem, sizeof(d->peer_problem), problem);
	pthread_cond_signal(&d->set->news);
	pthread_mutex_unlock(&d->set->lock);
}

/* ---- the connection ---- */

static bool try_connect(struct peer *p, const struct addrinfo *a)
{
	socklen_t len = sizeof(int);
	int error = 0;

	p->fd = socket(a->ai_family, a->ai_socktype | SOCK_CLOEXEC | SOCK_NONBLOCK, a->ai_protocol);
	if (p->fd < 0)
		return false;
	if (connect(p->fd, a->ai_addr, a->ai_addrlen) == 0)
		return true;
	if (errno == EINPROGRESS && wait_for(p, POLLOUT, CONNECT_MS) &&
		getsockopt(p->fd, SOL_SOCKET, SO_ERROR, &error, &len) == 0 && error == 0)
		return true;
	close(p->fd);
	p->fd = -1;
	return false;
}

static bool peer_connect(struct peer *p)
{
	const char *rest = p->daemon->conf->p2p;
	struct addrinfo hints = {.ai_socktype = SOCK_STREAM}, *found;
	struct conf_host host;
	char port[8];

	if (!conf_host_next(&rest, &host))
		return false;
	snprintf(port, sizeof port, "%u",
		host.port ? host.port : p->daemon->set->pool->network->p2p_port);
	if (getaddrinfo(host.name, port, &hints, &found) != 0)
		return false;
	p->fd = -1;
	for (const struct addrinfo *a = found; a && p->fd < 0; a = a->ai_next)
		try_connect(p, a);
	freeaddrinfo(found);
	return p->fd >= 0;
}

static bool peer_send(struct peer *p)
{
	size_t sent = 0;

	while (sent < p->out.len) {
		ssize_t n = send(p->fd, p->out.data + sent, p->out.len - sent, MSG_NOSIGNAL);

		if (n > 0)
			sent += (size_t)n;
		else if (n == 0 || (errno != EAGAIN && errno != EINTR) ||
			 !wait_for(p, POLLOUT, HELLO_MS))
			return false;
	}
	buf_clear(&p->out);
	return true;
}

/* Some bytes, while they are due and we are not to stop; asks a silent peer whether it is there. */
static bool peer_read(struct peer *p, uint8_t *out, size_t len)
{
	while (len > 0) {
		int64_t silent_ms = clock_mono_ms() - p->heard_ms;
		ssize_t n = recv(p->fd, out, len, 0);

		if (n > 0) {
			out += n;
			len -= (size_t)n;
			p->heard_ms = clock_mono_ms();
			continue;
		}
		if (n == 0 || (errno != EAGAIN && errno != EINTR))
			return false;
		if (is_stopping(p) || silent_ms > (p->has_greeted ? DEAD_MS : HELLO_MS))
			return false;
		if (p->has_greeted && silent_ms >= PING_MS && p->pinged_ms < p->heard_ms) {
			uint64_t nonce = random_u64();

			p2p_add(&p->out, magic_of(p), "ping", &nonce, sizeof nonce);
			p->pinged_ms = clock_mono_ms();
			if (!peer_send(p))
				return false;
		}
		wait_for(p, POLLIN, 1000);
	}
	return true;
}

/* A payload that is not of interest. */
static bool peer_skip(struct peer *p, uint32_t length)
{
	while (length > 0) {
		uint32_t part = length < sizeof p->payload ? length : (uint32_t)sizeof p->payload;

		if (!peer_read(p, p->payload, part))
			return false;
		length -= part;
	}
	return true;
}

/* ---- what it says ---- */

static bool answer(struct peer *p, const struct p2p_head *head)
{
	if (strcmp(head->command, "version") == 0) {
		p2p_add(&p->out, magic_of(p), "verack", NULL, 0);
	} else if (strcmp(head->command, "verack") == 0) {
		p->has_greeted = true;
		note_problem(p, "");
	} else if (strcmp(head->command, "ping") == 0) {
		p2p_add(&p->out, magic_of(p), "pong", p->payload, head->length);
	} else if (strcmp(head->command, "inv") == 0 && p2p_tells_block(p->payload, head->length)) {
		daemons_wake(p->daemon->set);
	}
	return peer_send(p);
}

static bool hear_one(struct peer *p)
{
	uint8_t bytes[P2P_HEAD];
	struct p2p_head head;

	if (!peer_read(p, bytes, sizeof bytes) || !p2p_read_head(bytes, magic_of(p), &head))
		return false;
	if (head.length > sizeof p->payload)
		return peer_skip(p, head.length);
	return peer_read(p, p->payload, head.length) && p2p_is_whole(&head, p->payload) &&
	       answer(p, &head);
}

/* From the connection to its end; true: it was a peer. */
static bool hear(struct peer *p)
{
	p->has_greeted = false;
	p->heard_ms = clock_mono_ms();
	p->pinged_ms = 0;
	if (!peer_connect(p))
		return false;
	buf_clear(&p->out);
	p2p_add_version(&p->out, magic_of(p), clock_wall_ms() / 1000, random_u64());
	if (peer_send(p)) {
		while (hear_one(p))
			;
	}
	close(p->fd);
	return p->has_greeted;
}

void *daemons_be_peer(void *arg)
{
	struct peer *p = NEW(struct peer);
	struct backoff backoff = {0};

	p->daemon = arg;
	while (!is_stopping(p)) {
		if (hear(p))
			backoff_over(&backoff);
		backoff_failed(&backoff);
		if (!is_stopping(p))
			note_problem(p, "its peer-to-peer port cannot be used");
		p->fd = -1; /* which poll() passes over */
		while (!backoff_is_due(&backoff) && !is_stopping(p))
			wait_for(p, 0, 100);
	}
	buf_free(&p->out);
	free(p);
	return NULL;
}
