/*
 * bench_store.c -- how fast work goes into the database: slots a second, rows for a million shares.
 *
 *   bench_store sqlite FILE [WORKERS [MINUTES]]
 *   bench_store mariadb SOCKET [WORKERS [MINUTES]]    as root without a password
 *
 * Each worker brings SHARES_A_MINUTE shares, a height lasts two minutes, and a node hands its work
 * over every FLUSHES_A_MINUTE-th of a minute: most slots are added to a few times. The first minute
 * makes the workers; the others are measured. One JSON object.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "conf/conf.h"
#include "store/store_admin.h"
#include "store/store_node.h"
#include "store/store_slot.h"
#include "store/store_stats.h"

#define SHARES_A_MINUTE  4
#define FLUSHES_A_MINUTE 4
#define BATCH            5000 /* slots at once */

static struct why why;

#define MUST(call)                                                                                 \
	do {                                                                                       \
		enum err err_ = (call);                                                            \
		if (err_ != OK) {                                                                  \
			fprintf(stderr, "bench_store: %s: %s\n", err_text(err_), why.text);        \
			exit(1);                                                                   \
		}                                                                                  \
	} while (0)

struct bench {
	struct store *st;
	int64_t pool, node, seq, slots;
	char (*names)[2][24]; /* address, worker */
	struct store_slot_add batch[BATCH];
	size_t n;
};

static void hand_over(struct bench *b)
{
	struct store_flush flush = {b->node, 1, b->seq, b->seq + 1, b->batch, b->n, NULL, 0};

	MUST(store_slot_flush(b->st, &flush, &why));
	b->seq++;
	b->slots += (int64_t)b->n;
	b->n = 0;
}

static void run_minute(struct bench *b, unsigned workers, int64_t minute)
{
	for (unsigned turn = 0; turn < FLUSHES_A_MINUTE; turn++) {
		for (unsigned i = 0; i < workers; i++) {
			b->batch[b->n++] = (struct store_slot_add){b->pool, 100 + minute / 2,
				minute, b->names[i][0], b->names[i][1], 1000 + i,
				SHARES_A_MINUTE / FLUSHES_A_MINUTE, minute * 60000 + i};
			if (b->n == BATCH)
				hand_over(b);
		}
		hand_over(b);
	}
}

static void open_store(struct bench *b, const char *engine, char *where)
{
	struct conf_store conf = {.path = where};
	struct store_admin root = {"root", "", "%"};

	if (strcmp(engine, "mariadb") == 0) {
		conf = (struct conf_store){.engine = CONF_ENGINE_MARIADB,
			.host = (char *)"",
			.socket = where,
			.database = (char *)"kozan_bench",
			.user = (char *)"root",
			.password = (char *)"",
			.tls_ca = (char *)"",
			.connect_timeout_ms = 5000,
			.timeout_ms = 60000,
			.stratum.user = (char *)"",
			.ledger.user = (char *)"",
			.web.user = (char *)""};
		MUST(store_init(&conf, &root, &why));
	}
	MUST(store_open(&conf, &b->st, &why));
	MUST(store_migrate(b->st, &why));
	MUST(store_pool_ensure(b->st, "bench", "litecoin", "regtest", 0, &b->pool, &why));
	MUST(store_node_claim(b->st, "bench", "bench", clock_wall_ms(), -1, &b->node, &why));
}

int main(int argc, char **argv)
{
	unsigned workers = argc > 3 ? (unsigned)atoi(argv[3]) : 2000;
	int64_t minutes = argc > 4 ? atoi(argv[4]) : 5, cold_us, us;
	struct bench *b = NEW(struct bench);
	struct store_sum sum;

	if (argc < 3) {
		fprintf(stderr,
			"usage: bench_store sqlite|mariadb FILE|SOCKET [WORKERS [MINUTES]]\n");
		return 2;
	}
	open_store(b, argv[1], argv[2]);
	b->names = (char(*)[2][24])mem_alloc_array(workers, sizeof *b->names);
	for (unsigned i = 0; i < workers; i++) {
		snprintf(b->names[i][0], sizeof b->names[i][0], "address%u", i / 3);
		snprintf(b->names[i][1], sizeof b->names[i][1], "rig%u", i);
	}
	cold_us = clock_mono_us();
	run_minute(b, workers, 0);
	cold_us = clock_mono_us() - cold_us;
	b->slots = 0;
	us = clock_mono_us();
	for (int64_t minute = 1; minute <= minutes; minute++)
		run_minute(b, workers, minute);
	us = clock_mono_us() - us;
	MUST(store_sum_pool(b->st, b->pool, 1, minutes, &sum, &why));
	printf("{\"engine\":\"%s\",\"workers\":%u,\"first_minute_ms\":%" PRId64
	       ",\"slots_per_s\":%.0f,\"shares\":%" PRId64 ",\"shares_per_s\":%.0f,"
	       "\"rows_per_million_shares\":%.0f}\n",
		argv[1], workers, cold_us / 1000, (double)b->slots * 1e6 / (double)us, sum.shares,
		(double)sum.shares * 1e6 / (double)us,
		1e6 * (double)workers * (double)minutes / (double)sum.shares);
	store_close(b->st);
	return 0;
}
