/*
 * watch.c -- the audit that never ends: each pass looks at a bounded part of the database, round
 * and round. A row that does not agree pauses payouts, not mining, until all agrees again or an
 * operator resumes them.
 */
#include <inttypes.h>
#include <stdio.h>

#include "base/clock.h"
#include "base/mem.h"
#include "ledger/ledger_priv.h"

/* Of one pass; a whole look-round then takes less than an hour for millions of rows. A pass has
 * more to do than this. */
enum {
	SLICES = 16,
	PASS_MS = 250,
	TXNS_AT_ONCE = 2000,
	ACCOUNTS_AT_ONCE = 200,
	BLOCKS_AT_ONCE = 1,
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
	for (size_t i = 0; i < n && !err; i++)
		err = recount_block(l->store, NULL, &rows[i], &w->found, why);
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
			&w->position, &w->found.audit, why);
		break;
	case WATCH_ACCOUNTS:
		err = store_audit_accounts(l->store, l->pool_id, w->position, ACCOUNTS_AT_ONCE,
			&w->position, &w->found.audit, why);
		break;
	case WATCH_BLOCKS: err = look_at_blocks(l, w, why); break;
	case WATCH_DONE: break;
	}
	if (!err && w->position == 0)
		w->stage = w->stage == WATCH_BLOCKS ? WATCH_DONE : w->stage + 1;
	return err;
}

/* ---- what follows from it ---- */

static enum err mismatch(struct ledger *l, struct watch *w, struct why *why)
{
	const struct store_difference *d = &w->found.audit.first;
	char text[sizeof(w->pause.said)];

	snprintf(text, sizeof(text), "%s (%s): stored %s, computed %s", d->table, d->key, d->stored,
		d->computed);
	complain(&l->complaints[ABOUT_AUDIT], &l->log, LOG_LEVEL_BROKEN, "audit_mismatch",
		"\"%s; payouts pause; see kozan audit\"", text);
	return pause_payouts(l, &w->pause, text, why);
}

static enum err agreement(struct ledger *l, struct watch *w, struct why *why)
{
	enum err err = pause_over(l, &w->pause, "everything agrees again", why);

	if (!err)
		complaint_over(&l->complaints[ABOUT_AUDIT], &l->log);
	return err;
}

static void begin(struct watch *w, int64_t now_ms)
{
	w->stage = WATCH_TXNS;
	w->position = 0;
	w->begun_ms = now_ms;
	w->found = (struct recount){0};
}

enum err watch_step(struct ledger *l, struct why *why)
{
	struct watch *w = &l->watch;
	int64_t now_ms = clock_mono_ms();
	enum err err = OK;

	if (w->stage == WATCH_DONE && w->begun_ms && now_ms - w->begun_ms < REST_MS)
		return OK;
	if (w->stage == WATCH_DONE)
		begin(w, now_ms);
	for (unsigned i = 0; i < SLICES && !err && w->stage != WATCH_DONE; i++) {
		err = look(l, w, why);
		if (clock_mono_ms() - now_ms > PASS_MS)
			break;
	}
	if (!err && w->found.audit.n)
		err = mismatch(l, w, why);
	else if (!err && w->stage == WATCH_DONE)
		err = agreement(l, w, why);
	return err;
}
