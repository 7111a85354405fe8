/* account_settings.c -- what the owner of an address sets for it: when it is paid. */
#include <string.h>

#include "store/store_account.h"
#include "store/store_slot.h"
#include "store/store_stats.h"
#include "web/account_priv.h"

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

/* An address that has not mined yet has set nothing. */
static enum err read_setting(
	struct account_call *call, const char *address, struct store_account_setting *out)
{
	int64_t account;
	enum err err = store_account_find(
		call->st, atomic_load(&call->web->pool_id), address, &account, &call->why);

	*out = (struct store_account_setting){0};
	if (err == ERR_NOT_FOUND)
		return OK;
	return err ? err : store_account_setting(call->st, account, out, &call->why);
}

enum err account_settings(struct account_call *call)
{
	const struct conf_payout *conf = &call->web->pool->payout;
	struct store_account_setting setting;
	struct address address;
	enum err err = account_own(call, call->args[0], &address);

	if (err == OK)
		err = read_setting(call, address.text, &setting);
	if (err != OK)
		return err;
	call->out = json_pack("{s:s,s:o,s:{s:o,s:o,s:o}}", "address", address.text, "threshold",
		amount_is_zero(setting.threshold) ? json_null() : view_amount(setting.threshold),
		"threshold_of_pool", "usual", view_amount(conf->minimum), "min",
		view_amount(conf->threshold_min), "max", view_amount(conf->threshold_max));
	return OK;
}

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

static enum err set_threshold(struct account_call *call, const char *address, const json_t *value)
{
	struct amount threshold;
	int64_t account;
	char text[AMOUNT_TEXT_MAX];
	enum err err = read_threshold(call, value, &threshold);

	if (err == OK)
		err = store_account_ensure(
			call->st, atomic_load(&call->web->pool_id), address, &account, &call->why);
	if (err == OK)
		err = store_account_set_threshold(call->st, account, threshold, &call->why);
	return err ? err : account_note(call, "threshold_set", amount_text(threshold, text));
}

enum err account_settings_set(struct account_call *call)
{
	const json_t *threshold = json_object_get(call->in, "threshold");
	struct address address;
	enum err err = account_own(call, call->args[0], &address);

	if (err == OK && threshold)
		err = set_threshold(call, address.text, threshold);
	return err ? err : account_settings(call);
}
