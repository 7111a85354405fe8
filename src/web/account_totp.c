/* account_totp.c -- the second factor: one-time passwords of an app, and recovery codes on paper.
 */
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "auth/totp.h"
#include "base/clock.h"
#include "base/hex.h"
#include "base/mem.h"
#include "base/random.h"
#include "web/account_priv.h"

#define SETUP_MS   900000
#define CODES      10
#define CODE_LEN   10 /* digits of a recovery code, with a dash in the middle */
#define FOREVER_MS (100LL * 365 * 86400000)

/* Wrong codes: of one person from one client, and from everywhere. */
static const struct rate guesses = {"totp", 5, 300};
static const struct rate all_guesses = {"totps", 60, 3600};

/* ---- recovery codes: each works once ---- */

/* "ABCDE-12345" and "abcde12345" are the same. */
static void recovery_hash(int64_t user, const char *typed, account_hex out)
{
	char text[64];
	int n = snprintf(text, sizeof text, "recovery:%lld:", (long long)user);

	for (; *typed && n < (int)sizeof text - 1; typed++) {
		if (isalnum((unsigned char)*typed))
			text[n++] = (char)tolower((unsigned char)*typed);
	}
	text[n] = '\0';
	account_token_hash(text, out);
}

static enum err new_codes(struct account_call *call, json_t **out)
{
	struct store_code code = {.kind = STORE_CODE_RECOVERY,
		.user = call->user.id,
		.data = "",
		.until_ms = clock_wall_ms() + FOREVER_MS};
	json_t *list = json_array();
	enum err err = store_code_drop(call->st, call->user.id, STORE_CODE_RECOVERY, &call->why);

	for (int i = 0; i < CODES && err == OK; i++) {
		uint8_t bytes[CODE_LEN / 2];
		char hex[CODE_LEN + 1], text[CODE_LEN + 2];
		account_hex hash;

		random_bytes(bytes, sizeof bytes);
		hex_encode(hex, bytes, sizeof bytes);
		snprintf(text, sizeof text, "%.5s-%s", hex, hex + 5);
		recovery_hash(call->user.id, text, hash);
		err = store_code_add(call->st, hash, &code, &call->why);
		json_array_append_new(list, json_string(text));
	}
	if (err != OK) {
		json_decref(list);
		return err;
	}
	*out = list;
	return OK;
}

static enum err use_recovery(
	struct account_call *call, const struct store_user *user, const char *typed)
{
	account_hex hash;
	int64_t owner;
	char *data;
	enum err err;

	recovery_hash(user->id, typed, hash);
	err = store_code_use(
		call->st, hash, STORE_CODE_RECOVERY, clock_wall_ms(), &owner, &data, &call->why);
	if (err == OK)
		free(data);
	return err;
}

/* ---- checking ---- */

static enum err check_code(
	struct account_call *call, const struct store_user *user, const char *typed)
{
	uint8_t secret[TOTP_SECRET_LEN];
	int64_t step;

	if (strlen(typed) > 6)
		return use_recovery(call, user, typed);
	if (!hex_decode(secret, sizeof secret, user->totp, strlen(user->totp)))
		return ERR_CORRUPT;
	if (!totp_check(secret, clock_wall_ms() / 1000, typed, &step))
		return ERR_NOT_FOUND;
	return store_user_use_step(call->st, user->id, step, &call->why);
}

static enum err count_guess(struct account_call *call, const struct store_user *user, unsigned by)
{
	char client[STORE_CLIENT_MAX], id[24], who[80];
	enum err err;

	rate_client(call->req, client);
	snprintf(id, sizeof id, "%lld", (long long)user->id);
	snprintf(who, sizeof who, "%s %s", id, client);
	err = account_rate(call, &guesses, who, by);
	return err ? err : account_rate(call, &all_guesses, id, by);
}

enum err account_second_factor(struct account_call *call, const struct store_user *user)
{
	const char *typed = json_get_str(call->in, "totp");
	enum err err;

	if (!user->totp[0])
		return OK;
	if (!typed || !*typed)
		return account_refuse(call, 401, "totp_needed",
			"A code of your app, or a recovery code, is needed too.");
	err = count_guess(call, user, 0);
	if (err == OK)
		err = check_code(call, user, typed);
	if (err != ERR_NOT_FOUND && err != ERR_CONFLICT)
		return err;
	err = count_guess(call, user, 1);
	return err ? err
		   : account_refuse(call, 403, "totp_wrong",
			     "This code is wrong, or it was used already.");
}

