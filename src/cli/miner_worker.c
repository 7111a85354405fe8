/* miner_worker.c -- one worker of the miner: the stratum protocol as cpuminer speaks it. */
#include "cli/miner_worker.h"

#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdarg.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/bytes.h"
#include "base/clock.h"
#include "base/hex.h"
#include "base/json.h"
#include "base/mem.h"
#include "base/random.h"

#define CONNECT_MS     5000
#define LOGIN_MS       20000  /* to the answers of subscribe and authorize */
#define SILENCE_MS     120000 /* then the connection counts as dead */
#define BACK_OFF_MS    200
#define BACK_OFF_MAX   5000
#define LINE_MAX_BYTES 262144
#define LAST_ANSWER_MS 3000 /* how long to wait for answers when stopping */
#define TURN_MS        200  /* how often a waiting worker looks at shared->stop */

enum { ID_SUBSCRIBE = 1, ID_AUTHORIZE = 2, ID_FIRST_SHARE = 4 };

static void say(const struct miner_worker *w, const char *fmt, ...) PRINTF_LIKE(2, 3);
static void say(const struct miner_worker *w, const char *fmt, ...)
{
	char text[512];
	va_list ap;

	if (!w->shared->is_loud)
		return;
	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	fprintf(stderr, "%s: %s\n", w->user, text);
}

static bool should_stop(const struct miner_worker *w)
{
	return atomic_load(&w->shared->stop);
}

/* ---- the socket ---- */

static int connect_one(const struct addrinfo *ai)
{
	int fd = socket(
		ai->ai_family, ai->ai_socktype | SOCK_NONBLOCK | SOCK_CLOEXEC, ai->ai_protocol);
	int error = 0, on = 1;
	socklen_t len = sizeof(error);
	struct pollfd p = {fd, POLLOUT, 0};

	if (fd < 0)
		return -1;
	if (connect(fd, ai->ai_addr, ai->ai_addrlen) == 0 ||
		(errno == EINPROGRESS && poll(&p, 1, CONNECT_MS) == 1 &&
			getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &len) == 0 && error == 0)) {
		setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
		setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof(on));
		return fd;
	}
	if (error)
		errno = error;
	close(fd);
	return -1;
}

static int connect_pool(const struct miner_worker *w)
{
	struct addrinfo hints = {.ai_socktype = SOCK_STREAM}, *list;
	int error = getaddrinfo(w->shared->host, w->shared->port, &hints, &list), fd = -1;

	if (error) {
		say(w, "%s: %s", w->shared->host, gai_strerror(error));
		return -1;
	}
	for (const struct addrinfo *ai = list; ai && fd < 0; ai = ai->ai_next)
		fd = connect_one(ai);
	if (fd < 0)
		say(w, "cannot connect to %s:%s: %s", w->shared->host, w->shared->port,
			strerror(errno));
	freeaddrinfo(list);
	return fd;
}

static void disconnect(struct miner_worker *w, const char *reason)
{
	if (w->state == MINER_CLOSED)
		return;
	say(w, "disconnected: %s", reason);
	close(w->fd);
	w->fd = -1;
	w->state = MINER_CLOSED;
	w->has_job = false;
	w->unanswered += w->pending_count;
	w->pending_count = 0;
	memset(w->pending, 0, sizeof(w->pending));
}

static void send_line(struct miner_worker *w, struct buf *line)
{
	size_t sent = 0;

	buf_add_u8(line, '\n');
	while (w->state != MINER_CLOSED && sent < line->len) {
		ssize_t n = send(w->fd, line->data + sent, line->len - sent, MSG_NOSIGNAL);
		struct pollfd p = {w->fd, POLLOUT, 0};

		if (n > 0)
			sent += (size_t)n;
		else if (errno != EAGAIN && errno != EINTR)
			disconnect(w, strerror(errno));
		else if (errno == EAGAIN && poll(&p, 1, CONNECT_MS) == 0)
			disconnect(w, "the pool does not read");
	}
	buf_free(line);
}

/* ---- what the worker says ---- */

