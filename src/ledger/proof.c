/* proof.c -- publishes each closed round: the root over its credits, and the text that says all. */
#include <stdlib.h>
#include <string.h>

#include "base/hex.h"
#include "base/mem.h"
#include "base/sha256.h"
#include "ledger/ledger_priv.h"
#include "reward/proof.h"
#include "store/store_proof.h"

#define ROUNDS_MAX 100 /* in one pass */

static void write_proof(struct ledger *l, const struct store_block *block,
	const struct proof_node *root, size_t accounts, struct store_proof *out)
{
	const struct conf_pool *pool = l->pool;
	struct proof_round round = {.pool = pool->name,
		.coin = pool->coin.name,
		.network = coin_chain_name(pool->chain),
		.block = block->hash,
		.height = block->height,
		.from = block->round_from,
		.work = block->round_work,
		.reward = block->reward,
		.fee = amount_sub(block->reward, root->credit),
		.accounts = (int64_t)accounts,
		.root = *root};
	uint8_t id[SHA256_LEN];
	struct buf text = {0};

	proof_text(&round, &text);
	sha256(text.data, text.len, id);
	*out = (struct store_proof){
		.block = block->id, .closed_ms = block->closed_ms, .text = buf_take(&text)};
	hex_encode(out->id, id, sizeof id);
}

static enum err prove(struct ledger *l, const struct store_block *block, struct why *why)
{
	struct store_earning *credits;
	struct store_proof proof;
	struct proof_leaf *leaves;
	struct proof_node root;
	size_t n;
	enum err err = store_credit_list(l->store, block->id, &credits, &n, why);

	if (err)
		return err;
	leaves = NEW_ARRAY(struct proof_leaf, n);
	for (size_t i = 0; i < n; i++)
		leaves[i] = proof_leaf(
			block->hash, credits[i].address, credits[i].work, credits[i].amount);
	store_free_earnings(credits);
	err = proof_root(leaves, n, &root, why);
	free(leaves);
	if (err)
		return err;
	write_proof(l, block, &root, n, &proof);
	err = store_proof_put(l->store, &proof, why);
	if (!err)
		log_info(&l->log, "round_proven", "height=%lld id=%s", (long long)block->height,
			proof.id);
	free(proof.text);
	return err == ERR_CONFLICT ? OK : err; /* closed anew meanwhile: next time */
}

static enum err prove_all(struct ledger *l, size_t *out_n, struct why *why)
{
	struct store_block *blocks;
	enum err err = store_block_unproven(l->store, l->pool_id, ROUNDS_MAX, &blocks, out_n, why);

	if (err)
		return err;
	for (size_t i = 0; i < *out_n && !err; i++)
		err = prove(l, &blocks[i], why);
	store_free_blocks(blocks);
	return err;
}

/* The question goes over all rounds there are, so it is not asked in every pass. */
enum err proof_step(struct ledger *l, struct why *why)
{
	bool is_new_tip = memcmp(l->proven_tip, l->chain.best, sizeof(l->proven_tip)) != 0;
	size_t n;
	enum err err;

	if (!l->is_proof_due && !is_new_tip)
		return OK;
	err = prove_all(l, &n, why);
	if (err)
		return err;
	memcpy(l->proven_tip, l->chain.best, sizeof(l->proven_tip));
	l->is_proof_due = n == ROUNDS_MAX;
	return OK;
}
