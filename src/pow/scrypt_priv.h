/* scrypt_priv.h -- the kernels of scrypt: ROMix of the blocks of several hashes. */
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

/* One group of blocks, or two. */
scrypt_romix_fn scrypt_romix_sse2_group, scrypt_romix_sse2_two; /* 4 blocks, 8 */
scrypt_romix_fn scrypt_romix_neon_group, scrypt_romix_neon_two; /* 4, 8 */
scrypt_romix_fn scrypt_romix_avx2_group, scrypt_romix_avx2_two; /* 8, 16 */
scrypt_romix_fn scrypt_romix_avx512_group;                      /* 16 */

#endif
