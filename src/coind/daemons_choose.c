/*
 * daemons_choose.c -- the chooser: which daemon's template is the best, and is it worth a new job?
 */
#include "base/clock.h"
#include "coind/cond_priv.h"
#include "coind/daemons_priv.h"

#define TICK_MS 250 /* that which depends on time alone is looked at that often */

/* It can be believed, and it is there at this moment. */
static bool is_fit(const struct daemon *d)
{
	return d->state == DAEMON_READY && !d->is_apart && !d->is_hanging;
}

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

		if (is_fit(d) && (!best || is_better(set, d, best)))
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

/* A question waits for its answer for too long: whoever else is there is asked first. */
static void mark_hanging(struct daemons *set, int64_t now)
{
	for (unsigned i = 0; i < set->count; i++) {
		struct daemon *d = &set->list[i];
		bool is_hanging = d->asked_ms && now - d->asked_ms >= set->timing.hang;

		set->has_state_news |= is_hanging != d->is_hanging;
		d->is_hanging = is_hanging;
	}
}

/* How many of the ready daemons are on the tip of this one. */
static unsigned count_company(const struct daemons *set, const struct daemon *of)
{
	unsigned n = 0;

	for (unsigned i = 0; i < set->count; i++) {
		const struct daemon *d = &set->list[i];

		n += d->state == DAEMON_READY && template_same_tip(d->template, of->template);
	}
	return n;
}

/* On which tip more than half of the ready daemons are; NULL: there is no such tip. */
static const struct template *find_majority(const struct daemons *set)
{
	unsigned ready = 0;

	for (unsigned i = 0; i < set->count; i++)
		ready += set->list[i].state == DAEMON_READY;
	for (unsigned i = 0; i < set->count; i++) {
		const struct daemon *d = &set->list[i];

		if (d->state == DAEMON_READY && 2 * count_company(set, d) > ready)
			return d->template;
	}
	return NULL;
}

/* Who has not been on the tip of the majority for long is on a fork, whatever its height. News of a
 * block reach all within seconds, so it takes a fork to stay apart. */
static void mark_apart(struct daemons *set, int64_t now)
{
	const struct template *majority = find_majority(set);

	for (unsigned i = 0; i < set->count; i++) {
		struct daemon *d = &set->list[i];
		bool was_apart = d->is_apart;

		if (d->state != DAEMON_READY ||
			(majority && template_same_tip(d->template, majority)))
			d->apart_ms = 0;
		else if (majority && !d->apart_ms)
			d->apart_ms = now;
		d->is_apart = d->apart_ms && now - d->apart_ms >= set->timing.apart;
		set->has_state_news |= d->is_apart != was_apart;
	}
}

/* When somebody who can be believed was last seen on the tip that miners have. */
static void note_current(struct daemons *set, int64_t now)
{
	for (unsigned i = 0; i < set->count && set->current; i++) {
		const struct daemon *d = &set->list[i];

		if (is_fit(d) && template_same_tip(d->template, set->current))
			set->seen_ms = now;
	}
}

/*
 * The tip that miners have is gone, and what there is instead is not higher. Mostly the block is
 * just not known there yet: those who knew it went away, or a balancer asks now this daemon, now
 * that. So do not send the miners back at once.
 */
static bool must_hold(const struct daemons *set, const struct template *t, int64_t now)
{
	int64_t wait = t->height < set->current->height ? set->timing.hold : set->timing.steady;

	if (t->height > set->current->height || set->source->is_apart)
		return false;
	return now - set->seen_ms < wait;
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
	int64_t now = clock_mono_ms();
	struct daemon *best;

	mark_hanging(set, now);
	mark_apart(set, now);
	note_current(set, now);
	best = find_best(set);
	mark_lagging(set, best, now);
	if (!best || !is_worth(set, best->template, now, out_reason))
		return NULL;
	template_unref(set->current);
	set->current = template_ref(best->template);
	set->source = best;
	set->given_ms = set->seen_ms = now;
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
