/* block.c -- see block.h. */
#include "stratum/block.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/hex.h"
#include "base/mem.h"
#include "coind/submit.h"
#include "stratum/block_meta.h"
#include "stratum/flush.h"
#include "stratum/payee.h"
#include "stratum/pool.h"
#include "stratum/share.h"

struct blocks {
	const struct pool *pool;
	const struct logger *log;
	struct flush *flush;
	struct submit *submit;
	unsigned node_id;
};

void block_found(struct blocks *b, const struct share *share)
{
	struct submit_block block = {.height = share->job->height};
	struct buf bytes = {0};
	char *meta, hash[65];

	job_block(share->job, payee_coinbase(share->payee, share->job), share->task.header,
		share->nonce, &bytes);
	coin_block_id_of(&b->pool->conf->coin, share->task.header, share->task.hash, block.id);
	memcpy(block.prev, share->job->template->prev, 32);
	meta = block_meta_text(share, block.id, b->node_id);
	block.bytes = bytes.data;
	block.len = bytes.len;
	block.meta = meta;
	submit_block(b->submit, &block);
	hex_encode_reversed(hash, block.id, 32);
	log_info(b->log, "block_found", "height=%" PRIu32 " hash=%s worker=%s.%s bytes=%zu",
		block.height, hash, share->address, share->worker, bytes.len);
	flush_block(b->flush, b->pool->idx, block.id, meta, NULL, false);
	free(meta);
	buf_free(&bytes);
}

static void on_answer(void *ctx, const struct submit_report *r)
{
	struct blocks *b = ctx;
	char hash[65];

	hex_encode_reversed(hash, r->id, 32);
	if (r->verdict == SUBMIT_ACCEPTED || r->verdict == SUBMIT_PENDING)
		log_info(b->log, "block_answer",
			"height=%" PRIu32 " hash=%s daemon=%s answer=\"%s\" meaning=\"%s\"",
			r->height, hash, r->daemon, r->answer, r->text);
	else
		log_odd(b->log, "block_answer",
			"height=%" PRIu32 " hash=%s daemon=%s answer=\"%s\" meaning=\"%s\"",
			r->height, hash, r->daemon, r->answer, r->text);
}

static void on_settled(void *ctx, const struct submit_report *r)
{
	struct blocks *b = ctx;

	if (r->verdict == SUBMIT_REJECTED)
		log_broken(b->log, "block_rejected",
			"height=%" PRIu32 " answer=\"%s\" meaning=\"%s\"", r->height, r->answer,
			r->text);
	flush_block(
		b->flush, b->pool->idx, r->id, r->meta, r->answer, r->verdict == SUBMIT_REJECTED);
}

enum err blocks_start(const struct pool *pool, const char *outbox, unsigned node_id,
	struct flush *flush, struct blocks **out, struct why *why)
{
	static const struct submit_callbacks callbacks = {on_answer, on_settled};
	struct blocks *b = NEW(struct blocks);
	enum err err;

	b->pool = pool;
	b->log = &pool->log;
	b->flush = flush;
	b->node_id = node_id;
	err = submit_start(pool->conf, outbox, &callbacks, b, &b->submit, why);
	if (err != OK) {
		free(b);
		return err;
	}
	*out = b;
	return OK;
}

void blocks_stop(struct blocks *b)
{
	struct why why = {""};

	if (!b)
		return;
	if (submit_stop(b->submit, &why) != OK)
		log_broken(b->log, "outbox_not_written", "reason=\"%s\"", why.text);
	free(b);
}

void block_recorded(struct blocks *b, const uint8_t id[32])
{
	submit_forget(b->submit, id);
}

unsigned blocks_waiting(struct blocks *b)
{
	return submit_count(b->submit);
}
