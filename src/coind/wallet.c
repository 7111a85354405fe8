#include "coind/wallet.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/hex.h"
#include "base/mem.h"
#include "coind/wallet_priv.h"

#define CODE_NO_WALLET    -18
#define CODE_MANY_WALLETS -19

/* ---- making and calling ---- */

/* "/wallet/NAME" with the name as a URL wants it. */
static void add_path(struct buf *url, const char *name)
{
	while (url->len && url->data[url->len - 1] == '/')
		url->data[--url->len] = '\0';
	buf_add_str(url, "/wallet/");
	for (const unsigned char *p = (const unsigned char *)name; *p; p++) {
		if (isalnum(*p) || strchr("-._~", *p))
			buf_add_u8(url, *p);
		else
			buf_printf(url, "%%%02X", *p);
	}
}

struct wallet *wallet_new(const struct conf_pool *pool)
{
	const struct conf_wallet *conf = &pool->wallet;
	struct wallet *w = NEW(struct wallet);
	struct buf url = {0};

	buf_add_str(&url, conf->url[0] ? conf->url : conf->daemon->url);
	if (conf->name[0])
		add_path(&url, conf->name);
	w->pool = pool;
	w->coind = coind_new_at(conf->daemon, buf_str(&url));
	buf_free(&url);
	return w;
}

void wallet_free(struct wallet *w)
{
	if (!w)
		return;
	coind_free(w->coind);
	free(w);
}

void wallet_abort(struct wallet *w)
{
	coind_abort(w->coind);
}

enum err wallet_call(struct wallet *w, const char *method, json_t *params, json_t **out,
	struct coind_error *error, struct why *why)
{
	struct coind_error local;
	enum err err;

	if (!error)
		error = &local;
	err = coind_call(w->coind, method, params, WALLET_CALL_MS, out, error);
	if (err == OK)
		return OK;
	if (why)
		*why = error->why;
	if (err != ERR_REFUSED)
		return err;
	switch (error->code) {
	case CODE_NO_WALLET:
		return err_fail(why, ERR_NOT_FOUND, "the daemon has no wallet '%s' loaded: %s",
			w->pool->wallet.name, error->why.text);
	case CODE_MANY_WALLETS:
		return err_fail(why, ERR_NOT_FOUND,
			"the daemon has several wallets: say in the configuration which "
			"(wallet.name)");
	case COIND_CODE_NO_METHOD:
		return err_fail(why, ERR_UNSUPPORTED,
			"the daemon has no call %s: is its wallet switched on?", method);
	case COIND_CODE_LOCKED:
	case COIND_CODE_PASSPHRASE: return ERR_AUTH;
	default: return ERR_REFUSED;
	}
}

/* ---- what the wallet is and holds ---- */

/* The later generation has getaddressinfo; without arguments it answers with its help text. */
static enum err find_generation(struct wallet *w, struct why *why)
{
	struct coind_error error = {0};
	enum err err = wallet_call(w, "getaddressinfo", NULL, NULL, &error, why);

	if (err == ERR_UNSUPPORTED)
		w->generation = WALLET_CORE_0_15;
	else if (err == OK || err == ERR_REFUSED)
		w->generation = WALLET_CORE_0_17;
	else
		return err;
	w->is_probed = true;
	return OK;
}

/* Newer daemons have moved the balances from getwalletinfo to getbalances. */
static enum err read_balances(
	struct wallet *w, const json_t *info, struct wallet_info *out, struct why *why)
{
	json_t *balances;
	const json_t *mine;
	enum err err;

	if (json_get_amount(info, "balance", &out->available) &&
		json_get_amount(info, "unconfirmed_balance", &out->incoming) &&
		json_get_amount(info, "immature_balance", &out->immature))
		return OK;
	err = wallet_call(w, "getbalances", NULL, &balances, NULL, why);
	if (err != OK)
		return err;
	mine = json_object_get(balances, "mine");
	if (!json_get_amount(mine, "trusted", &out->available) ||
		!json_get_amount(mine, "untrusted_pending", &out->incoming) ||
		!json_get_amount(mine, "immature", &out->immature))
		err = err_fail(why, ERR_PROTOCOL, "the answer of getbalances makes no sense");
	json_decref(balances);
	return err;
}

enum err wallet_probe(struct wallet *w, struct wallet_info *out, struct why *why)
{
	struct wallet_info found = {0};
	json_t *info;
	int64_t until;
	enum err err = wallet_call(w, "getwalletinfo", NULL, &info, NULL, why);

