/* account_key.c -- tokens for programs and links for watchers: shown once, known by their hash; and
 * invitations. */
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "notify/mail.h"
#include "store/store_key.h"
#include "web/account_priv.h"

#define KEYS_MAX      50
#define INVITATION_MS (14LL * 86400000)

static const struct {
	const char *name;
	enum store_scope scope;
} scopes[] = {{"read", STORE_SCOPE_READ}, {"settings", STORE_SCOPE_SETTINGS},
	{"workers", STORE_SCOPE_WORKERS}};

static enum store_key_kind kind_of(const struct account_call *call)
{
	return strstr(httpd_path(call->req), "/watchers") ? STORE_KEY_WATCHER : STORE_KEY_TOKEN;
}

static json_t *scopes_json(int64_t mask)
{
	json_t *list = json_array();

	for (size_t i = 0; i < ARRAY_LEN(scopes); i++) {
		if (mask & scopes[i].scope)
			json_array_append_new(list, json_string(scopes[i].name));
	}
	return list;
}

static enum err scopes_in(struct account_call *call, int64_t *out)
{
	const json_t *list = json_object_get(call->in, "scopes");
	int64_t mask = 0;

	for (size_t i = 0; i < json_array_size(list); i++) {
		const char *name = json_string_value(json_array_get(list, i));
		size_t k = 0;

		while (name && k < ARRAY_LEN(scopes) && strcmp(scopes[k].name, name) != 0)
			k++;
		if (!name || k == ARRAY_LEN(scopes))
			return account_refuse(call, 400, "parameter_invalid",
				"\"scopes\" is a list of read, settings, workers.");
		mask |= scopes[k].scope;
	}
	if (!mask)
		return account_refuse(
			call, 400, "parameter_invalid", "A token needs at least one scope.");
	*out = mask;
	return OK;
}

static enum err list_of(struct account_call *call, json_t **out)
{
	struct store_key *rows;
	size_t n;
	enum err err =
		store_key_list(call->st, call->user.id, kind_of(call), &rows, &n, &call->why);

	if (err != OK)
		return err;
	*out = json_array();
	for (size_t i = 0; i < n; i++)
		json_array_append_new(
			*out, json_pack("{s:o,s:s,s:o,s:I,s:I}", "id", view_id(rows[i].id), "name",
				      rows[i].name, "scopes", scopes_json(rows[i].scopes),
				      "created_ms", (json_int_t)rows[i].created_ms, "used_ms",
				      (json_int_t)rows[i].used_ms));
	store_free_keys(rows);
	return OK;
}

enum err account_keys(struct account_call *call)
{
	json_t *list;
	enum err err = list_of(call, &list);

	if (err == OK)
		call->out = json_pack("{s:o}", "items", list);
	return err;
}

/* The only time that it is shown. */
static enum err show(struct account_call *call, const char *secret)
{
	enum err err = account_keys(call);

	if (err == OK)
		json_object_set_new(call->out, "secret", json_string(secret));
	return err;
}

enum err account_key_add(struct account_call *call)
{
	struct store_key key = {
		.user = call->user.id, .kind = kind_of(call), .scopes = STORE_SCOPE_READ};
	account_hex secret;
	const char *name;
	json_t *list = NULL;
	enum err err = account_text_in(call, "name", STORE_NAME_MAX - 1, &name);

	if (err == OK && key.kind == STORE_KEY_TOKEN)
		err = scopes_in(call, &key.scopes);
	if (err == OK)
		err = account_second_factor(call, &call->user);
	if (err == OK)
		err = list_of(call, &list);
	if (err == OK && json_array_size(list) >= KEYS_MAX)
		err = account_refuse(
			call, 409, "too_many_keys", "There are %d of them already.", KEYS_MAX);
	json_decref(list);
	if (err != OK)
		return err;
	str_copy(key.name, sizeof key.name, name);
	account_token_new(secret, key.hash);
	err = store_key_add(call->st, &key, &call->why);
	if (err == OK)
		err = account_note(
			call, key.kind == STORE_KEY_TOKEN ? "token_added" : "watcher_added", name);
	return err ? err : show(call, secret);
}

