/* test_p2p.c -- messages between peers, byte for byte. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/bytes.h"
#include "base/hex.h"
#include "coind/p2p_priv.h"

static const uint8_t magic[4] = {0xfa, 0xbf, 0xb5, 0xda};

/* verack has no payload: its checksum is the beginning of the double hash of nothing. */
static void an_empty_message(void **state)
{
	struct buf b = {0}, text = {0};
	struct p2p_head head;

	p2p_add(&b, magic, "verack", NULL, 0);
	buf_add_hex(&text, b.data, b.len);
	assert_string_equal(buf_str(&text), "fabfb5da76657261636b000000000000000000005df6e0e2");
	assert_true(p2p_read_head(b.data, magic, &head));
	assert_string_equal(head.command, "verack");
	assert_int_equal(head.length, 0);
	assert_true(p2p_is_whole(&head, b.data + P2P_HEAD));
	buf_free(&text);
	buf_free(&b);
}

static void a_version(void **state)
{
	struct buf b = {0};
	struct p2p_head head;
	size_t agent;

	p2p_add_version(&b, magic, 1700000000, 7);
	assert_true(p2p_read_head(b.data, magic, &head));
	assert_string_equal(head.command, "version");
	assert_int_equal(head.length, b.len - P2P_HEAD);
	assert_true(p2p_is_whole(&head, b.data + P2P_HEAD));
	assert_int_equal(get_le32(b.data + P2P_HEAD), 70015);
	assert_int_equal(get_le64(b.data + P2P_HEAD + 12), 1700000000);
	agent = b.data[P2P_HEAD + 80];
	assert_memory_equal(b.data + P2P_HEAD + 81, "/Kozan:", 7);
	assert_int_equal(head.length, 81 + agent + 5);
	assert_int_equal(b.data[b.len - 1], 0);
	b.data[b.len - 1] ^= 1;
	assert_false(p2p_is_whole(&head, b.data + P2P_HEAD));
	buf_free(&b);
}

static void strangers(void **state)
{
	struct buf b = {0};
	struct p2p_head head;

	p2p_add(&b, magic, "verack", NULL, 0);
	b.data[0] ^= 1;
	assert_false(p2p_read_head(b.data, magic, &head));
	b.data[0] ^= 1;
	put_le32(b.data + 16, P2P_LENGTH_MAX + 1);
	assert_false(p2p_read_head(b.data, magic, &head));
	memset(b.data + 4, 'x', 12);
	put_le32(b.data + 16, P2P_LENGTH_MAX);
	assert_true(p2p_read_head(b.data, magic, &head));
	assert_string_equal(head.command, "xxxxxxxxxxxx");
	buf_free(&b);
}

static void inventories(void **state)
{
	uint8_t inv[3 + 300 * 36] = {1};

	put_le32(inv + 1, 2);
	assert_true(p2p_tells_block(inv, 37));
	assert_false(p2p_tells_block(inv, 36)); /* cut short */
	put_le32(inv + 1, 0x40000002);          /* with witnesses */
	assert_true(p2p_tells_block(inv, 37));
	put_le32(inv + 1, 0x20000002); /* with an extension block */
	assert_true(p2p_tells_block(inv, 37));
	put_le32(inv + 1, 4);
	assert_true(p2p_tells_block(inv, 37));
	put_le32(inv + 1, 1);
	assert_false(p2p_tells_block(inv, 37));
	assert_false(p2p_tells_block(inv, 0));

	memset(inv, 0, sizeof inv);
	inv[0] = 0xfd;
	put_le16(inv + 1, 300);
	for (int i = 0; i < 300; i++)
		put_le32(inv + 3 + i * 36, 1);
	assert_false(p2p_tells_block(inv, sizeof inv));
	put_le32(inv + 3 + 299 * 36, 2);
	assert_true(p2p_tells_block(inv, sizeof inv));
	assert_false(p2p_tells_block(inv, sizeof inv - 1));
	inv[0] = 0xff;
	assert_false(p2p_tells_block(inv, sizeof inv));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_empty_message),
		cmocka_unit_test(a_version),
		cmocka_unit_test(strangers),
		cmocka_unit_test(inventories),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
