/*
 * load_miners.h -- many pretended miners on one epoll: connecting, logging in, sending shares and
 * counting what comes back.
 *
 * A failure of any kind ends the program: a measurement with a lost miner is none.
 */
#ifndef BENCH_LOAD_MINERS_H
#define BENCH_LOAD_MINERS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

enum {
	MINER_LINE_MAX = 400,   /* [bytes] of a submit */
	MINER_SHARES_MAX = 64,  /* under way of one miner; Kozan takes 100 */
	MINERS_STEP_US = 10,    /* of the latency histogram … */
	MINERS_STEPS = 2000000, /* … which ends at 20 s */
};

enum miner_state { MINER_CONNECTING, MINER_LOGGING_IN, MINER_READY };

struct miner {
	int fd;
	unsigned idx;
	enum miner_state state;
	struct buf partial;          /* lines that have not ended yet */
	char submit[MINER_LINE_MAX]; /* made once for a job; only the nonce changes */
	unsigned submit_len, nonce_at;
	uint32_t nonce;
	unsigned head, under_way;           /* a ring, because answers come in order: … */
	int64_t since_us[MINER_SHARES_MAX]; /* … since when each share waits */
	int64_t told_ns;                    /* when the newest job came */
	int64_t opened_us;
};

struct miners {
	const char *user; /* the worker of miner i is USER.wi */
	uint16_t port;
	unsigned count;
	bool has_stamps;  /* take told_ns from the kernel: our own delay does not count */
	bool is_refilled; /* an answered share is replaced by a new one */
	bool is_sampled;  /* latencies go into the histogram */

	int epoll;
	struct miner *all;
	unsigned opened, ready;
	int64_t stamp_ns;
	uint64_t told, accepted, rejected, under_way;
	int64_t login_max_us; /* the longest time from connecting to a first job */
	uint32_t *steps;      /* the histogram */
	uint64_t samples;
};

void die(const char *what) __attribute__((noreturn));

/** miners_init(m): user, port, count and has_stamps are set, all else is zero. */
void miners_init(struct miners *m);
void miners_fini(struct miners *m);
/** miners_turn(m, timeout_us): wait for something to come, and act on it. */
void miners_turn(struct miners *m, int64_t timeout_us);
/** miners_log_in(m): connect all, subscribe, authorise, and wait until each has a job. */
void miners_log_in(struct miners *m);
/** miners_pretend_login(m): connect all to a server that gives no jobs. */
void miners_pretend_login(struct miners *m);
/** miners_submit(m, one, n, since_us): up to n shares in one write, as the ring has room. */
void miners_submit(struct miners *m, struct miner *one, unsigned n, int64_t since_us);
/** miners_latency_ms(m, part): the latency that this part (0..1) of the samples did not exceed. */
double miners_latency_ms(const struct miners *m, double part);

#endif
