/* message.c -- see message.h. The header byte: 27-30 P2PKH of an uncompressed key, 31-34 P2PKH of a
 * compressed one, 35-38 P2SH-P2WPKH, 39-42 P2WPKH (BIP137); its two low bits recover the key. */
#include "chain/message.h"

#include <secp256k1.h>
#include <secp256k1_recovery.h>
#include <stdio.h>
#include <string.h>

#include "base/base64.h"
#include "base/buf.h"
#include "base/bytes.h"
#include "base/ripemd160.h"
#include "base/sha256.h"

#define SIGNATURE_LEN      65
#define HEADER_FIRST       27
#define HEADER_COMPRESSED  31
#define HEADER_P2SH_P2WPKH 35
#define HEADER_P2WPKH      39
#define HEADER_END         43

static void add_sized(struct buf *b, const char *text)
{
	uint8_t size[9];
	size_t len = strlen(text);

	buf_add(b, size, bytes_put_varint(size, len));
	buf_add(b, text, len);
}

static void hash_message(const struct coin *coin, const char *message, uint8_t out[32])
{
	char magic[COIN_MAGIC_MAX + 1];
	struct buf b = {0};

	snprintf(magic, sizeof magic, "%s\n", coin->message_magic);
	add_sized(&b, magic);
	add_sized(&b, message);
	sha256d(b.data, b.len, out);
	buf_free(&b);
}

/* The public key that made the signature; false when there is none. */
static bool recover(const uint8_t signature[SIGNATURE_LEN], const uint8_t hash[32], uint8_t key[65],
	size_t *len)
{
	bool is_compressed = signature[0] >= HEADER_COMPRESSED;
	secp256k1_ecdsa_recoverable_signature parsed;
	secp256k1_pubkey found;

	if (!secp256k1_ecdsa_recoverable_signature_parse_compact(secp256k1_context_static, &parsed,
		    signature + 1, (signature[0] - HEADER_FIRST) & 3))
		return false;
	if (!secp256k1_ecdsa_recover(secp256k1_context_static, &found, &parsed, hash))
		return false;
	*len = 65;
	return secp256k1_ec_pubkey_serialize(secp256k1_context_static, key, len, &found,
		is_compressed ? SECP256K1_EC_COMPRESSED : SECP256K1_EC_UNCOMPRESSED);
}

static void hash160(const uint8_t *data, size_t len, uint8_t out[20])
{
	uint8_t digest[SHA256_LEN];

	sha256(data, len, digest);
	ripemd160(digest, sizeof digest, out);
}

/* The script of an address of that kind for one key. */
static struct script script_of_key(enum address_kind kind, const uint8_t *key, size_t len)
{
	struct script witness;
	uint8_t hash[20];

	hash160(key, len, hash);
	if (kind == ADDRESS_P2PKH)
		return script_p2pkh(hash);
	witness = script_witness(0, hash, sizeof hash);
	if (kind == ADDRESS_P2WPKH)
		return witness;
	hash160(witness.bytes, witness.len, hash);
	return script_p2sh(hash);
}

/* Whether a signature with this header can be for such an address. Headers 31-34 say "P2PKH", but
 * many wallets write them for every kind. */
static bool header_fits(uint8_t header, enum address_kind kind)
{
	if (header < HEADER_FIRST || header >= HEADER_END)
		return false;
	if (header < HEADER_COMPRESSED)
		return kind == ADDRESS_P2PKH;
	if (header < HEADER_P2SH_P2WPKH)
		return true;
	return kind == (header < HEADER_P2WPKH ? ADDRESS_P2SH : ADDRESS_P2WPKH);
}

enum err message_verify(const struct coin *coin, const struct address *address, const char *message,
	const char *signature, struct why *why)
{
	uint8_t bytes[SIGNATURE_LEN], hash[32], key[65];
	struct script script;
	size_t len;

	if (address->kind == ADDRESS_P2WSH || address->kind == ADDRESS_P2TR)
		return err_fail(why, ERR_UNSUPPORTED,
			"messages cannot be signed with a %s address; take one of one key (P2PKH, "
			"P2SH-P2WPKH or P2WPKH)",
			address_kind_text(address->kind));
	if (!base64_decode(signature, strlen(signature), bytes, sizeof bytes, &len) ||
		len != SIGNATURE_LEN)
		return err_fail(
			why, ERR_SYNTAX, "a signature is 88 letters and digits that end with =");
	hash_message(coin, message, hash);
	if (!header_fits(bytes[0], address->kind) || !recover(bytes, hash, key, &len))
		return err_fail(why, ERR_AUTH, "this is no signature of such an address");
	script = script_of_key(address->kind, key, len);
	if (!script_equals(&script, &address->script))
		return err_fail(why, ERR_AUTH,
			"the signature is not by %s, or the text that was signed is another one",
			address->text);
	return OK;
}
