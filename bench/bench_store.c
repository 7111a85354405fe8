/*
 * bench_store.c -- what the shares of many workers cost in the database.
 *
 *   bench_store sqlite FILE [WORKERS [MINUTES [RECORDS]]]
 *   bench_store mariadb SOCKET [WORKERS [MINUTES [RECORDS]]]     as root, without a password
 *
 * Each worker brings SHARES_A_MINUTE shares at random moments; a height lasts HEIGHT_S seconds.
 * They go the node's way: summed by stratum/slots, stored by the store, every COLLECT_S as a busy
 * node does, and at once with a new height. The first minutes make the workers; then MINUTES, which
 * begin a period of the statistics, are measured. After that a journal of RECORDS shares is
 * replayed. Prints one JSON object.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/path.h"
#include "conf/conf.h"
#include "journal/journal.h"
#include "store/sql_priv.h"
#include "store/store_admin.h"
#include "store/store_node.h"
#include "store/store_slot.h"
#include "store/store_stats.h"
#include "stratum/slots.h"

#define SHARES_A_MINUTE 4
#define HEIGHT_S        150
#define COLLECT_S       15     /* stratum/flush.c */
#define BATCH_RECORDS   100000 /* the same */
#define WARM_MINUTES    2
#define ADDRESS         "ltc1q%054u" /* as long as they are */

static struct why why;

#define MUST(call)                                                                                 \
	do {                                                                                       \
		enum err err_ = (call);                                                            \
		if (err_ != OK) {                                                                  \
			fprintf(stderr, "bench_store: %s: %s\n", err_text(err_), why.text);        \
			exit(1);                                                                   \
		}                                                                                  \
	} while (0)

struct worker {
	char address[64], name[16];
	int64_t work; /* of its shares */
};

struct bench {
	struct store *st;
	bool is_server;
	int server_pid;
	int64_t pool, node, seq;
	int64_t shares, batches, slots;
	unsigned workers_n;
	struct worker *workers;
	uint64_t seed;
	struct slots collected;
};

/* What is read before and after. */
struct costs {
	double client_s, server_s, wall_s;
	int64_t rows, bytes, redo;
};

static unsigned below(struct bench *b, unsigned n)
{
	b->seed = b->seed * 6364136223846793005u + 1442695040888963407u;
	return (unsigned)((b->seed >> 32) * n >> 32);
}

/* ---- work ---- */

static void hand_over(struct bench *b, int64_t epoch)
{
	struct slots *s = &b->collected;
	struct store_flush flush = {b->node, epoch, b->seq, (int64_t)s->last_seq, s->list, s->count,
		s->flushed, s->flushed_count};

	if (s->records == 0)
		return;
	MUST(store_slot_flush(b->st, &flush, &why));
	b->seq = flush.through_seq;
	b->batches++;
	b->slots += (int64_t)s->count;
	slots_clear(s);
}

static void bring_share(struct bench *b, int64_t now_ms)
{
	const struct worker *w = &b->workers[below(b, b->workers_n)];
	struct journal_record r = {.type = JOURNAL_SHARE,
		.epoch = 1,
		.seq = (uint64_t)(b->seq + (int64_t)b->collected.records + 1),
		.pool = 1,
		.height = (uint32_t)(now_ms / 1000 / HEIGHT_S),
		.time_ms = now_ms,
		.work = w->work,
		.address = w->address,
		.worker = w->name};

	slots_add(&b->collected, &r, b->pool);
	b->shares++;
}

static void run_minutes(struct bench *b, int64_t from_minute, int64_t minutes)
{
	for (int64_t s = from_minute * 60; s < (from_minute + minutes) * 60; s++) {
		unsigned n = b->workers_n * SHARES_A_MINUTE / 60;

		for (unsigned i = 0; i < n; i++)
			bring_share(b, s * 1000 + i * 1000 / n);
		if (s % COLLECT_S == 0 || s % HEIGHT_S == 0 ||
			b->collected.records >= BATCH_RECORDS)
			hand_over(b, 1);
	}
	hand_over(b, 1);
}

