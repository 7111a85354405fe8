/* account_passkey.c -- passkeys: made by somebody who is signed in, and a way in by themselves. */
#include <stdio.h>
#include <string.h>

#include "auth/passkey.h"
#include "base/base64.h"
#include "base/clock.h"
#include "base/hex.h"
#include "base/mem.h"
#include "base/random.h"
#include "store/store_key.h"
#include "web/account_priv.h"

#define CHALLENGE_MS 300000
#define PASSKEYS_MAX 20
#define PART_MAX     4096 /* [bytes] of what a browser sends, as text */
#define LOGIN        "login"

static const struct rate challenges = {"passkey", 30, 60}; /* of one client */

struct bytes {
	uint8_t data[PART_MAX];
	size_t len;
};

static struct passkey_bytes view(const struct bytes *b)
{
	return (struct passkey_bytes){b->data, b->len};
}

/* A member of the body in base64url. */
static enum err bytes_in(struct account_call *call, const char *name, struct bytes *out)
{
	const char *text;
	enum err err = account_text_in(call, name, PART_MAX, &text);

	if (err == OK && !base64_decode(text, strlen(text), out->data, sizeof out->data, &out->len))
		err = account_refuse(
			call, 400, "parameter_invalid", "\"%s\" must be base64url.", name);
	return err;
}

/* ---- where it is for ---- */

struct site {
	char origin[256], host[256];
};

static struct passkey_site site_of(const struct web *web, struct site *out)
{
	const char *url = web->conf->web.url, *host = strstr(url, "://");
	size_t origin_len;

	host = host ? host + 3 : url;
	origin_len = (size_t)(host - url) + strcspn(host, "/?#");
	snprintf(out->origin, sizeof out->origin, "%.*s", (int)origin_len, url);
	snprintf(out->host, sizeof out->host, "%.*s", (int)strcspn(host, ":/?#"), host);
	return (struct passkey_site){out->origin, out->host};
}

/* ---- challenges: each is answered once ---- */

static enum err new_challenge(struct account_call *call, const char *what, char out[64])
{
	struct store_code code = {.kind = STORE_CODE_PASSKEY,
		.user = call->user.id,
		.data = what,
		.until_ms = clock_wall_ms() + CHALLENGE_MS};
	uint8_t bytes[ACCOUNT_TOKEN];
	account_hex hash;

	random_bytes(bytes, sizeof bytes);
	base64url_encode(out, bytes, sizeof bytes);
	account_token_hash(out, hash);
	return store_code_add(call->st, hash, &code, &call->why);
}

static enum err use_challenge(struct account_call *call, const struct bytes *client_data,
	const char *what, int64_t *out_user)
{
	char challenge[64], *data;
	account_hex hash;
	bool is_same;
	enum err err;

	if (passkey_challenge(view(client_data), challenge, sizeof challenge) != OK)
		return account_refuse(call, 400, "parameter_invalid",
			"\"client_data\" holds no challenge of ours.");
	account_token_hash(challenge, hash);
	err = store_code_use(
		call->st, hash, STORE_CODE_PASSKEY, clock_wall_ms(), out_user, &data, &call->why);
	if (err == ERR_NOT_FOUND)
		return account_refuse(
			call, 400, "code_invalid", "This took too long; begin once more.");
	if (err != OK)
		return err;
	is_same = !strcmp(data, what);
	free(data);
	return is_same ? OK
		       : account_refuse(call, 400, "code_invalid",
				 "This challenge was for something else.");
}

static enum err refuse_passkey(struct account_call *call, const struct why *why)
{
	return account_refuse(call, 403, "passkey_wrong", "%s.", why->text);
}

/* ---- a new one ---- */

static enum err list_of(struct account_call *call, json_t **out)
{
	struct store_passkey *rows;
	size_t n;
	enum err err = store_passkey_list(call->st, call->user.id, &rows, &n, &call->why);

	if (err != OK)
		return err;
	*out = json_array();
	for (size_t i = 0; i < n; i++)
		json_array_append_new(
			*out, json_pack("{s:o,s:s,s:s,s:I,s:I}", "id", view_id(rows[i].id),
				      "key_id", rows[i].key_id, "name", rows[i].name, "created_ms",
				      (json_int_t)rows[i].created_ms, "used_ms",
				      (json_int_t)rows[i].used_ms));
	store_free_passkeys(rows, n);
	return OK;
}

enum err account_passkeys(struct account_call *call)
{
	json_t *list;
	enum err err = list_of(call, &list);

	if (err == OK)
		call->out = json_pack("{s:o}", "items", list);
	return err;
}

enum err account_passkey_begin(struct account_call *call)
{
	char what[48], challenge[64], handle[BASE64_TEXT_MAX(24)], id[24];
	struct site site;
	json_t *list;
	enum err err = account_second_factor(call, &call->user);

