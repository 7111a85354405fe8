/*
 * account.c -- /api/v1/auth and /api/v1/me: the table of what a person may do, and what is checked
 * before any of it: who calls, that it is really he (CSRF), how often.
 */
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "web/account_priv.h"

#define BEARER "Bearer "
#define PREFIX "/api/v1/"

static account_fn account_doors;

static const struct rate writes = {"write", 120, 60}; /* of one client */
static const struct rate bad_tokens = {"token", 20, 60};

/* Who may call: everybody, a person who is signed in, or also a program with a token of that scope.
 */
enum need {
	NEED_NOTHING = 0,
	NEED_SESSION = -1,
	NEED_READ = STORE_SCOPE_READ,
	NEED_SETTINGS = STORE_SCOPE_SETTINGS,
	NEED_WORKERS = STORE_SCOPE_WORKERS,
};

static const struct route {
	const char *method, *path; /* a star is one part of the path */
	enum need need;
	account_fn *handle;
} routes[] = {
	{"GET", "auth", NEED_NOTHING, account_doors},
	{"POST", "auth/challenge", NEED_NOTHING, account_challenge},
	{"POST", "auth/sign", NEED_NOTHING, account_sign_in},
	{"POST", "auth/register", NEED_NOTHING, account_register},
	{"POST", "auth/confirm", NEED_NOTHING, account_confirm},
	{"POST", "auth/login", NEED_NOTHING, account_login},
	{"POST", "auth/reset", NEED_NOTHING, account_reset},
	{"POST", "auth/reset/finish", NEED_NOTHING, account_reset_finish},
	{"POST", "auth/cancel", NEED_NOTHING, account_payout_cancel_by},
	{"POST", "auth/passkey/challenge", NEED_NOTHING, account_passkey_challenge},
	{"POST", "auth/passkey", NEED_NOTHING, account_passkey_sign_in},
	{"POST", "auth/logout", NEED_SESSION, account_logout},
	{"GET", "auth/watch/*", NEED_NOTHING, account_watch},
	{"GET", "me", NEED_READ, account_me},
	{"PATCH", "me", NEED_SESSION, account_view_set},
	{"POST", "me/email", NEED_SESSION, account_email_set},
	{"POST", "me/password", NEED_SESSION, account_password_set},
	{"POST", "me/totp", NEED_SESSION, account_totp_begin},
	{"POST", "me/totp/confirm", NEED_SESSION, account_totp_confirm},
	{"DELETE", "me/totp", NEED_SESSION, account_totp_end},
	{"POST", "me/recovery", NEED_SESSION, account_recovery_renew},
	{"GET", "me/events", NEED_SESSION, account_events},
	{"GET", "me/sessions", NEED_SESSION, account_sessions},
	{"DELETE", "me/sessions", NEED_SESSION, account_sessions_end},
	{"DELETE", "me/sessions/*", NEED_SESSION, account_session_end},
	{"GET", "me/passkeys", NEED_SESSION, account_passkeys},
	{"POST", "me/passkeys/challenge", NEED_SESSION, account_passkey_begin},
	{"POST", "me/passkeys", NEED_SESSION, account_passkey_add},
	{"DELETE", "me/passkeys/*", NEED_SESSION, account_passkey_end},
	{"GET", "me/tokens", NEED_SESSION, account_keys},
	{"POST", "me/tokens", NEED_SESSION, account_key_add},
	{"POST", "me/tokens/*", NEED_SESSION, account_key_rotate},
	{"DELETE", "me/tokens/*", NEED_SESSION, account_key_end},
	{"GET", "me/watchers", NEED_SESSION, account_keys},
	{"POST", "me/watchers", NEED_SESSION, account_key_add},
	{"DELETE", "me/watchers/*", NEED_SESSION, account_key_end},
	{"GET", "me/invitations", NEED_SESSION, account_invitations},
	{"POST", "me/invitations", NEED_SESSION, account_invite},
	{"POST", "me/addresses", NEED_SESSION, account_link},
	{"GET", "me/addresses/*", NEED_READ, account_settings},
	{"PATCH", "me/addresses/*", NEED_SETTINGS, account_settings_set},
	{"DELETE", "me/addresses/*", NEED_SESSION, account_unlink},
	{"PUT", "me/addresses/*/payout", NEED_SESSION, account_payout_set},
	{"DELETE", "me/addresses/*/payout", NEED_SESSION, account_payout_cancel},
	{"GET", "me/addresses/*/workers", NEED_READ, account_workers},
	{"PUT", "me/addresses/*/workers/*", NEED_WORKERS, account_worker_set},
	{"DELETE", "me/addresses/*/workers/*", NEED_WORKERS, account_worker_end},
};

/* ---- what handlers use ---- */

enum err account_refuse(
	struct account_call *call, unsigned status, const char *code, const char *fmt, ...)
{
	struct buf text = {0};
	va_list ap;

