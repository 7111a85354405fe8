/* block.h -- a whole block as submitblock takes it. */
#ifndef CHAIN_BLOCK_H
#define CHAIN_BLOCK_H

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "chain/coinbase.h"
#include "chain/header.h"

/* Everything that follows the coinbase; borrowed. */
struct block_body {
	size_t txs_count;    /* transactions without the coinbase */
	const uint8_t *txs;  /* their data, one after the other, in the template's order */
	size_t txs_len;      /* [bytes] */
	const uint8_t *mweb; /* the extension block, or NULL */
	size_t mweb_len;     /* [bytes] */
	const uint8_t *end;  /* whatever else the coin's blocks end with */
	size_t end_len;      /* [bytes] */
};

/** block_assemble(header, coinbase, nonce, body, out): append the block to out.
 *   nonce  extranonce1 | extranonce2, coinbase->nonce_len bytes */
void block_assemble(const uint8_t header[HEADER_LEN], const struct coinbase *coinbase,
	const uint8_t *nonce, const struct block_body *body, struct buf *out);

#endif
