/* fake_coind.c -- the pretended daemon of world.h behind the functions of coind/. */
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "base/hex.h"
#include "base/mem.h"
#include "chain/target.h"
#include "coind/coind.h"
#include "coind/lookup.h"
#include "world.h"

#define FEE 1000

struct coind {
	int unused;
};

struct wallet {
	int unused;
};

/* ---- the chain ---- */

static void make_id(int64_t height, uint32_t branch, uint8_t out[32])
{
	memset(out, 0xab, 32);
	put_le64(out, (uint64_t)height);
	put_le32(out + 8, branch);
}

void world_id_text(int64_t height, uint32_t branch, char out[65])
{
	uint8_t id[32];

	make_id(height, branch, id);
	hex_encode_reversed(out, id, sizeof(id));
}

struct coind *coind_new(const struct conf_daemon *conf)
{
	(void)conf;
	return NEW(struct coind);
}

void coind_free(struct coind *d)
{
	free(d);
}

const char *coind_name(const struct coind *d)
{
	(void)d;
	return "only";
}

void coind_abort(struct coind *d)
{
	(void)d;
}

static enum err answer(struct coind_error *error)
{
	if (world->is_daemon_away)
		return err_fail(&error->why, ERR_UNAVAILABLE, "nobody answers");
	return OK;
}

enum err lookup_chain(struct coind *d, struct lookup_chain *out, struct coind_error *error)
{
	*out = (struct lookup_chain){.chain = "regtest", .height = (uint32_t)world->tip};
	make_id(world->tip, world->branch[world->tip], out->best);
	return answer(error);
}

/* A block takes 100 units of work. */
enum err lookup_bits_at(struct coind *d, uint32_t height, uint32_t *out, struct coind_error *error)
{
	if (height > world->tip)
		return ERR_NOT_FOUND;
	*out = target_to_bits(target_from_work(100, 0));
	return answer(error);
}

enum err lookup_best(struct coind *d, uint8_t out[32], struct coind_error *error)
{
	make_id(world->tip, world->branch[world->tip], out);
	return answer(error);
}

enum err lookup_block(
	struct coind *d, const uint8_t id[32], struct lookup_block *out, struct coind_error *error)
{
	int64_t height = (int64_t)get_le64(id);
	uint32_t branch = get_le32(id + 8);

	*out = (struct lookup_block){.place = LOOKUP_SIDE,
		.height = (uint32_t)height,
		.tip_height = (uint32_t)world->tip};
	if (branch > world->branches)
		*out = (struct lookup_block){LOOKUP_UNKNOWN, .tip_height = (uint32_t)world->tip};
	else if (height <= world->tip && world->branch[height] == branch) {
		out->place = LOOKUP_IN_CHAIN;
		out->confirmations = (uint32_t)(world->tip - height + 1);
	}
	return answer(error);
}

/* ---- the wallet: one coin that is locked, spent or free ---- */

struct wallet *wallet_new(const struct conf_pool *pool)
{
	(void)pool;
	return NEW(struct wallet);
}

void wallet_free(struct wallet *w)
{
	free(w);
}

void wallet_abort(struct wallet *w)
{
	(void)w;
}

enum err wallet_probe(struct wallet *w, struct wallet_info *out, struct why *why)
{
	if (world->is_daemon_away)
		return err_fail(why, ERR_UNAVAILABLE, "nobody answers");
	*out = (struct wallet_info){.available = amount_of(world->funds)};
	return OK;
}

enum err wallet_height(struct wallet *w, int64_t *out, struct why *why)
{
	*out = world->tip;
	return OK;
}

enum err wallet_owns(struct wallet *w, const char *address, bool *out, struct why *why)
{
	*out = true;
	return OK;
}

enum err wallet_history(struct wallet *w, const char *since, unsigned depth,
	struct wallet_move **out, size_t *out_n, char out_since[65], struct why *why)
{
	if (!world->has_history)
		return err_fail(why, ERR_UNSUPPORTED, "no history");
	*out_n = world->moves_n;
	*out = NEW_ARRAY(struct wallet_move, world->moves_n + 1);
	memcpy(*out, world->moves, world->moves_n * sizeof(**out));
	strcpy(out_since, since);
	return OK;
}

enum err wallet_is_payable(struct wallet *w, const char *address, bool *out, struct why *why)
{
	*out = !world->is_address_refused;
	return OK;
}

static void name_tx(unsigned index, char out[65])
{
	snprintf(out, 65, "%064x", index + 1);
}

static struct fake_tx *find_tx(const char *txid)
{
	unsigned long number = strtoul(txid, NULL, 16);

	return number >= 1 && number <= world->txs_n ? &world->txs[number - 1] : NULL;
}

