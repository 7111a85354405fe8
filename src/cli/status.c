/* status.c -- `kozan status`: once, again and again, or as a feed of events. */
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "cli/cli.h"
#include "cli/status.h"
#include "conf/conf.h"
#include "store/store.h"
#include "store/store_stats.h"

#define WATCH_MS  2000
#define FOLLOW_MS 500
#define PAGE      200

struct options {
	const char *path, *pool;
	const struct conf_pool *only; /* NULL: all of them */
	bool is_json, watch, follow;
};

static volatile sig_atomic_t has_signal;

static void on_signal(int number)
{
	has_signal = 1;
}

static enum err show_once(
	struct store *st, const struct conf *conf, const struct options *o, struct why *why)
{
	struct buf text = {0};
	json_t *status;
	enum err e = status_collect(st, conf, o->only, &status, why);

	if (e)
		return e;
	if (o->is_json) {
		buf_add_json(&text, status);
		buf_add_str(&text, "\n");
	} else {
		if (o->watch)
			buf_add_str(&text, "\033[H\033[2J"); /* top left, clear */
		status_print(status, &text);
	}
	fputs(buf_str(&text), stdout);
	fflush(stdout);
	buf_free(&text);
	json_decref(status);
	return OK;
}

static enum err watch(
	struct store *st, const struct conf *conf, const struct options *o, struct why *why)
{
	enum err e = OK;

	while (!has_signal && !e) {
		e = show_once(st, conf, o, why);
		for (int ms = 0; !has_signal && ms < WATCH_MS; ms += 100)
			clock_sleep_ms(100);
	}
	return e;
}

/* A pool whose events are followed; its name is said where there are several. */
struct feed {
	const struct conf_pool *pool;
	int64_t pool_id, last;
	bool is_one_of_many;
};

static void print_event(const struct feed *f, const struct store_event *event, bool is_json)
{
	char when[CLOCK_TEXT_MAX];
	struct buf text = {0};

	status_event_text(event, f->pool->coin.ticker, &text);
	if (is_json)
		printf("{\"id\":%lld,\"time_ms\":%lld,\"pool\":\"%s\",\"kind\":\"%s\",\"data\":%s}"
		       "\n",
			(long long)event->id, (long long)event->time_ms, f->pool->name, event->kind,
			event->json);
	else
		printf("%.8s  %s%s%s\n", clock_text(event->time_ms, when) + 11,
			f->is_one_of_many ? f->pool->name : "", f->is_one_of_many ? ": " : "",
			buf_str(&text));
	buf_free(&text);
}

static enum err print_new(struct store *st, struct feed *f, bool is_json, struct why *why)
{
	struct store_event *rows;
	enum err e;
	size_t n;

	do {
		e = store_event_after(st, f->pool_id, f->last, PAGE, &rows, &n, why);
		if (e)
			return e;
		for (size_t i = 0; i < n; i++) {
			print_event(f, &rows[i], is_json);
			f->last = rows[i].id;
		}
		store_free_events(rows, n);
	} while (n == PAGE);
	fflush(stdout);
	return OK;
}

static enum err open_feeds(struct store *st, const struct conf *conf, const struct options *o,
	struct feed feeds[CONF_POOLS_MAX], size_t *out_n, struct why *why)
{
	enum err e = OK;

	*out_n = 0;
	for (size_t i = 0; i < conf->pools_count && !e; i++) {
		const struct conf_pool *pool = &conf->pools[i];
		struct feed *f = &feeds[*out_n];

		if (o->only && o->only != pool)
			continue;
		*f = (struct feed){
			.pool = pool, .is_one_of_many = !o->only && conf->pools_count > 1};
		e = store_pool_ensure(st, pool->name, pool->coin.name, coin_chain_name(pool->chain),
			pool->network->work_bits, &f->pool_id, why);
		(*out_n)++;
	}
	return e;
}

static enum err follow(
	struct store *st, const struct conf *conf, const struct options *o, struct why *why)
{
	struct feed feeds[CONF_POOLS_MAX];
	size_t n;
	enum err e = open_feeds(st, conf, o, feeds, &n, why);

	while (!e && !has_signal) {
		for (size_t i = 0; i < n && !e; i++)
			e = print_new(st, &feeds[i], o->is_json, why);
		clock_sleep_ms(FOLLOW_MS);
	}
	return e;
}

int cli_status(int argc, char **argv)
{
	struct options o = {0};
	const struct cli_option options[] = {
		{"config", 'c', CLI_TEXT, &o.path},
		{"pool", 0, CLI_TEXT, &o.pool},
		{"json", 'j', CLI_FLAG, &o.is_json},
		{"watch", 'w', CLI_FLAG, &o.watch},
		{"follow", 'f', CLI_FLAG, &o.follow},
	};
	struct sigaction action = {.sa_handler = on_signal};
	struct store *st = NULL;
	struct why why = {0};
	struct conf *conf;
	int first;
	enum err e;

	if (cli_options(argc, argv, options, ARRAY_LEN(options), &first))
		return CLI_USAGE;
	if (first < argc || (o.watch && o.follow))
		return cli_usage("status",
			first < argc ? "takes options only" : "--watch or --follow, not both");
	conf = cli_conf_open("status", o.path);
	if (!conf)
		return o.path ? CLI_FAILED : CLI_USAGE;
	if (o.pool && !(o.only = cli_pool("status", conf, o.pool))) {
		conf_free(conf);
		return CLI_USAGE;
	}
	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
	e = cli_store_open(conf, &st, &why);
	if (!e)
		e = store_migrate(st, &why);
	if (!e)
		e = o.follow ? follow(st, conf, &o, &why)
			     : (o.watch ? watch : show_once)(st, conf, &o, &why);
	store_close(st);
	conf_free(conf);
	if (e)
		fprintf(stderr, "kozan status: %s\n", why.text[0] ? why.text : err_text(e));
	return e ? CLI_FAILED : CLI_OK;
}
