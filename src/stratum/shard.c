/* shard.c -- see shard.h. */
#include "stratum/shard.h"

#include <semaphore.h>
#include <signal.h>
#include <stdlib.h>

#include "base/map.h"
#include "base/mem.h"
#include "chain/target.h"
#include "pow/pow.h"
#include "stratum/guard.h"
#include "stratum/payee.h"
#include "stratum/pool.h"
#include "stratum/session.h"
#include "stratum/share.h"

enum { SWEEP_MS = 5000, SWEEP_NEW_MS = 1000, BACKLOG = 4096 };

/* ---- connections ---- */

static bool may_accept(void *ctx, const struct net_addr *peer)
{
	struct shard_port *port = ctx;
	struct shard *s = port->shard;
	struct guard *guard = s->env->guard;
	int64_t now_ms = loop_now_ms(s->loop);

	switch (guard_may_enter(guard, peer, now_ms)) {
	case GUARD_WELCOME: return true;
	case GUARD_BANNED: count_one(&s->counts, refused_banned); return false;
	case GUARD_TOO_MANY: count_one(&s->counts, refused_per_ip); break;
	case GUARD_TOO_MANY_NEW: count_one(&s->counts, refused_new); break;
	}
	count_one(&s->counts, fault_too_many);
	if (guard_fault_of(guard, peer, FAULT_TOO_MANY, now_ms))
		count_one(&s->counts, banned);
	return false;
}

/* Who has waited longest to log in leaves first: whoever floods us is among them. */
static bool make_room(struct shard *s)
{
	list_for (&s->fresh, session, struct session, node) {
		if (!tcp_is_open(session->conn))
			continue;
		count_one(&s->counts, shed);
		session_close(session, "made room for another");
		return true;
	}
	return false;
}

static void *on_accept(void *ctx, struct tcp_conn *conn)
{
	struct shard_port *port = ctx;
	struct shard *s = port->shard;
	struct shard_env *env = s->env;

	if (atomic_fetch_add(&env->conns, 1) >= env->max_conns && !make_room(s)) {
		atomic_fetch_sub(&env->conns, 1);
		count_one(&s->counts, refused_full);
		log_odd(&s->log, "connection_refused", "port=%s max_conns=%u", port->conf->name,
			env->max_conns);
		return NULL;
	}
	if (s->fresh_count >= env->max_new)
		make_room(s);
	count_one(&s->counts, connections);
	if (tcp_is_proxied(conn))
		count_one(&s->counts, proxied);
	return session_new(port, conn);
}

static struct session *session_of(void *owner)
{
	return CAST_OBJ(struct session, owner, SESSION_MAGIC);
}

static void on_data(void *owner, const char *data, size_t len)
{
	session_on_data(session_of(owner), data, len);
}

static void on_end(void *owner)
{
	session_on_end(session_of(owner));
}

static void on_closed(void *owner, const char *reason)
{
	session_on_closed(session_of(owner), reason);
}

static void on_drained(void *owner)
{
	session_on_drained(session_of(owner));
}

static void on_plain(void *owner)
{
	session_on_plain(session_of(owner));
}

static void on_dropped(void *ctx, enum tcp_drop drop)
{
	struct shard_port *port = ctx;
	struct shard *s = port->shard;

	switch (drop) {
	case TCP_DROP_NO_FILES:
		count_one(&s->counts, refused_files);
		log_odd(&s->log, "connection_refused", "port=%s text=\"no open file is left\"",
			port->conf->name);
		break;
	case TCP_DROP_NOT_PROXY:
	case TCP_DROP_PROXY_LATE: count_one(&s->counts, refused_proxy); break;
	}
}

static const struct tcp_events events = {
	.may_accept = may_accept,
	.on_accept = on_accept,
	.on_data = on_data,
	.on_end = on_end,
	.on_closed = on_closed,
	.on_drained = on_drained,
	.on_plain = on_plain,
	.on_dropped = on_dropped,
};

/* After a ban, here or on another node, those that are connected leave too. */
static void close_banned(struct shard *s, struct list *sessions)
{
	list_for (sessions, session, struct session, node) {
		if (guard_is_banned(s->env->guard, tcp_peer_addr(session->conn)))
			session_close(session, "banned");
	}
}

static void on_sweep_new(void *ctx)
{
	struct shard *s = ctx;
	int64_t now_ms = loop_now_ms(s->loop);
	unsigned news = guard_news(s->env->guard);

	list_for (&s->fresh, session, struct session, node)
		session_sweep_new(session, now_ms);
	if (s->news != news) {
		s->news = news;
		close_banned(s, &s->fresh);
		close_banned(s, &s->sessions);
	}
}