static void make_workers(struct bench *b)
{
	b->workers = NEW_ARRAY(struct worker, b->workers_n);
	for (unsigned i = 0; i < b->workers_n; i++) {
		struct worker *w = &b->workers[i];

		snprintf(w->address, sizeof w->address, ADDRESS, i / 3);
		snprintf(w->name, sizeof w->name, "rig%u", i % 3);
		w->work = 1000 + below(b, 60000);
	}
}

/* ---- what it costs ---- */

static int64_t number(struct bench *b, const char *text)
{
	int64_t n;

	MUST(sql_one(b->st, text, NO_BINDS, &n, &why));
	return n;
}

static double server_cpu_s(const struct bench *b)
{
	char path[64], text[1024] = "";
	unsigned long user = 0, kernel = 0;
	const char *fields;
	FILE *f;

	snprintf(path, sizeof path, "/proc/%d/stat", b->server_pid);
	f = fopen(path, "r");
	if (!f || !fgets(text, sizeof text, f) || !(fields = strrchr(text, ')')) ||
		sscanf(fields + 2, "%*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu", &user,
			&kernel) != 2) {
		fprintf(stderr, "bench_store: cannot read %s\n", path);
		exit(1);
	}
	fclose(f);
	return (double)(user + kernel) / (double)sysconf(_SC_CLK_TCK);
}

static int64_t count_bytes(struct bench *b)
{
	if (!b->is_server)
		return number(b, "SELECT page_count * page_size FROM pragma_page_count(),"
				 " pragma_page_size()");
	MUST(sql_run(b->st, "ANALYZE TABLE batch, slot, account, worker, journal_cursor, node_pool",
		NO_BINDS, &why));
	return number(b, "SELECT SUM(data_length + index_length) FROM information_schema.tables"
			 " WHERE table_schema = DATABASE()");
}

static void count_rows(struct bench *b, struct costs *c)
{
	c->rows = number(b, "SELECT (SELECT COUNT(*) FROM batch) + (SELECT COUNT(*) FROM slot)"
			    " + (SELECT COUNT(*) FROM account) + (SELECT COUNT(*) FROM worker)");
	c->bytes = count_bytes(b);
	if (b->is_server)
		c->redo = number(b, "SELECT CAST(variable_value AS SIGNED) FROM"
				    " information_schema.global_status"
				    " WHERE variable_name = 'INNODB_OS_LOG_WRITTEN'");
}

static void take_time(struct bench *b, struct costs *c)
{
	struct rusage own;

	getrusage(RUSAGE_SELF, &own);
	c->client_s = (double)(own.ru_utime.tv_sec + own.ru_stime.tv_sec) +
		      (double)(own.ru_utime.tv_usec + own.ru_stime.tv_usec) / 1e6;
	c->server_s = b->is_server ? server_cpu_s(b) : 0;
	c->wall_s = (double)clock_mono_us() / 1e6;
}

/* ---- the database ---- */

static void read_pid_file(const struct sql *q, void *row)
{
	struct buf text = {0};

	MUST(path_read(sql_str(q, 0), 64, &text, &why));
	*(int *)row = atoi(buf_str(&text));
	buf_free(&text);
}

