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

/* May this node take new miners? The database is not asked: shares wait in the journal. */
static bool is_ready(struct status *s, struct why *why)
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
	if (!pool_work(s->of.pool).has_job) {
		err_fail(why, ERR_UNAVAILABLE, "no work yet");
		daemons_is_ready(s->of.pool->daemons, why);
		return false;
	}
	return daemons_is_ready(s->of.pool->daemons, why);
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

static void add_daemons(struct status *s, struct buf *out)
{
	struct daemon_status list[POOL_DAEMONS_MAX];
	struct daemons *daemons = s->of.pool->daemons; /* NULL once the role is ending */
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

static void add_ports(struct status *s, struct buf *out)
{
	const struct conf_pool *pool = s->of.pool->conf;

	buf_add_str(out, ",\"ports\":[");
	for (size_t p = 0; p < pool->ports_count; p++) {
		unsigned sessions = 0;

		for (unsigned i = 0; i < s->of.shard_count; i++)
			sessions += atomic_load(&s->of.shards[i]->ports[p].sessions);
		buf_printf(out, "%s{\"name\":\"%s\",\"port\":%u,\"connections\":%u}", p ? "," : "",
			pool->ports[p].name, pool->ports[p].listens.list[0].port, sessions);
	}
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

char *status_render(struct status *s)
{
	struct pool_work work = pool_work(s->of.pool);
	struct totals t = add_up(s);
	char text[DIFFICULTY_TEXT_MAX], hashes[U256_TEXT_MAX];
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
	buf_add_str(&out, ",\"pools\":[{\"pool\":");
	buf_add_json_str(&out, s->of.pool->conf->name);
	if (work.has_job)
		buf_printf(&out,
			",\"height\":%" PRIu32
			",\"network_difficulty\":\"%s\",\"network_work\":%" PRId64
			",\"network_work_hashes\":\"%s\",\"template_age_ms\":%" PRId64,
			work.height, difficulty_of_target(work.target, text), work.network_work,
			u256_text(target_hashes(work.target), hashes), work.template_age_ms);
	buf_printf(&out, ",\"shares_accepted\":%" PRIu64 ",\"shares_rejected\":%" PRIu64,
		t.accepted, t.rejected);
	add_daemons(s, &out);
	add_ports(s, &out);
	buf_add_str(&out, "}]}");
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

static void on_metrics(void *ctx, struct httpd_req *req)
{
	struct status *s = ctx;
	struct pool_work work = pool_work(s->of.pool);
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
	add_gauge(&out, "kozan_block_height", "height of the block being worked on", work.height);
	add_gauge(&out, "kozan_template_age_seconds", "age of the work at hand",
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
		blocks_waiting(s->of.pool->blocks));
	if (s->of.verify) {
		struct verify_figures v = verify_figures(s->of.verify);

		add_total(&out, "kozan_hashes_total", "proofs of work verified", (double)v.hashes);
		add_times(&out, "kozan_hash_seconds",
			"time that a thread spent on one batch of them", &v.hash);
		add_times(&out, "kozan_hash_wait_seconds", "time that a share waited for a thread",
			&v.wait);
		add_gauge(&out, "kozan_hash_queue", "shares waiting to be verified", v.queued);
	}
	httpd_reply_text(req, 200, "text/plain; version=0.0.4; charset=utf-8", buf_str(&out));
	buf_free(&out);
}

static void on_healthz(void *ctx, struct httpd_req *req)
{
	httpd_reply_text(req, 200, "text/plain; charset=utf-8", "ok\n");
}

static void on_readyz(void *ctx, struct httpd_req *req)
{
	struct status *s = ctx;
	struct why why = {""};
	bool ready = is_ready(s, &why);
	char *text = str_printf("%s%s\n", ready ? "ready" : "not ready: ", ready ? "" : why.text);

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
