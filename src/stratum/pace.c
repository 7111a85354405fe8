/* pace.c -- see pace.h. The shard's list of sessions is the queue: who has been looked at goes to
 * its end. */
#include "stratum/pace.h"

#include "stratum/session.h"
#include "stratum/shard.h"

/* Whether it got the job just now. */
static bool give(const struct pace *p, struct session *s)
{
	struct job *job = p->pool->current;

	if (s->pool != p->pool || (s->has_job && s->job_seq == job->seq))
		return false;
	session_give_job(s, job, false);
	return true;
}

static void finish(struct pace *p)
{
	timer_stop(p->timer);
	p->left = 0;
	/* Others turn the list, too: nobody is left out. */
	list_for (&p->shard->sessions, session, struct session, node)
		give(p, session);
}

static void on_tick(void *ctx)
{
	struct pace *p = ctx;
	struct list *sessions = &p->shard->sessions;

	for (size_t given = 0; given < p->each && p->left > 0 && !list_is_empty(sessions);) {
		struct session *s = CONTAINER_OF(sessions->next, struct session, node);

		list_remove(&s->node);
		list_add_tail(sessions, &s->node);
		p->left--;
		given += give(p, s);
	}
	if (p->left == 0 || list_is_empty(sessions))
		finish(p);
}

void pace_start(struct pace *p, struct shard *shard, struct shard_pool *pool)
{
	int64_t ms = pool->conf->template_refresh_ms;
	size_t own = 0;

	p->shard = shard;
	p->pool = pool;
	if (!p->timer)
		p->timer = timer_new(shard->loop, on_tick, p);
	if (ms > PACE_MS_MAX)
		ms = PACE_MS_MAX;
	p->left = 0;
	list_for (&shard->sessions, session, struct session, node) {
		p->left++;
		own += session->pool == pool;
	}
	p->each = ms > PACE_TICK_MS ? own * PACE_TICK_MS / (size_t)ms + 1 : own + 1;
	if (p->each < PACE_LEAST)
		p->each = PACE_LEAST;
	timer_start(p->timer, PACE_TICK_MS, PACE_TICK_MS);
	on_tick(p);
}

void pace_stop(struct pace *p)
{
	if (p->timer)
		timer_stop(p->timer);
	p->left = 0;
}

void pace_free(struct pace *p)
{
	timer_free(p->timer);
}
