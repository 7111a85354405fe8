/* worker_secret.h -- the password of a mining machine: it travels in the clear and guards little,
 * and is checked at each connection, so its hash is a light one (PBKDF2, 1,000 rounds). Any thread.
 */
#ifndef AUTH_WORKER_SECRET_H
#define AUTH_WORKER_SECRET_H

#include <stdbool.h>

#define WORKER_SECRET_MAX 98 /* [bytes] of its hash as text, with the NUL */

/** worker_secret_make(password, out): with a salt of its own. */
void worker_secret_make(const char *password, char out[WORKER_SECRET_MAX]);
bool worker_secret_check(const char *secret, const char *password);

#endif
