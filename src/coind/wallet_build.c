/*
 * wallet_build.c -- a payment transaction: inputs chosen and locked, signed, and checked against
 * what was asked for. The wallet's passphrase is used around signing only.
 */
#include <stdlib.h>
#include <string.h>

#include "base/hex.h"
#include "base/mem.h"
#include "chain/address.h"
#include "coind/wallet_priv.h"

#define PAYMENTS_MAX 3000
#define UNLOCKED_S   60 /* the passphrase is forgotten earlier, by walletlock */

/* ---- what is asked for ---- */

/* Check the payments and turn them into scripts and createrawtransaction's outputs. */
static enum err read_payments(struct wallet *w, const struct wallet_payment *payments, unsigned n,
	struct script *scripts, json_t *outputs, struct amount *out_total, struct why *why)
{
	struct amount total = amount_of(0);
	struct address address;
	char text[AMOUNT_TEXT_MAX];
	enum err err;

	for (unsigned i = 0; i < n; i++) {
		if (amount_cmp(payments[i].amount, amount_of(0)) <= 0)
			return err_fail(why, ERR_INVALID, "a payment of nothing to %s",
				payments[i].address);
		err = address_decode(
			&w->pool->coin, w->pool->network, payments[i].address, &address, why);
		if (err != OK)
			return err;
		if (json_object_get(outputs, address.text))
			return err_fail(why, ERR_INVALID, "two payments to %s", address.text);
		scripts[i] = address.script;
		json_object_set_new(
			outputs, address.text, json_string(amount_text(payments[i].amount, text)));
		total = amount_add(total, payments[i].amount);
	}
	*out_total = total;
	return OK;
}

/* ---- the passphrase ---- */

/* Unlock an encrypted wallet, unless its operator has; *out_opened: lock it again afterwards. */
static enum err open_wallet(struct wallet *w, bool *out_opened, struct why *why)
{
	const char *passphrase = w->pool->wallet.passphrase;
	int64_t until;
	json_t *info;
	bool is_locked;
	enum err err = wallet_call(w, "getwalletinfo", NULL, &info, NULL, why);

	*out_opened = false;
	if (err != OK)
		return err;
	is_locked = json_get_i64(info, "unlocked_until", &until) && until <= 0;
	json_decref(info);
	if (!is_locked)
		return OK;
	if (!passphrase[0])
		return err_fail(why, ERR_AUTH,
			"the wallet is encrypted and the configuration has no "
			"wallet.passphrase_file");
	err = wallet_call(
		w, "walletpassphrase", json_pack("[s,i]", passphrase, UNLOCKED_S), NULL, NULL, why);
	if (err != OK)
		return err;
	*out_opened = true;
	return OK;
}

/* Failing to lock again is not worth failing a payment: the time limit locks it. */
static void close_wallet(struct wallet *w, bool was_opened)
{
	struct why why;

	if (was_opened && wallet_call(w, "walletlock", NULL, NULL, NULL, &why) != OK)
		return;
}

/* ---- create, fund, sign ---- */

static enum err get_hex(json_t *result, const char *key, char **out, struct why *why)
{
	const char *hex = key ? json_get_str(result, key) : json_string_value(result);
	enum err err = OK;

	if (hex)
		*out = str_dup(hex);
	else
		err = err_fail(why, ERR_PROTOCOL, "the daemon gave no transaction");
	json_decref(result);
	return err;
}

static enum err create(struct wallet *w, const struct wallet_input *inputs, unsigned n,
	json_t *outputs, char **out, struct why *why)
{
	struct coind_error error = {0};
	json_t *result;
	enum err err = wallet_call(w, "createrawtransaction",
		json_pack("[o,O,i,b]", wallet_inputs_json(inputs, n), outputs, 0, 1), &result,
		&error, why);

	if (err == ERR_REFUSED)
		return ERR_INVALID;
	return err == OK ? get_hex(result, NULL, out, why) : err;
}

