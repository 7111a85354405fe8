/* test_target.c -- compact bits, targets and work; expected values from exact integers. */
#include "chain/target.h"
#include "check.h"

struct bits_case {
	uint32_t bits;
	const char *target;
	const char *hashes;
	int64_t units16; /* work in units of 2^16 hashes */
};

static const struct bits_case networks[] = {
	{0x1d00ffff, "00000000ffff0000000000000000000000000000000000000000000000000000",
		"4295032833", 65538},
	{0x207fffff, "7fffff0000000000000000000000000000000000000000000000000000000000", "2", 1},
	{0x1e0ffff0, "00000ffff0000000000000000000000000000000000000000000000000000000", "1048592",
		17},
	{0x1e3fffff, "00003fffff000000000000000000000000000000000000000000000000000000", "262144",
		4},
	{0x1a05db8b, "00000000000005db8b0000000000000000000000000000000000000000000000",
		"12301577519373468", 187707176505},
	{0x170331db, "0000000000000000000331db0000000000000000000000000000000000000000",
		"378410393580124934176862", 5774084374696730564},
	{0x2100ffff, "ffff000000000000000000000000000000000000000000000000000000000000", "1", 1},
};

static void test_bits(void **state)
{
	for (unsigned i = 0; i < ARRAY_LEN(networks); i++) {
		const struct bits_case *c = &networks[i];
		char text[U256_TEXT_MAX];
		struct u256 target;

		assert_int_equal(target_from_bits(c->bits, &target), OK);
		assert_u256_equal(target, c->target);
		assert_string_equal(u256_text(target_hashes(target), text), c->hashes);
		assert_int_equal(target_to_work(target, 16), c->units16);
		if (c->bits != 0x2100ffff) /* not the shortest form: comes back as 2100ffff */
			assert_int_equal(target_to_bits(target), c->bits);
	}
}

static void test_bits_refused(void **state)
{
	struct u256 target = u256_of(7);

	assert_int_equal(target_from_bits(0, &target), ERR_INVALID);
	assert_int_equal(target_from_bits(0x1d000000, &target), ERR_INVALID);
	assert_int_equal(target_from_bits(0x01003456, &target), ERR_INVALID); /* becomes 0 */
	assert_int_equal(target_from_bits(0x04923456, &target), ERR_INVALID); /* negative */
	assert_int_equal(target_from_bits(0xff123456, &target), ERR_RANGE);
	assert_int_equal(target_from_bits(0x22000100, &target), ERR_RANGE);
	assert_int_equal(target_from_bits(0x21010000, &target), ERR_RANGE);
	assert_int_equal(target.w[0], 7);
}

/* The compact forms that Bitcoin's own tests of the format name. */
static void test_bits_short(void **state)
{
	struct u256 target;

	assert_int_equal(target_from_bits(0x01123456, &target), OK);
	assert_int_equal(target.w[0], 0x12);
	assert_int_equal(target_to_bits(target), 0x01120000);
	assert_int_equal(target_from_bits(0x02123456, &target), OK);
	assert_int_equal(target.w[0], 0x1234);
	assert_int_equal(target_from_bits(0x05009234, &target), OK);
	assert_int_equal(target.w[0], 0x92340000);
	assert_int_equal(target_to_bits(target), 0x05009234);
	assert_int_equal(target_to_bits(u256_of(0x80)), 0x02008000);
	assert_int_equal(target_from_bits(0x220000ff, &target), OK);
	assert_int_equal(target_to_bits(U256_MAX), 0x2100ffff);
}

static void test_from_work(void **state)
{
	assert_u256_equal(target_from_work(1, 0),
		"ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff");
	assert_u256_equal(target_from_work(1, 16),
		"0001000000000000000000000000000000000000000000000000000000000000");
	assert_u256_equal(target_from_work(12345, 16),
		"000000054f077c718e7c21ed0bd745b29148cedfabb96928754a0d656ce4068d");
	assert_u256_equal(target_from_work(INT64_MAX, 32),
		"0000000000000000000000020000000000000004000000000000000800000000");
	assert_u256_equal(target_from_work(1000, 32),
		"00000000004189374bc6a7ef9db22d0e5604189374bc6a7ef9db22d0e5604189");
}

static void test_is_met(void **state)
{
	struct u256 target = target_from_work(1, 16);
	uint8_t hash[32];

	u256_to_le(target, hash);
	assert_true(target_is_met(&target, hash));
	u256_to_le(u256_add(target, u256_of(1)), hash);
	assert_false(target_is_met(&target, hash));
	memset(hash, 0, 32);
	assert_true(target_is_met(&target, hash));
	hash[31] = 1; /* the most significant byte is the last */
	assert_false(target_is_met(&target, hash));
}

static void test_work_limits(void **state)
{
	assert_int_equal(target_to_work(u256_of(0), 32), INT64_MAX);
	assert_int_equal(target_to_work(U256_MAX, 0), 1);
	assert_int_equal(target_to_work(U256_MAX, 64), 1);
	assert_int_equal(target_to_work(target_from_work(77, 8), 8), 77);
}

/* A hash's work is the largest whose target it still meets. */
static void test_work_of_hash(void **state)
{
	uint8_t hash[32];

	for (int64_t work = 1; work < 5000000; work = work * 5 / 3 + 1) {
		struct u256 target = target_from_work(work, 8), harder;

		u256_to_le(target, hash);
		assert_int_equal(target_work_of_hash(hash, 8), work);
		harder = target_from_work(work + 1, 8);
		assert_false(target_is_met(&harder, hash));
	}
	memset(hash, 0xff, 32);
	assert_int_equal(target_work_of_hash(hash, 8), 0);
	memset(hash, 0, 32);
	assert_int_equal(target_work_of_hash(hash, 8), INT64_MAX);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_bits),
		cmocka_unit_test(test_bits_refused),
		cmocka_unit_test(test_bits_short),
		cmocka_unit_test(test_from_work),
		cmocka_unit_test(test_is_met),
		cmocka_unit_test(test_work_limits),
		cmocka_unit_test(test_work_of_hash),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
