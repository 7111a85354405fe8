#include "reward/proof.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "base/mem.h"
#include "base/sha256.h"

/* What is hashed begins with its kind: no leaf can be taken for an inner node. */
enum { LEAF = 0, INNER = 1 };

static void add_sums(struct sha256 *ctx, int64_t work, struct amount credit)
{
	uint8_t sums[16];

	put_be64(sums, (uint64_t)work);
	put_be64(sums + 8, (uint64_t)amount_units(credit));
	sha256_add(ctx, sums, sizeof sums);
}

void proof_account(const char *block, const char *address, uint8_t out[PROOF_HASH])
{
	struct sha256 ctx;

	sha256_init(&ctx);
	sha256_add(&ctx, "kozan account 1\n", 16);
	sha256_add(&ctx, block, strlen(block));
	sha256_add(&ctx, "\n", 1);
	sha256_add(&ctx, address, strlen(address));
	sha256_finish(&ctx, out);
}

struct proof_leaf proof_leaf(
	const char *block, const char *address, int64_t work, struct amount credit)
{
	struct proof_leaf leaf = {.work = work, .credit = credit};

	proof_account(block, address, leaf.account);
	return leaf;
}

static enum err hash_leaf(const struct proof_leaf *leaf, struct proof_node *out, struct why *why)
{
	struct sha256 ctx;

	if (leaf->work < 0 || amount_is_negative(leaf->credit))
		return err_fail(why, ERR_RANGE, "a leaf has a negative number");
	sha256_init(&ctx);
	sha256_add(&ctx, &(uint8_t){LEAF}, 1);
	sha256_add(&ctx, leaf->account, PROOF_HASH);
	add_sums(&ctx, leaf->work, leaf->credit);
	sha256_finish(&ctx, out->hash);
	out->work = leaf->work;
	out->credit = leaf->credit;
	return OK;
}

/* out may be one of the two. */
static enum err hash_pair(const struct proof_node *left, const struct proof_node *right,
	struct proof_node *out, struct why *why)
{
	struct proof_node sum;
	struct sha256 ctx;
	int64_t credit;

	if (left->work < 0 || right->work < 0 || amount_is_negative(left->credit) ||
		amount_is_negative(right->credit))
		return err_fail(why, ERR_RANGE, "a node has a negative sum");
	if (__builtin_add_overflow(left->work, right->work, &sum.work) ||
		__builtin_add_overflow(
			amount_units(left->credit), amount_units(right->credit), &credit))
		return err_fail(why, ERR_RANGE, "a sum is too large");
	sum.credit = amount_of(credit);
	sha256_init(&ctx);
	sha256_add(&ctx, &(uint8_t){INNER}, 1);
	sha256_add(&ctx, left->hash, PROOF_HASH);
	add_sums(&ctx, left->work, left->credit);
	sha256_add(&ctx, right->hash, PROOF_HASH);
	add_sums(&ctx, right->work, right->credit);
	sha256_finish(&ctx, sum.hash);
	*out = sum;
	return OK;
}

/* One level up: pairs become one node each, a last one without a partner goes up as it is. */
static enum err raise_level(struct proof_node *nodes, size_t *n, struct why *why)
{
	size_t count = *n;
	enum err err = OK;

	for (size_t i = 0; err == OK && i + 1 < count; i += 2)
		err = hash_pair(&nodes[i], &nodes[i + 1], &nodes[i / 2], why);
	if (count % 2 == 1)
		nodes[count / 2] = nodes[count - 1];
	*n = (count + 1) / 2;
	return err;
}

enum err proof_branch(const struct proof_leaf *leaves, size_t n, size_t idx,
	struct proof_step out[PROOF_STEPS_MAX], size_t *out_n, struct why *why)
{
	struct proof_node *nodes = NEW_ARRAY(struct proof_node, n);
	size_t steps = 0;
	enum err err = OK;

	for (size_t i = 0; err == OK && i < n; i++)
		err = hash_leaf(&leaves[i], &nodes[i], why);
	while (err == OK && n > 1) {
		size_t other = idx ^ 1;

		if (other < n)
			out[steps++] = (struct proof_step){other < idx, nodes[other]};
		idx /= 2;
		err = raise_level(nodes, &n, why);
	}
	free(nodes);
	*out_n = steps;
	return err;
}

enum err proof_climb(const struct proof_leaf *leaf, const struct proof_step *steps, size_t n,
	struct proof_node *out, struct why *why)
{
	struct proof_node node;
	enum err err = hash_leaf(leaf, &node, why);

	for (size_t i = 0; err == OK && i < n; i++) {
		const struct proof_node *other = &steps[i].other;

		err = steps[i].is_left ? hash_pair(other, &node, &node, why)
				       : hash_pair(&node, other, &node, why);
	}
	if (err == OK)
		*out = node;
	return err;
}

enum err proof_root(
	const struct proof_leaf *leaves, size_t n, struct proof_node *out, struct why *why)
{
	struct proof_step steps[PROOF_STEPS_MAX];
	size_t steps_n;
	enum err err;

	if (n == 0) {
		*out = (struct proof_node){.work = 0};
		return OK;
	}
	err = proof_branch(leaves, n, 0, steps, &steps_n, why);
	return err == OK ? proof_climb(&leaves[0], steps, steps_n, out, why) : err;
}

void proof_text(const struct proof_round *round, struct buf *out)
{
	char text[AMOUNT_TEXT_MAX];

	buf_printf(out, "kozan round %d\n", PROOF_FORMAT);
	buf_printf(out, "pool %s\ncoin %s\nnetwork %s\n", round->pool, round->coin, round->network);
	buf_printf(out, "block %s\nheight %" PRId64 "\nfrom %" PRId64 "\nwork %" PRId64 "\n",
		round->block, round->height, round->from, round->work);
	buf_printf(out, "reward %s\n", amount_text(round->reward, text));
	buf_printf(out, "fee %s\n", amount_text(round->fee, text));
	buf_printf(out, "accounts %" PRId64 "\n", round->accounts);
	buf_printf(out, "counted %" PRId64 "\n", round->root.work);
	buf_printf(out, "credited %s\nroot ", amount_text(round->root.credit, text));
	buf_add_hex(out, round->root.hash, PROOF_HASH);
	buf_add_u8(out, '\n');
}