static enum err explain_fund(const struct coind_error *error)
{
	const char *text = error->why.text;

	if (error->code == COIND_CODE_FUNDS || strstr(text, "nsufficient funds"))
		return ERR_FULL;
	if (strstr(text, "too large") || strstr(text, "exceeds maximum"))
		return ERR_LIMIT;
	if (strstr(text, "too small") || strstr(text, "dust"))
		return ERR_INVALID;
	return ERR_REFUSED;
}

/* A locked wallet that ran out of keys for change gets new ones. */
static enum err refill_keys(struct wallet *w, struct why *why)
{
	bool was_opened;
	enum err err = open_wallet(w, &was_opened, why);

	if (err != OK)
		return err;
	err = wallet_call(w, "keypoolrefill", NULL, NULL, NULL, why);
	close_wallet(w, was_opened);
	return err;
}

/* With the fee in the payments, the daemon only has to know that: who pays how much is ours. */
static json_t *fund_settings(const struct wallet_options *options, unsigned payments)
{
	/* replaceable: should it be stuck, the operator can order another one in its place */
	json_t *settings = json_pack("{s:b,s:b}", "lockUnspents", 1, "replaceable", 1), *list;
	char text[AMOUNT_TEXT_MAX];

	if (!amount_is_zero(options->fee_rate))
		json_object_set_new(
			settings, "feeRate", json_string(amount_text(options->fee_rate, text)));
	if (options->is_fee_in_payments) {
		list = json_array();
		for (unsigned i = 0; i < payments; i++)
			json_array_append_new(list, json_integer(i));
		json_object_set_new(settings, "subtractFeeFromOutputs", list);
	}
	return settings;
}

/* A transaction with inputs, fee and change. */
struct funded {
	char *hex;
	struct amount fee;
	int64_t change; /* the index of that output; -1: there is none */
};

static enum err fund(struct wallet *w, const char *hex, unsigned payments,
	const struct wallet_options *options, struct funded *out, struct why *why)
{
	json_t *settings = fund_settings(options, payments), *result;
	struct coind_error error = {0};
	enum err err;

	err = wallet_call(
		w, "fundrawtransaction", json_pack("[s,O]", hex, settings), &result, &error, why);
	if (err == ERR_REFUSED && strstr(error.why.text, "eypool ran out")) {
		err = refill_keys(w, why);
		if (err == OK)
			err = wallet_call(w, "fundrawtransaction",
				json_pack("[s,O]", hex, settings), &result, &error, why);
	}
	json_decref(settings);
	if (err == ERR_REFUSED)
		return explain_fund(&error);
	if (err != OK)
		return err;
	if (!json_get_amount(result, "fee", &out->fee) ||
		!json_get_i64(result, "changepos", &out->change)) {
		json_decref(result);
		return err_fail(why, ERR_PROTOCOL, "fundrawtransaction gave no fee");
	}
	return get_hex(result, "hex", &out->hex, why);
}

static enum err sign(struct wallet *w, const char *hex, char **out, struct why *why)
{
	const char *method = w->generation == WALLET_CORE_0_15 ? "signrawtransaction"
							       : "signrawtransactionwithwallet";
	bool was_opened, is_complete = false;
	json_t *result;
	enum err err = open_wallet(w, &was_opened, why);

	if (err != OK)
		return err;
	err = wallet_call(w, method, json_pack("[s]", hex), &result, NULL, why);
	close_wallet(w, was_opened);
	if (err != OK)
		return err;
	json_get_bool(result, "complete", &is_complete);
	if (!is_complete) {
		const json_t *first = json_array_get(json_object_get(result, "errors"), 0);
		const char *text = json_get_str(first, "error");

		err_fail(why, ERR_REFUSED, "the wallet cannot sign it: %.200s",
			text ? text : "it does not say why");
		json_decref(result);
		return ERR_REFUSED;
	}
	return get_hex(result, "hex", out, why);
}

