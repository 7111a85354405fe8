/* web.c -- the web role: what answers at which path, its limits, its start and its end. */
#include "web/web.h"

#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/ready.h"
#include "web/web_priv.h"

#define CONNS_MAX              20000
#define CONNS_PER_CLIENT_MAX   64
#define STREAMS_PER_CLIENT_MAX 16
#define IDLE_TIMEOUT_S         60
#define THREADS_MIN            4
#define THREADS_MAX            16

static const struct httpd_route routes[] = {
	{"/", false, page_home, "home"},
	{"/start", false, page_start, "start"},
	{"/docs/api", false, page_api, "docs_api"},
	{"/blocks", false, page_blocks, "blocks"},
	{"/blocks/", true, page_block, "block"},
	{"/payments", false, page_payments, "payments"},
	{"/pool", false, page_plain, "pool"},
	{"/network", false, page_plain, "network"},
	{"/miners", false, page_plain, "miners"},
	{"/status", false, page_plain, "status"},
	{"/rules", false, page_plain, "rules"},
	{"/help", false, page_plain, "help"},
	{"/news", false, page_news, "news"},
	{"/news.atom", false, page_feed, "feed"},
	{"/a", false, page_search, "search"},
	{"/a/", true, page_account, "account"},
	{"/assets/", true, page_asset, "asset"},
	{"/favicon.ico", false, page_icon, "icon"},
	{"/robots.txt", false, page_robots, "robots"},
	{"/api/v1/pool", false, api_pool, "api_pool"},
	{"/api/v1/chart", false, api_chart, "api_chart"},
	{"/api/v1/blocks", false, api_blocks, "api_blocks"},
	{"/api/v1/blocks/", true, api_block, "api_block"},
	{"/api/v1/payments", false, api_payments, "api_payments"},
	{"/api/v1/events", false, api_events, "api_events"},
	{"/api/v1/series/", true, api_series, "api_series"},
	{"/api/v1/luck", false, api_luck, "api_luck"},
	{"/api/v1/miners", false, api_miners, "api_miners"},
	{"/api/v1/rules", false, api_rules, "api_rules"},
	{"/api/v1/status", false, api_status, "api_status"},
	{"/api/v1/news", false, api_news, "api_news"},
	{"/api/v1/accounts/", true, api_account, "api_account"},
	{"/api/v1/live", false, live_handle, "api_live"},
	{"/api/v1/openapi.yaml", false, api_openapi, "api_openapi"},
	{"/api/", true, api_unknown, "api_unknown"},
	{"/healthz", false, health_live, "healthz"},
	{"/readyz", false, health_ready, "readyz"},
	{"/metrics", false, health_metrics, "metrics"},
	{"/", true, page_missing, "missing"},
};

static const struct httpd_pair security[] = {
	{"Content-Security-Policy",
		"default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
		"connect-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"},
	{"X-Content-Type-Options", "nosniff"},
	{"Referrer-Policy", "no-referrer"},
	{NULL},
};

static void on_done(void *ctx, const struct httpd_route *route, unsigned status, int64_t took_us)
{
	struct web *web = ctx;

	counts_add(web->counts, route ? route->name : "none", status, took_us);
}

/* The host of an URL: "https://pool.example:8443/x" gives "pool.example", "[::1]" keeps brackets.
 */
static char *host_of(const char *url)
{
	const char *host = strstr(url, "://");
	size_t len;

	host = host ? host + 3 : url;
	len = host[0] == '[' ? strcspn(host, "]") + 1 : strcspn(host, ":/?#");
	return mem_dup(host, len < strlen(host) ? len : strlen(host));
}

static unsigned thread_count(void)
{
	long cores = sysconf(_SC_NPROCESSORS_ONLN);

	if (cores * 2 < THREADS_MIN)
		return THREADS_MIN;
	return cores * 2 > THREADS_MAX ? THREADS_MAX : (unsigned)(cores * 2);
}

/* Every listener is an open file: as many as the machine allows. */
static void raise_files(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur < limit.rlim_max) {
		limit.rlim_cur = limit.rlim_max;
		(void)!setrlimit(RLIMIT_NOFILE, &limit);
	}
}

static enum err start(struct web *web, struct why *why)
{
	struct httpd_options options = {.host = web->conf->web.listen.host,
		.port = web->conf->web.listen.port,
		.routes = routes,
		.route_count = ARRAY_LEN(routes),
		.ctx = web,
		.threads = thread_count(),
		.max_conns = CONNS_MAX,
		.max_conns_per_client = CONNS_PER_CLIENT_MAX,
		.max_streams_per_client = STREAMS_PER_CLIENT_MAX,
		.idle_timeout_s = IDLE_TIMEOUT_S,
		.headers = security,
		.on_done = on_done};
	enum err err;

	raise_files();
	json_object_seed(0); /* before there are threads */
	web->started_ms = clock_wall_ms();
	web->unit = ldexp(1, (int)web->pool->network->work_bits);
	web->miner_host = host_of(web->conf->web.url);
	web->cache = cache_open(&web->conf->cache);
	web->handles = handles_new(&web->conf->store);
	web->counts = counts_new();
	err = asset_set_new(web->conf->web.portal_dir, &web->assets, why);
	if (err == OK)
		err = words_load(web->assets, &web->words, why);
	if (err == OK)
		err = page_new(web, &web->page, why);
	if (err != OK)
		return err;
	web->refill = refill_start(web);
	web->live = live_new(web);
	web->pulse = pulse_start(web);
	return httpd_start(&options, &web->httpd, why);
}

static void stop(struct web *web)
{
	httpd_stop(web->httpd);
	pulse_stop(web->pulse);
	live_free(web->live);
	refill_stop(web->refill);
	page_free(web->page);
	words_free(web->words);
	asset_set_free(web->assets);
	counts_free(web->counts);
	handles_free(web->handles);
	cache_close(web->cache);
	free(web->miner_host);
}

int role_web(const struct conf *conf)
{
	struct web web = {.conf = conf, .pool = &conf->pools[0], .lg = {.role = "web"}};
	struct why why = {0};
	sigset_t signals;
	enum err err;
	int signal;

	sigemptyset(&signals);
	sigaddset(&signals, SIGTERM);
	sigaddset(&signals, SIGINT);
	pthread_sigmask(SIG_BLOCK, &signals, NULL);
	err = start(&web, &why);
	if (err == OK) {
		log_info(&web.lg, "started", "listen=%s:%u url=%s", conf->web.listen.host,
			httpd_port(web.httpd), conf->web.url);
		ready_tell();
		sigwait(&signals, &signal);
		log_info(&web.lg, "stopping", "signal=%d", signal);
	} else {
		log_broken(&web.lg, "not_started", "error=\"%s\"",
			why.text[0] ? why.text : err_text(err));
	}
	stop(&web);
	return err == OK ? 0 : 1;
}