	va_start(ap, fmt);
	buf_vprintf(&text, fmt, ap);
	va_end(ap);
	call->status = status;
	call->code = code;
	str_copy(call->why.text, sizeof call->why.text, buf_str(&text));
	buf_free(&text);
	return ERR_REFUSED;
}

enum err account_text_in(struct account_call *call, const char *name, size_t max, const char **out)
{
	const char *text = json_get_str(call->in, name);

	if (!text || !*text || strlen(text) > max)
		return account_refuse(call, 400, "parameter_invalid",
			"\"%s\" must be a text of 1 to %zu bytes.", name, max);
	*out = text;
	return OK;
}

enum err account_address_in(struct account_call *call, const char *text, struct address *out)
{
	const struct conf_pool *pool = call->web->pool;
	struct why why = {0};

	if (address_decode(&pool->coin, pool->network, text, out, &why) != OK)
		return account_refuse(call, 400, "address_invalid", "%s", why.text);
	return OK;
}

enum err account_note(struct account_call *call, const char *kind, const char *note)
{
	return store_user_event_add(
		call->st, call->user.id, kind, httpd_client(call->req), note, &call->why);
}

/* The ways in that this pool has. */
static enum err account_doors(struct account_call *call)
{
	static const char *const modes[] = {[CONF_REGISTRATION_OPEN] = "open",
		[CONF_REGISTRATION_INVITED] = "invited",
		[CONF_REGISTRATION_CLOSED] = "closed"};
	const struct conf *conf = call->web->conf;

	call->out = json_pack("{s:s,s:b}", "registration", modes[conf->accounts.registration],
		"mail", *conf->mail.url != '\0');
	return OK;
}

/* ---- routes ---- */

/* Whether path has the form of pattern; what stands for its stars goes to args. */
static bool path_fits(
	const char *pattern, const char *path, char args[ACCOUNT_ARGS][ACCOUNT_ARG_MAX])
{
	unsigned n = 0;

	while (*pattern) {
		size_t len = strcspn(path, "/");

		if (*pattern != '*') {
			if (*pattern++ != *path++)
				return false;
			continue;
		}
		if (len == 0 || len >= ACCOUNT_ARG_MAX)
			return false;
		memcpy(args[n], path, len);
		args[n++][len] = '\0';
		path += len;
		pattern++;
	}
	return *path == '\0';
}

static bool is_read(const char *method)
{
	return !strcmp(method, "GET") || !strcmp(method, "HEAD");
}

/* NULL: answered 404 or 405. */
static const struct route *find_route(struct account_call *call)
{
	const char *path = httpd_path(call->req) + strlen(PREFIX),
		   *method = httpd_method(call->req);
	bool is_there = false;

	for (size_t i = 0; i < ARRAY_LEN(routes); i++) {
		if (!path_fits(routes[i].path, path, call->args))
			continue;
		is_there = true;
		if (!strcmp(routes[i].method, !strcmp(method, "HEAD") ? "GET" : method))
			return &routes[i];
	}
	if (is_there)
		(void)account_refuse(
			call, 405, "method_not_allowed", "%s is not possible here.", method);
	else
		(void)account_refuse(call, 404, "not_found",
			"There is nothing here; /api/v1/openapi.yaml lists what there is.");
	return NULL;
}

/* ---- that no other site makes the browser call ---- */

/* "https://pool.example/x" is of the origin "https://pool.example". */
static bool is_origin_of(const char *origin, const char *url)
{
	size_t len = strlen(origin);

	return !strncmp(url, origin, len) && (url[len] == '\0' || url[len] == '/');
}

static bool is_own_page(const struct account_call *call)
{
	const char *site = httpd_header(call->req, "Sec-Fetch-Site");
	const char *origin = httpd_header(call->req, "Origin");
	const char *host = httpd_header(call->req, "Host");
	const char *name = origin ? strstr(origin, "://") : NULL;

	if (site)
		return !strcmp(site, "same-origin") || !strcmp(site, "none");
	if (!origin || is_origin_of(origin, call->web->conf->web.url))
		return true;
	return name && host && !strcmp(name + 3, host);
}

static bool has_csrf(const struct account_call *call)
{
	const char *sent = httpd_header(call->req, "X-CSRF-Token");
	account_hex csrf;

	account_session_csrf(call, csrf);
	return sent && !strcmp(sent, csrf);
}

static enum err check_write(struct account_call *call, enum need need)
{
	enum err err = account_rate(call, &writes, NULL, 1);

	if (err != OK)
		return err;
	if (call->scopes) /* a program's token comes from no browser by itself */
		return OK;
	if (!is_own_page(call))
		return account_refuse(
			call, 403, "foreign_origin", "Another site's page may not do this.");
	if (need != NEED_NOTHING && !has_csrf(call))
		return account_refuse(call, 403, "csrf",
			"The header X-CSRF-Token must hold \"csrf\" of GET /api/v1/me.");
	return OK;
}

