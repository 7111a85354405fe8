/* load_miners.c -- see load_miners.h. */
#include "load_miners.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/mem.h"

enum {
	EVENTS = 512,
	READ_CHUNK = 65536,
	LOGINS_AT_ONCE = 200,
	LOGIN_TIMEOUT_MS = 120000,
	PER_ADDRESS = 250, /* connections from one source address */
};

void die(const char *what)
{
	fprintf(stderr, "stratum_load: %s: %s\n", what, errno ? strerror(errno) : "failed");
	exit(1);
}

void miners_init(struct miners *m)
{
	m->epoll = epoll_create1(EPOLL_CLOEXEC);
	m->all = NEW_ARRAY(struct miner, m->count);
	m->steps = NEW_ARRAY(uint32_t, MINERS_STEPS);
}

void miners_fini(struct miners *m)
{
	free(m->all);
	free(m->steps);
	close(m->epoll);
}

/* ---- sending ---- */

static void send_all(struct miner *one, const char *data, size_t len)
{
	/* A few kB always fit while the server reads. */
	if (send(one->fd, data, len, MSG_NOSIGNAL) != (ssize_t)len)
		die("send");
}

void miners_submit(struct miners *m, struct miner *one, unsigned n, int64_t since_us)
{
	static const char digits[] = "0123456789abcdef";
	char lines[MINER_SHARES_MAX * MINER_LINE_MAX];
	size_t len = 0;

	for (; n > 0 && one->under_way < MINER_SHARES_MAX; n--) {
		uint32_t nonce = one->nonce++;

		for (unsigned i = 8; i-- > 0; nonce >>= 4)
			one->submit[one->nonce_at + i] = digits[nonce & 15];
		memcpy(lines + len, one->submit, one->submit_len);
		len += one->submit_len;
		one->since_us[(one->head + one->under_way++) % MINER_SHARES_MAX] = since_us;
		m->under_way++;
	}
	if (len)
		send_all(one, lines, len);
}

static void log_in(struct miners *m, struct miner *one)
{
	char lines[MINER_LINE_MAX];
	int len = snprintf(lines, sizeof(lines),
		"{\"id\":1,\"method\":\"mining.subscribe\",\"params\":[\"stratum_load/1\"]}\n"
		"{\"id\":2,\"method\":\"mining.authorize\",\"params\":[\"%s.w%u\",\"x\"]}\n",
		m->user, one->idx);

	one->state = MINER_LOGGING_IN;
	send_all(one, lines, (size_t)len);
}

/* ---- receiving ---- */

/* The n-th of "params", if it is a string, without its quotes; a list counts as one. */
static bool read_param(const char *line, unsigned n, char *out, size_t size)
{
	const char *p = strstr(line, "\"params\":[");
	size_t len;

	for (p = p ? p + 10 : NULL; p && n > 0; n--) {
		p = *p == '[' ? strchr(p, ']') : p;
		p = p ? strchr(p, ',') : NULL;
		p = p ? p + 1 : NULL;
	}
	if (!p || *p != '"')
		return false;
	len = strcspn(p + 1, "\"");
	return len < size && snprintf(out, size, "%.*s", (int)len, p + 1) > 0;
}

static void set_job(struct miners *m, struct miner *one, const char *job, const char *time)
{
	static const char tail[] = "00000000\"]}\n";
	int len = snprintf(one->submit, sizeof(one->submit),
		"{\"id\":4,\"method\":\"mining.submit\",\"params\":[\"%s.w%u\",\"%s\","
		"\"0000000000000000\",\"%s\",\"%s",
		m->user, one->idx, job, time, tail);

	if (len >= (int)sizeof(one->submit))
		die("the name of the user is too long");
	one->submit_len = (unsigned)len;
	one->nonce_at = (unsigned)(len - (int)sizeof(tail) + 1);
	if (one->state != MINER_READY) {
		int64_t took_us = clock_mono_us() - one->opened_us;

		m->ready++;
		if (took_us > m->login_max_us)
			m->login_max_us = took_us;
	}
	one->state = MINER_READY;
}

static void on_answer(struct miners *m, struct miner *one, const char *line, int64_t now_us)
{
	int64_t step;

	if (one->under_way == 0)
		return; /* to the login */
	step = (now_us - one->since_us[one->head]) / MINERS_STEP_US;
	one->head = (one->head + 1) % MINER_SHARES_MAX;
	one->under_way--;
	m->under_way--;
	if (!strstr(line, "\"result\":true")) {
		if (m->rejected++ == 0)
			fprintf(stderr, "stratum_load: rejected: %s\n", line);
		return;
	}
	m->accepted++;
	if (m->is_sampled) {
		m->steps[step < MINERS_STEPS ? step : MINERS_STEPS - 1]++;
		m->samples++;
	}
}

static void on_line(struct miners *m, struct miner *one, const char *line, int64_t now_us)
{
	char job[40], time[16];

	if (!strstr(line, "\"method\"")) {
		on_answer(m, one, line, now_us);
	} else if (strstr(line, "mining.notify")) {
		if (!read_param(line, 0, job, sizeof(job)) ||
			!read_param(line, 7, time, sizeof(time)))
			die("a job that cannot be read");
		set_job(m, one, job, time);
		one->told_ns = m->stamp_ns;
		m->told++;
	}
}

