#include "chain/header.h"

#include <string.h>

#include "base/bytes.h"

void header_encode(const struct header *h, uint8_t out[HEADER_LEN])
{
	put_le32(out, h->version);
	memcpy(out + 4, h->prev, 32);
	memcpy(out + 36, h->merkle_root, 32);
	put_le32(out + 68, h->time);
	put_le32(out + 72, h->bits);
	put_le32(out + 76, h->nonce);
}

void header_decode(const uint8_t bytes[HEADER_LEN], struct header *out)
{
	out->version = get_le32(bytes);
	memcpy(out->prev, bytes + 4, 32);
	memcpy(out->merkle_root, bytes + 36, 32);
	out->time = get_le32(bytes + 68);
	out->bits = get_le32(bytes + 72);
	out->nonce = get_le32(bytes + 76);
}
