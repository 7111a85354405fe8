/*
 * address.h -- payout addresses: base58check (P2PKH, P2SH), bech32 and bech32m (BIP173, BIP350).
 */
#ifndef CHAIN_ADDRESS_H
#define CHAIN_ADDRESS_H

#include "base/err.h"
#include "chain/coin.h"
#include "chain/script.h"

#define ADDRESS_TEXT_MAX 96 /* [bytes] of an address, with its NUL */

enum address_kind { ADDRESS_P2PKH, ADDRESS_P2SH, ADDRESS_P2WPKH, ADDRESS_P2WSH, ADDRESS_P2TR };

struct address {
	enum address_kind kind;
	struct script script;        /* what an output that pays it carries */
	char text[ADDRESS_TEXT_MAX]; /* the one spelling that is stored: see address_decode() */
};

/**
 * address_decode(coin, network, text, out, why): check an address and make its script.
 *   text  NUL-terminated, of any length, from anybody; "litecoin:" before it and "?…" after it
 *         are ignored
 *   out   text is the canonical spelling: lower case for bech32, the network's first version for
 *         base58check (so Litecoin's 3… becomes M…)
 *   errs  ERR_INVALID  not an address of this network; why says what it is instead, if known
 */
enum err address_decode(const struct coin *coin, const struct coin_network *network,
	const char *text, struct address *out, struct why *why) MUST_CHECK;

/**
 * address_encode(network, script, out): the address of an output script.
 *   errs  ERR_UNSUPPORTED  no address of this network stands for that script
 */
enum err address_encode(const struct coin_network *network, const struct script *script,
	struct address *out) MUST_CHECK;

/** address_kind_text(kind): "P2PKH", … */
const char *address_kind_text(enum address_kind kind);

#endif
