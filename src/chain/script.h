/* script.h -- the short output scripts that a pool pays to. */
#ifndef CHAIN_SCRIPT_H
#define CHAIN_SCRIPT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SCRIPT_MAX 84 /* [bytes] enough for an OP_RETURN of 80 */

struct script {
	uint8_t len; /* [bytes] */
	uint8_t bytes[SCRIPT_MAX];
};

struct script script_p2pkh(const uint8_t hash[20]);
struct script script_p2sh(const uint8_t hash[20]);
/** script_witness(version, program, len): version 0 .. 16, len 2 .. 40 bytes. */
struct script script_witness(unsigned version, const uint8_t *program, size_t len);

/** script_of(bytes, len, out): a script from foreign bytes; false when it is too long. */
bool script_of(const uint8_t *bytes, size_t len, struct script *out);
bool script_equals(const struct script *a, const struct script *b);

#define SCRIPT_NUMBER_MAX 9 /* [bytes] that script_put_number() needs */
/** script_put_number(p, n): push n >= 0 the shortest way, as BIP34 wants it; returns the bytes. */
size_t script_put_number(uint8_t p[SCRIPT_NUMBER_MAX], int64_t n);

#endif
