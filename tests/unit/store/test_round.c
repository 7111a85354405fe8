/* test_round.c -- a round is closed once, from what is true at that moment, and the books balance.
 */
#include "fixture.h"

static void closing_and_maturing(void **state)
{
	struct world *w = *state;
	struct store_balance balance;
	struct store_earning *earnings;
	struct store_block block;
	int64_t id;
	size_t n;

	work(w, "alice", 99, 10);
	work(w, "alice", 100, 20);
	work(w, "bob", 100, 70);
	work(w, "bob", 101, 500); /* of the next round */
	id = found(w, 100, "aa", 1010);
	MUST(close_round(w->st, w->pool, id));
	expect_books(w, -1010, 1000, 0, 0, 0);
	MUST(store_account_balance(w->st, account(w, "alice"), &balance, &why));
	assert_int_equal(amount_units(balance.immature), 300);
	assert_string_equal(balance.address, "alice");
	MUST(store_block_get(w->st, id, &block, &why));
	assert_int_equal(block.state, STORE_BLOCK_IMMATURE);
	assert_int_equal(block.round_from, 0);
	assert_int_equal(block.round_work, 100);
	assert_true(block.closed_ms > 0);

	MUST(store_round_mature(w->st, id, 101, &why));
	expect_books(w, -1010, 0, 1000, 0, 0);
	MUST(store_account_balance(w->st, account(w, "bob"), &balance, &why));
	assert_int_equal(amount_units(balance.available), 700);
	assert_int_equal(amount_units(balance.immature), 0);
	assert_int_equal(store_round_mature(w->st, id, 101, &why), ERR_CONFLICT);
	assert_int_equal(store_round_orphan(w->st, id, &why), ERR_CONFLICT);
	expect_books(w, -1010, 0, 1000, 0, 0);

	MUST(store_credit_list(w->st, id, &earnings, &n, &why));
	assert_int_equal(n, 2);
	assert_string_equal(earnings[1].address, "bob");
	assert_int_equal(earnings[1].work, 70);
	assert_int_equal(amount_units(earnings[1].amount), 700);
	store_free_earnings(earnings);
	MUST(store_earning_list(w->st, account(w, "alice"), 0, 10, &earnings, &n, &why));
	assert_int_equal(n, 1);
	assert_int_equal(earnings[0].height, 100);
	assert_int_equal(earnings[0].state, STORE_BLOCK_MATURE);
	store_free_earnings(earnings);
	MUST(store_earning_list(w->st, account(w, "alice"), id, 10, &earnings, &n, &why));
	assert_int_equal(n, 0);
}

static void an_orphans_work_joins_the_next_round(void **state)
{
	struct world *w = *state;
	struct store_block block;
	int64_t first, second, from;

	work(w, "alice", 100, 30);
	work(w, "bob", 105, 60);
	first = found(w, 100, "aa", 1010);
	second = found(w, 105, "bb", 910);
	assert_int_equal(close_round(w->st, w->pool, second), ERR_CONFLICT); /* not in order */
	MUST(close_round(w->st, w->pool, first));
	MUST(store_round_orphan(w->st, first, &why));
	expect_books(w, 0, 0, 0, 0, 0);
	MUST(store_block_round_from(w->st, w->pool, 105, &from, &why));
	assert_int_equal(from, 0);
	MUST(close_round(w->st, w->pool, second));
	MUST(store_block_get(w->st, second, &block, &why));
	assert_int_equal(block.round_work, 90);
	expect_books(w, -910, 900, 0, 0, 0);
	/* Were the orphan to come back now, its heights are paid: the later round has to go first.
	 */
	MUST(store_block_set(w->st, first, STORE_BLOCK_ORPHAN, STORE_BLOCK_PENDING, 1, &why));
	assert_int_equal(close_round(w->st, w->pool, first), ERR_CONFLICT);
	MUST(store_round_orphan(w->st, second, &why));
	MUST(close_round(w->st, w->pool, first)); /* its credits are written anew */
	MUST(store_round_mature(w->st, first, 200, &why));
	expect_books(w, -1010, 0, 1000, 0, 0);
}

