/* template_demand.c -- whom the coinbase must pay besides the pool, and what else a coin wants of
 * it. */
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "base/hex.h"
#include "base/mem.h"
#include "chain/address.h"
#include "chain/coin.h"
#include "coind/template_priv.h"

enum {
	DEMANDS_MAX = 1000,
	PAYLOAD_MAX = 10000, /* [bytes] of coinbase_payload */
	VOTES_MAX = 1000,
	VOTE_MAX = 1000, /* [bytes] */
	TX_VERSION = 2,
	TX_VERSION_PAYLOAD = 3 | 5 << 16, /* DIP4: version 3, type 5 */
	OP_RETURN = 0x6a,
};

/* What is being read. */
struct reading {
	struct template *t;
	const struct coin *coin;
	const struct coin_network *network;
	struct amount value; /* what is left for the pool */
	size_t demands_cap;
};

static const struct {
	const char *name;
	bool on_top;
} known[] = {
#define DEMAND(name, on_top) {name, on_top},
#include "coind/demand.tbl"
#undef DEMAND
};

/* Whether a member is one to be paid, as the profile or the table says. */
static bool is_demand(const struct coin *coin, const char *name, bool *out_on_top)
{
	for (unsigned i = 0; i < coin->demands_count; i++) {
		*out_on_top = coin->demands[i][0] == '+';
		if (strcmp(coin->demands[i] + *out_on_top, name) == 0)
			return true;
	}
	for (size_t i = 0; i < ARRAY_LEN(known); i++) {
		*out_on_top = known[i].on_top;
		if (strcmp(known[i].name, name) == 0)
			return true;
	}
	return false;
}

/* ---- one payment ---- */

static const char *first_text(const json_t *json, const char *const *keys, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		const json_t *value = json_object_get(json, keys[i]);
		const char *text =
			json_string_value(json_is_array(value) ? json_array_get(value, 0) : value);

		if (text && *text)
			return text;
	}
	return NULL;
}

static const char *script_text(const json_t *json)
{
	static const char *const keys[] = {"script", "scriptpubkey", "scriptPubKey"};
	const char *text = first_text(json, keys, ARRAY_LEN(keys));

	return text ? text : json_get_str(json_object_get(json, "payoutscript"), "hex");
}

static const char *address_text(const json_t *json)
{
	static const char *const keys[] = {"payee", "address", "founderpayee", "addresses"};

	return first_text(json, keys, ARRAY_LEN(keys));
}

static const json_t *amount_member(const json_t *json)
{
	static const char *const keys[] = {"amount", "value", "minimumvalue"};

	for (size_t i = 0; i < ARRAY_LEN(keys); i++) {
		const json_t *value = json_object_get(json, keys[i]);

		if (value)
			return value;
	}
	return NULL;
}

static bool is_payment(const json_t *json)
{
	return amount_member(json) && (script_text(json) || address_text(json));
}

static enum err read_script(const struct reading *r, const char *name, const char *hex,
	const char *payee, struct script *out, struct why *why)
{
	uint8_t bytes[SCRIPT_MAX];
	size_t len = hex ? strlen(hex) / 2 : 0;
	struct address address;
	struct why reason = {""};

	if (hex) {
		if (len > sizeof(bytes))
			return err_fail(why, ERR_LIMIT, "the script of %s is longer than %d bytes",
				name, SCRIPT_MAX);
		if (!hex_decode(bytes, len, hex, strlen(hex)) || !script_of(bytes, len, out))
			return err_fail(
				why, ERR_PROTOCOL, "the script of %s is not hexadecimal", name);
		return OK;
	}
	if (!r->network || address_decode(r->coin, r->network, payee, &address, &reason) != OK)
		return err_fail(why, ERR_PROTOCOL, "the address of %s: %s", name, reason.text);
	*out = address.script;
	return OK;
}

static bool is_demanded(const struct template *t, const struct coinbase_output *output)
{
	for (unsigned i = 0; i < t->demands_count; i++) {
		if (amount_cmp(t->demands[i].value, output->value) == 0 &&
			script_equals(&t->demands[i].script, &output->script))
			return true;
	}
	return false;
}

