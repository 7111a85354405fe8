/* test_pace.c -- a routine job reaches everybody once, though not at once; a new block passes it.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/mem.h"
#include "world.h"

enum { MINERS = 3 * PACE_LEAST };

struct crowd {
	struct world w;
	struct miner miners[MINERS];
};

static struct crowd *crowd_open(void)
{
	const struct conf_port port = {.difficulty.work = 1,
		.min_difficulty.work = 1,
		.max_difficulty.work = 1000,
		.share_interval_ms = 15000,
		.is_fixed = true};
	struct crowd *c = NEW(struct crowd);

	world_open(&c->w, &port, 0);
	c->w.pool_conf.template_refresh_ms = 30000;
	for (unsigned i = 0; i < MINERS; i++) {
		miner_connect(&c->miners[i], &c->w);
		miner_login(&c->miners[i], "x");
	}
	return c;
}

static void crowd_close(struct crowd *c)
{
	for (unsigned i = 0; i < MINERS; i++)
		miner_close(&c->miners[i]);
	world_close(&c->w);
	free(c);
}

static uint32_t seq_of(const struct miner *m)
{
	return (uint32_t)strtoul(m->job_id, NULL, 16) >> 4;
}

static void test_everybody_gets_it_once(void **state)
{
	struct crowd *c = crowd_open();
	uint64_t before = world_count(&c->w, jobs_sent);

	world_job(&c->w, WORLD_HARD_BITS, false);
	assert_int_equal(world_count(&c->w, jobs_sent) - before, PACE_LEAST);
	for (unsigned i = 0; i < MINERS; i++) {
		miner_wait_job(&c->miners[i]);
		assert_int_equal(seq_of(&c->miners[i]), c->w.seq);
		assert_false(c->miners[i].is_clean);
	}
	assert_int_equal(world_count(&c->w, jobs_sent) - before, MINERS);
	crowd_close(c);
}

/* Whoever has not got the routine job yet gets the new one instead, and nothing older afterwards.
 */
static void test_a_new_block_passes(void **state)
{
	struct crowd *c = crowd_open();
	uint64_t before = world_count(&c->w, jobs_sent);

	world_job(&c->w, WORLD_HARD_BITS, false);
	world_job(&c->w, WORLD_HARD_BITS, true);
	for (unsigned i = 0; i < MINERS; i++) {
		do
			miner_wait_job(&c->miners[i]);
		while (seq_of(&c->miners[i]) != c->w.seq);
		assert_true(c->miners[i].is_clean);
	}
	world_job(&c->w, WORLD_HARD_BITS, false);
	for (unsigned i = 0; i < MINERS; i++) {
		miner_wait_job(&c->miners[i]);
		assert_int_equal(seq_of(&c->miners[i]), c->w.seq);
	}
	/* a slow machine may have given more of the first job before the block came */
	assert_in_range(
		world_count(&c->w, jobs_sent) - before, PACE_LEAST + 2 * MINERS, 3 * MINERS);
	crowd_close(c);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_everybody_gets_it_once),
		cmocka_unit_test(test_a_new_block_passes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
