/* session.c -- see session.h. */
#include "stratum/session.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/json.h"
#include "base/mem.h"
#include "chain/difficulty.h"
#include "stratum/http.h"
#include "stratum/payee.h"
#include "stratum/pool.h"
#include "stratum/protocol.h"
#include "stratum/share.h"
#include "stratum/verify.h"

enum { TLS_HANDSHAKE = 0x16 }; /* the first byte of TLS, never one of ours */

/* A fatal alert, handshake_failure: a TLS client then says so, instead of waiting. */
static const char tls_alert[] = {0x15, 0x03, 0x01, 0x00, 0x02, 0x02, 0x28};

struct session *session_new(struct shard_port *port, struct tcp_conn *conn)
{
	struct shard *shard = port->shard;
	const struct conf_port *conf = port->conf;
	int64_t now_ms = loop_now_ms(shard->loop);
	struct session *s = NEW(struct session);

	s->magic = SESSION_MAGIC;
	s->shard = shard;
	s->port = port;
	s->pool = port->pool;
	s->conn = conn;
	s->since_ms = s->heard_ms = now_ms;
	s->rule = (struct vardiff_rule){conf->min_difficulty.work, conf->max_difficulty.work,
		conf->share_interval_ms, conf->is_fixed};
	s->work = conf->difficulty.work;
	s->vardiff.last_share_ms = now_ms;
	vardiff_start(&s->vardiff, now_ms);
	list_init(&s->shares);
	guard_enter(shard->env->guard, tcp_peer_addr(conn), now_ms, &s->seat);
	tcp_limit_out(conn, SESSION_OUT_MAX_NEW);
	list_add_tail(&shard->fresh, &s->node);
	shard->fresh_count++;
	atomic_fetch_add(&port->sessions, 1);
	atomic_fetch_add(&s->pool->sessions, 1);
	return s;
}

void session_on_authorized(struct session *s)
{
	struct shard *shard = s->shard;

	if (!s->seat.is_new)
		return;
	guard_authorized(shard->env->guard, &s->seat);
	tcp_limit_out(s->conn, SESSION_OUT_MAX);
	list_remove(&s->node);
	list_add_tail(&shard->sessions, &s->node);
	shard->fresh_count--;
}

void session_on_closed(struct session *s, const char *reason)
{
	struct shard *shard = s->shard;

	if (log_is_on(LOG_LEVEL_DEBUG)) {
		char peer[TCP_PEER_MAX];

		log_debug(&shard->log, "session_closed", "peer=%s reason=\"%s\"",
			tcp_peer(s->conn, peer), reason);
	}
	if (!s->has_spoken && tcp_is_tls(s->conn))
		count_one(&shard->counts, tls_failed);
	session_judge_end(s);
	session_leave(s);
	shard->fresh_count -= s->seat.is_new;
	guard_leave(shard->env->guard, &s->seat);
	list_for (&s->shares, share, struct share, of_session)
		share_leave_session(share);
	while (s->workers) {
		struct worker *w = s->workers;

		s->workers = w->next;
		free(w);
	}
	payee_unref(s->payee);
	verify_source_close(s->source);
	if (s->is_subscribed)
		extranonce_give_back(shard->extranonces, loop_now_ms(shard->loop), s->extranonce1,
			s->step_count > 0 || s->is_back);
	atomic_fetch_sub(&s->port->sessions, 1);
	atomic_fetch_sub(&s->pool->sessions, 1);
	atomic_fetch_sub(&shard->env->conns, 1);
	list_remove(&s->node);
	buf_free(&s->partial);
	http_call_free(s->http);
	s->magic = 0;
	free(s);
}

struct worker *session_worker(
	const struct session *s, const char *user, const struct shard_pool *pool)
{
	for (struct worker *w = s->workers; w; w = w->next) {
		if (w->pool == pool && strcmp(w->user, user) == 0)
			return w;
	}
	return NULL;
}

void session_close(struct session *s, const char *reason)
{
	tcp_close(s->conn, reason);
}

static void write_text(struct session *s, const char *text)
{
	tcp_write(s->conn, text, strlen(text));
}

/* The beginning of every reply: the id as it came. */
static void write_id(struct session *s, const struct span *id)
{
	const char *quote = id->kind == JSON_KIND_STRING ? "\"" : "";

	write_text(s, "{\"id\":");
	write_text(s, quote);
	tcp_write(s->conn, id->text, id->len);
	write_text(s, quote);
}