/* ---- who calls ---- */

static enum err find_program(struct account_call *call, const char *token)
{
	struct store_key key;
	account_hex hash;
	enum err err = account_rate(call, &bad_tokens, NULL, 0);

	if (err != OK)
		return err;
	account_token_hash(token, hash);
	err = store_key_find(call->st, STORE_KEY_TOKEN, hash, &key, &call->why);
	if (err == OK)
		err = store_user_get(call->st, key.user, &call->user, &call->why);
	if (err == ERR_NOT_FOUND || (err == OK && call->user.is_locked)) {
		err = account_rate(call, &bad_tokens, NULL, 1);
		return err ? err
			   : account_refuse(call, 401, "token_wrong", "This token is not known.");
	}
	call->scopes = key.scopes;
	return err ? err : store_key_used(call->st, key.id, clock_wall_ms(), &call->why);
}

static enum err find_caller(struct account_call *call)
{
	const char *header = httpd_header(call->req, "Authorization");

	if (header && !strncmp(header, BEARER, strlen(BEARER)))
		return find_program(call, header + strlen(BEARER));
	return account_session_find(call);
}

static enum err check_right(struct account_call *call, enum need need)
{
	if (need == NEED_NOTHING || (call->session.id && !call->scopes))
		return OK;
	if (!call->scopes)
		return account_refuse(call, 401, "signed_out", "Sign in first.");
	if (need == NEED_SESSION || !(call->scopes & (int64_t)need))
		return account_refuse(call, 403, "scope", "This token may not do that.");
	return OK;
}

/* ---- a call ---- */

static enum err read_body(struct account_call *call)
{
	const char *type = httpd_header(call->req, "Content-Type");
	size_t len;
	const char *body = httpd_body(call->req, &len);

	if (len == 0) {
		call->in = json_object();
		return OK;
	}
	/* Forms of other sites cannot say so without asking first. */
	if (!type || strncmp(type, "application/json", 16) != 0)
		return account_refuse(
			call, 415, "not_json", "The Content-Type must be application/json.");
	if (json_read(body, len, &call->in, NULL) != OK || !json_is_object(call->in))
		return account_refuse(call, 400, "not_json", "The body must be a JSON object.");
	return OK;
}

static enum err run(struct account_call *call)
{
	const struct route *route = find_route(call);
	enum err err = route ? read_body(call) : ERR_REFUSED;

	if (err == OK && !atomic_load(&call->web->pool_id))
		err = ERR_UNAVAILABLE;
	if (err == OK)
		err = handles_take(call->web->handles, &call->st, &call->why);
	if (err != OK)
		return err;
	err = find_caller(call);
	if (err == OK)
		err = check_right(call, route->need);
	if (err == OK && !is_read(route->method))
		err = check_write(call, route->need);
	if (err == OK)
		err = route->handle(call);
	handles_give(call->web->handles, call->st, err == ERR_REFUSED ? OK : err);
	return err;
}

static void reply(struct account_call *call)
{
	struct httpd_pair headers[3] = {{NULL}};
	char retry[24];
	struct buf body = {0};
	size_t n = 0;

	if (call->out)
		json_text(call->out, &body);
	if (call->cookie[0])
		headers[n++] = (struct httpd_pair){"Set-Cookie", call->cookie};
	if (call->retry_s) {
		snprintf(retry, sizeof retry, "%lld", (long long)call->retry_s);
		headers[n++] = (struct httpd_pair){"Retry-After", retry};
	}
	httpd_reply(call->req, &(struct httpd_reply){.status = call->status,
				       .type = call->out ? "application/json" : NULL,
				       .body = body.data,
				       .len = body.len,
				       .headers = headers});
	buf_free(&body);
}

static void describe_failure(struct account_call *call, enum err err)
{
	if (err == ERR_NOT_FOUND) {
		(void)account_refuse(call, 404, "not_found", "There is nothing like that.");
	} else if (err != ERR_REFUSED) {
		log_odd(&call->web->lg, "answer_failed", "path=%s error=\"%s\"",
			httpd_path(call->req), call->why.text[0] ? call->why.text : err_text(err));
		(void)account_refuse(call, 503,
			err == ERR_BUSY ? "database_busy" : "database_unavailable",
			"The database does not answer at the moment; try again in a few seconds.");
	}
	json_decref(call->out);
	call->out =
		json_pack("{s:{s:s,s:s}}", "error", "code", call->code, "message", call->why.text);
}

void account_api(void *ctx, struct httpd_req *req)
{
	struct account_call call = {.web = ctx, .req = req, .status = 200};
	enum err err = run(&call);

	if (err != OK)
		describe_failure(&call, err);
	else if (!call.out && call.status == 200)
		call.status = 204;
	reply(&call);
	json_decref(call.in);
	json_decref(call.out);
	explicit_bzero(&call, sizeof call);
}
