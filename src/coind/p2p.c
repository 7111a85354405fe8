/* p2p.c -- messages of the peer-to-peer protocol as bytes. */
#include "coind/p2p_priv.h"

#include <string.h>

#include "base/bytes.h"
#include "base/sha256.h"

#define PROTOCOL     70015
#define USER_AGENT   "/Kozan:" KOZAN_VERSION "/"
#define INV_ENTRY    36 /* [bytes] type, hash */
#define TYPE_BLOCK   2
#define TYPE_COMPACT 4
#define TYPE_MASK    0x0fffffff /* without the flags: witness (BIP144), MWEB (LIP3) */

bool p2p_read_head(const uint8_t in[P2P_HEAD], const uint8_t magic[4], struct p2p_head *out)
{
	if (memcmp(in, magic, 4) != 0)
		return false;
	memcpy(out->command, in + 4, 12);
	out->command[12] = '\0';
	out->length = get_le32(in + 16);
	memcpy(out->checksum, in + 20, 4);
	return out->length <= P2P_LENGTH_MAX;
}

bool p2p_is_whole(const struct p2p_head *head, const uint8_t *payload)
{
	uint8_t digest[SHA256_LEN];

	sha256d(payload, head->length, digest);
	return memcmp(digest, head->checksum, sizeof head->checksum) == 0;
}

bool p2p_tells_block(const uint8_t *payload, size_t len)
{
	size_t at = 1, count;

	if (len < 1)
		return false;
	count = payload[0];
	if (count == 0xfd && len >= 3) {
		count = get_le16(payload + 1);
		at = 3;
	} else if (count >= 0xfd) {
		return false; /* beyond what a message may have */
	}
	for (; count > 0 && len - at >= INV_ENTRY; count--, at += INV_ENTRY) {
		uint32_t type = get_le32(payload + at) & TYPE_MASK;

		if (type == TYPE_BLOCK || type == TYPE_COMPACT)
			return true;
	}
	return false;
}

void p2p_add(struct buf *out, const uint8_t magic[4], const char *command, const void *payload,
	size_t len)
{
	uint8_t digest[SHA256_LEN];
	char name[12] = {0};

	memcpy(name, command, strnlen(command, sizeof name));
	sha256d(payload, len, digest);
	buf_add(out, magic, 4);
	buf_add(out, name, sizeof name);
	buf_add_le32(out, (uint32_t)len);
	buf_add(out, digest, 4);
	buf_add(out, payload, len);
}

void p2p_add_version(struct buf *out, const uint8_t magic[4], int64_t unix_s, uint64_t nonce)
{
	static const uint8_t nobody[8 + 16 + 2]; /* services, address, port */
	struct buf b = {0};

	buf_add_le32(&b, PROTOCOL);
	buf_add_le64(&b, 0); /* services */
	buf_add_le64(&b, (uint64_t)unix_s);
	buf_add(&b, nobody, sizeof nobody); /* the receiver */
	buf_add(&b, nobody, sizeof nobody); /* we */
	buf_add_le64(&b, nonce);
	buf_add_u8(&b, sizeof USER_AGENT - 1);
	buf_add_str(&b, USER_AGENT);
	buf_add_le32(&b, 0); /* height */
	buf_add_u8(&b, 0);   /* no transactions, please (BIP37) */
	p2p_add(out, magic, "version", b.data, b.len);
	buf_free(&b);
}
