/*
 * stratum.c -- the role's life: what is started in which order, and how it ends without losing an
 * answer.
 *
 * Start: identity, journal, hashers, shards, outbox, flush, daemons. The end is the same backwards:
 * no new work, hash what came in, commit it, answer it, store it.
 */
#include "stratum/stratum.h"

#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/path.h"
#include "base/random.h"
#include "base/ready.h"
#include "io/tls.h"
#include "stratum/ban_sync.h"
#include "stratum/certificate.h"
#include "stratum/claim.h"
#include "stratum/flush.h"
#include "stratum/guard.h"
#include "stratum/hashers.h"
#include "stratum/logins.h"
#include "stratum/node.h"
#include "stratum/pool.h"
#include "stratum/recall.h"
#include "stratum/shard.h"
#include "stratum/status.h"
#include "stratum/switcher.h"

enum {
	LOOPS_MAX = 64,
	LOOPS_AUTO_MAX = 4,
	FILES_OF_OURS = 500,
	KEEP_ALIVE_CHECK_MS = 1000,
	CERTIFICATE_CHECK_MS = 10000,
	DRAIN_CHECK_MS = 200,
	EXPIRY_WARN_DAYS = 14
};

static const struct logger lg = {"stratum", ""};

struct stratum {
	const struct conf *conf;
	char *dir, *journal_dir, *outbox_dir;
	struct loop *loop; /* signals and slow timers; miners have loops of their own */
	struct timer *keep_alive, *certificate, *drain;
	int64_t drain_until_ms; /* [monotonic] 0: not asked to stop */
	struct node node;
	struct pool pools[CONF_POOLS_MAX];
	unsigned pool_count; /* those that are made */
	atomic_uint seq;     /* of the next job */
	struct hashers hashers;
	struct journal *journal;
	struct flush *flush;
	struct guard *guard;
	struct ban_sync *ban_sync;
	struct switcher *switcher; /* NULL: no port works for several pools */
	struct tls *tls;           /* NULL: no port speaks it */
	struct recall *recall;
	struct logins *logins;
	struct shard_env env;
	struct shard *shards[LOOPS_MAX];
	unsigned shard_count;
	struct status *status;
	bool is_running, is_flush_running;
	atomic_bool is_fenced;
};

static unsigned cores(void)
{
	long n = sysconf(_SC_NPROCESSORS_ONLN);

	return n < 1 ? 1 : (unsigned)n;
}

/* All open files that we may have are for miners, but a tenth, or FILES_OF_OURS where that is less.
 */
static unsigned connection_limit(unsigned configured)
{
	struct rlimit limit = {1024, 1024};
	unsigned files, most;

	if (getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur < limit.rlim_max) {
		limit.rlim_cur = limit.rlim_max;
		if (setrlimit(RLIMIT_NOFILE, &limit) != 0)
			getrlimit(RLIMIT_NOFILE, &limit);
	}
	files = limit.rlim_cur > 2000000 ? 2000000 : (unsigned)limit.rlim_cur;
	most = files - (files / 10 < FILES_OF_OURS ? files / 10 : FILES_OF_OURS);
	return configured && configured < most ? configured : most;
}

static void on_settled(void *ctx, uint64_t through, enum err result)
{
	struct stratum *s = ctx;

	if (result != OK)
		log_broken(&lg, "share_not_recorded", "through=%llu reason=\"%s\"",
			(unsigned long long)through, err_text(result));
	for (unsigned i = 0; i < s->shard_count; i++)
		shard_on_settled(s->shards[i], through, result);
}

static enum err open_journal(struct stratum *s, struct why *why)
{
	struct journal_options options = {
		.dir = s->journal_dir,
		.node_id = (uint32_t)s->node.id,
		.epoch = (uint64_t)s->node.epoch,
		.segment_bytes = (uint64_t)s->conf->stratum.journal_file_bytes,
		.sync = s->conf->stratum.sync == CONF_SYNC_OS ? JOURNAL_SYNC_OS : JOURNAL_SYNC_DISK,
	};
	enum err err = journal_open(&options, &s->journal, why);
	struct journal_status status;

	if (err != OK)
		return err;
	journal_status(s->journal, &status);
	if (status.cut_bytes > 0)
		log_odd(&lg, "journal_tail_cut",
			"bytes=%llu text=\"a record that was never answered\"",
			(unsigned long long)status.cut_bytes);
	return OK;
}

