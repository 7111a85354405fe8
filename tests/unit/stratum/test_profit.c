/* test_profit.c -- prices as they come, and when a coin is worth moving to. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "base/mem.h"
#include "stratum/profit.h"

static double price(const char *json, const char *name, const char *ticker)
{
	struct conf_pool pool = {.name = (char *)name};
	struct prices *prices;
	struct why why;
	double found;

	strcpy(pool.coin.ticker, ticker);
	assert_int_equal(prices_parse(json, strlen(json), &prices, &why), OK);
	found = prices_of(prices, &pool);
	prices_free(prices);
	return found;
}

static void test_prices(void **state)
{
	struct prices *prices;
	struct why why;

	assert_true(price("{\"LTC\": 71.5}", "main", "LTC") == 71.5);
	assert_true(price("{\"ltc\": \"71.5\"}", "main", "LTC") == 71.5);
	assert_true(price("{\"LTC\": 71.5, \"main\": 2}", "main", "LTC") == 2);
	assert_true(price("{\"DOGE\": 71.5}", "main", "LTC") == 0);
	assert_true(price("{\"LTC\": -1}", "main", "LTC") == 0);
	assert_true(price("{\"LTC\": \"nan\"}", "main", "LTC") == 0);
	assert_true(price("{\"LTC\": [1]}", "main", "LTC") == 0);
	assert_int_equal(prices_parse("[1]", 3, &prices, &why), ERR_SYNTAX);
	assert_int_not_equal(prices_parse("<html>", 6, &prices, &why), OK);
}

static void test_hysteresis_and_dwell(void **state)
{
	const struct conf_switching conf = {.gain_ppm = 50000, .dwell_ms = 1000};
	struct profit_coin coins[] = {{1.0}, {1.04}, {0.5}};

	assert_int_equal(profit_choose(&conf, coins, 3, 0, 5000), 0); /* not worth it */
	coins[1].per_hash = 1.06;
	assert_int_equal(profit_choose(&conf, coins, 3, 0, 5000), 1);
	assert_int_equal(profit_choose(&conf, coins, 3, 0, 999), 0); /* too early */
	assert_int_equal(profit_choose(&conf, coins, 3, 2, 5000), 1);
	assert_int_equal(profit_choose(&conf, coins, 3, 1, 5000), 1);
}

static void test_a_coin_without_work_is_left_at_once(void **state)
{
	const struct conf_switching conf = {.gain_ppm = 50000, .dwell_ms = 1000};
	struct profit_coin coins[] = {{0}, {0.1}};

	assert_int_equal(profit_choose(&conf, coins, 2, 0, 0), 1);
	coins[1].per_hash = 0;
	assert_int_equal(profit_choose(&conf, coins, 2, 0, 0), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_prices),
		cmocka_unit_test(test_hysteresis_and_dwell),
		cmocka_unit_test(test_a_coin_without_work_is_left_at_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
