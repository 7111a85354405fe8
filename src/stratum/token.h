/*
 * token.h -- the session id of mining.subscribe: signed, so that a miner that comes back, to this
 * node or another, shows who it was.
 *
 * Nothing is kept of it: whoever has the key (store_secret.h) can read it. It is "n-" and hex
 * digits, so that nobody takes it for a number. Pure; the caller passes the time.
 */
#ifndef STRATUM_TOKEN_H
#define STRATUM_TOKEN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { TOKEN_KEY_LEN = 32, TOKEN_TEXT_MAX = 67 /* with the NUL */, TOKEN_LIFE_S = 7 * 86400 };

struct token {
	uint16_t pool;
	uint32_t extranonce1;
	uint32_t
		since_s; /* [s since 1970] when it was given; with extranonce1 the session's name */
	int64_t work;    /* what its shares were worth then; 0: nothing was known */
};

void token_write(
	const uint8_t key[TOKEN_KEY_LEN], const struct token *t, char text[TOKEN_TEXT_MAX]);

/** token_read(key, text, now_s, out): false when it is no token of ours, or too old. Takes the same
 * time however wrong the signature is. */
bool token_read(
	const uint8_t key[TOKEN_KEY_LEN], const char *text, uint32_t now_s, struct token *out);

#endif
