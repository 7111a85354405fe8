/* pool.c -- see pool.h. */
#include "stratum/pool.h"

#include <inttypes.h>
#include <string.h>

#include "base/clock.h"

/* A job every 55 s, for everybody: it is looked every second, and goes out within PACE_MS_MAX.
 * cgminer leaves after 90 s of silence. */
enum { KEEP_ALIVE_MS = 54000 - PACE_MS_MAX };

void pool_init(struct pool *p, const struct conf_pool *conf, unsigned idx)
{
	*p = (struct pool){.conf = conf, .idx = idx, .log = {"stratum", conf->name}};
	pthread_mutex_init(&p->lock, NULL);
}

/* Make a job and hand it to every shard. Called with the lock held; t is borrowed. */
static void make_job(struct pool *p, struct template *t, uint32_t time, bool is_new_tip)
{
	struct job_spec spec = {
		.template = t,
		.seq = atomic_fetch_add(p->seq, 1) & ((1u << JOB_SEQ_BITS) - 1),
		.pool = p->conf,
		.time = time,
		.node_tag = p->node_tag,
		.is_new_tip = is_new_tip,
	};
	struct why why = {""};
	struct job *job;

	if (job_new(&spec, &job, &why) != OK) {
		log_broken(&p->log, "job_failed", "height=%" PRIu32 " reason=\"%s\"", t->height,
			why.text);
		return;
	}
	p->job_ms = clock_mono_ms();
	journal_height(p->journal, p->number, job->height);
	for (unsigned i = 0; i < p->shard_count; i++)
		shard_on_job(p->shards[i], p->idx, job);
	job_unref(p->job);
	p->job = job;
}

/* The coinbase alone: the shortest line there is, and nothing in it that could make the block
 * invalid. The full job follows at its own pace, as more of the same work. */
static bool make_empty_job(struct pool *p, const struct template *t)
{
	struct template *empty = template_without_txs(t);

	if (!empty)
		return false;
	make_job(p, empty, 0, true);
	template_unref(empty);
	return true;
}

static void on_template(void *ctx, struct template *t, enum template_reason reason)
{
	struct pool *p = ctx;
	bool is_new_tip = reason == TEMPLATE_NEW_TIP, is_first_empty = false;

	pthread_mutex_lock(&p->lock);
	if (is_new_tip && p->conf->empty_first)
		is_first_empty = make_empty_job(p, t);
	make_job(p, t, 0, is_new_tip && !is_first_empty);
	pthread_mutex_unlock(&p->lock);
	if (is_new_tip)
		log_info(&p->log, "new_tip", "height=%" PRIu32 " daemon=%s transactions=%" PRIu32,
			t->height, t->daemon, t->tx_count);
	template_unref(t);
}

static void log_daemon(struct pool *p, const struct daemon_status *d)
{
	if (d->state == DAEMON_READY)
		log_info(&p->log, "daemon_ready", "daemon=%s height=%" PRIu32, d->name, d->height);
	else if (d->state != DAEMON_UNKNOWN)
		log_odd(&p->log, "daemon_not_ready", "daemon=%s state=%s text=\"%s\"", d->name,
			daemon_state_text(d->state), d->text);
}

static void on_state(void *ctx)
{
	struct pool *p = ctx;
	struct daemon_status status[POOL_DAEMONS_MAX];

	pthread_mutex_lock(&p->lock); /* waits for pool_start() */
	for (unsigned i = 0, n = daemons_status(p->daemons, status, POOL_DAEMONS_MAX); i < n; i++) {
		struct daemon_status *logged = &p->logged[i];

		if (logged->state != status[i].state || strcmp(logged->text, status[i].text) != 0)
			log_daemon(p, &status[i]);
		*logged = status[i];
	}
	pthread_mutex_unlock(&p->lock);
}

void pool_start(struct pool *p, struct shard **shards, unsigned n)
{
	static const struct daemons_callbacks callbacks = {on_template, on_state};

	p->shards = shards;
	p->shard_count = n;
	pthread_mutex_lock(&p->lock);
	p->daemons = daemons_start(p->conf, &callbacks, p);
	pthread_mutex_unlock(&p->lock);
}

void pool_keep_alive(struct pool *p)
{
	int64_t age_ms;

	pthread_mutex_lock(&p->lock);
	age_ms = clock_mono_ms() - p->job_ms;
	if (p->job && age_ms >= KEEP_ALIVE_MS) {
		struct template *t = template_ref(p->job->template);

		make_job(p, t, p->job->time + (uint32_t)(age_ms / 1000), false);
		template_unref(t);
	}
	pthread_mutex_unlock(&p->lock);
}

struct pool_work pool_work(struct pool *p)
{
	struct pool_work w = {0};

	pthread_mutex_lock(&p->lock);
	if (p->job) {
		w.has_job = true;
		w.height = p->job->height;
		w.network_work = p->job->network_work;
		w.reward = p->job->template->value;
		w.target = p->job->template->target;
		w.template_age_ms = clock_mono_ms() - p->job->template->received_ms;
	}
	pthread_mutex_unlock(&p->lock);
	return w;
}

void pool_stop(struct pool *p)
{
	daemons_stop(p->daemons);
	p->daemons = NULL;
}

void pool_fini(struct pool *p)
{
	job_unref(p->job);
	pthread_mutex_destroy(&p->lock);
}
