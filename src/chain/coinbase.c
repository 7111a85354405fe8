#include "chain/coinbase.h"

#include <assert.h>
#include <string.h>

#include "base/bytes.h"

#define TX_VERSION  2
#define FIXED_NONCE 12 /* [bytes] of node tag and time, before the extranonces */

static const uint8_t witness_marker[2] = {0, 1};
static const uint8_t no_txid[32];
static const uint8_t reserved_value[32]; /* BIP141: the coinbase's only witness item, all zero */

static enum err check_outputs(const struct coinbase_spec *spec, struct why *why)
{
	if (spec->outputs_count == 0)
		return err_fail(why, ERR_INVALID, "the coinbase pays nobody");
	for (unsigned i = 0; i < spec->outputs_count; i++) {
		if (amount_is_negative(spec->outputs[i].value))
			return err_fail(
				why, ERR_INVALID, "output %u of the coinbase is negative", i);
	}
	return OK;
}

static enum err check(const struct coinbase_spec *spec, struct why *why)
{
	if (spec->height < 0)
		return err_fail(why, ERR_INVALID, "height %lld", (long long)spec->height);
	if (strlen(spec->tag) > COINBASE_TAG_MAX)
		return err_fail(why, ERR_INVALID, "the coinbase tag is longer than %d bytes",
			COINBASE_TAG_MAX);
	if (spec->nonce_len == 0 || spec->nonce_len > COINBASE_NONCE_MAX)
		return err_fail(why, ERR_INVALID, "%u bytes of extranonce", spec->nonce_len);
	return check_outputs(spec, why);
}

/* The scriptSig up to the extranonces. */
static void add_script_head(struct buf *b, const struct coinbase_spec *spec)
{
	uint8_t number[SCRIPT_NUMBER_MAX];
	size_t tag_len = strlen(spec->tag);

	if (spec->script_head_len > 0) {
		buf_add(b, spec->script_head, spec->script_head_len);
	} else {
		buf_add(b, number, script_put_number(number, spec->height));
		buf_add(b, spec->flags, spec->flags_len);
	}
	if (tag_len > 0) {
		buf_add_u8(b, (uint8_t)tag_len);
		buf_add(b, spec->tag, tag_len);
	}
	buf_add_u8(b, (uint8_t)(FIXED_NONCE + spec->nonce_len));
	buf_add_le32(b, spec->node_tag);
	buf_add_le64(b, spec->time_ns);
}

static void add_output(struct buf *b, struct amount value, const struct script *script)
{
	buf_add_le64(b, (uint64_t)amount_units(value));
	buf_add_varint(b, script->len);
	buf_add(b, script->bytes, script->len);
}

static void build_head(struct buf *head, const struct coinbase_spec *spec, const struct buf *script,
	size_t script_len)
{
	buf_add_le32(head, spec->version ? spec->version : TX_VERSION);
	if (spec->time)
		buf_add_le32(head, *spec->time);
	buf_add_varint(head, 1); /* inputs */
	buf_add(head, no_txid, sizeof(no_txid));
	buf_add_le32(head, UINT32_MAX); /* index of an output that does not exist */
	buf_add_varint(head, script_len);
	buf_add(head, script->data, script->len);
}

static void build_tail(struct buf *tail, const struct coinbase_spec *spec)
{
	buf_add_le32(tail, UINT32_MAX); /* sequence */
	buf_add_varint(tail, spec->outputs_count + (spec->commitment != NULL));
	for (unsigned i = 0; i < spec->outputs_count; i++)
		add_output(tail, spec->outputs[i].value, &spec->outputs[i].script);
	if (spec->commitment)
		add_output(tail, amount_of(0), spec->commitment);
	buf_add_le32(tail, 0); /* lock time */
	buf_add(tail, spec->extra, spec->extra_len);
}

enum err coinbase_init(struct coinbase *cb, const struct coinbase_spec *spec, struct why *why)
{
	struct buf script = {0};
	enum err err = check(spec, why);
	size_t script_len;

	if (err != OK)
		return err;
	add_script_head(&script, spec);
	script_len = script.len + spec->nonce_len;
	if (script_len > COINBASE_SCRIPT_MAX) {
		buf_free(&script);
		return err_fail(why, ERR_LIMIT,
			"the coinbase's script has %zu bytes, %d are allowed: use a shorter tag",
			script_len, COINBASE_SCRIPT_MAX);
	}
	*cb = (struct coinbase){.nonce_len = spec->nonce_len,
		.version_len = spec->time ? 8 : 4,
		.extra_len = spec->extra_len,
		.has_witness = spec->commitment};
	build_head(&cb->head, spec, &script, script_len);
	build_tail(&cb->tail, spec);
	buf_free(&script);
	sha256_init(&cb->head_hash);
	sha256_add(&cb->head_hash, cb->head.data, cb->head.len);
	return OK;
}

enum err coinbase_pay(const struct coinbase *cb, const struct coinbase_spec *spec,
	struct coinbase *out, struct why *why)
{
	enum err err = check_outputs(spec, why);

	if (err != OK)
		return err;
	*out = *cb;
	out->tail = (struct buf){0};
	out->extra_len = spec->extra_len;
	build_tail(&out->tail, spec);
	return OK;
}

void coinbase_fini(struct coinbase *cb)
{
	buf_free(&cb->head);
	buf_free(&cb->tail);
}

void coinbase_txid(const struct coinbase *cb, const uint8_t *nonce, uint8_t out[32])
{
	struct sha256 hash = cb->head_hash;

	sha256_add(&hash, nonce, cb->nonce_len);
	sha256_add(&hash, cb->tail.data, cb->tail.len);
	sha256_finish(&hash, out);
	sha256(out, 32, out);
}

void coinbase_add_to(const struct coinbase *cb, const uint8_t *nonce, struct buf *block)
{
	enum { LOCK_TIME_LEN = 4 };
	size_t end_len = LOCK_TIME_LEN + cb->extra_len, outputs_len = cb->tail.len - end_len;

	buf_add(block, cb->head.data, cb->version_len);
	if (cb->has_witness)
		buf_add(block, witness_marker, sizeof(witness_marker));
	buf_add(block, cb->head.data + cb->version_len, cb->head.len - cb->version_len);
	buf_add(block, nonce, cb->nonce_len);
	buf_add(block, cb->tail.data, outputs_len);
	if (cb->has_witness) {
		buf_add_varint(block, 1);
		buf_add_varint(block, sizeof(reserved_value));
		buf_add(block, reserved_value, sizeof(reserved_value));
	}
	buf_add(block, cb->tail.data + outputs_len, end_len);
}