static enum err add_demand(struct reading *r, const char *name, struct amount amount,
	const struct script *script, bool on_top, struct why *why)
{
	struct template *t = r->t;

	if (t->demands_count == DEMANDS_MAX)
		return err_fail(why, ERR_LIMIT, "more than %d payments", DEMANDS_MAX);
	if (!on_top)
		r->value = amount_sub(r->value, amount);
	if (amount_is_negative(r->value))
		return err_fail(why, ERR_PROTOCOL, "%s is more than coinbasevalue holds", name);
	t->demands = array_grow(t->demands, t->demands_count, &r->demands_cap, sizeof(*t->demands));
	t->demands[t->demands_count++] = (struct coinbase_output){amount, *script};
	return OK;
}

/* An empty object, or one that pays nothing to nobody, demands nothing. */
static enum err read_payment(
	struct reading *r, const char *name, const json_t *json, bool on_top, struct why *why)
{
	const char *hex = script_text(json), *payee = address_text(json);
	const json_t *amount = amount_member(json);
	int64_t units = json_integer_value(amount);
	struct script script;
	enum err err;

	if (!json_is_object(json))
		return err_fail(why, ERR_PROTOCOL, "%s is not a payment", name);
	if (!hex && !payee && units == 0)
		return OK;
	if (!json_is_integer(amount) || units < 0)
		return err_fail(
			why, ERR_PROTOCOL, "the amount of %s is missing or no amount", name);
	if (!hex && !payee)
		return err_fail(why, ERR_PROTOCOL, "%s does not say whom it pays", name);
	err = read_script(r, name, hex, payee, &script, why);
	if (err != OK)
		return err;
	if (units == 0 && (script.len == 0 || script.bytes[0] != OP_RETURN))
		return OK;
	if (r->t->has_witness && script_equals(&script, &r->t->commitment))
		return OK; /* stands at the end anyway */
	return add_demand(r, name, amount_of(units), &script, on_top, why);
}

static enum err read_payments(
	struct reading *r, const char *name, const json_t *json, bool on_top, struct why *why)
{
	const json_t *item;
	enum err err = OK;
	size_t i;

	if (json_is_null(json))
		return OK;
	if (!json_is_array(json))
		return read_payment(r, name, json, on_top, why);
	json_array_foreach(json, i, item)
	{
		if (err == OK)
			err = read_payment(r, name, item, on_top, why);
	}
	return err;
}

/* ---- all of them ---- */

/* What looks like a payment and is none that we know may cost the block when it is left out. */
static enum err refuse_unknown(
	const struct reading *r, const char *name, const json_t *json, struct why *why)
{
	const json_t *first = json_is_array(json) ? json_array_get(json, 0) : json;

	if (!is_payment(first))
		return OK;
	return err_fail(why, ERR_UNSUPPORTED,
		"it demands the payment '%.40s': put it into demands: of the profile of %s "
		"('+%.40s' when coinbasevalue does not hold it)",
		name, r->coin->title, name);
}

static enum err read_members(struct reading *r, const json_t *json, struct why *why)
{
	const json_t *value;
	const char *name;
	enum err err = OK;
	bool on_top;

	json_object_foreach((json_t *)json, name, value)
	{
		if (err != OK || strcmp(name, "transactions") == 0)
			continue;
		if (is_demand(r->coin, name, &on_top))
			err = read_payments(r, name, value, on_top, why);
		else
			err = refuse_unknown(r, name, value, why);
	}
	return err;
}

/* The first masternodes: payee and payee_amount, a fifth when there is no amount. What stands under
 * "masternode" too is the same payment. */
static enum err read_payee(struct reading *r, const json_t *json, struct why *why)
{
	const char *payee = json_get_str(json, "payee");
	int64_t units = (amount_units(r->value) + 4) / 5;
	struct coinbase_output output;
	enum err err;

	if (!payee || !*payee)
		return OK;
	if (json_object_get(json, "payee_amount") &&
		(!json_get_i64(json, "payee_amount", &units) || units < 0))
		return err_fail(why, ERR_PROTOCOL, "payee_amount is no amount");
	err = read_script(r, "payee", NULL, payee, &output.script, why);
	output.value = amount_of(units);
	if (err != OK || units == 0 || is_demanded(r->t, &output))
		return err;
	return add_demand(r, "payee", output.value, &output.script, false, why);
}

