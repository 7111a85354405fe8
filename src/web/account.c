/*
 * account.c -- /api/v1/auth and /api/v1/me: the table of what a person may do, and what is checked
 * before any of it: who calls, that it is really he (CSRF), how often.
 */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "web/account_priv.h"

#define WRITES_BURST   60 /* of one client, then one every … */
#define WRITES_EVERY_S 1
#define PREFIX         "/api/v1/"

enum need {
	NEED_NOTHING, /* for everybody */
	NEED_SESSION, /* a person who is signed in */
};

static const struct route {
	const char *method, *path; /* a star is one part of the path */
	enum need need;
	account_fn *handle;
} routes[] = {
	{"POST", "auth/challenge", NEED_NOTHING, account_challenge},
	{"POST", "auth/sign", NEED_NOTHING, account_sign_in},
	{"POST", "auth/logout", NEED_SESSION, account_logout},
	{"GET", "me", NEED_SESSION, account_me},
	{"PATCH", "me", NEED_SESSION, account_view_set},
	{"GET", "me/events", NEED_SESSION, account_events},
	{"GET", "me/sessions", NEED_SESSION, account_sessions},
	{"DELETE", "me/sessions", NEED_SESSION, account_sessions_end},
	{"DELETE", "me/sessions/*", NEED_SESSION, account_session_end},
	{"POST", "me/addresses", NEED_SESSION, account_link},
	{"GET", "me/addresses/*", NEED_SESSION, account_settings},
	{"PATCH", "me/addresses/*", NEED_SESSION, account_settings_set},
	{"DELETE", "me/addresses/*", NEED_SESSION, account_unlink},
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
	char client[STORE_CLIENT_MAX];

	rate_client(call->req, client);
	call->retry_s = rate_take(call->web, "write", client, WRITES_BURST, WRITES_EVERY_S);
	if (call->retry_s)
		return account_refuse(call, 429, "too_many",
			"Too many requests; try again in %lld s.", (long long)call->retry_s);
	if (!is_own_page(call))
		return account_refuse(
			call, 403, "foreign_origin", "Another site's page may not do this.");
	if (need == NEED_SESSION && !has_csrf(call))
		return account_refuse(call, 403, "csrf",
			"The header X-CSRF-Token must hold \"csrf\" of GET /api/v1/me.");
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
	err = account_session_find(call);
	if (err == OK && route->need == NEED_SESSION && !call->session.id)
		err = account_refuse(call, 401, "signed_out", "Sign in first.");
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
