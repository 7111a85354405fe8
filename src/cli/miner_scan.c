/* miner_scan.c -- walking through nonces, extranonces and times of a job at a given pace. */
#include <string.h>

#include "base/bytes.h"
#include "base/clock.h"
#include "base/mem.h"
#include "cli/miner_worker.h"

#define BATCH_MAX     32
#define PACED_TURN_US 20000   /* a paced worker hashes this much of its rate at a time */
#define LATE_MAX_US   1000000 /* a pause longer than this is not made up for */
#define NONCES        (1ULL << 32)

static void put_extranonce2(const struct miner_worker *w, struct buf *out)
{
	uint8_t bytes[16] = {0};

	put_le64(bytes, w->extranonce2);
	buf_add(out, bytes, w->extranonce2_len);
}

static void next_header(struct miner_worker *w)
{
	struct buf extranonce2 = {0};
	uint32_t passed_s = (uint32_t)((clock_mono_ms() - w->job_ms) / 1000);

	put_extranonce2(w, &extranonce2);
	miner_job_header(
		&w->job, &w->extranonce1, &extranonce2, w->job.ntime + passed_s, w->header);
	buf_free(&extranonce2);
	w->nonce = 0;
}

void miner_scan_start(struct miner_worker *w, bool is_new_id)
{
	if (is_new_id)
		w->extranonce2 = 0;
	else
		w->extranonce2++;
	w->job_ms = clock_mono_ms();
	next_header(w);
}

int miner_scan_wait_ms(const struct miner_worker *w)
{
	int64_t us = w->next_hash_us - clock_mono_us();

	return us <= 0 ? 0 : (int)(us / 1000 + 1);
}

/* How many hashes now, given the rate; moves the time of the next ones. */
static unsigned take_turn(struct miner_worker *w)
{
	double rate = w->shared->rate;
	int64_t now_us = clock_mono_us();
	unsigned n = pow_ctx_batch(w->pow);

	if (rate > 0) {
		n = (unsigned)(rate * PACED_TURN_US / 1e6);
		if (w->next_hash_us < now_us - LATE_MAX_US)
			w->next_hash_us = now_us;
	}
	if (n < 1)
		n = 1;
	if (n > BATCH_MAX)
		n = BATCH_MAX;
	if (n > NONCES - w->nonce)
		n = (unsigned)(NONCES - w->nonce);
	if (rate > 0)
		w->next_hash_us += (int64_t)(n * 1e6 / rate);
	return n;
}

void miner_scan(struct miner_worker *w, void (*found)(struct miner_worker *w, uint32_t nonce,
						const uint8_t hash[POW_HASH_LEN], bool is_block))
{
	uint8_t headers[BATCH_MAX][POW_HEADER_LEN];
	uint8_t hashes[BATCH_MAX][POW_HASH_LEN];
	uint32_t first;
	unsigned n;

	if (w->nonce == NONCES) {
		w->extranonce2++;
		next_header(w);
	}
	n = take_turn(w);
	first = (uint32_t)w->nonce;
	w->nonce += n;
	for (unsigned i = 0; i < n; i++) {
		memcpy(headers[i], w->header, POW_HEADER_LEN);
		put_le32(headers[i] + 76, first + i);
	}
	pow_hash(w->pow, n, (const uint8_t(*)[POW_HEADER_LEN])headers, hashes);
	w->hashes += n;
	atomic_fetch_add(&w->shared->hashes, n);
	for (unsigned i = 0; i < n; i++) {
		bool is_block = miner_hash_meets(hashes[i], w->job.block_target);

		if (is_block || miner_hash_meets(hashes[i], w->job.share_target))
			found(w, first + i, hashes[i], is_block);
	}
}