	if (err != OK)
		return err;
	found.is_encrypted = json_get_i64(info, "unlocked_until", &until);
	found.is_unlocked = !found.is_encrypted || until > 0;
	err = read_balances(w, info, &found, why);
	json_decref(info);
	if (err == OK)
		err = find_generation(w, why);
	if (err == OK)
		err = wallet_call(w, "getnetworkinfo", NULL, &info, NULL, why);
	if (err != OK)
		return err;
	json_get_i64(info, "version", &found.version);
	json_decref(info);
	found.generation = w->generation;
	*out = found;
	return OK;
}

enum err wallet_height(struct wallet *w, int64_t *out, struct why *why)
{
	json_t *result;
	enum err err = wallet_call(w, "getblockcount", NULL, &result, NULL, why);

	if (err != OK)
		return err;
	if (json_is_integer(result))
		*out = json_integer_value(result);
	else
		err = err_fail(why, ERR_PROTOCOL, "the answer of getblockcount makes no sense");
	json_decref(result);
	return err;
}

enum err wallet_owns(struct wallet *w, const char *address, bool *out, struct why *why)
{
	struct coind_error error = {0};
	bool is_mine, is_valid = true;
	json_t *result;
	enum err err = w->is_probed ? OK : find_generation(w, why);

	if (err != OK)
		return err;
	err = wallet_call(w,
		w->generation == WALLET_CORE_0_15 ? "validateaddress" : "getaddressinfo",
		json_pack("[s]", address), &result, &error, why);
	if (err == ERR_REFUSED && error.code == COIND_CODE_NOT_FOUND)
		return ERR_INVALID;
	if (err != OK)
		return err;
	json_get_bool(result, "isvalid", &is_valid); /* of validateaddress only */
	if (!is_valid)
		err = err_fail(
			why, ERR_INVALID, "the daemon says that %s is not an address", address);
	else if (!json_get_bool(result, "ismine", &is_mine))
		err = err_fail(why, ERR_PROTOCOL, "the daemon does not say whose %s is", address);
	else
		*out = is_mine;
	json_decref(result);
	return err;
}

enum err wallet_is_payable(struct wallet *w, const char *address, bool *out, struct why *why)
{
	json_t *result;
	bool is_valid = false;
	enum err err =
		wallet_call(w, "validateaddress", json_pack("[s]", address), &result, NULL, why);

	if (err != OK)
		return err;
	if (json_get_bool(result, "isvalid", &is_valid))
		*out = is_valid;
	else
		err = err_fail(why, ERR_PROTOCOL, "the answer of validateaddress makes no sense");
	json_decref(result);
	return err;
}

/* ---- transactions ---- */

enum err wallet_tx(struct wallet *w, const char *txid, struct wallet_tx *out, struct why *why)
{
	struct coind_error error = {0};
	struct wallet_tx found = {.is_known = true};
	const char *block;
	json_t *result;
	enum err err =
		wallet_call(w, "gettransaction", json_pack("[s]", txid), &result, &error, why);

	if (err == ERR_REFUSED && error.code == COIND_CODE_NOT_FOUND) {
		*out = (struct wallet_tx){0};
		return OK;
	}
	if (err != OK)
		return err;
	block = json_get_str(result, "blockhash");
	if (!json_get_i64(result, "confirmations", &found.confirmations) ||
		(block && !str_copy(found.block, sizeof(found.block), block)))
		err = err_fail(why, ERR_PROTOCOL, "the answer of gettransaction makes no sense");
	if (json_get_amount(result, "fee", &found.fee)) /* negative: it left the wallet */
		found.fee = amount_neg(found.fee);
	json_decref(result);
	if (err != OK)
		return err;
	found.is_conflicted = found.confirmations < 0;
	*out = found;
	return OK;
}

/* An input is missing: was it this transaction itself that spent it? The wallet knows. */
static enum err explain_missing(
	struct wallet *w, const char *txid, enum wallet_sent *out, struct why *why)
{
	struct wallet_tx tx;
	struct why ignored;
	enum err err = wallet_tx(w, txid, &tx, &ignored);

	if (err != OK) {
		if (why)
			*why = ignored;
		return err;
	}
	if (tx.confirmations > 0)
		*out = WALLET_MINED;
	else
		*out = tx.is_conflicted ? WALLET_CONFLICT : WALLET_NO_INPUTS;
	return OK;
}

static bool contains_any(const char *text, const char *const *words, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (strstr(text, words[i]))
			return true;
	}
	return false;
}

enum err wallet_send(
	struct wallet *w, const char *raw, const char *txid, enum wallet_sent *out, struct why *why)
{
	static const char *const present[] = {"already-in-mempool", "in-mempool"};
	static const char *const missing[] = {"issing inputs", "missingorspent", "missing-inputs",
		"inputs-spent", "mempool-conflict", "already-known"};
	struct coind_error error = {0};
	json_t *result;
	enum err err =
		wallet_call(w, "sendrawtransaction", json_pack("[s]", raw), &result, &error, why);