void session_reply(struct session *s, const struct span *id, const char *result)
{
	write_id(s, id);
	write_text(s, ",\"result\":");
	write_text(s, result);
	write_text(s, ",\"error\":null}\n");
}

void session_reply_error(struct session *s, const struct span *id, int code, const char *text)
{
	struct buf line = {0};

	write_id(s, id);
	buf_printf(&line, ",\"result\":null,\"error\":[%d,", code);
	buf_add_json_str(&line, text);
	buf_add_str(&line, ",null],\"reject-reason\":");
	buf_add_json_str(&line, text);
	buf_add_str(&line, "}\n");
	tcp_write(s->conn, line.data, line.len);
	buf_free(&line);
}

void session_reply_error2(struct session *s, const struct span *id, const char *text)
{
	struct buf line = {0};

	write_id(s, id);
	buf_add_str(&line, ",\"jsonrpc\":\"2.0\",\"error\":{\"code\":-1,\"message\":");
	buf_add_json_str(&line, text);
	buf_add_str(&line, "}}\n");
	tcp_write(s->conn, line.data, line.len);
	buf_free(&line);
}

/* ---- difficulty and jobs ---- */

static const struct step *newest_step(const struct session *s)
{
	return &s->steps[s->step_newest];
}

/* What the next job is worth: a job is never given at more than a block of it takes. */
static int64_t work_now(const struct session *s)
{
	const struct job *job = s->pool->current;

	return vardiff_clamp(&s->rule, s->work, job ? job->network_work : 0);
}

static void add_step(struct session *s, uint32_t seq, uint32_t time, int64_t work)
{
	uint8_t variant = s->step_count ? (newest_step(s)->variant + 1) % JOB_VARIANTS : 0;

	s->step_newest = s->step_count ? (s->step_newest + 1) % SESSION_STEPS : 0;
	if (s->step_count < SESSION_STEPS)
		s->step_count++;
	s->steps[s->step_newest] = (struct step){
		seq, time, s->extranonce1, work, variant, (uint8_t)s->pool->pool->idx};
}

/* mining.set_difficulty, which miners apply to the next job. */
static void tell_difficulty(struct session *s, int64_t work)
{
	const struct conf_pool *pool = s->pool->conf;
	char text[DIFFICULTY_TEXT_MAX], line[DIFFICULTY_TEXT_MAX + 80];
	int len;

	difficulty_text(work, pool->network->work_bits, pool->coin.diff_bits, text);
	len = snprintf(line, sizeof(line),
		"{\"id\":null,\"method\":\"mining.set_difficulty\",\"params\":[%s]}\n", text);
	tcp_write(s->conn, line, (size_t)len);
	s->work_told = work;
}

/* The current job as the newest step has it. */
static void send_again(struct session *s, bool is_clean)
{
	struct job *job = s->pool->current;
	const struct step *step = newest_step(s);
	struct buf line = {0};

	s->has_job = true;
	s->job_seq = job->seq;
	job_line_at(job, payee_coinbase(s->payee, job), step->variant,
		step->seq == job->seq && step->time ? step->time : job->time, is_clean, &line);
	tcp_write(s->conn, line.data, line.len);
	buf_free(&line);
	count_one(&s->shard->counts, jobs_sent);
}

/* The same job in a new step, from a later time on: new work, so nothing is found twice. */
static void retell_job(struct session *s, int64_t work, bool is_clean)
{
	const struct job *job = s->pool->current;
	uint32_t time = (uint32_t)(clock_wall_ms() / 1000);

	if (time < job->time)
		time = job->time;
	for (unsigned i = 0; i < s->step_count; i++) {
		const struct step *step = &s->steps[i];

		if (step->pool == s->pool->pool->idx && step->seq == job->seq && time < step->time)
			time = step->time;
	}
	if (work != s->work_told)
		tell_difficulty(s, work);
	add_step(s, job->seq, time + 1, work);
	send_again(s, is_clean);
}

