#include "chain/address.h"

#include <assert.h>
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "chain/base58.h"
#include "chain/bech32.h"

#define HASH_LEN 20 /* [bytes] of the hash in a base58check address */

struct known_version {
	uint8_t version;
	const char *coin;
};

struct known_hrp {
	const char *hrp;
	const char *coin;
};

static const struct known_version known_versions[] = {
#define BASE58(version, coin) {version, coin},
#define HRP(hrp, coin)
#include "chain/known.tbl"
#undef BASE58
#undef HRP
};

static const struct known_hrp known_hrps[] = {
#define BASE58(version, coin)
#define HRP(hrp, coin) {hrp, coin},
#include "chain/known.tbl"
#undef BASE58
#undef HRP
};

/* Who is asked: the pool's coin and network. */
struct pool {
	const struct coin *coin;
	const struct coin_network *network;
};

const char *address_kind_text(enum address_kind kind)
{
	static const char *const names[] = {"P2PKH", "P2SH", "P2WPKH", "P2WSH", "P2TR"};

	assert((unsigned)kind < ARRAY_LEN(names));
	return names[kind];
}

static bool has_version(const struct coin_versions *versions, uint8_t version)
{
	return memchr(versions->list, version, versions->count) != NULL;
}

static bool is_base58_of(const struct coin_network *network, uint8_t version)
{
	return has_version(&network->p2pkh, version) || has_version(&network->p2sh, version);
}

/* "…; this pool mines Litecoin" */
static enum err fail_other(const struct pool *pool, struct why *why, const char *whose)
{
	bool is_main = pool->network->chain == COIN_MAIN;

	return err_fail(why, ERR_INVALID, "this is %s %s address; this pool mines %s%s%s",
		strchr("AEIO", whose[0]) ? "an" : "a", whose, pool->coin->title, is_main ? "" : " ",
		is_main ? "" : coin_chain_name(pool->network->chain));
}

static enum err fail_chain(const struct pool *pool, struct why *why, enum coin_chain chain)
{
	char whose[64];

	snprintf(whose, sizeof(whose), "%s %s", pool->coin->title, coin_chain_name(chain));
	return fail_other(pool, why, whose);
}

static enum err fail_mistyped(struct why *why, const struct why *detail)
{
	return err_fail(why, ERR_INVALID, "the address is mistyped or cut: %s", detail->text);
}

/* Say whose address has this version byte, if anybody's. */
static enum err fail_version(const struct pool *pool, uint8_t version, struct why *why)
{
	char whose[64] = "";

	for (enum coin_chain chain = 0; chain < COIN_CHAINS; chain++) {
		if (is_base58_of(&pool->coin->networks[chain], version))
			return fail_chain(pool, why, chain);
	}
	for (size_t i = 0; i < ARRAY_LEN(known_versions); i++) {
		size_t len = strlen(whose);

		if (known_versions[i].version == version)
			snprintf(whose + len, sizeof(whose) - len, "%s%s", len ? " or " : "",
				known_versions[i].coin);
	}
	return fail_other(pool, why, whose[0] ? whose : "different coin's");
}

static enum err fail_hrp(const struct pool *pool, const char *hrp, struct why *why)
{
	for (enum coin_chain chain = 0; chain < COIN_CHAINS; chain++) {
		if (strcmp(pool->coin->networks[chain].hrp, hrp) == 0)
			return fail_chain(pool, why, chain);
	}
	for (size_t i = 0; i < ARRAY_LEN(known_hrps); i++) {
		if (strcmp(known_hrps[i].hrp, hrp) == 0)
			return fail_other(pool, why, known_hrps[i].coin);
	}
	return fail_other(pool, why, "different coin's");
}

/* Whether text is hrp, a 1 and more, in either case. */
static bool starts_with_hrp(const char *text, const char *hrp)
{
	size_t len = strlen(hrp);

	return len > 0 && strncasecmp(text, hrp, len) == 0 && text[len] == '1';
}

static bool is_ours_or_known_hrp(const struct pool *pool, const char *text)
{
	for (enum coin_chain chain = 0; chain < COIN_CHAINS; chain++) {
		if (starts_with_hrp(text, pool->coin->networks[chain].hrp))
			return true;
	}
	for (size_t i = 0; i < ARRAY_LEN(known_hrps); i++) {
		if (starts_with_hrp(text, known_hrps[i].hrp))
			return true;
	}
	return false;
}

static bool is_mweb(const struct pool *pool, const char *text)
{
	for (enum coin_chain chain = 0; chain < COIN_CHAINS; chain++) {
		if (starts_with_hrp(text, pool->coin->networks[chain].mweb_hrp))
			return true;
	}
	return false;
}

static bool is_ethereum(const char *text)
{
	return strncmp(text, "0x", 2) == 0 && strlen(text) == 42 &&
	       strspn(text + 2, "0123456789abcdefABCDEF") == 40;
}

