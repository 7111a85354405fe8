/* ripemd160.h -- RIPEMD-160 (Dobbertin, Bosselaers, Preneel 1996): the second half of HASH160. */
#ifndef BASE_RIPEMD160_H
#define BASE_RIPEMD160_H

#include <stddef.h>
#include <stdint.h>

#define RIPEMD160_LEN 20 /* [bytes] of a digest */

/** ripemd160(data, len_bytes, out): the digest of one string; out may overlap data. */
void ripemd160(const void *data, size_t len_bytes, uint8_t out[RIPEMD160_LEN]);

#endif
