/* status.c -- see status.h. */
#include "stratum/status.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/json.h"
#include "base/mem.h"
#include "chain/difficulty.h"
#include "io/httpd.h"
#include "io/tls.h"
#include "stratum/guard.h"
#include "stratum/verify.h"

struct status {
	struct status_sources of;
	struct httpd *httpd;
	int64_t started_ms; /* [wall] */
	atomic_bool is_draining;
};

struct totals {
	uint64_t accepted, rejected, connections;
	unsigned sessions;
};

struct status *status_new(const struct status_sources *sources)
{
	struct status *s = NEW(struct status);

	s->of = *sources;
	s->started_ms = clock_wall_ms();
	atomic_init(&s->is_draining, false);
	return s;
}

void status_drain(struct status *s)
{
	atomic_store(&s->is_draining, true);
}

/* Can work be given for this pool? */
static bool is_pool_ready(struct pool *pool, struct why *why)
{
	if (!pool_work(pool).has_job) {
		err_fail(why, ERR_UNAVAILABLE, "no work yet");
		daemons_is_ready(pool->daemons, why);
		return false;
	}
	return daemons_is_ready(pool->daemons, why);
}

/* May this node take new miners, whatever they mine? The database is not asked: shares wait in the
 * journal. */
static bool is_open(struct status *s, struct why *why)
{
	struct journal_status journal;

	if (atomic_load(&s->is_draining)) {
		err_fail(why, ERR_CLOSED, "the node goes away");
		return false;
	}
	journal_status(s->of.journal, &journal);
	if (!journal_is_healthy(s->of.journal)) {
		err_fail(why, ERR_FULL, "shares cannot be recorded: %s", journal.why.text);
		return false;
	}
	return true;
}

/* … and there is work: one coin whose daemons are down does not close the others' ports. */
static bool is_ready(struct status *s, struct why *why)
{
	if (!is_open(s, why))
		return false;
	for (unsigned i = s->of.pool_count; i-- > 0;) { /* so that why is the first pool's */
		if (is_pool_ready(&s->of.pools[i], why))
			return true;
	}
	return false;
}

static struct totals add_up(const struct status *s)
{
	struct totals t = {0};

	for (unsigned i = 0; i < s->of.shard_count; i++) {
		struct shard *shard = s->of.shards[i];
		const struct counts *c = &shard->counts;

		t.accepted += count_read(c, accepted);
		t.rejected += count_read(c, stale) + count_read(c, duplicate) +
			      count_read(c, low_difficulty) + count_read(c, invalid) +
			      count_read(c, not_recorded);
		t.connections += count_read(c, connections);
		for (size_t p = 0; p < shard->port_count; p++)
			t.sessions += atomic_load(&shard->ports[p].sessions);
	}
	return t;
}

static void add_daemons(struct pool *pool, struct buf *out)
{
	struct daemon_status list[POOL_DAEMONS_MAX];
	struct daemons *daemons = pool->daemons; /* NULL once the role is ending */
	unsigned n = daemons ? daemons_status(daemons, list, POOL_DAEMONS_MAX) : 0;

	buf_add_str(out, ",\"daemons\":[");
	for (unsigned i = 0; i < n; i++) {
		buf_add_str(out, i ? ",{\"name\":" : "{\"name\":");
		buf_add_json_str(out, list[i].name);
		buf_printf(out, ",\"state\":\"%s\",\"text\":", daemon_state_text(list[i].state));
		buf_add_json_str(out, list[i].text);
		buf_printf(out, ",\"height\":%" PRIu32 ",\"latency_ms\":%.1f,\"is_current\":%s}",
			list[i].height, (double)list[i].latency_us / 1000,
			list[i].is_current ? "true" : "false");
	}
	buf_add_str(out, "]");
}

static unsigned sessions_of(const struct status *s, const struct conf_port *port)
{
	unsigned sum = 0;

	for (unsigned i = 0; i < s->of.shard_count; i++) {
		const struct shard *shard = s->of.shards[i];

		for (size_t p = 0; p < shard->port_count; p++) {
			if (shard->ports[p].conf == port)
				sum += atomic_load(&shard->ports[p].sessions);
		}
	}
	return sum;
}

static void add_ports(struct status *s, const struct conf_pool *pool, struct buf *out)
{
	buf_add_str(out, ",\"ports\":[");
	for (size_t p = 0; p < pool->ports_count; p++)
		buf_printf(out, "%s{\"name\":\"%s\",\"port\":%u,\"connections\":%u}", p ? "," : "",
			pool->ports[p].name, pool->ports[p].listens.list[0].port,
			sessions_of(s, &pool->ports[p]));
	buf_add_str(out, "]");
}

