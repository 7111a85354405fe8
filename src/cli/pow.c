/* pow.c -- `kozan pow hash|list|bench`: compute a proof of work, list algorithms, measure them. */
#include "pow/pow.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/bytes.h"
#include "base/clock.h"
#include "base/hex.h"
#include "base/json.h"
#include "base/mem.h"
#include "base/random.h"
#include "cli/cli.h"

#define INPUT_MAX   4096 /* [bytes] that `pow hash` takes */
#define THREADS_MAX 1024
#define BATCH_MAX   4096

struct choice {
	const char *algo_name;
	const char *variant;
	struct cli_list settings; /* "N=2048", … */
	struct pow_algo *algo;
};

static int fail(const struct why *why)
{
	fprintf(stderr, "kozan pow: %s\n", why->text);
	return CLI_FAILED;
}

/* The algorithm that --algo and --set name; returns a cli_exit. */
static int make_algo(struct choice *choice)
{
	struct pow_param params[ARRAY_LEN(choice->settings.items)] = {{NULL}};
	char *words[ARRAY_LEN(choice->settings.items)] = {NULL};
	unsigned n = choice->settings.count;
	struct why why = {0};
	int result = CLI_OK;

	if (!choice->algo_name)
		return cli_usage("pow", "--algo NAME is missing; `kozan pow list` shows the names");
	for (unsigned i = 0; i < n && result == CLI_OK; i++) {
		char *value;

		words[i] = str_dup(choice->settings.items[i]);
		value = strchr(words[i], '=');
		if (value) {
			*value++ = '\0';
			params[i] = (struct pow_param){words[i], value};
		} else {
			result = cli_usage("pow", "--set takes NAME=VALUE, not \"%s\"", words[i]);
		}
	}
	if (result == CLI_OK &&
		pow_algo_new(choice->algo_name, params, n, &choice->algo, &why) != OK)
		result = cli_usage("pow", "%s", why.text);
	for (unsigned i = 0; i < n; i++)
		free(words[i]);
	return result;
}

static int pow_cmd_hash(int argc, char **argv)
{
	struct choice choice = {0};
	const struct cli_option options[] = {
		{"algo", 'a', CLI_TEXT, &choice.algo_name},
		{"set", 's', CLI_LIST, &choice.settings},
		{"variant", 'v', CLI_TEXT, &choice.variant},
	};
	uint8_t input[INPUT_MAX], hash[POW_HASH_LEN];
	char text[2 * POW_HASH_LEN + 1];
	struct pow_ctx *ctx;
	struct why why = {0};
	size_t digits;
	int first, result;

	if (cli_options(argc, argv, options, ARRAY_LEN(options), &first) != OK)
		return CLI_USAGE;
	if (argc - first != 1)
		return cli_usage("pow", "hash takes one input in hexadecimal");
	digits = strlen(argv[first]);
	if (digits > 2 * INPUT_MAX || !hex_decode(input, digits / 2, argv[first], digits))
		return cli_usage(
			"pow", "the input must be up to %u bytes in hexadecimal", INPUT_MAX);
	result = make_algo(&choice);
	if (result != CLI_OK)
		return result;
	if (pow_ctx_new(choice.algo, choice.variant, &ctx, &why) != OK) {
		pow_algo_free(choice.algo);
		return fail(&why);
	}
	pow_hash_bytes(ctx, input, digits / 2, hash);
	pow_ctx_free(ctx);
	pow_algo_free(choice.algo);
	hex_encode(text, hash, POW_HASH_LEN);
	puts(text);
	return CLI_OK;
}

/* Which variant a server on this machine would use. */
static const char *choose(const struct pow_algo *algo)
{
	long cores = sysconf(_SC_NPROCESSORS_ONLN);

	return pow_choose_variant(algo, cores < 1 ? 1 : (unsigned)cores);
}

static const char *remark(const struct pow_variant_info *info, const char *chosen)
{
	if (!info->usable)
		return ", not on this CPU";
	return strcmp(info->name, chosen) == 0 ? ", runs here" : "";
}

static void print_algo(const struct pow_algo *algo, const char *text)
{
	const char *chosen = choose(algo);
	struct pow_variant_info info;

	printf("%-12s %s\n", pow_algo_name(algo), text);
	for (unsigned i = 0; pow_variant_at(algo, i, &info); i++)
		printf("    %-10s %2u at a time, %6.1f MiB%s\n", info.name, info.batch,
			(double)info.memory_bytes / (1 << 20), remark(&info, chosen));
}