void session_give_job(struct session *s, struct job *job, bool is_clean)
{
	struct iovec iov[JOB_IOV];
	char id[JOB_ID_LEN + 1];
	int64_t work;

	if (!s->is_subscribed || !session_is_authorized(s))
		return;
	s->has_job = true;
	s->job_seq = job->seq;
	if (tcp_blocked_ms(s->conn) > 0) {
		if (s->owes_job)
			count_one(&s->shard->counts, jobs_replaced);
		s->owes_job = true;
		s->owes_clean |= is_clean;
		return;
	}
	work = work_now(s);
	if (s->step_count > 0 && newest_step(s)->pool != s->pool->pool->idx) {
		retell_job(s, work, true); /* the first here since it was moved */
		return;
	}
	if (work != s->work_told) {
		tell_difficulty(s, work);
		add_step(s, job->seq, 0, work);
		is_clean |= s->step_count == 1; /* the first job of a session */
	}
	job_line(job, payee_coinbase(s->payee, job), newest_step(s)->variant, is_clean, id, iov);
	tcp_writev(s->conn, iov, JOB_IOV);
	count_one(&s->shard->counts, jobs_sent);
}

void session_on_drained(struct session *s)
{
	bool is_clean = s->owes_clean;

	if (!s->owes_job)
		return;
	s->owes_job = s->owes_clean = false;
	session_give_job(s, s->pool->current, is_clean);
}

const struct step *session_step(const struct session *s, unsigned pool, uint32_t seq, uint32_t time)
{
	for (unsigned i = 0; i < s->step_count; i++) {
		const struct step *step =
			&s->steps[(s->step_newest + SESSION_STEPS - i) % SESSION_STEPS];
		uint32_t age = (seq - step->seq) & ((1u << JOB_SEQ_BITS) - 1);

		if (step->pool == pool && age < 1u << (JOB_SEQ_BITS - 1) &&
			(age > 0 || time >= step->time))
			return step;
	}
	return NULL;
}

void session_tell_again(struct session *s)
{
	tell_difficulty(s, s->work_told);
	send_again(s, false);
}

bool session_set_extranonce(struct session *s)
{
	struct extranonce_pool *pool = s->shard->extranonces;
	int64_t now_ms = loop_now_ms(s->shard->loop);
	char line[96];
	uint32_t next;

	if (!s->is_subscribed || !s->wants_extranonces || !extranonce_take(pool, now_ms, &next))
		return false;
	extranonce_give_back(pool, now_ms, s->extranonce1, s->step_count > 0);
	s->extranonce1 = next;
	snprintf(line, sizeof(line),
		"{\"id\":null,\"method\":\"mining.set_extranonce\",\"params\":[\"%08" PRIx32
		"\",%d]}\n",
		next, EXTRANONCE2_LEN);
	write_text(s, line);
	if (s->step_count > 0)
		retell_job(s, s->work_told, true);
	return true;
}

/* All its workers have an address there. */
static bool can_be_paid(const struct session *s, const struct shard_pool *pool)
{
	for (struct worker *w = s->workers; w; w = w->next) {
		if (w->pool == s->pool && !session_worker(s, w->user, pool))
			return false;
	}
	return true;
}

void session_switch(struct session *s, struct shard_pool *pool)
{
	if (s->pool == pool || !tcp_is_open(s->conn) ||
		(session_is_authorized(s) && (!pool->current || !can_be_paid(s, pool))))
		return;
	atomic_fetch_sub(&s->pool->sessions, 1);
	atomic_fetch_add(&pool->sessions, 1);
	s->pool = pool;
	if (!session_is_authorized(s))
		return;
	count_one(&s->shard->counts, switched);
	session_give_job(s, pool->current, true);
}

void session_set_work(struct session *s, int64_t work)
{
	int64_t wanted = vardiff_clamp(&s->rule, work, 0);

	if (wanted == s->work)
		return;
	s->work = wanted;
	vardiff_start(&s->vardiff, loop_now_ms(s->shard->loop));
	count_one(&s->shard->counts, retargets);
	if (s->work_told > 0 && work_now(s) / 4 >= s->work_told)
		retell_job(s, work_now(s), false);
}

/* vardiff judges by what is in force, so that it acts when an easy block keeps that low. */
static void adopt(struct session *s, int64_t work)
{
	if (work != work_now(s))
		session_set_work(s, work);
}

void session_on_accepted(struct session *s, int64_t work)
{
	if (!s->seat.is_proven)
		guard_proven(s->shard->env->guard, &s->seat);
	if (s->credit <= SESSION_CREDIT_MAX - SESSION_CREDIT)
		s->credit += SESSION_CREDIT;
	adopt(s, vardiff_share(
			 &s->vardiff, &s->rule, work_now(s), work, loop_now_ms(s->shard->loop)));
}

void session_sweep(struct session *s, int64_t now_ms)
{
	if (s->work != s->work_remembered)
		session_remember(s);
	if (!session_close_late(s, now_ms))
		adopt(s, vardiff_sweep(&s->vardiff, &s->rule, work_now(s), now_ms));
}