/* ---- what came out ---- */

static enum err decode(struct wallet *w, const char *hex, json_t **out, struct why *why)
{
	return wallet_call(w, "decoderawtransaction", json_pack("[s]", hex), out, NULL, why);
}

static enum err read_inputs(const json_t *tx, struct wallet_signed *s, struct why *why)
{
	const json_t *list = json_object_get(tx, "vin"), *item;
	size_t i;

	s->inputs = NEW_ARRAY(struct wallet_input, json_array_size(list) + 1);
	json_array_foreach(list, i, item)
	{
		const char *txid = json_get_str(item, "txid");
		int64_t vout;

		if (!txid || strlen(txid) != 64 || !json_get_i64(item, "vout", &vout) || vout < 0 ||
			vout > UINT32_MAX)
			return err_fail(why, ERR_PROTOCOL,
				"it has an input that is not an ordinary output");
		str_copy(s->inputs[i].txid, sizeof(s->inputs[i].txid), txid);
		s->inputs[i].vout = (uint32_t)vout;
		s->input_count++;
	}
	return OK;
}

static bool has_same_inputs(const json_t *tx, const struct wallet_signed *s)
{
	const json_t *list = json_object_get(tx, "vin"), *item;
	size_t i;

	if (json_array_size(list) != s->input_count)
		return false;
	json_array_foreach(list, i, item)
	{
		const char *txid = json_get_str(item, "txid");
		int64_t vout;

		if (!txid || strcmp(txid, s->inputs[i].txid) != 0 ||
			!json_get_i64(item, "vout", &vout) || vout != s->inputs[i].vout)
			return false;
	}
	return true;
}

/* The index of the payment that this output makes and that no other output has made, or n. */
static unsigned match_output(const json_t *output, const struct wallet_payment *payments,
	const struct script *scripts, const bool *is_paid, unsigned n)
{
	const char *hex = json_get_str(json_object_get(output, "scriptPubKey"), "hex");
	struct script script = {0};
	struct amount value;
	unsigned i;

	if (!hex || strlen(hex) / 2 > SCRIPT_MAX || !json_get_amount(output, "value", &value))
		return n;
	script.len = (uint8_t)(strlen(hex) / 2);
	if (!hex_decode(script.bytes, script.len, hex, strlen(hex)))
		return n;
	for (i = 0; i < n; i++) {
		if (!is_paid[i] && script_equals(&script, &scripts[i]) &&
			amount_cmp(value, payments[i].amount) == 0)
			break;
	}
	return i;
}

/* The output's only address; older daemons give a list. */
static const char *address_of(const json_t *output)
{
	const json_t *script = json_object_get(output, "scriptPubKey");
	const char *address = json_get_str(script, "address");

	return address ? address
		       : json_string_value(json_array_get(json_object_get(script, "addresses"), 0));
}

/* Every payment is made once, and what else there is goes back to the wallet, in one output. */
static enum err check_outputs(struct wallet *w, const json_t *tx,
	const struct wallet_payment *payments, const struct script *scripts, unsigned n,
	struct why *why)
{
	const json_t *list = json_object_get(tx, "vout"), *item, *change = NULL;
	bool *is_paid = NEW_ARRAY(bool, n), is_mine = true;
	unsigned paid = 0, others = 0;
	enum err err = OK;
	size_t i;

	json_array_foreach(list, i, item)
	{
		unsigned which = match_output(item, payments, scripts, is_paid, n);

		if (which < n) {
			is_paid[which] = true;
			paid++;
		} else {
			change = item;
			others++;
		}
	}
	free(is_paid);
	if (paid != n || others > 1)
		return err_fail(why, ERR_PROTOCOL,
			"the daemon made a transaction with %u of %u payments and %u other outputs",
			paid, n, others);
	if (change) {
		const char *address = address_of(change);

		err = address ? wallet_owns(w, address, &is_mine, why) : ERR_PROTOCOL;
		if (err == OK && !is_mine)
			err = err_fail(why, ERR_PROTOCOL, "the change would not go to the wallet");
	}
	return err;
}

