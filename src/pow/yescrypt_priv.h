/*
 * yescrypt_priv.h -- what the shell of yescrypt (yescrypt.c) hands to the kernels that mix.
 *
 * A row is 2 r cells of 64 bytes. Kernels see cells in lane order: word k of a cell is word
 * 5 k mod 16 of the byte string.
 */
#ifndef POW_YESCRYPT_PRIV_H
#define POW_YESCRYPT_PRIV_H

#include <stddef.h>
#include <stdint.h>

#define CELL_WORDS 16
#define S_BYTES_05 8192  /* 2 tables of 2^8 entries of 16 bytes */
#define S_BYTES_10 98304 /* 3 tables of 2^11 */
#define ROW_BYTES  4096  /* of the largest row, r = 32 */
#define S_TABLE_05 4096
#define S_TABLE_10 32768
#define S_MASK_05  0x00000ff0u /* an index as a byte offset into a table */
#define S_MASK_10  0x00007ff0u
#define ROUNDS_05  6
#define ROUNDS_10  3
#define ALGO_05    5
#define ALGO_10    10

struct yescrypt_shape {
	unsigned version; /* ALGO_05 or ALGO_10 */
	uint32_t n, r;
	uint32_t stir_rw; /* stirs that write to v, */
	uint32_t stir_ro; /* and those after them that do not */
};

/* The memory of one hash in flight; each pointer is aligned to 64 bytes. */
struct yescrypt_lane {
	uint32_t *v;   /* n rows */
	uint32_t *s;   /* the S-boxes */
	uint32_t *row; /* the state: 2 r cells, of which generation 1.0 has set the first two */
};

typedef void yescrypt_smix_fn(
	const struct yescrypt_shape *shape, const struct yescrypt_lane *lanes);

/* Kernels by instruction set and by how many lanes they mix in lock step (x3p: three, with PEXT);
 * the lanes' S-boxes must follow one another in memory. */
yescrypt_smix_fn yescrypt_smix_c;
#define YESCRYPT_SMIX(isa)                                                                         \
	yescrypt_smix_fn yescrypt_smix_##isa##_x1, yescrypt_smix_##isa##_x2,                       \
		yescrypt_smix_##isa##_x3, yescrypt_smix_##isa##_x3p, yescrypt_smix_##isa##_x4

YESCRYPT_SMIX(sse2);
YESCRYPT_SMIX(avx2);
YESCRYPT_SMIX(avx512);
YESCRYPT_SMIX(neon); /* no x3p */

#endif