	if (err == OK)
		err = list_of(call, &list);
	if (err != OK)
		return err;
	if (json_array_size(list) >= PASSKEYS_MAX) {
		json_decref(list);
		return account_refuse(
			call, 409, "too_many_keys", "There are %d passkeys already.", PASSKEYS_MAX);
	}
	snprintf(id, sizeof id, "%lld", (long long)call->user.id);
	base64url_encode(handle, (const uint8_t *)id, strlen(id));
	snprintf(what, sizeof what, "make %s", id);
	err = new_challenge(call, what, challenge);
	if (err != OK) {
		json_decref(list);
		return err;
	}
	call->out = json_pack("{s:s,s:s,s:s,s:s,s:o}", "challenge", challenge, "host",
		site_of(call->web, &site).host, "user_handle", handle, "user_name",
		call->user.email[0] ? call->user.email : id, "known", list);
	return OK;
}

static enum err store_new(struct account_call *call, const struct passkey *key, const char *name)
{
	struct store_passkey row = {.user = call->user.id, .counter = key->counter};
	enum err err;

	row.key_id = mem_alloc(BASE64_TEXT_MAX(key->id_len));
	base64url_encode(row.key_id, key->id, key->id_len);
	account_token_hash(row.key_id, row.id_hash);
	hex_encode(row.x, key->x, sizeof key->x);
	hex_encode(row.y, key->y, sizeof key->y);
	str_copy(row.name, sizeof row.name, name);
	err = store_passkey_add(call->st, &row, &call->why);
	free(row.key_id);
	return err == ERR_EXISTS ? account_refuse(call, 409, "passkey_known",
					   "This passkey is registered already.")
				 : err;
}

enum err account_passkey_add(struct account_call *call)
{
	struct bytes client_data, attestation;
	struct why why = {0};
	struct passkey key;
	struct site text;
	const char *name;
	char what[48];
	int64_t user;
	enum err err = bytes_in(call, "client_data", &client_data);

	if (err == OK)
		err = bytes_in(call, "attestation", &attestation);
	if (err == OK)
		err = account_text_in(call, "name", STORE_NAME_MAX - 1, &name);
	snprintf(what, sizeof what, "make %lld", (long long)call->user.id);
	if (err == OK)
		err = use_challenge(call, &client_data, what, &user);
	if (err == OK) {
		struct passkey_site site = site_of(call->web, &text);

		if (passkey_make(&site, view(&client_data), view(&attestation), &key, &why) != OK)
			return refuse_passkey(call, &why);
		err = store_new(call, &key, name);
	}
	if (err == OK)
		err = account_note(call, "passkey_added", name);
	return err ? err : account_passkeys(call);
}

enum err account_passkey_end(struct account_call *call)
{
	enum err err = account_second_factor(call, &call->user);

	if (err == OK)
		err = store_passkey_end(
			call->st, call->user.id, strtoll(call->args[0], NULL, 10), &call->why);
	if (err == OK)
		err = account_note(call, "passkey_removed", "");
	return err ? err : account_passkeys(call);
}

/* ---- signing in ---- */

enum err account_passkey_challenge(struct account_call *call)
{
	char challenge[64];
	struct site site;
	enum err err = account_rate(call, &challenges, NULL, 1);

	if (err == OK)
		err = new_challenge(call, LOGIN, challenge);
	if (err == OK)
		call->out = json_pack("{s:s,s:s}", "challenge", challenge, "host",
			site_of(call->web, &site).host);
	return err;
}

static enum err check_passkey(struct account_call *call, const struct store_passkey *row,
	const struct bytes *client_data, const struct bytes *auth_data,
	const struct bytes *signature)
{
	struct site text;
	struct passkey_site site = site_of(call->web, &text);
	struct passkey key = {.counter = (uint32_t)row->counter};
	struct why why = {0};
	uint32_t counter;

	if (!hex_decode(key.x, sizeof key.x, row->x, strlen(row->x)) ||
		!hex_decode(key.y, sizeof key.y, row->y, strlen(row->y)))
		return ERR_CORRUPT;
	if (passkey_check(&site, &key, view(client_data), view(auth_data), view(signature),
		    &counter, &why) != OK)
		return refuse_passkey(call, &why);
	return store_passkey_used(call->st, row->id, row->counter, counter, &call->why);
}

enum err account_passkey_sign_in(struct account_call *call)
{
	struct bytes client_data, auth_data, signature;
	struct store_passkey row;
	const char *key_id;
	account_hex hash;
	int64_t nobody;
	enum err err = account_text_in(call, "key_id", BASE64_TEXT_MAX(PASSKEY_ID_MAX), &key_id);

	if (err == OK)
		err = bytes_in(call, "client_data", &client_data);
	if (err == OK)
		err = bytes_in(call, "auth_data", &auth_data);
	if (err == OK)
		err = bytes_in(call, "signature", &signature);
	if (err == OK)
		err = use_challenge(call, &client_data, LOGIN, &nobody);
	if (err != OK)
		return err;
	account_token_hash(key_id, hash);
	err = store_passkey_find(call->st, hash, &row, &call->why);
	if (err == ERR_NOT_FOUND)
		return account_refuse(
			call, 403, "passkey_unknown", "No account knows this passkey.");
	if (err != OK)
		return err;
	err = check_passkey(call, &row, &client_data, &auth_data, &signature);
	if (err == OK)
		err = account_session_begin(call, row.user, STORE_SESSION_PASSKEY);
	store_passkey_fini(&row);
	return err;
}
