/*
 * salsa_simd.h -- Salsa20 of one cell in four 128-bit vectors, for the files that are compiled once
 * for each instruction set.
 */
#ifndef POW_SALSA_SIMD_H
#define POW_SALSA_SIMD_H

#include "pow/v128.h"

#define SALSA_LINE(to, x, y, n) to = v128_xor(to, v128_rotl(v128_add32(x, y), n))

/* Salsa20 of one cell in lane order: its vectors are the diagonals of the matrix. */
INLINE void salsa(v128 x[4], unsigned rounds)
{
	v128 a = x[0], b = x[1], c = x[2], d = x[3];

	for (unsigned i = 0; i < rounds; i += 2) {
		SALSA_LINE(b, a, d, 7);
		SALSA_LINE(c, b, a, 9);
		SALSA_LINE(d, c, b, 13);
		SALSA_LINE(a, d, c, 18);
		b = v128_turn(b, 3);
		c = v128_turn(c, 2);
		d = v128_turn(d, 1);
		SALSA_LINE(d, a, b, 7);
		SALSA_LINE(c, d, a, 9);
		SALSA_LINE(b, c, d, 13);
		SALSA_LINE(a, b, c, 18);
		b = v128_turn(b, 1);
		c = v128_turn(c, 2);
		d = v128_turn(d, 3);
	}
	x[0] = v128_add32(x[0], a);
	x[1] = v128_add32(x[1], b);
	x[2] = v128_add32(x[2], c);
	x[3] = v128_add32(x[3], d);
}

#endif
