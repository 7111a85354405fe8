/* session_conduct.c -- how a session behaves: its faults, and its deadlines. See session.h. */
#include "stratum/session.h"

/* ---- faults ---- */

static void count_fault(struct counts *counts, enum fault fault)
{
	switch (fault) {
#define FAULT(name, tenths, counter, text)                                                         \
	case FAULT_##name:                                                                         \
		count_one(counts, counter);                                                        \
		break;
#include "stratum/fault.tbl"
#undef FAULT
	case FAULT_COUNT_: break;
	}
}

void session_fault(struct session *s, enum fault fault)
{
	struct shard *shard = s->shard;

	count_fault(&shard->counts, fault);
	if (guard_fault(shard->env->guard, &s->seat, fault, loop_now_ms(shard->loop))) {
		count_one(&shard->counts, banned);
		session_close(s, "banned");
	}
}

/* What good shares have earned is used up first: a miner that works may also err. */
static void share_fault(struct session *s, enum fault fault)
{
	unsigned tenths = fault_tenths(fault);

	if (s->credit < tenths) {
		session_fault(s, fault);
		return;
	}
	s->credit -= (uint8_t)tenths;
	count_fault(&s->shard->counts, fault);
}

void session_on_rejected(struct session *s, enum verdict verdict)
{
	switch (verdict) {
	case VERDICT_LOW_DIFFICULTY: share_fault(s, FAULT_LOW_DIFFICULTY); break;
	case VERDICT_DUPLICATE: share_fault(s, FAULT_DUPLICATE); break;
	case VERDICT_STALE:
	case VERDICT_UNKNOWN_JOB: share_fault(s, FAULT_NO_JOB); break;
	default: break;
	}
}

/* Browsers, and monitors that only look whether somebody listens: limits are enough for those. */
static bool is_visitor(const struct session *s)
{
	return s->http || !s->has_spoken;
}

void session_judge_end(struct session *s)
{
	if (s->seat.is_new && !s->seat.is_offender && !s->shard->stopping && !is_visitor(s))
		session_fault(s, FAULT_HASTY);
}

/* ---- deadlines ---- */

/* Close a session that is late; `counter` says for what. */
#define CLOSE_LATE(s, counter, reason)                                                             \
	do {                                                                                       \
		count_one(&(s)->shard->counts, counter);                                           \
		session_close(s, reason);                                                          \
	} while (0)

void session_sweep_new(struct session *s, int64_t now_ms)
{
	const struct conf_stratum *conf = &s->shard->env->conf->stratum;
	int64_t age_ms = now_ms - s->since_ms;

	if (!tcp_is_open(s->conn))
		return;
	if (!s->has_spoken && age_ms > conf->first_byte_ms)
		CLOSE_LATE(s, late_first_byte, "said nothing in time");
	else if (!s->is_subscribed && age_ms > conf->subscribe_ms)
		CLOSE_LATE(s, late_subscribe, "did not subscribe in time");
	else if (age_ms > conf->authorize_ms)
		CLOSE_LATE(s, late_authorize, "did not authorize a worker in time");
	else
		return;
	if (!s->http)
		session_fault(s, FAULT_SILENT);
}

bool session_close_late(struct session *s, int64_t now_ms)
{
	const struct conf_stratum *conf = &s->shard->env->conf->stratum;
	int64_t age_ms = now_ms - s->since_ms, silent_ms = now_ms - s->heard_ms;

	if (!s->is_asked && silent_ms > conf->idle_ms / 4 * 3)
		session_ask_version(s);
	if (!s->is_subscribed && age_ms > conf->subscribe_ms)
		CLOSE_LATE(s, late_subscribe, "did not subscribe in time");
	else if (!s->seat.is_proven && age_ms > conf->first_share_ms)
		CLOSE_LATE(s, late_first_share, "found no share in time");
	else if (silent_ms > conf->idle_ms)
		CLOSE_LATE(s, late_idle, "was silent for too long");
	else if (s->partial.len > 0 && now_ms - s->partial_ms > SESSION_LINE_MS)
		CLOSE_LATE(s, late_line, "did not finish its line in time");
	else if (tcp_blocked_ms(s->conn) > SESSION_READ_MS)
		CLOSE_LATE(s, late_reading, "does not read");
	else
		return false;
	return true;
}
