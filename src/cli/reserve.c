/* reserve.c -- `kozan reserve`: what PPS and its kin are paid out of. */
#include <inttypes.h>
#include <stdio.h>

#include "base/mem.h"
#include "cli/cli.h"
#include "cli/desk.h"
#include "store/store_ledger.h"
#include "store/store_reward.h"

static enum err show(struct desk *d, struct why *why)
{
	struct amount sums[STORE_BOOKS];
	int64_t through;
	json_t *o;
	enum err e = store_ledger_sums(d->st, d->pool_id, sums, why);

	if (!e)
		e = store_accrual_through(d->st, d->pool_id, &through, why);
	if (e)
		return e;
	o = json_pack("{s:o,s:o,s:o,s:o,s:I}", "reserve", desk_coins(sums[STORE_BOOK_RESERVE]),
		"immature", desk_coins(sums[STORE_BOOK_RESERVE_IMMATURE]), "owed",
		desk_coins(sums[STORE_BOOK_OWED]), "fee", desk_coins(sums[STORE_BOOK_FEE]),
		"credited_through", (json_int_t)through);
	if (d->as_json)
		desk_print(json_incref(o));
	else
		printf("reserve   %20s\nimmature  %20s\nowed      %20s\nfee       %20s\n",
			json_get_str(o, "reserve"), json_get_str(o, "immature"),
			json_get_str(o, "owed"), json_get_str(o, "fee"));
	if (!d->as_json && through >= 0)
		printf("Work is credited up to height %" PRId64 ".\n", through);
	json_decref(o);
	return OK;
}

static enum err move(struct desk *d, bool is_draw, struct why *why)
{
	struct amount amount;
	enum err e;

	if (amount_parse(d->words[0], &amount) != OK || amount_units(amount) <= 0)
		return err_fail(why, ERR_INVALID, "\"%s\" is not an amount of coins", d->words[0]);
	e = store_begin(d->st, why);
	if (e)
		return e;
	e = store_reserve_fill(d->st, d->pool_id, is_draw ? amount_neg(amount) : amount, why);
	if (!e)
		e = desk_event(d, is_draw ? "reserve_drawn" : "reserve_filled",
			json_pack("{s:o}", "amount", desk_coins(amount)), why);
	e = desk_end(d, e, why);
	return e ? e : show(d, why);
}

static enum err fill(struct desk *d, struct why *why)
{
	return move(d, false, why);
}

static enum err draw(struct desk *d, struct why *why)
{
	return move(d, true, why);
}

int cli_reserve(int argc, char **argv)
{
	static const struct desk_verb verbs[] = {
		{"show", 0, 0, false, show},
		{"fill", 1, 1, true, fill},
		{"draw", 1, 1, true, draw},
	};

	return desk_run("reserve", argc, argv, verbs, ARRAY_LEN(verbs),
		"\"show\", \"fill AMOUNT\" or \"draw AMOUNT\"");
}
