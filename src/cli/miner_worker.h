/*
 * miner_worker.h -- one worker of the miner: a connection to the pool and the thread that hashes
 * for it.
 *
 * Thread:  a worker belongs to the thread in miner_worker_run(); its counters may be read by others
 *          after that has returned. Between workers only struct miner_shared is shared.
 */
#ifndef CLI_MINER_WORKER_H
#define CLI_MINER_WORKER_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "base/buf.h"
#include "cli/miner_job.h"
#include "pow/pow.h"

#define MINER_REASONS_MAX 16
#define MINER_PENDING_MAX 64

/* What all workers have in common. Everything but the atomics is fixed before they start. */
struct miner_shared {
	const char *host, *port, *pass;
	const struct pow_algo *algo;
	unsigned target_factor; /* see miner_target() */
	double rate;            /* hashes a second of one worker; 0 = as fast as it goes */
	int64_t want_shares;    /* accepted, over all workers; 0 = no limit */
	int64_t want_blocks;
	int ack_fd;   /* a line for every accepted share; -1 = none */
	bool is_loud; /* say what happens on standard error */
	atomic_bool stop;
	atomic_llong accepted, rejected, blocks, hashes;
};

struct miner_reason {
	char text[64];
	int64_t count;
};

/* A share that was sent and not yet answered. */
struct miner_pending {
	int64_t id; /* of the request; 0 = free */
	bool is_block;
	double difficulty;
	char job_id[64];
	uint8_t hash[POW_HASH_LEN];
};

enum miner_state {
	MINER_CLOSED,      /* no connection; waiting for the next attempt */
	MINER_SUBSCRIBING, /* mining.subscribe was sent */
	MINER_AUTHORIZING, /* mining.authorize was sent */
	MINER_WORKING,
};

struct miner_worker {
	struct miner_shared *shared;
	char user[160];
	char refused[128]; /* why the pool refused the user; empty = it did not */
	int64_t accepted, rejected, blocks, hashes, jobs, connects, unanswered;
	struct miner_reason reasons[MINER_REASONS_MAX];
	unsigned reason_count;

	/* the connection; start afresh with each one */
	enum miner_state state;
	int fd;
	struct buf input;
	int64_t next_id;
	int64_t heard_ms; /* monotonic time of the last line */
	struct buf extranonce1;
	unsigned extranonce2_len;
	double next_difficulty; /* counts from the next job on */
	struct miner_pending pending[MINER_PENDING_MAX];
	unsigned pending_count;

	/* the work */
	struct pow_ctx *pow;
	bool has_job;
	struct miner_job job;
	int64_t job_ms; /* monotonic time when it came */
	uint64_t extranonce2;
	uint8_t header[POW_HEADER_LEN]; /* nonce left out */
	uint64_t nonce;                 /* next one; 2^32 = the header is used up */
	int64_t next_hash_us;           /* monotonic time when the rate allows the next hash */
};

/** miner_worker_run(w): connect, mine, connect again, until shared->stop. BLOCKS. */
void miner_worker_run(struct miner_worker *w);

/* ---- miner_scan.c ---- */

/** miner_scan_start(w): begin on w->job; extranonce2 starts over when the job is a new one. */
void miner_scan_start(struct miner_worker *w, bool is_new_id);
/** miner_scan_wait_ms(w): how long the rate makes us wait before the next hashes; 0 = none. */
int miner_scan_wait_ms(const struct miner_worker *w);
/** miner_scan(w, found): hash a little; calls found(w, ntime, nonce, hash, is_block) for each
 * share. */
void miner_scan(struct miner_worker *w, void (*found)(struct miner_worker *w, uint32_t nonce,
						const uint8_t hash[POW_HASH_LEN], bool is_block));

#endif
