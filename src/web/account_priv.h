/*
 * account_priv.h -- what the files account_*.c share: one call of a person's part of the API.
 *
 * account.c looks up the route, finds out who calls, checks the right to do so, and only then calls
 * the handler. A handler writes call->out, or says by account_refuse() why not.
 *
 * Threads: a call belongs to the server's thread that has the request.
 */
#ifndef WEB_ACCOUNT_PRIV_H
#define WEB_ACCOUNT_PRIV_H

#include "chain/address.h"
#include "notify/letter.h"
#include "store/store_key.h"
#include "store/store_user.h"
#include "web/web_priv.h"

#define ACCOUNT_ARGS    2
#define ACCOUNT_ARG_MAX 200 /* [bytes] */
#define ACCOUNT_TOKEN   32  /* [bytes] of randomness in whatever a person carries */

/* 64 digits and a NUL: a token, and what the database keeps of it. */
typedef char account_hex[2 * ACCOUNT_TOKEN + 1];

struct account_call {
	struct web *web;
	struct httpd_req *req;
	struct store *st;
	json_t *in; /* the body: an object, empty when there was none */
	char args[ACCOUNT_ARGS][ACCOUNT_ARG_MAX]; /* what the stars of the route stand for */

	struct store_session session; /* id is 0 when nobody is signed in */
	struct store_user user;       /* the same */
	account_hex token;            /* of the session, as the browser has it */
	int64_t scopes;               /* STORE_SCOPE_: of a program's token; 0: it is a session */

	unsigned status; /* of the answer */
	json_t *out;     /* NULL: none */
	const char *code;
	struct why why;
	char cookie[256]; /* Set-Cookie; "" none */
	int64_t retry_s;  /* Retry-After; 0: none */
};

/** A handler. OK: out is answered, 204 without one; ERR_REFUSED by account_refuse(); ERR_NOT_FOUND
 * is answered 404; everything else is the database's. */
typedef enum err account_fn(struct account_call *call);

/** account_refuse(call, status, code, fmt, ...): the answer is this; returns ERR_REFUSED. */
enum err account_refuse(struct account_call *call, unsigned status, const char *code,
	const char *fmt, ...) PRINTF_LIKE(4, 5);
/** account_text_in(call, name, max, out): a string of the body, not empty, of at most max bytes. */
enum err account_text_in(
	struct account_call *call, const char *name, size_t max, const char **out) MUST_CHECK;
/** account_address_in(call, text, out): an address of this pool's coin. */
enum err account_address_in(
	struct account_call *call, const char *text, struct address *out) MUST_CHECK;
/** account_note(call, kind, note): into the person's list of what happened. */
enum err account_note(struct account_call *call, const char *kind, const char *note) MUST_CHECK;

/* ---- account_token.c: secrets that people carry ---- */

/** account_token_new(out, out_hash): a new one, and its hash. */
void account_token_new(account_hex out, account_hex out_hash);
/** account_token_hash(token, out_hash): of any text. */
void account_token_hash(const char *token, account_hex out_hash);

/* ---- rate.c: how often something may be tried, by whom ---- */

/* So many tries in a window of time. */
struct rate {
	const char *what;
	unsigned burst, window_s;
};

/** rate_take(web, rate, who, by): one more try (by 1), or only a look (by 0). Counted in the cache,
 * so for all web servers that share it.
 *   returns  0 it may be; else the seconds to wait */
int64_t rate_take(struct web *web, const struct rate *rate, const char *who, unsigned by);
/** account_rate(call, rate, who, by): the same, refusing with 429; who NULL: the client. */
enum err account_rate(struct account_call *call, const struct rate *rate, const char *who,
	unsigned by) MUST_CHECK;
/** rate_client(req, out): the client as it is counted: an IPv4 address, an IPv6 network of 64 bits.
 */
void rate_client(const struct httpd_req *req, char out[STORE_CLIENT_MAX]);

/* ---- account_session.c ---- */