static int64_t stamp_of(struct msghdr *msg)
{
	struct timespec t;

	for (struct cmsghdr *c = CMSG_FIRSTHDR(msg); c; c = CMSG_NXTHDR(msg, c)) {
		if (c->cmsg_level == SOL_SOCKET && c->cmsg_type == SCM_TIMESTAMPNS) {
			memcpy(&t, CMSG_DATA(c), sizeof(t));
			return t.tv_sec * 1000000000LL + t.tv_nsec;
		}
	}
	return clock_wall_ns();
}

static ssize_t receive(struct miners *m, struct miner *one, char *chunk, size_t size)
{
	char control[64];
	struct iovec iov = {chunk, size};
	struct msghdr msg = {.msg_iov = &iov,
		.msg_iovlen = 1,
		.msg_control = control,
		.msg_controllen = sizeof(control)};
	ssize_t n;

	if (!m->has_stamps)
		return recv(one->fd, chunk, size, MSG_DONTWAIT);
	n = recvmsg(one->fd, &msg, MSG_DONTWAIT);
	m->stamp_ns = stamp_of(&msg);
	return n;
}

static void on_readable(struct miners *m, struct miner *one)
{
	static char chunk[READ_CHUNK];
	ssize_t n = receive(m, one, chunk, sizeof(chunk) - 1);
	int64_t now_us = clock_mono_us();
	unsigned before = one->under_way;
	char *line = chunk, *end;

	if (n < 0 && errno == EAGAIN)
		return;
	if (n <= 0)
		die("connection lost");
	chunk[n] = '\0';
	if (one->partial.len > 0 || chunk[n - 1] != '\n') {
		buf_add(&one->partial, chunk, (size_t)n);
		if (chunk[n - 1] != '\n')
			return;
		line = (char *)one->partial.data;
	}
	for (; (end = strchr(line, '\n')); line = end + 1) {
		*end = '\0';
		on_line(m, one, line, now_us);
	}
	buf_free(&one->partial);
	if (m->is_refilled && before > one->under_way)
		miners_submit(m, one, before - one->under_way, clock_mono_us());
}

static void on_connected(struct miners *m, struct miner *one)
{
	struct epoll_event in = {.events = EPOLLIN, .data.ptr = one};

	if (epoll_ctl(m->epoll, EPOLL_CTL_MOD, one->fd, &in) != 0)
		die("epoll_ctl");
	log_in(m, one);
}

void miners_turn(struct miners *m, int64_t timeout_us)
{
	struct epoll_event events[EVENTS];
	struct timespec timeout = {timeout_us / 1000000, timeout_us % 1000000 * 1000};
	int n = epoll_pwait2(m->epoll, events, EVENTS, &timeout, NULL);

	if (n < 0 && errno != EINTR)
		die("epoll_pwait2");
	for (int i = 0; i < n; i++) {
		struct miner *one = events[i].data.ptr;

		if (events[i].events & EPOLLERR)
			die("connection refused or lost");
		if (one->state == MINER_CONNECTING)
			on_connected(m, one);
		else
			on_readable(m, one);
	}
}

/* ---- logging in ---- */

static void open_one(struct miners *m, struct miner *one)
{
	struct sockaddr_in from = {.sin_family = AF_INET}, to = from;
	struct epoll_event out = {.events = EPOLLOUT, .data.ptr = one};
	int on = 1;

	one->idx = m->opened++;
	one->opened_us = clock_mono_us();
	from.sin_addr.s_addr = htonl(INADDR_LOOPBACK + 0x100 + one->idx / PER_ADDRESS);
	to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	to.sin_port = htons(m->port);
	one->fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (one->fd < 0)
		die("socket");
	setsockopt(one->fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &on, sizeof(on));
	setsockopt(one->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	if (m->has_stamps)
		setsockopt(one->fd, SOL_SOCKET, SO_TIMESTAMPNS, &on, sizeof(on));
	if (bind(one->fd, (struct sockaddr *)&from, sizeof(from)) != 0)
		die("bind");
	if (connect(one->fd, (struct sockaddr *)&to, sizeof(to)) != 0 && errno != EINPROGRESS)
		die("connect");
	if (epoll_ctl(m->epoll, EPOLL_CTL_ADD, one->fd, &out) != 0)
		die("epoll_ctl");
}

void miners_log_in(struct miners *m)
{
	int64_t until_ms = clock_mono_ms() + LOGIN_TIMEOUT_MS;

	while (m->ready < m->count) {
		while (m->opened < m->count && m->opened - m->ready < LOGINS_AT_ONCE)
			open_one(m, &m->all[m->opened]);
		miners_turn(m, 100000);
		if (clock_mono_ms() > until_ms) {
			fprintf(stderr, "stratum_load: only %u of %u logged in\n", m->ready,
				m->count);
			exit(1);
		}
	}
}

void miners_pretend_login(struct miners *m)
{
	while (m->opened < m->count) {
		struct miner *one = &m->all[m->opened];

		open_one(m, one);
		while (one->state == MINER_CONNECTING)
			miners_turn(m, 100000);
		set_job(m, one, "00000000", "00000000");
	}
}

double miners_latency_ms(const struct miners *m, double part)
{
	uint64_t want = (uint64_t)((double)m->samples * part), seen = 0;
	size_t i = 0;

	while (i < MINERS_STEPS - 1 && (seen += m->steps[i]) <= want)
		i++;
	return (double)(i + 1) * MINERS_STEP_US / 1000;
}
