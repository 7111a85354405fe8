/*
 * proxy.h -- between us and the database server: passes all on, until a COMMIT comes that it is to
 * cut.
 */
#ifndef TESTS_STORE_PROXY_H
#define TESTS_STORE_PROXY_H

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum proxy_cut {
	PROXY_PASS,
	PROXY_CUT_BEFORE, /* the server never hears of it */
	PROXY_CUT_AFTER,  /* the server has done it, and the client never hears that */
};

struct proxy {
	int listener;
	uint16_t port, server_port;
	atomic_int cut; /* what the next COMMIT gets */
	pthread_t thread;
};

static inline int proxy_connect(uint16_t port)
{
	struct sockaddr_in at = {.sin_family = AF_INET,
		.sin_port = htons(port),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	if (fd < 0 || connect(fd, (struct sockaddr *)&at, sizeof at) != 0)
		abort();
	return fd;
}

/* False: the connection is at its end. */
static inline bool proxy_step(struct proxy *p, int client, int server)
{
	struct pollfd fds[2] = {{client, POLLIN, 0}, {server, POLLIN, 0}};
	char bytes[65536];
	ssize_t n;

	if (poll(fds, 2, -1) < 0)
		return false;
	for (unsigned i = 0; i < 2; i++) {
		int to = i == 0 ? server : client;
		int cut = PROXY_PASS;

		if (!fds[i].revents)
			continue;
		n = read(fds[i].fd, bytes, sizeof bytes);
		if (n <= 0)
			return false;
		if (i == 0 && memmem(bytes, (size_t)n, "\3COMMIT", 7))
			cut = atomic_exchange(&p->cut, PROXY_PASS);
		if (cut == PROXY_CUT_BEFORE)
			return false;
		if (write(to, bytes, (size_t)n) != n)
			return false;
		if (cut == PROXY_CUT_AFTER)
			return read(server, bytes, sizeof bytes) < 0; /* its OK ends here */
	}
	return true;
}

static inline void *proxy_run(void *arg)
{
	struct proxy *p = arg;
	int client;

	while ((client = accept(p->listener, NULL, NULL)) >= 0) { /* one after the other */
		int server = proxy_connect(p->server_port);

		while (proxy_step(p, client, server))
			;
		close(client);
		close(server);
	}
	return NULL;
}

static inline void proxy_start(struct proxy *p, uint16_t server_port)
{
	struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t len = sizeof at;

	p->server_port = server_port;
	atomic_init(&p->cut, PROXY_PASS);
	p->listener = socket(AF_INET, SOCK_STREAM, 0);
	if (p->listener < 0 || bind(p->listener, (struct sockaddr *)&at, sizeof at) != 0 ||
		listen(p->listener, 8) != 0 ||
		getsockname(p->listener, (struct sockaddr *)&at, &len) != 0)
		abort();
	p->port = ntohs(at.sin_port);
	pthread_create(&p->thread, NULL, proxy_run, p);
}

/* When its last client has gone. */
static inline void proxy_stop(struct proxy *p)
{
	shutdown(p->listener, SHUT_RDWR);
	pthread_join(p->thread, NULL);
	close(p->listener);
}

#endif