static void add_journal(struct status *s, struct buf *out)
{
	struct keep_figures keep = flush_keep(s->of.flush);

	buf_printf(out,
		",\"journal\":{\"bytes\":%" PRIu64 ",\"max_bytes\":%" PRIu64
		",\"damaged_records\":%" PRIu64 ",\"is_over_limit\":%s}",
		keep.bytes, keep.max_bytes, keep.damaged,
		keep.max_bytes && keep.bytes > keep.max_bytes ? "true" : "false");
}

struct pool_totals {
	uint64_t accepted, rejected, work, blocks;
	unsigned sessions;
};

static struct pool_totals add_up_pool(const struct status *s, unsigned pool)
{
	struct pool_totals t = {0};

	for (unsigned i = 0; i < s->of.shard_count; i++) {
		const struct shard_pool *p = &s->of.shards[i]->pools[pool];

		t.accepted += count_read(&p->counts, accepted);
		t.rejected += count_read(&p->counts, rejected);
		t.work += count_read(&p->counts, work);
		t.blocks += count_read(&p->counts, blocks);
		t.sessions += atomic_load(&p->sessions);
	}
	return t;
}

static void add_pool(struct status *s, unsigned idx, struct buf *out)
{
	struct pool *pool = &s->of.pools[idx];
	struct pool_work work = pool_work(pool);
	struct pool_totals t = add_up_pool(s, idx);
	char text[DIFFICULTY_TEXT_MAX], hashes[U256_TEXT_MAX];

	buf_add_str(out, "{\"pool\":");
	buf_add_json_str(out, pool->conf->name);
	if (work.has_job)
		buf_printf(out,
			",\"height\":%" PRIu32
			",\"network_difficulty\":\"%s\",\"network_work\":%" PRId64
			",\"network_work_hashes\":\"%s\",\"template_age_ms\":%" PRId64,
			work.height, difficulty_of_target(work.target, text), work.network_work,
			u256_text(target_hashes(work.target), hashes), work.template_age_ms);
	buf_printf(out,
		",\"sessions\":%u,\"shares_accepted\":%" PRIu64 ",\"shares_rejected\":%" PRIu64,
		t.sessions, t.accepted, t.rejected);
	add_daemons(pool, out);
	add_ports(s, pool->conf, out);
	buf_add_u8(out, '}');
}

char *status_render(struct status *s)
{
	struct totals t = add_up(s);
	struct why why = {""};
	bool ready = is_ready(s, &why);
	struct buf out = {0};

	buf_add_str(&out, "{\"name\":");
	buf_add_json_str(&out, s->of.node->name);
	buf_printf(&out,
		",\"version\":\"%s\",\"started_ms\":%" PRId64
		",\"connections\":%u,\"sessions\":%u,\"ready\":%s",
		KOZAN_VERSION, s->started_ms, t.sessions, t.sessions, ready ? "true" : "false");
	if (s->of.tls)
		buf_printf(&out, ",\"tls_expires_ms\":%" PRId64, tls_expires_ms(s->of.tls));
	buf_add_str(&out, ",\"ready_text\":");
	buf_add_json_str(&out, ready ? "" : why.text);
	add_journal(s, &out);
	buf_add_str(&out, ",\"pools\":[");
	for (unsigned i = 0; i < s->of.pool_count; i++) {
		if (i > 0)
			buf_add_u8(&out, ',');
		add_pool(s, i, &out);
	}
	buf_add_str(&out, "]}");
	return buf_take(&out);
}

/* ---- /metrics ---- */

static void add_metric(struct buf *out, const char *name, const char *type, const char *help)
{
	buf_printf(out, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, type);
}

static void add_counts(const struct status *s, struct buf *out)
{
	const char *last = "";

#define COUNT(field, metric, labels, text)                                                         \
	{                                                                                          \
		uint64_t sum = 0;                                                                  \
		for (unsigned i = 0; i < s->of.shard_count; i++)                                   \
			sum += count_read(&s->of.shards[i]->counts, field);                        \
		if (strcmp(last, metric) != 0)                                                     \
			add_metric(out, metric, "counter", text);                                  \
		last = metric;                                                                     \
		buf_printf(out,                                                                    \
			labels[0] ? metric "{" labels "} %" PRIu64 "\n" : metric " %" PRIu64 "\n", \
			sum);                                                                      \
	}
#include "stratum/count.tbl"
#undef COUNT
}

static void add_gauge(struct buf *out, const char *name, const char *help, double value)
{
	add_metric(out, name, "gauge", help);
	buf_printf(out, "%s %.17g\n", name, value);
}

static void add_total(struct buf *out, const char *name, const char *help, double value)
{
	add_metric(out, name, "counter", help);
	buf_printf(out, "%s %.17g\n", name, value);
}

