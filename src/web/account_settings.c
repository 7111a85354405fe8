/* account_settings.c -- what the owner of an address sets for it: when it is paid. */
#include <string.h>

#include "base/mem.h"
#include "store/store_account.h"
#include "store/store_slot.h"
#include "store/store_stats.h"
#include "web/account_priv.h"

#define PERCENT_UNITS 10000 /* a millionth of 100 %, as an amount writes percent */

enum err account_own(struct account_call *call, const char *text, struct address *out)
{
	int64_t owner;
	enum err err = account_address_in(call, text, out);

	if (err == OK)
		err = store_user_address(
			call->st, atomic_load(&call->web->pool_id), out->text, &owner, &call->why);
	if (err == OK && owner != call->user.id)
		err = ERR_NOT_FOUND;
	return err;
}

/* An address that has not mined yet has set nothing: out_account is 0 then. */
static enum err read_setting(struct account_call *call, const char *address, int64_t *out_account,
	struct store_account_setting *out)
{
	enum err err = store_account_find(
		call->st, atomic_load(&call->web->pool_id), address, out_account, &call->why);

	*out = (struct store_account_setting){0};
	if (err == ERR_NOT_FOUND) {
		*out_account = 0;
		return OK;
	}
	return err ? err : store_account_setting(call->st, *out_account, out, &call->why);
}

/* 15000 as "1.5". */
static json_t *percent_json(int64_t ppm)
{
	char text[AMOUNT_TEXT_MAX];

	return json_string(amount_text(amount_of(ppm * PERCENT_UNITS), text));
}

enum err account_settings(struct account_call *call)
{
	const struct conf_payout *conf = &call->web->pool->payout;
	struct store_account_setting setting;
	struct address address;
	json_t *payout = NULL;
	int64_t account;
	enum err err = account_own(call, call->args[0], &address);

	if (err == OK)
		err = read_setting(call, address.text, &account, &setting);
	if (err == OK)
		err = account_payout_json(call, account, &payout);
	if (err != OK)
		return err;
	call->out = json_pack("{s:s,s:o,s:{s:o,s:o,s:o},s:o,s:b,s:o}", "address", address.text,
		"threshold",
		amount_is_zero(setting.threshold) ? json_null() : view_amount(setting.threshold),
		"threshold_of_pool", "usual", view_amount(conf->minimum), "min",
		view_amount(conf->threshold_min), "max", view_amount(conf->threshold_max),
		"donation_percent", percent_json(setting.donation_ppm), "is_anonymous",
		setting.is_anonymous, "payout", payout);
	return OK;
}

/* ---- setting ---- */

/* null: the pool's own threshold. */
static enum err read_threshold(struct account_call *call, const json_t *value, struct amount *out)
{
	const struct conf_payout *conf = &call->web->pool->payout;
	char min[AMOUNT_TEXT_MAX], max[AMOUNT_TEXT_MAX];

	*out = amount_of(0);
	if (json_is_null(value))
		return OK;
	if (!json_is_string(value) || amount_parse(json_string_value(value), out) != OK)
		return account_refuse(call, 400, "parameter_invalid",
			"\"threshold\" is an amount of coins as a text, or null.");
	if (amount_cmp(*out, conf->threshold_min) < 0 || amount_cmp(*out, conf->threshold_max) > 0)
		return account_refuse(call, 400, "threshold_out_of_range",
			"A threshold lies between %s and %s.",
			amount_text(conf->threshold_min, min),
			amount_text(conf->threshold_max, max));
	return OK;
}

static enum err set_threshold(struct account_call *call, int64_t account, const json_t *value)
{
	struct amount threshold;
	char text[AMOUNT_TEXT_MAX];
	enum err err = read_threshold(call, value, &threshold);

	if (err == OK)
		err = store_account_set_threshold(call->st, account, threshold, &call->why);
	return err ? err : account_note(call, "threshold_set", amount_text(threshold, text));
}

static enum err set_donation(struct account_call *call, int64_t account, const json_t *value)
{
	const char *text = json_string_value(value);
	struct amount percent;
	enum err err;

	if (!text || amount_parse(text, &percent) != OK || amount_is_negative(percent) ||
		amount_cmp(percent, amount_of(100 * AMOUNT_COIN)) > 0 ||
		amount_units(percent) % PERCENT_UNITS != 0)
		return account_refuse(call, 400, "donation_invalid",
			"\"donation_percent\" is a text from 0 to 100 with at most four decimals.");
	err = store_account_set_donation(
		call->st, account, amount_units(percent) / PERCENT_UNITS, &call->why);
	return err ? err : account_note(call, "donation_set", text);
}

static enum err set_anonymous(struct account_call *call, int64_t account, const json_t *value)
{
	if (!json_is_boolean(value))
		return account_refuse(
			call, 400, "parameter_invalid", "\"is_anonymous\" is true or false.");
	return store_account_set_anonymous(call->st, account, json_is_true(value), &call->why);
}

enum err account_settings_set(struct account_call *call)
{
	static const struct {
		const char *name;
		enum err (*set)(struct account_call *call, int64_t account, const json_t *value);
	} settings[] = {{"threshold", set_threshold}, {"donation_percent", set_donation},
		{"is_anonymous", set_anonymous}};
	struct address address;
	int64_t account;
	enum err err = account_own(call, call->args[0], &address);

	if (err == OK)
		err = store_account_ensure(call->st, atomic_load(&call->web->pool_id), address.text,
			&account, &call->why);
	for (size_t i = 0; i < ARRAY_LEN(settings) && err == OK; i++) {
		const json_t *value = json_object_get(call->in, settings[i].name);

		if (value)
			err = settings[i].set(call, account, value);
	}
	return err ? err : account_settings(call);
}
