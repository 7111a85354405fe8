/*
 * daemons_choose.c -- the chooser: which daemon's template is the best, and is it worth a new job?
 */
#include "base/clock.h"
#include "coind/cond_priv.h"
#include "coind/daemons_priv.h"

#define TICK_MS 1000 /* that which depends on time alone is looked at that often */

/* Whether a is better than b: higher; else on the tip that miners have; else from the same daemon
 * as their work; else newer. */
static bool is_better(const struct daemons *set, const struct daemon *a, const struct daemon *b)
{
	const struct template *ta = a->template, *tb = b->template;
	bool a_same, b_same;

	if (ta->height != tb->height)
		return ta->height > tb->height;
	a_same = set->current && template_same_tip(ta, set->current);
	b_same = set->current && template_same_tip(tb, set->current);
	if (a_same != b_same)
		return a_same;
	if ((a == set->source) != (b == set->source))
		return a == set->source;
	return ta->received_ms > tb->received_ms;
}

static struct daemon *find_best(const struct daemons *set)
{
	struct daemon *best = NULL;

	for (unsigned i = 0; i < set->count; i++) {
		struct daemon *d = &set->list[i];

		if (d->state == DAEMON_READY && (!best || is_better(set, d, best)))
			best = d;
	}
	return best;
}

/* Note who is behind the best, and for how long. */
static void mark_lagging(struct daemons *set, const struct daemon *best, int64_t now)
{
	for (unsigned i = 0; i < set->count; i++) {
		struct daemon *d = &set->list[i];
		bool is_behind = d->state == DAEMON_READY && best &&
				 !template_same_tip(d->template, best->template);
		bool was_lagging = d->is_lagging;

		if (!is_behind)
			d->behind_ms = 0;
		else if (!d->behind_ms)
			d->behind_ms = now;
		d->is_lagging = is_behind && now - d->behind_ms >= set->timing.behind;
		set->has_state_news |= d->is_lagging != was_lagging;
	}
}

/*
 * The daemon that gave the work on this tip is gone, and the others are lower. They will most
 * probably have that block in a moment: do not send the miners back yet.
 */
static bool must_hold(const struct daemons *set, const struct template *t, int64_t now)
{
	return set->lost_ms && t->height < set->current->height &&
	       now - set->lost_ms < set->timing.hold;
}

/* Whether t is worth a job, and why. */
static bool is_worth(const struct daemons *set, const struct template *t, int64_t now,
	enum template_reason *out_reason)
{
	*out_reason = TEMPLATE_NEW_TIP;
	if (!set->current)
		return true;
	if (!template_same_tip(t, set->current))
		return !must_hold(set, t, now);
	*out_reason = TEMPLATE_REFRESH;
	if (t->received_ms <= set->current->received_ms)
		return false;
	if (t->content != set->current->content)
		return now - set->current->received_ms >= set->pool->template_refresh_ms;
	return t->received_ms - set->given_ms >= set->timing.force;
}

/* The template to give now, a reference, or NULL. The lock is held. */
static struct template *choose(struct daemons *set, enum template_reason *out_reason)
{
	struct daemon *best = find_best(set);
	int64_t now = clock_mono_ms();

	mark_lagging(set, best, now);
	if (!set->source || set->source->state == DAEMON_READY)
		set->lost_ms = 0;
	else if (!set->lost_ms)
		set->lost_ms = now;
	if (!best || !is_worth(set, best->template, now, out_reason))
		return NULL;
	template_unref(set->current);
	set->current = template_ref(best->template);
	set->source = best;
	set->given_ms = now;
	/* What one daemon has heard of, the others may have by now. */
	for (unsigned i = 0; i < set->count && *out_reason == TEMPLATE_NEW_TIP; i++)
		set->list[i].is_woken |= &set->list[i] != best;
	pthread_cond_broadcast(&set->work);
	return template_ref(set->current);
}

void *daemons_choose(void *arg)
{
	struct daemons *set = arg;

	pthread_mutex_lock(&set->lock);
	while (!set->is_stopping) {
		enum template_reason reason;
		struct template *t = choose(set, &reason);
		bool has_state_news = set->has_state_news;

		set->has_news = set->has_state_news = false;
		pthread_mutex_unlock(&set->lock);
		if (t)
			set->callbacks.on_template(set->ctx, t, reason);
		if (has_state_news && set->callbacks.on_state)
			set->callbacks.on_state(set->ctx);
		pthread_mutex_lock(&set->lock);
		if (!set->has_news && !set->is_stopping)
			cond_wait_ms(&set->news, &set->lock, TICK_MS);
	}
	pthread_mutex_unlock(&set->lock);
	return NULL;
}
