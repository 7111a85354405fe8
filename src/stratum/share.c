/* share.c -- see share.h. The way of a share: share_on_submit -> on_hashed -> share_settle. */
#include "stratum/share.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "base/clock.h"
#include "base/mem.h"
#include "chain/target.h"
#include "stratum/block.h"
#include "stratum/flush.h"
#include "stratum/payee.h"
#include "stratum/pool.h"
#include "stratum/username.h"

enum { TIME_AHEAD_S = 600 }; /* how far a miner may roll the time */

/* What a miner sent, as numbers. */
struct submission {
	struct worker *worker;
	struct given_job *given;
	struct shard_pool *pool; /* whose job it is */
	int64_t work;
	struct share_key key;
};

static struct share *share_take(struct shard *shard)
{
	struct share *share = shard->free_shares;

	if (share)
		shard->free_shares = share->next;
	else
		share = NEW(struct share);
	share->shard = shard;
	list_init(&share->of_session);
	return share;
}

static void share_drop(struct share *share)
{
	struct shard *shard = share->shard;

	if (share->session) {
		share->session->share_count--;
		list_remove(&share->of_session);
	}
	job_unref(share->job);
	payee_unref(share->payee);
	share->job = NULL;
	share->payee = NULL;
	share->session = NULL;
	share->next = shard->free_shares;
	shard->free_shares = share;
}

void share_leave_session(struct share *share)
{
	if (share->is_decided) { /* it only waited for an earlier one */
		share_drop(share);
		return;
	}
	list_remove(&share->of_session);
	share->session = NULL;
}

/* A worker that was not authorised under this spelling passes for another of the same address. */
static struct worker *find_worker(const struct session *s, const struct span *user)
{
	char text[USERNAME_MAX + 2];
	struct username name;
	struct worker *worker;

	if (!s->workers || !span_text(user, text, sizeof(text)))
		return NULL;
	worker = session_worker(s, text, s->pool);
	if (worker || username_read(text, &name, NULL) != OK)
		return worker;
	for (struct worker *w = s->workers; w; w = w->next) {
		if (w->pool == s->pool && strcasecmp(w->address, name.address) == 0)
			return w;
	}
	return NULL;
}

/* A job that a moved miner had before is as good as ever, for the pool that it is of. */
static bool find_given(const struct session *s, uint32_t seq, struct submission *out)
{
	int64_t now_ms = loop_now_ms(s->shard->loop);

	out->pool = s->pool;
	out->given = shard_job(s->pool, seq, now_ms);
	for (unsigned i = 0; !out->given && i <= s->port->conf->switch_count; i++) {
		out->pool = s->port->pools[i];
		out->given = shard_job(out->pool, seq, now_ms);
	}
	if (out->given && out->pool != s->pool)
		out->worker = session_worker(s, out->worker->user, out->pool);
	return out->given && out->worker;
}

static enum verdict find_job(const struct session *s, const struct span *id, struct submission *out)
{
	uint32_t wire;

	if (!span_hex_u32(id, &wire) || !find_given(s, wire >> 4, out))
		return VERDICT_UNKNOWN_JOB;
	if (!template_same_tip(out->given->job->template, out->pool->current->template))
		return VERDICT_STALE;
	return VERDICT_ACCEPTED;
}

static enum verdict check_time(const struct job *job, uint32_t time)
{
	uint32_t now_s = (uint32_t)(clock_wall_ms() / 1000);
	uint32_t latest = (now_s > job->time ? now_s : job->time) + TIME_AHEAD_S;

	return time < job->min_time || time > latest ? VERDICT_BAD_TIME : VERDICT_ACCEPTED;
}

/* Whose share of which job it is. params: user, job id, extranonce2, time, nonce[, version bits] */
static enum verdict check_origin(
	const struct session *s, const struct request *r, struct submission *out)
{
	const struct span *p = r->params;

	if (!s->is_subscribed)
		return VERDICT_NOT_SUBSCRIBED;
	if (r->param_count < 5)
		return s->workers ? VERDICT_MALFORMED : VERDICT_UNAUTHORIZED;
	out->worker = find_worker(s, &p[0]);
	if (!out->worker)
		return VERDICT_UNAUTHORIZED;
	if (s->share_count >= SESSION_SHARES_MAX)
		return VERDICT_TOO_MANY;
	return find_job(s, &p[1], out);
}

/* The rest of what can be said without hashing. */
static enum verdict check_work(
	const struct session *s, const struct request *r, struct submission *out)
{
	const struct span *p = r->params;
	const struct step *step;
	uint32_t bits = 0;
	enum verdict v;

	if (!span_hex(&p[2], out->key.extranonce2, EXTRANONCE2_LEN))
		return VERDICT_BAD_EXTRANONCE2;
	if (!span_hex_u32(&p[3], &out->key.time) || !span_hex_u32(&p[4], &out->key.nonce))
		return VERDICT_MALFORMED;
	out->key.version = out->given->job->version;
	if (r->param_count > 5 && s->version_mask) {
		if (!span_hex_u32(&p[5], &bits))
			return VERDICT_MALFORMED;
		if (bits & ~s->version_mask)
			return VERDICT_BAD_VERSION;
		out->key.version = (out->key.version & ~s->version_mask) | bits;
	}
	v = check_time(out->given->job, out->key.time);
	if (v != VERDICT_ACCEPTED)
		return v;
	step = session_step(s, out->pool->pool->idx, out->given->job->seq, out->key.time);
	if (!step)
		return VERDICT_UNKNOWN_JOB;
	out->work = step->work;
	out->key.extranonce1 = step->extranonce1;
	return seen_add(&out->given->seen, &out->key) ? VERDICT_ACCEPTED : VERDICT_DUPLICATE;
}