/* To the coins of their ports; also those that could not be moved before, for want of work there.
 */
static void move_sessions(struct shard *s)
{
	list_for (&s->fresh, session, struct session, node)
		session_switch(session, session->port->pool);
	list_for (&s->sessions, session, struct session, node)
		session_switch(session, session->port->pool);
}

static void on_sweep(void *ctx)
{
	struct shard *s = ctx;
	int64_t now_ms = loop_now_ms(s->loop);

	move_sessions(s);
	list_for (&s->sessions, session, struct session, node)
		session_sweep(session, now_ms);
}

/* ---- jobs ---- */

struct job_mail {
	struct mail mail;
	struct shard *shard;
	struct shard_pool *pool;
	struct job *job;
};

static void forget_job(struct given_job *given)
{
	job_unref(given->job);
	seen_free(&given->seen);
	*given = (struct given_job){0};
}

struct given_job *shard_job(struct shard_pool *p, uint32_t seq, int64_t now_ms)
{
	for (unsigned i = 0; i < JOBS_KEPT; i++) {
		struct given_job *given = &p->jobs[(p->newest + JOBS_KEPT - i) % JOBS_KEPT];

		if (given->job && given->job->seq == seq)
			return now_ms - given->since_ms <= JOB_LIFE_MS ? given : NULL;
	}
	return NULL;
}

const struct u256 *shard_target(struct shard_pool *p, int64_t work)
{
	struct known_target *known = &p->targets[work % TARGETS_KEPT];

	if (known->work != work)
		*known = (struct known_target){
			work, target_from_work(work, p->conf->network->work_bits)};
	return &known->target;
}

static void give_all(struct shard *s, struct shard_pool *p, struct job *job)
{
	pace_stop(&p->pace);
	p->tip_ms = loop_now_ms(s->loop);
	list_for (&s->sessions, session, struct session, node) {
		if (session->pool == p)
			session_give_job(session, job, true);
	}
}

static void on_job_mail(struct mail *mail)
{
	struct job_mail *m = CONTAINER_OF(mail, struct job_mail, mail);
	struct shard *s = m->shard;
	struct shard_pool *p = m->pool;
	struct job *job = m->job;

	p->newest = (p->newest + 1) % JOBS_KEPT;
	forget_job(&p->jobs[p->newest]);
	p->jobs[p->newest] = (struct given_job){.job = job, .since_ms = loop_now_ms(s->loop)};
	p->current = job;
	if (job->is_new_tip)
		give_all(s, p, job);
	else
		pace_start(&p->pace, s, p);
	free(m);
}

void shard_on_job(struct shard *s, unsigned pool, struct job *job)
{
	struct job_mail *m = NEW(struct job_mail);

	m->mail.deliver = on_job_mail;
	m->shard = s;
	m->pool = &s->pools[pool];
	m->job = job_ref(job);
	loop_post(s->loop, &m->mail);
}

/* ---- coins ---- */

struct switch_mail {
	struct mail mail;
	struct shard *shard;
	size_t port;
	unsigned pool;
};

static void on_switch_mail(struct mail *mail)
{
	struct switch_mail *m = CONTAINER_OF(mail, struct switch_mail, mail);
	struct shard *s = m->shard;

	s->ports[m->port].pool = &s->pools[m->pool];
	move_sessions(s);
	free(m);
}

void shard_on_switch(struct shard *s, size_t port, unsigned pool)
{
	struct switch_mail *m = NEW(struct switch_mail);

	*m = (struct switch_mail){{.deliver = on_switch_mail}, s, port, pool};
	loop_post(s->loop, &m->mail);
}

/* ---- the journal's word ---- */

static void on_settled_mail(struct mail *mail)
{
	struct shard *s = CONTAINER_OF(mail, struct shard, settled_mail);
	struct settled *list;
	size_t n;

	pthread_mutex_lock(&s->settled_lock);
	list = s->settled;
	n = s->settled_count;
	s->settled = NULL;
	s->settled_count = s->settled_cap = 0;
	s->settled_posted = false;
	pthread_mutex_unlock(&s->settled_lock);
	for (size_t i = 0; i < n; i++)
		share_settle(s, list[i].through, list[i].result);
	if (!s->owed)
		atomic_store(&s->is_owing, false);
	free(list);
}

