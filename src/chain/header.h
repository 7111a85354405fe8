/* header.h -- the 80 bytes that are hashed. */
#ifndef CHAIN_HEADER_H
#define CHAIN_HEADER_H

#include <stdint.h>

#define HEADER_LEN 80 /* [bytes] */

/* Hashes are in internal order: as computed, the reverse of what is shown. */
struct header {
	uint32_t version;
	uint8_t prev[32];
	uint8_t merkle_root[32];
	uint32_t time; /* [s] since 1970 */
	uint32_t bits; /* the network's target in compact form */
	uint32_t nonce;
};

void header_encode(const struct header *h, uint8_t out[HEADER_LEN]);
void header_decode(const uint8_t bytes[HEADER_LEN], struct header *out);

#endif
