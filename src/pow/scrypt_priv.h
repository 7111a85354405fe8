/* scrypt_priv.h -- the kernels of scrypt: ROMix of the blocks of one hash or of several. */
#ifndef POW_SCRYPT_PRIV_H
#define POW_SCRYPT_PRIV_H

#include <stddef.h>
#include <stdint.h>

#define CELL 64 /* [bytes] that Salsa20 takes */

/**
 * ROMix of `width` blocks of 128 r bytes, one after the other, in place.
 *   v  scratch: n + 2 rows of 128 r bytes for each block, aligned to 64 bytes
 */
typedef void scrypt_romix_fn(uint32_t n, uint32_t r, uint8_t *blocks, void *v);

scrypt_romix_fn scrypt_romix_sse2_one, scrypt_romix_sse2_wide;     /* 4 blocks */
scrypt_romix_fn scrypt_romix_neon_one, scrypt_romix_neon_wide;     /* 4 */
scrypt_romix_fn scrypt_romix_avx2_one, scrypt_romix_avx2_wide;     /* 8 */
scrypt_romix_fn scrypt_romix_avx512_one, scrypt_romix_avx512_wide; /* 16 */

#endif