/** account_session_find(call): who calls, by the cookie; nobody is no error. */
enum err account_session_find(struct account_call *call) MUST_CHECK;
/** account_session_begin(call, user, how): call is signed in from now on, in a new session. */
enum err account_session_begin(
	struct account_call *call, int64_t user, enum store_session_how how) MUST_CHECK;
/** account_session_csrf(call, out): what a page must send with whatever it changes. */
void account_session_csrf(const struct account_call *call, account_hex out);
/** account_session_rotate(call): the session goes on with another token. */
enum err account_session_rotate(struct account_call *call) MUST_CHECK;
enum err account_me(struct account_call *call);
enum err account_view_set(struct account_call *call);
enum err account_sessions(struct account_call *call);
enum err account_session_end(struct account_call *call);
enum err account_sessions_end(struct account_call *call);
enum err account_logout(struct account_call *call);
enum err account_events(struct account_call *call);

/* ---- account_sign.c ---- */

/** account_check_signature(call, out): the address whose key has signed a challenge: "code" and
 * "signature" of the body. */
enum err account_check_signature(struct account_call *call, struct address *out) MUST_CHECK;
enum err account_challenge(struct account_call *call);
enum err account_sign_in(struct account_call *call);
enum err account_link(struct account_call *call);
enum err account_unlink(struct account_call *call);

/* ---- account_settings.c ---- */

/** account_own(call, text, out): an address that the caller owns; others are answered 404, as if
 * they were not there. */
enum err account_own(struct account_call *call, const char *text, struct address *out) MUST_CHECK;
enum err account_settings(struct account_call *call);
enum err account_settings_set(struct account_call *call);

/* ---- account_letter.c ---- */

/** account_letter(call, letter, to, lang, words): a mail, sent when this is committed; words->pool
 * is filled in. Nothing when `to` is "" or the pool sends no mail. */
enum err account_letter(struct account_call *call, enum letter letter, const char *to,
	const char *lang, struct letter_words *words) MUST_CHECK;

/* ---- account_password.c ---- */

enum err account_register(struct account_call *call);
enum err account_confirm(struct account_call *call);
enum err account_login(struct account_call *call);
enum err account_reset(struct account_call *call);
enum err account_reset_finish(struct account_call *call);
enum err account_password_set(struct account_call *call);
enum err account_email_set(struct account_call *call);

/* ---- account_totp.c ---- */

/** account_second_factor(call, user): the body's "totp", when user has switched that on. */
enum err account_second_factor(struct account_call *call, const struct store_user *user) MUST_CHECK;
enum err account_totp_begin(struct account_call *call);
enum err account_totp_confirm(struct account_call *call);
enum err account_totp_end(struct account_call *call);
enum err account_recovery_renew(struct account_call *call);

/* ---- account_payout.c ---- */

/** account_payout_json(call, account, out): where it is paid, and what waits; account 0: not known.
 */
enum err account_payout_json(struct account_call *call, int64_t account, json_t **out) MUST_CHECK;
enum err account_payout_set(struct account_call *call);
enum err account_payout_cancel(struct account_call *call);
enum err account_payout_cancel_by(struct account_call *call);

/* ---- account_key.c ---- */

enum err account_keys(struct account_call *call);
enum err account_key_add(struct account_call *call);
enum err account_key_rotate(struct account_call *call);
enum err account_key_end(struct account_call *call);
enum err account_watch(struct account_call *call);
enum err account_invitations(struct account_call *call);
enum err account_invite(struct account_call *call);

/* ---- account_worker.c ---- */

enum err account_workers(struct account_call *call);
enum err account_worker_set(struct account_call *call);
enum err account_worker_end(struct account_call *call);

/* ---- account_passkey.c ---- */

enum err account_passkeys(struct account_call *call);
enum err account_passkey_begin(struct account_call *call);
enum err account_passkey_add(struct account_call *call);
enum err account_passkey_end(struct account_call *call);
enum err account_passkey_challenge(struct account_call *call);
enum err account_passkey_sign_in(struct account_call *call);

#endif
