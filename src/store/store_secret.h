/* store_secret.h -- keys that the processes of one deployment share. */
#ifndef STORE_STORE_SECRET_H
#define STORE_STORE_SECRET_H

#include "store/store.h"

enum { STORE_SECRET_LEN = 32 };

/** store_secret(st, name, out, why): the key of that name, the same for everybody; drawn when it is
 * asked for the first time.
 *   name  up to 32 characters */
enum err store_secret(struct store *st, const char *name, uint8_t out[STORE_SECRET_LEN],
	struct why *why) MUST_CHECK;

#endif
