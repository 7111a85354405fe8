/*
 * world.h -- one shard of the stratum role with a real journal, its jobs made by the test, and
 * miners as plain sockets: what a miner sees, without daemons, database or other processes.
 *
 * The coin is sha256d with one hash as the unit of work, so every hash is a share of work 1. The
 * network's target is out of reach: nothing here becomes a block.
 */
#ifndef TEST_STRATUM_WORLD_H
#define TEST_STRATUM_WORLD_H

#include <stdio.h>

#include "base/json.h"
#include "pow/pow.h"
#include "stratum/flush.h"
#include "stratum/pool.h"
#include "stratum/shard.h"

#define WORLD_HARD_BITS 0x1d00ffffu /* a block takes 2^32 hashes */
#define WORLD_EASY_BITS 0x207fffffu /* … two hashes */

struct world {
	struct conf conf;
	struct conf_pool pool_conf;
	struct conf_port port;
	struct pool pool;
	struct hasher hasher;
	struct shard_env env;
	struct shard *shard;
	struct pow_ctx *pow;
	char dir[32];
	char user[ADDRESS_TEXT_MAX]; /* whom to log in as */
	uint32_t seq;                /* of the newest job */
	uint8_t tip;                 /* what the newest job builds on */
};

/* A miner: what came last is kept in its fields. */
struct miner {
	struct world *world;
	int fd;
	FILE *in;
	uint32_t extranonce1;
	char token[TOKEN_TEXT_MAX]; /* of those tests that come back */
	double difficulty;
	char job_id[16];
	uint32_t time;
	bool is_clean;
	json_t *line;
};

/**
 * world_open(w, port, hash_threads): a shard that serves.
 *   port          only the difficulties and the pace are used
 *   hash_threads  0: the loop itself hashes
 */
void world_open(struct world *w, const struct conf_port *port, unsigned hash_threads);
void world_close(struct world *w);
/** world_job(w, bits, is_new_tip): the next job; every miner that is logged in gets it. */
void world_job(struct world *w, uint32_t bits, bool is_new_tip);
/** world_count(w, name): a counter of the shard, after all that was posted to it. */
#define world_count(w, name) (shard_barrier((w)->shard), count_read(&(w)->shard->counts, name))
/** world_let_pass(w, ms): sweep as if so much time had passed. */
void world_let_pass(struct world *w, int64_t ms);
/** world_free_shares(w): how many shares are not in use; stops the shard. */
unsigned world_free_shares(struct world *w);

void miner_connect(struct miner *m, struct world *w);
void miner_close(struct miner *m);
/** miner_reset(m): the connection ends without a farewell. */
void miner_reset(struct miner *m);
/** miner_send(m, fmt, …): one line, the newline added. */
void miner_send(struct miner *m, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/** miner_read(m): the next line; NULL at the end of the connection. Owned by the miner. */
json_t *miner_read(struct miner *m);
/** miner_answer(m, id): read up to the answer with this id; false at the end of the connection. */
bool miner_answer(struct miner *m, int id);
/** miner_wait_job(m): read up to the next job. */
void miner_wait_job(struct miner *m);
/** miner_login(m, password): subscribe, authorize, wait for a job. */
void miner_login(struct miner *m, const char *password);
/** miner_error(m): the error's code in the last answer; 0 when it was accepted. */
int miner_error(const struct miner *m);
/** miner_nonce(m, time, work): a nonce of the current job whose hash is worth at least work, and
 * less than twice as much. */
uint32_t miner_nonce(const struct miner *m, uint32_t time, int64_t work);
/** miner_submit(m, job_id, time, nonce): and read the answer; the error's code. */
int miner_submit(struct miner *m, const char *job_id, uint32_t time, uint32_t nonce);

#endif