static json_t *algo_json(const struct pow_algo *algo, const char *text)
{
	const char *chosen = choose(algo);
	struct pow_variant_info info;
	json_t *variants = json_array();

	for (unsigned i = 0; pow_variant_at(algo, i, &info); i++)
		json_array_append_new(
			variants, json_pack("{s:s, s:i, s:I, s:b, s:b}", "name", info.name, "batch",
					  (int)info.batch, "memory_bytes",
					  (json_int_t)info.memory_bytes, "usable", (int)info.usable,
					  "chosen", strcmp(info.name, chosen) == 0));
	return json_pack("{s:s, s:s, s:s, s:o}", "name", pow_algo_name(algo), "text", text,
		"variant", chosen, "variants", variants);
}

static void print_json(json_t *value)
{
	struct buf b = {0};

	buf_add_json(&b, value);
	puts(buf_str(&b));
	buf_free(&b);
	json_decref(value);
}

/* Says which variants are out of use because they compute wrong hashes here. */
static int report_faults(void)
{
	struct pow_fault faults[8];
	unsigned n = pow_self_test(faults, ARRAY_LEN(faults));

	for (unsigned i = 0; i < n && i < ARRAY_LEN(faults); i++)
		fprintf(stderr, "kozan pow: %s of %s computes wrong hashes here and is not used\n",
			faults[i].variant, faults[i].family);
	return n > 0 ? CLI_FAILED : CLI_OK;
}

static int pow_cmd_list(int argc, char **argv)
{
	bool as_json = false;
	const struct cli_option options[] = {{"json", 'j', CLI_FLAG, &as_json}};
	const char *name, *text;
	struct pow_algo *algo;
	struct why why = {0};
	json_t *list;
	int first;

	if (cli_options(argc, argv, options, ARRAY_LEN(options), &first) != OK)
		return CLI_USAGE;
	if (first != argc)
		return cli_usage("pow", "list takes no words, only options");
	list = json_array();
	for (unsigned i = 0; (name = pow_algo_at(i, &text)); i++) {
		if (pow_algo_new(name, NULL, 0, &algo, &why) != OK) {
			json_decref(list);
			return fail(&why);
		}
		if (as_json)
			json_array_append_new(list, algo_json(algo, text));
		else
			print_algo(algo, text);
		pow_algo_free(algo);
	}
	if (as_json)
		print_json(list);
	else
		json_decref(list);
	return report_faults();
}

/* One measuring thread: what it is told, then what it found. */
struct runner {
	pthread_t thread;
	struct pow_ctx *ctx;
	unsigned batch;
	int64_t seconds;
	pthread_barrier_t *start;

	uint64_t hashes;
	double cpu_s, wall_s;
};