/*
 * Whether a block of this stale job could still become the chain's. Beside the newest block, or
 * above it when the chain went back, it competes; nodes keep what they saw first, so only for a
 * moment. Below it is lost.
 */
static bool may_win(const struct shard *shard, const struct submission *sub)
{
	return sub->given->job->height + 1 >= sub->pool->current->height &&
	       loop_now_ms(shard->loop) - sub->pool->tip_ms <
		       shard->env->conf->stratum.late_blocks_ms;
}

static void send_verdict(struct share *share)
{
	struct span id = {share->id, strlen(share->id), share->id_kind};

	if (id.kind == JSON_KIND_NONE)
		return;
	if (share->verdict == VERDICT_ACCEPTED)
		session_reply(share->session, &id, "true");
	else
		session_reply_error(share->session, &id, verdict_code(share->verdict),
			verdict_text(share->verdict));
}

/*
 * The verdict is known. A session's submits are answered in the order in which they came, because
 * cpuminer-opt gives every submit the same id and matches answers by their order.
 */
static void decide(struct share *share, enum verdict v)
{
	struct session *s = share->session;

	count_verdict(&share->shard->counts, v);
	if (v == VERDICT_ACCEPTED)
		count_one(&share->pool->counts, accepted);
	else
		count_one(&share->pool->counts, rejected);
	if (v != VERDICT_ACCEPTED && share->address[0])
		flush_reject(share->shard->env->flush, share->pool->pool->idx, share->address,
			share->worker, v);
	share->verdict = v;
	share->is_decided = true;
	if (!s) {
		share_drop(share);
		return;
	}
	while (!list_is_empty(&s->shares)) {
		struct share *first = CONTAINER_OF(s->shares.next, struct share, of_session);

		if (!first->is_decided)
			break;
		send_verdict(first);
		share_drop(first);
	}
}

static void reject(struct share *share, enum verdict v)
{
	struct session *s = share->session;

	if (s)
		vardiff_alive(&s->vardiff, loop_now_ms(share->shard->loop));
	decide(share, v);
	if (s)
		session_on_rejected(s, v);
}

static void owe(struct share *share)
{
	struct shard *shard = share->shard;

	share->next = NULL;
	*shard->owed_last = share;
	shard->owed_last = &share->next;
}

/* A worker enters the journal with its first good share: names alone cannot fill it. */
static uint32_t token_of(const struct share *share)
{
	struct worker *w = share->session ? share->by : NULL;
	uint32_t token = w ? w->token : 0;

	if (token == 0)
		token = journal_worker(share->shard->env->journal, share->address, share->worker);
	if (w)
		w->token = token;
	return token;
}

void share_record_gathered(struct shard *shard)
{
	uint64_t tickets[SHARES_GATHERED];
	unsigned n = shard->gathered_count;

	if (n == 0)
		return;
	if (!atomic_load_explicit(&shard->is_owing, memory_order_relaxed))
		atomic_store(&shard->is_owing, true);
	shard->gathered_count = 0;
	journal_append_all(shard->env->journal, shard->records, n, tickets);
	for (unsigned i = 0; i < n; i++) {
		struct share *share = shard->gathered[i];

		share->ticket = tickets[i];
		/* Only now, so that its share stands in the journal before the height rises. */
		if (shard->records[i].is_block)
			block_found(share->pool->pool->blocks, share);
		if (share->ticket == 0)
			decide(share, VERDICT_NOT_RECORDED);
		else
			owe(share);
	}
}

static void accept(struct share *share, bool is_block)
{
	struct shard *shard = share->shard;
	uint32_t worker = token_of(share);

	if (worker == 0) { /* the journal knows as many as it can; but a block is a block */
		if (is_block)
			block_found(share->pool->pool->blocks, share);
		decide(share, VERDICT_NOT_RECORDED);
		return;
	}
	shard->gathered[shard->gathered_count] = share;
	shard->records[shard->gathered_count++] = (struct journal_share){
		.worker = worker,
		.pool = share->pool->pool->number,
		.height = share->job->height,
		.work = share->work,
		.job = share->job->seq,
		.hash_top = get_le64(share->task.hash + 24),
		.time_ms = clock_wall_ms(),
		.is_block = is_block,
		.is_apart = share->is_apart,
	};
	if (is_block || shard->gathered_count == SHARES_GATHERED)
		share_record_gathered(shard);
}

