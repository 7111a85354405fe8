/* test_variant.c -- all variants agree on random input, however many hashes are asked for. */
#include "vectors.h"

#include "base/random.h"

#define INPUTS 37

static void fill_random(uint8_t (*headers)[POW_HEADER_LEN])
{
	random_bytes(headers, (size_t)INPUTS * POW_HEADER_LEN);
}

static void agree(const char *name, const struct pow_param *params, unsigned n_params, unsigned n)
{
	static uint8_t headers[INPUTS][POW_HEADER_LEN], right[INPUTS][POW_HASH_LEN],
		hashes[INPUTS + 1][POW_HASH_LEN];
	struct pow_variant_info info;
	struct pow_algo *algo;
	struct pow_ctx *ctx;

	fill_random(headers);
	assert_int_equal(pow_algo_new(name, params, n_params, &algo, NULL), OK);
	for (unsigned i = 0; pow_variant_at(algo, i, &info); i++) {
		if (!info.usable)
			continue;
		assert_int_equal(pow_ctx_new(algo, info.name, &ctx, NULL), OK);
		assert_string_equal(pow_ctx_variant(ctx), info.name);
		assert_int_equal(pow_ctx_batch(ctx), info.batch);
		assert_true(pow_ctx_memory(ctx) >= info.memory_bytes);
		assert_true(pow_ctx_memory(ctx) <= POW_CTX_MEMORY_MAX);
		memset(hashes, 0xa5, sizeof(hashes));
		pow_hash(ctx, n, (const uint8_t(*)[POW_HEADER_LEN])headers, hashes);
		for (unsigned k = 0; k < POW_HASH_LEN; k++)
			assert_int_equal(hashes[n][k], 0xa5); /* and not one too many */
		if (i == 0)
			memcpy(right, hashes, sizeof(right));
		else if (memcmp(hashes, right, (size_t)n * POW_HASH_LEN) != 0)
			fail_msg("%s by %s differs from plain C", name, info.name);
		pow_ctx_free(ctx);
	}
	pow_algo_free(algo);
}

static void test_sha256d(void **state)
{
	for (unsigned n = 1; n <= INPUTS; n++)
		agree("sha256d", NULL, 0, n);
}

static void test_scrypt(void **state)
{
	static const struct pow_param odd[] = {{"N", "64"}, {"r", "3"}, {"p", "2"}};
	static const struct pow_param tiny[] = {{"N", "2"}, {"r", "1"}, {"p", "1"}};
	static const struct pow_param wide[] = {{"N", "16"}, {"r", "32"}, {"p", "16"}};

	agree("scrypt", NULL, 0, INPUTS);
	for (unsigned n = 1; n <= INPUTS; n++) {
		agree("scrypt", odd, 3, n);
		agree("scrypt", tiny, 3, n);
	}
	agree("scrypt", wide, 3, 19);
}

static void test_yescrypt(void **state)
{
	static const struct pow_param small[] = {{"N", "1024"}, {"r", "9"}, {"pers", "header"}};
	static const struct pow_param keyless[] = {{"N", "2048"}, {"r", "8"}, {"pers", "none"}};

	for (unsigned n = 1; n <= 7; n++)
		agree("yescrypt", small, 3, n);
	agree("yescrypt", keyless, 3, 5);
	agree("yescryptr8", NULL, 0, 7);
	agree("yescryptr16", NULL, 0, 3);
	agree("yescryptr32", NULL, 0, 3);
}

static void test_yespower(void **state)
{
	static const struct pow_param small[] = {{"N", "1024"}, {"r", "8"}, {"pers", "k"}};

	for (unsigned n = 1; n <= 7; n++)
		agree("yespower", small, 3, n);
	agree("yespower", NULL, 0, 3);
	agree("yespowerr16", NULL, 0, 3);
}

static void test_contexts_are_refused(void **state)
{
	struct pow_algo *algo;
	struct pow_ctx *ctx;
	struct why why;

	assert_int_equal(pow_algo_new("yescryptr8", NULL, 0, &algo, NULL), OK);
	assert_int_equal(pow_ctx_new(algo, "mmx", &ctx, &why), ERR_NOT_FOUND);
	assert_string_equal(why.text, "yescryptr8 has no variant 'mmx'");
	pow_algo_free(algo);
}

/* The largest tables that a parameter may ask for still give a context within its limit. */
static void test_memory_is_bounded(void **state)
{
	static const struct pow_param big[] = {{"N", "131072"}, {"r", "8"}};
	static const struct pow_param long_scrypt[] = {{"N", "1048576"}};
	static const struct {
		const char *name;
		const struct pow_param *params;
		unsigned n;
	} cases[] = {{"yescrypt", big, 2}, {"scrypt", long_scrypt, 1}};

	for (unsigned i = 0; i < ARRAY_LEN(cases); i++) {
		struct pow_algo *algo;
		struct pow_ctx *ctx;

		assert_int_equal(
			pow_algo_new(cases[i].name, cases[i].params, cases[i].n, &algo, NULL), OK);
		assert_int_equal(pow_ctx_new(algo, NULL, &ctx, NULL), OK);
		assert_true(pow_ctx_memory(ctx) <= POW_CTX_MEMORY_MAX);
		pow_ctx_free(ctx);
		pow_algo_free(algo);
	}
}

static void test_self_test_finds_nothing(void **state)
{
	struct pow_fault faults[4];
	unsigned n = pow_self_test(faults, 4);

	for (unsigned i = 0; i < n && i < 4; i++)
		print_message("%s by %s is wrong\n", faults[i].family, faults[i].variant);
	assert_int_equal(n, 0);
}

static void test_choice_is_usable(void **state)
{
	const char *name, *text;

	for (unsigned i = 0; (name = pow_algo_at(i, &text)); i++) {
		struct pow_algo *algo;
		struct pow_ctx *ctx;

		assert_int_equal(pow_algo_new(name, NULL, 0, &algo, NULL), OK);
		assert_int_equal(pow_ctx_new(algo, pow_choose_variant(algo, 2), &ctx, NULL), OK);
		pow_ctx_free(ctx);
		pow_algo_free(algo);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_sha256d),
		cmocka_unit_test(test_scrypt),
		cmocka_unit_test(test_yescrypt),
		cmocka_unit_test(test_yespower),
		cmocka_unit_test(test_contexts_are_refused),
		cmocka_unit_test(test_memory_is_bounded),
		cmocka_unit_test(test_self_test_finds_nothing),
		cmocka_unit_test(test_choice_is_usable),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
