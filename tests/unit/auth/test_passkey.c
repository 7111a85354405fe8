/* test_passkey.c -- an authenticator made here with OpenSSL: what it sends is taken, and nothing
 * else. */
#include "test.h"

#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/evp.h>

#include "auth/passkey.h"
#include "base/buf.h"
#include "base/sha256.h"

static const struct passkey_site site = {"https://pool.example", "pool.example"};

struct token {
	EVP_PKEY *key;
	uint8_t x[32], y[32];
	uint8_t flags;
	uint32_t counter;
	const char *host, *origin;
};

static struct token make_token(void)
{
	struct token t = {.key = EVP_EC_gen("P-256"),
		.flags = 0x45,
		.counter = 1,
		.host = "pool.example",
		.origin = "https://pool.example"};
	uint8_t point[65];
	size_t len;

	assert_int_equal(EVP_PKEY_get_octet_string_param(
				 t.key, OSSL_PKEY_PARAM_PUB_KEY, point, sizeof point, &len),
		1);
	assert_int_equal(len, 65);
	memcpy(t.x, point + 1, 32);
	memcpy(t.y, point + 33, 32);
	return t;
}

static void add_auth_data(const struct token *t, struct buf *out)
{
	uint8_t hash[32];

	sha256(t->host, strlen(t->host), hash);
	buf_add(out, hash, 32);
	buf_add_u8(out, t->flags);
	for (int i = 3; i >= 0; i--)
		buf_add_u8(out, (uint8_t)(t->counter >> (8 * i)));
}

static void add_attestation(const struct token *t, uint8_t alg, struct buf *out)
{
	static const uint8_t id[4] = {1, 2, 3, 4}, none[16];
	struct buf auth = {0};

	add_auth_data(t, &auth);
	buf_add(&auth, none, sizeof none);
	buf_add(&auth, "\x00\x04", 2);
	buf_add(&auth, id, sizeof id);
	buf_add(&auth, "\xa5\x01\x02\x03", 4); /* kty EC2, alg */
	buf_add_u8(&auth, alg);
	buf_add(&auth, "\x20\x01\x21\x58\x20", 5); /* P-256, x */
	buf_add(&auth, t->x, 32);
	buf_add(&auth, "\x22\x58\x20", 3);
	buf_add(&auth, t->y, 32);
	buf_add(out,
		"\xa3\x63"
		"fmt\x64none\x67"
		"attStmt\xa0\x68"
		"authData\x58",
		29);
	buf_add_u8(out, (uint8_t)auth.len);
	buf_add(out, auth.data, auth.len);
	buf_free(&auth);
}

static struct passkey_bytes bytes_of(const struct buf *b)
{
	return (struct passkey_bytes){b->data, b->len};
}

static enum err make(const struct token *t, const char *type, uint8_t alg, struct passkey *out)
{
	struct buf client = {0}, attestation = {0};
	enum err err;

	buf_printf(&client, "{\"type\":\"%s\",\"challenge\":\"abc\",\"origin\":\"%s\"}", type,
		t->origin);
	add_attestation(t, alg, &attestation);
	err = passkey_make(&site, bytes_of(&client), bytes_of(&attestation), out, NULL);
	buf_free(&client);
	buf_free(&attestation);
	return err;
}

static enum err use(
	const struct token *t, const struct passkey *key, const char *spoil, uint32_t *counter)
{
	struct buf client = {0}, auth = {0}, text = {0};
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	uint8_t hash[32], signature[80];
	size_t len = sizeof signature;
	enum err err;

	buf_printf(&client, "{\"type\":\"webauthn.get\",\"challenge\":\"abc\",\"origin\":\"%s\"}",
		t->origin);
	add_auth_data(t, &auth);
	sha256(client.data, client.len, hash);
	buf_add(&text, auth.data, auth.len);
	buf_add(&text, hash, 32);
	EVP_DigestSignInit(ctx, NULL, EVP_sha256(), NULL, t->key);
	assert_int_equal(EVP_DigestSign(ctx, signature, &len, text.data, text.len), 1);
	if (spoil)
		signature[len - 1] ^= 1;
	err = passkey_check(&site, key, bytes_of(&client), bytes_of(&auth),
		(struct passkey_bytes){signature, len}, counter, NULL);
	EVP_MD_CTX_free(ctx);
	buf_free(&client);
	buf_free(&auth);
	buf_free(&text);
	return err;
}

