#include "chain/block.h"

#define MWEB_PRESENT 1 /* the byte before an extension block */

void block_assemble(const uint8_t header[HEADER_LEN], const struct coinbase *coinbase,
	const uint8_t *nonce, const struct block_body *body, struct buf *out)
{
	buf_add(out, header, HEADER_LEN);
	buf_add_varint(out, 1 + body->txs_count);
	coinbase_add_to(coinbase, nonce, out);
	buf_add(out, body->txs, body->txs_len);
	if (body->mweb) {
		buf_add_u8(out, MWEB_PRESENT);
		buf_add(out, body->mweb, body->mweb_len);
	}
	buf_add(out, body->end, body->end_len);
}
