/* health.c -- /healthz, /readyz and /metrics. */
#include <dirent.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/mem.h"
#include "web/web_priv.h"

/* Alive: no question to anybody else. */
void health_live(void *ctx, struct httpd_req *req)
{
	httpd_reply_text(req, 200, "application/json", "{\"status\":\"ok\"}\n");
}

/* Ready as soon as there are numbers; old ones are better than an error page. */
void health_ready(void *ctx, struct httpd_req *req)
{
	struct web *web = ctx;
	int64_t age_ms = 0;
	bool is_ready = true;
	struct buf body = {0};

	for (size_t i = 0; i < web->all_count; i++) {
		struct snapshot *s = pulse_snapshot(web->all[i].pulse);

		is_ready &= s->has_data;
		if (clock_mono_ms() - s->taken_ms > age_ms)
			age_ms = clock_mono_ms() - s->taken_ms;
		snapshot_unref(s);
	}
	buf_printf(&body, "{\"status\":\"%s\",\"checks\":{\"database\":{\"age_ms\":%lld}}}\n",
		is_ready ? "ok" : "not_ready", is_ready ? (long long)age_ms : -1LL);
	httpd_reply_text(req, is_ready ? 200 : 503, "application/json", buf_str(&body));
	buf_free(&body);
}

static int open_files(void)
{
	DIR *dir = opendir("/proc/self/fd");
	int count = 0;

	while (dir && readdir(dir) != NULL)
		count++;
	if (dir)
		closedir(dir);
	return count > 3 ? count - 3 : 0; /* ".", ".." and the folder itself */
}

