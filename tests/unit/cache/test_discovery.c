/* test_discovery.c -- what a cluster answers to "config get cluster", and what it may not. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <string.h>

#include "cache/discovery_priv.h"

static struct conf_host servers[CONF_HOSTS_MAX];
static struct why why;
static unsigned n;

static void two_servers(void **state)
{
	assert_int_equal(
		discovery_read("CONFIG cluster 0 90\r\n12\n"
			       "a.cache.example|10.0.0.1|11211 b.cache.example||11212\n\r\n"
			       "END\r\n",
			servers, &n, &why),
		OK);
	assert_int_equal(n, 2);
	assert_string_equal(servers[0].name, "10.0.0.1");
	assert_int_equal(servers[0].port, 11211);
	assert_string_equal(servers[1].name, "b.cache.example");
	assert_int_equal(servers[1].port, 11212);
}

static void more_than_there_is_room_for(void **state)
{
	char text[4096] = "CONFIG cluster 0 900\r\n1\n";

	for (int i = 0; i < CONF_HOSTS_MAX + 3; i++)
		strcat(text, "|10.0.0.1|11211 ");
	strcat(text, "\n\r\nEND\r\n");
	assert_int_equal(discovery_read(text, servers, &n, &why), OK);
	assert_int_equal(n, CONF_HOSTS_MAX);
}

static void nonsense(void **state)
{
	static const char *const bad[] = {"", "ERROR\r\n", "CONFIG cluster 0 1\r\n",
		"CONFIG cluster 0 1\r\n1\n\r\nEND\r\n",
		"CONFIG cluster 0 1\r\n1\nhost\n\r\nEND\r\n",
		"CONFIG cluster 0 1\r\n1\na|b\n\r\nEND\r\n",
		"CONFIG cluster 0 1\r\n1\na|b|0\n\r\nEND\r\n",
		"CONFIG cluster 0 1\r\n1\na|b|65536\n\r\nEND\r\n",
		"CONFIG cluster 0 1\r\n1\na|b|1x\n\r\nEND\r\n",
		"CONFIG cluster 0 1\r\n1\n||11211\n\r\nEND\r\n"};

	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		assert_int_equal(discovery_read(bad[i], servers, &n, &why), ERR_SYNTAX);
}

static void a_name_that_is_too_long(void **state)
{
	char text[1024] = "CONFIG cluster 0 1\r\n1\n";

	memset(text + strlen(text), 'a', 300);
	strcat(text, "||11211\n\r\nEND\r\n");
	assert_int_equal(discovery_read(text, servers, &n, &why), ERR_SYNTAX);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(two_servers),
		cmocka_unit_test(more_than_there_is_room_for),
		cmocka_unit_test(nonsense),
		cmocka_unit_test(a_name_that_is_too_long),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