static void add_times(
	struct buf *out, const char *name, const char *help, const struct verify_times *times)
{
	static const unsigned bounds_us[VERIFY_BOUNDS] = VERIFY_BOUNDS_US;
	uint64_t count = 0;

	add_metric(out, name, "histogram", help);
	for (unsigned i = 0; i < VERIFY_BOUNDS; i++) {
		count += times->buckets[i];
		buf_printf(
			out, "%s_bucket{le=\"%g\"} %" PRIu64 "\n", name, bounds_us[i] / 1e6, count);
	}
	count += times->buckets[VERIFY_BOUNDS];
	buf_printf(out, "%s_bucket{le=\"+Inf\"} %" PRIu64 "\n", name, count);
	buf_printf(out, "%s_sum %.17g\n%s_count %" PRIu64 "\n", name, (double)times->sum_us / 1e6,
		name, count);
}

/* One line for each pool. */
static void add_pools(struct status *s, struct buf *out, const char *name, const char *type,
	const char *help, double (*value)(struct status *s, unsigned pool))
{
	add_metric(out, name, type, help);
	for (unsigned i = 0; i < s->of.pool_count; i++)
		buf_printf(out, "%s{pool=\"%s\"} %.17g\n", name, s->of.pools[i].conf->name,
			value(s, i));
}

static double accepted_of(struct status *s, unsigned pool)
{
	return (double)add_up_pool(s, pool).accepted;
}

static double rejected_of(struct status *s, unsigned pool)
{
	return (double)add_up_pool(s, pool).rejected;
}

static double work_of(struct status *s, unsigned pool)
{
	return (double)add_up_pool(s, pool).work;
}

static double blocks_of(struct status *s, unsigned pool)
{
	return (double)add_up_pool(s, pool).blocks;
}

static double sessions_in(struct status *s, unsigned pool)
{
	return add_up_pool(s, pool).sessions;
}

static double readiness_of(struct status *s, unsigned pool)
{
	struct why why = {""};

	return is_pool_ready(&s->of.pools[pool], &why);
}

static double height_of(struct status *s, unsigned pool)
{
	return pool_work(&s->of.pools[pool]).height;
}

static double age_of(struct status *s, unsigned pool)
{
	return (double)pool_work(&s->of.pools[pool]).template_age_ms / 1000;
}

static void add_pool_metrics(struct status *s, struct buf *out)
{
	add_pools(s, out, "kozan_pool_sessions", "gauge", "miners that work for the pool",
		sessions_in);
	add_pools(s, out, "kozan_pool_shares_accepted_total", "counter", "accepted shares",
		accepted_of);
	add_pools(s, out, "kozan_pool_shares_rejected_total", "counter", "refused shares",
		rejected_of);
	add_pools(s, out, "kozan_pool_share_work_total", "counter",
		"accepted work, in the pool's work units", work_of);
	add_pools(s, out, "kozan_pool_blocks_found_total", "counter",
		"hashes that met the network's target", blocks_of);
	add_pools(s, out, "kozan_pool_has_work", "gauge", "1: its daemons give work", readiness_of);
	add_pools(s, out, "kozan_pool_block_height", "gauge", "height of the block being worked on",
		height_of);
	add_pools(s, out, "kozan_pool_template_age_seconds", "gauge", "age of the work at hand",
		age_of);
}

static unsigned outbox_count(const struct status *s)
{
	unsigned sum = 0;

	for (unsigned i = 0; i < s->of.pool_count; i++)
		sum += blocks_waiting(s->of.pools[i].blocks);
	return sum;
}

