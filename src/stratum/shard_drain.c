/*
 * shard_drain.c -- before the node stops, its miners are asked to go elsewhere: each at a moment
 * of its own, so that they do not all come to the next node at once. See shard.h.
 */
#include "stratum/shard.h"

#include <stdlib.h>

#include "base/mem.h"
#include "stratum/session.h"

enum { WAVE_MS = 100, NOTICE_MS = 3000 /* for balancers to see that we are not ready */ };

/* Whose wave it is: spread evenly, in no order that a miner could know. */
static bool is_turn(const struct session *s, const struct drain *d)
{
	return s->extranonce1 * UINT32_C(2654435761) % d->waves == d->wave;
}

static void move(struct shard *shard, struct session *s)
{
	/* Who came since has been to the balancer already, and it sent him here. */
	if (s->since_ms >= shard->drain.since_ms || !is_turn(s, &shard->drain))
		return;
	if (session_move(s))
		count_one(&shard->counts, moved);
}

static void on_wave(void *ctx)
{
	struct shard *shard = ctx;
	struct drain *d = &shard->drain;

	list_for (&shard->sessions, session, struct session, node)
		move(shard, session);
	if (++d->wave == d->waves)
		timer_stop(d->timer);
}

struct drain_mail {
	struct mail mail;
	struct shard *shard;
	int64_t for_ms;
};

/* The last fifth of the time is for those who are slow to leave. */
static void on_drain(struct mail *mail)
{
	struct drain_mail *m = CONTAINER_OF(mail, struct drain_mail, mail);
	struct drain *d = &m->shard->drain;
	int64_t notice_ms = m->for_ms / 5 < NOTICE_MS ? m->for_ms / 5 : NOTICE_MS;
	int64_t moving_ms = m->for_ms * 4 / 5 - notice_ms;

	d->since_ms = loop_now_ms(m->shard->loop);
	d->waves = moving_ms > WAVE_MS ? (uint32_t)(moving_ms / WAVE_MS) : 1;
	d->wave = 0;
	if (!d->timer)
		d->timer = timer_new(m->shard->loop, on_wave, m->shard);
	timer_start(d->timer, notice_ms, WAVE_MS);
	free(m);
}

void shard_drain(struct shard *s, int64_t for_ms)
{
	struct drain_mail *m = NEW(struct drain_mail);

	m->mail.deliver = on_drain;
	m->shard = s;
	m->for_ms = for_ms;
	loop_post(s->loop, &m->mail);
}