static void what_was_computed_must_still_be_true(void **state)
{
	struct world *w = *state;
	struct store_credit credit;
	struct store_round round;
	int64_t id;

	work(w, "alice", 100, 30);
	id = found(w, 100, "aa", 1010);
	credit = (struct store_credit){account(w, "alice"), 30, amount_of(1000)};
	round = (struct store_round){id, 0, 30, amount_of(1010), amount_of(10), 1, &credit, 1};
	work(w, "bob", 90, 1); /* comes between computing and closing */
	assert_int_equal(store_round_close(w->st, &round, &why), ERR_CONFLICT);
	round.work = 31;
	round.from = 90;
	assert_int_equal(store_round_close(w->st, &round, &why), ERR_CONFLICT);
	round.from = 0;
	MUST(store_block_set_reward(w->st, id, amount_of(1011), &why));
	assert_int_equal(store_round_close(w->st, &round, &why), ERR_CONFLICT);
	expect_books(w, 0, 0, 0, 0, 0);
	MUST(store_block_set_reward(w->st, id, amount_of(1010), &why));
	MUST(store_round_close(w->st, &round, &why));
	expect_books(w, -1010, 1000, 0, 0, 0);
}

static int64_t raced_block;

static enum err close_it(struct world *w, struct store *st)
{
	return close_round(st, w->pool, raced_block);
}

static enum err mature_it(struct world *w, struct store *st)
{
	return store_round_mature(st, raced_block, 100, &why);
}

static void two_leaders(void **state)
{
	struct world *w = *state;

	work(w, "alice", 100, 30);
	work(w, "bob", 100, 33);
	raced_block = found(w, 100, "aa", 1000010);
	assert_int_equal(race(w, 5, close_it), 1);
	expect_books(w, -1000010, 1000000, 0, 0, 0);
	assert_int_equal(race(w, 5, mature_it), 1);
	expect_books(w, -1000010, 0, 1000000, 0, 0);
}

static void killed_inside_a_transaction(void **state)
{
	struct world *w = *state;
	pid_t child;
	int status;

	work(w, "alice", 100, 30);
	raced_block = found(w, 100, "aa", 1010);
	child = fork();
	if (child == 0) {
		struct store *st = another(w);

		if (store_begin(st, &why) != OK || close_round(st, w->pool, raced_block) != OK)
			_exit(1);
		abort(); /* all is written, nothing is committed */
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFSIGNALED(status));
	expect_books(w, 0, 0, 0, 0, 0);
	MUST(close_round(w->st, w->pool, raced_block));
	expect_books(w, -1010, 1000, 0, 0, 0);
}

/* Random lives of many blocks: whatever happens, the books balance and nothing is made or lost. */
static void random_lives(void **state)
{
	struct world *w = *state;
	unsigned seed = 4711;
	int64_t immature = 0, mature = 0;

	for (int64_t height = 1; height <= 60; height++) {
		static const char *const names[] = {"alice", "bob", "carol", "dave"};
		char hash[8];
		int64_t id, reward = 1000 + rand_r(&seed) % 100000;

		for (int i = 0; i < 3; i++)
			work(w, names[rand_r(&seed) % 4], height, 1 + rand_r(&seed) % 1000);
		snprintf(hash, sizeof hash, "%" PRId64, height);
		id = found(w, height, hash, reward);
		if (rand_r(&seed) % 4 == 0) {
			MUST(store_block_set(
				w->st, id, STORE_BLOCK_PENDING, STORE_BLOCK_ORPHAN, 0, &why));
			continue;
		}
		MUST(close_round(w->st, w->pool, id));
		switch (rand_r(&seed) % 3) {
		case 0: MUST(store_round_orphan(w->st, id, &why)); break;
		case 1:
			MUST(store_round_mature(w->st, id, 100, &why));
			mature += reward;
			break;
		default: immature += reward; break;
		}
		struct amount sums[STORE_BOOKS];

		MUST(store_ledger_sums(w->st, w->pool, sums, &why));
		assert_int_equal(amount_units(sums[STORE_BOOK_COINBASE]), -(immature + mature));
		assert_int_equal(
			amount_units(amount_add(sums[STORE_BOOK_AVAILABLE], sums[STORE_BOOK_FEE])),
			mature);
		assert_int_equal(amount_units(amount_add(
					 sums[STORE_BOOK_IMMATURE], sums[STORE_BOOK_FEE_IMMATURE])),
			immature);
	}
	assert_true(immature > 0 && mature > 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(closing_and_maturing),
		TEST(an_orphans_work_joins_the_next_round),
		TEST(what_was_computed_must_still_be_true),
		TEST(two_leaders),
		TEST(killed_inside_a_transaction),
		TEST(random_lives),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