/* The hash tells how good a source the session is; one that has nothing but false shares to offer
 * is left. */
static void judge_session(struct session *s, bool is_good)
{
	if (s->source)
		verify_judged(s->source, is_good);
	if (is_good)
		s->false_shares -= s->false_shares < 2 ? s->false_shares : 2;
	else if (++s->false_shares >= SESSION_FALSE_SHARES_MAX)
		session_close(s, "sends worthless shares");
}

/* Too late to count as work; a block may win all the same. */
static void end_late(struct share *share, bool is_block)
{
	if (is_block) {
		log_info(&share->shard->log, "late_block", "height=%" PRIu32, share->job->height);
		block_found(share->pool->pool->blocks, share);
	}
	reject(share, VERDICT_STALE);
}

static void on_hashed(struct mail *mail)
{
	struct share *share = CONTAINER_OF(mail, struct share, task.mail);
	bool is_block, is_good;

	if (share->task.is_skipped) {
		decide(share, share->is_late ? VERDICT_STALE : VERDICT_TOO_MANY);
		return;
	}
	is_block = target_is_met(&share->job->template->target, share->task.hash);
	is_good =
		is_block || target_is_met(shard_target(share->pool, share->work), share->task.hash);
	if (is_block) {
		count_one(&share->shard->counts, blocks);
		count_one(&share->pool->counts, blocks);
	}
	if (share->session)
		judge_session(share->session, is_good);
	if (share->is_late)
		end_late(share, is_block);
	else if (is_good)
		accept(share, is_block);
	else
		reject(share, VERDICT_LOW_DIFFICULTY);
}

static void hash(struct share *share)
{
	struct shard *shard = share->shard;

	share->task.mail.deliver = on_hashed;
	share->task.loop = shard->loop;
	share->task.is_skipped = false;
	if (share->session->source) {
		verify_submit(share->session->source, &share->task);
		return;
	}
	pow_hash(share->pool->hasher, 1, (const uint8_t(*)[POW_HEADER_LEN])share->task.header,
		(uint8_t(*)[POW_HASH_LEN])share->task.hash);
	on_hashed(&share->task.mail);
}

/* A share of this session, at the end of those that it waits for. */
static struct share *share_new(struct session *s, const struct request *r, struct worker *worker)
{
	struct share *share = share_take(s->shard);

	share->session = s;
	share->pool = s->pool;
	list_add_tail(&s->shares, &share->of_session);
	s->share_count++;
	share->is_decided = false;
	share->id_kind = request_wants_reply(r) ? r->id.kind : JSON_KIND_NONE;
	memcpy(share->id, r->id.text ? r->id.text : "", r->id.len);
	share->id[r->id.len] = '\0';
	share->by = worker;
	str_copy(share->address, sizeof(share->address), worker ? worker->address : "");
	str_copy(share->worker, sizeof(share->worker), worker ? worker->name : "");
	return share;
}

void share_on_submit(struct session *s, const struct request *r)
{
	struct submission sub = {0};
	struct share *share;
	enum verdict v;
	bool is_late;

	if (s->share_count >= 2 * SESSION_SHARES_MAX) {
		session_close(s, "does not wait for answers");
		session_fault(s, FAULT_FLOOD);
		return;
	}
	v = check_origin(s, r, &sub);
	is_late = v == VERDICT_STALE && may_win(s->shard, &sub) &&
		  check_work(s, r, &sub) == VERDICT_ACCEPTED;
	if (v == VERDICT_ACCEPTED)
		v = check_work(s, r, &sub);
	share = share_new(s, r, sub.worker);
	share->is_late = is_late;
	if (v != VERDICT_ACCEPTED && !is_late) {
		reject(share, v);
		return;
	}
	share->pool = sub.pool;
	share->job = job_ref(sub.given->job);
	share->payee = payee_ref(s->payee);
	share->is_apart = s->port->conf->is_apart;
	share->work = sub.work;
	put_be32(share->nonce, sub.key.extranonce1);
	memcpy(share->nonce + EXTRANONCE1_LEN, sub.key.extranonce2, EXTRANONCE2_LEN);
	job_header(share->job, payee_coinbase(share->payee, share->job), share->nonce, sub.key.time,
		sub.key.nonce, sub.key.version, share->task.header);
	hash(share);
}

/* The share is on disk: count it and say so. */
static void answer(struct share *share)
{
	struct shard *shard = share->shard;
	struct session *s = share->session;
	int64_t work = share->work;

	count_add(&shard->counts, work, work);
	count_add(&share->pool->counts, work, work);
	decide(share, VERDICT_ACCEPTED);
	if (s)
		session_on_accepted(s, work);
}

void share_settle(struct shard *shard, uint64_t through, enum err result)
{
	while (shard->owed && shard->owed->ticket <= through) {
		struct share *share = shard->owed;

		shard->owed = share->next;
		if (!shard->owed)
			shard->owed_last = &shard->owed;
		if (result == OK)
			answer(share);
		else
			decide(share, VERDICT_NOT_RECORDED);
	}
}
