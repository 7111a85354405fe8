/*
 * payout_plan.c -- `kozan payout plan`: what a run would pay now, and what has changed since the
 * last time that somebody asked. Nothing is sent, nothing is booked.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/path.h"
#include "cli/cli.h"
#include "cli/payout_desk.h"
#include "coind/wallet.h"
#include "ledger/payout_choose.h"
#include "store/store_payout.h"

#define LAST_PLAN "payout-plan.json" /* in data_dir */

/* What may be spent; when the wallet does not say, all. */
static struct amount find_funds(struct desk *d, json_t *o)
{
	struct wallet *wallet = wallet_new(d->pool);
	struct amount funds = amount_of(INT64_MAX / 4);
	struct wallet_info info;
	struct why why = {0};
	enum err e = wallet_probe(wallet, &info, &why);

	wallet_free(wallet);
	if (!e) {
		funds = amount_sub(info.available, d->pool->payout.reserve);
		json_object_set_new(o, "wallet", desk_coins(info.available));
	} else {
		json_object_set_new(o, "wallet", json_null());
		json_object_set_new(
			o, "wallet_error", json_string(why.text[0] ? why.text : err_text(e)));
	}
	return funds;
}

static json_t *due_json(const struct payout_due *due)
{
	return json_pack("{s:s,s:o,s:o}", "address", due->address, "amount",
		desk_coins(due->amount), "threshold", desk_coins(due->threshold));
}

/* ---- the last plan ---- */

static json_t *read_last(const char *path)
{
	FILE *f = fopen(path, "r");
	struct buf text = {0};
	json_t *o = NULL;
	size_t got;

	if (!f)
		return NULL;
	do {
		got = fread(buf_reserve(&text, 65536), 1, 65536, f);
		text.len += got;
	} while (got > 0);
	fclose(f);
	if (text.len == 0 || json_read((const char *)text.data, text.len, &o, NULL))
		o = NULL;
	buf_free(&text);
	return o;
}

/* A plan that cannot be kept is no reason to fail: the next one has nothing to compare with. */
static void write_last(const char *path, const json_t *plan)
{
	struct buf text = {0};
	FILE *f = fopen(path, "w");

	if (!f)
		return;
	buf_add_json(&text, plan);
	fputs(buf_str(&text), f);
	fclose(f);
	buf_free(&text);
}

static const char *amount_in(const json_t *dues, const char *address)
{
	const json_t *due;
	size_t i;

	json_array_foreach(dues, i, due)
	{
		if (strcmp(json_get_str(due, "address"), address) == 0)
			return json_get_str(due, "amount");
	}
	return NULL;
}

/* Each line: who, how much last time, how much now; what is equal is left out. */
static json_t *compare(const json_t *last, const json_t *now)
{
	json_t *changes = json_array();
	const json_t *due;
	size_t i;

	json_array_foreach(now, i, due)
	{
		const char *address = json_get_str(due, "address");
		const char *before = amount_in(last, address), *after = json_get_str(due, "amount");

		if (!before || strcmp(before, after) != 0)
			json_array_append_new(
				changes, json_pack("{s:s,s:s?,s:s}", "address", address, "before",
						 before, "now", after));
	}
	json_array_foreach(last, i, due)
	{
		const char *address = json_get_str(due, "address");

		if (address && !amount_in(now, address))
			json_array_append_new(
				changes, json_pack("{s:s,s:s?,s:s?}", "address", address, "before",
						 json_get_str(due, "amount"), "now", NULL));
	}
	return changes;
}

/* ---- for people ---- */

static void print_changes(const json_t *o)
{
	const json_t *last = json_object_get(o, "last_ms"), *change;
	char when[CLOCK_TEXT_MAX];
	size_t i;

	if (!json_is_integer(last))
		return;
	printf("\nSince the plan of %s:\n", clock_text(json_integer_value(last), when));
	if (json_array_size(json_object_get(o, "changes")) == 0)
		puts("  nothing has changed");
	json_array_foreach(json_object_get(o, "changes"), i, change)
	{
		const char *before = json_get_str(change, "before"),
			   *now = json_get_str(change, "now");

		printf("  %c %16s -> %16s  %s\n", before ? now ? '~' : '-' : '+',
			before ? before : "-", now ? now : "-", json_get_str(change, "address"));
	}
}

