/* worker_secret.c -- see worker_secret.h. Stored as salt and hash in hex, with a colon between. */
#include "auth/worker_secret.h"

#include <string.h>

#include "base/hex.h"
#include "base/random.h"
#include "base/sha256.h"

#define SALT_LEN 16
#define ROUNDS   1000

static void hash(const char *password, const uint8_t salt[SALT_LEN], uint8_t out[SHA256_LEN])
{
	pbkdf2_sha256(password, strlen(password), salt, SALT_LEN, ROUNDS, out, SHA256_LEN);
}

void worker_secret_make(const char *password, char out[WORKER_SECRET_MAX])
{
	uint8_t salt[SALT_LEN], digest[SHA256_LEN];

	random_bytes(salt, sizeof salt);
	hash(password, salt, digest);
	hex_encode(out, salt, sizeof salt);
	out[2 * SALT_LEN] = ':';
	hex_encode(out + 2 * SALT_LEN + 1, digest, sizeof digest);
}

bool worker_secret_check(const char *secret, const char *password)
{
	uint8_t salt[SALT_LEN], digest[SHA256_LEN], wanted[SHA256_LEN];
	uint8_t differs = 0;

	if (strlen(secret) != WORKER_SECRET_MAX - 1 ||
		!hex_decode(salt, sizeof salt, secret, 2 * SALT_LEN) ||
		!hex_decode(wanted, sizeof wanted, secret + 2 * SALT_LEN + 1, 2 * SHA256_LEN))
		return false;
	hash(password, salt, digest);
	for (unsigned i = 0; i < SHA256_LEN; i++)
		differs |= digest[i] ^ wanted[i];
	return differs == 0;
}
