/* job.c -- see job.h. */
#include "stratum/job.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "base/clock.h"
#include "base/hex.h"
#include "base/mem.h"
#include "chain/block.h"
#include "chain/header.h"
#include "chain/target.h"
#include "stratum/pay.h"

/* Stratum shows the parent's hash in internal order with the bytes of each 4-byte word swapped. */
static void add_prev(struct buf *line, const uint8_t prev[32])
{
	for (unsigned i = 0; i < 32; i += 4) {
		uint8_t word[4];

		put_be32(word, get_le32(prev + i));
		buf_add_hex(line, word, 4);
	}
}

static const char line_head[] = "{\"id\":null,\"method\":\"mining.notify\",\"params\":[\"";

static void add_tail(struct buf *out, uint32_t time, bool is_clean)
{
	buf_printf(out, "%08" PRIx32 "\",%s]}\n", time, is_clean ? "true" : "false");
}

static void render(struct job *job)
{
	struct buf *body = &job->body, *after = &job->after;

	buf_add_str(body, "\",\"");
	add_prev(body, job->template->prev);
	buf_add_str(body, "\",\"");
	buf_add_hex(body, job->coinbase.bytes.head.data, job->coinbase.bytes.head.len);
	buf_add_str(body, "\",\"");
	buf_add_str(after, "\",[");
	for (unsigned i = 0; i < job->branch.count; i++) {
		buf_add_str(after, i ? ",\"" : "\"");
		buf_add_hex(after, job->branch.hash[i], 32);
		buf_add_str(after, "\"");
	}
	buf_printf(after, "],\"%08" PRIx32 "\",\"%08" PRIx32 "\",\"", job->version, job->bits);
	add_tail(&job->tail, job->time, false);
	add_tail(&job->clean, job->time, true);
}

/* What stands behind the lock time of the coin's transactions. */
static struct buf coinbase_extra(const struct template *t, const struct conf_pool *pool)
{
	struct buf extra = {0};

	if (t->has_tx_comment) {
		buf_add_varint(&extra, strlen(pool->tag));
		buf_add_str(&extra, pool->tag);
	}
	buf_add(&extra, t->payload.data, t->payload.len);
	return extra;
}

static struct coinbase_spec coinbase_spec(
	const struct template *t, const struct pay *pay, const struct buf *extra)
{
	return (struct coinbase_spec){
		.version = t->tx_version,
		.time = t->has_tx_time ? &t->curtime : NULL,
		.script_head = t->script_head.data,
		.script_head_len = t->script_head.len,
		.extra = extra->data,
		.extra_len = extra->len,
		.height = t->height,
		.flags = t->flags,
		.flags_len = t->flags_len,
		.nonce_len = NONCE_LEN,
		.outputs = pay->outputs,
		.outputs_count = pay->n,
		.commitment = t->has_witness ? &t->commitment : NULL,
	};
}

static void render_coinb2(struct job_coinbase *c)
{
	buf_add_hex(&c->coinb2, c->bytes.tail.data, c->bytes.tail.len);
}

/* The coinbase that pays the pool. */
static enum err make_coinbase(
	const struct job_spec *spec, struct job_coinbase *out, struct why *why)
{
	struct buf extra = coinbase_extra(spec->template, spec->pool);
	struct coinbase_spec coinbase;
	struct pay pay;
	enum err err;

	pay_init(&pay, spec->pool, spec->template, NULL);
	coinbase = coinbase_spec(spec->template, &pay, &extra);
	coinbase.tag = spec->pool->tag;
	coinbase.node_tag = spec->node_tag;
	coinbase.time_ns = (uint64_t)clock_wall_ns();
	err = coinbase_init(&out->bytes, &coinbase, why);
	pay_fini(&pay);
	buf_free(&extra);
	if (err == OK)
		render_coinb2(out);
	return err;
}

void job_coinbase_init(struct job_coinbase *c, const struct job *job, const struct address *finder)
{
	struct buf extra = coinbase_extra(job->template, job->pool);
	struct coinbase_spec spec;
	struct pay pay;
	enum err err;

	pay_init(&pay, job->pool, job->template, finder);
	spec = coinbase_spec(job->template, &pay, &extra);
	*c = (struct job_coinbase){0};
	err = coinbase_pay(&job->coinbase.bytes, &spec, &c->bytes, NULL);
	assert(err == OK); /* that of the pool was built from the same template */
	pay_fini(&pay);
	buf_free(&extra);
	render_coinb2(c);
}

