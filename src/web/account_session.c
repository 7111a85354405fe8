/*
 * account_session.c -- who calls: sessions in the database, their cookie, and the person's own view
 * of them.
 *
 * The cookie holds 256 random bits; the database their hash. It changes once a day while it is
 * used.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/hex.h"
#include "base/mem.h"
#include "base/sha256.h"
#include "web/account_priv.h"

#define SEEN_MS   60000    /* how exactly it is noted when a session was used */
#define ROTATE_MS 86400000 /* a token's life */
#define EVENTS    50

/* ---- the cookie ---- */

static bool is_secure(const struct web *web)
{
	return !strncmp(web->conf->web.url, "https://", 8);
}

/* __Host-: browsers take it from this host alone, over TLS alone. */
static const char *cookie_name(const struct web *web)
{
	return is_secure(web) ? "__Host-session" : "session";
}

static void set_cookie(struct account_call *call, const char *token, int64_t life_ms)
{
	snprintf(call->cookie, sizeof call->cookie,
		"%s=%s; Path=/; Max-Age=%lld; HttpOnly; SameSite=Lax%s", cookie_name(call->web),
		token, (long long)(life_ms / 1000), is_secure(call->web) ? "; Secure" : "");
}

void account_session_csrf(const struct account_call *call, account_hex out)
{
	uint8_t digest[SHA256_LEN];
	struct sha256 ctx;

	sha256_init(&ctx);
	sha256_add(&ctx, "csrf:", 5);
	sha256_add(&ctx, call->token, strlen(call->token));
	sha256_finish(&ctx, digest);
	hex_encode(out, digest, sizeof digest);
}

/* ---- who calls ---- */

/* Two pages may come at once: the one that is late goes on with its old token. */
enum err account_session_rotate(struct account_call *call)
{
	account_hex token, hash;
	enum err err;

	account_token_new(token, hash);
	err = store_session_rotate(
		call->st, call->session.id, call->session.token, hash, &call->why);
	if (err == ERR_CONFLICT)
		return OK;
	if (err == OK) {
		memcpy(call->token, token, sizeof call->token);
		set_cookie(call, token, call->web->conf->accounts.session_ms);
	}
	return err;
}

static enum err keep_up(struct account_call *call)
{
	struct store_session *s = &call->session;
	int64_t now_ms = clock_wall_ms();
	enum err err = OK;

	if (s->seen_ms < now_ms - SEEN_MS || strcmp(s->client, httpd_client(call->req)) != 0) {
		s->seen_ms = now_ms;
		s->until_ms = now_ms + call->web->conf->accounts.session_ms;
		str_copy(s->client, sizeof s->client, httpd_client(call->req));
		err = store_session_seen(call->st, s, &call->why);
	}
	if (err == OK && s->rotated_ms < now_ms - ROTATE_MS)
		err = account_session_rotate(call);
	return err;
}

enum err account_session_find(struct account_call *call)
{
	const char *token = httpd_cookie(call->req, cookie_name(call->web));
	account_hex hash;
	enum err err;

	if (!token || strlen(token) != sizeof call->token - 1)
		return OK;
	account_token_hash(token, hash);
	err = store_session_find(call->st, hash, clock_wall_ms(), &call->session, &call->why);
	if (err == OK)
		err = store_user_get(call->st, call->session.user, &call->user, &call->why);
	if (err == OK && !call->user.is_locked) {
		memcpy(call->token, token, sizeof call->token);
		return keep_up(call);
	}
	call->session.id = call->user.id = 0;
	return err == ERR_NOT_FOUND ? OK : err;
}

enum err account_session_begin(struct account_call *call, int64_t user, enum store_session_how how)
{
	static const char *const hows[] = {[STORE_SESSION_SIGNATURE] = "signature",
		[STORE_SESSION_PASSWORD] = "password",
		[STORE_SESSION_PASSKEY] = "passkey"};
	int64_t life_ms = call->web->conf->accounts.session_ms;
	const char *agent = httpd_header(call->req, "User-Agent");
	struct store_session s = {.user = user, .how = how, .until_ms = clock_wall_ms() + life_ms};
	enum err err = store_user_get(call->st, user, &call->user, &call->why);

	if (err == OK && call->user.is_locked)
		err = account_refuse(call, 403, "locked", "The operator has locked this account.");
	if (err != OK)
		return err;
	if (call->session.id) /* nobody goes on in somebody's session */
		err = store_session_end(call->st, call->session.user, call->session.id, &call->why);
	account_token_new(call->token, s.token);
	str_copy(s.client, sizeof s.client, httpd_client(call->req));
	str_copy(s.agent, sizeof s.agent, agent ? agent : "");
	if (err == OK || err == ERR_NOT_FOUND)
		err = store_session_add(call->st, &s, &call->why);
	if (err == OK)
		err = account_note(call, "signed_in", hows[how]);
	if (err != OK)
		return err;
	s.created_ms = s.seen_ms = clock_wall_ms();
	call->session = s;
	set_cookie(call, call->token, life_ms);
	return account_me(call);
}