/* Meowcoin: an address and a value of their own, on top, as the second output. */
static enum err read_community(struct reading *r, const json_t *json, struct why *why)
{
	const char *address = json_get_str(json, "CommunityAutonomousAddress");
	struct script script;
	int64_t units;
	enum err err;

	if (!address || !*address)
		return OK;
	if (!json_get_i64(json, "CommunityAutonomousValue", &units) || units < 0)
		return err_fail(why, ERR_PROTOCOL, "CommunityAutonomousValue is no amount");
	err = read_script(r, "CommunityAutonomousAddress", NULL, address, &script, why);
	if (err != OK || units == 0)
		return err;
	return add_demand(r, "CommunityAutonomousValue", amount_of(units), &script, true, why);
}

/* ---- a whole coinbase ---- */

/* Bytes of a transaction; short of them, `is_short` is set and zeroes come. */
struct bytes {
	const uint8_t *p;
	size_t left;
	bool is_short;
};

static const uint8_t *take(struct bytes *b, uint64_t len)
{
	static const uint8_t zeroes[8];
	const uint8_t *p = b->p;

	if (b->is_short || len > b->left) {
		b->is_short = true;
		return zeroes;
	}
	b->p += len;
	b->left -= len;
	return p;
}

static uint64_t take_varint(struct bytes *b)
{
	uint8_t first = *take(b, 1);

	switch (first) {
	case 0xfd: return get_le16(take(b, 2));
	case 0xfe: return get_le32(take(b, 4));
	case 0xff: return get_le64(take(b, 8));
	}
	return first;
}

static enum err take_output(struct reading *r, struct bytes *b, bool is_first, struct why *why)
{
	int64_t units = (int64_t)get_le64(take(b, 8));
	uint64_t len = take_varint(b);
	const uint8_t *bytes = take(b, len);
	struct script script;

	if (b->is_short)
		return OK; /* said by the caller */
	if (units < 0)
		return err_fail(why, ERR_PROTOCOL, "an output of coinbasetxn is negative");
	if (is_first) {
		r->value = amount_of(units);
		return OK;
	}
	if (!script_of(bytes, len, &script))
		return err_fail(why, ERR_LIMIT, "a script of coinbasetxn is longer than %d bytes",
			SCRIPT_MAX);
	if (r->t->has_witness && script_equals(&script, &r->t->commitment))
		return OK;
	return add_demand(r, "an output of coinbasetxn", amount_of(units), &script, true, why);
}

/* BIP22: the daemon has made the coinbase. The first output is the miner's; our script begins with
 * what its script holds. */
static enum err take_coinbase(struct reading *r, struct bytes b, struct why *why)
{
	struct template *t = r->t;
	uint64_t script_len, outputs;
	const uint8_t *script;
	enum err err = OK;

	t->tx_version = get_le32(take(&b, r->coin->tx_time ? 8 : 4));
	if (*take(&b, 1) != 1)
		return err_fail(why, ERR_PROTOCOL, "coinbasetxn has not one input");
	take(&b, 36);
	script_len = take_varint(&b);
	script = take(&b, script_len);
	take(&b, 4); /* sequence */
	outputs = take_varint(&b);
	if (b.is_short || outputs == 0 || script_len > TEMPLATE_FLAGS_MAX)
		return err_fail(why, ERR_PROTOCOL, "coinbasetxn is not a coinbase");
	buf_add(&t->script_head, script, script_len);
	for (uint64_t i = 0; i < outputs && err == OK && !b.is_short; i++)
		err = take_output(r, &b, i == 0, why);
	if (err == OK && (get_le32(take(&b, 4)) != 0 || b.is_short || b.left > 0))
		err = err_fail(why, ERR_UNSUPPORTED,
			"coinbasetxn is cut off, has a lock time, or more after it");
	return err;
}

static enum err read_coinbasetxn(struct reading *r, const json_t *json, struct why *why)
{
	const char *hex = json_get_str(json_object_get(json, "coinbasetxn"), "data");
	size_t len = hex ? strlen(hex) / 2 : 0;
	uint8_t *data;
	enum err err;

