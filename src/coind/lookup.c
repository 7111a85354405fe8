#include "coind/lookup.h"

#include <string.h>

#include "base/bytes.h"
#include "base/hex.h"
#include "base/mem.h"

#define TIMEOUT_MS      5000
#define HEIGHT_MAX      0x7fffffff
#define HASH_TEXT_BYTES 65

static enum err fail_answer(struct coind_error *error, const char *method)
{
	struct why *why = error ? &error->why : NULL;

	return err_fail(why, ERR_PROTOCOL, "the answer of %s makes no sense", method);
}

static bool get_height(const json_t *value, uint32_t *out)
{
	if (!json_is_integer(value) || json_integer_value(value) < 0 ||
		json_integer_value(value) > HEIGHT_MAX)
		return false;
	*out = (uint32_t)json_integer_value(value);
	return true;
}

static bool get_hash(const json_t *value, uint8_t out[32])
{
	return json_is_string(value) &&
	       hex_decode_reversed(out, 32, json_string_value(value), json_string_length(value));
}

enum err lookup_hash_at(
	struct coind *d, uint32_t height, uint8_t out[32], struct coind_error *error)
{
	struct coind_error local;
	json_t *result;
	enum err err;

	if (!error)
		error = &local;
	err = coind_call(d, "getblockhash", json_pack("[I]", (json_int_t)height), TIMEOUT_MS,
		&result, error);
	if (err == ERR_REFUSED &&
		(error->code == COIND_CODE_PARAMETER || error->code == COIND_CODE_MISC))
		return ERR_NOT_FOUND;
	if (err != OK)
		return err;
	if (!get_hash(result, out))
		err = fail_answer(error, "getblockhash");
	json_decref(result);
	return err;
}

enum err lookup_best(struct coind *d, uint8_t out[32], struct coind_error *error)
{
	json_t *result;
	enum err err = coind_call(d, "getbestblockhash", NULL, TIMEOUT_MS, &result, error);

	if (err != OK)
		return err;
	if (!get_hash(result, out))
		err = fail_answer(error, "getbestblockhash");
	json_decref(result);
	return err;
}

/* Core says -5, bcoin -1 "Block not found". */
static bool is_unknown_block(const struct coind_error *error)
{
	return error->code == COIND_CODE_NOT_FOUND ||
	       (error->code == COIND_CODE_MISC && strstr(error->why.text, "not found"));
}

/* The height of a block that the daemon knows. */
static enum err ask_header(struct coind *d, const uint8_t id[32], bool *out_known,
	uint32_t *out_height, struct coind_error *error)
{
	char text[HASH_TEXT_BYTES];
	json_t *result;
	enum err err;

	hex_encode_reversed(text, id, 32);
	*out_known = false;
	err = coind_call(d, "getblockheader", json_pack("[s]", text), TIMEOUT_MS, &result, error);
	if (err == ERR_REFUSED && is_unknown_block(error))
		return OK;
	if (err != OK)
		return err;
	if (!get_height(json_object_get(result, "height"), out_height))
		err = fail_answer(error, "getblockheader");
	json_decref(result);
	*out_known = err == OK;
	return err;
}

/* "1d00ffff" in Core and bitzenyd, a number in bcoin. */
static bool get_bits(const json_t *value, uint32_t *out)
{
	uint8_t bytes[4];

	if (json_is_integer(value) && json_integer_value(value) > 0 &&
		json_integer_value(value) <= UINT32_MAX) {
		*out = (uint32_t)json_integer_value(value);
		return true;
	}
	if (!json_is_string(value) ||
		!hex_decode(bytes, 4, json_string_value(value), json_string_length(value)))
		return false;
	*out = get_be32(bytes);
	return true;
}

enum err lookup_bits_at(struct coind *d, uint32_t height, uint32_t *out, struct coind_error *error)
{
	char text[HASH_TEXT_BYTES];
	struct coind_error local;
	uint8_t id[32];
	json_t *result;
	enum err err;

	if (!error)
		error = &local;
	err = lookup_hash_at(d, height, id, error);
	if (err != OK)
		return err;
	hex_encode_reversed(text, id, 32);
	err = coind_call(d, "getblockheader", json_pack("[s]", text), TIMEOUT_MS, &result, error);
	if (err != OK)
		return err;
	if (!get_bits(json_object_get(result, "bits"), out))
		err = fail_answer(error, "getblockheader");
	json_decref(result);
	return err;
}

static enum err ask_height(struct coind *d, uint32_t *out, struct coind_error *error)
{
	json_t *result;
	enum err err = coind_call(d, "getblockcount", NULL, TIMEOUT_MS, &result, error);

	if (err != OK)
		return err;
	if (!get_height(result, out))
		err = fail_answer(error, "getblockcount");
	json_decref(result);
	return err;
}

/*
 * Whether a known block is in the chain, by what stands at its height. It is asked after the tip:
 * a daemon may connect the block between two calls, and bcoin counts confirmations of orphans too.
 */
static enum err place_in_chain(struct coind *d, const uint8_t id[32], struct lookup_block *found,
	struct coind_error *error)
{
	uint8_t at[32];
	enum err err;

	found->place = LOOKUP_SIDE;
	if (found->tip_height < found->height)
		return OK;
	err = lookup_hash_at(d, found->height, at, error);
	if (err == ERR_NOT_FOUND) { /* its chain was cut back meanwhile */
		found->tip_height = found->height - 1;
		return OK;
	}
	if (err == OK && memcmp(at, id, 32) == 0) {
		found->place = LOOKUP_IN_CHAIN;
		found->confirmations = found->tip_height - found->height + 1;
	}
	return err;
}

enum err lookup_block(
	struct coind *d, const uint8_t id[32], struct lookup_block *out, struct coind_error *error)
{
	struct lookup_block found = {.place = LOOKUP_UNKNOWN};
	struct coind_error local;
	bool is_known;
	enum err err;

	if (!error)
		error = &local;
	err = ask_header(d, id, &is_known, &found.height, error);
	if (err == OK)
		err = ask_height(d, &found.tip_height, error);
	if (err == OK && is_known)
		err = place_in_chain(d, id, &found, error);
	if (err == OK)
		*out = found;
	return err;
}

enum err lookup_chain(struct coind *d, struct lookup_chain *out, struct coind_error *error)
{
	struct lookup_chain found = {0};
	json_t *result;
	const char *chain;
	enum err err = coind_call(d, "getblockchaininfo", NULL, TIMEOUT_MS, &result, error);

	if (err != OK)
		return err;
	chain = json_get_str(result, "chain");
	if (!chain || !str_copy(found.chain, sizeof(found.chain), chain) ||
		!get_height(json_object_get(result, "blocks"), &found.height) ||
		!get_height(json_object_get(result, "headers"), &found.headers) ||
		!get_hash(json_object_get(result, "bestblockhash"), found.best)) {
		json_decref(result);
		return fail_answer(error, "getblockchaininfo");
	}
	/* BitZeny 2.0.2 does not have the field; there getblocktemplate says it with -10. */
	json_get_bool(result, "initialblockdownload", &found.is_downloading);
	json_decref(result);
	*out = found;
	return OK;
}
