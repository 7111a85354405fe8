/* bech32.h -- bech32 (BIP173) and bech32m (BIP350), and witness programs written in them. */
#ifndef CHAIN_BECH32_H
#define CHAIN_BECH32_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

#define BECH32_TEXT_MAX    91 /* [bytes] of a text, with its NUL: BIP173 allows 90 characters */
#define BECH32_PROGRAM_MAX 40 /* [bytes] of a witness program */

enum bech32_encoding { BECH32, BECH32M };

struct bech32 {
	enum bech32_encoding encoding;
	char hrp[BECH32_TEXT_MAX];       /* lower case */
	size_t len;                      /* values without the checksum */
	uint8_t values[BECH32_TEXT_MAX]; /* five bits each */
};

/**
 * bech32_decode(text, out, why): check the text and take it apart.
 *   errs  ERR_SYNTAX   too long or short, mixed case, no separator, a wrong character
 *         ERR_CORRUPT  the checksum is neither kind's
 */
enum err bech32_decode(const char *text, struct bech32 *out, struct why *why) MUST_CHECK;

/**
 * bech32_to_program(b, out_version, program, out_len, why): the witness program that b carries.
 *   errs  ERR_INVALID  not a witness program, or written in the wrong of the two encodings
 */
enum err bech32_to_program(const struct bech32 *b, unsigned *out_version,
	uint8_t program[BECH32_PROGRAM_MAX], size_t *out_len, struct why *why) MUST_CHECK;

/** bech32_encode_program(hrp, version, program, len, text): hrp of at most 16 characters, version
 * 0 .. 16, len 2 .. 40 bytes. */
void bech32_encode_program(const char *hrp, unsigned version, const uint8_t *program, size_t len,
	char text[BECH32_TEXT_MAX]);

#endif