static void print(const json_t *o)
{
	const json_t *due;
	int64_t next = 0, limited = 0, bad = 0;
	char when[CLOCK_TEXT_MAX];
	size_t i;

	json_get_i64(o, "next_run_ms", &next);
	json_get_i64(o, "limited", &limited);
	json_get_i64(o, "bad", &bad);
	json_array_foreach(json_object_get(o, "dues"), i, due)
		printf("%16s  %s\n", json_get_str(due, "amount"), json_get_str(due, "address"));
	printf("%16s  to %zu accounts, by %" JSON_INTEGER_FORMAT " transactions\n",
		json_get_str(o, "total"), json_array_size(json_object_get(o, "dues")),
		json_integer_value(json_object_get(o, "transactions")));
	if (limited)
		printf("%" PRId64 " more are due and wait: the wallet, its reserve or "
		       "payout.max_per_day does not allow them.\n",
			limited);
	if (bad)
		printf("%" PRId64 " have an address that cannot be paid.\n", bad);
	if (json_get_str(o, "wallet_error"))
		printf("The wallet was not asked: %s\n", json_get_str(o, "wallet_error"));
	if (json_is_true(json_object_get(o, "paused")))
		puts("Payouts pause; see \"kozan status\".");
	else
		printf("The next run: %s\n", clock_text(next, when));
	print_changes(o);
}

/* ---- all of it ---- */

static enum err add_schedule(struct desk *d, json_t *o, struct why *why)
{
	struct store_payout_control control;
	enum err e = store_payout_control(d->st, d->pool_id, &control, why);

	if (e)
		return e;
	json_object_set_new(o, "paused", json_boolean(control.is_paused));
	json_object_set_new(o, "next_run_ms",
		json_integer(payout_run_next(&d->pool->payout, control.run_ms, clock_wall_ms())));
	return OK;
}

static enum err add_dues(struct desk *d, json_t *o, struct why *why)
{
	unsigned most = d->pool->payout.max_outputs;
	json_t *dues = json_array();
	struct payout_choice c;
	enum err e = payout_choose(d->st, d->pool, d->pool_id, find_funds(d, o), &c, why);

	json_object_set_new(o, "dues", dues);
	if (e)
		return e;
	for (size_t i = 0; i < c.n; i++)
		json_array_append_new(dues, due_json(&c.dues[i]));
	json_object_set_new(o, "total", desk_coins(c.total));
	json_object_set_new(o, "transactions", json_integer((json_int_t)((c.n + most - 1) / most)));
	json_object_set_new(o, "limited", json_integer((json_int_t)c.limited));
	json_object_set_new(o, "bad", json_integer((json_int_t)c.bad));
	payout_choice_fini(&c);
	return OK;
}

enum err payout_desk_plan(struct desk *d, struct why *why)
{
	json_t *o = json_pack("{s:I}", "time_ms", (json_int_t)clock_wall_ms()), *last;
	char *path = path_join(d->conf->data_dir, LAST_PLAN);
	enum err e = add_dues(d, o, why);

	if (!e)
		e = add_schedule(d, o, why);
	if (!e) {
		last = read_last(path);
		write_last(path, o);
		json_object_set_new(o, "last_ms",
			last ? json_incref(json_object_get(last, "time_ms")) : json_null());
		json_object_set_new(o, "changes",
			compare(json_object_get(last, "dues"), json_object_get(o, "dues")));
		json_decref(last);
		if (d->as_json)
			desk_print(json_incref(o));
		else
			print(o);
	}
	json_decref(o);
	free(path);
	return e;
}