static void send_subscribe(struct miner_worker *w)
{
	struct buf line = {0};

	buf_printf(&line,
		"{\"id\": %d, \"method\": \"mining.subscribe\", \"params\": [\"kozan-miner/%s\"]}",
		ID_SUBSCRIBE, KOZAN_VERSION);
	send_line(w, &line);
}

static void send_authorize(struct miner_worker *w)
{
	struct buf line = {0};

	buf_printf(&line, "{\"id\": %d, \"method\": \"mining.authorize\", \"params\": [",
		ID_AUTHORIZE);
	buf_add_json_str(&line, w->user);
	buf_add_str(&line, ", ");
	buf_add_json_str(&line, w->shared->pass);
	buf_add_str(&line, "]}");
	send_line(w, &line);
}

static struct miner_pending *find_pending(struct miner_worker *w, int64_t id)
{
	for (unsigned i = 0; i < MINER_PENDING_MAX; i++) {
		if (w->pending[i].id == id)
			return &w->pending[i];
	}
	return NULL;
}

static void submit(
	struct miner_worker *w, uint32_t nonce, const uint8_t hash[POW_HASH_LEN], bool is_block)
{
	struct miner_pending *p = find_pending(w, 0);
	uint8_t extranonce2[16] = {0};
	struct buf line = {0};

	if (w->state != MINER_WORKING || !p)
		return;
	*p = (struct miner_pending){
		.id = w->next_id++, .is_block = is_block, .difficulty = w->job.difficulty};
	memcpy(p->job_id, w->job.id, sizeof(p->job_id));
	memcpy(p->hash, hash, POW_HASH_LEN);
	w->pending_count++;
	put_le64(extranonce2, w->extranonce2);
	buf_printf(&line, "{\"id\": %lld, \"method\": \"mining.submit\", \"params\": [",
		(long long)p->id);
	buf_add_json_str(&line, w->user);
	buf_add_str(&line, ", ");
	buf_add_json_str(&line, w->job.id);
	buf_add_str(&line, ", \"");
	buf_add_hex(&line, extranonce2, w->extranonce2_len);
	buf_printf(&line, "\", \"%08x\", \"%08x\"]}", get_le32(w->header + 68), nonce);
	send_line(w, &line);
}

/* ---- what the pool says ---- */

static void log_ack(const struct miner_worker *w, const struct miner_pending *p)
{
	char hash[2 * POW_HASH_LEN + 1];
	struct buf line = {0};

	if (w->shared->ack_fd < 0)
		return;
	hex_encode_reversed(hash, p->hash, POW_HASH_LEN);
	buf_printf(&line, "%lld %s %s %s %.17g %s\n", (long long)clock_wall_ms(), w->user,
		p->job_id, hash, p->difficulty, p->is_block ? "block" : "share");
	if (write(w->shared->ack_fd, line.data, line.len) != (ssize_t)line.len)
		say(w, "cannot write to the file of --log-acks: %s", strerror(errno));
	buf_free(&line);
}

static void count_reason(struct miner_worker *w, const char *text)
{
	unsigned i = 0;

	while (i < w->reason_count &&
		strncmp(w->reasons[i].text, text, sizeof(w->reasons[i].text) - 1))
		i++;
	if (i == MINER_REASONS_MAX)
		return;
	if (i == w->reason_count) {
		w->reason_count++;
		str_copy(w->reasons[i].text, sizeof(w->reasons[i].text), text);
	}
	w->reasons[i].count++;
}

static const char *error_text(const json_t *reply)
{
	const json_t *error = json_object_get(reply, "error");
	const char *text = json_string_value(json_array_get(error, 1));

	return text ? text : "no reason given";
}

static void on_share_reply(struct miner_worker *w, const json_t *reply, struct miner_pending *p)
{
	struct miner_shared *s = w->shared;
	int64_t accepted, blocks;

	if (json_is_true(json_object_get(reply, "result"))) {
		w->accepted++;
		w->blocks += p->is_block;
		log_ack(w, p);
		accepted = atomic_fetch_add(&s->accepted, 1) + 1;
		blocks = atomic_fetch_add(&s->blocks, p->is_block) + p->is_block;
		if ((s->want_shares && accepted >= s->want_shares) ||
			(s->want_blocks && blocks >= s->want_blocks))
			atomic_store(&s->stop, true);
	} else {
		w->rejected++;
		atomic_fetch_add(&s->rejected, 1);
		count_reason(w, error_text(reply));
		say(w, "share rejected: %s", error_text(reply));
	}
	p->id = 0;
	w->pending_count--;
}

