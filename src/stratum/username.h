/*
 * username.h -- what miners write into "user" and "password": ADDRESS[.worker] and a list of
 * options.
 *
 * Grammar: docs/stratum.md. Pure text; whether the address is one is for chain/address.h to say.
 */
#ifndef STRATUM_USERNAME_H
#define STRATUM_USERNAME_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"

enum { USERNAME_MAX = 127, WORKER_MAX = 32 };

struct username {
	char address[USERNAME_MAX + 1]; /* without a "coin:" prefix */
	char worker[WORKER_MAX + 1];    /* [A-Za-z0-9_-]; "default" when none was given */
};

/* Options of the password; 0 or false where absent. */
struct password {
	double difficulty;       /* d= : fixed */
	double start_difficulty; /* sd= */
	double min_difficulty;   /* md= */
};

/**
 * username_read(text, out, why): split at the first of . _ / + : ; , after the address.
 * errs  ERR_SYNTAX empty; ERR_RANGE longer than USERNAME_MAX; the sentence is meant for the miner's
 * log
 */
enum err username_read(const char *text, struct username *out, struct why *why) MUST_CHECK;

/** password_read(text, out): takes what it knows, ignores the rest ("x", a worker's password, …).
 */
void password_read(const char *text, struct password *out);

/** password_option(text, name, out, size): the value of `name=` (in any case) in a password; false:
 * there is none, or it is too long. */
bool password_option(const char *text, const char *name, char *out, size_t size);

#endif