static void make_pools(struct stratum *s)
{
	/* A random start: after a restart, ids of the last process are unknown, not somebody
	 * else's. */
	atomic_init(&s->seq, (unsigned)random_below(1u << JOB_SEQ_BITS));
	for (size_t i = 0; i < s->conf->pools_count; i++) {
		pool_init(&s->pools[i], &s->conf->pools[i], (unsigned)i);
		s->pools[i].seq = &s->seq;
		s->pool_count++;
	}
}

static enum err start_hashers(struct stratum *s, struct why *why)
{
	enum err err = OK;

	hashers_check();
	for (unsigned i = 0; i < s->pool_count && err == OK; i++)
		err = hashers_for(&s->hashers, &s->pools[i].conf->coin,
			s->conf->stratum.hash_threads, &s->pools[i].hasher, why);
	return err;
}

static void on_ban(void *ctx, const struct ban *ban, enum fault last)
{
	struct stratum *s = ctx;

	ban_sync_add(s->ban_sync, ban, last);
}

static void make_guard(struct stratum *s)
{
	const struct conf_stratum *conf = &s->conf->stratum;
	struct guard_options options = {
		.conns_per_ip = conf->conns_per_ip,
		.conns_per_64 = conf->conns_per_64,
		.new_per_ip = conf->new_per_ip,
		.ban_score = conf->ban_score,
		.ban_ms = conf->ban_ms,
		.ban_max_ms = conf->ban_max_ms,
		.allow = &conf->allow,
		.on_ban = on_ban,
		.ctx = s,
	};

	s->ban_sync = ban_sync_new(s->conf, s->node.id);
	s->guard = guard_new(&options);
}

static enum err open_tls(struct stratum *s, struct why *why)
{
	const struct conf_stratum *conf = &s->conf->stratum;

	if (!*conf->tls_certificate)
		return OK;
	return tls_new(conf->tls_certificate, conf->tls_key, &s->tls, why);
}

static enum err make_shards(struct stratum *s, struct why *why)
{
	const struct conf_stratum *conf = &s->conf->stratum;
	unsigned loops = conf->loops, max_conns;
	enum err err = OK;

	if (loops == 0)
		loops = cores() < LOOPS_AUTO_MAX ? cores() : LOOPS_AUTO_MAX;
	if (loops > LOOPS_MAX)
		loops = LOOPS_MAX;
	max_conns = connection_limit(conf->max_conns);
	s->env = (struct shard_env){
		.conf = s->conf,
		.pools = s->pools,
		.pool_count = s->pool_count,
		.journal = s->journal,
		.flush = s->flush,
		.node_id = (unsigned)s->node.id,
		.shard_count = loops,
		.guard = s->guard,
		.tls = s->tls,
		.recall = s->recall,
		.logins = s->logins,
		.max_conns = max_conns,
		.max_new = (conf->new_total ? conf->new_total : max_conns / 2) / loops + 1,
	};
	memcpy(s->env.token_key, s->node.key, sizeof(s->env.token_key));
	for (unsigned i = 0; i < loops && err == OK; i++) {
		err = shard_new(&s->env, i, &s->shards[i], why);
		if (err != OK)
			break;
		s->shard_count++;
		err = shard_listen(s->shards[i], why);
	}
	if (err == OK) /* now that the journal's thread will find all of them */
		journal_on_settled(s->journal, on_settled, s);
	return err;
}

static char *render_status(void *ctx)
{
	struct stratum *s = ctx;

	return status_render(s->status);
}

static void on_fenced(void *ctx)
{
	struct stratum *s = ctx;

	atomic_store(&s->is_fenced, true);
	loop_stop(s->loop);
}

static void make_flush(struct stratum *s)
{
	struct flush_options options = {
		.conf = s->conf,
		.pools = s->pools,
		.node = &s->node,
		.node_dir = s->dir,
		.journal_dir = s->journal_dir,
		.render_status = render_status,
		.on_fenced = on_fenced,
		.ctx = s,
	};

	s->flush = flush_new(&options);
}

static void make_status(struct stratum *s)
{
	struct status_sources sources = {
		.node = &s->node,
		.pools = s->pools,
		.pool_count = s->pool_count,
		.journal = s->journal,
		.flush = s->flush,
		.hashers = &s->hashers,
		.guard = s->guard,
		.tls = s->tls,
		.shards = s->shards,
		.shard_count = s->shard_count,
		.max_conns = s->env.max_conns,
	};

	s->status = status_new(&sources);
}

