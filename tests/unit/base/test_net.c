/* Addresses and networks: what is read, how it is written, what a network holds. */
#include "test.h"

#include "base/net.h"

static void check_net(const char *text, const char *written)
{
	char out[NET_TEXT_MAX];
	struct why why = {""};
	struct net n;

	if (net_read(text, &n, &why) != OK)
		fail_msg("%s: %s", text, why.text);
	assert_string_equal(net_text(&n, out), written);
}

static void test_networks_are_read_and_written(void **state)
{
	check_net("10.0.0.0/8", "10.0.0.0/8");
	check_net("0.0.0.0/0", "0.0.0.0/0");
	check_net("192.0.2.1", "192.0.2.1");
	check_net("192.0.2.1/32", "192.0.2.1");
	check_net("192.0.2.128/25", "192.0.2.128/25");
	check_net("::/0", "::/0");
	check_net("2001:DB8::/32", "2001:db8::/32");
	check_net("2001:db8::1", "2001:db8::1");
	check_net("::ffff:192.0.2.1", "192.0.2.1");
	check_net("::ffff:10.0.0.0/104", "10.0.0.0/8");
	check_net("ffff:ffff:ffff:ffff:ffff:ffff:ffff:fffe/127",
		"ffff:ffff:ffff:ffff:ffff:ffff:ffff:fffe/127");
}

static void test_what_is_no_network_is_explained(void **state)
{
	static const struct {
		const char *text;
		enum err err;
		const char *says;
	} wrong[] = {
		{"", ERR_SYNTAX, "not an IP address"},
		{"localhost", ERR_SYNTAX, "not an IP address"},
		{"10.0.0.0/", ERR_SYNTAX, "number of bits"},
		{"10.0.0.0/8x", ERR_SYNTAX, "number of bits"},
		{"10.0.0.0/-1", ERR_SYNTAX, "number of bits"},
		{"10.0.0.0/33", ERR_RANGE, "32 bits"},
		{"2001:db8::/129", ERR_RANGE, "128 bits"},
		{"10.1.0.0/8", ERR_RANGE, "the network is 10.0.0.0/8"},
		{"[::1]", ERR_SYNTAX, "not an IP address"},
		{"1111:1111:1111:1111:1111:1111:1111:1111:1111:1111:1111:1111", ERR_SYNTAX, "not"},
	};

	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		struct why why = {""};
		struct net n;

		assert_int_equal(net_read(wrong[i].text, &n, &why), wrong[i].err);
		if (!strstr(why.text, wrong[i].says))
			fail_msg("%s: %s", wrong[i].text, why.text);
	}
}

static bool holds(const char *network, const char *address)
{
	struct net_addr a;
	struct net n;

	assert_int_equal(net_read(network, &n, NULL), OK);
	assert_true(net_addr_read(address, &a));
	return net_has(&n, &a);
}

static void test_a_network_holds_its_addresses_only(void **state)
{
	assert_true(holds("10.0.0.0/8", "10.255.255.255"));
	assert_false(holds("10.0.0.0/8", "11.0.0.0"));
	assert_false(holds("10.0.0.0/8", "::a00:1"));
	assert_true(holds("10.0.0.0/8", "::ffff:10.1.2.3"));
	assert_true(holds("192.0.2.128/25", "192.0.2.200"));
	assert_false(holds("192.0.2.128/25", "192.0.2.127"));
	assert_true(holds("0.0.0.0/0", "255.1.2.3"));
	assert_false(holds("0.0.0.0/0", "2001:db8::1"));
	assert_true(holds("::/0", "255.1.2.3"));
	assert_true(holds("2001:db8::/63", "2001:db8:0:1::5"));
	assert_false(holds("2001:db8::/63", "2001:db8:0:2::5"));
}

static void test_a_set_is_the_sum_of_its_networks(void **state)
{
	struct net_set set = {.count = 0};
	struct net_addr a;

	assert_true(net_addr_read("10.1.1.1", &a));
	assert_false(net_set_has(&set, &a));
	assert_int_equal(net_read("2001:db8::/32", &set.list[0], NULL), OK);
	assert_int_equal(net_read("10.0.0.0/8", &set.list[1], NULL), OK);
	set.count = 2;
	assert_true(net_set_has(&set, &a));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_networks_are_read_and_written),
		cmocka_unit_test(test_what_is_no_network_is_explained),
		cmocka_unit_test(test_a_network_holds_its_addresses_only),
		cmocka_unit_test(test_a_set_is_the_sum_of_its_networks),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
