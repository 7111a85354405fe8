/*
 * stratum_load.c -- load for a stratum server: thousands of miners in one thread, bare epoll.
 *
 *   stratum_load load  …   every miner keeps shares under way (closed loop), or all together send
 *                          --rate a second; any hash must be a share at the server's port
 *   stratum_load echo  …   the same bytes against the least server there can be: the floor
 *   stratum_load idle  …   miners log in and stay until standard input ends
 *   stratum_load block …   how long after a new tip each miner is told of it
 *   stratum_load mine  …   real work at a steady rate, coming back after each loss of the
 *                          connection, counting what was acknowledged; until SIGTERM
 *
 * `stratum_load` alone lists the options. One JSON object a line. CPU times are of the whole
 * process --pid between the same two moments as the count of shares.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/mem.h"
#include "load_echo.h"
#include "load_mine.h"
#include "load_miners.h"
#include "load_moment.h"

enum { WARM_UP_MS = 1000, DRAIN_MS = 5000, QUIET_MS = 1500, BLOCK_TIMEOUT_MS = 10000 };

struct load {
	const char *mode, *notify;
	unsigned outstanding, rate, seconds, blocks;
	uint16_t tip_port;
	pid_t pid;
	struct miners miners;
	struct mine_options mine;
	uint64_t skipped; /* due shares of miners that had too many under way */
};

/* ---- load and echo ---- */

static void send_due(struct load *l, int64_t start_us, uint64_t *done)
{
	/* The first is due at once. */
	uint64_t due = (uint64_t)(clock_mono_us() - start_us) * l->rate / 1000000 + 1;

	for (; *done < due; (*done)++) {
		struct miner *one = &l->miners.all[*done % l->miners.count];

		if (one->under_way == MINER_SHARES_MAX)
			l->skipped++;
		else /* it waits since it was due, however late we are */
			miners_submit(&l->miners, one, 1,
				start_us + (int64_t)(*done * 1000000 / l->rate));
	}
}

static void run_for(struct load *l, int64_t for_ms)
{
	int64_t start_us = clock_mono_us(), end_us = start_us + for_ms * 1000;
	uint64_t done = 0;

	while (clock_mono_us() < end_us) {
		if (l->rate)
			send_due(l, start_us, &done);
		miners_turn(&l->miners, l->rate ? 200 : 20000);
	}
}

static void report_load(const struct load *l, const struct moment *took, uint64_t shares)
{
	const struct miners *m = &l->miners;
	double n = shares ? (double)shares : 1;

	printf("{\"mode\":\"%s\",\"conns\":%u,\"outstanding\":%u,\"rate\":%u,\"seconds\":%.3f,"
	       "\"accepted\":%" PRIu64 ",\"rejected\":%" PRIu64 ",\"skipped\":%" PRIu64
	       ",\"unanswered\":%" PRIu64 ",\"shares_per_s\":%.0f,\"server_us_per_share\":%.2f,"
	       "\"generator_us_per_share\":%.2f,\"latency_ms\":{\"p50\":%.2f,\"p99\":%.2f},"
	       "\"others_cpu_percent\":%.1f}\n",
		l->mode, m->count, l->rate ? 0 : l->outstanding, l->rate,
		(double)took->wall_us / 1e6, shares, m->rejected, l->skipped, m->under_way,
		n * 1e6 / (double)took->wall_us, (double)took->server_us / n,
		(double)took->own_us / n, miners_latency_ms(m, 0.5), miners_latency_ms(m, 0.99),
		moment_others(took));
}

static void measure_shares(struct load *l)
{
	struct miners *m = &l->miners;
	struct moment from, took;
	uint64_t before, shares;
	int64_t until_ms;

	m->is_refilled = !l->rate;
	for (unsigned i = 0; !l->rate && i < m->count; i++)
		miners_submit(m, &m->all[i], l->outstanding, clock_mono_us());
	run_for(l, WARM_UP_MS);
	m->is_sampled = true;
	from = moment_now(l->pid);
	before = m->accepted;
	run_for(l, l->seconds * 1000);
	took = moment_since(from, l->pid);
	shares = m->accepted - before;
	m->is_sampled = m->is_refilled = false;
	until_ms = clock_mono_ms() + DRAIN_MS;
	while (m->under_way && clock_mono_ms() < until_ms)
		miners_turn(m, 10000);
	report_load(l, &took, shares);
}

static void measure_load(struct load *l)
{
	miners_log_in(&l->miners);
	measure_shares(l);
}