void wallet_signed_fini(struct wallet_signed *s)
{
	free(s->raw);
	free(s->inputs);
	free(s->payment_fees);
	*s = (struct wallet_signed){0};
}

/* From the funded transaction to the signed and checked one; s has inputs and fee. */
static enum err finish(struct wallet *w, const char *funded, const struct wallet_payment *payments,
	const struct script *scripts, unsigned n, struct wallet_signed *s, struct why *why)
{
	const char *txid;
	json_t *tx;
	enum err err = sign(w, funded, &s->raw, why);

	if (err != OK)
		return err;
	err = decode(w, s->raw, &tx, why);
	if (err != OK)
		return err;
	txid = json_get_str(tx, "txid");
	if (!txid || strlen(txid) != 64 || !has_same_inputs(tx, s))
		err = err_fail(why, ERR_PROTOCOL, "what was signed is not what was made");
	else
		err = check_outputs(w, tx, payments, scripts, n, why);
	if (err == OK)
		str_copy(s->txid, sizeof(s->txid), txid);
	json_decref(tx);
	return err;
}

static enum err check_fee(
	const struct wallet_signed *s, const struct wallet_options *options, struct why *why)
{
	char fee[AMOUNT_TEXT_MAX], max[AMOUNT_TEXT_MAX];

	if (amount_is_negative(s->fee))
		return err_fail(why, ERR_PROTOCOL, "the fee is negative");
	if (amount_is_zero(options->fee_max) || amount_cmp(s->fee, options->fee_max) <= 0)
		return OK;
	return err_fail(why, ERR_LIMIT, "the fee would be %s, more than the %s that are allowed",
		amount_text(s->fee, fee), amount_text(options->fee_max, max));
}

/* ---- a fee that comes off the payments ---- */

/* What each payment is when its part of the fee is off. */
static enum err take_fees(const struct wallet_payment *payments, unsigned n,
	struct wallet_payment *net, struct wallet_signed *s, struct why *why)
{
	int64_t *weights = NEW_ARRAY(int64_t, n);
	enum err err = OK;

	s->payment_fees = NEW_ARRAY(struct amount, n);
	for (unsigned i = 0; i < n; i++)
		weights[i] = amount_units(payments[i].amount);
	amount_split(s->fee, weights, n, amount_units(s->total), s->payment_fees);
	for (unsigned i = 0; i < n && err == OK; i++) {
		net[i] = (struct wallet_payment){
			payments[i].address, amount_sub(payments[i].amount, s->payment_fees[i])};
		if (amount_cmp(net[i].amount, amount_of(0)) <= 0)
			err = err_fail(why, ERR_LIMIT, "the fee would eat up the payment to %s",
				net[i].address);
	}
	free(weights);
	return err;
}

static enum err add_change(
	const json_t *tx, const struct funded *f, json_t *outputs, struct why *why)
{
	const json_t *change = json_array_get(json_object_get(tx, "vout"), (size_t)f->change);
	const char *address = address_of(change);
	char text[AMOUNT_TEXT_MAX];
	struct amount value;

	if (!address || !json_get_amount(change, "value", &value) ||
		json_object_get(outputs, address))
		return err_fail(why, ERR_PROTOCOL, "the daemon's change makes no sense");
	json_object_set_new(outputs, address, json_string(amount_text(value, text)));
	return OK;
}

