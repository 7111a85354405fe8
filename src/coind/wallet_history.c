/* wallet_history.c -- what has moved in the wallet: one row for each transaction. */
#include <stdlib.h>
#include <string.h>

#include "base/map.h"
#include "base/mem.h"
#include "coind/wallet_priv.h"

#define CODE_BLOCK_UNKNOWN COIND_CODE_NOT_FOUND

struct history {
	struct wallet_move *moves;
	size_t n, cap;
	struct map *places; /* txid → its index + 1 */
};

static struct wallet_move *move_of(struct history *h, const char *txid)
{
	size_t len = strlen(txid);
	size_t place = (size_t)map_get(h->places, txid, len);

	if (place)
		return &h->moves[place - 1];
	h->moves = array_grow(h->moves, h->n, &h->cap, sizeof(*h->moves));
	h->moves[h->n] = (struct wallet_move){.is_counted = true};
	str_copy(h->moves[h->n].txid, sizeof(h->moves[0].txid), txid);
	map_set(h->places, txid, len, (void *)(h->n + 1));
	return &h->moves[h->n++];
}

/* One output as the wallet sees it; a sent transaction's fee stands beside each of them. */
static enum err add(struct history *h, const json_t *item, struct why *why)
{
	const char *txid = json_get_str(item, "txid"), *category = json_get_str(item, "category");
	const char *block = json_get_str(item, "blockhash");
	struct amount amount, fee;
	struct wallet_move *m;
	int64_t confirmations;
	bool is_abandoned = false;

	if (!txid || strlen(txid) != 64 || !category || !json_get_amount(item, "amount", &amount) ||
		!json_get_i64(item, "confirmations", &confirmations))
		return err_fail(why, ERR_PROTOCOL, "the answer of listsinceblock makes no sense");
	m = move_of(h, txid);
	json_get_bool(item, "abandoned", &is_abandoned);
	m->amount = amount_add(m->amount, amount);
	m->confirmations = confirmations;
	if (block)
		str_copy(m->block, sizeof(m->block), block);
	if (!m->has_fee && json_get_amount(item, "fee", &fee)) {
		m->amount = amount_add(m->amount, fee);
		m->has_fee = true;
	}
	m->is_generated = m->is_generated || strcmp(category, "generate") == 0 ||
			  strcmp(category, "immature") == 0 || strcmp(category, "orphan") == 0;
	if (is_abandoned || confirmations < 0 || strcmp(category, "immature") == 0 ||
		strcmp(category, "orphan") == 0)
		m->is_counted = false;
	return OK;
}

static enum err read_all(
	struct history *h, const json_t *answer, char out_since[65], struct why *why)
{
	const json_t *list = json_object_get(answer, "transactions"), *item;
	const char *last = json_get_str(answer, "lastblock");
	enum err err = OK;
	size_t i;

	if (!json_is_array(list) || !last || !str_copy(out_since, 65, last))
		return err_fail(why, ERR_PROTOCOL, "the answer of listsinceblock makes no sense");
	json_array_foreach(list, i, item)
	{
		err = add(h, item, why);
		if (err != OK)
			return err;
	}
	for (i = 0; i < h->n; i++) { /* what comes in counts when it is in a block */
		struct wallet_move *m = &h->moves[i];

		if (!amount_is_negative(m->amount) && !m->has_fee && m->confirmations < 1)
			m->is_counted = false;
	}
	return OK;
}

enum err wallet_history(struct wallet *w, const char *since, unsigned depth,
	struct wallet_move **out, size_t *out_n, char out_since[65], struct why *why)
{
	struct history h = {0};
	struct coind_error error = {0};
	json_t *answer;
	enum err err = wallet_call(
		w, "listsinceblock", json_pack("[s,i]", since, (int)depth), &answer, &error, why);

	/* a block that fell out of the chain and was forgotten: all from the beginning */
	if (err == ERR_REFUSED && error.code == CODE_BLOCK_UNKNOWN && *since)
		return wallet_history(w, "", depth, out, out_n, out_since, why);
	if (err != OK)
		return err;
	h.places = map_new();
	err = read_all(&h, answer, out_since, why);
	map_free(h.places, NULL);
	json_decref(answer);
	if (err != OK) {
		free(h.moves);
		return err;
	}
	*out = h.moves;
	*out_n = h.n;
	return OK;
}
