/*
 * load_mine.h -- miners as they are outside: real work, at a steady pace, and when the pool goes
 * away they come back by themselves. They count for themselves what was acknowledged.
 */
#ifndef BENCH_LOAD_MINE_H
#define BENCH_LOAD_MINE_H

#include <stdint.h>

struct mine_options {
	uint16_t port;
	char *users;        /* accounts, with commas between; the miners take turns */
	char *difficulties; /* as passwords ask for them, likewise; NULL: the port's */
	unsigned conns;     /* miners */
	unsigned rate;      /* [shares/s] of all together */
	unsigned hashes;    /* in difficulty 1, as 2^hashes */
	unsigned retry_ms;  /* from a lost connection to the next attempt, half to three halves */
	const char *algorithm;
	const char *log; /* a line for each share; NULL: none */
};

/** mine_run(o): until SIGTERM or SIGINT; then what is under way is answered, and the sums are
 * printed. SIGUSR1 prints those of all accounts together at once, and so does the start. */
void mine_run(const struct mine_options *o);

#endif
