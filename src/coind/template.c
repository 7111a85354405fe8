#include "coind/template.h"

#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "base/hex.h"
#include "base/mem.h"
#include "base/sha256.h"
#include "chain/coin.h"
#include "coind/template_priv.h"

#define HEIGHT_MAX 0x7fffffff
#define TX_MIN     60 /* [bytes] the shortest transaction with an input and an output */

/* Fetch a member that must be an integer between two limits. */
static enum err get_number(const json_t *json, const char *key, int64_t min, int64_t max,
	int64_t *out, struct why *why)
{
	int64_t value;

	if (!json_get_i64(json, key, &value))
		return err_fail(why, ERR_PROTOCOL, "%s is missing or not an integer", key);
	if (value < min || value > max)
		return err_fail(
			why, ERR_PROTOCOL, "%s is %lld, which cannot be", key, (long long)value);
	*out = value;
	return OK;
}

static enum err get_hash(const json_t *json, const char *key, uint8_t out[32], struct why *why)
{
	const char *text = json_get_str(json, key);

	if (!text || !hex_decode_reversed(out, 32, text, strlen(text)))
		return err_fail(why, ERR_PROTOCOL, "%s is missing or not a hash", key);
	return OK;
}

/* Decode a member of hexadecimal text, if it is there, into new memory. */
static enum err get_bytes(const json_t *json, const char *key, size_t max, uint8_t **out,
	size_t *out_len, struct why *why)
{
	const json_t *value = json_object_get(json, key);
	size_t len = json_string_length(value) / 2;

	if (!value || json_is_null(value))
		return OK;
	if (!json_is_string(value))
		return err_fail(why, ERR_PROTOCOL, "%s is not text", key);
	if (len > max)
		return err_fail(why, ERR_LIMIT, "%s is longer than %zu bytes", key, max);
	*out = mem_alloc(len + 1);
	if (!hex_decode(*out, len, json_string_value(value), json_string_length(value)))
		return err_fail(why, ERR_PROTOCOL, "%s is not hexadecimal", key);
	*out_len = len;
	return OK;
}

static enum err parse_numbers(struct template *t, const json_t *json, struct why *why)
{
	int64_t height, version, required = 0, curtime, mintime = 1;
	enum err err;

	if ((err = get_number(json, "height", 1, HEIGHT_MAX, &height, why)) != OK ||
		(err = get_number(json, "version", INT32_MIN, UINT32_MAX, &version, why)) != OK ||
		(err = get_number(json, "curtime", 1, UINT32_MAX, &curtime, why)) != OK)
		return err;
	if (json_object_get(json, "mintime") &&
		(err = get_number(json, "mintime", 0, UINT32_MAX, &mintime, why)) != OK)
		return err;
	if (json_object_get(json, "vbrequired") &&
		(err = get_number(json, "vbrequired", 0, UINT32_MAX, &required, why)) != OK)
		return err;
	if (mintime > curtime)
		return err_fail(why, ERR_PROTOCOL, "mintime is later than curtime");
	t->height = (uint32_t)height;
	t->version = (uint32_t)version;
	t->version_required = (uint32_t)required;
	t->curtime = (uint32_t)curtime;
	t->mintime = (uint32_t)mintime;
	return OK;
}

static enum err parse_target(struct template *t, const json_t *json, struct why *why)
{
	const char *bits = json_get_str(json, "bits");
	const char *target = json_get_str(json, "target");
	uint8_t bytes[32];

	if (!bits || !hex_decode(bytes, 4, bits, strlen(bits)))
		return err_fail(why, ERR_PROTOCOL, "bits is missing or not 8 hexadecimal digits");
	t->bits = get_be32(bytes);
	if (target_from_bits(t->bits, &t->target) != OK)
		return err_fail(why, ERR_PROTOCOL, "bits %s is not a target", bits);
	if (!target)
		return OK;
	if (!hex_decode(bytes, 32, target, strlen(target)))
		return err_fail(why, ERR_PROTOCOL, "target is not 64 hexadecimal digits");
	if (u256_cmp(u256_from_be(bytes), t->target) != 0)
		return err_fail(why, ERR_PROTOCOL, "bits %s and target %s differ", bits, target);
	return OK;
}

static bool coin_knows(const struct coin *coin, const char *rule)
{
	for (unsigned i = 0; i < coin->rules_count; i++) {
		if (strcmp(coin->rules[i], rule) == 0)
			return true;
	}
	return false;
}

/*
 * A rule "!name" changes what a block looks like: who does not know it must not mine.
 * The commitment is offered even where segwit is not active, so the rules decide, not its presence.
 */
