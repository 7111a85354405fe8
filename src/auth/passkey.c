/* passkey.c -- see passkey.h; the steps are those of WebAuthn level 2, sections 7.1 and 7.2. */
#include "auth/passkey.h"

#include <string.h>

#include "auth/cbor.h"
#include "base/buf.h"
#include "base/bytes.h"
#include "base/json.h"
#include "base/mem.h"
#include "base/sha256.h"
#include "io/es256.h"

/* Authenticator data: hash of the site's host, flags, counter, then the key of a new one. */
#define AUTH_FLAGS    32
#define AUTH_COUNTER  33
#define AUTH_AAGUID   37
#define AUTH_ID_LEN   53
#define AUTH_ID       55
#define FLAG_PRESENT  0x01
#define FLAG_VERIFIED 0x04
#define FLAG_KEY      0x40

/* Members of a COSE key (RFC 9053): its kind, what it signs with, its curve, x, y. */
enum { COSE_KTY = 1, COSE_ALG = 3, COSE_CRV = -1, COSE_X = -2, COSE_Y = -3 };
enum { COSE_EC2 = 2, COSE_ES256 = -7, COSE_P256 = 1 };

/* ---- client data: JSON that the browser wrote ---- */

static enum err read_client_data(struct passkey_bytes text, json_t **out, struct why *why)
{
	enum err err = json_read((const char *)text.data, text.len, out, why);

	if (err == OK && !json_is_object(*out)) {
		json_decref(*out);
		err = err_fail(why, ERR_SYNTAX, "the client data is no object");
	}
	return err;
}

enum err passkey_challenge(struct passkey_bytes client_data, char *out, size_t max)
{
	const char *challenge;
	json_t *data;
	enum err err = read_client_data(client_data, &data, NULL);

	if (err != OK)
		return err;
	challenge = json_get_str(data, "challenge");
	if (!challenge || !str_copy(out, max, challenge))
		err = ERR_SYNTAX;
	json_decref(data);
	return err;
}

static enum err check_client_data(const struct passkey_site *site, struct passkey_bytes client_data,
	const char *type, struct why *why)
{
	const char *is_type, *origin;
	json_t *data;
	enum err err = read_client_data(client_data, &data, why);

	if (err != OK)
		return err;
	is_type = json_get_str(data, "type");
	origin = json_get_str(data, "origin");
	if (!is_type || strcmp(is_type, type) != 0)
		err = err_fail(why, ERR_REFUSED, "the passkey was asked for something else");
	else if (!origin || strcmp(origin, site->origin) != 0)
		err = err_fail(why, ERR_REFUSED, "the passkey was used at %s, not at %s",
			origin ? origin : "nowhere", site->origin);
	json_decref(data);
	return err;
}

/* ---- authenticator data ---- */

static enum err check_auth_data(
	const struct passkey_site *site, struct passkey_bytes auth, struct why *why)
{
	uint8_t hash[SHA256_LEN];

	if (auth.len < AUTH_AAGUID)
		return err_fail(why, ERR_SYNTAX, "the authenticator data is too short");
	sha256(site->host, strlen(site->host), hash);
	if (memcmp(auth.data, hash, sizeof hash) != 0)
		return err_fail(why, ERR_REFUSED, "the passkey is for another site");
	if ((auth.data[AUTH_FLAGS] & (FLAG_PRESENT | FLAG_VERIFIED)) !=
		(FLAG_PRESENT | FLAG_VERIFIED))
		return err_fail(
			why, ERR_REFUSED, "the authenticator has not made sure who uses it");
	return OK;
}

static bool take_coordinate(const struct cbor_item *item, uint8_t out[32])
{
	if (item->kind != CBOR_BYTES || item->value != 32)
		return false;
	memcpy(out, item->data, 32);
	return true;
}

/* A public key of ES256 on P-256, and nothing else. */
static bool read_cose_key(struct cbor *c, struct passkey *out)
{
	struct cbor_item map, name, value;
	unsigned found = 0;
	int64_t key, number;

	if (!cbor_next(c, &map) || map.kind != CBOR_MAP || map.value > 16)
		return false;
	for (uint64_t i = 0; i < map.value; i++) {
		if (!cbor_next(c, &name) || !cbor_int(&name, &key) || !cbor_next(c, &value))
			return false;
		if (value.kind == CBOR_ARRAY || value.kind == CBOR_MAP || value.kind == CBOR_TAG)
			return false;
		if (key == COSE_X && take_coordinate(&value, out->x))
			found |= 1;
		else if (key == COSE_Y && take_coordinate(&value, out->y))
			found |= 2;
		else if (key == COSE_KTY && cbor_int(&value, &number) && number == COSE_EC2)
			found |= 4;
		else if (key == COSE_ALG && cbor_int(&value, &number) && number == COSE_ES256)
			found |= 8;
		else if (key == COSE_CRV && cbor_int(&value, &number) && number == COSE_P256)
			found |= 16;
	}
	return found == 31;
}