/* The daemon's transaction once more, with its inputs, its change and its fee, and our payments. */
static enum err pay_net(struct wallet *w, const json_t *tx, const struct wallet_payment *net,
	unsigned n, const struct wallet_signed *s, struct funded *f, struct why *why)
{
	json_t *outputs = json_object();
	char text[AMOUNT_TEXT_MAX];
	char *hex = NULL;
	enum err err = OK;

	for (unsigned i = 0; i < n; i++)
		json_object_set_new(
			outputs, net[i].address, json_string(amount_text(net[i].amount, text)));
	if (f->change >= 0)
		err = add_change(tx, f, outputs, why);
	if (err == OK)
		err = create(w, s->inputs, s->input_count, outputs, &hex, why);
	json_decref(outputs);
	if (err != OK)
		return err;
	free(f->hex);
	f->hex = hex;
	return OK;
}

/* ---- all of it ---- */

static enum err finish_net(struct wallet *w, const json_t *tx, struct funded *f,
	const struct wallet_payment *payments, const struct script *scripts, unsigned n,
	struct wallet_signed *s, struct why *why)
{
	struct wallet_payment *net = NEW_ARRAY(struct wallet_payment, n);
	enum err err = take_fees(payments, n, net, s, why);

	if (err == OK)
		err = pay_net(w, tx, net, n, s, f, why);
	if (err == OK)
		err = finish(w, f->hex, net, scripts, n, s, why);
	free(net);
	return err;
}

/* Choose the inputs; from here on a failure has to unlock them. */
static enum err fund_and_finish(struct wallet *w, const char *bare,
	const struct wallet_payment *payments, const struct script *scripts, unsigned n,
	const struct wallet_options *options, struct wallet_signed *s, struct why *why)
{
	struct funded f = {0};
	json_t *tx = NULL;
	enum err err = fund(w, bare, n, options, &f, why);

	if (err != OK)
		return err;
	s->fee = f.fee;
	err = decode(w, f.hex, &tx, why);
	if (err == OK)
		err = read_inputs(tx, s, why);
	if (err == OK)
		err = check_fee(s, options, why);
	if (err == OK)
		err = options->is_fee_in_payments
			      ? finish_net(w, tx, &f, payments, scripts, n, s, why)
			      : finish(w, f.hex, payments, scripts, n, s, why);
	if (err != OK && s->input_count &&
		wallet_unlock_inputs(w, s->inputs, s->input_count, NULL) != OK)
		err_prefix(why, "(and the inputs stay locked until wallet_set_locks)");
	json_decref(tx);
	free(f.hex);
	return err;
}

enum err wallet_inputs(struct wallet *w, const char *raw, struct wallet_input **out,
	unsigned *out_n, struct why *why)
{
	struct wallet_signed s = {0};
	json_t *tx;
	enum err err = decode(w, raw, &tx, why);

	if (err != OK)
		return err;
	err = read_inputs(tx, &s, why);
	json_decref(tx);
	if (err != OK) {
		wallet_signed_fini(&s);
		return err;
	}
	*out = s.inputs;
	*out_n = s.input_count;
	return OK;
}

enum err wallet_build(struct wallet *w, const struct wallet_payment *payments, unsigned n,
	const struct wallet_options *options, struct wallet_signed *out, struct why *why)
{
	static const struct wallet_options none;
	struct wallet_signed s = {0};
	struct script *scripts;
	struct wallet_info info;
	char *bare = NULL;
	json_t *outputs;
	enum err err;

	if (n == 0 || n > PAYMENTS_MAX)
		return err_fail(why, ERR_INVALID, "%u payments in one transaction", n);
	if (!w->is_probed && (err = wallet_probe(w, &info, why)) != OK)
		return err;
	options = options ? options : &none;
	scripts = NEW_ARRAY(struct script, n);
	outputs = json_object();
	err = read_payments(w, payments, n, scripts, outputs, &s.total, why);
	if (err == OK)
		err = create(w, options->inputs, options->inputs_n, outputs, &bare, why);
	if (err == OK)
		err = fund_and_finish(w, bare, payments, scripts, n, options, &s, why);
	json_decref(outputs);
	free(scripts);
	free(bare);
	if (err != OK) {
		wallet_signed_fini(&s);
		return err;
	}
	*out = s;
	return OK;
}
