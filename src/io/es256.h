/* es256.h -- ECDSA signatures on P-256 over SHA-256, checked by OpenSSL. Any thread. */
#ifndef IO_ES256_H
#define IO_ES256_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** es256_verify(x, y, text, len, signature, signature_len): signature is DER; false also for a key
 * that is no point of the curve. */
bool es256_verify(const uint8_t x[32], const uint8_t y[32], const void *text, size_t len,
	const void *signature, size_t signature_len);

#endif
