/*
 * account_sign.c -- signing in with a payout address: a text that is good once and for ten minutes
 * is signed by the key of the address.
 *
 * Whoever does so first for an address owns what it has set. More addresses are linked in the same
 * way.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "chain/message.h"
#include "web/account_priv.h"

#define CHALLENGE_MS  600000
#define SIGNATURE_MAX 120

static const struct rate challenges = {"challenge", 30, 60}; /* of one client */

/* The text names the pool, so that no other pool can have it signed for us. */
static char *challenge_text(const struct web *web, const char *address, const char *code)
{
	return str_printf("%s: sign in with %s, code %s", web->conf->web.url, address, code);
}

enum err account_challenge(struct account_call *call)
{
	char *text;
	struct store_code code = {
		.kind = STORE_CODE_SIGN, .until_ms = clock_wall_ms() + CHALLENGE_MS};
	account_hex token, hash;
	struct address address;
	const char *typed;
	enum err err = account_text_in(call, "address", ACCOUNT_ARG_MAX, &typed);

	if (err == OK)
		err = account_address_in(call, typed, &address);
	if (err != OK)
		return err;
	if (address.kind == ADDRESS_P2WSH || address.kind == ADDRESS_P2TR)
		return account_refuse(call, 400, "address_cannot_sign",
			"Messages cannot be signed with a %s address.",
			address_kind_text(address.kind));
	err = account_rate(call, &challenges, NULL, 1);
	if (err != OK)
		return err;
	account_token_new(token, hash);
	token[32] = '\0'; /* 128 bits are enough for ten minutes, and fit on a line */
	account_token_hash(token, hash);
	code.data = address.text;
	err = store_code_add(call->st, hash, &code, &call->why);
	if (err != OK)
		return err;
	text = challenge_text(call->web, address.text, token);
	call->out = json_pack("{s:s,s:s,s:s,s:I}", "address", address.text, "code", token,
		"message", text, "until_ms", (json_int_t)code.until_ms);
	free(text);
	return OK;
}

enum err account_check_signature(struct account_call *call, struct address *out)
{
	const char *code, *signature;
	char *wanted = NULL, *text;
	struct why why = {0};
	account_hex hash;
	int64_t nobody;
	enum err err = account_text_in(call, "code", sizeof(account_hex), &code);

	if (err == OK)
		err = account_text_in(call, "signature", SIGNATURE_MAX, &signature);
	if (err != OK)
		return err;
	account_token_hash(code, hash);
	err = store_code_use(
		call->st, hash, STORE_CODE_SIGN, clock_wall_ms(), &nobody, &wanted, &call->why);
	if (err == ERR_NOT_FOUND)
		return account_refuse(call, 400, "code_invalid",
			"This text was used already, or it is too old; ask for another one.");
	if (err == OK)
		err = account_address_in(call, wanted, out);
	free(wanted);
	if (err != OK)
		return err;
	text = challenge_text(call->web, out->text, code);
	err = message_verify(&call->web->pool->coin, out, text, signature, &why);
	free(text);
	return err ? account_refuse(call, 403, "signature_wrong", "%s", why.text) : OK;
}

/* Somebody new when the address is nobody's. */
static enum err owner_of(struct account_call *call, const char *address, int64_t *out_user)
{
	int64_t pool = atomic_load(&call->web->pool_id);
	enum err err = store_user_address(call->st, pool, address, out_user, &call->why);

	if (err != ERR_NOT_FOUND)
		return err;
	err = store_begin(call->st, &call->why);
	if (err != OK)
		return err;
	err = store_user_add(call->st, "", out_user, &call->why);
	if (err == OK)
		err = store_user_link(call->st, pool, address, *out_user, &call->why);
	if (err == OK)
		return store_commit(call->st, &call->why);
	store_rollback(call->st);
	if (err == ERR_EXISTS) /* he has signed twice at once */
		err = store_user_address(call->st, pool, address, out_user, &call->why);
	return err;
}

/* The signature was right, the second factor was not: the wallet need not sign again. */
static enum err keep_challenge(struct account_call *call, const char *address)
{
	struct store_code code = {.kind = STORE_CODE_SIGN,
		.data = address,
		.until_ms = clock_wall_ms() + CHALLENGE_MS};
	account_hex hash;
	enum err err;

	account_token_hash(json_get_str(call->in, "code"), hash);
	err = store_code_add(call->st, hash, &code, &call->why);
	return err ? err : ERR_REFUSED;
}

enum err account_sign_in(struct account_call *call)
{
	struct address address;
	int64_t user;
	struct store_user owner;
	enum err err = account_check_signature(call, &address);

	if (err == OK)
		err = owner_of(call, address.text, &user);
	if (err == OK)
		err = store_user_get(call->st, user, &owner, &call->why);
	if (err != OK)
		return err;
	err = account_second_factor(call, &owner);
	if (err == ERR_REFUSED)
		return keep_challenge(call, address.text);
	return err ? err : account_session_begin(call, user, STORE_SESSION_SIGNATURE);
}

/* ---- more addresses ---- */

enum err account_link(struct account_call *call)
{
	struct address address;
	enum err err = account_check_signature(call, &address);

	if (err == OK)
		err = store_user_link(call->st, atomic_load(&call->web->pool_id), address.text,
			call->user.id, &call->why);
	if (err == ERR_EXISTS)
		return account_refuse(call, 409, "address_taken", "%s", call->why.text);
	if (err == OK)
		err = account_note(call, "address_linked", address.text);
	return err ? err : account_me(call);
}

/* The last way in must stay: an account that has nothing but one address keeps it. */
enum err account_unlink(struct account_call *call)
{
	struct store_user_address *rows;
	struct address address;
	size_t n = 0;
	enum err err = account_own(call, call->args[0], &address);

	if (err == OK)
		err = store_user_addresses(call->st, atomic_load(&call->web->pool_id),
			call->user.id, &rows, &n, &call->why);
	if (err != OK)
		return err;
	store_free_user_addresses(rows);
	if (n == 1 && !call->user.password[0])
		return account_refuse(
			call, 409, "last_way_in", "This address is the only way into the account.");
	err = store_user_unlink(call->st, atomic_load(&call->web->pool_id), address.text,
		call->user.id, &call->why);
	if (err == OK)
		err = account_note(call, "address_unlinked", address.text);
	return err ? err : account_me(call);
}