void shard_on_settled(struct shard *s, uint64_t through, enum err result)
{
	bool post;

	if (!atomic_load(&s->is_owing))
		return; /* all the tickets are other shards' */
	pthread_mutex_lock(&s->settled_lock);
	if (s->settled_count > 0 && s->settled[s->settled_count - 1].result == result) {
		s->settled[s->settled_count - 1].through = through;
	} else {
		s->settled = array_grow(
			s->settled, s->settled_count, &s->settled_cap, sizeof(*s->settled));
		s->settled[s->settled_count++] = (struct settled){through, result};
	}
	post = !s->settled_posted;
	s->settled_posted = true;
	pthread_mutex_unlock(&s->settled_lock);
	if (post)
		loop_post(s->loop, &s->settled_mail);
}

static void on_turn_end(void *ctx)
{
	share_record_gathered(ctx);
}

/* ---- life ---- */

static void make_ports(struct shard *s)
{
	size_t n = 0;

	for (unsigned i = 0; i < s->env->pool_count; i++)
		s->port_count += s->pools[i].conf->ports_count;
	s->ports = NEW_ARRAY(struct shard_port, s->port_count);
	for (unsigned i = 0; i < s->env->pool_count; i++) {
		const struct conf_pool *pool = s->pools[i].conf;

		for (size_t k = 0; k < pool->ports_count; k++, n++) {
			s->ports[n].shard = s;
			s->ports[n].conf = &pool->ports[k];
			s->ports[n].pool = s->ports[n].pools[0] = &s->pools[i];
			for (unsigned t = 0; t < pool->ports[k].switch_count; t++)
				s->ports[n].pools[t + 1] = &s->pools[pool->ports[k].switch_to[t] -
								     s->env->conf->pools];
		}
	}
}

static enum err make_pools(struct shard *s, struct why *why)
{
	enum err err = OK;

	s->pools = NEW_ARRAY(struct shard_pool, s->env->pool_count);
	for (unsigned i = 0; i < s->env->pool_count && err == OK; i++) {
		struct shard_pool *p = &s->pools[i];
		const struct hasher *hasher = s->env->pools[i].hasher;

		p->pool = &s->env->pools[i];
		p->conf = p->pool->conf;
		if (!hasher->verify)
			err = pow_ctx_new(
				hasher->algo, pow_choose_variant(hasher->algo, 1), &p->hasher, why);
	}
	return err;
}

static void free_pools(struct shard *s)
{
	for (unsigned i = 0; i < s->env->pool_count; i++) {
		for (unsigned k = 0; k < JOBS_KEPT; k++)
			forget_job(&s->pools[i].jobs[k]);
		pow_ctx_free(s->pools[i].hasher);
	}
	free(s->pools);
}

/* One pool gives its name to what is said of all its connections. */
static const char *scope_of(const struct shard_env *env)
{
	return env->pool_count == 1 ? env->pools[0].conf->name : "";
}

enum err shard_new(struct shard_env *env, unsigned index, struct shard **out, struct why *why)
{
	struct shard *s = NEW(struct shard);
	enum err err;

	s->env = env;
	s->index = index;
	s->log = (struct logger){"stratum", scope_of(env)};
	err = make_pools(s, why);
	if (err != OK) {
		free_pools(s);
		free(s);
		return err;
	}
	make_ports(s);
	s->loop = loop_new();
	loop_on_turn_end(s->loop, on_turn_end, s);
	s->sweep = timer_new(s->loop, on_sweep, s);
	s->sweep_new = timer_new(s->loop, on_sweep_new, s);
	s->extranonces = extranonce_pool_new(env->node_id, index, env->shard_count, JOB_LIFE_MS);
	s->owed_last = &s->owed;
	s->settled_mail.deliver = on_settled_mail;
	pthread_mutex_init(&s->settled_lock, NULL);
	list_init(&s->fresh);
	list_init(&s->sessions);
	*out = s;
	return OK;
}

static enum tcp_tls tls_mode(enum conf_port_tls tls)
{
	switch (tls) {
	case CONF_PORT_TLS_OFF: return TCP_TLS_OFF;
	case CONF_PORT_TLS_ON: return TCP_TLS_ON;
	case CONF_PORT_TLS_AUTO: return TCP_TLS_AUTO;
	}
	return TCP_TLS_OFF;
}

static enum err listen_on(struct shard_port *port, struct why *why)
{
	const struct conf_port *conf = port->conf;
	enum err err = OK;

