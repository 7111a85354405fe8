/* PROXY headers: byte for byte as HAProxy, nginx and network load balancers write them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "base/mem.h"
#include "io/proxy.h"

#define V2      "\r\n\r\n\0\r\nQUIT\n"
#define V4_BODY "\xc0\x00\x02\x01\x0a\x00\x00\x01\xd6\xd8\x0d\x05"

/* How a header is judged: whole, with a line behind it, and at each shorter length. */
static void check(const char *data, size_t len, enum proxy_verdict expected, const char *addr)
{
	static const char line[] = "{\"id\":1}\n";
	struct proxy_header h = {.len = 0};
	char whole[512], text[NET_TEXT_MAX];

	memcpy(whole, data, len);
	memcpy(whole + len, line, sizeof(line));
	assert_int_equal(proxy_read((const uint8_t *)data, len, &h), expected);
	if (expected == PROXY_GARBAGE || expected == PROXY_MORE)
		return;
	assert_int_equal(h.len, len);
	assert_int_equal(proxy_read((const uint8_t *)whole, len + sizeof(line) - 1, &h), expected);
	assert_int_equal(h.len, len);
	for (size_t part = 0; part < len; part++)
		assert_int_equal(proxy_read((const uint8_t *)data, part, &h), PROXY_MORE);
	if (addr) {
		assert_string_equal(net_addr_text(&h.addr, text), addr);
		assert_int_equal(h.port, 55000);
	}
}

#define CHECK(data, ...) check(data, sizeof(data) - 1, __VA_ARGS__)

static void test_version_1(void **state)
{
	CHECK("PROXY TCP4 192.0.2.1 10.0.0.1 55000 3333\r\n", PROXY_ADDRESS, "192.0.2.1");
	CHECK("PROXY TCP6 2001:db8::1 2001:db8::2 55000 3333\r\n", PROXY_ADDRESS, "2001:db8::1");
	CHECK("PROXY UNKNOWN\r\n", PROXY_LOCAL, NULL);
	CHECK("PROXY UNKNOWN ffff::1 ffff::2 65535 65535\r\n", PROXY_LOCAL, NULL);
	CHECK("PROXY TCP4 192.0.2.1 10.0.0.1 55000 3333\n", PROXY_MORE, NULL);
	CHECK("PROXY TCP4 192.0.2.1 10.0.0.1 55000 3333\r\r\n", PROXY_GARBAGE, NULL);
	CHECK("PROXY TCP4 192.0.2.1 10.0.0.1 55000\r\n", PROXY_GARBAGE, NULL);
	CHECK("PROXY TCP4 192.0.2.1 10.0.0.1 55000 65536\r\n", PROXY_GARBAGE, NULL);
	CHECK("PROXY TCP4 192.0.2.1 10.0.0.1 055000 3333\r\n", PROXY_GARBAGE, NULL);
	CHECK("PROXY TCP4 192.0.2.1  10.0.0.1 55000 3333\r\n", PROXY_GARBAGE, NULL);
	CHECK("PROXY TCP4 192.0.2.1 10.0.0.1 55000 3333 \r\n", PROXY_GARBAGE, NULL);
	CHECK("PROXY TCP4 2001:db8::1 ::1 55000 3333\r\n", PROXY_GARBAGE, NULL);
	CHECK("PROXY TCP6 192.0.2.1 10.0.0.1 55000 3333\r\n", PROXY_GARBAGE, NULL);
	CHECK("PROXY UNKNOWNS\r\n", PROXY_GARBAGE, NULL);
	CHECK("PROXY UDP4 192.0.2.1 10.0.0.1 55000 3333\r\n", PROXY_GARBAGE, NULL);
	CHECK("PROXY TCP4 192.0.2.1\0 10.0.0.1 55000 3333\r\n", PROXY_GARBAGE, NULL);
	CHECK("PROXY UNKNOWN aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
	      "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
		PROXY_GARBAGE, NULL);
}

static void test_version_2(void **state)
{
	CHECK(V2 "\x21\x11\x00\x0c" V4_BODY, PROXY_ADDRESS, "192.0.2.1");
	CHECK(V2 "\x21\x11\x00\x13" V4_BODY "\x03\x00\x04half", PROXY_ADDRESS, "192.0.2.1");
	CHECK(V2
		"\x21\x21\x00\x24\x20\x01\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\x01\x20\x01\x0d\xb8\0\0\0\0"
		"\0\0\0\0\0\0\0\x02\xd6\xd8\x0d\x05",
		PROXY_ADDRESS, "2001:db8::1");
	CHECK(V2 "\x20\x00\x00\x00", PROXY_LOCAL, NULL);
	CHECK(V2 "\x20\x11\x00\x0c" V4_BODY, PROXY_LOCAL, NULL);
	CHECK(V2 "\x21\x00\x00\x03tlv", PROXY_LOCAL, NULL);
	CHECK(V2 "\x21\x11\x00\x0b\xc0\x00\x02\x01\x0a\x00\x00\x01\xd6\xd8\x0d", PROXY_GARBAGE,
		NULL);
	CHECK(V2 "\x21\x12\x00\x0c" V4_BODY, PROXY_GARBAGE, NULL);
	CHECK(V2 "\x22\x11\x00\x0c" V4_BODY, PROXY_GARBAGE, NULL);
	CHECK(V2 "\x11\x11\x00\x0c" V4_BODY, PROXY_GARBAGE, NULL);
	CHECK(V2 "\x21\x11\xff\xff", PROXY_GARBAGE, NULL);
}

static void test_anything_else(void **state)
{
	CHECK("", PROXY_MORE, NULL);
	CHECK("{\"id\":1}\n", PROXY_GARBAGE, NULL);
	CHECK("PROXX", PROXY_GARBAGE, NULL);
	CHECK("\r\n\r\n\0\r\nQUIX\n", PROXY_GARBAGE, NULL);
	CHECK("\x16\x03\x01", PROXY_GARBAGE, NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_version_1),
		cmocka_unit_test(test_version_2),
		cmocka_unit_test(test_anything_else),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
