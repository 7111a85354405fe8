/* payout.c -- `kozan payout`: the table of what the operator can do, and looking at payouts. */
#include <inttypes.h>
#include <stdio.h>

#include "base/clock.h"
#include "base/mem.h"
#include "cli/cli.h"
#include "cli/payout_desk.h"
#include "store/store_payout.h"

#define LISTED 50

static const char *kind_text(enum store_payout_kind kind)
{
	switch (kind) {
	case STORE_PAYOUT_AUTOMATIC: return "automatic";
	case STORE_PAYOUT_MANUAL: return "manual";
	case STORE_PAYOUT_SWEEP: return "sweep";
	}
	return "?";
}

static json_t *payout_json(const struct store_payout *p)
{
	return json_pack("{s:I,s:s,s:s,s:s,s:o,s:o,s:o,s:I,s:I,s:I,s:s,s:s}", "id",
		(json_int_t)p->id, "kind", kind_text(p->kind), "state", payout_state_text(p->state),
		"txid", p->txid, "total", desk_coins(p->total), "network_fee",
		desk_coins(p->network_fee), "miner_fee", desk_coins(p->miner_fee), "accounts",
		(json_int_t)p->items, "confirmations", (json_int_t)p->confirmations, "created_ms",
		(json_int_t)p->created_ms, "address", p->address, "note", p->note);
}

static void print_payout(const struct store_payout *p)
{
	char total[AMOUNT_TEXT_MAX], when[CLOCK_TEXT_MAX];

	printf("%6" PRId64 "  %.16s  %-9s  %-10s  %4" PRId64 " acc.  %16s  %3" PRId64
	       " conf.  %s%s%s\n",
		p->id, clock_text(p->created_ms, when), kind_text(p->kind),
		payout_state_text(p->state), p->items, amount_text(p->total, total),
		p->confirmations, p->txid, *p->txid && *p->note ? "  " : "", p->note);
}

static enum err print_pause(struct desk *d, struct why *why)
{
	struct store_payout_control now;
	char when[CLOCK_TEXT_MAX];
	enum err e = store_payout_control(d->st, d->pool_id, &now, why);

	if (!e && now.is_paused)
		printf("Payouts are paused by %s since %s: %s\n", now.who,
			clock_text(now.since_ms, when), now.reason);
	return e;
}

static enum err list(struct desk *d, struct why *why)
{
	json_t *all = json_array();
	struct store_payout *rows;
	size_t n;
	enum err e = d->as_json ? OK : print_pause(d, why);

	if (!e)
		e = store_payout_list(d->st, d->pool_id, 0, LISTED, &rows, &n, why);
	if (e) {
		json_decref(all);
		return e;
	}
	for (size_t i = 0; i < n; i++) {
		json_array_append_new(all, payout_json(&rows[i]));
		if (!d->as_json)
			print_payout(&rows[i]);
	}
	store_free_payouts(rows, n);
	if (d->as_json)
		desk_print(all);
	else
		json_decref(all);
	return OK;
}

static void add_item(const struct desk *d, json_t *items, const struct store_paid *i)
{
	char amount[AMOUNT_TEXT_MAX], fee[AMOUNT_TEXT_MAX];

	if (!d->as_json)
		printf("        %16s  fee %s  %s\n", amount_text(i->amount, amount),
			amount_text(i->fee, fee), i->address);
	json_array_append_new(items, json_pack("{s:s,s:o,s:o}", "address", i->address, "amount",
					     desk_coins(i->amount), "fee", desk_coins(i->fee)));
}

static enum err show_parts(struct desk *d, const struct store_payout *p, json_t *o, struct why *why)
{
	json_t *items = json_array(), *replaced = json_array();
	struct store_payout_tx *txs = NULL;
	struct store_paid *paid;
	size_t n, txs_n = 0;
	enum err e = store_payout_items(d->st, p->id, &paid, &n, why);

	json_object_set_new(o, "items", items);
	json_object_set_new(o, "replaced", replaced);
	if (e)
		return e;
	for (size_t i = 0; i < n; i++)
		add_item(d, items, &paid[i]);
	store_free_paids(paid);
	e = store_payout_replaced(d->st, p->id, &txs, &txs_n, why);
	for (size_t i = 0; i < txs_n && !e; i++) {
		json_array_append_new(replaced, json_string(txs[i].txid));
		if (!d->as_json)
			printf("        in place of %s\n", txs[i].txid);
	}
	if (!e)
		store_free_payout_txs(txs, txs_n);
	return e;
}

static enum err show(struct desk *d, struct why *why)
{
	struct store_payout p;
	int64_t id;
	json_t *o;
	enum err e = payout_desk_find(d, &id, &p, why);

	if (e)
		return e;
	o = payout_json(&p);
	if (!d->as_json)
		print_payout(&p);
	e = show_parts(d, &p, o, why);
	store_payout_fini(&p);
	if (!e && d->as_json)
		desk_print(json_incref(o));
	json_decref(o);
	return e;
}

enum err payout_desk_find(
	struct desk *d, int64_t *out_id, struct store_payout *out, struct why *why)
{
	enum err e = desk_id(d->words[0], out_id, why);

	if (!e)
		e = store_payout_get(d->st, *out_id, out, why);
	if (e == ERR_NOT_FOUND || (!e && out->pool != d->pool_id))
		return err_fail(why, ERR_NOT_FOUND,
			"there is no payout %s; see \"kozan payout list\"", d->words[0]);
	return e;
}

int cli_payout(int argc, char **argv)
{
	static const struct desk_verb verbs[] = {
		{"list", 0, 0, false, list},
		{"show", 1, 1, false, show},
		{"plan", 0, 0, false, payout_desk_plan},
		{"now", 1, 2, false, payout_desk_now},
		{"approve", 1, 1, false, payout_desk_approve},
		{"refuse", 1, 1, true, payout_desk_refuse},
		{"pause", 0, 1, false, payout_desk_pause},
		{"resume", 0, 1, false, payout_desk_resume},
		{"replace", 1, 1, true, payout_desk_replace},
		{"repay", 1, 1, true, payout_desk_repay},
		{"bear-loss", 1, 1, true, payout_desk_bear_loss},
		{"undo-loss", 1, 1, true, payout_desk_undo_loss},
		{"reconcile", 0, 0, false, payout_desk_reconcile},
		{"acknowledge", 1, 1, true, payout_desk_acknowledge},
	};

	return desk_run("payout", argc, argv, verbs, ARRAY_LEN(verbs),
		"\"list\", \"show ID\", \"plan\", \"now ADDRESS [AMOUNT]\", \"approve ID\", "
		"\"refuse ID\", \"pause REASON\", \"resume\", \"replace ID\", \"repay ID\", "
		"\"bear-loss HASH\", \"undo-loss HASH\", "
		"\"reconcile\" or \"acknowledge TXID\"");
}
