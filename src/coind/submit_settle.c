/*
 * submit_settle.c -- the manager of found blocks: when a matter is settled, what is on disk, what
 * the caller is told.
 */
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "coind/cond_priv.h"
#include "coind/submit_priv.h"

#define RACE_MS 5000 /* that a side block waits for another daemon to say better */
#define DISK_MS 1000 /* between attempts to write the outbox */

static void settle(struct submit *s, struct entry *e, unsigned idx)
{
	const struct attempt *a = &e->attempts[idx];

	e->file.verdict = a->verdict;
	str_copy(e->file.daemon, sizeof(e->file.daemon), s->pool->daemons[idx].name);
	str_copy(e->file.answer, sizeof(e->file.answer), a->answer);
	e->text = a->text;
	e->settled_ms = clock_mono_ms();
	e->is_on_disk = false;
}

/* Better verdicts have smaller numbers; PENDING does not count. */
static void try_settle(struct submit *s, struct entry *e)
{
	unsigned best = s->senders_count, final = 0;

	for (unsigned i = 0; i < s->senders_count; i++) {
		const struct attempt *a = &e->attempts[i];

		if (!a->is_final)
			continue;
		final++;
		if (best == s->senders_count || a->verdict < e->attempts[best].verdict)
			best = i;
	}
	if (best == s->senders_count)
		return;
	if (e->attempts[best].verdict == SUBMIT_ACCEPTED || final == s->senders_count ||
		(e->attempts[best].verdict == SUBMIT_SIDE &&
			clock_mono_ms() - e->side_ms >= RACE_MS))
		settle(s, e, best);
}

static struct submit_report report_of(const struct entry *e)
{
	struct submit_report r = {
		.height = e->file.height,
		.verdict = e->file.verdict,
		.daemon = e->file.daemon,
		.answer = e->file.answer,
		.text = e->text,
		.meta = e->file.meta,
		.is_old = e->is_old,
	};

	memcpy(r.id, e->file.id, 32);
	return r;
}

/* Run on_answer() without the lock. */
static void report_answer(struct submit *s, struct entry *e, unsigned idx)
{
	struct submit_report r = report_of(e);
	struct attempt copy = e->attempts[idx];

	e->attempts[idx].has_news = false;
	if (!s->callbacks.on_answer)
		return;
	r.verdict = copy.verdict;
	r.daemon = s->pool->daemons[idx].name;
	r.answer = copy.answer;
	r.text = copy.text;
	pthread_mutex_unlock(&s->lock);
	s->callbacks.on_answer(s->ctx, &r);
	pthread_mutex_lock(&s->lock);
}

/* After settle() nobody but the manager changes what a report is made of. */
static void report_settled(struct submit *s, struct entry *e)
{
	struct submit_report r = report_of(e);

	e->is_reported = true;
	pthread_mutex_unlock(&s->lock);
	s->callbacks.on_settled(s->ctx, &r);
	pthread_mutex_lock(&s->lock);
}

static void write_entry(struct submit *s, struct entry *e)
{
	struct submit_report r = report_of(e);
	bool had_problem = e->has_disk_problem;
	struct why why;
	enum err err;

	pthread_mutex_unlock(&s->lock);
	err = outbox_write(s->dir, s->pool->name, &e->file, &why);
	if (err != OK && !had_problem && s->callbacks.on_answer) {
		r.daemon = "";
		r.answer = why.text;
		r.text = "the block is being submitted from memory only: its outbox file cannot be "
			 "written";
		s->callbacks.on_answer(s->ctx, &r);
	}
	pthread_mutex_lock(&s->lock);
	e->is_on_disk = err == OK;
	e->has_disk_problem = err != OK;
	if (err != OK)
		s->disk_ms = clock_mono_ms() + DISK_MS;
}

static void remove_entry(struct submit *s, struct entry *e)
{
	enum err err;

	pthread_mutex_unlock(&s->lock);
	err = outbox_remove(s->dir, e->file.id, NULL);
	pthread_mutex_lock(&s->lock);
	e->is_removed = err == OK;
	if (err != OK)
		s->disk_ms = clock_mono_ms() + DISK_MS;
}

static bool is_finished(const struct submit *s, const struct entry *e, int64_t now)
{
	bool is_final = true;

	for (unsigned i = 0; i < s->senders_count; i++)
		is_final &= e->attempts[i].is_final;
	return e->is_removed && !e->users &&
	       (is_final || e->is_old || now - e->settled_ms > SUBMIT_LINGER_MS);
}

/* Do one thing for one entry; false when there is nothing to do. It may be freed. */
static bool serve(struct submit *s, struct entry *e)
{
	int64_t now = clock_mono_ms();

	for (unsigned i = 0; i < s->senders_count; i++) {
		if (e->attempts[i].has_news) {
			report_answer(s, e, i);
			return true;
		}
	}
	if (!e->settled_ms)
		try_settle(s, e);
	if (!e->is_on_disk && !e->is_forgotten && now >= s->disk_ms) {
		write_entry(s, e);
		return true;
	}
	if (e->settled_ms && !e->is_reported) {
		report_settled(s, e);
		return true;
	}
	if (e->is_forgotten && !e->is_removed && now >= s->disk_ms) {
		remove_entry(s, e);
		return true;
	}
	if (is_finished(s, e, now)) {
		list_remove(&e->node);
		submit_entry_free(e);
		return true;
	}
	return false;
}

static bool serve_any(struct submit *s)
{
	list_for (&s->entries, e, struct entry, node) {
		if (serve(s, e))
			return true;
	}
	return false;
}

void *submit_run_manager(void *arg)
{
	struct submit *s = arg;

	pthread_mutex_lock(&s->lock);
	while (!s->is_stopping) {
		/* Settling by time and disk attempts need a look now and then. */
		if (!serve_any(s))
			cond_wait_ms(&s->news, &s->lock,
				list_is_empty(&s->entries) ? SUBMIT_IDLE_MS : DISK_MS);
	}
	pthread_mutex_unlock(&s->lock);
	return NULL;
}
