/* test_u256.c -- 256-bit arithmetic against known values and against its own inverse. */
#include "../base/test.h"
#include "check.h"

#define FULL "ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff"

static struct u256 next_u256(uint64_t *seed)
{
	struct u256 v;

	for (unsigned i = 0; i < 4; i++)
		v.w[i] = test_random(seed);
	return u256_shift_right(v, (unsigned)(test_random(seed) % 256));
}

static struct u256 multiply(struct u256 a, struct u256 b)
{
	struct u256 product = u256_of(0);

	for (unsigned i = 0; i < 256; i++) {
		if (b.w[i / 64] >> (i % 64) & 1)
			product = u256_add(product, u256_shift_left(a, i));
	}
	return product;
}

static void test_bytes(void **state)
{
	struct u256 v =
		hex_u256("000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f");
	uint8_t le[32], be[32];

	assert_int_equal(v.w[0], 0x18191a1b1c1d1e1f);
	assert_int_equal(v.w[3], 0x0001020304050607);
	u256_to_le(v, le);
	u256_to_be(v, be);
	for (unsigned i = 0; i < 32; i++) {
		assert_int_equal(be[i], i);
		assert_int_equal(le[i], 31 - i);
	}
	assert_int_equal(u256_cmp(u256_from_le(le), v), 0);
}

static void test_order(void **state)
{
	struct u256 low = u256_of(UINT64_MAX), high = {{0, 1, 0, 0}};

	assert_true(u256_cmp(low, high) < 0);
	assert_true(u256_cmp(high, low) > 0);
	assert_int_equal(u256_cmp(high, high), 0);
	assert_int_equal(u256_bit_length(u256_of(0)), 0);
	assert_int_equal(u256_bit_length(u256_of(1)), 1);
	assert_int_equal(u256_bit_length(high), 65);
	assert_int_equal(u256_bit_length(U256_MAX), 256);
	assert_true(u256_is_zero(u256_of(0)));
	assert_false(u256_is_zero(high));
}

static void test_carry(void **state)
{
	assert_u256_equal(u256_add(hex_u256(FULL), u256_of(1)),
		"0000000000000000000000000000000000000000000000000000000000000000");
	assert_u256_equal(u256_sub(u256_of(0), u256_of(1)), FULL);
	assert_u256_equal(u256_sub((struct u256){{0, 0, 1, 0}}, u256_of(1)),
		"00000000000000000000000000000000ffffffffffffffffffffffffffffffff");
}

static void test_shift(void **state)
{
	assert_u256_equal(u256_shift_left(u256_of(0x81), 248),
		"8100000000000000000000000000000000000000000000000000000000000000");
	assert_u256_equal(u256_shift_left(u256_of(3), 63),
		"0000000000000000000000000000000000000000000000018000000000000000");
	assert_u256_equal(u256_shift_right(hex_u256(FULL), 192),
		"000000000000000000000000000000000000000000000000ffffffffffffffff");
	assert_u256_equal(u256_shift_right(hex_u256(FULL), 255),
		"0000000000000000000000000000000000000000000000000000000000000001");
	assert_true(u256_is_zero(u256_shift_right(U256_MAX, 256)));
	assert_true(u256_is_zero(u256_shift_left(U256_MAX, 256)));
	assert_true(u256_is_zero(u256_shift_left(U256_MAX, 2016)));
	assert_int_equal(u256_cmp(u256_shift_left(U256_MAX, 0), U256_MAX), 0);
}

static void test_divide(void **state)
{
	uint64_t seed = 1;

	for (unsigned i = 0; i < 20000; i++) {
		struct u256 a = next_u256(&seed), b = next_u256(&seed), q, rest;

		if (u256_is_zero(b))
			continue;
		q = u256_divide(a, b, &rest);
		assert_true(u256_cmp(rest, b) < 0);
		assert_int_equal(u256_cmp(u256_add(multiply(q, b), rest), a), 0);
	}
}

static void test_reciprocal(void **state)
{
	assert_u256_equal(u256_reciprocal(u256_of(1)), FULL);
	assert_u256_equal(u256_reciprocal(u256_of(2)),
		"8000000000000000000000000000000000000000000000000000000000000000");
	assert_u256_equal(u256_reciprocal(u256_of(3)),
		"5555555555555555555555555555555555555555555555555555555555555555");
	assert_u256_equal(u256_reciprocal(hex_u256(FULL)),
		"0000000000000000000000000000000000000000000000000000000000000001");
}

static void test_text(void **state)
{
	char text[U256_TEXT_MAX];

	assert_string_equal(u256_text(u256_of(0), text), "0");
	assert_string_equal(u256_text(u256_of(1048592), text), "1048592");
	assert_string_equal(u256_text(U256_MAX, text),
		"1157920892373161954235709850086879078532699846656405640394575840079131296399"
		"35");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_bytes),
		cmocka_unit_test(test_order),
		cmocka_unit_test(test_carry),
		cmocka_unit_test(test_shift),
		cmocka_unit_test(test_divide),
		cmocka_unit_test(test_reciprocal),
		cmocka_unit_test(test_text),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