void job_coinbase_fini(struct job_coinbase *c)
{
	buf_free(&c->bytes.tail);
	buf_free(&c->coinb2);
}

enum err job_new(const struct job_spec *spec, struct job **out, struct why *why)
{
	const struct template *t = spec->template;
	struct job *job = NEW(struct job);
	enum err err = merkle_branch_of((const uint8_t(*)[32])t->txids, t->tx_count, &job->branch);

	if (err == OK)
		err = make_coinbase(spec, &job->coinbase, why);
	if (err != OK) {
		free(job);
		return err;
	}
	atomic_init(&job->refs, 1);
	job->template = template_ref(spec->template);
	job->pool = spec->pool;
	job->seq = spec->seq;
	job->height = t->height;
	job->version = t->version;
	job->bits = t->bits;
	job->time = spec->time ? spec->time : t->curtime;
	job->min_time = t->has_tx_time ? t->curtime : t->mintime; /* no earlier than the coinbase */
	job->is_new_tip = spec->is_new_tip;
	job->network_work = target_to_work(t->target, spec->pool->network->work_bits);
	render(job);
	*out = job;
	return OK;
}

struct job *job_ref(struct job *job)
{
	atomic_fetch_add_explicit(&job->refs, 1, memory_order_relaxed);
	return job;
}

void job_unref(struct job *job)
{
	if (!job || atomic_fetch_sub_explicit(&job->refs, 1, memory_order_acq_rel) != 1)
		return;
	template_unref(job->template);
	buf_free(&job->coinbase.coinb2);
	coinbase_fini(&job->coinbase.bytes);
	buf_free(&job->body);
	buf_free(&job->after);
	buf_free(&job->tail);
	buf_free(&job->clean);
	free(job);
}

void job_header(const struct job *job, const struct job_coinbase *c, const uint8_t nonce[NONCE_LEN],
	uint32_t time, uint32_t nonce32, uint32_t version, uint8_t out[80])
{
	struct header header = {
		.version = version, .time = time, .bits = job->bits, .nonce = nonce32};

	memcpy(header.prev, job->template->prev, 32);
	coinbase_txid(&c->bytes, nonce, header.merkle_root);
	merkle_fold(&job->branch, header.merkle_root, header.merkle_root);
	header_encode(&header, out);
}

void job_block(const struct job *job, const struct job_coinbase *c, const uint8_t header[80],
	const uint8_t nonce[NONCE_LEN], struct buf *out)
{
	struct block_body body = template_body(job->template);

	block_assemble(header, &c->bytes, nonce, &body, out);
}

static void put_id(const struct job *job, unsigned variant, char id[JOB_ID_LEN + 1])
{
	snprintf(id, JOB_ID_LEN + 1, "%08" PRIx32, job->seq << 4 | (variant & (JOB_VARIANTS - 1)));
}

void job_line(const struct job *job, const struct job_coinbase *c, unsigned variant, bool is_clean,
	char id[JOB_ID_LEN + 1], struct iovec iov[JOB_IOV])
{
	const struct buf *tail = is_clean ? &job->clean : &job->tail;

	put_id(job, variant, id);
	iov[0] = (struct iovec){(char *)line_head, sizeof(line_head) - 1};
	iov[1] = (struct iovec){id, JOB_ID_LEN};
	iov[2] = (struct iovec){job->body.data, job->body.len};
	iov[3] = (struct iovec){c->coinb2.data, c->coinb2.len};
	iov[4] = (struct iovec){job->after.data, job->after.len};
	iov[5] = (struct iovec){tail->data, tail->len};
}

void job_line_at(const struct job *job, const struct job_coinbase *c, unsigned variant,
	uint32_t time, bool is_clean, struct buf *out)
{
	char id[JOB_ID_LEN + 1];

	put_id(job, variant, id);
	buf_add_str(out, line_head);
	buf_add_str(out, id);
	buf_add(out, job->body.data, job->body.len);
	buf_add(out, c->coinb2.data, c->coinb2.len);
	buf_add(out, job->after.data, job->after.len);
	add_tail(out, time, is_clean);
}