enum err account_key_rotate(struct account_call *call)
{
	account_hex secret, hash;
	enum err err = account_second_factor(call, &call->user);

	account_token_new(secret, hash);
	if (err == OK)
		err = store_key_rotate(call->st, call->user.id, kind_of(call),
			strtoll(call->args[0], NULL, 10), hash, &call->why);
	if (err == OK)
		err = account_note(call, "token_rotated", "");
	return err ? err : show(call, secret);
}

enum err account_key_end(struct account_call *call)
{
	enum err err = store_key_end(call->st, call->user.id, kind_of(call),
		strtoll(call->args[0], NULL, 10), &call->why);

	if (err == OK)
		err = account_note(call, "token_ended", "");
	return err ? err : account_keys(call);
}

/* ---- who watches ---- */

enum err account_watch(struct account_call *call)
{
	struct store_user_address *rows;
	struct store_key key;
	account_hex hash;
	json_t *list;
	size_t n;
	enum err err;

	account_token_hash(call->args[0], hash);
	err = store_key_find(call->st, STORE_KEY_WATCHER, hash, &key, &call->why);
	if (err == OK)
		err = store_user_addresses(call->st, atomic_load(&call->web->pool_id), key.user,
			&rows, &n, &call->why);
	if (err != OK)
		return err;
	list = json_array();
	for (size_t i = 0; i < n; i++)
		json_array_append_new(list, json_string(rows[i].address));
	store_free_user_addresses(rows);
	call->out = json_pack("{s:s,s:o}", "name", key.name, "addresses", list);
	return store_key_used(call->st, key.id, clock_wall_ms(), &call->why);
}

/* ---- invitations ---- */

static enum err count_invitations(struct account_call *call, int64_t *out_left)
{
	int64_t open;
	enum err err = store_code_count(
		call->st, call->user.id, STORE_CODE_INVITATION, clock_wall_ms(), &open, &call->why);

	if (err == OK)
		*out_left = (int64_t)call->web->conf->accounts.invitations - open;
	return err;
}

enum err account_invitations(struct account_call *call)
{
	int64_t left;
	enum err err = count_invitations(call, &left);

	if (err == OK)
		call->out = json_pack("{s:I}", "left", (json_int_t)(left > 0 ? left : 0));
	return err;
}

/* With an e-mail address it is sent there; the link is shown in any case. */
enum err account_invite(struct account_call *call)
{
	struct store_code code = {.kind = STORE_CODE_INVITATION,
		.user = call->user.id,
		.data = "",
		.until_ms = clock_wall_ms() + INVITATION_MS};
	const char *email = json_get_str(call->in, "email");
	struct letter_words words = {0};
	account_hex token, hash;
	int64_t left;
	char *link;
	enum err err = count_invitations(call, &left);

	if (err == OK && left <= 0)
		err = account_refuse(call, 409, "invitations_used",
			"All your invitations are out; they come back when they are used or too "
			"old.");
	if (err == OK && email && *email && !mail_is_address(email))
		err = account_refuse(call, 400, "email_invalid", "This is no e-mail address.");
	if (err != OK)
		return err;
	account_token_new(token, hash);
	link = str_printf("%s/login#invitation=%s", call->web->conf->web.url, token);
	words.link = link;
	err = store_code_add(call->st, hash, &code, &call->why);
	if (err == OK && email && *email)
		err = account_letter(call, LETTER_INVITATION, email, call->user.lang, &words);
	if (err == OK)
		err = account_note(call, "invited", email ? email : "");
	if (err == OK)
		call->out = json_pack("{s:s,s:I}", "link", link, "left", (json_int_t)(left - 1));
	free(link);
	return err;
}