/* ---- what a person sees of himself ---- */

static enum err add_addresses(struct account_call *call, json_t *me)
{
	struct store_user_address *rows;
	json_t *list;
	size_t n;
	enum err err = store_user_addresses(
		call->st, atomic_load(&call->web->pool_id), call->user.id, &rows, &n, &call->why);

	if (err != OK)
		return err;
	list = json_array();
	for (size_t i = 0; i < n; i++)
		json_array_append_new(list, json_pack("{s:s,s:I}", "address", rows[i].address,
						    "proved_ms", (json_int_t)rows[i].proved_ms));
	json_object_set_new(me, "addresses", list);
	store_free_user_addresses(rows);
	return OK;
}

enum err account_me(struct account_call *call)
{
	const struct store_user *u = &call->user;
	account_hex csrf;
	int64_t codes;
	enum err err;

	err = store_code_count(
		call->st, u->id, STORE_CODE_RECOVERY, clock_wall_ms(), &codes, &call->why);
	if (err != OK)
		return err;
	account_session_csrf(call, csrf);
	json_decref(call->out);
	call->out = json_pack("{s:o,s:s,s:I,s:s,s:s,s:s,s:b,s:b,s:I,s:o}", "id", view_id(u->id),
		"csrf", csrf, "created_ms", (json_int_t)u->created_ms, "lang", u->lang, "time_zone",
		u->time_zone, "email", u->email, "has_password", u->password[0] != '\0', "has_totp",
		u->totp[0] != '\0', "recovery_codes", (json_int_t)codes, "session",
		view_id(call->session.id));
	err = add_addresses(call, call->out);
	return err;
}

enum err account_view_set(struct account_call *call)
{
	const char *lang = json_get_str(call->in, "lang"),
		   *zone = json_get_str(call->in, "time_zone");
	enum err err;

	if ((lang && strlen(lang) >= sizeof call->user.lang) ||
		(zone && strlen(zone) >= sizeof call->user.time_zone))
		return account_refuse(call, 400, "parameter_invalid",
			"\"lang\" and \"time_zone\" are names such as ja and Asia/Tokyo.");
	if (lang)
		str_copy(call->user.lang, sizeof call->user.lang, lang);
	if (zone)
		str_copy(call->user.time_zone, sizeof call->user.time_zone, zone);
	err = store_user_set_view(
		call->st, call->user.id, call->user.lang, call->user.time_zone, &call->why);
	return err ? err : account_me(call);
}

enum err account_sessions(struct account_call *call)
{
	static const char *const hows[] = {[STORE_SESSION_SIGNATURE] = "signature",
		[STORE_SESSION_PASSWORD] = "password",
		[STORE_SESSION_PASSKEY] = "passkey"};
	struct store_session *rows;
	json_t *list;
	size_t n;
	enum err err =
		store_session_list(call->st, call->user.id, clock_wall_ms(), &rows, &n, &call->why);

	if (err != OK)
		return err;
	list = json_array();
	for (size_t i = 0; i < n; i++)
		json_array_append_new(list,
			json_pack("{s:o,s:b,s:s,s:I,s:I,s:s,s:s}", "id", view_id(rows[i].id),
				"is_this", rows[i].id == call->session.id, "how", hows[rows[i].how],
				"created_ms", (json_int_t)rows[i].created_ms, "seen_ms",
				(json_int_t)rows[i].seen_ms, "client", rows[i].client, "agent",
				rows[i].agent));
	store_free_sessions(rows);
	call->out = json_pack("{s:o}", "items", list);
	return OK;
}

enum err account_session_end(struct account_call *call)
{
	int64_t id = strtoll(call->args[0], NULL, 10);
	enum err err = store_session_end(call->st, call->user.id, id, &call->why);

	return err ? err : account_note(call, "session_ended", "");
}

enum err account_sessions_end(struct account_call *call)
{
	enum err err =
		store_session_end_others(call->st, call->user.id, call->session.id, &call->why);

	return err ? err : account_note(call, "sessions_ended", "");
}

enum err account_logout(struct account_call *call)
{
	set_cookie(call, "", 0);
	return store_session_end(call->st, call->user.id, call->session.id, &call->why);
}

enum err account_events(struct account_call *call)
{
	struct store_user_event *rows;
	json_t *list;
	size_t n;
	enum err err =
		store_user_event_list(call->st, call->user.id, 0, EVENTS, &rows, &n, &call->why);

	if (err != OK)
		return err;
	list = json_array();
	for (size_t i = 0; i < n; i++)
		json_array_append_new(
			list, json_pack("{s:o,s:I,s:s,s:s,s:s}", "id", view_id(rows[i].id),
				      "time_ms", (json_int_t)rows[i].time_ms, "kind", rows[i].kind,
				      "client", rows[i].client, "note", rows[i].note));
	store_free_user_events(rows);
	call->out = json_pack("{s:o}", "items", list);
	return OK;
}
