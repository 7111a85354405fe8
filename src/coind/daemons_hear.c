/*
 * daemons_hear.c -- hearing of new blocks without asking: one long poll and one ZMQ subscription
 * per daemon.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <zmq.h>

#include "base/clock.h"
#include "base/mem.h"
#include "coind/daemons_priv.h"

#define TOPIC       "hashblock"
#define EARLIEST_MS 1000 /* an answer without a new tip before that was not a long poll */

/* What the long poller waits on, and the tip on which its last call was cut off. */
struct poll {
	char id[TEMPLATE_LONGPOLL_MAX + 1];
	uint8_t tip[32];
	uint8_t spent[32];
	bool is_spent;
};

/*
 * A daemon does not notice that a waiting caller is gone: the call keeps one of its few RPC threads
 * until the next block. So after a call that was cut off, or answered for no reason, no other is
 * made on that tip. The lock is held.
 */
static bool may_poll(const struct daemon *d, struct poll *p)
{
	const struct template *t = d->template;

	if (d->state != DAEMON_READY || !t->longpollid[0])
		return false;
	if (p->is_spent && memcmp(p->spent, t->prev, 32) == 0)
		return false;
	p->is_spent = false;
	str_copy(p->id, sizeof(p->id), t->longpollid);
	memcpy(p->tip, t->prev, 32);
	return true;
}

/* One call, which may take hours. */
static void long_poll(struct daemon *d, struct poll *p)
{
	const struct coin *coin = &d->set->pool->coin;
	int64_t start_ms = clock_mono_ms(), now;
	struct template *t;
	json_t *json;
	bool is_same;

	p->is_spent = true;
	memcpy(p->spent, p->tip, 32);
	if (coind_call(d->waiter, "getblocktemplate", template_params(coin, p->id), 0, &json,
		    NULL) != OK)
		return;
	now = clock_mono_ms();
	if (template_parse(json, coin, d->set->pool->network, d->conf->name, now, &t, NULL) == OK) {
		is_same = memcmp(t->prev, p->tip, 32) == 0;
		p->is_spent = is_same && now - start_ms < EARLIEST_MS;
		daemons_publish(d, t, false);
	}
	json_decref(json);
}

void *daemons_long_poll(void *arg)
{
	struct daemon *d = arg;
	struct daemons *set = d->set;
	struct poll p = {0};

	pthread_mutex_lock(&set->lock);
	while (!set->is_stopping) {
		if (!may_poll(d, &p)) {
			pthread_cond_wait(&set->work, &set->lock);
			continue;
		}
		pthread_mutex_unlock(&set->lock);
		long_poll(d, &p);
		pthread_mutex_lock(&set->lock);
	}
	pthread_mutex_unlock(&set->lock);
	return NULL;
}

static bool subscribe(struct daemon *d)
{
	int yes = 1, none = 0;

	zmq_setsockopt(d->socket, ZMQ_LINGER, &none, sizeof(none));
	zmq_setsockopt(d->socket, ZMQ_TCP_KEEPALIVE, &yes, sizeof(yes));
	zmq_setsockopt(d->socket, ZMQ_SUBSCRIBE, TOPIC, strlen(TOPIC));
	if (zmq_connect(d->socket, d->conf->zmq) == 0)
		return true;
	pthread_mutex_lock(&d->set->lock);
	snprintf(d->zmq_problem, sizeof(d->zmq_problem), "its zmq address cannot be used: %s",
		zmq_strerror(errno));
	pthread_mutex_unlock(&d->set->lock);
	return false;
}

void *daemons_listen(void *arg)
{
	struct daemon *d = arg;
	bool is_open;
	zmq_msg_t part;

	is_open = subscribe(d);
	zmq_msg_init(&part);
	while (is_open) {
		int len = zmq_msg_recv(&part, d->socket, 0);

		/* ETERM: daemons_stop() */
		is_open = len >= 0 || errno == EINTR;
		/* The first part is the topic; what block it is, getbestblockhash will say. */
		if (len == (int)strlen(TOPIC) && zmq_msg_more(&part) &&
			memcmp(zmq_msg_data(&part), TOPIC, strlen(TOPIC)) == 0)
			daemons_wake(d->set);
	}
	zmq_msg_close(&part);
	zmq_close(d->socket);
	return NULL;
}