static void on_drain_check(void *ctx)
{
	struct stratum *s = ctx;

	if (clock_mono_ms() >= s->drain_until_ms || atomic_load(&s->env.conns) == 0)
		loop_stop(s->loop);
}

/* Miners that come meanwhile are served: the balancer may not have noticed yet. */
static void begin_drain(struct stratum *s)
{
	int64_t for_ms = s->conf->stratum.drain_ms;

	log_info(&lg, "draining", "miners=%u seconds=%lld", atomic_load(&s->env.conns),
		(long long)for_ms / 1000);
	status_drain(s->status);
	s->drain_until_ms = clock_mono_ms() + for_ms;
	for (unsigned i = 0; i < s->shard_count; i++)
		shard_drain(s->shards[i], for_ms);
	timer_start(s->drain, DRAIN_CHECK_MS, DRAIN_CHECK_MS);
}

static void on_signal(void *ctx, int signum)
{
	struct stratum *s = ctx;

	if (s->conf->stratum.drain_ms > 0 && !s->drain_until_ms)
		begin_drain(s);
	else
		loop_stop(s->loop);
}

static void on_notify(void *ctx, const char *data, size_t len)
{
	struct stratum *s = ctx;

	for (unsigned i = 0; i < s->pool_count; i++)
		daemons_wake(s->pools[i].daemons);
}

static void on_keep_alive(void *ctx)
{
	struct stratum *s = ctx;

	for (unsigned i = 0; i < s->pool_count; i++)
		pool_keep_alive(&s->pools[i]);
}

static void on_certificate_check(void *ctx)
{
	struct stratum *s = ctx;

	certificate_renew(s->tls, s->conf->stratum.tls_certificate, false);
}

static void on_hangup(void *ctx, int signum)
{
	struct stratum *s = ctx;

	certificate_renew(s->tls, s->conf->stratum.tls_certificate, true);
}

/* `kozan notify` sends its datagram here. */
static enum err listen_for_notify(struct stratum *s, struct why *why)
{
	char *path = path_join(s->dir, "notify.sock");
	enum err err = loop_on_datagram(s->loop, path, on_notify, s, why);

	free(path);
	return err;
}

static void start_work(struct stratum *s)
{
	for (unsigned i = 0; i < s->shard_count; i++)
		shard_start(s->shards[i]);
	s->is_running = true;
	for (unsigned i = 0; i < s->pool_count; i++)
		pool_start(&s->pools[i], s->shards, s->shard_count);
	s->is_flush_running = true;
	flush_start(s->flush, s->journal);
	ban_sync_start(s->ban_sync, s->guard);
	s->switcher = switcher_start(s->conf, &s->node, s->pools, s->shards, s->shard_count);
	timer_start(s->keep_alive, KEEP_ALIVE_CHECK_MS, KEEP_ALIVE_CHECK_MS);
	timer_start(s->certificate, CERTIFICATE_CHECK_MS, CERTIFICATE_CHECK_MS);
}

static enum err claim(struct stratum *s, struct why *why)
{
	int64_t ids[CONF_POOLS_MAX];
	enum err err = claim_start(s->conf, s->dir, &s->node, ids, why);

	for (unsigned i = 0; i < s->pool_count && err == OK; i++) {
		s->pools[i].number = (uint16_t)ids[i];
		s->pools[i].node_tag =
			(uint32_t)s->node.id << NUMBER_BITS | ((uint32_t)s->node.epoch & 0xfffff);
	}
	return err;
}

static enum err start_blocks(struct stratum *s, struct why *why)
{
	enum err err = OK;

	for (unsigned i = 0; i < s->pool_count && err == OK; i++) {
		s->pools[i].journal = s->journal;
		err = blocks_start(&s->pools[i], s->outbox_dir, (unsigned)s->node.id, s->flush,
			&s->pools[i].blocks, why);
	}
	return err;
}

static enum err start(struct stratum *s, struct why *why)
{
	enum err err;

