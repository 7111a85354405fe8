/*
 * pause.c -- payouts that pause by themselves, while something is wrong, and go on when it is not.
 *
 * There is one pause, with a name under it. An operator has the last word: what he has paused is
 * left alone, and what he has resumed is not paused again for the same reason.
 */
#include <string.h>

#include "base/json.h"
#include "base/mem.h"
#include "ledger/ledger_priv.h"
#include "store/store_stats.h"

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

static bool is_of_the_ledger(const struct ledger *l, const char *who)
{
	return strcmp(who, l->watch.pause.who) == 0 || strcmp(who, l->wallet_pause.who) == 0 ||
	       strcmp(who, l->chain_pause.who) == 0;
}

static enum err write(struct ledger *l, const struct pause *p, bool is_paused, const char *text,
	bool is_switched, bool is_told, struct why *why)
{
	char reason[STORE_NOTE_MAX];
	enum err err = store_begin(l->store, why);

	if (err)
		return err;
	str_copy(reason, sizeof(reason), text);
	if (is_switched)
		err = store_payout_pause(l->store, l->pool_id, is_paused, p->who, reason, why);
	if (!err && is_told)
		err = add_event(l, is_paused ? p->begins : p->ends, text, why);
	if (!err)
		return store_commit(l->store, why);
	store_rollback(l->store);
	return err;
}

enum err pause_payouts(struct ledger *l, struct pause *p, const char *text, struct why *why)
{
	bool is_new = strcmp(p->said, text) != 0, is_ours;
	struct store_payout_control now;
	enum err err;

	if (!is_new && !p->is_second)
		return OK;
	err = store_payout_control(l->store, l->pool_id, &now, why);
	if (err)
		return err;
	is_ours = !now.is_paused || strcmp(now.who, p->who) == 0;
	if (is_new || is_ours)
		err = write(l, p, true, text, is_ours, is_new, why);
	if (err)
		return err;
	p->is_over = false;
	p->is_second = !is_ours && is_of_the_ledger(l, now.who);
	str_copy(p->said, sizeof(p->said), text);
	return OK;
}

enum err pause_over(struct ledger *l, struct pause *p, const char *text, struct why *why)
{
	struct store_payout_control now;
	enum err err;

	if (p->is_over)
		return OK;
	err = store_payout_control(l->store, l->pool_id, &now, why);
	if (!err && now.is_paused && strcmp(now.who, p->who) == 0)
		err = write(l, p, false, text, true, true, why);
	if (err)
		return err;
	p->said[0] = '\0';
	p->is_second = false;
	p->is_over = true;
	return OK;
}
