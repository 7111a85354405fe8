/*
 * p2p_priv.h -- the few words of the peer-to-peer protocol that it takes to hear of new blocks:
 * version, verack, ping, pong, inv (developer.bitcoin.org/reference/p2p_networking.html). Bytes
 * only, no sockets. All numbers are little-endian on the wire but for ports.
 */
#ifndef COIND_P2P_PRIV_H
#define COIND_P2P_PRIV_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

enum {
	P2P_HEAD = 24,           /* [bytes] magic, command, length, checksum */
	P2P_PAYLOAD_MAX = 65536, /* [bytes] longer ones are let pass unread */
	P2P_LENGTH_MAX = 4 << 20 /* [bytes] a peer that says more is none */
};

struct p2p_head {
	char command[13];
	uint32_t length; /* of the payload that follows [bytes] */
	uint8_t checksum[4];
};

/** p2p_read_head(in, magic, out): false: not of this network, or nonsense. */
bool p2p_read_head(const uint8_t in[P2P_HEAD], const uint8_t magic[4], struct p2p_head *out);
/** p2p_is_whole(head, payload): the checksum is right. */
bool p2p_is_whole(const struct p2p_head *head, const uint8_t *payload);
/** p2p_tells_block(payload, len): an inv that names a block, or a compact one. */
bool p2p_tells_block(const uint8_t *payload, size_t len);

/** p2p_add(out, magic, command, payload, len): appends a message. */
void p2p_add(struct buf *out, const uint8_t magic[4], const char *command, const void *payload,
	size_t len);
/** p2p_add_version(out, magic, unix_s, nonce): the first message; we want no transactions and have
 * nothing to offer. */
void p2p_add_version(struct buf *out, const uint8_t magic[4], int64_t unix_s, uint64_t nonce);

#endif
