/* base64.h -- bytes as base64 (RFC 4648), and as its variant for URLs without padding. */
#ifndef BASE_BASE64_H
#define BASE_BASE64_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** BASE64_TEXT_MAX(n): [bytes] of the text of n bytes, with its NUL. */
#define BASE64_TEXT_MAX(n) (((n) + 2) / 3 * 4 + 1)

/** base64url_encode(out, in, len): letters, digits, - and _, no padding; BASE64_TEXT_MAX(len). */
void base64url_encode(char *out, const uint8_t *in, size_t len);
/** base64_encode(out, in, len): with + / and padding; BASE64_TEXT_MAX(len). */
void base64_encode(char *out, const uint8_t *in, size_t len);
/** base64_decode(text, text_len, out, max, out_len): either variant, padded or not; false when it
 * is neither, or longer than max bytes. */
bool base64_decode(const char *text, size_t text_len, uint8_t *out, size_t max, size_t *out_len);

#endif
