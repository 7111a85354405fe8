/*
 * account_payout.c -- being paid at another address: asked for with a second factor, held by the
 * ledger, and stopped by the owner or by the link in his mail.
 */
#include <string.h>

#include "base/mem.h"
#include "store/store_slot.h"
#include "store/store_stats.h"
#include "store/store_wish.h"
#include "web/account_priv.h"

/* With an app its code; without one a fresh signature of the address whose money it is. */
static enum err check_owner(struct account_call *call, const struct address *address)
{
	struct address signer;
	enum err err;

	if (call->user.totp[0])
		return account_second_factor(call, &call->user);
	if (!json_get_str(call->in, "signature"))
		return account_refuse(call, 401, "signature_needed",
			"A signature of %s is needed, or one-time passwords have to be on.",
			address->text);
	err = account_check_signature(call, &signer);
	if (err == OK && strcmp(signer.text, address->text) != 0)
		err = account_refuse(call, 403, "signature_wrong", "The signature must be by %s.",
			address->text);
	return err;
}

enum err account_payout_json(struct account_call *call, int64_t account, json_t **out)
{
	char address[STORE_ADDRESS_MAX] = "";
	struct store_wish wish;
	json_t *waiting = json_null();
	enum err err = OK;

	if (account)
		err = store_payout_address(call->st, account, address, &call->why);
	if (account && (err == OK || err == ERR_NOT_FOUND)) {
		err = store_wish_get(call->st, account, &wish, &call->why);
		if (err == OK)
			waiting = json_pack("{s:s,s:I,s:I}", "address", wish.address, "created_ms",
				(json_int_t)wish.created_ms, "until_ms",
				(json_int_t)(wish.until_ms
						     ? wish.until_ms
						     : wish.created_ms +
							       call->web->conf->accounts.hold_ms));
	}
	if (err != OK && err != ERR_NOT_FOUND)
		return err;
	*out = json_pack("{s:s,s:o}", "address", address, "waiting", waiting);
	return OK;
}

enum err account_payout_set(struct account_call *call)
{
	struct address own, wished;
	const char *typed;
	int64_t account;
	enum err err = account_own(call, call->args[0], &own);

	if (err == OK)
		err = account_text_in(call, "address", ACCOUNT_ARG_MAX, &typed);
	if (err == OK)
		err = account_address_in(call, typed, &wished);
	if (err == OK)
		err = check_owner(call, &own);
	if (err == OK)
		err = store_account_ensure(
			call->st, atomic_load(&call->web->pool_id), own.text, &account, &call->why);
	if (err == OK)
		err = store_wish_add(call->st, account, call->user.id, wished.text, &call->why);
	if (err == OK)
		err = account_note(call, "payout_address_wished", wished.text);
	if (err != OK)
		return err;
	call->status = 202;
	return account_settings(call);
}

enum err account_payout_cancel(struct account_call *call)
{
	struct address own;
	int64_t account;
	enum err err = account_own(call, call->args[0], &own);

	if (err == OK)
		err = store_account_find(
			call->st, atomic_load(&call->web->pool_id), own.text, &account, &call->why);
	if (err == OK)
		err = store_wish_cancel(call->st, account, &call->why);
	if (err == OK)
		err = account_note(call, "payout_address_cancelled", "");
	return err ? err : account_settings(call);
}

/* By the link of the mail, without signing in. */
enum err account_payout_cancel_by(struct account_call *call)
{
	const char *code;
	account_hex hash;
	int64_t user;
	enum err err = account_text_in(call, "code", sizeof(account_hex), &code);

	if (err != OK)
		return err;
	account_token_hash(code, hash);
	err = store_wish_cancel_by(call->st, hash, &user, &call->why);
	if (err == ERR_NOT_FOUND)
		return account_refuse(call, 400, "code_invalid",
			"There is nothing to stop any more: it was stopped, or it is done.");
	return err ? err
		   : store_user_event_add(call->st, user, "payout_address_cancelled",
			     httpd_client(call->req), "", &call->why);
}