static void write_process(struct web *web, struct buf *out)
{
	struct rusage usage = {0};
	long pages = 0;
	FILE *f = fopen("/proc/self/statm", "r");

	if (f && fscanf(f, "%*s %ld", &pages) != 1)
		pages = 0;
	if (f)
		fclose(f);
	getrusage(RUSAGE_SELF, &usage);
	buf_printf(out,
		"# TYPE kozan_build_info gauge\nkozan_build_info{version=\"%s\",role=\"web\"} 1\n"
		"# TYPE process_start_time_seconds gauge\nprocess_start_time_seconds %.3f\n"
		"# TYPE process_cpu_seconds_total counter\nprocess_cpu_seconds_total %.2f\n"
		"# TYPE process_resident_memory_bytes gauge\nprocess_resident_memory_bytes %lld\n"
		"# TYPE process_open_fds gauge\nprocess_open_fds %d\n",
		KOZAN_VERSION, (double)web->started_ms / 1000,
		(double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
			(double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6,
		(long long)pages * sysconf(_SC_PAGESIZE), open_files());
}

static bool is_any_paused(const struct web *web)
{
	bool is_paused = false;

	for (size_t i = 0; i < web->all_count; i++) {
		struct snapshot *s = pulse_snapshot(web->all[i].pulse);

		is_paused |= s->is_paused;
		snapshot_unref(s);
	}
	return is_paused;
}

static void write_web(
	struct web *web, const struct httpd *httpd, const struct snapshot *s, struct buf *out)
{
	struct cache_stats cache;

	cache_stats(web->cache, &cache);
	buf_printf(out,
		"# TYPE kozan_http_connections gauge\nkozan_http_connections %u\n"
		"# TYPE kozan_sse_clients gauge\nkozan_sse_clients %u\n"
		"# TYPE kozan_db_errors_total counter\nkozan_db_errors_total %llu\n"
		"# TYPE kozan_snapshot_age_seconds gauge\nkozan_snapshot_age_seconds %.3f\n"
		"# TYPE kozan_payouts_paused gauge\nkozan_payouts_paused %d\n"
		"# TYPE kozan_cache_bytes gauge\nkozan_cache_bytes %zu\n"
		"# TYPE kozan_cache_answers_total counter\n"
		"kozan_cache_answers_total{state=\"fresh\"} %llu\n"
		"kozan_cache_answers_total{state=\"stale\"} %llu\n"
		"kozan_cache_answers_total{state=\"fill\"} %llu\n"
		"# TYPE kozan_cache_servers gauge\nkozan_cache_servers %u\n"
		"# TYPE kozan_cache_servers_out gauge\nkozan_cache_servers_out %u\n"
		"# TYPE kozan_cache_server_hits_total counter\nkozan_cache_server_hits_total %llu\n"
		"# TYPE kozan_cache_server_errors_total counter\n"
		"kozan_cache_server_errors_total %llu\n",
		httpd_conns(httpd), httpd_streams(httpd),
		(unsigned long long)pulse_store_errors(web->pulse),
		s->has_data ? (double)(clock_mono_ms() - s->taken_ms) / 1000 : -1.0,
		is_any_paused(web), cache.bytes, (unsigned long long)cache.fresh,
		(unsigned long long)cache.stale, (unsigned long long)cache.filled, cache.servers,
		cache.servers_out, (unsigned long long)cache.shared_hits,
		(unsigned long long)cache.shared_errors);
	counts_write(web->counts, out);
}

static double number(const json_t *doc, const char *outer, const char *inner)
{
	const json_t *in = outer ? json_object_get(doc, outer) : doc;
	double value = 0;

	json_get_double(in, inner, &value);
	return value;
}

static double number_in(const json_t *doc, const char *outer, const char *inner)
{
	if (outer && !strcmp(outer, "status"))
		return json_is_true(json_object_get(json_object_get(doc, outer), inner));
	return number(doc, outer, inner);
}

/* One figure of every pool's document, in units of 1/scale. */
static void write_gauge(struct buf *out, const char *name, const char *outer, const char *inner,
	double scale, json_t *const docs[], size_t n)
{
	buf_printf(out, "# TYPE %s gauge\n", name);
	for (size_t i = 0; i < n; i++)
		buf_printf(out, "%s{pool=\"%s\"} %.10g\n", name, json_get_str(docs[i], "name"),
			number_in(docs[i], outer, inner) / scale);
}

static void write_hashrates(struct buf *out, json_t *const docs[], size_t n)
{
	static const char *const windows[][2] = {{"15m", "now"}, {"1h", "h1"}, {"24h", "h24"}};

	buf_add_str(out, "# TYPE kozan_hashrate gauge\n");
	for (size_t i = 0; i < n; i++) {
		for (size_t k = 0; k < ARRAY_LEN(windows); k++)
			buf_printf(out, "kozan_hashrate{pool=\"%s\",window=\"%s\"} %.10g\n",
				json_get_str(docs[i], "name"), windows[k][0],
				number(docs[i], "hashrate", windows[k][1]));
	}
}

static void write_pools(json_t *const docs[], size_t n, struct buf *out)
{
	write_hashrates(out, docs, n);
	write_gauge(out, "kozan_miners", NULL, "miners", 1, docs, n);
	write_gauge(out, "kozan_workers", NULL, "workers", 1, docs, n);
	write_gauge(out, "kozan_network_hashrate", "network", "hashrate", 1, docs, n);
	write_gauge(out, "kozan_network_difficulty", "network", "difficulty", 1, docs, n);
	write_gauge(out, "kozan_network_height", "network", "height", 1, docs, n);
	write_gauge(out, "kozan_round_effort_ratio", "round", "effort", 1, docs, n);
	write_gauge(
		out, "kozan_last_block_timestamp_seconds", "last_block", "found_ms", 1000, docs, n);
	write_gauge(out, "kozan_pool_ready", "status", "ready", 1, docs, n);
}

/* The documents of the pools that have one; the caller drops them. */
static size_t take_docs(const struct web *web, json_t *docs[CONF_POOLS_MAX])
{
	size_t n = 0;

	for (size_t i = 0; i < web->all_count; i++) {
		struct snapshot *s = pulse_snapshot(web->all[i].pulse);

		if (s->has_data)
			docs[n++] = json_incref(s->pool);
		snapshot_unref(s);
	}
	return n;
}

void health_metrics(void *ctx, struct httpd_req *req)
{
	struct web *web = ctx;
	json_t *docs[CONF_POOLS_MAX];
	struct snapshot *s;
	struct buf out = {0};
	size_t n;

	if (!httpd_client_is_private(req)) {
		httpd_reply_error(req, 403, "not_for_you",
			"Metrics are for machines of the same private network.");
		return;
	}
	s = pulse_snapshot(web->pulse);
	write_process(web, &out);
	write_web(web, httpd_server(req), s, &out);
	n = take_docs(web, docs);
	if (n > 0)
		write_pools(docs, n, &out);
	while (n > 0)
		json_decref(docs[--n]);
	httpd_reply_text(req, 200, "text/plain; version=0.0.4; charset=utf-8", buf_str(&out));
	buf_free(&out);
	snapshot_unref(s);
}
