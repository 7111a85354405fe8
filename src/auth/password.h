/* password.h -- passwords as Argon2id hashes. Any thread; each call takes 64 MiB and about 0.1 s.
 */
#ifndef AUTH_PASSWORD_H
#define AUTH_PASSWORD_H

#include <stdbool.h>

#include "base/err.h"

#define PASSWORD_HASH_MAX 128 /* [bytes] with the NUL */
#define PASSWORD_MIN      10  /* [bytes] */
#define PASSWORD_MAX      200

/** password_hash(password, out, why): with its salt and parameters, as libsodium writes it.
 *   errs  ERR_RANGE too short or too long; ERR_FULL there is no memory for it */
enum err password_hash(
	const char *password, char out[PASSWORD_HASH_MAX], struct why *why) MUST_CHECK;
/** password_verify(hash, password): hash "" takes as long and is false, so that nobody learns who
 * has a password. */
bool password_verify(const char *hash, const char *password);

#endif
