/* load_mine.c -- see load_mine.h. */
#include "load_mine.h"

#include <arpa/inet.h>
#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/bytes.h"
#include "base/clock.h"
#include "base/hex.h"
#include "base/json.h"
#include "base/mem.h"
#include "base/random.h"
#include "cli/miner_job.h"
#include "load_miners.h" /* die() */
#include "load_tally.h"
#include "pow/pow.h"

enum {
	EVENTS = 512,
	READ_CHUNK = 65536,
	HASHES_AT_ONCE = 32,
	UNDER_WAY_MAX = 16, /* shares of one miner */
	ID_FIRST = 10,      /* of the submits of a connection; the login has smaller ones */
	TURN_MS = 5,
	LOGIN_MS = 20000, /* for a login; then the miner tries again */
	DRAIN_MS = 30000, /* for the last answers */
	PER_ADDRESS = 250,
};

enum rig_state {
	RIG_WAITING,    /* without a connection; tries again at due_ms */
	RIG_CONNECTING, /* … gives up at due_ms */
	RIG_LOGGING_IN, /* the same */
	RIG_READY,      /* has a job */
};

/* A miner, over all its connections. */
struct rig {
	int fd;
	unsigned idx;
	enum rig_state state;
	int64_t due_ms;
	struct buf partial; /* a line that has not ended yet */
	struct buf extranonce1;
	char job[64];
	uint8_t header[POW_HEADER_LEN];
	uint64_t next_work, work; /* [hashes] a share: of the next job, and of this one */
	uint64_t submit_id;       /* of the oldest share under way */
	unsigned under_way;
	struct tally_share shares[UNDER_WAY_MAX]; /* a ring: share n is at n % UNDER_WAY_MAX */
};

struct mine {
	const struct mine_options *o;
	struct tally tally;
	char **passwords;
	unsigned passwords_n;
	struct pow_ctx *pow;
	struct rig *rigs;
	int epoll, signals;
	bool is_ending;
	uint64_t sent, next, ready, reconnects, under_way;
};

/* ---- connections ---- */

static void set_state(struct mine *m, struct rig *r, enum rig_state state)
{
	m->ready += (state == RIG_READY) - (r->state == RIG_READY);
	r->state = state;
}

static void settle(struct mine *m, struct rig *r, enum tally_fate fate, const char *answer)
{
	tally_add(&m->tally, &r->shares[r->submit_id % UNDER_WAY_MAX], fate, answer);
	r->submit_id++;
	r->under_way--;
	m->under_way--;
}

static void drop(struct mine *m, struct rig *r)
{
	close(r->fd);
	while (r->under_way)
		settle(m, r, TALLY_LOST, NULL);
	buf_free(&r->partial);
	if (r->state == RIG_READY && !m->is_ending)
		m->reconnects++;
	set_state(m, r, RIG_WAITING);
	r->due_ms =
		clock_mono_ms() + m->o->retry_ms / 2 + (int64_t)random_below(m->o->retry_ms + 1);
}