/* ---- lines ---- */

static const char plain_answer[] =
	"{\"id\":null,\"result\":null,\"error\":[20,\"This port is for TLS: use "
	"stratum+ssl://\",null]}\n";

void session_on_plain(struct session *s)
{
	tcp_write(s->conn, plain_answer, sizeof(plain_answer) - 1);
}

/* A wildcard is no address to send anybody to. */
static const char *listen_host(const struct conf_port *conf)
{
	const char *host = conf->listens.list[0].host;

	return strcmp(host, "0.0.0.0") == 0 || strcmp(host, "::") == 0 ? NULL : host;
}

static void answer_http(struct session *s)
{
	const struct conf_port *conf = s->port->conf;
	struct buf answer = {0};

	http_call_answer(s->http, tcp_is_tls(s->conn) ? "stratum+tcps" : "stratum+tcp",
		listen_host(conf), conf->listens.list[0].port, &answer);
	tcp_write(s->conn, answer.data, answer.len);
	buf_free(&answer);
	session_close(s, "speaks HTTP");
}

static void on_http(struct session *s, const char *data, size_t len)
{
	if (http_call_feed(s->http, data, len))
		answer_http(s);
}

static void on_malformed(struct session *s, const char *line, size_t len)
{
	count_one(&s->shard->counts, malformed);
	if (!session_is_authorized(s))
		s->http = http_call_new(line, len);
	if (s->http) {
		on_http(s, "", 0);
		return;
	}
	if (++s->bad_lines >= SESSION_BAD_LINES_MAX)
		session_close(s, "sends no JSON-RPC");
	session_fault(s, FAULT_MALFORMED);
}

/* A miner logs in with a few lines. */
static bool is_too_talkative(struct session *s)
{
	if (!s->seat.is_new || ++s->lines_new < SESSION_LINES_MAX_NEW)
		return false;
	session_close(s, "does not authorize a worker");
	session_fault(s, FAULT_FLOOD);
	return true;
}

static void on_line(struct session *s, const char *line, size_t len)
{
	struct request request;

	while (len > 0 && (line[len - 1] == '\r' || line[len - 1] == ' '))
		len--;
	s->heard_ms = loop_now_ms(s->shard->loop);
	s->is_asked = false;
	if (len == 0 || is_too_talkative(s))
		return;
	if (request_read(line, len, &request) == OK && request.id.len <= REQUEST_ID_MAX) {
		protocol_on_request(s, &request);
		return;
	}
	on_malformed(s, line, len);
}

void session_on_data(struct session *s, const char *data, size_t len)
{
	size_t max = session_is_authorized(s) ? SESSION_LINE_MAX : SESSION_LINE_MAX_NEW;

	if (!s->has_spoken && tcp_is_tls(s->conn))
		count_one(&s->shard->counts, tls_sessions);
	s->has_spoken = true;
	if (s->partial.len == 0 && data[0] == TLS_HANDSHAKE) {
		tcp_write(s->conn, tls_alert, sizeof(tls_alert));
		session_close(s, "speaks TLS");
		return;
	}
	while (len > 0 && tcp_is_open(s->conn) && !s->shard->stopping) {
		const char *end = memchr(data, '\n', len);
		size_t part = end ? (size_t)(end - data) : len;

		if (s->http) {
			on_http(s, data, len);
			return;
		}
		if (s->partial.len + part > max) {
			session_close(s, "line too long");
			session_fault(s, FAULT_FLOOD);
			return;
		}
		if (!end) {
			if (s->partial.len == 0)
				s->partial_ms = loop_now_ms(s->shard->loop);
			buf_add(&s->partial, data, part);
			return;
		}
		if (s->partial.len > 0) {
			struct buf line = s->partial;

			s->partial = (struct buf){0};
			buf_add(&line, data, part);
			on_line(s, (const char *)line.data, line.len);
			buf_free(&line);
		} else {
			on_line(s, data, part);
		}
		data += part + 1;
		len -= part + 1;
	}
}

/* A line that is cut off is nobody's fault, and not acted upon. */
void session_on_end(struct session *s)
{
	struct buf line = s->partial;
	struct request request;

	if (s->shard->stopping)
		return;
	if (s->http) {
		answer_http(s);
		return;
	}
	s->partial = (struct buf){0};
	if (request_read(buf_str(&line), line.len, &request) == OK)
		on_line(s, buf_str(&line), line.len);
	buf_free(&line);
}
