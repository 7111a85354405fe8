/* payout_order.c -- what the operator decides about payouts: each a change of the database and an
 * event that says who and why, in one transaction. The ledger acts on it in its next pass. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "cli/cli.h"
#include "cli/payout_desk.h"
#include "store/store_block.h"
#include "store/store_payout.h"

/* ---- a payment on request ---- */

/* All that is available, or the amount asked for. */
static enum err read_amount(
	struct desk *d, struct amount available, struct amount *out, struct why *why)
{
	char held[AMOUNT_TEXT_MAX], dust[AMOUNT_TEXT_MAX];

	*out = available;
	if (d->words[1] && amount_parse(d->words[1], out))
		return err_fail(why, ERR_INVALID, "\"%s\" is not an amount of coins", d->words[1]);
	if (amount_cmp(*out, available) > 0)
		return err_fail(
			why, ERR_INVALID, "only %s is available", amount_text(available, held));
	if (amount_cmp(*out, d->pool->payout.dust) < 0)
		return err_fail(why, ERR_INVALID,
			"%s is available; less than %s (payout.dust) is not sent",
			amount_text(available, held), amount_text(d->pool->payout.dust, dust));
	return OK;
}

static enum err plan_one(struct desk *d, const struct store_payout_item *item, bool is_waiting,
	int64_t *out_id, struct why *why)
{
	struct store_plan plan = {.pool = d->pool_id,
		.kind = STORE_PAYOUT_MANUAL,
		.is_waiting = is_waiting,
		.address = "",
		.note = is_waiting ? "more than payout.approve_above" : "",
		.items = item,
		.n = 1};
	enum err e = store_begin(d->st, why);

	if (e)
		return e;
	e = store_payout_plan(d->st, &plan, out_id, why);
	if (!e)
		e = desk_event(d, "payout_ordered",
			json_pack("{s:I,s:s,s:o}", "payout", (json_int_t)*out_id, "address",
				item->address, "total", desk_coins(item->amount)),
			why);
	return desk_end(d, e, why);
}

enum err payout_desk_now(struct desk *d, struct why *why)
{
	struct amount limit = d->pool->payout.approve_above;
	struct store_payout_item item = {0};
	struct store_balance balance;
	char text[AMOUNT_TEXT_MAX];
	struct address address;
	bool is_waiting;
	int64_t id;
	enum err e = desk_account(d, d->words[0], &item.account, why);

	if (!e)
		e = address_decode(&d->pool->coin, d->pool->network, d->words[0], &address, why);
	if (!e)
		e = store_account_balance(d->st, item.account, &balance, why);
	if (!e)
		e = read_amount(d, balance.available, &item.amount, why);
	if (e)
		return e;
	item.address = address.text;
	is_waiting = !amount_is_zero(limit) && amount_cmp(item.amount, limit) > 0;
	e = plan_one(d, &item, is_waiting, &id, why);
	if (!e)
		printf("Payout %" PRId64 " of %s to %s %s.\n", id, amount_text(item.amount, text),
			item.address,
			is_waiting ? "waits for \"kozan payout approve\""
				   : "is planned; the ledger sends it next");
	return e;
}

/* ---- approval ---- */

static enum err decide(struct desk *d, bool is_approved, struct why *why)
{
	struct store_payout p;
	int64_t id;
	enum err e = payout_desk_find(d, &id, &p, why);

	if (e)
		return e;
	e = store_begin(d->st, why);
	if (!e) {
		e = is_approved ? store_payout_approve(d->st, id, why)
				: store_payout_refuse(d->st, id, d->reason, why);
		if (!e)
			e = desk_event(d, is_approved ? "payout_approved" : "payout_refused",
				json_pack("{s:I,s:o}", "payout", (json_int_t)id, "total",
					desk_coins(p.total)),
				why);
		e = desk_end(d, e, why);
	}
	store_payout_fini(&p);
	if (!e)
		printf("Payout %" PRId64 " is %s.\n", id,
			is_approved ? "approved; the ledger sends it next"
				    : "refused; its money is in the balances again");
	return e;
}

enum err payout_desk_approve(struct desk *d, struct why *why)
{
	return decide(d, true, why);
}

enum err payout_desk_refuse(struct desk *d, struct why *why)
{
	return decide(d, false, why);
}

/* ---- pause ---- */

static enum err set_pause(struct desk *d, bool is_paused, struct why *why)
{
	enum err e = store_begin(d->st, why);

	if (e)
		return e;
	e = store_payout_pause(d->st, d->pool_id, is_paused, d->who, d->reason, why);
	if (!e)
		e = desk_event(
			d, is_paused ? "payouts_paused" : "payouts_resumed", json_object(), why);
	return desk_end(d, e, why);
}

enum err payout_desk_pause(struct desk *d, struct why *why)
{
	enum err e;

	if (d->words[0])
		d->reason = d->words[0];
	if (!d->reason || strlen(d->reason) >= STORE_NOTE_MAX)
		return err_fail(why, ERR_INVALID,
			"say why, in at most %d bytes: kozan payout pause REASON",
			STORE_NOTE_MAX - 1);
	e = set_pause(d, true, why);
	if (!e)
		puts("Payouts pause: nothing new is signed. Those that are signed go on their "
		     "way.");
	return e;
}