static enum err read_new_key(struct passkey_bytes auth, struct passkey *out, struct why *why)
{
	struct cbor key;
	size_t id_len;

	if (auth.len < AUTH_ID || !(auth.data[AUTH_FLAGS] & FLAG_KEY))
		return err_fail(why, ERR_SYNTAX, "the authenticator has sent no key");
	id_len = (size_t)auth.data[AUTH_ID_LEN] << 8 | auth.data[AUTH_ID_LEN + 1];
	if (id_len == 0 || id_len > PASSKEY_ID_MAX || auth.len - AUTH_ID < id_len)
		return err_fail(why, ERR_SYNTAX, "the passkey has no proper name");
	memcpy(out->id, auth.data + AUTH_ID, id_len);
	out->id_len = id_len;
	out->counter = get_be32(auth.data + AUTH_COUNTER);
	key = (struct cbor){auth.data + AUTH_ID + id_len, auth.data + auth.len};
	if (!read_cose_key(&key, out))
		return err_fail(why, ERR_UNSUPPORTED, "the passkey's key is not of the kind ES256");
	return OK;
}

/* {"fmt": …, "attStmt": …, "authData": bytes} */
static bool find_auth_data(struct passkey_bytes attestation, struct passkey_bytes *out)
{
	struct cbor c = {attestation.data, attestation.data + attestation.len};
	struct cbor_item map, name, value;

	if (!cbor_next(&c, &map) || map.kind != CBOR_MAP)
		return false;
	for (uint64_t i = 0; i < map.value; i++) {
		struct cbor here;

		if (!cbor_next(&c, &name) || name.kind != CBOR_TEXT)
			return false;
		here = c;
		if (!cbor_skip(&c))
			return false;
		if (name.value == 8 && !memcmp(name.data, "authData", 8)) {
			if (!cbor_next(&here, &value) || value.kind != CBOR_BYTES)
				return false;
			*out = (struct passkey_bytes){value.data, value.value};
			return true;
		}
	}
	return false;
}

/* ---- both ---- */

enum err passkey_make(const struct passkey_site *site, struct passkey_bytes client_data,
	struct passkey_bytes attestation, struct passkey *out, struct why *why)
{
	struct passkey key = {0};
	struct passkey_bytes auth;
	enum err err = check_client_data(site, client_data, "webauthn.create", why);

	if (err == OK && !find_auth_data(attestation, &auth))
		err = err_fail(why, ERR_SYNTAX, "the attestation cannot be read");
	if (err == OK)
		err = check_auth_data(site, auth, why);
	if (err == OK)
		err = read_new_key(auth, &key, why);
	if (err == OK)
		*out = key;
	return err;
}

enum err passkey_check(const struct passkey_site *site, const struct passkey *key,
	struct passkey_bytes client_data, struct passkey_bytes auth_data,
	struct passkey_bytes signature, uint32_t *out_counter, struct why *why)
{
	struct buf text = {0};
	uint8_t hash[SHA256_LEN];
	uint32_t counter;
	bool is_right;
	enum err err = check_client_data(site, client_data, "webauthn.get", why);

	if (err == OK)
		err = check_auth_data(site, auth_data, why);
	if (err != OK)
		return err;
	sha256(client_data.data, client_data.len, hash);
	buf_add(&text, auth_data.data, auth_data.len);
	buf_add(&text, hash, sizeof hash);
	is_right = es256_verify(key->x, key->y, text.data, text.len, signature.data, signature.len);
	buf_free(&text);
	if (!is_right)
		return err_fail(why, ERR_AUTH, "the signature is not by this passkey");
	counter = get_be32(auth_data.data + AUTH_COUNTER);
	if ((counter || key->counter) && counter <= key->counter)
		return err_fail(
			why, ERR_CONFLICT, "the passkey's counter went back: it may be a copy");
	*out_counter = counter;
	return OK;
}
