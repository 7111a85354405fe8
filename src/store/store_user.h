/*
 * store_user.h -- people who sign in: what proves them, their addresses, sessions and codes.
 *
 * Nobody needs to be one to mine or to be paid. Secrets that people carry (the tokens of sessions,
 * codes in mails) are here as hashes only.
 */
#ifndef STORE_STORE_USER_H
#define STORE_STORE_USER_H

#include "store/store.h"

#define STORE_EMAIL_MAX    191 /* bytes with the NUL */
#define STORE_PASSWORD_MAX 201
#define STORE_CLIENT_MAX   46
#define STORE_AGENT_MAX    201

struct store_user {
	int64_t id;
	int64_t created_ms;
	bool is_locked; /* by the operator: may not sign in */
	char lang[16];
	char time_zone[64];                /* "" the browser's */
	char password[STORE_PASSWORD_MAX]; /* Argon2id, as libsodium writes it; "" none */
	char totp[65];                     /* secret of one-time passwords in hex; "" none */
	int64_t totp_step;                 /* the last one that was used */
	char email[STORE_EMAIL_MAX];       /* confirmed; "" none */
};

/** store_user_add(st, lang, out_id, why): somebody new, who has nothing yet. */
enum err store_user_add(
	struct store *st, const char *lang, int64_t *out_id, struct why *why) MUST_CHECK;
/** store_user_get(), store_user_by_email(): errs ERR_NOT_FOUND */
enum err store_user_get(
	struct store *st, int64_t id, struct store_user *out, struct why *why) MUST_CHECK;
enum err store_user_by_email(
	struct store *st, const char *email, struct store_user *out, struct why *why) MUST_CHECK;
enum err store_user_set_password(
	struct store *st, int64_t id, const char *password, struct why *why) MUST_CHECK;
enum err store_user_set_view(struct store *st, int64_t id, const char *lang, const char *time_zone,
	struct why *why) MUST_CHECK;
/** store_user_set_totp(st, id, secret, why): "" switches it off. */
enum err store_user_set_totp(
	struct store *st, int64_t id, const char *secret, struct why *why) MUST_CHECK;
/** store_user_use_step(st, id, step, why): errs ERR_CONFLICT it, or a later one, was used. */
enum err store_user_use_step(
	struct store *st, int64_t id, int64_t step, struct why *why) MUST_CHECK;
/** store_user_set_email(st, id, email, why): confirmed now, in place of the one before.
 *   errs  ERR_EXISTS somebody else has it */
enum err store_user_set_email(
	struct store *st, int64_t id, const char *email, struct why *why) MUST_CHECK;

/* ---- addresses: each belongs to one person at most, who has proved it by a signature ---- */

struct store_user_address {
	int64_t user;
	char address[STORE_ADDRESS_MAX];
	int64_t proved_ms;
};

/** store_user_address(st, pool, address, out_user, why): whose it is. errs ERR_NOT_FOUND */
enum err store_user_address(struct store *st, int64_t pool, const char *address, int64_t *out_user,
	struct why *why) MUST_CHECK;
enum err store_user_addresses(struct store *st, int64_t pool, int64_t user,
	struct store_user_address **out, size_t *out_n, struct why *why) MUST_CHECK;
void store_free_user_addresses(struct store_user_address *rows);
/** store_user_link(st, pool, address, user, why): it is his. errs ERR_EXISTS somebody has it */
enum err store_user_link(struct store *st, int64_t pool, const char *address, int64_t user,
	struct why *why) MUST_CHECK;
/** store_user_unlink(st, pool, address, user, why): errs ERR_NOT_FOUND it is not his */
enum err store_user_unlink(struct store *st, int64_t pool, const char *address, int64_t user,
	struct why *why) MUST_CHECK;

/* ---- sessions ---- */

/* stored: do not renumber */
enum store_session_how {
	STORE_SESSION_SIGNATURE = 1,
	STORE_SESSION_PASSWORD = 2,
	STORE_SESSION_PASSKEY = 3,
};

struct store_session {
	int64_t id;
	int64_t user;
	char token[STORE_HASH_MAX]; /* hash of what the browser has */
	enum store_session_how how;
	int64_t created_ms;
	int64_t rotated_ms; /* when it got its token */
	int64_t seen_ms;
	int64_t until_ms;
	char client[STORE_CLIENT_MAX]; /* IP address that used it last */
	char agent[STORE_AGENT_MAX];
};

