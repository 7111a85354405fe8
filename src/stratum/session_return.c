/*
 * session_return.c -- a miner that comes back: who it was, by its token; what it could do, by what
 * is remembered of the session, the worker or the address. See session.h.
 *
 * Whoever knows another's worker could spoil its start by a difficulty out of reach. So what a
 * session without a good share leaves behind may only lower what is known of a worker.
 */
#include "stratum/session.h"

#include <stdlib.h>

#include "base/clock.h"
#include "base/mem.h"
#include "stratum/pool.h"
#include "stratum/recall.h"
#include "stratum/verify.h"

enum { LEFT_MAX = 1024 };

/* What a session that left was given, so that its last shares are good when it is back at once. */
struct left {
	uint32_t name, since_s;
	uint8_t step_count, step_newest;
	struct step steps[SESSION_STEPS];
};

static unsigned pool_id(const struct session *s)
{
	return s->pool->pool->number;
}

static bool is_fixed(const struct session *s)
{
	return s->port->conf->is_fixed || s->rule.fixed;
}

static struct token token_of(const struct session *s)
{
	return (struct token){(uint16_t)pool_id(s), s->name, s->since_s, s->work_begun};
}

void session_token(const struct session *s, char text[TOKEN_TEXT_MAX])
{
	struct token t = token_of(s);

	token_write(s->shard->env->token_key, &t, text);
}

/* ---- steps of those that left ---- */

static struct left **place_of(struct shard *shard, uint32_t name)
{
	if (!shard->left)
		shard->left = NEW_ARRAY(struct left *, LEFT_MAX);
	return &shard->left[name / shard->env->shard_count % LEFT_MAX];
}

static void keep_steps(struct session *s)
{
	struct left **place = place_of(s->shard, s->name);

	if (!*place)
		*place = NEW(struct left);
	**place = (struct left){.name = s->name,
		.since_s = s->since_s,
		.step_count = s->step_count,
		.step_newest = s->step_newest};
	for (unsigned i = 0; i < SESSION_STEPS; i++)
		(*place)->steps[i] = s->steps[i];
}

void session_forget_left(struct shard *shard)
{
	for (unsigned i = 0; shard->left && i < LEFT_MAX; i++)
		free(shard->left[i]);
	free(shard->left);
	shard->left = NULL;
}

/* The extranonce that it had, while that rests here, and with it what its jobs were worth. */
static bool take_back(struct session *s, const struct token *t)
{
	struct shard *shard = s->shard;
	const struct left *left;

	if (!extranonce_retake(shard->extranonces, t->extranonce1))
		return false;
	s->extranonce1 = t->extranonce1;
	s->is_back = true;
	left = *place_of(shard, t->extranonce1);
	if (!left || left->name != t->extranonce1 || left->since_s != t->since_s)
		return true;
	s->step_count = left->step_count;
	s->step_newest = left->step_newest;
	for (unsigned i = 0; i < SESSION_STEPS; i++)
		s->steps[i] = left->steps[i];
	return true;
}

/* ---- coming ---- */

static void begin_with(struct session *s, int64_t work)
{
	if (work <= 0 || is_fixed(s))
		return;
	s->work = s->work_begun = vardiff_clamp(&s->rule, work, 0);
}

static bool read_token(const struct session *s, const char *text, struct token *out)
{
	return token_read(
		       s->shard->env->token_key, text, (uint32_t)(clock_wall_ms() / 1000), out) &&
	       out->pool == pool_id(s);
}

/* Connections of one customer share their turns until they have shown good shares. */
static struct verify_source *source_new(struct verify *verify, const struct tcp_conn *conn)
{
	struct net net = guard_customer(tcp_peer_addr(conn));
	char text[NET_TEXT_MAX];

	return verify_source_new(verify, net_text(&net, text));
}

bool session_subscribe(struct session *s, const char *token)
{
	struct shard *shard = s->shard;
	bool has_number = false;
	struct token t;

	if (s->is_subscribed)
		return true;
	s->work_begun = s->work;
	if (read_token(s, token, &t)) {
		int64_t work = recall_session(shard->env->recall, &t);

		has_number = take_back(s, &t);
		begin_with(s, work ? work : t.work);
		s->is_known = true;
		count_one(&shard->counts, resumed);
	}
	if (!has_number &&
		!extranonce_take(shard->extranonces, loop_now_ms(shard->loop), &s->extranonce1))
		return false;
	if (s->pool->pool->hasher->verify)
		s->source = source_new(s->pool->pool->hasher->verify, s->conn);
	s->name = s->extranonce1;
	s->since_s = (uint32_t)(clock_wall_ms() / 1000);
	s->is_subscribed = true;
	return true;
}

void session_recognise(struct session *s, const struct worker *w)
{
	struct recall *recall = s->shard->env->recall;
	int64_t work;

	if (s->is_known || is_fixed(s))
		return;
	work = recall_worker(recall, pool_id(s), w->address, w->name);
	s->is_known = work > 0;
	if (!s->is_known)
		work = recall_host(recall, pool_id(s), tcp_peer_addr(s->conn));
	begin_with(s, work);
}

/* ---- leaving ---- */

static const struct worker *first_worker(const struct session *s)
{
	const struct worker *first = NULL;

	for (const struct worker *w = s->workers; w; w = w->next) {
		if (w->pool == s->pool)
			first = w;
	}
	return first;
}

void session_remember(struct session *s)
{
	struct recall *recall = s->shard->env->recall;
	const struct worker *w = first_worker(s);

	s->work_remembered = s->work;
	if (!w || s->work_told == 0 || is_fixed(s))
		return;
	if (s->seat.is_proven || s->work < recall_worker(recall, pool_id(s), w->address, w->name))
		recall_keep_worker(recall, pool_id(s), w->address, w->name, s->work);
}

void session_leave(struct session *s)
{
	struct recall *recall = s->shard->env->recall;
	struct token t = token_of(s);

	session_remember(s);
	if (s->seat.is_proven && s->step_count > 0)
		keep_steps(s);
	if (s->work_told == 0 || is_fixed(s) || (!s->seat.is_proven && s->work >= s->work_begun))
		return;
	recall_keep_session(recall, &t, s->work);
	if (s->seat.is_proven)
		recall_keep_host(recall, pool_id(s), tcp_peer_addr(s->conn), s->work);
}
