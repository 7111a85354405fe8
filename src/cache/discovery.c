/*
 * discovery.c -- which servers a cluster has.
 *
 * Lock: discovery.lock guards is_stopping. The rest belongs to the thread.
 */
#include <errno.h>
#include <netdb.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include "base/log.h"
#include "base/mem.h"
#include "cache/discovery_priv.h"

#define EVERY_S         60
#define DEFAULT_PORT    11211
#define QUESTION        "config get cluster\r\n"
#define ANSWER_BEGINS   "CONFIG cluster "
#define ANSWER_TIME_MAX 5000 /* [ms] an endpoint is not asked by a request that waits */

struct discovery {
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t wake;
	bool is_stopping;
	struct conf_host endpoints[CONF_HOSTS_MAX];
	unsigned n;
	int64_t timeout_ms;
	void (*on_servers)(void *arg, const struct conf_host *servers, unsigned n);
	void *arg;
	char *known; /* the answer that was last told; NULL: none */
	bool is_silent;
	struct logger log;
};

/* ---- the answer ---- */

/* "name|address|port": the address may be empty. */
static bool read_server(const char *text, size_t len, struct conf_host *out)
{
	const char *end = text + len, *bar = memchr(text, '|', len), *second;
	const char *name = text;
	size_t name_len;
	unsigned long port;
	char *stop;

	if (!bar)
		return false;
	second = memchr(bar + 1, '|', (size_t)(end - bar - 1));
	if (!second)
		return false;
	name_len = (size_t)(bar - text);
	if (second > bar + 1) { /* an address saves asking the DNS */
		name = bar + 1;
		name_len = (size_t)(second - name);
	}
	port = strtoul(second + 1, &stop, 10);
	if (stop != end || port == 0 || port > 65535 || name_len == 0 ||
		name_len >= sizeof out->name)
		return false;
	memcpy(out->name, name, name_len);
	out->name[name_len] = '\0';
	out->port = (uint16_t)port;
	return true;
}

enum err discovery_read(const char *text, struct conf_host servers[CONF_HOSTS_MAX], unsigned *out_n,
	struct why *why)
{
	const char *line = strchr(text, '\n'); /* behind CONFIG cluster FLAGS LENGTH */

	*out_n = 0;
	if (strncmp(text, ANSWER_BEGINS, strlen(ANSWER_BEGINS)) != 0 || !line)
		return err_fail(why, ERR_SYNTAX, "it does not know \"config get cluster\"");
	line = strchr(line + 1, '\n'); /* behind the version */
	if (!line)
		return err_fail(why, ERR_SYNTAX, "no list of servers");
	line += 1 + strspn(line + 1, " ");
	while (*line && *line != '\r' && *line != '\n') {
		size_t len = strcspn(line, " \r\n");

		if (*out_n == CONF_HOSTS_MAX)
			break;
		if (!read_server(line, len, &servers[*out_n]))
			return err_fail(
				why, ERR_SYNTAX, "\"%.*s\" is not a server", (int)len, line);
		++*out_n;
		line += len;
		line += strspn(line, " ");
	}
	return *out_n ? OK : err_fail(why, ERR_SYNTAX, "no servers");
}

/* ---- asking ---- */

static enum err dial(const struct conf_host *to, int64_t timeout_ms, int *out, struct why *why)
{
	struct timeval limit = {timeout_ms / 1000, timeout_ms % 1000 * 1000};
	struct addrinfo hints = {.ai_socktype = SOCK_STREAM}, *found;
	char port[8];
	int code;

	snprintf(port, sizeof port, "%u", to->port ? to->port : DEFAULT_PORT);
	code = getaddrinfo(to->name, port, &hints, &found);
	if (code)
		return err_fail(why, ERR_IO, "%s", gai_strerror(code));
	*out = -1;
	for (struct addrinfo *a = found; a && *out < 0; a = a->ai_next) {
		int fd = socket(a->ai_family, a->ai_socktype | SOCK_CLOEXEC, a->ai_protocol);

		if (fd < 0)
			continue;
		setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit); /* connects too */
		setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
		if (connect(fd, a->ai_addr, a->ai_addrlen) == 0)
			*out = fd;
		else
			close(fd);
	}
	freeaddrinfo(found);
	return *out < 0 ? err_fail(why, ERR_IO, "%s", strerror(errno)) : OK;
}