/* Off the payments, in proportion. */
static void take_fee(struct fake_tx *tx, const struct wallet_payment *payments, struct amount *out)
{
	int64_t weights[PAYMENTS_MAX];

	for (unsigned i = 0; i < tx->payments; i++)
		weights[i] = amount_units(payments[i].amount);
	amount_split(amount_of(FEE), weights, tx->payments, tx->total, out);
	for (unsigned i = 0; i < tx->payments; i++)
		tx->to[i].amount -= amount_units(out[i]);
	tx->total -= FEE;
}

enum err wallet_build(struct wallet *w, const struct wallet_payment *payments, unsigned n,
	const struct wallet_options *options, struct wallet_signed *out, struct why *why)
{
	struct fake_tx tx = {.state = FAKE_BUILT, .payments = n};
	struct amount *out_fees = NULL;
	int64_t asked;

	assert(n >= 1 && n <= PAYMENTS_MAX && world->txs_n < TXS_MAX);
	if (world->is_wallet_locked)
		return err_fail(why, ERR_AUTH, "the wallet is locked");
	for (unsigned i = 0; i < n; i++) {
		strcpy(tx.to[i].address, payments[i].address);
		tx.to[i].amount = amount_units(payments[i].amount);
		tx.total += tx.to[i].amount;
	}
	asked = tx.total;
	if (amount_cmp(options->fee_max, amount_of(FEE)) < 0)
		return err_fail(why, ERR_LIMIT, "the fee would be more than is allowed");
	if (options->is_fee_in_payments)
		take_fee(&tx, payments, out_fees = NEW_ARRAY(struct amount, n));
	if (options->inputs_n == 0 && (world->is_locked || tx.total + FEE > world->funds))
		return err_fail(why, ERR_FULL, "not enough coins");
	world->is_locked = true;
	*out = (struct wallet_signed){.total = amount_of(asked),
		.fee = amount_of(FEE),
		.payment_fees = out_fees,
		.raw = str_dup("0200")};
	name_tx(world->txs_n, out->txid);
	world->txs[world->txs_n++] = tx;
	return OK;
}

void wallet_signed_fini(struct wallet_signed *s)
{
	free(s->raw);
	free(s->payment_fees);
}

enum err wallet_inputs(struct wallet *w, const char *raw, struct wallet_input **out,
	unsigned *out_n, struct why *why)
{
	*out = NEW_ARRAY(struct wallet_input, 1);
	*out_n = 1;
	return OK;
}

enum err wallet_unlock_inputs(
	struct wallet *w, const struct wallet_input *inputs, unsigned n, struct why *why)
{
	world->is_locked = false;
	return OK;
}

enum err wallet_set_locks(
	struct wallet *w, const struct wallet_input *inputs, unsigned n, struct why *why)
{
	assert(n == 0);
	world->is_locked = false;
	return OK;
}

/* Nothing may be sent that the database does not know. */
static void check_stored(const char *txid)
{
	struct store_payout payout;
	struct store *store;
	struct why why;
	enum err err = store_open(&world->store_conf, &store, &why);

	if (!err)
		err = store_payout_by_txid(store, world->pool_id, txid, &payout, &why);
	if (err) {
		fprintf(stderr, "sent but not stored: %s\n", txid);
		abort();
	}
	store_payout_fini(&payout);
	store_close(store);
}

enum err wallet_send(
	struct wallet *w, const char *raw, const char *txid, enum wallet_sent *out, struct why *why)
{
	struct fake_tx *tx = find_tx(txid);

	assert(tx && strcmp(raw, "0200") == 0);
	check_stored(txid);
	if (world->has_lost_inputs) {
		*out = WALLET_NO_INPUTS;
		return OK;
	}
	tx->times_sent++;
	*out = tx->state == FAKE_MINED ? WALLET_MINED : WALLET_SENT;
	if (tx->state != FAKE_BUILT)
		return OK;
	tx->state = FAKE_POOLED;
	world->funds -= tx->total + FEE;
	world->is_locked = false;
	return OK;
}

enum err wallet_tx(struct wallet *w, const char *txid, struct wallet_tx *out, struct why *why)
{
	const struct fake_tx *tx = find_tx(txid);

	*out = (struct wallet_tx){.is_known = tx && tx->state != FAKE_BUILT};
	if (tx && tx->state == FAKE_MINED) {
		out->confirmations = world->tip - tx->height + 1;
		world_id_text(tx->height, world->branch[tx->height], out->block);
	}
	if (tx && tx->state == FAKE_CONFLICTED) {
		out->is_conflicted = true;
		out->confirmations = -(world->tip - tx->height + 1);
	}
	return OK;
}
