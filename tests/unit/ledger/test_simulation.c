/*
 * test_simulation.c -- a pool's life at random: work, blocks, reorganisations, payouts and deaths.
 * After every step the books sum to zero and nobody has been paid more than was earned; in the end
 * every coin is where it belongs. A failure prints the seed of the life.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "ledger/ledger_priv.h"
#include "world.h"

enum { STEPS = 45, REWARD = 1000000007 };

/* Each has a life. */
static const enum reward_scheme schemes[] = {REWARD_PROP, REWARD_PPLNS, REWARD_PPLNT, REWARD_SCORE,
	REWARD_SOLO, REWARD_PPS, REWARD_PPS_PLUS, REWARD_SMPPS, REWARD_ESMPPS};

static const char *const deaths[] = {"payout_planned", "payout_built", "payout_stored",
	"payout_sent", "payout_noted", "payout_confirming"};

struct life {
	uint64_t seed;
	unsigned finds;
	int64_t found[FINDS_MAX];
	int64_t fork, other_tip;   /* where the last reorganisation began; 0: none to go back to */
	uint32_t other[CHAIN_MAX]; /* the branch that lost then */
};

static unsigned below(struct life *life, unsigned n)
{
	life->seed = life->seed * 6364136223846793005u + 1442695040888963407u;
	return (unsigned)((life->seed >> 33) % n);
}

static void mine_one(struct life *life)
{
	int64_t height = world->tip + 1;

	for (unsigned i = below(life, 4); i > 0; i--)
		world_work(below(life, MINERS), height, height * 2 + (i & 1), 1 + below(life, 90));
	world_mine(1);
	for (unsigned i = 0; i < world->txs_n; i++) {
		if (world->txs[i].state == FAKE_POOLED && below(life, 2)) {
			world->txs[i].state = FAKE_MINED;
			world->txs[i].height = world->tip;
		}
	}
	if (below(life, 3) == 0)
		life->found[life->finds++] = world_find(below(life, MINERS), REWARD);
	world_flushed(world->tip);
}

/* What was mined above waits in the memory pool again. */
static void unmine(int64_t height)
{
	for (unsigned i = 0; i < world->txs_n; i++) {
		if (world->txs[i].state == FAKE_MINED && world->txs[i].height >= height)
			world->txs[i].state = FAKE_POOLED;
	}
}

/* A new branch wins, up to 4 deep; the one that loses may win again later. */
static void reorganise(struct life *life)
{
	int64_t height = world->tip - below(life, 4);

	if (height < 100)
		return;
	life->fork = height;
	life->other_tip = world->tip;
	memcpy(life->other, world->branch, sizeof(life->other));
	world_reorg(height, world->tip + 1);
	unmine(height);
	world_flushed(world->tip);
}

/* The branch that lost grows longer than the other: orphans come back. */
static void go_back(struct life *life)
{
	int64_t tip = world->tip;

	if (life->fork == 0 || tip - life->fork >= 9)
		return;
	world_branch_back(life->other, life->other_tip);
	world->branches++;
	world_mine(tip + 1 - life->other_tip);
	unmine(life->fork);
	life->fork = 0;
	world_flushed(world->tip);
}

static int64_t funds_of(const struct life *life)
{
	int64_t funds = 0;

	for (unsigned i = 0; i < life->finds; i++) {
		if (world_block(life->found[i]).state == STORE_BLOCK_MATURE)
			funds += REWARD;
	}
	for (unsigned i = 0; i < world->txs_n; i++) {
		if (world->txs[i].state != FAKE_BUILT)
			funds -= world->txs[i].total + 1000;
	}
	return funds;
}

static void check(const struct life *life)
{
	int64_t total = 0, credited = 0;

	for (unsigned book = 1; book < STORE_BOOKS; book++)
		total += world_book(book);
	assert_int_equal(total, 0);
	for (unsigned i = 0; i < life->finds; i++) {
		enum store_block_state state = world_block(life->found[i]).state;

		if (state == STORE_BLOCK_IMMATURE || state == STORE_BLOCK_MATURE)
			credited += REWARD;
	}
	assert_int_equal(world_book(STORE_BOOK_COINBASE), -credited);
	for (unsigned miner = 0; miner < MINERS; miner++) {
		struct store_balance b = world_balance(miner);
		int64_t booked = amount_units(b.paying) + amount_units(b.paid);

		assert_true(amount_units(b.available) >= 0 && amount_units(b.immature) >= 0);
		assert_true(world_paid(miner) <= booked);
	}
}

static void live(unsigned seed)
{
	struct reward_rules *rules;
	struct life life = {.seed = seed};

	printf("life %u: %s\n", seed, reward_scheme_name(schemes[seed]));
	world_new();
	rules = &world->pool.reward.rules;
	world->pool.payout.minimum = amount_of(30000000);
	*rules = (struct reward_rules){.scheme = schemes[seed],
		.fee_ppm = 20000,
		.window_ppm = 2 * REWARD_PPM,
		.window_blocks = 5,
		.pplnt_ppm = 510000,
		.score_ms = 600000,
		.block_value = amount_of(REWARD - 100000000)};
	for (unsigned step = 0; step < STEPS; step++) {
		for (unsigned i = below(&life, 4); i > 0; i--)
			mine_one(&life);
		if (below(&life, 6) == 0)
			reorganise(&life);
		else if (below(&life, 6) == 0)
			go_back(&life);
		(void)world_pass(below(&life, 3) ? NULL : deaths[below(&life, 6)]);
		world->funds = funds_of(&life);
		check(&life);
	}
	/* a quiet end: everything matures, is paid and confirmed */
	world->pool.payout.minimum = amount_of(1);
	for (unsigned i = 0; i < 30; i++) {
		world_mine(1);
		for (unsigned t = 0; t < world->txs_n; t++) {
			if (world->txs[t].state == FAKE_POOLED) {
				world->txs[t].state = FAKE_MINED;
				world->txs[t].height = world->tip;
			}
		}
		assert_true(world_pass(NULL));
		world->funds = funds_of(&life);
		check(&life);
	}
	assert_int_equal(world_book(STORE_BOOK_IMMATURE), 0);
	assert_int_equal(world_book(STORE_BOOK_AVAILABLE), 0);
	assert_int_equal(world_book(STORE_BOOK_PAYING), 0);
	for (unsigned miner = 0; miner < MINERS; miner++)
		assert_int_equal(world_paid(miner), amount_units(world_balance(miner).paid));
	assert_int_equal(world->funds, world_book(STORE_BOOK_FEE) + world_book(STORE_BOOK_RESERVE));
	assert_true(world_book(STORE_BOOK_RESERVE) >= 0);
	assert_int_equal(world_book(STORE_BOOK_OWED), -world_book(STORE_BOOK_DEBT));
	world_free();
}

static void test_lives(void **state)
{
	for (unsigned seed = 0; seed < sizeof(schemes) / sizeof(schemes[0]); seed++)
		live(seed);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_lives)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
