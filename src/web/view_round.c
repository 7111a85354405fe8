/* view_round.c -- one block and its round: what is proven of it, the whole of it, one account's
 * part. */
#include <stdlib.h>
#include <string.h>

#include "base/hex.h"
#include "base/mem.h"
#include "reward/proof.h"
#include "store/store_block.h"
#include "store/store_ledger.h"
#include "store/store_proof.h"
#include "web/view_priv.h"

/* A closed round as it was published. */
struct round {
	struct store_block block;
	struct store_proof proof;
	struct proof_leaf *leaves;
	size_t n;
	struct proof_node root;
};

static void round_fini(struct round *r)
{
	free(r->proof.text);
	free(r->leaves);
}

/* A height, or a hash. */
static enum err find_block(struct web *web, struct store *st, const char *which,
	struct store_block *out, struct why *why)
{
	int64_t pool = atomic_load(&web->pool_id);
	size_t len = strlen(which);

	if (len > 0 && len <= 10 && strspn(which, "0123456789") == len)
		return store_block_at(st, pool, strtoll(which, NULL, 10), out, why);
	return len == 64 ? store_block_by_hash(st, pool, which, out, why) : ERR_NOT_FOUND;
}

static enum err read_leaves(struct store *st, struct round *r, struct why *why)
{
	struct store_earning *credits;
	enum err err = store_credit_list(st, r->block.id, &credits, &r->n, why);

	if (err != OK)
		return err;
	r->leaves = NEW_ARRAY(struct proof_leaf, r->n);
	for (size_t i = 0; i < r->n; i++)
		r->leaves[i] = proof_leaf(
			r->block.hash, credits[i].address, credits[i].work, credits[i].amount);
	store_free_earnings(credits);
	return proof_root(r->leaves, r->n, &r->root, why);
}

/* round_fini() in any case. */
static enum err read_round(
	struct web *web, struct store *st, const char *which, struct round *out, struct why *why)
{
	enum err err;

	*out = (struct round){0};
	err = find_block(web, st, which, &out->block, why);
	if (err == OK)
		err = store_proof_get(st, out->block.id, &out->proof, why);
	return err == OK ? read_leaves(st, out, why) : err;
}

static json_t *hash_text(const uint8_t hash[PROOF_HASH])
{
	char text[2 * PROOF_HASH + 1];

	hex_encode(text, hash, PROOF_HASH);
	return json_string(text);
}

static json_t *node_of(const struct proof_node *node)
{
	return json_pack("{s:o,s:o,s:o}", "hash", hash_text(node->hash), "work",
		view_id(node->work), "credit", view_amount(node->credit));
}

static json_t *leaf_of(const struct proof_leaf *leaf)
{
	return json_pack("{s:o,s:o,s:o}", "account", hash_text(leaf->account), "work",
		view_id(leaf->work), "credit", view_amount(leaf->credit));
}

/* Every value of the text, so that it can be written again and compared. */
static json_t *head_of(const struct web *web, const struct round *r)
{
	const struct store_block *b = &r->block;
	const struct conf_pool *pool = web->pool;

	return json_pack("{s:i,s:s,s:s,s:s,s:s,s:s,s:s,s:I,s:I,s:o,s:o,s:o,s:I,s:o}", "format",
		PROOF_FORMAT, "id", r->proof.id, "text", r->proof.text, "pool", pool->name, "coin",
		pool->coin.name, "network", coin_chain_name(pool->chain), "block", b->hash,
		"height", (json_int_t)b->height, "from", (json_int_t)b->round_from, "work",
		view_id(b->round_work), "reward", view_amount(b->reward), "fee",
		view_amount(amount_sub(b->reward, r->root.credit)), "accounts", (json_int_t)r->n,
		"root", node_of(&r->root));
}

enum err view_block(
	struct web *web, struct store *st, const char *which, json_t **out, struct why *why)
{
	struct store_block block = {0};
	struct store_proof proof = {0};
	enum err err = find_block(web, st, which, &block, why);
	json_t *doc;

	if (err == OK)
		err = view_hide_finder(web, st, &block, why);
	if (err == OK)
		err = store_proof_get(st, block.id, &proof, why);
	if (err != OK && (err != ERR_NOT_FOUND || block.id == 0))
		return err;
	doc = view_block_row(web, &block);
	json_object_set_new(doc, "prev_hash", json_string(block.prev_hash));
	json_object_set_new(doc, "round_from",
		err == OK ? json_integer((json_int_t)block.round_from) : json_null());
	json_object_set_new(doc, "proof",
		err == OK ? json_pack("{s:s,s:s}", "id", proof.id, "text", proof.text)
			  : json_null());
	free(proof.text);
	*out = doc;
	return OK;
}

enum err view_round(
	struct web *web, struct store *st, const char *which, json_t **out, struct why *why)
{
	struct round r;
	enum err err = read_round(web, st, which, &r, why);

	if (err == OK) {
		json_t *leaves = json_array();

		for (size_t i = 0; i < r.n; i++)
			json_array_append_new(leaves, leaf_of(&r.leaves[i]));
		*out = head_of(web, &r);
		json_object_set_new(*out, "leaves", leaves);
	}
	round_fini(&r);
	return err;
}

static json_t *branch_of(const struct proof_step *steps, size_t n)
{
	json_t *branch = json_array();

	for (size_t i = 0; i < n; i++) {
		json_t *step = node_of(&steps[i].other);

		json_object_set_new(step, "side", json_string(steps[i].is_left ? "left" : "right"));
		json_array_append_new(branch, step);
	}
	return branch;
}

enum err view_proof(struct web *web, struct store *st, const char *which, const char *address,
	json_t **out, struct why *why)
{
	struct proof_step steps[PROOF_STEPS_MAX];
	uint8_t account[PROOF_HASH];
	struct round r;
	size_t at = 0, steps_n;
	enum err err = read_round(web, st, which, &r, why);

	if (err == OK) {
		proof_account(r.block.hash, address, account);
		while (at < r.n && memcmp(r.leaves[at].account, account, sizeof account) != 0)
			at++;
		err = at < r.n ? proof_branch(r.leaves, r.n, at, steps, &steps_n, why)
			       : ERR_NOT_FOUND;
	}
	if (err == OK) {
		*out = head_of(web, &r);
		json_object_set_new(*out, "address", json_string(address));
		json_object_set_new(*out, "leaf", leaf_of(&r.leaves[at]));
		json_object_set_new(*out, "branch", branch_of(steps, steps_n));
	}
	round_fini(&r);
	return err;
}