	if (err == OK) {
		bool is_same =
			json_is_string(result) && strcmp(json_string_value(result), txid) == 0;

		json_decref(result);
		if (!is_same)
			return err_fail(why, ERR_PROTOCOL, "the daemon sent another transaction");
		*out = WALLET_SENT;
		return OK;
	}
	if (err != ERR_REFUSED)
		return err;
	if (error.code == COIND_CODE_IN_CHAIN)
		*out = WALLET_MINED;
	else if (contains_any(error.why.text, missing, ARRAY_LEN(missing)))
		return explain_missing(w, txid, out, why);
	else if (contains_any(error.why.text, present, ARRAY_LEN(present)))
		*out = WALLET_SENT;
	else if (error.code == COIND_CODE_POLICY || error.code == COIND_CODE_INPUTS)
		*out = WALLET_NOT_RELAYED;
	else
		return error.code == COIND_CODE_DECODE ? ERR_INVALID : ERR_REFUSED;
	return OK;
}

/* ---- locks on inputs ---- */

json_t *wallet_inputs_json(const struct wallet_input *inputs, unsigned n)
{
	json_t *list = json_array();

	for (unsigned i = 0; i < n; i++)
		json_array_append_new(list, json_pack("{s:s,s:I}", "txid", inputs[i].txid, "vout",
						    (json_int_t)inputs[i].vout));
	return list;
}

/* All at once, or if the daemon dislikes one of them, one by one without those that it dislikes. */
static enum err set_lock(struct wallet *w, bool unlock, const struct wallet_input *inputs,
	unsigned n, struct why *why)
{
	struct coind_error error = {0};
	enum err err;

	if (n == 0)
		return OK;
	err = wallet_call(w, "lockunspent",
		json_pack("[b,o]", unlock, wallet_inputs_json(inputs, n)), NULL, &error, why);
	if (err != ERR_REFUSED || error.code != COIND_CODE_PARAMETER)
		return err;
	for (unsigned i = 0; n > 1 && i < n; i++) {
		err = set_lock(w, unlock, &inputs[i], 1, why);
		if (err != OK)
			return err;
	}
	return OK;
}

enum err wallet_unlock_inputs(
	struct wallet *w, const struct wallet_input *inputs, unsigned n, struct why *why)
{
	return set_lock(w, true, inputs, n, why);
}

static bool is_among(const struct wallet_input *one, const struct wallet_input *list, unsigned n)
{
	for (unsigned i = 0; i < n; i++) {
		if (one->vout == list[i].vout && strcmp(one->txid, list[i].txid) == 0)
			return true;
	}
	return false;
}

/* Lock or unlock those of list that are not among others. */
static enum err set_lock_except(struct wallet *w, bool unlock, const struct wallet_input *list,
	unsigned n, const struct wallet_input *others, unsigned others_n, struct why *why)
{
	struct wallet_input *chosen = NEW_ARRAY(struct wallet_input, n);
	unsigned count = 0;
	enum err err;

	for (unsigned i = 0; i < n; i++) {
		if (!is_among(&list[i], others, others_n))
			chosen[count++] = list[i];
	}
	err = set_lock(w, unlock, chosen, count, why);
	free(chosen);
	return err;
}

enum err wallet_set_locks(
	struct wallet *w, const struct wallet_input *inputs, unsigned n, struct why *why)
{
	struct wallet_input *now;
	json_t *list;
	const json_t *item;
	unsigned now_n = 0;
	size_t i;
	enum err err = wallet_call(w, "listlockunspent", NULL, &list, NULL, why);

	if (err != OK)
		return err;
	now = NEW_ARRAY(struct wallet_input, json_array_size(list) + 1);
	json_array_foreach(list, i, item)
	{
		const char *txid = json_get_str(item, "txid");
		int64_t vout;

		if (!txid || !str_copy(now[now_n].txid, sizeof(now[0].txid), txid) ||
			!json_get_i64(item, "vout", &vout) || vout < 0 || vout > UINT32_MAX) {
			err = err_fail(
				why, ERR_PROTOCOL, "the answer of listlockunspent makes no sense");
			break;
		}
		now[now_n++].vout = (uint32_t)vout;
	}
	if (err == OK)
		err = set_lock_except(w, true, now, now_n, inputs, n, why);
	if (err == OK)
		err = set_lock_except(w, false, inputs, n, now, now_n, why);
	free(now);
	json_decref(list);
	return err;
}