static enum err parse_rules(
	const json_t *json, const struct coin *coin, bool *out_segwit, struct why *why)
{
	const json_t *rules = json_object_get(json, "rules"), *item;
	size_t i;

	*out_segwit = false;
	if (rules && !json_is_array(rules))
		return err_fail(why, ERR_PROTOCOL, "rules is not a list");
	json_array_foreach(rules, i, item)
	{
		const char *rule = json_string_value(item);

		if (!rule)
			return err_fail(why, ERR_PROTOCOL, "a rule is not text");
		if (rule[0] == '!' && !coin_knows(coin, rule + 1))
			return err_fail(why, ERR_UNSUPPORTED,
				"it demands the rule '%.40s', which the profile of %s does not "
				"list",
				rule + 1, coin->title);
		if (strcmp(rule + (rule[0] == '!'), "segwit") == 0)
			*out_segwit = true;
	}
	return OK;
}

static enum err parse_witness(
	struct template *t, const json_t *json, const struct coin *coin, struct why *why)
{
	const char *text = json_get_str(json, "default_witness_commitment");
	size_t len = text ? strlen(text) / 2 : 0;
	bool is_active;
	enum err err;

	err = parse_rules(json, coin, &is_active, why);
	if (err != OK)
		return err;
	if (!is_active || !text)
		return OK;
	if (len < 38 || len > SCRIPT_MAX ||
		!hex_decode(t->commitment.bytes, len, text, strlen(text)))
		return err_fail(why, ERR_PROTOCOL, "default_witness_commitment is not a script");
	t->commitment.len = (uint8_t)len;
	t->has_witness = true;
	return OK;
}

static enum err parse_tx(const json_t *tx, uint8_t txid[32], struct buf *data, struct why *why)
{
	const json_t *hex = json_object_get(tx, "data");
	size_t len = json_string_length(hex) / 2;
	enum err err;

	/* Before segwit daemons gave only "hash", which then is the txid. */
	err = get_hash(tx, json_object_get(tx, "txid") ? "txid" : "hash", txid, why);
	if (err != OK)
		return err;
	if (!json_is_string(hex) || len < TX_MIN)
		return err_fail(why, ERR_PROTOCOL, "data is missing or too short");
	if (len > TEMPLATE_BYTES_MAX - data->len)
		return err_fail(why, ERR_LIMIT, "more than %d bytes", TEMPLATE_BYTES_MAX);
	if (!hex_decode(
		    buf_reserve(data, len), len, json_string_value(hex), json_string_length(hex)))
		return err_fail(why, ERR_PROTOCOL, "data is not hexadecimal");
	data->len += len;
	return OK;
}

/* Older daemons do not tell the fee, or tell -1. */
static void add_fee(struct template *t, const json_t *tx)
{
	int64_t fee;

	if (!json_get_i64(tx, "fee", &fee) || fee < 0 ||
		fee > amount_units(amount_sub(t->value, t->fees)))
		t->has_fees = false;
	else
		t->fees = amount_add(t->fees, amount_of(fee));
}

static enum err parse_txs(struct template *t, const json_t *json, struct why *why)
{
	const json_t *list = json_object_get(json, "transactions"), *tx;
	struct buf data = {0};
	enum err err = OK;
	size_t i;

	if (!json_is_array(list))
		return err_fail(why, ERR_PROTOCOL, "transactions is missing or not a list");
	if (json_array_size(list) > TEMPLATE_TXS_MAX)
		return err_fail(why, ERR_LIMIT, "more than %d transactions", TEMPLATE_TXS_MAX);
	t->tx_count = (uint32_t)json_array_size(list);
	t->txids = mem_alloc_array(t->tx_count + 1, sizeof(*t->txids));
	t->has_fees = true;
	json_array_foreach(list, i, tx)
	{
		err = parse_tx(tx, t->txids[i], &data, why);
		if (err != OK) {
			err_prefix(why, "transaction %zu", i);
			break;
		}
		if (t->has_fees)
			add_fee(t, tx);
	}
	t->tx_data_len = data.len;
	t->tx_data = (uint8_t *)buf_take(&data);
	return err;
}

static enum err parse_extras(struct template *t, const json_t *json, struct why *why)
{
	const char *longpollid = json_get_str(json, "longpollid");
	const json_t *aux = json_object_get(json, "coinbaseaux");
	uint8_t *flags = NULL;
	size_t flags_len = 0;
	enum err err;

	err = get_bytes(json, "mweb", TEMPLATE_MWEB_MAX, &t->mweb, &t->mweb_len, why);
	if (err == OK)
		err = get_bytes(aux, "flags", TEMPLATE_FLAGS_MAX, &flags, &flags_len, why);
	if (err == OK && flags_len) {
		memcpy(t->flags, flags, flags_len);
		t->flags_len = (uint8_t)flags_len;
	}
	free(flags);
	if (err == OK && longpollid && !str_copy(t->longpollid, sizeof(t->longpollid), longpollid))
		return err_fail(why, ERR_LIMIT, "longpollid is too long");
	return err;
}

static void add_buf(struct sha256 *ctx, const struct buf *b)
{
	if (b->len > 0)
		sha256_add(ctx, b->data, b->len);
}