static bool is_whole(const char *text)
{
	return strstr(text, "\nEND\r\n") || strncmp(text, "ERROR", 5) == 0 ||
	       strncmp(text, "CLIENT_ERROR", 12) == 0 || strncmp(text, "SERVER_ERROR", 12) == 0;
}

static enum err ask(const struct conf_host *endpoint, int64_t timeout_ms,
	char answer[DISCOVERY_ANSWER_MAX], struct why *why)
{
	size_t len = 0;
	ssize_t got;
	int fd;
	enum err err = dial(endpoint, timeout_ms, &fd, why);

	if (err)
		return err;
	answer[0] = '\0';
	got = send(fd, QUESTION, strlen(QUESTION), MSG_NOSIGNAL);
	while (got > 0 && !is_whole(answer) && len < DISCOVERY_ANSWER_MAX - 1) {
		got = recv(fd, answer + len, DISCOVERY_ANSWER_MAX - 1 - len, 0);
		if (got > 0)
			len += (size_t)got;
		answer[len] = '\0';
	}
	err = is_whole(answer) ? OK : err_fail(why, ERR_IO, "no whole answer");
	close(fd);
	return err;
}

/* ---- the thread ---- */

static void tell(
	struct discovery *d, const char *answer, const struct conf_host *servers, unsigned n)
{
	if (d->known && strcmp(d->known, answer) == 0)
		return;
	free(d->known);
	d->known = str_dup(answer);
	d->on_servers(d->arg, servers, n);
}

static void look(struct discovery *d)
{
	struct conf_host servers[CONF_HOSTS_MAX];
	char answer[DISCOVERY_ANSWER_MAX];
	struct why why = {0};
	unsigned n;

	for (unsigned i = 0; i < d->n; i++) {
		enum err err = ask(&d->endpoints[i], d->timeout_ms, answer, &why);

		if (!err)
			err = discovery_read(answer, servers, &n, &why);
		if (!err) {
			d->is_silent = false;
			tell(d, answer, servers, n);
			return;
		}
	}
	if (!d->is_silent)
		log_odd(&d->log, "discovery_fails",
			"\"the cluster does not tell its servers: %s; those known stay in use\"",
			why.text);
	d->is_silent = true;
}

static void *run(void *arg)
{
	struct discovery *d = arg;
	struct timespec until;

	pthread_mutex_lock(&d->lock);
	while (!d->is_stopping) {
		pthread_mutex_unlock(&d->lock);
		look(d);
		clock_gettime(CLOCK_REALTIME, &until);
		until.tv_sec += EVERY_S;
		pthread_mutex_lock(&d->lock);
		while (!d->is_stopping &&
			pthread_cond_timedwait(&d->wake, &d->lock, &until) != ETIMEDOUT)
			;
	}
	pthread_mutex_unlock(&d->lock);
	return NULL;
}

struct discovery *discovery_start(const struct conf_host *endpoints, unsigned n, int64_t timeout_ms,
	void (*on_servers)(void *arg, const struct conf_host *servers, unsigned n), void *arg)
{
	struct discovery *d = NEW(struct discovery);

	memcpy(d->endpoints, endpoints, n * sizeof *endpoints);
	d->n = n;
	d->timeout_ms = 10 * timeout_ms < ANSWER_TIME_MAX ? 10 * timeout_ms : ANSWER_TIME_MAX;
	d->on_servers = on_servers;
	d->arg = arg;
	d->log.role = "cache";
	pthread_mutex_init(&d->lock, NULL);
	pthread_cond_init(&d->wake, NULL);
	if (pthread_create(&d->thread, NULL, run, d) != 0)
		abort();
	return d;
}

void discovery_stop(struct discovery *d)
{
	if (!d)
		return;
	pthread_mutex_lock(&d->lock);
	d->is_stopping = true;
	pthread_cond_signal(&d->wake);
	pthread_mutex_unlock(&d->lock);
	pthread_join(d->thread, NULL);
	pthread_mutex_destroy(&d->lock);
	pthread_cond_destroy(&d->wake);
	free(d->known);
	free(d);
}
