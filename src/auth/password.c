/* password.c -- see password.h. The parameters are those of OWASP's first choice or above: 64 MiB,
 * two passes, one lane; they stand in each hash, so they can be raised later. */
#include "auth/password.h"

#include <sodium.h>
#include <string.h>

#define PASSES       2
#define MEMORY_BYTES (64 * 1024 * 1024)

enum err password_hash(const char *password, char out[PASSWORD_HASH_MAX], struct why *why)
{
	size_t len = strlen(password);
	char hash[crypto_pwhash_STRBYTES];

	_Static_assert(crypto_pwhash_STRBYTES <= PASSWORD_HASH_MAX, "a hash fits");
	if (len < PASSWORD_MIN || len > PASSWORD_MAX)
		return err_fail(why, ERR_RANGE, "a password has %d to %d characters", PASSWORD_MIN,
			PASSWORD_MAX);
	if (sodium_init() < 0 || crypto_pwhash_str_alg(hash, password, len, PASSES, MEMORY_BYTES,
					 crypto_pwhash_ALG_ARGON2ID13) != 0)
		return err_fail(why, ERR_FULL, "no memory to hash a password");
	memcpy(out, hash, sizeof hash);
	return OK;
}

/* Of a password that nobody knows, with the parameters above. */
static const char nobody[] = "$argon2id$v=19$m=65536,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA$"
			     "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

bool password_verify(const char *hash, const char *password)
{
	size_t len = strlen(password);

	if (sodium_init() < 0 || len > PASSWORD_MAX)
		return false;
	return crypto_pwhash_str_verify(*hash ? hash : nobody, password, len) == 0 && *hash;
}