static void measure_echo(struct load *l)
{
	unsigned rate = l->rate;

	l->pid = load_echo_start(l->miners.port);
	miners_pretend_login(&l->miners);
	l->rate = 0;
	run_for(l, 200); /* the answers to the logins must not count as shares */
	l->rate = rate;
	measure_shares(l);
	kill(l->pid, SIGKILL);
}

/* ---- idle ---- */

static void measure_idle(struct load *l)
{
	struct miners *m = &l->miners;
	struct moment from = moment_now(l->pid), took;
	char c;

	miners_log_in(m);
	took = moment_since(from, l->pid);
	printf("{\"mode\":\"idle\",\"conns\":%u,\"connects_per_s\":%.0f,\"server_us_per_conn\":%."
	       "1f,"
	       "\"login_max_ms\":%.1f,\"generator_us_per_conn\":%.1f,\"others_cpu_percent\":%.1f}"
	       "\n",
		m->ready, (double)m->ready * 1e6 / (double)took.wall_us,
		(double)took.server_us / (double)m->ready, (double)m->login_max_us / 1000,
		(double)took.own_us / (double)m->ready, moment_others(&took));
	fflush(stdout);
	fcntl(STDIN_FILENO, F_SETFL, O_NONBLOCK);
	while (read(STDIN_FILENO, &c, 1) != 0)
		miners_turn(m, 20000);
}

/* ---- block ---- */

/* A new tip at the stand-in daemon; then the notice that `kozan notify` would send, if wanted. */
static void make_tip(const struct load *l)
{
	static const char post[] = "POST /tip HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n";
	struct sockaddr_in at = {.sin_family = AF_INET, .sin_port = htons(l->tip_port)};
	struct sockaddr_un to = {.sun_family = AF_UNIX};
	int http = socket(AF_INET, SOCK_STREAM, 0), notice;
	char answer[256];

	at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	if (connect(http, (struct sockaddr *)&at, sizeof(at)) != 0 ||
		send(http, post, sizeof(post) - 1, 0) < 0 ||
		recv(http, answer, sizeof(answer), 0) <= 0)
		die("POST /tip");
	close(http);
	if (!l->notify)
		return;
	notice = socket(AF_UNIX, SOCK_DGRAM, 0);
	if (!str_copy(to.sun_path, sizeof(to.sun_path), l->notify) ||
		sendto(notice, "", 0, 0, (struct sockaddr *)&to, sizeof(to)) < 0)
		die(l->notify);
	close(notice);
}

static int cmp_i64(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return (x > y) - (x < y);
}

static void report_block(const struct load *l, int64_t *after_ns, const struct moment *took)
{
	unsigned n = l->miners.count;

	qsort(after_ns, n, sizeof(*after_ns), cmp_i64);
	printf("{\"mode\":\"block\",\"conns\":%u,\"told\":%" PRIu64 ",\"first_ms\":%.2f,"
	       "\"median_ms\":%.2f,\"p99_ms\":%.2f,\"last_ms\":%.2f,\"server_us_per_conn\":%.2f}\n",
		n, l->miners.told, (double)after_ns[0] / 1e6, (double)after_ns[n / 2] / 1e6,
		(double)after_ns[(size_t)n * 99 / 100] / 1e6, (double)after_ns[n - 1] / 1e6,
		(double)took->server_us / (double)n);
	fflush(stdout);
}

static void measure_block(struct load *l)
{
	struct miners *m = &l->miners;
	int64_t *after_ns = NEW_ARRAY(int64_t, m->count), from_ns, until_ms;
	struct moment from, took;

	run_for(l, QUIET_MS);
	m->told = 0;
	from = moment_now(l->pid);
	from_ns = clock_wall_ns();
	until_ms = clock_mono_ms() + BLOCK_TIMEOUT_MS;
	make_tip(l);
	while (m->told < m->count && clock_mono_ms() < until_ms)
		miners_turn(m, 1000);
	took = moment_since(from, l->pid);
	if (m->told < m->count)
		die("not every miner was told of the block");
	for (unsigned i = 0; i < m->count; i++)
		after_ns[i] = m->all[i].told_ns - from_ns;
	report_block(l, after_ns, &took);
	free(after_ns);
}

static void measure_blocks(struct load *l)
{
	miners_log_in(&l->miners);
	for (unsigned i = 0; i < l->blocks; i++)
		measure_block(l);
}

/* ---- mine ---- */

static void mine(struct load *l)
{
	struct mine_options *o = &l->mine;

	o->port = l->miners.port;
	o->users = str_dup(l->miners.user);
	o->conns = l->miners.count;
	o->rate = l->rate;
	mine_run(o);
	free(o->users);
}

/* ---- */