static enum err decode_base58(
	const struct pool *pool, const char *text, struct script *out, struct why *why)
{
	uint8_t payload[BASE58_PAYLOAD_MAX];
	struct why detail;
	size_t len;

	if (base58_decode(text, payload, &len, &detail) != OK)
		return fail_mistyped(why, &detail);
	if (len != 1 + HASH_LEN)
		return fail_other(pool, why, "different coin's");
	if (has_version(&pool->network->p2pkh, payload[0]))
		*out = script_p2pkh(payload + 1);
	else if (has_version(&pool->network->p2sh, payload[0]))
		*out = script_p2sh(payload + 1);
	else
		return fail_version(pool, payload[0], why);
	return OK;
}

static enum err decode_bech32(
	const struct pool *pool, const char *text, struct script *out, struct why *why)
{
	uint8_t program[BECH32_PROGRAM_MAX];
	struct bech32 b;
	struct why detail;
	unsigned version;
	size_t len;

	if (bech32_decode(text, &b, &detail) != OK)
		return fail_mistyped(why, &detail);
	if (strcmp(b.hrp, pool->network->hrp) != 0)
		return fail_hrp(pool, b.hrp, why);
	if (bech32_to_program(&b, &version, program, &len, &detail) != OK)
		return fail_mistyped(why, &detail);
	if (version > 1 || (version == 1 && (len != 32 || !pool->coin->has_taproot)))
		return err_fail(why, ERR_INVALID,
			"this pool cannot pay to addresses of witness version %u", version);
	*out = script_witness(version, program, len);
	return OK;
}

/*
 * Copy what stands between "coin:" and "?" to out; an address is as long as out at most.
 */
static enum err strip_uri(
	const struct pool *pool, const char *text, char out[ADDRESS_TEXT_MAX], struct why *why)
{
	const char *colon = strchr(text, ':');
	size_t len;

	if (colon) {
		size_t scheme_len = (size_t)(colon - text);

		if (scheme_len != strlen(pool->coin->uri) ||
			strncasecmp(text, pool->coin->uri, scheme_len) != 0) {
			char scheme[32];

			snprintf(scheme, sizeof(scheme),
				"%.*s:", (int)(scheme_len < 24 ? scheme_len : 24), text);
			return fail_other(pool, why, scheme);
		}
		text = colon + 1;
	}
	if (is_mweb(pool, text))
		return err_fail(why, ERR_INVALID,
			"MWEB addresses cannot be paid by a pool; use one that starts with %s1 or "
			"an older form",
			pool->network->hrp);
	len = strcspn(text, "?");
	if (len == 0)
		return err_fail(why, ERR_INVALID, "there is no address");
	if (len >= ADDRESS_TEXT_MAX)
		return err_fail(why, ERR_INVALID, "too long for an address");
	memcpy(out, text, len);
	out[len] = '\0';
	return OK;
}

enum err address_decode(const struct coin *coin, const struct coin_network *network,
	const char *text, struct address *out, struct why *why)
{
	const struct pool pool = {coin, network};
	char plain[ADDRESS_TEXT_MAX];
	struct script script = {0};
	struct bech32 bech32;
	enum err err = strip_uri(&pool, text, plain, why);

	if (err != OK)
		return err;
	if (is_ethereum(plain))
		return fail_other(&pool, why, "Ethereum");
	if (is_ours_or_known_hrp(&pool, plain) || bech32_decode(plain, &bech32, NULL) == OK)
		err = decode_bech32(&pool, plain, &script, why);
	else
		err = decode_base58(&pool, plain, &script, why);
	if (err != OK)
		return err;
	err = address_encode(network, &script, out);
	assert(err == OK); /* what was just decoded has an address */
	return OK;
}

static void encode_base58(
	uint8_t version, const uint8_t hash[HASH_LEN], char text[ADDRESS_TEXT_MAX])
{
	uint8_t payload[1 + HASH_LEN] = {version};

	memcpy(payload + 1, hash, HASH_LEN);
	base58_encode(payload, sizeof(payload), text);
}

enum err address_encode(
	const struct coin_network *network, const struct script *script, struct address *out)
{
	struct address a = {.script = *script};
	const uint8_t *bytes = script->bytes;
	struct script same;

	if (script->len == 25 && network->p2pkh.count > 0) {
		a.kind = ADDRESS_P2PKH;
		same = script_p2pkh(bytes + 3);
		encode_base58(network->p2pkh.list[0], bytes + 3, a.text);
	} else if (script->len == 23 && network->p2sh.count > 0) {
		a.kind = ADDRESS_P2SH;
		same = script_p2sh(bytes + 2);
		encode_base58(network->p2sh.list[0], bytes + 2, a.text);
	} else if ((script->len == 22 || script->len == 34) && network->hrp[0]) {
		size_t len = script->len - 2u;
		unsigned version = bytes[0] == 0 ? 0 : 1;

		a.kind = version ? ADDRESS_P2TR : len == 20 ? ADDRESS_P2WPKH : ADDRESS_P2WSH;
		same = script_witness(version, bytes + 2, version ? 32 : len);
		bech32_encode_program(network->hrp, version, bytes + 2, len, a.text);
	} else {
		return ERR_UNSUPPORTED;
	}
	if (!script_equals(&same, script))
		return ERR_UNSUPPORTED;
	*out = a;
	return OK;
}