static void on_subscribed(struct miner_worker *w, const json_t *reply)
{
	const json_t *result = json_object_get(reply, "result");
	const char *hex = json_string_value(json_array_get(result, 1));
	json_int_t len = json_integer_value(json_array_get(result, 2));
	size_t bytes = hex ? strlen(hex) / 2 : 0;

	buf_clear(&w->extranonce1);
	if (!hex || bytes > 16 || len < 1 || len > 16 ||
		!hex_decode(buf_reserve(&w->extranonce1, bytes + 1), bytes, hex, strlen(hex))) {
		disconnect(w, "no extranonce in the answer to mining.subscribe");
		return;
	}
	w->extranonce1.len = bytes;
	w->extranonce2_len = (unsigned)len;
	w->state = MINER_AUTHORIZING;
	send_authorize(w);
}

static void on_reply(struct miner_worker *w, const json_t *reply, int64_t id)
{
	struct miner_pending *p;

	if (id == ID_SUBSCRIBE && w->state == MINER_SUBSCRIBING) {
		on_subscribed(w, reply);
	} else if (id == ID_AUTHORIZE && w->state == MINER_AUTHORIZING) {
		if (json_is_true(json_object_get(reply, "result"))) {
			w->state = MINER_WORKING;
			w->refused[0] = '\0';
			say(w, "connected");
			return;
		}
		str_copy(w->refused, sizeof(w->refused), error_text(reply));
		disconnect(w, w->refused);
	} else if (id >= ID_FIRST_SHARE && (p = find_pending(w, id))) {
		on_share_reply(w, reply, p);
	}
}

static void on_notify(struct miner_worker *w, const json_t *params)
{
	char last_id[sizeof(w->job.id)];
	struct why why = {0};

	memcpy(last_id, w->has_job ? w->job.id : "", w->has_job ? sizeof(last_id) : 1);
	if (miner_job_read(params, &w->job, &why)) {
		disconnect(w, why.text);
		return;
	}
	w->jobs++;
	w->has_job = true;
	w->job.difficulty = w->next_difficulty;
	miner_target(w->next_difficulty, w->shared->target_factor, w->job.share_target);
	miner_scan_start(w, strcmp(last_id, w->job.id) != 0);
}

static void on_request(struct miner_worker *w, const json_t *line, const char *method)
{
	const json_t *params = json_object_get(line, "params");
	const char *text = json_string_value(json_array_get(params, 0));
	double difficulty;
	char *number;

	if (strcmp(method, "mining.notify") == 0) {
		on_notify(w, params);
	} else if (strcmp(method, "mining.set_difficulty") == 0) {
		/* a fraction is read as text, see base/json.h */
		number = text ? str_dup(text)
			      : json_dumps(json_array_get(params, 0), JSON_ENCODE_ANY);
		difficulty = number ? strtod(number, NULL) : 0;
		free(number);
		if (difficulty > 0)
			w->next_difficulty = difficulty;
		else
			disconnect(w, "mining.set_difficulty without a difficulty");
	} else if (strcmp(method, "client.show_message") == 0 && text) {
		say(w, "the pool says: %s", text);
	} else if (strcmp(method, "client.reconnect") == 0) {
		disconnect(w, "the pool asks to connect again");
	}
}

static void on_line(struct miner_worker *w, const char *text, size_t len)
{
	const char *method;
	struct why why = {0};
	json_t *line;
	int64_t id;

	w->heard_ms = clock_mono_ms();
	if (json_read(text, len, &line, &why)) {
		disconnect(w, "a line that is not JSON");
		return;
	}
	method = json_get_str(line, "method");
	if (method && w->state == MINER_SUBSCRIBING)
		disconnect(w, "the pool did not answer mining.subscribe first"); /* cpuminer gives
										    up too */
	else if (method)
		on_request(w, line, method);
	else if (json_get_i64(line, "id", &id))
		on_reply(w, line, id);
	json_decref(line);
}

