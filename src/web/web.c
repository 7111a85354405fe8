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
#define HASHING_MAX            2
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
	{"/api/v1/pools", false, api_pools, "api_pools"},
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
	{"/login", false, page_person, "login"},
	{"/account", false, page_person, "person"},
	{"/account/", true, page_person, "person"},
	{"/watch", false, page_person, "watch"},
	{"/api/v1/auth", true, account_api, "api_auth", .may_write = true},
	{"/api/v1/me", true, account_api, "api_me", .may_write = true},
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

/* The pool that a path names after `prefix`, and what follows its name; NULL: it names none. */
static struct web *named_in(
	struct web *web, const char *path, const char *prefix, const char **rest)
{
	size_t skip = strlen(prefix), len;

	if (strncmp(path, prefix, skip) != 0)
		return NULL;
	len = strcspn(path + skip, "/");
	*rest = path + skip + len;
	for (size_t i = 0; i < web->all_count; i++) {
		const char *name = web->all[i].pool->name;

		if (strlen(name) == len && strncmp(name, path + skip, len) == 0)
			return &web->all[i];
	}
	return NULL;
}

/* Below /pools/NAME and /api/v1/pools/NAME everything is there again, of that pool; without, of the
 * first one. */
static void *enter(void *ctx, const char *path, char **out_path)
{
	struct web *web = ctx, *named;
	const char *rest;

	named = named_in(web, path, "/pools/", &rest);
	if (named) {
		*out_path = str_dup(*rest ? rest : "/");
		return named;
	}
	named = named_in(web, path, "/api/v1/pools/", &rest);
	if (named) {
		*out_path = str_printf("/api/v1%s", *rest && rest[1] ? rest : "/pool");
		return named;
	}
	return web;
}

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

/* What all pools share. */
static enum err start_shared(struct web *web, struct why *why)
{
	enum err err;

	raise_files();
	web->hashing = NEW(sem_t);
	sem_init(web->hashing, 0, HASHING_MAX);
	json_object_seed(0); /* before there are threads */
	web->started_ms = clock_wall_ms();
	web->miner_host = host_of(web->conf->web.url);
	web->cache = cache_open(&web->conf->cache);
	web->handles = handles_new(&web->conf->store);
	web->counts = counts_new();
	err = asset_set_new(web->conf->web.portal_dir, &web->assets, why);
	if (err == OK)
		err = words_load(web->assets, &web->words, why);
	if (err == OK)
		err = page_new(web, &web->page, why);
	return err;
}

/* all[i], after all[0] has what is shared. */
static void start_pool(struct web *all, size_t i)
{
	struct web *web = &all[i];

	if (i > 0)
		*web = all[0];
	web->pool = &web->conf->pools[i];
	web->base = i > 0 ? str_printf("/pools/%s", web->pool->name) : str_dup("");
	web->unit = ldexp(1, (int)web->pool->network->work_bits);
	atomic_init(&web->pool_id, 0);
	web->refill = refill_start(web);
	web->live = live_new(web);
	web->pulse = pulse_start(web);
}

static enum err start(struct web *all, struct why *why)
{
	const struct conf *conf = all[0].conf;
	struct httpd_options options = {.host = conf->web.listen.host,
		.port = conf->web.listen.port,
		.routes = routes,
		.route_count = ARRAY_LEN(routes),
		.ctx = all,
		.enter = enter,
		.threads = thread_count(),
		.max_conns = CONNS_MAX,
		.max_conns_per_client = CONNS_PER_CLIENT_MAX,
		.max_streams_per_client = STREAMS_PER_CLIENT_MAX,
		.idle_timeout_s = IDLE_TIMEOUT_S,
		.headers = security,
		.on_done = on_done};
	enum err err = start_shared(&all[0], why);

	if (err != OK)
		return err;
	for (size_t i = conf->pools_count; i-- > 0;) /* the first last: the others copy it bare */
		start_pool(all, i);
	return httpd_start(&options, &all[0].httpd, why);
}

static void stop(struct web *all)
{
	httpd_stop(all[0].httpd);
	for (size_t i = 0; i < all[0].all_count; i++) {
		pulse_stop(all[i].pulse);
		live_free(all[i].live);
		refill_stop(all[i].refill);
		free(all[i].base);
	}
	page_free(all[0].page);
	words_free(all[0].words);
	asset_set_free(all[0].assets);
	counts_free(all[0].counts);
	handles_free(all[0].handles);
	cache_close(all[0].cache);
	sem_destroy(all[0].hashing);
	free(all[0].hashing);
	free(all[0].miner_host);
}

int role_web(const struct conf *conf)
{
	struct web *all = NEW_ARRAY(struct web, conf->pools_count);
	struct why why = {0};
	sigset_t signals;
	enum err err;
	int signal;

	all[0] = (struct web){
		.conf = conf, .all = all, .all_count = conf->pools_count, .lg = {.role = "web"}};
	sigemptyset(&signals);
	sigaddset(&signals, SIGTERM);
	sigaddset(&signals, SIGINT);
	pthread_sigmask(SIG_BLOCK, &signals, NULL);
	err = start(all, &why);
	if (err == OK) {
		log_info(&all[0].lg, "started", "listen=%s:%u url=%s", conf->web.listen.host,
			httpd_port(all[0].httpd), conf->web.url);
		ready_tell();
		sigwait(&signals, &signal);
		log_info(&all[0].lg, "stopping", "signal=%d", signal);
	} else {
		log_broken(&all[0].lg, "not_started", "error=\"%s\"",
			why.text[0] ? why.text : err_text(err));
	}
	stop(all);
	free(all);
	return err == OK ? 0 : 1;
}
