/* base58.h -- base58check: a version byte and data as letters, with a checksum of four bytes. */
#ifndef CHAIN_BASE58_H
#define CHAIN_BASE58_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

#define BASE58_PAYLOAD_MAX 40 /* [bytes] of version and data that these functions handle */
#define BASE58_TEXT_MAX    64 /* [bytes] of the text, with its NUL */

/**
 * base58_decode(text, out, out_len, why): version and data, without the checksum.
 *   errs  ERR_SYNTAX   a letter that base58 does not have, too long or too short
 *         ERR_CORRUPT  the checksum is wrong
 */
enum err base58_decode(const char *text, uint8_t out[BASE58_PAYLOAD_MAX], size_t *out_len,
	struct why *why) MUST_CHECK;

/** base58_encode(payload, len, text): add the checksum and write it; len <= BASE58_PAYLOAD_MAX. */
void base58_encode(const uint8_t *payload, size_t len, char text[BASE58_TEXT_MAX]);

#endif