	s->loop = loop_new();
	s->keep_alive = timer_new(s->loop, on_keep_alive, s);
	s->certificate = timer_new(s->loop, on_certificate_check, s);
	s->drain = timer_new(s->loop, on_drain_check, s);
	s->dir = path_join(s->conf->data_dir, "stratum");
	s->journal_dir = path_join(s->dir, "journal");
	s->outbox_dir = path_join(s->dir, "outbox");
	make_pools(s);
	err = node_open(s->dir, &s->node, why);
	if (err == OK)
		err = claim(s, why);
	if (err == OK)
		err = open_journal(s, why);
	if (err == OK)
		err = start_hashers(s, why);
	if (err != OK)
		return err;
	make_flush(s);
	make_guard(s);
	s->recall = recall_new();
	s->logins = logins_start(s->conf);
	err = open_tls(s, why);
	if (err == OK)
		err = make_shards(s, why);
	if (err == OK)
		err = start_blocks(s, why);
	if (err == OK)
		err = listen_for_notify(s, why);
	if (err != OK)
		return err;
	make_status(s);
	start_work(s);
	if (s->conf->stratum.health.port)
		err = status_serve(s->status, &s->conf->stratum.health, why);
	return err;
}

/* Every share that came in is hashed, committed and answered before its connection closes. */
static void finish_shares(struct stratum *s)
{
	for (unsigned i = 0; i < s->shard_count; i++) {
		if (s->is_running)
			shard_close_ports(s->shards[i]);
	}
	for (unsigned i = 0; i < s->shard_count && s->is_running; i++)
		shard_barrier(s->shards[i]);
	hashers_stop(&s->hashers);
	for (unsigned i = 0; i < s->shard_count && s->is_running; i++)
		shard_barrier(s->shards[i]);
	journal_close(s->journal);
	for (unsigned i = 0; i < s->shard_count && s->is_running; i++)
		shard_stop(s->shards[i]);
}

static void stop(struct stratum *s)
{
	if (s->status) {
		status_drain(s->status);
		status_stop_serving(s->status);
	}
	ban_sync_stop(s->ban_sync);
	switcher_stop(s->switcher);
	if (s->is_flush_running)
		flush_stop(s->flush); /* first: it looks at all the others */
	for (unsigned i = 0; i < s->pool_count && s->is_running; i++)
		pool_stop(&s->pools[i]);
	finish_shares(s);
	if (s->is_flush_running && !atomic_load(&s->is_fenced))
		flush_drain(s->flush);
	for (unsigned i = 0; i < s->pool_count; i++)
		blocks_stop(s->pools[i].blocks);
	flush_free(s->flush);
	for (unsigned i = 0; i < s->shard_count; i++)
		shard_free(s->shards[i]);
	ban_sync_free(s->ban_sync);
	guard_free(s->guard);
	logins_stop(s->logins);
	recall_free(s->recall);
	tls_free(s->tls);
	hashers_free(&s->hashers);
	status_free(s->status);
	for (unsigned i = 0; i < s->pool_count; i++)
		pool_fini(&s->pools[i]);
	timer_free(s->keep_alive);
	timer_free(s->certificate);
	timer_free(s->drain);
	loop_free(s->loop);
	node_close(&s->node);
	free(s->dir);
	free(s->journal_dir);
	free(s->outbox_dir);
}

int role_stratum(const struct conf *conf)
{
	struct stratum s = {.conf = conf, .node = {.id = -1, .lock = -1}};
	struct why why = {""};
	enum err err;

	signal(SIGPIPE, SIG_IGN);
	signal(SIGHUP, SIG_IGN); /* until we serve */
	err = start(&s, &why);
	if (err == OK) {
		loop_on_signal(s.loop, SIGTERM, on_signal, &s);
		loop_on_signal(s.loop, SIGINT, on_signal, &s);
		loop_on_signal(s.loop, SIGHUP, on_hangup, &s);
		certificate_tell_end(s.tls, conf->stratum.tls_certificate);
		log_info(&lg, "started", "node=%d epoch=%lld loops=%u max_conns=%u", (int)s.node.id,
			(long long)s.node.epoch, s.shard_count, s.env.max_conns);
		ready_tell();
		loop_run(s.loop);
		log_info(&lg, "stopping", "text=\"%s\"",
			atomic_load(&s.is_fenced) ? "another process took over" : "asked to");
	} else {
		log_broken(&lg, "start_failed", "reason=\"%s\"",
			why.text[0] ? why.text : err_text(err));
	}
	stop(&s);
	log_info(&lg, "stopped", "%s", "text=\"all answers sent\"");
	return err == OK && !atomic_load(&s.is_fenced) ? 0 : 1;
}
