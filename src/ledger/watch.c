/*
 * watch.c -- the audit that never ends: each pass looks at a bounded part of the database, round
 * and round. A row that does not agree pauses payouts, not mining, until all agrees again or an
 * operator resumes them.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/json.h"
#include "base/mem.h"
#include "ledger/ledger_priv.h"
#include "ledger/recount.h"
#include "store/store_stats.h"

#define WATCH_WHO "audit"

/* Of one pass; a whole look-round then takes less than an hour for millions of rows. */
enum {
	SLICES = 4,
	TXNS_AT_ONCE = 2000,
	ACCOUNTS_AT_ONCE = 200,
	BLOCKS_AT_ONCE = 4,
	REST_MS = 15000
};

#define CREDITED (STORE_BLOCK_MASK(STORE_BLOCK_IMMATURE) | STORE_BLOCK_MASK(STORE_BLOCK_MATURE))

/* ---- looking ---- */

static enum err look_at_blocks(struct ledger *l, struct watch *w, struct why *why)
{
	struct store_block *rows;
	size_t n;
	enum err err = store_block_list(
		l->store, l->pool_id, CREDITED, w->position, BLOCKS_AT_ONCE, &rows, &n, why);

	if (err)
		return err;
	for (size_t i = 0; i < n && !err; i++) {
		/* By which rules an older round was closed is not known. */
		if (rows[i].closed_ms >= w->rules_since_ms)
			err = recount_block(
				l->store, &l->pool->reward.rules, &rows[i], &w->found, why);
		else
			err = store_audit_block(l->store, rows[i].id, &w->found, why);
	}
	w->position = !err && n == BLOCKS_AT_ONCE ? rows[n - 1].id : 0;
	store_free_blocks(rows);
	return err;
}

static enum err look(struct ledger *l, struct watch *w, struct why *why)
{
	enum err err = OK;

	switch (w->stage) {
	case WATCH_TXNS:
		err = store_audit_txns(l->store, l->pool_id, w->position, TXNS_AT_ONCE,
			&w->position, &w->found, why);
		break;
	case WATCH_ACCOUNTS:
		err = store_audit_accounts(l->store, l->pool_id, w->position, ACCOUNTS_AT_ONCE,
			&w->position, &w->found, why);
		break;
	case WATCH_BLOCKS: err = look_at_blocks(l, w, why); break;
	case WATCH_DONE: break;
	}
	if (!err && w->position == 0)
		w->stage = w->stage == WATCH_BLOCKS ? WATCH_DONE : w->stage + 1;
	return err;
}

/* ---- what follows from it ---- */

static enum err add_event(struct ledger *l, const char *kind, const char *text, struct why *why)
{
	struct buf json = {0};
	enum err err;

	buf_add_str(&json, "{\"text\":");
	buf_add_json_str(&json, text);
	buf_add_u8(&json, '}');
	err = store_event_add(l->store, l->pool_id, kind, buf_str(&json), why);
	buf_free(&json);
	return err;
}

/* Paused by hand stays so, under the name of who did it. */
static enum err switch_in_txn(struct ledger *l, bool pause, const char *text, struct why *why)
{
	struct store_payout_control control = {0};
	enum err err = store_payout_control(l->store, l->pool_id, &control, why);
	bool is_ours = control.is_paused && strcmp(control.who, WATCH_WHO) == 0;
	char reason[STORE_NOTE_MAX];

	str_copy(reason, sizeof(reason), text);
	if (!err && !pause && !is_ours)
		return OK;
	if (!err && (is_ours || !control.is_paused))
		err = store_payout_pause(l->store, l->pool_id, pause, WATCH_WHO, reason, why);
	if (!err)
		err = add_event(l, pause ? "audit_mismatch" : "audit_agrees", text, why);
	return err;
}

static enum err switch_payouts(struct ledger *l, bool pause, const char *text, struct why *why)
{
	enum err err = store_begin(l->store, why);

	if (err)
		return err;
	err = switch_in_txn(l, pause, text, why);
	if (err) {
		store_rollback(l->store);
		return err;
	}
	return store_commit(l->store, why);
}

static enum err mismatch(struct ledger *l, struct watch *w, struct why *why)
{
	const struct store_difference *d = &w->found.first;
	char text[sizeof(w->said)];
	enum err err;

	snprintf(text, sizeof(text), "%s (%s): stored %s, computed %s", d->table, d->key, d->stored,
		d->computed);
	complain(&l->complaints[ABOUT_AUDIT], &l->log, LOG_LEVEL_BROKEN, "audit_mismatch",
		"\"%s; payouts pause; see kozan audit\"", text);
	/* Once for each: who resumes payouts in spite of it has the last word. */
	if (strcmp(w->said, text) == 0)
		return OK;
	err = switch_payouts(l, true, text, why);
	if (!err)
		str_copy(w->said, sizeof(w->said), text);
	return err;
}

static enum err agreement(struct ledger *l, struct watch *w, struct why *why)
{
	enum err err = switch_payouts(l, false, "everything agrees again", why);

	if (err)
		return err;
	w->said[0] = '\0';
	complaint_over(&l->complaints[ABOUT_AUDIT], &l->log);
	return OK;
}

static void begin(struct watch *w, int64_t now_ms)
{
	w->stage = WATCH_TXNS;
	w->position = 0;
	w->begun_ms = now_ms;
	w->found = (struct store_audit){0};
}

enum err watch_step(struct ledger *l, struct why *why)
{
	struct watch *w = &l->watch;
	int64_t now_ms = clock_mono_ms();
	enum err err = OK;

	if (w->rules_since_ms == 0)
		w->rules_since_ms = clock_wall_ms();
	if (w->stage == WATCH_DONE && w->begun_ms && now_ms - w->begun_ms < REST_MS)
		return OK;
	if (w->stage == WATCH_DONE)
		begin(w, now_ms);
	for (unsigned i = 0; i < SLICES && !err && w->stage != WATCH_DONE; i++)
		err = look(l, w, why);
	if (!err && w->found.n)
		err = mismatch(l, w, why);
	else if (!err && w->stage == WATCH_DONE)
		err = agreement(l, w, why);
	return err;
}