static void test_made_and_used(void **state)
{
	struct token t = make_token(), other = make_token();
	struct passkey key;
	uint32_t counter;

	assert_int_equal(make(&t, "webauthn.create", 0x26, &key), OK);
	assert_int_equal(key.id_len, 4);
	assert_memory_equal(key.x, t.x, 32);
	assert_int_equal(key.counter, 1);
	t.flags = 0x05;
	t.counter = 2;
	assert_int_equal(use(&t, &key, NULL, &counter), OK);
	assert_int_equal(counter, 2);
	assert_int_equal(use(&t, &key, "spoilt", &counter), ERR_AUTH);
	t.counter = 1;
	assert_int_equal(use(&t, &key, NULL, &counter), ERR_CONFLICT);
	other.counter = 9;
	other.flags = 0x05;
	assert_int_equal(use(&other, &key, NULL, &counter), ERR_AUTH);
	EVP_PKEY_free(t.key);
	EVP_PKEY_free(other.key);
}

static void test_others_are_refused(void **state)
{
	struct token t = make_token();
	struct passkey key;
	uint32_t counter;

	assert_int_equal(make(&t, "webauthn.get", 0x26, &key), ERR_REFUSED);
	assert_int_equal(make(&t, "webauthn.create", 0x27, &key), ERR_UNSUPPORTED);
	t.flags = 0x41; /* nobody was asked for his finger */
	assert_int_equal(make(&t, "webauthn.create", 0x26, &key), ERR_REFUSED);
	t.flags = 0x45;
	t.host = "evil.example";
	assert_int_equal(make(&t, "webauthn.create", 0x26, &key), ERR_REFUSED);
	t.host = "pool.example";
	t.origin = "https://pool.example.evil.example";
	assert_int_equal(make(&t, "webauthn.create", 0x26, &key), ERR_REFUSED);
	t.origin = "https://pool.example";
	assert_int_equal(make(&t, "webauthn.create", 0x26, &key), OK);
	t.counter = 2;
	t.origin = "http://pool.example";
	assert_int_equal(use(&t, &key, NULL, &counter), ERR_REFUSED);
	EVP_PKEY_free(t.key);
}

/* Cut anywhere, and with any byte changed: refused or taken, never read past its end. */
static void test_broken_bytes(void **state)
{
	struct token t = make_token();
	struct buf client = {0}, attestation = {0};
	struct passkey key;
	enum err err;

	buf_add_str(&client, "{\"type\":\"webauthn.create\",\"challenge\":\"abc\",\"origin\":"
			     "\"https://pool.example\"}");
	add_attestation(&t, 0x26, &attestation);
	for (size_t len = 0; len < attestation.len; len++) {
		uint8_t *part = mem_dup(attestation.data, len);

		err = passkey_make(
			&site, bytes_of(&client), (struct passkey_bytes){part, len}, &key, NULL);
		assert_int_not_equal(err, OK);
		free(part);
	}
	for (size_t at = 0; at < attestation.len; at++) {
		uint8_t *part = mem_dup(attestation.data, attestation.len);

		part[at] ^= 0xff;
		err = passkey_make(&site, bytes_of(&client),
			(struct passkey_bytes){part, attestation.len}, &key, NULL);
		assert_true(err == OK || err == ERR_SYNTAX || err == ERR_REFUSED ||
			    err == ERR_UNSUPPORTED);
		free(part);
	}
	buf_free(&client);
	buf_free(&attestation);
	EVP_PKEY_free(t.key);
}

static void test_challenge(void **state)
{
	static const char text[] = "{\"challenge\":\"xyz\"}";
	struct passkey_bytes bytes = {(const uint8_t *)text, sizeof text - 1};
	char out[8];

	assert_int_equal(passkey_challenge(bytes, out, sizeof out), OK);
	assert_string_equal(out, "xyz");
	assert_int_equal(passkey_challenge(bytes, out, 3), ERR_SYNTAX);
	bytes.len--;
	assert_int_equal(passkey_challenge(bytes, out, sizeof out), ERR_SYNTAX);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_made_and_used),
		cmocka_unit_test(test_others_are_refused),
		cmocka_unit_test(test_broken_bytes),
		cmocka_unit_test(test_challenge),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