static void add_demand(struct sha256 *ctx, const struct coinbase_output *demand)
{
	uint8_t value[8];

	put_le64(value, (uint64_t)amount_units(demand->value));
	sha256_add(ctx, value, sizeof(value));
	sha256_add(ctx, demand->script.bytes, demand->script.len);
}

/* A number of all that makes work differ, except the time. */
static uint64_t content_of(const struct template *t)
{
	struct sha256 ctx;
	uint8_t head[32], digest[SHA256_LEN];

	put_le32(head, t->height);
	put_le32(head + 4, t->bits);
	put_le32(head + 8, t->version);
	put_le32(head + 12, t->version_required);
	put_le64(head + 16, (uint64_t)amount_units(t->value));
	put_le64(head + 24, t->mweb_len);
	sha256_init(&ctx);
	sha256_add(&ctx, head, sizeof(head));
	sha256_add(&ctx, t->prev, sizeof(t->prev));
	sha256_add(&ctx, t->txids, t->tx_count * sizeof(*t->txids));
	sha256_add(&ctx, t->commitment.bytes, t->commitment.len);
	sha256_add(&ctx, t->flags, t->flags_len);
	add_buf(&ctx, &t->script_head);
	add_buf(&ctx, &t->payload);
	add_buf(&ctx, &t->end);
	for (unsigned i = 0; i < t->demands_count; i++)
		add_demand(&ctx, &t->demands[i]);
	if (t->mweb)
		sha256_add(&ctx, t->mweb, t->mweb_len);
	sha256_finish(&ctx, digest);
	return get_le64(digest);
}

enum err template_parse(const json_t *json, const struct coin *coin,
	const struct coin_network *network, const char *daemon, int64_t received_ms,
	struct template **out, struct why *why)
{
	struct template *t;
	enum err err;

	if (!json_is_object(json))
		return err_fail(why, ERR_PROTOCOL, "the template is not an object");
	t = NEW(struct template);
	atomic_init(&t->refs, 1);
	if ((err = parse_numbers(t, json, why)) != OK ||
		(err = get_hash(json, "previousblockhash", t->prev, why)) != OK ||
		(err = parse_target(t, json, why)) != OK ||
		(err = parse_witness(t, json, coin, why)) != OK ||
		(err = template_demands(t, json, coin, network, why)) != OK ||
		(err = parse_txs(t, json, why)) != OK || (err = parse_extras(t, json, why)) != OK) {
		template_unref(t);
		return err;
	}
	t->content = content_of(t);
	t->received_ms = received_ms;
	str_copy(t->daemon, sizeof(t->daemon), daemon);
	*out = t;
	return OK;
}

json_t *template_params(const struct coin *coin, const char *longpollid)
{
	json_t *request = json_object(), *rules = json_array(), *params = json_array();

	for (unsigned i = 0; i < coin->rules_count; i++)
		json_array_append_new(rules, json_string(coin->rules[i]));
	json_object_set_new(request, "rules", rules);
	if (longpollid)
		json_object_set_new(request, "longpollid", json_string(longpollid));
	json_array_append_new(params, request);
	return params;
}

struct block_body template_body(const struct template *t)
{
	return (struct block_body){
		.txs_count = t->tx_count,
		.txs = t->tx_data,
		.txs_len = t->tx_data_len,
		.mweb = t->mweb,
		.mweb_len = t->mweb_len,
		.end = t->end.data,
		.end_len = t->end.len,
	};
}

static struct buf copy_of(const struct buf *b)
{
	struct buf copy = {0};

	if (b->len > 0)
		buf_add(&copy, b->data, b->len);
	return copy;
}

struct template *template_without_txs(const struct template *t)
{
	struct template *empty;

	if (t->tx_count == 0 || t->mweb || t->demands_count > 0 || t->payload.len > 0 ||
		!t->has_fees || amount_cmp(t->fees, t->value) > 0)
		return NULL;
	empty = mem_dup(t, sizeof(*t));
	atomic_init(&empty->refs, 1);
	empty->value = amount_sub(t->value, t->fees);
	empty->fees = amount_of(0);
	empty->tx_count = 0;
	empty->txids = NULL;
	empty->tx_data = NULL;
	empty->tx_data_len = 0;
	empty->has_witness = false; /* no witness, no commitment */
	empty->script_head = copy_of(&t->script_head);
	empty->end = copy_of(&t->end);
	empty->content++;
	return empty;
}

struct template *template_ref(struct template *t)
{
	atomic_fetch_add_explicit(&t->refs, 1, memory_order_relaxed);
	return t;
}

void template_unref(struct template *t)
{
	if (!t || atomic_fetch_sub_explicit(&t->refs, 1, memory_order_acq_rel) != 1)
		return;
	free(t->txids);
	free(t->tx_data);
	free(t->mweb);
	free(t->demands);
	buf_free(&t->script_head);
	buf_free(&t->payload);
	buf_free(&t->end);
	free(t);
}

bool template_same_tip(const struct template *a, const struct template *b)
{
	return a->height == b->height && memcmp(a->prev, b->prev, sizeof(a->prev)) == 0;
}