/* ---- setting up ---- */

enum err account_totp_begin(struct account_call *call)
{
	struct store_code code = {.kind = STORE_CODE_TOTP,
		.user = call->user.id,
		.until_ms = clock_wall_ms() + SETUP_MS};
	uint8_t secret[TOTP_SECRET_LEN];
	char hex[2 * TOTP_SECRET_LEN + 1], text[TOTP_TEXT_MAX], *uri;
	account_hex token, hash;
	enum err err;

	if (call->user.totp[0])
		return account_refuse(call, 409, "totp_on", "One-time passwords are on already.");
	random_bytes(secret, sizeof secret);
	hex_encode(hex, secret, sizeof secret);
	totp_text(secret, text);
	account_token_new(token, hash);
	code.data = hex;
	err = store_code_add(call->st, hash, &code, &call->why);
	if (err != OK)
		return err;
	uri = str_printf("otpauth://totp/%s?secret=%s&issuer=%s", call->web->pool->name, text,
		call->web->pool->name);
	call->out = json_pack("{s:s,s:s,s:s}", "code", token, "secret", text, "uri", uri);
	free(uri);
	return OK;
}

static enum err switch_on(struct account_call *call, const char *hex, int64_t step)
{
	json_t *codes = NULL;
	enum err err = store_begin(call->st, &call->why);

	if (err != OK)
		return err;
	err = store_user_set_totp(call->st, call->user.id, hex, &call->why);
	if (err == OK)
		err = store_user_use_step(call->st, call->user.id, step, &call->why);
	if (err == OK)
		err = new_codes(call, &codes);
	if (err == OK)
		err = account_note(call, "totp_on", "");
	if (err == OK)
		err = store_commit(call->st, &call->why);
	else
		store_rollback(call->st);
	if (err == OK)
		err = account_session_rotate(call);
	if (err == OK)
		call->out = json_pack("{s:o}", "recovery_codes", codes);
	else
		json_decref(codes);
	return err;
}

enum err account_totp_confirm(struct account_call *call)
{
	const char *code, *typed;
	uint8_t secret[TOTP_SECRET_LEN];
	account_hex hash;
	int64_t user, step;
	char *hex;
	bool is_right;
	enum err err = account_text_in(call, "code", sizeof(account_hex), &code);

	if (err == OK)
		err = account_text_in(call, "totp", 6, &typed);
	if (err != OK)
		return err;
	account_token_hash(code, hash);
	err = store_code_use(
		call->st, hash, STORE_CODE_TOTP, clock_wall_ms(), &user, &hex, &call->why);
	if (err != OK)
		return err == ERR_NOT_FOUND
			       ? account_refuse(call, 400, "code_invalid", "Begin once more.")
			       : err;
	is_right = user == call->user.id && !call->user.totp[0] &&
		   hex_decode(secret, sizeof secret, hex, strlen(hex)) &&
		   totp_check(secret, clock_wall_ms() / 1000, typed, &step);
	err = is_right ? switch_on(call, hex, step)
		       : account_refuse(call, 403, "totp_wrong",
				 "This code is wrong; is the clock of your phone right?");
	free(hex);
	return err;
}

enum err account_totp_end(struct account_call *call)
{
	enum err err = account_second_factor(call, &call->user);

	if (err == OK)
		err = store_user_set_totp(call->st, call->user.id, "", &call->why);
	if (err == OK)
		err = store_code_drop(call->st, call->user.id, STORE_CODE_RECOVERY, &call->why);
	if (err == OK)
		err = account_note(call, "totp_off", "");
	call->user.totp[0] = '\0';
	return err ? err : account_me(call);
}

enum err account_recovery_renew(struct account_call *call)
{
	json_t *codes;
	enum err err;

	if (!call->user.totp[0])
		return account_refuse(call, 409, "totp_off", "There is no second factor.");
	err = account_second_factor(call, &call->user);
	if (err == OK)
		err = new_codes(call, &codes);
	if (err == OK)
		call->out = json_pack("{s:o}", "recovery_codes", codes);
	return err;
}
