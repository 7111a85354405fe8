/* test_sha256.c -- SHA-256, HMAC and PBKDF2 against published values, by both compressions. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include <cmocka.h>
#include <string.h>

#include "base/hex.h"
#include "base/mem.h"
#include "base/random.h"
#include "base/sha256.h"

static void is_digest(const uint8_t *digest, size_t len, const char *hex)
{
	char text[2 * 128 + 1];

	hex_encode(text, digest, len);
	assert_string_equal(text, hex);
}

/* FIPS 180-4's examples, and a million letters. */
static void published_hashes(void)
{
	uint8_t digest[SHA256_LEN];
	char *million = mem_alloc(1000000);

	sha256("", 0, digest);
	is_digest(digest, 32, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
	sha256("abc", 3, digest);
	is_digest(digest, 32, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
	sha256("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq", 56, digest);
	is_digest(digest, 32, "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
	memset(million, 'a', 1000000);
	sha256(million, 1000000, digest);
	is_digest(digest, 32, "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
	free(million);
	sha256d("hello", 5, digest);
	is_digest(digest, 32, "9595c9df90075148eb06860365df33584b75bff782a510c6cd4883a419833d50");
}

/* RFC 4231: a short key, a key of text, and one longer than a block. */
static void published_hmacs(void)
{
	uint8_t digest[SHA256_LEN], key[131];

	memset(key, 0x0b, 20);
	hmac_sha256(key, 20, "Hi There", 8, digest);
	is_digest(digest, 32, "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7");
	hmac_sha256("Jefe", 4, "what do ya want for nothing?", 28, digest);
	is_digest(digest, 32, "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
	memset(key, 0xaa, 131);
	hmac_sha256(key, 131, "Test Using Larger Than Block-Size Key - Hash Key First", 54, digest);
	is_digest(digest, 32, "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
}

/* RFC 7914, section 11. */
static void published_keys(void)
{
	uint8_t key[64];

	pbkdf2_sha256("passwd", 6, "salt", 4, 1, key, 64);
	is_digest(key, 64,
		"55ac046e56e3089fec1691c22544b605f94185216dde0465e68b9d57c20dacbc"
		"49ca9cccf179b645991664b39d77ef317c71b845b1e30bd509112041d3a19783");
	pbkdf2_sha256("Password", 8, "NaCl", 4, 80000, key, 64);
	is_digest(key, 64,
		"4ddcd8f60b98be21830cee5ef22701f9641a4418d04c0414aeff08876b34ab56"
		"a1d425a1225833549adb841b51c9b3176a272bdebba1d078478f62b397f33c8d");
}

static void with_each_compression(void (*check)(void))
{
	static const char *const names[] = {"c", "sha-ni"};
	const char *before = sha256_variant();

	for (unsigned i = 0; i < ARRAY_LEN(names); i++)
		if (sha256_set_variant(names[i]))
			check();
	assert_true(sha256_set_variant(before));
}

static void test_hashes(void **state)
{
	with_each_compression(published_hashes);
}

static void test_hmacs(void **state)
{
	with_each_compression(published_hmacs);
}

static void test_keys(void **state)
{
	with_each_compression(published_keys);
}

/* However a message is cut, its hash is the same; and so by both compressions. */
static void test_cuts(void **state)
{
	uint8_t data[300], whole[SHA256_LEN], parts[SHA256_LEN];
	struct sha256 ctx;

	random_bytes(data, sizeof(data));
	for (size_t len = 0; len <= sizeof(data); len++) {
		size_t a = random_below(len + 1), b = a + random_below(len - a + 1);

		assert_true(sha256_set_variant("c"));
		sha256(data, len, whole);
		sha256_set_variant("sha-ni");
		sha256_init(&ctx);
		sha256_add(&ctx, data, a);
		sha256_add(&ctx, data + a, b - a);
		sha256_add(&ctx, data + b, len - b);
		sha256_finish(&ctx, parts);
		assert_memory_equal(whole, parts, SHA256_LEN);
	}
}

static void test_unknown_variant(void **state)
{
	assert_false(sha256_set_variant("md5"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_hashes),
		cmocka_unit_test(test_hmacs),
		cmocka_unit_test(test_keys),
		cmocka_unit_test(test_cuts),
		cmocka_unit_test(test_unknown_variant),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
