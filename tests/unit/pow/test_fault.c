/*
 * test_fault.c -- a variant that computes wrong hashes is found, named and never used.
 *
 * This program is built with a scrypt.c whose kernel for eight hashes is broken_romix().
 */
#include "vectors.h"

#include "pow/scrypt_priv.h"

void broken_romix(uint32_t n, uint32_t r, uint8_t *blocks, void *v);

/* Wrong in one bit of its last lane. */
void broken_romix(uint32_t n, uint32_t r, uint8_t *blocks, void *v)
{
	scrypt_romix_sse2_two(n, r, blocks, v);
	blocks[7 * 128 * r] ^= 1;
}

static void test_fault_is_named(void **state)
{
	struct pow_fault faults[2] = {{NULL, NULL}};

	assert_int_equal(pow_self_test(faults, 2), 1);
	assert_string_equal(faults[0].family, "scrypt");
	assert_string_equal(faults[0].variant, "sse2-x8");
	assert_int_equal(pow_self_test(NULL, 0), 1); /* and stays so */
}

static void test_fault_is_not_used(void **state)
{
	struct pow_algo *algo;
	struct pow_ctx *ctx;
	struct why why;

	assert_int_equal(pow_algo_new("scrypt", NULL, 0, &algo, NULL), OK);
	assert_int_equal(pow_ctx_new(algo, "sse2-x8", &ctx, &why), ERR_CORRUPT);
	assert_string_equal(why.text, "variant sse2-x8 of scrypt computes wrong hashes here");
	assert_string_not_equal(pow_choose_variant(algo, 1), "sse2-x8");
	assert_int_equal(pow_ctx_new(algo, NULL, &ctx, &why), OK);
	assert_string_not_equal(pow_ctx_variant(ctx), "sse2-x8");
	pow_ctx_free(ctx);
	pow_algo_free(algo);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_fault_is_named),
		cmocka_unit_test(test_fault_is_not_used),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