/** store_session_add(st, s, why): user, token, how, until_ms, client and agent are read; s->id is
 * set. */
enum err store_session_add(struct store *st, struct store_session *s, struct why *why) MUST_CHECK;
/** store_session_find(st, token, now_ms, out, why): a session that is not over; its last token is
 * good for a minute more. errs ERR_NOT_FOUND */
enum err store_session_find(struct store *st, const char *token, int64_t now_ms,
	struct store_session *out, struct why *why) MUST_CHECK;
/** store_session_seen(st, s, why): seen_ms, until_ms and client of s are noted. */
enum err store_session_seen(
	struct store *st, const struct store_session *s, struct why *why) MUST_CHECK;
/** store_session_rotate(st, id, old, token, why): errs ERR_CONFLICT old is not its token any more
 */
enum err store_session_rotate(struct store *st, int64_t id, const char *old, const char *token,
	struct why *why) MUST_CHECK;
enum err store_session_list(struct store *st, int64_t user, int64_t now_ms,
	struct store_session **out, size_t *out_n, struct why *why) MUST_CHECK;
void store_free_sessions(struct store_session *rows);
/** store_session_end(st, user, id, why): errs ERR_NOT_FOUND it is not his */
enum err store_session_end(struct store *st, int64_t user, int64_t id, struct why *why) MUST_CHECK;
/** store_session_end_others(st, user, keep, why): all but keep; 0: all. */
enum err store_session_end_others(
	struct store *st, int64_t user, int64_t keep, struct why *why) MUST_CHECK;

/* ---- codes that work once: texts to sign, links in mails ---- */

/* stored: do not renumber */
enum store_code_kind {
	STORE_CODE_SIGN = 1,     /* data: the address */
	STORE_CODE_REGISTER = 2, /* data: e-mail, password, language */
	STORE_CODE_RESET = 3,
	STORE_CODE_EMAIL = 4, /* data: the new e-mail */
	STORE_CODE_TOTP = 5,  /* data: the secret that is being set up */
	STORE_CODE_RECOVERY = 6,
	STORE_CODE_INVITATION = 7,
	STORE_CODE_PASSKEY = 8, /* data: what it is for */
};

struct store_code {
	enum store_code_kind kind;
	int64_t user; /* 0: nobody yet */
	const char *data;
	int64_t until_ms;
};

enum err store_code_add(struct store *st, const char *hash, const struct store_code *code,
	struct why *why) MUST_CHECK;
/**
 * store_code_use(st, hash, kind, now_ms, out_user, out_data, why): it is gone with that.
 *   out_data  the caller frees it
 *   errs      ERR_NOT_FOUND there is none, of another kind, used before, or too old
 */
enum err store_code_use(struct store *st, const char *hash, enum store_code_kind kind,
	int64_t now_ms, int64_t *out_user, char **out_data, struct why *why) MUST_CHECK;
/** store_code_count(st, user, kind, now_ms, out, why): those that may still be used. */
enum err store_code_count(struct store *st, int64_t user, enum store_code_kind kind, int64_t now_ms,
	int64_t *out, struct why *why) MUST_CHECK;
enum err store_code_drop(
	struct store *st, int64_t user, enum store_code_kind kind, struct why *why) MUST_CHECK;

/** store_user_forget(st, now_ms, why): sessions and codes that are over are removed. */
enum err store_user_forget(struct store *st, int64_t now_ms, struct why *why) MUST_CHECK;

/* ---- what happened: signed in, password changed, … ---- */

struct store_user_event {
	int64_t id;
	int64_t time_ms;
	char kind[STORE_NAME_MAX];
	char client[STORE_CLIENT_MAX];
	char note[STORE_NOTE_MAX];
};

enum err store_user_event_add(struct store *st, int64_t user, const char *kind, const char *client,
	const char *note, struct why *why) MUST_CHECK;
enum err store_user_event_list(struct store *st, int64_t user, int64_t before, unsigned limit,
	struct store_user_event **out, size_t *out_n, struct why *why) MUST_CHECK;
void store_free_user_events(struct store_user_event *rows);

#endif