static const struct {
	const char *name;
	void (*measure)(struct load *l);
} modes[] = {
	{"load", measure_load},
	{"echo", measure_echo},
	{"idle", measure_idle},
	{"block", measure_blocks},
	{"mine", mine},
};

static void usage(void) __attribute__((noreturn));

static void usage(void)
{
	fputs("stratum_load load|echo|idle|block|mine --port PORT --user ADDRESS --conns N\n"
	      "  --pid PID          the server, whose CPU time is read\n"
	      "  --seconds S        load, echo: how long to measure (5)\n"
	      "  --outstanding K    load, echo: shares under way of each miner (1)\n"
	      "  --rate R           load, echo: R shares a second from all together instead;\n"
	      "                     mine: that many\n"
	      "  --blocks B         block: how many (5)\n"
	      "  --tip-port PORT    block: the stand-in daemon\n"
	      "  --notify SOCKET    block: where the pool waits for a notice of new blocks\n"
	      "  --user A,B,…       mine: accounts, which the miners share among them\n"
	      "  --difficulty D,…   mine: what the miners ask for with their password\n"
	      "  --algorithm NAME   mine: sha256d (the default) or another one\n"
	      "  --hashes BITS      mine: difficulty 1 is 2^BITS hashes (32)\n"
	      "  --retry MS         mine: how long after a loss a miner comes again (500)\n"
	      "  --log FILE         mine: a line for each share\n",
		stderr);
	exit(2);
}

static unsigned number(const char *text, unsigned max)
{
	char *end;
	unsigned long n = strtoul(text, &end, 10);

	if (end == text || *end || n > max)
		usage();
	return (unsigned)n;
}

static void read_options(struct load *l, int argc, char **argv)
{
	static const struct option known[] = {{"port", 1, 0, 'p'}, {"user", 1, 0, 'u'},
		{"conns", 1, 0, 'c'}, {"pid", 1, 0, 'P'}, {"seconds", 1, 0, 's'},
		{"outstanding", 1, 0, 'k'}, {"rate", 1, 0, 'r'}, {"blocks", 1, 0, 'b'},
		{"tip-port", 1, 0, 't'}, {"notify", 1, 0, 'n'}, {"difficulty", 1, 0, 'd'},
		{"algorithm", 1, 0, 'a'}, {"hashes", 1, 0, 'h'}, {"retry", 1, 0, 'w'},
		{"log", 1, 0, 'l'}, {0}};
	int c;

	while ((c = getopt_long(argc, argv, "", known, NULL)) != -1) {
		switch (c) {
		case 'p': l->miners.port = (uint16_t)number(optarg, UINT16_MAX); break;
		case 'u': l->miners.user = optarg; break;
		case 'c': l->miners.count = number(optarg, 60000); break;
		case 'P': l->pid = (pid_t)number(optarg, INT32_MAX); break;
		case 's': l->seconds = number(optarg, 3600); break;
		case 'k': l->outstanding = number(optarg, MINER_SHARES_MAX); break;
		case 'r': l->rate = number(optarg, 1000000); break;
		case 'b': l->blocks = number(optarg, 1000); break;
		case 't': l->tip_port = (uint16_t)number(optarg, UINT16_MAX); break;
		case 'n': l->notify = optarg; break;
		case 'd': l->mine.difficulties = optarg; break;
		case 'a': l->mine.algorithm = optarg; break;
		case 'h': l->mine.hashes = number(optarg, 62); break;
		case 'w': l->mine.retry_ms = number(optarg, 3600000); break;
		case 'l': l->mine.log = optarg; break;
		default: usage();
		}
	}
	if (argc - optind != 1 || !l->miners.port || !l->miners.user || !l->miners.count ||
		!l->outstanding)
		usage();
	l->mode = argv[optind];
}

int main(int argc, char **argv)
{
	struct load l = {.outstanding = 1,
		.seconds = 5,
		.blocks = 5,
		.mine = {.hashes = 32, .retry_ms = 500, .algorithm = "sha256d"}};
	struct rlimit files;

	read_options(&l, argc, argv);
	if (getrlimit(RLIMIT_NOFILE, &files) == 0) {
		files.rlim_cur = files.rlim_max;
		setrlimit(RLIMIT_NOFILE, &files);
	}
	for (size_t i = 0; i < ARRAY_LEN(modes); i++) {
		if (strcmp(l.mode, modes[i].name) != 0)
			continue;
		l.miners.has_stamps = strcmp(l.mode, "block") == 0;
		miners_init(&l.miners);
		modes[i].measure(&l);
		miners_fini(&l.miners);
		return l.miners.rejected ? 1 : 0;
	}
	usage();
}
