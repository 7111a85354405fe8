/* hex.h -- bytes as hexadecimal text. */
#ifndef BASE_HEX_H
#define BASE_HEX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** hex_encode(out, in, len): 2 * len lower-case digits and a NUL. */
void hex_encode(char *out, const uint8_t *in, size_t len);
/** hex_encode_reversed(out, in, len): the same, last byte first (how block hashes are shown). */
void hex_encode_reversed(char *out, const uint8_t *in, size_t len);
/** hex_decode(out, len, text, text_len): text_len must be 2 * len digits of either case, else false
 * (out is then undefined). */
bool hex_decode(uint8_t *out, size_t len, const char *text, size_t text_len);
/** hex_decode_reversed(): the same, last byte first. */
bool hex_decode_reversed(uint8_t *out, size_t len, const char *text, size_t text_len);

#endif
