/* payout_wallet.c -- `kozan payout reconcile|acknowledge`: does the wallet hold what the ledger
 * says, and what are the transactions that nobody has explained? */
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "cli/cli.h"
#include "cli/payout_desk.h"
#include "store/store_wallet.h"

static void print_line(const char *what, struct amount a)
{
	char text[AMOUNT_TEXT_MAX];

	printf("%-34s %20s\n", what, amount_text(a, text));
}

static void print_book(const struct store_wallet_book *b)
{
	char when[CLOCK_TEXT_MAX];

	if (b->time_ms == 0) {
		puts("The ledger has not compared them yet.");
		return;
	}
	printf("As of %s\n", clock_text(b->time_ms, when));
	print_line("the ledger says", b->expected);
	print_line("moved, and booked later", b->in_flight);
	print_line("unexplained transactions", b->unexplained);
	print_line("the wallet can spend", b->held);
	print_line("difference", b->difference);
}

static void print_tx(const struct store_wallet_tx *tx)
{
	char when[CLOCK_TEXT_MAX], amount[AMOUNT_TEXT_MAX];

	printf("  %.16s  %20s  %s\n", clock_text(tx->seen_ms, when),
		amount_text(tx->amount, amount), tx->txid);
}

static json_t *book_json(const struct store_wallet_book *b)
{
	return json_pack("{s:I,s:o,s:o,s:o,s:o,s:o}", "time_ms", (json_int_t)b->time_ms, "held",
		desk_coins(b->held), "expected", desk_coins(b->expected), "in_flight",
		desk_coins(b->in_flight), "unexplained", desk_coins(b->unexplained), "difference",
		desk_coins(b->difference));
}

enum err payout_desk_reconcile(struct desk *d, struct why *why)
{
	struct store_wallet_book book;
	struct store_wallet_tx *txs = NULL;
	json_t *o, *list;
	size_t n = 0;
	enum err e = store_wallet_book(d->st, d->pool_id, &book, why);

	if (!e)
		e = store_wallet_list(d->st, d->pool_id, STORE_WALLET_UNEXPLAINED, &txs, &n, why);
	if (e)
		return e;
	o = book_json(&book);
	list = json_array();
	json_object_set_new(o, "unexplained_transactions", list);
	if (!d->as_json) {
		print_book(&book);
		if (n)
			puts("\nUnexplained (if it was you: kozan payout acknowledge TXID --reason "
			     "TEXT)");
	}
	for (size_t i = 0; i < n; i++) {
		json_array_append_new(list,
			json_pack("{s:s,s:o,s:I}", "txid", txs[i].txid, "amount",
				desk_coins(txs[i].amount), "seen_ms", (json_int_t)txs[i].seen_ms));
		if (!d->as_json)
			print_tx(&txs[i]);
	}
	store_free_wallet_txs(txs);
	if (d->as_json)
		desk_print(json_incref(o));
	json_decref(o);
	return OK;
}

static enum err acknowledge(struct desk *d, const char *txid, struct why *why)
{
	struct store_wallet_tx tx;
	char amount[AMOUNT_TEXT_MAX];
	enum err e = store_begin(d->st, why);

	if (e)
		return e;
	e = store_wallet_acknowledge(d->st, d->pool_id, txid, d->reason, &tx, why);
	if (e == ERR_NOT_FOUND)
		err_fail(why, e,
			"the wallet has shown no transaction %s; see \"kozan payout reconcile\"",
			txid);
	if (!e)
		e = desk_event(d, "wallet_tx_acknowledged",
			json_pack("{s:s,s:o}", "txid", txid, "amount", desk_coins(tx.amount)), why);
	e = desk_end(d, e, why);
	if (!e)
		printf("%s %s, %s the pool's own money.\n", txid,
			amount_is_negative(tx.amount) ? "is a withdrawal" : "is a deposit",
			amount_text(tx.amount, amount));
	return e;
}

enum err payout_desk_acknowledge(struct desk *d, struct why *why)
{
	struct store_wallet_tx *txs;
	size_t n;
	enum err e;

	if (strcmp(d->words[0], "all") != 0)
		return acknowledge(d, d->words[0], why);
	e = store_wallet_list(d->st, d->pool_id, STORE_WALLET_UNEXPLAINED, &txs, &n, why);
	if (e)
		return e;
	for (size_t i = 0; i < n && !e; i++) {
		if (txs[i].is_counted)
			e = acknowledge(d, txs[i].txid, why);
	}
	store_free_wallet_txs(txs);
	return e;
}