	for (unsigned i = 0; i < conf->listens.count && err == OK; i++) {
		struct tcp_listen_options options = {
			.host = conf->listens.list[i].host,
			.port = conf->listens.list[i].port,
			.backlog = BACKLOG,
			.out_max = SESSION_OUT_MAX,
			.tls_mode = tls_mode(conf->tls),
			.tls = port->shard->env->tls,
			.proxy_from = &conf->proxy_from,
			.events = &events,
			.ctx = port,
		};

		err = tcp_listen(port->shard->loop, &options, &port->listeners[i], why);
	}
	return err;
}

enum err shard_listen(struct shard *s, struct why *why)
{
	enum err err = OK;

	for (size_t i = 0; i < s->port_count && err == OK; i++)
		err = listen_on(&s->ports[i], why);
	return err;
}

static void *run_shard(void *arg)
{
	struct shard *s = arg;

	timer_start(s->sweep, SWEEP_MS, SWEEP_MS);
	timer_start(s->sweep_new, SWEEP_NEW_MS, SWEEP_NEW_MS);
	loop_run(s->loop);
	return NULL;
}

void shard_start(struct shard *s)
{
	sigset_t all, old;
	int failed;

	sigfillset(&all); /* signals are for the role's own loop */
	pthread_sigmask(SIG_SETMASK, &all, &old);
	failed = pthread_create(&s->thread, NULL, run_shard, s);
	assert(!failed);
	pthread_sigmask(SIG_SETMASK, &old, NULL);
}

struct call_mail {
	struct mail mail;
	struct shard *shard;
};

static void post_call(struct shard *s, void (*deliver)(struct mail *mail))
{
	struct call_mail *m = NEW(struct call_mail);

	m->mail.deliver = deliver;
	m->shard = s;
	loop_post(s->loop, &m->mail);
}

static void close_listeners(struct shard *s)
{
	for (size_t i = 0; i < s->port_count; i++) {
		for (unsigned k = 0; k < CONF_LISTENS_MAX; k++) {
			tcp_listener_close(s->ports[i].listeners[k]);
			s->ports[i].listeners[k] = NULL;
		}
	}
}

static void on_close_ports(struct mail *mail)
{
	struct call_mail *m = CONTAINER_OF(mail, struct call_mail, mail);

	m->shard->stopping = true;
	close_listeners(m->shard);
	free(m);
}

void shard_close_ports(struct shard *s)
{
	post_call(s, on_close_ports);
}

/* A message that wakes the thread that sent it. */
struct barrier_mail {
	struct mail mail;
	struct shard *shard;
	sem_t passed;
};

static void on_barrier(struct mail *mail)
{
	struct barrier_mail *m = CONTAINER_OF(mail, struct barrier_mail, mail);

	share_record_gathered(m->shard); /* who waits may close the journal next */
	sem_post(&m->passed);
}

void shard_barrier(struct shard *s)
{
	struct barrier_mail m = {.mail.deliver = on_barrier, .shard = s};

	sem_init(&m.passed, 0, 0);
	loop_post(s->loop, &m.mail);
	while (sem_wait(&m.passed) != 0)
		;
	sem_destroy(&m.passed);
}

static void close_sessions(struct shard *s)
{
	list_for (&s->fresh, session, struct session, node)
		session_close(session, "server stops");
	list_for (&s->sessions, session, struct session, node)
		session_close(session, "server stops");
}

static void on_good_bye(struct mail *mail)
{
	struct call_mail *m = CONTAINER_OF(mail, struct call_mail, mail);
	struct shard *s = m->shard;

	close_listeners(s);
	close_sessions(s);
	loop_stop(s->loop);
	free(m);
}

void shard_stop(struct shard *s)
{
	if (!s->thread)
		return;
	post_call(s, on_good_bye);
	pthread_join(s->thread, NULL);
	s->thread = 0;
}

static void free_shares(struct share *share)
{
	while (share) {
		struct share *next = share->next;

		job_unref(share->job);
		payee_unref(share->payee);
		free(share);
		share = next;
	}
}

void shard_free(struct shard *s)
{
	if (!s)
		return;
	close_listeners(s);
	timer_free(s->sweep);
	timer_free(s->sweep_new);
	timer_free(s->drain.timer);
	for (unsigned i = 0; i < s->env->pool_count; i++)
		pace_free(&s->pools[i].pace);
	close_sessions(s);
	loop_free(s->loop);
	free_pools(s);
	free_shares(s->free_shares);
	free_shares(s->owed);
	map_free(s->payees, NULL);
	extranonce_pool_free(s->extranonces);
	session_forget_left(s);
	pthread_mutex_destroy(&s->settled_lock);
	free(s->settled);
	free(s->ports);
	free(s);
}
