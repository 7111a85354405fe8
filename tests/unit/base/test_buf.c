/* test_buf.c -- bytes that grow: always NUL-terminated, whatever was done to them. */
#include "base/buf.h"
#include "base/mem.h"
#include "test.h"

static void assert_bytes(const struct buf *b, const void *expected, size_t len)
{
	assert_int_equal(b->len, len);
	assert_memory_equal(b->data, expected, len);
	assert_int_equal(b->data[len], 0);
}

static void test_numbers(void **state)
{
	struct buf b = {0};

	buf_add_u8(&b, 0xab);
	buf_add_le32(&b, 0x01020304);
	buf_add_le64(&b, 0x0102030405060708);
	assert_bytes(&b, "\xab\x04\x03\x02\x01\x08\x07\x06\x05\x04\x03\x02\x01", 13);
	buf_free(&b);
}

static void test_varint(void **state)
{
	static const struct {
		uint64_t v;
		const char *bytes;
		size_t len;
	} cases[] = {
		{0, "\0", 1},
		{0xfc, "\xfc", 1},
		{0xfd, "\xfd\xfd\x00", 3},
		{0xffff, "\xfd\xff\xff", 3},
		{0x10000, "\xfe\x00\x00\x01\x00", 5},
		{0xffffffff, "\xfe\xff\xff\xff\xff", 5},
		{0x100000000, "\xff\x00\x00\x00\x00\x01\x00\x00\x00", 9},
		{UINT64_MAX, "\xff\xff\xff\xff\xff\xff\xff\xff\xff", 9},
	};

	for (unsigned i = 0; i < ARRAY_LEN(cases); i++) {
		struct buf b = {0};

		buf_add_varint(&b, cases[i].v);
		assert_bytes(&b, cases[i].bytes, cases[i].len);
		buf_free(&b);
	}
}

static void test_text(void **state)
{
	struct buf b = {0};
	char *taken;

	assert_string_equal(buf_str(&b), "");
	buf_add_str(&b, "one ");
	buf_printf(&b, "%d %s ", 2, "three");
	buf_add_hex(&b, "\x0a\xff", 2);
	assert_string_equal(buf_str(&b), "one 2 three 0aff");
	buf_drop_front(&b, 4);
	assert_string_equal(buf_str(&b), "2 three 0aff");
	buf_clear(&b);
	assert_string_equal(buf_str(&b), "");
	buf_add_str(&b, "again");
	taken = buf_take(&b);
	assert_string_equal(taken, "again");
	assert_null(b.data);
	free(taken);
	taken = buf_take(&b); /* of nothing: still a text */
	assert_string_equal(taken, "");
	free(taken);
}

static void test_growth(void **state)
{
	struct buf b = {0};

	for (unsigned i = 0; i < 100000; i++)
		buf_add_u8(&b, (uint8_t)i);
	assert_int_equal(b.len, 100000);
	for (unsigned i = 0; i < 100000; i++)
		assert_int_equal(b.data[i], (uint8_t)i);
	for (unsigned i = 0; i < 5; i++)
		buf_printf(&b, "%*s", 50000, "");
	assert_int_equal(b.len, 350000);
	assert_int_equal(b.data[b.len], 0);
	buf_add(&b, NULL, 0);
	assert_int_equal(b.len, 350000);
	buf_free(&b);
	buf_free(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_numbers),
		cmocka_unit_test(test_varint),
		cmocka_unit_test(test_text),
		cmocka_unit_test(test_growth),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