static void open_store(struct bench *b, const char *engine, char *where)
{
	static const struct sql_type pid_row = {sizeof(int), read_pid_file, NULL};
	struct conf_store conf = {.path = where};
	struct store_admin root = {"root", "", "%"};

	b->is_server = strcmp(engine, "mariadb") == 0;
	if (b->is_server) {
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
	if (b->is_server)
		MUST(sql_get(b->st, &pid_row, "SELECT @@pid_file", NO_BINDS, &b->server_pid, &why));
}

/* ---- replay of a journal ---- */

static void write_journal(struct bench *b, const char *dir, int64_t records)
{
	struct journal_options options = {
		.dir = dir, .node_id = (uint32_t)b->node, .epoch = 2, .sync = JOURNAL_SYNC_OS};
	int64_t now_ms = clock_wall_ms();
	struct journal *j;

	MUST(journal_open(&options, &j, &why));
	for (int64_t i = 0; i < records;) {
		const struct worker *w = &b->workers[below(b, b->workers_n)];
		int64_t ms = now_ms + i * 60000 / (b->workers_n * SHARES_A_MINUTE);
		struct journal_share share = {.worker = journal_worker(j, w->address, w->name),
			.pool = 1,
			.height = (uint32_t)(ms / 1000 / HEIGHT_S),
			.work = w->work,
			.time_ms = ms};

		if (journal_append(j, &share) > 0)
			i++;
		else
			clock_sleep_ms(1); /* the disk is behind */
	}
	journal_close(j);
}

/* As fast as it goes, in the batches that a node makes of what has waited. */
static double replay_s(struct bench *b, int64_t records)
{
	char dir[] = "/tmp/bench-store-XXXXXX", *command;
	int64_t begin_us;
	struct journal_reader *reader;
	struct journal_record r;
	enum err err;

	if (!mkdtemp(dir))
		exit(1);
	write_journal(b, dir, records);
	b->seq = 0;
	begin_us = clock_mono_us();
	MUST(journal_reader_open(dir, &reader, &why));
	while ((err = journal_reader_next(reader, &r, &why)) == OK) {
		if (b->collected.records >= BATCH_RECORDS)
			hand_over(b, 2);
		slots_add(&b->collected, &r, b->pool);
	}
	if (err != ERR_NOT_FOUND)
		MUST(err);
	hand_over(b, 2);
	begin_us = clock_mono_us() - begin_us;
	journal_reader_close(reader);
	command = str_printf("rm -rf %s", dir);
	if (system(command) != 0)
		exit(1);
	free(command);
	return (double)begin_us / 1e6;
}

/* ---- main ---- */

static void print(
	const struct bench *b, const struct costs *a, const struct costs *z, int64_t minutes)
{
	double millions = (double)b->shares / 1e6, wall_s = z->wall_s - a->wall_s;

	printf("{\"engine\":\"%s\",\"workers\":%u,\"minutes\":%" PRId64 ",\"shares\":%" PRId64
	       ",\"batches\":%" PRId64 ",\"slots\":%" PRId64 ",\"rows\":%" PRId64
	       ",\"shares_a_row\":%.1f",
		b->is_server ? "mariadb" : "sqlite", b->workers_n, minutes, b->shares, b->batches,
		b->slots, z->rows - a->rows, (double)b->shares / (double)(z->rows - a->rows));
	printf(",\"per_million_shares\":{\"bytes\":%.0f,\"redo_bytes\":%.0f,\"server_cpu_s\":%.2f,"
	       "\"client_cpu_s\":%.2f,\"wall_s\":%.2f},\"times_real_time\":%.0f",
		(double)(z->bytes - a->bytes) / millions, (double)(z->redo - a->redo) / millions,
		(z->server_s - a->server_s) / millions, (z->client_s - a->client_s) / millions,
		wall_s / millions, (double)minutes * 60 / wall_s);
}

int main(int argc, char **argv)
{
	struct bench b = {.workers_n = argc > 3 ? (unsigned)atoi(argv[3]) : 100000, .seed = 1};
	int64_t minutes = argc > 4 ? atoi(argv[4]) : 15,
		records = argc > 5 ? atoi(argv[5]) : 2000000;
	int64_t from_minute = clock_wall_ms() / 60000 / STORE_PERIOD_MINUTES * STORE_PERIOD_MINUTES;
	struct costs before = {0}, after = {0};

	if (argc < 3) {
		fprintf(stderr, "usage: bench_store sqlite|mariadb FILE|SOCKET"
				" [WORKERS [MINUTES [RECORDS]]]\n");
		return 2;
	}
	open_store(&b, argv[1], argv[2]);
	make_workers(&b);
	run_minutes(&b, from_minute - WARM_MINUTES, WARM_MINUTES);
	b.shares = b.batches = b.slots = 0;
	count_rows(&b, &before);
	take_time(&b, &before);
	run_minutes(&b, from_minute, minutes);
	take_time(&b, &after);
	count_rows(&b, &after);
	print(&b, &before, &after, minutes);
	printf(",\"replayed_records_a_s\":%.0f}\n", (double)records / replay_s(&b, records));
	free(b.workers);
	store_close(b.st);
	return 0;
}
