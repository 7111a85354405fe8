/* test_merkle.c -- the branch against the tree computed the plain way, for every small size. */
#include "chain/merkle.h"

#include "base/sha256.h"
#include "check.h"

/* The root as the consensus rules tell it: pair up rows, the last of an odd row with itself. */
static void plain_root(uint8_t (*row)[32], size_t n, uint8_t out[32])
{
	while (n > 1) {
		for (size_t i = 0; i < (n + 1) / 2; i++) {
			uint8_t pair[64];

			memcpy(pair, row[2 * i], 32);
			memcpy(pair + 32, row[2 * i + 1 < n ? 2 * i + 1 : 2 * i], 32);
			sha256d(pair, 64, row[i]);
		}
		n = (n + 1) / 2;
	}
	memcpy(out, row[0], 32);
}

static void test_all_sizes(void **state)
{
	enum { MOST = 70 };
	uint8_t ids[MOST][32], row[MOST][32], expected[32], root[32];
	struct merkle_branch branch;

	for (unsigned i = 0; i < MOST; i++)
		sha256(&i, sizeof(i), ids[i]);
	for (size_t n = 0; n + 1 <= MOST; n++) { /* besides the coinbase, ids[0] */
		memcpy(row, ids, sizeof(row));
		plain_root(row, n + 1, expected);
		assert_int_equal(merkle_branch_of((const void *)ids[1], n, &branch), OK);
		merkle_fold(&branch, ids[0], root);
		assert_memory_equal(root, expected, 32);
		memcpy(root, ids[0], 32);
		merkle_fold(&branch, root, root); /* in place */
		assert_memory_equal(root, expected, 32);
	}
}

/* Block 100000 of Bitcoin: four transactions. */
static void test_real(void **state)
{
	static const char *const shown[] = {
		"8c14f0db3df150123e6f3dbbf30f8b955a8249b62ac1d1ff16284aefa3d06d87",
		"fff2525b8931402dd09222c50775608f75787bd2b87e56995a7bdd30f79702c4",
		"6359f0868171b1d194cbee1af2f16ea598ae8fad666d9b012c8ed2b79a236ec4",
		"e9a66845e05d5abc0ad04ec80f774a7e585c6e8db975962d069a522137b80c1d",
	};
	struct merkle_branch branch;
	uint8_t ids[4][32], root[32];
	char text[65];

	for (unsigned i = 0; i < 4; i++)
		assert_true(hex_decode_reversed(ids[i], 32, shown[i], 64));
	assert_int_equal(merkle_branch_of((const void *)ids[1], 3, &branch), OK);
	assert_int_equal(branch.count, 2);
	merkle_fold(&branch, ids[0], root);
	hex_encode_reversed(text, root, 32);
	assert_string_equal(
		text, "f3e94742aca4b5ef85488dc37c06c3282295ffec960994b2c0d5ac2a25a95766");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_all_sizes),
		cmocka_unit_test(test_real),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
