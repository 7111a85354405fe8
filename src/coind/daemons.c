#include "coind/daemons.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>
#include <zmq.h>

#include "base/clock.h"
#include "base/mem.h"
#include "coind/cond_priv.h"
#include "coind/daemons_priv.h"

const struct daemons_timing daemons_default_timing = {
	.retry = 1000,
	.check = 10000,
	.force = 55000, /* miners drop a connection that is silent for a minute */
	.behind = 30000,
	.hold = 30000,
	.steady = 3000,
	.hang = 1500,
	.apart = 60000,
	.busy = 10000,
	.stuck = 60000,
};

const char *daemon_state_text(enum daemon_state s)
{
	switch (s) {
	case DAEMON_UNKNOWN: return "unknown";
	case DAEMON_UNREACHABLE: return "unreachable";
	case DAEMON_SILENT: return "silent";
	case DAEMON_BUSY: return "busy";
	case DAEMON_AUTH: return "auth";
	case DAEMON_WARMING_UP: return "warming_up";
	case DAEMON_SYNCING: return "syncing";
	case DAEMON_NO_PEERS: return "no_peers";
	case DAEMON_WRONG_CHAIN: return "wrong_chain";
	case DAEMON_LAGGING: return "lagging";
	case DAEMON_FORKED: return "forked";
	case DAEMON_FAULTY: return "faulty";
	case DAEMON_READY: return "ready";
	case DAEMON_STATES: break;
	}
	assert(!"a state");
}

static void start_daemon(struct daemons *set, struct daemon *d, const struct conf_daemon *conf)
{
	d->set = set;
	d->conf = conf;
	d->asker = coind_new(conf);
	thread_start(&d->watcher, daemons_watch, d);
	if (conf->has_longpoll) {
		d->waiter = coind_new(conf);
		thread_start(&d->long_poller, daemons_long_poll, d);
	}
	if (conf->zmq[0]) {
		d->socket = zmq_socket(set->zmq, ZMQ_SUB);
		assert(d->socket);
		thread_start(&d->listener, daemons_listen, d);
	}
	if (conf->p2p[0])
		thread_start(&d->peer, daemons_be_peer, d);
}

struct daemons *daemons_start_timed(const struct conf_pool *pool,
	const struct daemons_callbacks *callbacks, void *ctx, const struct daemons_timing *timing)
{
	struct daemons *set = NEW(struct daemons);

	set->pool = pool;
	set->callbacks = *callbacks;
	set->ctx = ctx;
	set->timing = *timing;
	set->count = (unsigned)pool->daemons_count;
	set->list = NEW_ARRAY(struct daemon, set->count);
	set->stop_fd = eventfd(0, EFD_CLOEXEC);
	assert(set->stop_fd >= 0);
	set->zmq = zmq_ctx_new();
	assert(set->zmq);
	pthread_mutex_init(&set->lock, NULL);
	cond_init(&set->work);
	cond_init(&set->news);
	/* The others wait until all is in place. */
	pthread_mutex_lock(&set->lock);
	for (unsigned i = 0; i < set->count; i++)
		start_daemon(set, &set->list[i], &pool->daemons[i]);
	thread_start(&set->chooser, daemons_choose, set);
	pthread_mutex_unlock(&set->lock);
	return set;
}

struct daemons *daemons_start(
	const struct conf_pool *pool, const struct daemons_callbacks *callbacks, void *ctx)
{
	return daemons_start_timed(pool, callbacks, ctx, &daemons_default_timing);
}

static void stop_daemon(struct daemon *d)
{
	pthread_join(d->watcher, NULL);
	if (d->waiter)
		pthread_join(d->long_poller, NULL);
	if (d->socket)
		pthread_join(d->listener, NULL); /* closes the socket */
	if (d->conf->p2p[0])
		pthread_join(d->peer, NULL);
	coind_free(d->asker);
	coind_free(d->waiter);
	template_unref(d->template);
}

void daemons_stop(struct daemons *set)
{
	if (!set)
		return;
	pthread_mutex_lock(&set->lock);
	set->is_stopping = true;
	pthread_cond_broadcast(&set->work);
	pthread_cond_broadcast(&set->news);
	pthread_mutex_unlock(&set->lock);
	eventfd_write(set->stop_fd, 1);
	zmq_ctx_shutdown(set->zmq);
	for (unsigned i = 0; i < set->count; i++) {
		coind_abort(set->list[i].asker);
		if (set->list[i].waiter)
			coind_abort(set->list[i].waiter);
	}
	pthread_join(set->chooser, NULL);
	for (unsigned i = 0; i < set->count; i++)
		stop_daemon(&set->list[i]);
	zmq_ctx_term(set->zmq);
	close(set->stop_fd);
	template_unref(set->current);
	pthread_cond_destroy(&set->work);
	pthread_cond_destroy(&set->news);
	pthread_mutex_destroy(&set->lock);
	free(set->list);
	free(set);
}

void daemons_wake(struct daemons *set)
{
	pthread_mutex_lock(&set->lock);
	for (unsigned i = 0; i < set->count; i++)
		set->list[i].is_woken = true;
	pthread_cond_broadcast(&set->work);
	pthread_mutex_unlock(&set->lock);
}

static void describe(const struct daemons *set, const struct daemon *d, struct daemon_status *out)
{
	bool is_lower;

	*out = (struct daemon_status){
		.state = d->state,
		.height = d->height,
		.latency_us = d->latency_us,
		.template_age_ms = d->template ? clock_mono_ms() - d->template->received_ms : -1,
		.is_current = set->source == d,
	};
	str_copy(out->name, sizeof(out->name), d->conf->name);
	str_copy(out->text, sizeof(out->text), d->text);
	if (d->state != DAEMON_READY)
		return;
	is_lower = set->current && d->template->height < set->current->height;
	if (d->is_hanging) {
		out->state = DAEMON_SILENT;
		str_copy(out->text, sizeof(out->text), "it does not answer");
	} else if (d->is_apart && !is_lower) {
		out->state = DAEMON_FORKED;
		str_copy(out->text, sizeof(out->text),
			"it is on another chain than most of the daemons");
	} else if (d->is_lagging) {
		out->state = DAEMON_LAGGING;
		snprintf(out->text, sizeof(out->text), "%s",
			is_lower ? "it is behind the other daemons"
				 : "it has another newest block than the other daemons");
	} else if (d->zmq_problem[0]) {
		str_copy(out->text, sizeof(out->text), d->zmq_problem);
	} else if (d->peer_problem[0]) {
		str_copy(out->text, sizeof(out->text), d->peer_problem);
	}
}

unsigned daemons_status(struct daemons *set, struct daemon_status *out, unsigned max)
{
	unsigned n = set->count < max ? set->count : max;

	pthread_mutex_lock(&set->lock);
	for (unsigned i = 0; i < n; i++)
		describe(set, &set->list[i], &out[i]);
	pthread_mutex_unlock(&set->lock);
	return n;
}

bool daemons_is_ready(struct daemons *set, struct why *why)
{
	bool is_ready = false;

	pthread_mutex_lock(&set->lock);
	err_fail(why, OK, "no daemon is ready");
	for (unsigned i = 0; i < set->count && !is_ready; i++) {
		const struct daemon *d = &set->list[i];

		is_ready = d->state == DAEMON_READY && set->current;
		err_fail(why, OK, "no daemon is ready; %s: %s", d->conf->name,
			d->text[0] ? d->text : daemon_state_text(d->state));
	}
	pthread_mutex_unlock(&set->lock);
	return is_ready;
}
