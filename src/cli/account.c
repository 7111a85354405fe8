/* account.c -- `kozan account`: what an account has, and what it has set. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "cli/account_desk.h"
#include "cli/cli.h"
#include "store/store_account.h"
#include "store/store_ledger.h"
#include "store/store_reward.h"

static enum err show(struct desk *d, struct why *why)
{
	struct store_account_setting setting;
	struct store_terms terms;
	struct store_balance b;
	int64_t account;
	json_t *o;
	enum err e = desk_account(d, d->words[0], &account, why);

	if (!e)
		e = store_account_balance(d->st, account, &b, why);
	if (!e)
		e = store_account_setting(d->st, account, &setting, why);
	if (!e)
		e = store_terms_get(d->st, account, &terms, why);
	if (e)
		return e;
	o = json_pack("{s:s,s:o,s:o,s:o,s:o,s:o,s:b,s:b,s:I}", "address", b.address, "immature",
		desk_coins(b.immature), "available", desk_coins(b.available), "paying",
		desk_coins(b.paying), "paid", desk_coins(b.paid), "threshold",
		desk_coins(amount_is_zero(setting.threshold) ? d->pool->payout.minimum
							     : setting.threshold),
		"has_own_threshold", !amount_is_zero(setting.threshold), "no_fee", terms.no_fee,
		"donation_ppm", (json_int_t)terms.donation_ppm);
	if (d->as_json)
		desk_print(json_incref(o));
	else
		printf("%s\n  immature   %20s\n  available  %20s\n  paying     %20s\n"
		       "  paid       %20s\n  threshold  %20s%s\n"
		       "  no_fee     %20s\n  donation   %14" PRId64 ".%04" PRId64 "%%\n",
			b.address, json_get_str(o, "immature"), json_get_str(o, "available"),
			json_get_str(o, "paying"), json_get_str(o, "paid"),
			json_get_str(o, "threshold"),
			amount_is_zero(setting.threshold) ? "  (the pool's)" : "",
			terms.no_fee ? "yes" : "no", terms.donation_ppm / 10000,
			terms.donation_ppm % 10000);
	json_decref(o);
	return OK;
}

/* An amount within the pool's limits, or "default". */
static enum err read_threshold(struct desk *d, struct amount *out, struct why *why)
{
	const struct conf_payout *p = &d->pool->payout;
	char min[AMOUNT_TEXT_MAX], max[AMOUNT_TEXT_MAX];

	*out = amount_of(0);
	if (strcmp(d->words[2], "default") == 0)
		return OK;
	if (amount_parse(d->words[2], out))
		return err_fail(why, ERR_INVALID,
			"\"%s\" is neither an amount of coins nor \"default\"", d->words[2]);
	if (amount_cmp(*out, p->threshold_min) < 0 || amount_cmp(*out, p->threshold_max) > 0)
		return err_fail(why, ERR_RANGE,
			"a threshold lies between %s and %s (payout.threshold_min, _max)",
			amount_text(p->threshold_min, min), amount_text(p->threshold_max, max));
	return OK;
}

static enum err set_threshold(struct desk *d, int64_t account, struct why *why)
{
	struct amount threshold;
	enum err e = read_threshold(d, &threshold, why);

	if (!e)
		e = store_begin(d->st, why);
	if (e)
		return e;
	e = store_account_set_threshold(d->st, account, threshold, why);
	if (!e)
		e = desk_event(d, "account_threshold",
			json_pack("{s:s,s:o}", "address", d->words[0], "threshold",
				desk_coins(amount_is_zero(threshold) ? d->pool->payout.minimum
								     : threshold)),
			why);
	e = desk_end(d, e, why);
	if (!e)
		printf("%s is paid from %s on.\n", d->words[0], d->words[2]);
	return e;
}

/* ---- what the account has agreed with the pool ---- */

static enum err write_terms(struct desk *d, const struct store_terms *terms, struct why *why)
{
	enum err e = store_begin(d->st, why);

	if (e)
		return e;
	e = store_terms_set(d->st, terms, why);
	if (!e)
		e = desk_event(d, "account_terms",
			json_pack("{s:s,s:b,s:I}", "address", d->words[0], "no_fee", terms->no_fee,
				"donation_ppm", (json_int_t)terms->donation_ppm),
			why);
	e = desk_end(d, e, why);
	if (!e)
		printf("%s: %s is %s for all that is credited from now on.\n", d->words[0],
			d->words[1], d->words[2]);
	return e;
}

static enum err set_no_fee(struct desk *d, int64_t account, struct why *why)
{
	bool yes = strcmp(d->words[2], "yes") == 0;
	struct store_terms terms;
	enum err e = store_terms_get(d->st, account, &terms, why);

	if (e)
		return e;
	if (!yes && strcmp(d->words[2], "no") != 0)
		return err_fail(why, ERR_INVALID, "no_fee is yes or no, not \"%s\"", d->words[2]);
	terms.no_fee = yes;
	return write_terms(d, &terms, why);
}

/* "2%", "0.5%": up to 100 %, with four decimals. */
static enum err set_donation(struct desk *d, int64_t account, struct why *why)
{
	size_t len = strcspn(d->words[2], "%");
	struct store_terms terms;
	struct amount percent;
	char number[32];
	enum err e = store_terms_get(d->st, account, &terms, why);

	if (e)
		return e;
	if (!str_copy(number, sizeof(number), d->words[2]) || strlen(d->words[2]) > len + 1)
		return err_fail(why, ERR_INVALID, "\"%s\" is not a percentage", d->words[2]);
	number[len] = '\0';
	if (amount_parse(number, &percent) != OK || amount_units(percent) % 10000 != 0)
		return err_fail(why, ERR_INVALID,
			"\"%s\" is not a percentage with at most four decimals", d->words[2]);
	if (amount_is_negative(percent) || amount_cmp(percent, amount_of(100 * AMOUNT_COIN)) > 0)
		return err_fail(why, ERR_RANGE, "%s is not between 0%% and 100%%", d->words[2]);
	terms.donation_ppm = amount_units(percent) / 10000;
	return write_terms(d, &terms, why);
}

static enum err set(struct desk *d, struct why *why)
{
	static const struct {
		const char *name;
		enum err (*set)(struct desk *d, int64_t account, struct why *why);
	} settings[] = {
		{"threshold", set_threshold}, {"no_fee", set_no_fee}, {"donation", set_donation}};
	int64_t account;
	enum err e = desk_account(d, d->words[0], &account, why);

	if (e)
		return e;
	for (size_t i = 0; i < ARRAY_LEN(settings); i++) {
		if (strcmp(d->words[1], settings[i].name) == 0)
			return settings[i].set(d, account, why);
	}
	return err_fail(why, ERR_INVALID,
		"an account has no \"%s\" to set; see \"kozan help account\"", d->words[1]);
}

int cli_account(int argc, char **argv)
{
	static const struct desk_verb verbs[] = {
		{"show", 1, 1, false, show},
		{"set", 3, 3, false, set},
		{"statement", 1, 1, false, account_desk_statement},
	};

	return desk_run("account", argc, argv, verbs, ARRAY_LEN(verbs),
		"\"show ADDRESS\", \"set ADDRESS KEY VALUE\" or \"statement ADDRESS\"");
}