static double cpu_seconds(void)
{
	struct timespec t;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* Hashes until the time is over; looks at the clock about once a millisecond. */
static void *run(void *arg)
{
	struct runner *r = arg;
	uint8_t(*headers)[POW_HEADER_LEN] = mem_alloc_array(r->batch, POW_HEADER_LEN);
	uint8_t(*hashes)[POW_HASH_LEN] = mem_alloc_array(r->batch, POW_HASH_LEN);
	int64_t start_us, before_us, now_us;
	unsigned rounds = 1;
	double cpu_before;

	random_bytes(headers, (size_t)r->batch * POW_HEADER_LEN);
	pow_hash(r->ctx, r->batch, (const uint8_t(*)[POW_HEADER_LEN])headers, hashes);
	pthread_barrier_wait(r->start);
	cpu_before = cpu_seconds();
	start_us = now_us = clock_mono_us();
	while (now_us - start_us < r->seconds * 1000000) {
		before_us = now_us;
		for (unsigned i = 0; i < rounds; i++) {
			put_le64(headers[i % r->batch] + POW_HEADER_LEN - 8, r->hashes + i);
			pow_hash(r->ctx, r->batch, (const uint8_t(*)[POW_HEADER_LEN])headers,
				hashes);
		}
		r->hashes += (uint64_t)rounds * r->batch;
		now_us = clock_mono_us();
		if (now_us - before_us < 1000)
			rounds *= 2;
	}
	r->cpu_s = cpu_seconds() - cpu_before;
	r->wall_s = (double)(now_us - start_us) / 1e6;
	free(headers);
	free(hashes);
	return NULL;
}

struct bench {
	struct choice choice;
	int64_t batch, threads, seconds;
	bool as_json;
};

static void report(const struct bench *bench, const struct runner *runners)
{
	const struct pow_ctx *ctx = runners[0].ctx;
	double per_s = 0, cpu_s = 0;
	uint64_t hashes = 0;

	for (int64_t i = 0; i < bench->threads; i++) {
		per_s += (double)runners[i].hashes / runners[i].wall_s;
		cpu_s += runners[i].cpu_s;
		hashes += runners[i].hashes;
	}
	if (!bench->as_json) {
		printf("%s by %s, %u at a time, %d threads: %.1f hashes/s, %.1f per second of "
		       "CPU\n",
			pow_algo_name(bench->choice.algo), pow_ctx_variant(ctx), runners[0].batch,
			(int)bench->threads, per_s, (double)hashes / cpu_s);
		return;
	}
	print_json(json_pack("{s:s, s:s, s:i, s:i, s:I, s:I, s:f, s:f}", "algo",
		pow_algo_name(bench->choice.algo), "variant", pow_ctx_variant(ctx), "batch",
		(int)runners[0].batch, "threads", (int)bench->threads, "memory_bytes_per_thread",
		(json_int_t)pow_ctx_memory(ctx), "hashes", (json_int_t)hashes, "hashes_per_second",
		per_s, "hashes_per_cpu_second", (double)hashes / cpu_s));
}

/* All contexts first, then all threads at once. */
static int measure(const struct bench *bench, const char *variant)
{
	struct runner *runners = NEW_ARRAY(struct runner, (size_t)bench->threads);
	pthread_barrier_t start;
	struct why why = {0};
	int64_t open = 0;
	int result = CLI_OK;

	pthread_barrier_init(&start, NULL, (unsigned)bench->threads);
	for (; open < bench->threads && result == CLI_OK; open++) {
		struct runner *r = &runners[open];

		if (pow_ctx_new(bench->choice.algo, variant, &r->ctx, &why) != OK)
			result = fail(&why);
		else
			r->batch = bench->batch ? (unsigned)bench->batch : pow_ctx_batch(r->ctx);
		r->seconds = bench->seconds;
		r->start = &start;
	}
	for (int64_t i = 0; result == CLI_OK && i < bench->threads; i++) {
		int e = pthread_create(&runners[i].thread, NULL, run, &runners[i]);

		if (e != 0) {
			fprintf(stderr, "kozan pow: cannot start thread: %s\n", strerror(e));
			exit(CLI_FAILED); /* the others wait at the barrier */
		}
	}
	for (int64_t i = 0; result == CLI_OK && i < bench->threads; i++)
		pthread_join(runners[i].thread, NULL);
	if (result == CLI_OK)
		report(bench, runners);
	for (int64_t i = 0; i < open; i++)
		pow_ctx_free(runners[i].ctx);
	pthread_barrier_destroy(&start);
	free(runners);
	return result;
}

static int pow_cmd_bench(int argc, char **argv)
{
	struct bench bench = {.threads = 1, .seconds = 5};
	const struct cli_option options[] = {
		{"algo", 'a', CLI_TEXT, &bench.choice.algo_name},
		{"set", 's', CLI_LIST, &bench.choice.settings},
		{"variant", 'v', CLI_TEXT, &bench.choice.variant},
		{"batch", 'b', CLI_INT, &bench.batch, 1, BATCH_MAX},
		{"threads", 't', CLI_INT, &bench.threads, 1, THREADS_MAX},
		{"seconds", 'n', CLI_INT, &bench.seconds, 1, 3600},
		{"json", 'j', CLI_FLAG, &bench.as_json},
	};
	const char *variant;
	int first, result;

	if (cli_options(argc, argv, options, ARRAY_LEN(options), &first) != OK)
		return CLI_USAGE;
	if (first != argc)
		return cli_usage("pow", "bench takes no words, only options");
	result = make_algo(&bench.choice);
	if (result != CLI_OK)
		return result;
	variant = bench.choice.variant;
	if (!variant)
		variant = pow_choose_variant(bench.choice.algo, (unsigned)bench.threads);
	result = measure(&bench, variant);
	pow_algo_free(bench.choice.algo);
	return result;
}

int cli_pow(int argc, char **argv)
{
	static const struct {
		const char *name;
		int (*run)(int argc, char **argv);
	} actions[] = {{"hash", pow_cmd_hash}, {"list", pow_cmd_list}, {"bench", pow_cmd_bench}};

	for (unsigned i = 0; argc >= 2 && i < ARRAY_LEN(actions); i++) {
		if (strcmp(argv[1], actions[i].name) == 0) {
			argv[1] = argv[0]; /* for messages: who speaks is "pow" */
			return actions[i].run(argc - 1, argv + 1);
		}
	}
	return cli_usage("pow", "hash, list or bench?");
}
