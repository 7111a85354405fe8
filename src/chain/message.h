/*
 * message.h -- messages that the owner of an address has signed, as wallets do it ("signmessage").
 *
 * The only user of libsecp256k1. Pure; any thread.
 */
#ifndef CHAIN_MESSAGE_H
#define CHAIN_MESSAGE_H

#include "base/err.h"
#include "chain/address.h"
#include "chain/coin.h"

/**
 * message_verify(coin, address, message, signature, why): whether the key of the address signed it.
 *   address    P2PKH; P2SH or P2WPKH of one key (BIP137, and wallets that sign as for P2PKH)
 *   signature  base64 of 65 bytes: a header that says which key it is, r, s
 *   errs  ERR_UNSUPPORTED  this kind of address belongs to no single key
 *         ERR_SYNTAX       the signature is not base64 of 65 bytes
 *         ERR_AUTH         another key, another message, or another coin
 */
enum err message_verify(const struct coin *coin, const struct address *address, const char *message,
	const char *signature, struct why *why) MUST_CHECK;

#endif
