/* Difficulty follows the miner: a model of Poisson shares, with a fixed seed, against the rule. */
#include "stratum/vardiff.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

static const struct vardiff_rule rule = {1, 1000000000, 15000, false};

/* A miner of `rate` work units a second for `seconds`; returns its work at the end, *shares =
 * submitted. */
static int64_t mine(struct vardiff *v, int64_t work, double rate, double seconds, double *now_s,
	unsigned *shares)
{
	double end_s = *now_s + seconds, sweep_s = *now_s + 5, share_s;

	*shares = 0;
	for (;;) {
		double wait = -log(drand48()) * (double)work / rate;

		share_s = *now_s + wait;
		if (share_s > sweep_s) {
			int64_t next;

			if (sweep_s > end_s)
				return work;
			*now_s = sweep_s;
			sweep_s += 5;
			next = vardiff_sweep(v, &rule, work, (int64_t)(*now_s * 1000));
			if (next != work)
				vardiff_start(v, (int64_t)(*now_s * 1000));
			work = next;
			continue; /* without memory: the wait may be drawn anew */
		}
		*now_s = share_s;
		(*shares)++;
		int64_t next = vardiff_share(v, &rule, work, work, (int64_t)(*now_s * 1000));
		if (next != work)
			vardiff_start(v, (int64_t)(*now_s * 1000));
		work = next;
	}
}

static struct vardiff start(void)
{
	struct vardiff v = {0};

	vardiff_start(&v, 0);
	return v;
}

static void test_finds_a_fast_miner_with_few_shares(void **state)
{
	double now = 0;
	unsigned shares, most = 0;

	srand48(1);
	for (int run = 0; run < 200; run++) {
		struct vardiff v = start();
		int64_t work;

		now = 0;
		work = mine(
			&v, 100, 100000.0 / 15, 120, &now, &shares); /* right would be 100,000 */
		assert_in_range(work, 20000, 800000); /* four shares tell that much */
		most = shares > most ? shares : most;
	}
	assert_true(most < 60); /* the server must hash every one of them */
}

static void test_stays_where_it_is_right(void **state)
{
	unsigned shares, changes = 0;

	srand48(2);
	for (int run = 0; run < 50; run++) {
		struct vardiff v = start();
		double now = 0;
		int64_t work = 1000;

		for (int hour = 0; hour < 10; hour++) {
			int64_t next = mine(&v, work, 1000.0 / 15, 3600, &now, &shares);

			changes += next != work;
			work = next;
		}
		assert_in_range(work, 400, 2500);
	}
	assert_true(changes < 50 * 10);
}

static void test_comes_down_for_a_slow_or_silent_miner(void **state)
{
	unsigned shares;

	srand48(3);
	for (int run = 0; run < 100; run++) {
		struct vardiff v = start();
		double now = 0;
		int64_t work = mine(&v, 100000, 1000.0 / 15, 2400, &now,
			&shares); /* a hundred times too much */

		assert_in_range(work, 1, 5000);
	}
}

static void test_fixed_means_fixed(void **state)
{
	struct vardiff_rule fixed = rule;
	struct vardiff v = start();

	fixed.fixed = true;
	for (int i = 0; i < 1000; i++)
		assert_int_equal(vardiff_share(&v, &fixed, 7, 7, i), 7);
	assert_int_equal(vardiff_sweep(&v, &fixed, 7, 100000000), 7);
}

static void test_clamp(void **state)
{
	struct vardiff_rule r = {10, 1000, 15000, false};

	assert_int_equal(vardiff_clamp(&r, 1, 0), 10);
	assert_int_equal(vardiff_clamp(&r, 5000, 0), 1000);
	assert_int_equal(vardiff_clamp(&r, 500, 50), 50);
	assert_int_equal(
		vardiff_clamp(&r, 500, 2), 2); /* a block takes less than the port's minimum */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_finds_a_fast_miner_with_few_shares),
		cmocka_unit_test(test_stays_where_it_is_right),
		cmocka_unit_test(test_comes_down_for_a_slow_or_silent_miner),
		cmocka_unit_test(test_fixed_means_fixed),
		cmocka_unit_test(test_clamp),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
