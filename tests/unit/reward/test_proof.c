/* The Merkle-sum tree of a round: against numbers computed by hand, and against forgers. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/bytes.h"
#include "base/hex.h"
#include "base/sha256.h"
#include "reward/proof.h"

#define LEAVES 37

static void make_leaves(struct proof_leaf *leaves, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		char address[16];

		snprintf(address, sizeof address, "address%zu", i);
		proof_account("00ff", address, leaves[i].account);
		leaves[i].work = (int64_t)(i * i);
		leaves[i].credit = amount_of((int64_t)(1000 + i));
	}
}

/* hash(kind, a, sums of a, b, sums of b) written out, not by the code under test. */
static void two_by_hand(const struct proof_leaf leaves[2], uint8_t out[32])
{
	uint8_t inner[97] = {1};

	for (int i = 0; i < 2; i++) {
		uint8_t leaf[49] = {0}, *at = inner + 1 + 48 * i;

		memcpy(leaf + 1, leaves[i].account, 32);
		put_be64(leaf + 33, (uint64_t)leaves[i].work);
		put_be64(leaf + 41, (uint64_t)amount_units(leaves[i].credit));
		sha256(leaf, sizeof leaf, at);
		memcpy(at + 32, leaf + 33, 16);
	}
	sha256(inner, sizeof inner, out);
}

static void is_what_the_document_says(void **state)
{
	struct proof_leaf leaves[2];
	struct proof_node root;
	uint8_t wanted[32];

	make_leaves(leaves, 2);
	assert_int_equal(proof_root(leaves, 0, &root, NULL), OK);
	assert_int_equal(root.work, 0);
	assert_int_equal(proof_root(leaves, 2, &root, NULL), OK);
	two_by_hand(leaves, wanted);
	assert_memory_equal(root.hash, wanted, 32);
	assert_int_equal(root.work, 1);
	assert_int_equal(amount_units(root.credit), 2001);
}

static void every_branch_leads_to_the_root(void **state)
{
	struct proof_leaf leaves[LEAVES];

	make_leaves(leaves, LEAVES);
	for (size_t n = 1; n <= LEAVES; n++) {
		struct proof_node root, reached;
		int64_t work = 0, credit = 0;

		assert_int_equal(proof_root(leaves, n, &root, NULL), OK);
		for (size_t i = 0; i < n; i++) {
			struct proof_step steps[PROOF_STEPS_MAX];
			size_t steps_n;

			assert_int_equal(proof_branch(leaves, n, i, steps, &steps_n, NULL), OK);
			assert_int_equal(
				proof_climb(&leaves[i], steps, steps_n, &reached, NULL), OK);
			assert_memory_equal(reached.hash, root.hash, 32);
			assert_int_equal(reached.work, root.work);
			work += leaves[i].work;
			credit += amount_units(leaves[i].credit);
		}
		assert_int_equal(root.work, work);
		assert_int_equal(amount_units(root.credit), credit);
	}
}

static void a_changed_number_changes_the_root(void **state)
{
	struct proof_leaf leaves[LEAVES];
	struct proof_node root, other;

	make_leaves(leaves, LEAVES);
	assert_int_equal(proof_root(leaves, LEAVES, &root, NULL), OK);
	for (size_t i = 0; i < LEAVES; i++) {
		struct proof_leaf was = leaves[i];

		leaves[i].work++;
		assert_int_equal(proof_root(leaves, LEAVES, &other, NULL), OK);
		assert_memory_not_equal(other.hash, root.hash, 32);
		leaves[i] = was;
		leaves[i].credit = amount_of(amount_units(was.credit) - 1);
		assert_int_equal(proof_root(leaves, LEAVES, &other, NULL), OK);
		assert_memory_not_equal(other.hash, root.hash, 32);
		leaves[i] = was;
		leaves[i].account[31] ^= 1;
		assert_int_equal(proof_root(leaves, LEAVES, &other, NULL), OK);
		assert_memory_not_equal(other.hash, root.hash, 32);
		leaves[i] = was;
	}
}

/* A pool that hides a debt behind a negative sum, or behind one that wraps around. */
static void sums_can_only_grow(void **state)
{
	struct proof_leaf leaf = {.work = 5, .credit = {100}};
	struct proof_step step = {.other = {.work = -3, .credit = {50}}};
	struct proof_node root;
	struct why why;

	assert_int_equal(proof_climb(&leaf, &step, 1, &root, &why), ERR_RANGE);
	step.other = (struct proof_node){.work = 3, .credit = amount_of(-50)};
	assert_int_equal(proof_climb(&leaf, &step, 1, &root, &why), ERR_RANGE);
	step.other = (struct proof_node){.work = INT64_MAX, .credit = amount_of(0)};
	assert_int_equal(proof_climb(&leaf, &step, 1, &root, &why), ERR_RANGE);
	step.other = (struct proof_node){.work = 0, .credit = amount_of(INT64_MAX)};
	assert_int_equal(proof_climb(&leaf, &step, 1, &root, &why), ERR_RANGE);
	leaf.work = -1;
	assert_int_equal(proof_root(&leaf, 1, &root, &why), ERR_RANGE);
}

static void a_name_is_of_its_round(void **state)
{
	uint8_t a[32], b[32], wanted[32];

	proof_account("00ff", "me", a);
	sha256("kozan account 1\n00ff\nme", 23, wanted);
	assert_memory_equal(a, wanted, 32);
	proof_account("00fe", "me", b);
	assert_memory_not_equal(a, b, 32);
}

static void the_text_says_all(void **state)
{
	struct proof_round round = {.pool = "main",
		.coin = "litecoin",
		.network = "regtest",
		.block = "00ff",
		.height = 112,
		.from = 110,
		.work = 77,
		.reward = amount_of(2500000000),
		.fee = amount_of(25000000),
		.accounts = 3,
		.root = {.work = 70, .credit = amount_of(2475000000)}};
	struct buf text = {0};

	round.root.hash[0] = 0xab;
	proof_text(&round, &text);
	assert_string_equal(buf_str(&text),
		"kozan round 1\npool main\ncoin litecoin\nnetwork regtest\nblock 00ff\nheight 112\n"
		"from 110\nwork 77\nreward 25.00000000\nfee 0.25000000\naccounts 3\ncounted 70\n"
		"credited 24.75000000\nroot "
		"ab00000000000000000000000000000000000000000000000000000000000000\n");
	buf_free(&text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(is_what_the_document_says),
		cmocka_unit_test(every_branch_leads_to_the_root),
		cmocka_unit_test(a_changed_number_changes_the_root),
		cmocka_unit_test(sums_can_only_grow),
		cmocka_unit_test(a_name_is_of_its_round),
		cmocka_unit_test(the_text_says_all),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
