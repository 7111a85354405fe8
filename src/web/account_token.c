/* account_token.c -- secrets that people carry: random, and known to us by their hash only. */
#include <string.h>

#include "base/hex.h"
#include "base/random.h"
#include "base/sha256.h"
#include "web/account_priv.h"

void account_token_hash(const char *token, account_hex out_hash)
{
	uint8_t digest[SHA256_LEN];

	sha256(token, strlen(token), digest);
	hex_encode(out_hash, digest, sizeof digest);
}

void account_token_new(account_hex out, account_hex out_hash)
{
	uint8_t bytes[ACCOUNT_TOKEN];

	random_bytes(bytes, sizeof bytes);
	hex_encode(out, bytes, sizeof bytes);
	account_token_hash(out, out_hash);
}