static void on_metrics(void *ctx, struct httpd_req *req)
{
	struct status *s = ctx;
	struct pool_work work = pool_work(&s->of.pools[0]);
	struct keep_figures keep = flush_keep(s->of.flush);
	struct journal_status journal;
	struct why why = {""};
	struct buf out = {0};

	journal_status(s->of.journal, &journal);
	add_metric(&out, "kozan_build_info", "gauge", "1, with the version as label");
	buf_printf(&out, "kozan_build_info{version=\"%s\"} 1\n", KOZAN_VERSION);
	add_counts(s, &out);
	add_gauge(&out, "kozan_stratum_sessions", "miners connected", add_up(s).sessions);
	add_gauge(&out, "kozan_stratum_new_sessions", "of them, those without a worker",
		guard_new_conns(s->of.guard));
	add_gauge(&out, "kozan_stratum_bans", "addresses and networks that may not connect",
		guard_bans(s->of.guard));
	if (s->of.tls)
		add_gauge(&out, "kozan_stratum_tls_expires_seconds",
			"when the certificate ends, in seconds since 1970",
			(double)tls_expires_ms(s->of.tls) / 1000);
	add_gauge(&out, "kozan_stratum_max_conns", "miners that may be connected", s->of.max_conns);
	add_gauge(&out, "kozan_ready", "1: may take new miners", is_ready(s, &why));
	add_gauge(&out, "kozan_block_height",
		"height of the block being worked on (of the first pool)", work.height);
	add_gauge(&out, "kozan_template_age_seconds", "age of the work at hand (of the first pool)",
		(double)work.template_age_ms / 1000);
	add_gauge(&out, "kozan_journal_healthy", "1: shares can be recorded",
		journal_is_healthy(s->of.journal));
	add_total(&out, "kozan_journal_commits_total", "group commits", (double)journal.commits);
	add_total(&out, "kozan_journal_bytes_total", "bytes written", (double)journal.bytes);
	add_total(&out, "kozan_journal_failures_total", "commits that failed",
		(double)journal.failures);
	add_gauge(&out, "kozan_journal_commit_seconds", "duration of the last commit",
		(double)journal.commit_us / 1e6);
	add_gauge(&out, "kozan_flush_lag_records",
		"journal records not in the database yet; -1: database away",
		(double)flush_lag(s->of.flush));
	add_gauge(&out, "kozan_journal_folder_bytes", "size of the journal's files",
		(double)keep.bytes);
	add_gauge(&out, "kozan_journal_limit_bytes",
		"stratum.journal_max: beyond it what is in the database is deleted; 0: no limit",
		(double)keep.max_bytes);
	add_total(&out, "kozan_journal_damaged_records_total",
		"records of the journal that could not be read", (double)keep.damaged);
	add_gauge(&out, "kozan_block_outbox", "found blocks that are not settled and recorded yet",
		outbox_count(s));
	if (hashers_have_threads(s->of.hashers)) {
		struct verify_figures v = hashers_figures(s->of.hashers);

		add_total(&out, "kozan_hashes_total", "proofs of work verified", (double)v.hashes);
		add_times(&out, "kozan_hash_seconds",
			"time that a thread spent on one batch of them", &v.hash);
		add_times(&out, "kozan_hash_wait_seconds", "time that a share waited for a thread",
			&v.wait);
		add_gauge(&out, "kozan_hash_queue", "shares waiting to be verified", v.queued);
	}
	add_pool_metrics(s, &out);
	httpd_reply_text(req, 200, "text/plain; version=0.0.4; charset=utf-8", buf_str(&out));
	buf_free(&out);
}

static void on_healthz(void *ctx, struct httpd_req *req)
{
	httpd_reply_text(req, 200, "text/plain; charset=utf-8", "ok\n");
}

/* The pool of this name; NULL: there is none. */
static struct pool *find_pool(struct status *s, const char *name)
{
	for (unsigned i = 0; i < s->of.pool_count; i++) {
		if (strcmp(s->of.pools[i].conf->name, name) == 0)
			return &s->of.pools[i];
	}
	return NULL;
}

/* ?pool=NAME: for a balancer of that pool's ports. */
static void on_readyz(void *ctx, struct httpd_req *req)
{
	struct status *s = ctx;
	const char *name = httpd_query(req, "pool");
	struct pool *pool = name ? find_pool(s, name) : NULL;
	struct why why = {""};
	bool ready;
	char *text;

	if (name && !pool) {
		httpd_reply_text(
			req, 404, "text/plain; charset=utf-8", "there is no pool of this name\n");
		return;
	}
	ready = pool ? is_open(s, &why) && is_pool_ready(pool, &why) : is_ready(s, &why);
	text = str_printf("%s%s\n", ready ? "ready" : "not ready: ", ready ? "" : why.text);

	httpd_reply_text(req, ready ? 200 : 503, "text/plain; charset=utf-8", text);
	free(text);
}

static const struct httpd_route routes[] = {
	{"/healthz", false, on_healthz, "healthz"},
	{"/livez", false, on_healthz, "healthz"},
	{"/readyz", false, on_readyz, "readyz"},
	{"/metrics", false, on_metrics, "metrics"},
};

enum err status_serve(struct status *s, const struct conf_listen *listen, struct why *why)
{
	struct httpd_options options = {
		.host = listen->host,
		.port = listen->port,
		.routes = routes,
		.route_count = ARRAY_LEN(routes),
		.ctx = s,
		.threads = 1,
		.max_conns = 64,
		.idle_timeout_s = 30,
	};

	return httpd_start(&options, &s->httpd, why);
}

void status_stop_serving(struct status *s)
{
	if (s->httpd)
		httpd_stop(s->httpd);
	s->httpd = NULL;
}

void status_free(struct status *s)
{
	if (!s)
		return;
	status_stop_serving(s);
	free(s);
}