static void open_one(struct mine *m, struct rig *r)
{
	struct sockaddr_in from = {.sin_family = AF_INET}, to = from;
	struct epoll_event out = {.events = EPOLLOUT, .data.ptr = r};
	int on = 1;

	from.sin_addr.s_addr = htonl(INADDR_LOOPBACK + 0x100 + r->idx / PER_ADDRESS);
	to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	to.sin_port = htons(m->o->port);
	r->fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (r->fd < 0)
		die("socket");
	setsockopt(r->fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &on, sizeof(on));
	setsockopt(r->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	if (bind(r->fd, (struct sockaddr *)&from, sizeof(from)) != 0)
		die("bind");
	r->due_ms = clock_mono_ms() + LOGIN_MS;
	r->submit_id = ID_FIRST;
	r->next_work = 0;
	set_state(m, r, RIG_CONNECTING);
	if ((connect(r->fd, (struct sockaddr *)&to, sizeof(to)) != 0 && errno != EINPROGRESS) ||
		epoll_ctl(m->epoll, EPOLL_CTL_ADD, r->fd, &out) != 0)
		drop(m, r);
}

/* A few kB always fit while the pool reads; when it does not, the miner comes again. */
static bool send_all(struct mine *m, struct rig *r, const char *text, size_t len)
{
	if (send(r->fd, text, len, MSG_NOSIGNAL | MSG_DONTWAIT) == (ssize_t)len)
		return true;
	drop(m, r);
	return false;
}

static void log_in(struct mine *m, struct rig *r)
{
	struct epoll_event in = {.events = EPOLLIN, .data.ptr = r};
	const char *password =
		m->passwords_n ? m->passwords[r->idx / m->tally.accounts_n % m->passwords_n] : NULL;
	char *text = str_printf(
		"{\"id\":1,\"method\":\"mining.subscribe\",\"params\":[\"stratum_load/1\"]}\n"
		"{\"id\":2,\"method\":\"mining.authorize\",\"params\":[\"%s.w%u\",\"%s%s\"]}\n",
		m->tally.accounts[r->idx % m->tally.accounts_n], r->idx, password ? "d=" : "x",
		password ? password : "");

	epoll_ctl(m->epoll, EPOLL_CTL_MOD, r->fd, &in);
	set_state(m, r, RIG_LOGGING_IN);
	send_all(m, r, text, strlen(text));
	free(text);
}

/* ---- what the pool says ---- */

static void on_job(struct mine *m, struct rig *r, const json_t *params)
{
	static const uint8_t zero[8];
	struct buf extranonce2 = {0};
	struct miner_job job = {0};
	struct why why = {0};

	if (!r->extranonce1.len || !r->next_work)
		die("a job before the extranonce or the difficulty");
	if (miner_job_read(params, &job, &why) != OK)
		die(why.text);
	buf_add(&extranonce2, zero, sizeof(zero));
	miner_job_header(&job, &r->extranonce1, &extranonce2, job.ntime, r->header);
	put_le32(r->header + 76, (uint32_t)random_u64());
	str_copy(r->job, sizeof(r->job), job.id);
	r->work = r->next_work;
	set_state(m, r, RIG_READY);
	miner_job_fini(&job);
	buf_free(&extranonce2);
}

static void on_subscribed(struct rig *r, const json_t *result)
{
	const char *hex = json_string_value(json_array_get(result, 1));
	size_t len = hex ? strlen(hex) / 2 : 0;

	buf_clear(&r->extranonce1);
	if (!len || !hex_decode(buf_reserve(&r->extranonce1, len), len, hex, 2 * len))
		die("an extranonce that cannot be read");
	r->extranonce1.len = len;
}

/* Difficulty 1 is 2^bits hashes. json_read() keeps the digits of a fraction as text. */
static uint64_t work_of(const json_t *difficulty, unsigned bits)
{
	const char *text = json_string_value(difficulty);
	double d = text ? strtod(text, NULL) : json_number_value(difficulty);

	return (uint64_t)llround(ldexp(d, (int)bits));
}

static void on_message(struct mine *m, struct rig *r, const char *line)
{
	json_t *message, *params;
	const char *method;
	int64_t id;
	struct why why;

	if (json_read(line, strlen(line), &message, &why) != OK)
		die(line);
	method = json_get_str(message, "method");
	params = json_object_get(message, "params");
	if (!method) {
		if (json_get_i64(message, "id", &id) && id == 1)
			on_subscribed(r, json_object_get(message, "result"));
		else if (!json_is_true(json_object_get(message, "result")))
			die(line);
	} else if (strcmp(method, "mining.set_difficulty") == 0) {
		r->next_work = work_of(json_array_get(params, 0), m->o->hashes);
	} else if (strcmp(method, "mining.notify") == 0) {
		on_job(m, r, params);
	}
	json_decref(message);
}

static void on_line(struct mine *m, struct rig *r, const char *line)
{
	static const char start[] = "{\"id\":";
	uint64_t id = strncmp(line, start, sizeof(start) - 1) == 0
			      ? strtoull(line + sizeof(start) - 1, NULL, 10)
			      : 0;
	bool is_true = strstr(line, "\"result\":true") != NULL;

	if (id < ID_FIRST) {
		on_message(m, r, line);
		return;
	}
	if (!r->under_way || id != r->submit_id)
		die("an answer that is nobody's turn");
	settle(m, r, is_true ? TALLY_ACKNOWLEDGED : TALLY_REFUSED, is_true ? NULL : line);
}

static void on_readable(struct mine *m, struct rig *r)
{
	static char chunk[READ_CHUNK];
	ssize_t n = recv(r->fd, chunk, sizeof(chunk), MSG_DONTWAIT);
	char *line, *end;

	if (n < 0 && errno == EAGAIN)
		return;
	if (n <= 0) {
		drop(m, r);
		return;
	}
	buf_add(&r->partial, chunk, (size_t)n);
	line = (char *)r->partial.data;
	for (; (end = strchr(line, '\n')); line = end + 1) {
		*end = '\0';
		on_line(m, r, line);
	}
	buf_drop_front(&r->partial, (size_t)(line - (char *)r->partial.data));
}

/* ---- work ---- */

/* The next share of this rig's job; its nonce stands in the header then. */
static struct tally_share find_share(struct mine *m, struct rig *r)
{
	uint8_t headers[HASHES_AT_ONCE][POW_HEADER_LEN], hashes[HASHES_AT_ONCE][POW_HASH_LEN];
	uint32_t nonce = get_le32(r->header + 76);

	for (;; nonce += HASHES_AT_ONCE) {
		for (unsigned i = 0; i < HASHES_AT_ONCE; i++) {
			memcpy(headers[i], r->header, POW_HEADER_LEN);
			put_le32(headers[i] + 76, nonce + 1 + i);
		}
		pow_hash(m->pow, HASHES_AT_ONCE, headers, hashes);
		for (unsigned i = 0; i < HASHES_AT_ONCE; i++) {
			uint64_t top = get_le64(hashes[i] + 24);

			if (top >= UINT64_MAX / r->work)
				continue;
			put_le32(r->header + 76, nonce + 1 + i);
			return (struct tally_share){
				r->idx % m->tally.accounts_n, r->idx, r->work, top};
		}
	}
}

static void submit(struct mine *m, struct rig *r)
{
	struct tally_share share = find_share(m, r);
	uint64_t id = r->submit_id + r->under_way;
	char *text = str_printf("{\"id\":%" PRIu64
				",\"method\":\"mining.submit\",\"params\":[\"%s.w%u\",\"%s\","
				"\"0000000000000000\",\"%08x\",\"%08x\"]}\n",
		id, m->tally.accounts[share.account], r->idx, r->job, get_le32(r->header + 68),
		get_le32(r->header + 76));

	r->shares[id % UNDER_WAY_MAX] = share;
	r->under_way++;
	m->under_way++;
	m->sent++;
	send_all(m, r, text, strlen(text));
	free(text);
}

/* A share that is due goes to the next miner that can work; when none can, it is not made up for.
 */
static void submit_next(struct mine *m)
{
	for (unsigned tries = m->o->conns; tries-- > 0;) {
		struct rig *r = &m->rigs[m->next++ % m->o->conns];

		if (r->state == RIG_READY && r->under_way < UNDER_WAY_MAX) {
			submit(m, r);
			return;
		}
	}
}

/* ---- life ---- */

static void print(struct mine *m, bool with_accounts)
{
	printf("{\"mode\":\"mine\",\"conns\":%u,\"ready\":%" PRIu64 ",\"reconnects\":%" PRIu64
	       ",\"sent\":%" PRIu64 ",\"under_way\":%" PRIu64 ",",
		m->o->conns, m->ready, m->reconnects, m->sent, m->under_way);
	tally_print(&m->tally, with_accounts);
	puts("}");
	fflush(stdout);
}

static void on_signal(struct mine *m)
{
	struct signalfd_siginfo info;

	if (read(m->signals, &info, sizeof(info)) != sizeof(info))
		return;
	if (info.ssi_signo == SIGUSR1)
		print(m, false);
	else
		m->is_ending = true;
}

static void on_event(struct mine *m, struct rig *r, uint32_t events)
{
	if (!r)
		on_signal(m);
	else if (r->state == RIG_CONNECTING && events & (EPOLLERR | EPOLLHUP))
		drop(m, r);
	else if (r->state == RIG_CONNECTING)
		log_in(m, r);
	else
		on_readable(m, r); /* to its end: what was answered before the end counts */
}

static void turn(struct mine *m)
{
	struct epoll_event events[EVENTS];
	int64_t now_ms;
	int n = epoll_wait(m->epoll, events, EVENTS, TURN_MS);

	if (n < 0 && errno != EINTR)
		die("epoll_wait");
	for (int i = 0; i < n; i++)
		on_event(m, events[i].data.ptr, events[i].events);
	now_ms = clock_mono_ms();
	for (unsigned i = 0; i < m->o->conns; i++) {
		struct rig *r = &m->rigs[i];

		if (r->state == RIG_READY || now_ms < r->due_ms)
			continue;
		if (r->state == RIG_WAITING)
			open_one(m, r);
		else
			drop(m, r);
	}
}

static void mine_until_told(struct mine *m)
{
	int64_t start_us = clock_mono_us(), until_ms;
	uint64_t done = 0;

	while (!m->is_ending) {
		uint64_t due = (uint64_t)(clock_mono_us() - start_us) * m->o->rate / 1000000;

		for (; done < due; done++)
			submit_next(m);
		turn(m);
	}
	until_ms = clock_mono_ms() + DRAIN_MS;
	while (m->under_way && clock_mono_ms() < until_ms)
		turn(m);
	for (unsigned i = 0; i < m->o->conns; i++)
		if (m->rigs[i].state != RIG_WAITING)
			drop(m, &m->rigs[i]);
}

/* The parts of a text between commas; the text is cut up. */
static char **split(char *text, unsigned *out_n)
{
	char **parts = NULL, *rest = text, *part;
	size_t n = 0, cap = 0;

	while ((part = strsep(&rest, ","))) {
		parts = array_grow(parts, n, &cap, sizeof(*parts));
		parts[n++] = part;
	}
	*out_n = (unsigned)n;
	return parts;
}

static void init(struct mine *m)
{
	struct epoll_event in = {.events = EPOLLIN, .data.ptr = NULL};
	struct pow_algo *algo;
	struct why why = {0};
	sigset_t set;

	m->tally.accounts = split(m->o->users, &m->tally.accounts_n);
	if (m->o->difficulties)
		m->passwords = split(m->o->difficulties, &m->passwords_n);
	if (m->o->log && !(m->tally.log = fopen(m->o->log, "w")))
		die(m->o->log);
	tally_init(&m->tally);
	if (pow_algo_new(m->o->algorithm, NULL, 0, &algo, &why) != OK ||
		pow_ctx_new(algo, NULL, &m->pow, &why) != OK)
		die(why.text);
	pow_algo_free(algo);
	m->rigs = NEW_ARRAY(struct rig, m->o->conns);
	for (unsigned i = 0; i < m->o->conns; i++)
		m->rigs[i].idx = i;
	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGUSR1);
	sigprocmask(SIG_BLOCK, &set, NULL);
	m->signals = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	m->epoll = epoll_create1(EPOLL_CLOEXEC);
	epoll_ctl(m->epoll, EPOLL_CTL_ADD, m->signals, &in);
}

static void fini(struct mine *m)
{
	for (unsigned i = 0; i < m->o->conns; i++)
		buf_free(&m->rigs[i].extranonce1);
	free(m->rigs);
	free(m->tally.accounts);
	free(m->passwords);
	pow_ctx_free(m->pow);
	tally_fini(&m->tally);
	close(m->signals);
	close(m->epoll);
}

void mine_run(const struct mine_options *o)
{
	struct mine m = {.o = o};

	init(&m);
	print(&m, false); /* signals are heard from here on */
	mine_until_told(&m);
	print(&m, true);
	fini(&m);
}