/* Read what is there and act on every whole line. */
static void read_lines(struct miner_worker *w)
{
	ssize_t n = recv(w->fd, buf_reserve(&w->input, 16384), 16384, 0);
	uint8_t *end;

	if (n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR)) {
		disconnect(w, n ? strerror(errno) : "the pool closed the connection");
		return;
	}
	if (n < 0)
		return;
	w->input.len += (size_t)n;
	while (w->state != MINER_CLOSED && (end = memchr(w->input.data, '\n', w->input.len))) {
		size_t len = (size_t)(end - w->input.data);

		on_line(w, (const char *)w->input.data, len);
		buf_drop_front(&w->input, len + 1);
	}
	if (w->input.len > LINE_MAX_BYTES)
		disconnect(w, "a line without an end");
}

/* ---- the thread ---- */

static void wait_ms(const struct miner_worker *w, int64_t ms)
{
	int64_t until = clock_mono_ms() + ms, left;

	while (!should_stop(w) && (left = until - clock_mono_ms()) > 0)
		clock_sleep_ms(left < TURN_MS ? left : TURN_MS);
}

static void check_silence(struct miner_worker *w)
{
	int64_t silent_ms = clock_mono_ms() - w->heard_ms;

	if (w->state != MINER_WORKING && silent_ms > LOGIN_MS)
		disconnect(w, "no answer to the login");
	else if (silent_ms > SILENCE_MS)
		disconnect(w, "nothing heard for two minutes");
}

/* One turn of a connection: listen for as long as there is nothing to hash, then hash a little. */
static void turn(struct miner_worker *w)
{
	bool may_hash =
		w->state == MINER_WORKING && w->has_job && w->pending_count < MINER_PENDING_MAX / 2;
	int wait = may_hash ? miner_scan_wait_ms(w) : TURN_MS;
	struct pollfd p = {w->fd, POLLIN, 0};

	if (poll(&p, 1, wait < TURN_MS ? wait : TURN_MS) > 0)
		read_lines(w);
	else if (may_hash && wait <= TURN_MS)
		miner_scan(w, submit);
	if (w->state != MINER_CLOSED)
		check_silence(w);
}

static void serve_connection(struct miner_worker *w)
{
	int64_t until;

	w->connects++;
	w->state = MINER_SUBSCRIBING;
	w->next_id = ID_FIRST_SHARE;
	w->next_difficulty = 1;
	w->heard_ms = clock_mono_ms();
	w->next_hash_us = clock_mono_us();
	buf_clear(&w->input);
	send_subscribe(w);
	while (w->state != MINER_CLOSED && !should_stop(w))
		turn(w);
	until = clock_mono_ms() + LAST_ANSWER_MS;
	while (w->pending_count && clock_mono_ms() < until) {
		struct pollfd p = {w->fd, POLLIN, 0};

		if (poll(&p, 1, TURN_MS) > 0)
			read_lines(w);
	}
}

void miner_worker_run(struct miner_worker *w)
{
	int64_t back_off_ms = BACK_OFF_MS;
	struct why why = {0};

	if (pow_ctx_new(w->shared->algo, NULL, &w->pow, &why)) {
		str_copy(w->refused, sizeof(w->refused), why.text);
		return;
	}
	w->state = MINER_CLOSED;
	while (!should_stop(w)) {
		int64_t accepted = w->accepted;

		w->fd = connect_pool(w);
		if (w->fd >= 0)
			serve_connection(w);
		disconnect(w, "done");
		if (w->accepted > accepted)
			back_off_ms = BACK_OFF_MS;
		wait_ms(w, back_off_ms + (int64_t)random_below((uint64_t)back_off_ms));
		back_off_ms = back_off_ms * 2 < BACK_OFF_MAX ? back_off_ms * 2 : BACK_OFF_MAX;
	}
	pow_ctx_free(w->pow);
	miner_job_fini(&w->job);
	buf_free(&w->input);
	buf_free(&w->extranonce1);
}