	if (!hex)
		return err_fail(why, ERR_PROTOCOL,
			"coinbasevalue is missing or not an integer, and there is no coinbasetxn");
	if (len > PAYLOAD_MAX)
		return err_fail(why, ERR_LIMIT, "coinbasetxn is longer than %d bytes", PAYLOAD_MAX);
	data = mem_alloc(len + 1);
	if (hex_decode(data, len, hex, strlen(hex)))
		err = take_coinbase(r, (struct bytes){data, len, false}, why);
	else
		err = err_fail(why, ERR_PROTOCOL, "coinbasetxn is not hexadecimal");
	free(data);
	return err;
}

/* ---- what is not a payment ---- */

/* Decode a text of hexadecimal digits to the end of b, its length before it. */
static enum err add_bytes(
	struct buf *b, const char *name, const json_t *json, size_t max, struct why *why)
{
	const char *hex = json_string_value(json);
	size_t len = hex ? strlen(hex) / 2 : 0;

	if (!hex || len > max)
		return err_fail(why, hex ? ERR_LIMIT : ERR_PROTOCOL, "%s is %s", name,
			hex ? "too long" : "not text");
	buf_add_varint(b, len);
	if (!hex_decode(buf_reserve(b, len), len, hex, strlen(hex)))
		return err_fail(why, ERR_PROTOCOL, "%s is not hexadecimal", name);
	b->len += len;
	return OK;
}

static enum err read_payload(struct template *t, const json_t *json, struct why *why)
{
	const json_t *payload = json_object_get(json, "coinbase_payload");

	if (!payload || json_string_length(payload) == 0)
		return OK;
	t->tx_version = TX_VERSION_PAYLOAD;
	return add_bytes(&t->payload, "coinbase_payload", payload, PAYLOAD_MAX, why);
}

/* The first masternodes: blocks end with the votes for them. */
static enum err read_votes(struct template *t, const json_t *json, struct why *why)
{
	const json_t *votes = json_object_get(json, "votes"), *vote;
	enum err err = OK;
	bool is_on;
	size_t i;

	if (!json_get_bool(json, "masternode_payments", &is_on) || !is_on || !json_is_array(votes))
		return OK;
	if (json_array_size(votes) > VOTES_MAX)
		return err_fail(why, ERR_LIMIT, "more than %d votes", VOTES_MAX);
	buf_add_varint(&t->end, json_array_size(votes));
	json_array_foreach(votes, i, vote)
	{
		size_t len = json_string_length(vote) / 2;

		if (!json_is_string(vote) || len > VOTE_MAX ||
			!hex_decode(buf_reserve(&t->end, len), len, json_string_value(vote),
				json_string_length(vote)))
			return err_fail(
				why, ERR_PROTOCOL, "a vote is not hexadecimal, or too long");
		t->end.len += len;
	}
	return err;
}

enum err template_demands(struct template *t, const json_t *json, const struct coin *coin,
	const struct coin_network *network, struct why *why)
{
	struct reading r = {.t = t, .coin = coin, .network = network};
	const json_t *txn = json_object_get(json, "coinbasetxn");
	int64_t value = 0;
	bool has_value = json_get_i64(json, "coinbasevalue", &value);
	enum err err;

	if (has_value && value < 0)
		return err_fail(why, ERR_PROTOCOL, "coinbasevalue is negative");
	r.value = amount_of(value);
	t->tx_version = TX_VERSION;
	if (!has_value)
		err = read_coinbasetxn(&r, json, why);
	else if ((err = read_members(&r, json, why)) == OK)
		err = json_is_object(txn) ? read_members(&r, txn, why) : OK;
	if (err == OK && has_value)
		err = read_payee(&r, json, why);
	if (err == OK && has_value)
		err = read_community(&r, json, why);
	if (err == OK)
		err = read_payload(t, json, why);
	if (err == OK)
		err = read_votes(t, json, why);
	if (coin->block_signature)
		buf_add_u8(&t->end, 0);
	t->has_tx_time = coin->tx_time;
	t->has_tx_comment = coin->tx_comment;
	t->value = r.value;
	return err;
}
