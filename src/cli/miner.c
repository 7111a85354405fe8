/* miner.c -- `kozan miner`: options, threads and the summary; the work is in miner_worker.c. */
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/json.h"
#include "base/mem.h"
#include "cli/cli.h"
#include "cli/miner_worker.h"

#define WORKERS_MAX 4096
#define REPORT_MS   10000
#define TURN_MS     100

struct miner_options {
	const char *url, *user, *pass, *algo, *ack_file;
	struct cli_list set;
	int64_t workers, shares, blocks, seconds;
	double rate;
	bool is_json, is_quiet;
};

struct miner {
	struct miner_options options;
	struct miner_shared shared;
	struct pow_algo *algo;
	char *host;
	struct miner_worker *workers;
	pthread_t *threads;
	int64_t started_ms;
};

static atomic_bool *stop_on_signal; /* set before the handler is */

static void on_signal(int number)
{
	atomic_store(stop_on_signal, true);
}

static int read_options(int argc, char **argv, struct miner_options *o)
{
	const struct cli_option options[] = {
		{"url", 'o', CLI_TEXT, &o->url},
		{"user", 'u', CLI_TEXT, &o->user},
		{"pass", 'p', CLI_TEXT, &o->pass},
		{"algo", 'a', CLI_TEXT, &o->algo},
		{"set", 0, CLI_LIST, &o->set},
		{"workers", 'w', CLI_INT, &o->workers, 1, WORKERS_MAX},
		{"rate", 'r', CLI_REAL, &o->rate, 0, 1000000000},
		{"shares", 0, CLI_INT, &o->shares, 0, INT64_MAX},
		{"blocks", 0, CLI_INT, &o->blocks, 0, INT64_MAX},
		{"seconds", 's', CLI_INT, &o->seconds, 0, 1000000000},
		{"log-acks", 0, CLI_TEXT, &o->ack_file},
		{"json", 'j', CLI_FLAG, &o->is_json},
		{"quiet", 'q', CLI_FLAG, &o->is_quiet},
	};
	int first;

	*o = (struct miner_options){.pass = "x", .workers = 1};
	if (cli_options(argc, argv, options, ARRAY_LEN(options), &first))
		return CLI_USAGE;
	if (first < argc)
		return cli_usage("miner", "what is \"%s\"?", argv[first]);
	if (!o->url || !o->user || !o->algo)
		return cli_usage("miner", "--url, --user and --algo are needed");
	return CLI_OK;
}

/* "stratum+tcp://host:port" or "host:port" -> host and port in one allocation. */
static int split_url(struct miner *m, const char *url)
{
	const char *scheme = strstr(url, "://");
	char *colon;

	if (scheme && strncmp(url, "stratum+tcp://", 14) != 0)
		return cli_usage("miner", "--url starts with stratum+tcp://, not \"%.*s\"",
			(int)(scheme - url) + 3, url);
	m->host = str_dup(scheme ? scheme + 3 : url);
	colon = strrchr(m->host, ':');
	if (!colon || colon == m->host || !colon[1])
		return cli_usage("miner", "--url %s names no port", url);
	*colon = '\0';
	m->shared.host = m->host;
	m->shared.port = colon + 1;
	if (m->host[0] == '[' && colon[-1] == ']') {
		colon[-1] = '\0';
		m->shared.host++;
	}
	return CLI_OK;
}

static int make_algo(struct miner *m)
{
	struct pow_param params[ARRAY_LEN(m->options.set.items)];
	const struct cli_list *set = &m->options.set;
	char *names[ARRAY_LEN(params)] = {0};
	struct why why = {0};
	enum err e;

	for (unsigned i = 0; i < set->count; i++) {
		char *equals = strchr(set->items[i], '=');

		if (!equals)
			return cli_usage(
				"miner", "--set takes KEY=VALUE, not \"%s\"", set->items[i]);
		names[i] = mem_dup(set->items[i], (size_t)(equals - set->items[i]));
		params[i] = (struct pow_param){names[i], equals + 1};
	}
	e = pow_algo_new(m->options.algo, params, set->count, &m->algo, &why);
	for (unsigned i = 0; i < set->count; i++)
		free(names[i]);
	if (e)
		return cli_usage("miner", "%s", why.text[0] ? why.text : err_text(e));
	m->shared.algo = m->algo;
	m->shared.target_factor = strcmp(m->options.algo, "sha256d") == 0 ? 1 : 65536;
	return CLI_OK;
}

