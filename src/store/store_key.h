/*
 * store_key.h -- what people let others in with: tokens for programs, links for watchers, passkeys
 * of their own. Hashes and public keys only.
 */
#ifndef STORE_STORE_KEY_H
#define STORE_STORE_KEY_H

#include "store/store_user.h"

/* stored: do not renumber */
enum store_key_kind {
	STORE_KEY_TOKEN = 1,   /* for programs */
	STORE_KEY_WATCHER = 2, /* a link that shows, and nothing else */
};

/* stored, or'ed together: do not renumber */
enum store_scope {
	STORE_SCOPE_READ = 1,
	STORE_SCOPE_SETTINGS = 2, /* of addresses; never where they are paid */
	STORE_SCOPE_WORKERS = 4,
};

struct store_key {
	int64_t id;
	int64_t user;
	enum store_key_kind kind;
	char hash[STORE_HASH_MAX];
	char name[STORE_NAME_MAX];
	int64_t scopes;
	int64_t created_ms;
	int64_t used_ms; /* about; 0: never */
};

/** store_key_add(st, key, why): user, kind, hash, name and scopes are read; key->id is set. */
enum err store_key_add(struct store *st, struct store_key *key, struct why *why) MUST_CHECK;
/** store_key_find(st, kind, hash, out, why): errs ERR_NOT_FOUND */
enum err store_key_find(struct store *st, enum store_key_kind kind, const char *hash,
	struct store_key *out, struct why *why) MUST_CHECK;
enum err store_key_used(struct store *st, int64_t id, int64_t now_ms, struct why *why) MUST_CHECK;
enum err store_key_list(struct store *st, int64_t user, enum store_key_kind kind,
	struct store_key **out, size_t *out_n, struct why *why) MUST_CHECK;
void store_free_keys(struct store_key *rows);
/** store_key_rotate(), store_key_end(): errs ERR_NOT_FOUND it is not his, or of another kind */
enum err store_key_rotate(struct store *st, int64_t user, enum store_key_kind kind, int64_t id,
	const char *hash, struct why *why) MUST_CHECK;
enum err store_key_end(struct store *st, int64_t user, enum store_key_kind kind, int64_t id,
	struct why *why) MUST_CHECK;

/* ---- passkeys ---- */

struct store_passkey {
	int64_t id;
	int64_t user;
	char id_hash[STORE_HASH_MAX];              /* of the authenticator's name for it */
	char *key_id;                              /* that name, base64url */
	char x[STORE_HASH_MAX], y[STORE_HASH_MAX]; /* hex */
	int64_t counter;
	char name[STORE_NAME_MAX];
	int64_t created_ms, used_ms;
};

/** store_passkey_add(st, p, why): id, created_ms and used_ms are not read. errs ERR_EXISTS */
enum err store_passkey_add(
	struct store *st, const struct store_passkey *p, struct why *why) MUST_CHECK;
/** store_passkey_find(st, id_hash, out, why): ended by store_passkey_fini(). errs ERR_NOT_FOUND */
enum err store_passkey_find(struct store *st, const char *id_hash, struct store_passkey *out,
	struct why *why) MUST_CHECK;
void store_passkey_fini(struct store_passkey *p);
/** store_passkey_used(st, id, old, counter, why): errs ERR_CONFLICT the counter is not old */
enum err store_passkey_used(
	struct store *st, int64_t id, int64_t old, int64_t counter, struct why *why) MUST_CHECK;
enum err store_passkey_list(struct store *st, int64_t user, struct store_passkey **out,
	size_t *out_n, struct why *why) MUST_CHECK;
void store_free_passkeys(struct store_passkey *rows, size_t n);
/** store_passkey_end(st, user, id, why): errs ERR_NOT_FOUND it is not his */
enum err store_passkey_end(struct store *st, int64_t user, int64_t id, struct why *why) MUST_CHECK;

#endif
