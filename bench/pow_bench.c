/*
 * pow_bench.c -- how fast each variant of each proof of work is on this machine, as ratios that
 * mean something while other programs run.
 *
 *     pow_bench [SECONDS [ALGORITHM...]]
 *
 * All variants of an algorithm are sampled in turn, a few milliseconds each, for SECONDS (default
 * 10), so that a noisy moment hits all of them; time is the thread's CPU time. Printed are the
 * median and the best of the samples, and the ratio of medians to the algorithm's first line. For
 * sha256d the first line is OpenSSL's Init, Update, Final.
 */
#include <assert.h>
#include <openssl/evp.h>
#include <openssl/sha.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/mem.h"
#include "base/random.h"
#include "pow/pow.h"

#define LINES_MAX   40
#define SAMPLES_MAX 4096
#define SAMPLE_S    0.01 /* of CPU time at least */
#define BATCH_MAX   16

static uint8_t headers[BATCH_MAX][POW_HEADER_LEN];

/* One line of the table. */
struct line {
	char name[40];
	struct pow_ctx *ctx[2]; /* one for each thread; none: OpenSSL */
	unsigned threads;
	unsigned batch;  /* hashes asked for at a time */
	unsigned rounds; /* batches in a sample */
	double rates[SAMPLES_MAX];
	unsigned n;
};

static double cpu_s(void)
{
	struct timespec t;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* Two one-shot EVP calls would cost five times as much: they look the algorithm up each time. */
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"
static void by_openssl(const uint8_t *header, uint8_t *hash)
{
	SHA256_CTX ctx;

	SHA256_Init(&ctx);
	SHA256_Update(&ctx, header, POW_HEADER_LEN);
	SHA256_Final(hash, &ctx);
	SHA256_Init(&ctx);
	SHA256_Update(&ctx, hash, POW_HASH_LEN);
	SHA256_Final(hash, &ctx);
}

/* Seconds of CPU that one thread spends on a sample. */
static double spend(const struct line *line, struct pow_ctx *ctx)
{
	uint8_t hashes[BATCH_MAX][POW_HASH_LEN];
	double begin = cpu_s();

	for (unsigned i = 0; i < line->rounds; i++) {
		if (ctx)
			pow_hash(ctx, line->batch, (const uint8_t(*)[POW_HEADER_LEN])headers,
				hashes);
		else
			by_openssl(headers[i % BATCH_MAX], hashes[0]);
	}
	return cpu_s() - begin;
}

struct helper {
	const struct line *line;
	double spent_s;
};

static void *help(void *arg)
{
	struct helper *helper = arg;

	helper->spent_s = spend(helper->line, helper->line->ctx[1]);
	return NULL;
}

static void sample(struct line *line)
{
	struct helper helper = {line, 0};
	double hashes = (double)line->rounds * line->batch, rate;
	pthread_t thread;

	if (line->threads == 2 && pthread_create(&thread, NULL, help, &helper) != 0)
		abort();
	rate = hashes / spend(line, line->ctx[0]);
	if (line->threads == 2) {
		pthread_join(thread, NULL);
		rate += hashes / helper.spent_s;
	}
	if (line->n < SAMPLES_MAX)
		line->rates[line->n++] = rate;
}

static int by_rate(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static void add_line(struct line *lines, unsigned *n, const struct pow_algo *algo,
	const char *variant, unsigned batch, unsigned threads)
{
	struct line *line = &lines[(*n)++];
	struct why why;

	assert(*n <= LINES_MAX);
	snprintf(line->name, sizeof(line->name), "%s%s", variant ? variant : "OpenSSL",
		threads == 2 ? ", 2 threads" : "");
	line->threads = threads;
	line->batch = batch;
	for (unsigned i = 0; variant && i < threads; i++) {
		if (pow_ctx_new(algo, variant, &line->ctx[i], &why) != OK) {
			fprintf(stderr, "pow_bench: %s\n", why.text);
			exit(1);
		}
	}
	for (line->rounds = 1; spend(line, line->ctx[0]) < SAMPLE_S;)
		line->rounds *= 2;
}

/* The base of the ratios, then every variant, then the chosen one on two threads. */
static unsigned add_lines(struct line *lines, const struct pow_algo *algo)
{
	const char *best = pow_choose_variant(algo, 1);
	struct pow_variant_info info;
	unsigned n = 0;

	if (strcmp(pow_algo_name(algo), "sha256d") == 0)
		add_line(lines, &n, algo, NULL, 1, 1);
	else
		add_line(lines, &n, algo, best, 1, 1);
	for (unsigned i = 0; pow_variant_at(algo, i, &info); i++)
		if (info.usable)
			add_line(lines, &n, algo, info.name, info.batch, 1);
	for (unsigned i = 0; pow_variant_at(algo, i, &info); i++)
		if (strcmp(info.name, best) == 0)
			add_line(lines, &n, algo, best, info.batch, 2);
	return n;
}

static void bench(const char *name, double seconds)
{
	struct line *lines = NEW_ARRAY(struct line, LINES_MAX);
	struct pow_algo *algo;
	struct why why;
	double base, spent = cpu_s();
	unsigned n;

	if (pow_algo_new(name, NULL, 0, &algo, &why) != OK) {
		fprintf(stderr, "pow_bench: %s\n", why.text);
		exit(2);
	}
	n = add_lines(lines, algo);
	for (spent = cpu_s(); cpu_s() - spent < seconds || lines[0].n < 3;)
		for (unsigned i = 0; i < n; i++)
			sample(&lines[i]);
	printf("\n| %s | at a time | median H/s | best H/s | ratio | samples |\n", name);
	printf("|---|---|---|---|---|---|\n");
	for (unsigned i = 0; i < n; i++) {
		struct line *l = &lines[i];

		qsort(l->rates, l->n, sizeof(double), by_rate);
		if (i == 0)
			base = l->rates[l->n / 2];
		printf("| %s | %u | %.0f | %.0f | %.2f | %u |\n", l->name, l->batch,
			l->rates[l->n / 2], l->rates[l->n - 1], l->rates[l->n / 2] / base, l->n);
		pow_ctx_free(l->ctx[0]);
		pow_ctx_free(l->ctx[1]);
	}
	pow_algo_free(algo);
	free(lines);
}

int main(int argc, char **argv)
{
	double seconds = argc > 1 ? strtod(argv[1], NULL) : 10;
	const char *name, *text;

	if (seconds <= 0) {
		fprintf(stderr, "usage: pow_bench [SECONDS [ALGORITHM...]]\n");
		return 2;
	}
	random_bytes(headers, sizeof(headers));
	for (int i = 2; i < argc; i++)
		bench(argv[i], seconds);
	for (unsigned i = 0; argc <= 2 && (name = pow_algo_at(i, &text)); i++)
		bench(name, seconds);
	return 0;
}