static int prepare(struct miner *m)
{
	const struct miner_options *o = &m->options;
	int code;

	m->shared.ack_fd = -1;
	if ((code = split_url(m, o->url)) || (code = make_algo(m)))
		return code;
	if (o->ack_file) {
		m->shared.ack_fd =
			open(o->ack_file, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
		if (m->shared.ack_fd < 0) {
			fprintf(stderr, "kozan miner: %s: %m\n", o->ack_file);
			return CLI_FAILED;
		}
	}
	m->shared.pass = o->pass;
	m->shared.rate = o->rate / (double)o->workers;
	m->shared.want_shares = o->shares;
	m->shared.want_blocks = o->blocks;
	m->shared.is_loud = !o->is_quiet;
	m->workers = NEW_ARRAY(struct miner_worker, (size_t)o->workers);
	m->threads = NEW_ARRAY(pthread_t, (size_t)o->workers);
	for (unsigned i = 0; i < o->workers; i++) {
		struct miner_worker *w = &m->workers[i];

		w->shared = &m->shared;
		if (o->workers == 1)
			snprintf(w->user, sizeof(w->user), "%s", o->user);
		else
			snprintf(w->user, sizeof(w->user), "%.140s%u", o->user, i + 1);
	}
	return CLI_OK;
}

static void *thread_main(void *worker)
{
	miner_worker_run(worker);
	return NULL;
}

/* Start the workers, and stop them at the end of the time, on a signal, or when the goal is
 * reached. */
static void mine(struct miner *m)
{
	struct miner_shared *s = &m->shared;
	int64_t report_ms = REPORT_MS, passed_ms;
	struct sigaction action = {.sa_handler = on_signal};
	unsigned n = (unsigned)m->options.workers;

	stop_on_signal = &s->stop;
	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
	m->started_ms = clock_mono_ms();
	for (unsigned i = 0; i < n; i++) {
		if (pthread_create(&m->threads[i], NULL, thread_main, &m->workers[i])) {
			fprintf(stderr, "kozan miner: only %u threads can be started\n", i);
			atomic_store(&s->stop, true);
			n = i;
		}
	}
	while (!atomic_load(&s->stop)) {
		clock_sleep_ms(TURN_MS);
		passed_ms = clock_mono_ms() - m->started_ms;
		if (m->options.seconds && passed_ms >= m->options.seconds * 1000)
			atomic_store(&s->stop, true);
		if (!m->options.is_quiet && passed_ms >= report_ms) {
			report_ms += REPORT_MS;
			fprintf(stderr, "%lld accepted, %lld rejected, %lld blocks, %.2f H/s\n",
				(long long)s->accepted, (long long)s->rejected,
				(long long)s->blocks, (double)s->hashes * 1000 / (double)passed_ms);
		}
	}
	for (unsigned i = 0; i < n; i++)
		pthread_join(m->threads[i], NULL);
}

/* ---- the summary ---- */

static void add_to_object(json_t *object, const char *key, int64_t n)
{
	json_object_set_new(
		object, key, json_integer(json_integer_value(json_object_get(object, key)) + n));
}

static json_t *worker_json(const struct miner_worker *w)
{
	json_t *o = json_pack("{s:s, s:I, s:I, s:I, s:I, s:I, s:I, s:I}", "user", w->user,
		"accepted", (json_int_t)w->accepted, "rejected", (json_int_t)w->rejected, "blocks",
		(json_int_t)w->blocks, "unanswered", (json_int_t)w->unanswered, "jobs",
		(json_int_t)w->jobs, "reconnects", (json_int_t)(w->connects ? w->connects - 1 : 0),
		"hashes", (json_int_t)w->hashes);

	if (w->refused[0])
		json_object_set_new(o, "refused", json_string(w->refused));
	return o;
}

static json_t *summary_json(const struct miner *m)
{
	static const char *const sums[] = {
		"accepted", "rejected", "blocks", "unanswered", "jobs", "reconnects", "hashes"};
	json_t *o = json_object(), *rejects = json_object(), *workers = json_array();

	for (unsigned i = 0; i < m->options.workers; i++) {
		const struct miner_worker *w = &m->workers[i];
		json_t *one = worker_json(w);

		json_array_append_new(workers, one);
		for (unsigned k = 0; k < ARRAY_LEN(sums); k++)
			add_to_object(
				o, sums[k], json_integer_value(json_object_get(one, sums[k])));
		for (unsigned k = 0; k < w->reason_count; k++)
			add_to_object(rejects, w->reasons[k].text, w->reasons[k].count);
	}
	json_object_set_new(o, "ms", json_integer(clock_mono_ms() - m->started_ms));
	json_object_set_new(o, "rejects", rejects);
	json_object_set_new(o, "workers", workers);
	return o;
}

static void print_summary(const struct miner *m)
{
	json_t *o = summary_json(m), *value;
	const char *key, *refused;
	size_t i;

	if (m->options.is_json) {
		json_dumpf(o, stdout, JSON_COMPACT);
		putchar('\n');
	} else {
		printf("accepted %lld, rejected %lld, blocks %lld, unanswered %lld, reconnects "
		       "%lld\n",
			(long long)json_integer_value(json_object_get(o, "accepted")),
			(long long)json_integer_value(json_object_get(o, "rejected")),
			(long long)json_integer_value(json_object_get(o, "blocks")),
			(long long)json_integer_value(json_object_get(o, "unanswered")),
			(long long)json_integer_value(json_object_get(o, "reconnects")));
		json_object_foreach(json_object_get(o, "rejects"), key, value) printf(
			"rejected as \"%s\": %lld\n", key, (long long)json_integer_value(value));
		json_array_foreach(json_object_get(o, "workers"), i, value)
		{
			if ((refused = json_get_str(value, "refused")))
				printf("%s was refused: %s\n", json_get_str(value, "user"),
					refused);
		}
	}
	json_decref(o);
}

static bool has_reached_goal(const struct miner *m)
{
	const struct miner_options *o = &m->options;

	if (o->shares || o->blocks)
		return (o->shares && m->shared.accepted >= o->shares) ||
		       (o->blocks && m->shared.blocks >= o->blocks);
	return m->shared.accepted > 0;
}

int cli_miner(int argc, char **argv)
{
	struct miner m = {0};
	int code = read_options(argc, argv, &m.options);

	if (!code)
		code = prepare(&m);
	if (!code) {
		mine(&m);
		print_summary(&m);
		code = has_reached_goal(&m) ? CLI_OK : CLI_FAILED;
	}
	if (m.shared.ack_fd >= 0)
		close(m.shared.ack_fd);
	pow_algo_free(m.algo);
	free(m.workers);
	free(m.threads);
	free(m.host);
	return code;
}
