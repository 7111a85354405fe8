/*
 * passkey.h -- WebAuthn (level 2): what a browser sends of an authenticator, checked.
 *
 * Only ES256 keys, which all authenticators have. Attestations are not asked for and not looked at.
 * The authenticator must have seen its user and known him (by a PIN, a finger, a face), so a
 * passkey is two factors.
 */
#ifndef AUTH_PASSKEY_H
#define AUTH_PASSKEY_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

#define PASSKEY_ID_MAX 1023 /* [bytes] */

/* Bytes as they came; borrowed. */
struct passkey_bytes {
	const uint8_t *data;
	size_t len;
};

/* Where the passkey is for. */
struct passkey_site {
	const char *origin; /* "https://pool.example" */
	const char *host;   /* "pool.example": the relying party's id */
};

struct passkey {
	uint8_t id[PASSKEY_ID_MAX];
	size_t id_len;
	uint8_t x[32], y[32]; /* of the public key */
	uint32_t counter;     /* of signatures; 0: it does not count */
};

/** passkey_challenge(client_data, out, max): the challenge that was answered, as base64url; who
 * made it must look it up before he calls what follows. errs ERR_SYNTAX */
enum err passkey_challenge(struct passkey_bytes client_data, char *out, size_t max) MUST_CHECK;
/** passkey_make(site, client_data, attestation, out, why): a new one.
 *   errs  ERR_SYNTAX; ERR_REFUSED for another site, without its user; ERR_UNSUPPORTED another kind
 * of key */
enum err passkey_make(const struct passkey_site *site, struct passkey_bytes client_data,
	struct passkey_bytes attestation, struct passkey *out, struct why *why) MUST_CHECK;
/** passkey_check(site, key, client_data, auth_data, signature, out_counter, why): whether key
 * signed that. errs  as above; ERR_AUTH another key; ERR_CONFLICT the counter went back: the key
 * was copied */
enum err passkey_check(const struct passkey_site *site, const struct passkey *key,
	struct passkey_bytes client_data, struct passkey_bytes auth_data,
	struct passkey_bytes signature, uint32_t *out_counter, struct why *why) MUST_CHECK;

#endif