enum err payout_desk_resume(struct desk *d, struct why *why)
{
	struct store_payout_control now;
	enum err e = store_payout_control(d->st, d->pool_id, &now, why);

	if (!e && !now.is_paused)
		e = err_fail(why, ERR_CONFLICT, "payouts do not pause");
	if (e)
		return e;
	d->reason = d->words[0] ? d->words[0] : d->reason ? d->reason : "";
	if (strlen(d->reason) >= STORE_NOTE_MAX)
		return err_fail(
			why, ERR_INVALID, "the reason takes at most %d bytes", STORE_NOTE_MAX - 1);
	e = set_pause(d, false, why);
	if (!e)
		puts("Payouts go on.");
	return e;
}

/* ---- orders to the ledger, which holds the wallet ---- */

static enum err add_order(struct desk *d, enum store_order_kind kind, const char *event,
	const struct store_payout *p, struct why *why)
{
	struct store_order order = {.kind = kind, .payout = p->id};
	enum err e = store_begin(d->st, why);

	if (e)
		return e;
	str_copy(order.who, sizeof(order.who), d->who);
	str_copy(order.reason, sizeof(order.reason), d->reason);
	e = store_order_add(d->st, d->pool_id, &order, why);
	if (!e)
		e = desk_event(d, event,
			json_pack("{s:I,s:s}", "payout", (json_int_t)p->id, "txid", p->txid), why);
	return desk_end(d, e, why);
}

enum err payout_desk_replace(struct desk *d, struct why *why)
{
	struct store_payout p;
	int64_t id;
	enum err e = payout_desk_find(d, &id, &p, why);

	if (e)
		return e;
	if (p.state != STORE_PAYOUT_SIGNED && p.state != STORE_PAYOUT_BROADCAST)
		e = err_fail(why, ERR_CONFLICT, "payout %s is %s: there is nothing to replace",
			d->words[0], payout_state_text(p.state));
	if (!e)
		e = add_order(d, STORE_ORDER_REPLACE, "payout_replace_ordered", &p, why);
	store_payout_fini(&p);
	if (!e)
		puts("Ordered: the ledger makes a transaction that spends the same coins, so that "
		     "only one\nof the two can ever confirm. \"kozan payout show\" tells what came "
		     "of it.");
	return e;
}

enum err payout_desk_repay(struct desk *d, struct why *why)
{
	struct store_payout p;
	int64_t id;
	enum err e = payout_desk_find(d, &id, &p, why);

	if (e)
		return e;
	if (p.state != STORE_PAYOUT_CONFIRMED)
		e = err_fail(why, ERR_CONFLICT, "payout %s is %s, not confirmed", d->words[0],
			payout_state_text(p.state));
	if (!e)
		e = add_order(d, STORE_ORDER_REPAY, "payout_repay_ordered", &p, why);
	store_payout_fini(&p);
	if (!e)
		puts("Ordered: if its transaction is neither in the chain nor can be sent again, "
		     "the ledger\nputs its money back into the balances, to be paid anew.");
	return e;
}

/* ---- a mature block that is gone ---- */

static enum err find_block(struct desk *d, struct store_block *out, struct why *why)
{
	enum err e = store_block_by_hash(d->st, d->pool_id, d->words[0], out, why);

	return e == ERR_NOT_FOUND ? err_fail(why, e, "the pool has no block %s", d->words[0]) : e;
}

static enum err tell_of_loss(
	struct desk *d, const char *event, const struct store_block *b, struct why *why)
{
	return desk_event(d, event,
		json_pack("{s:I,s:s,s:o}", "height", (json_int_t)b->height, "hash", b->hash,
			"reward", desk_coins(b->reward)),
		why);
}

enum err payout_desk_bear_loss(struct desk *d, struct why *why)
{
	struct store_block block;
	char text[AMOUNT_TEXT_MAX];
	enum err e = find_block(d, &block, why);

	if (!e)
		e = store_begin(d->st, why);
	if (e)
		return e;
	e = store_block_bear(d->st, block.id, d->who, d->reason, why);
	if (!e)
		e = tell_of_loss(d, "block_loss_borne", &block, why);
	e = desk_end(d, e, why);
	if (!e)
		printf("The pool bears the loss of block %" PRId64
		       ", %s: miners keep their credits, payouts go on.\n",
			block.height, amount_text(block.reward, text));
	return e;
}

enum err payout_desk_undo_loss(struct desk *d, struct why *why)
{
	struct store_block block;
	char text[AMOUNT_TEXT_MAX];
	enum err e = find_block(d, &block, why);

	if (!e)
		e = store_begin(d->st, why);
	if (e)
		return e;
	e = store_block_unbear(d->st, block.id, why);
	if (!e)
		e = tell_of_loss(d, "block_loss_undone", &block, why);
	e = desk_end(d, e, why);
	if (!e)
		printf("Block %" PRId64 " counts again: %s are the pool's own money. Payouts pause "
		       "if the chain does not have it.\n",
			block.height, amount_text(block.reward, text));
	return e;
}
