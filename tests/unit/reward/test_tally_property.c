/* test_tally_property.c -- what must hold for every round, over random rounds of the scheme that
 * the argument names. A failure prints the seed of its case; SEED=… tries only that. */
#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "any.h"
#include "base/mem.h"
#include "reward/reward.h"

enum { CASES = 100000, SLOTS_MAX = 40, ACCOUNTS = 6, TWIN = ACCOUNTS };

struct scene {
	uint64_t seed;
	struct reward_rules rules;
	struct reward_round round;
	struct reward_terms terms[2];
	struct reward_grant grants[2];
	unsigned grants_n;
	struct amount amount;
	unsigned n;
	struct reward_slot slots[2 * SLOTS_MAX]; /* newest first */
};

struct outcome {
	int64_t work[2 * ACCOUNTS + 1], units[2 * ACCOUNTS + 1]; /* of the split */
};

static enum reward_scheme scheme; /* that is tried */

#define HOLDS(scene, condition)                                                                    \
	do {                                                                                       \
		if (!(condition)) {                                                                \
			printf("seed %" PRIu64 "\n", (scene)->seed);                               \
			fail_msg("does not hold: %s", #condition);                                 \
		}                                                                                  \
	} while (0)

static bool is_windowed(const struct scene *s)
{
	return s->rules.scheme == REWARD_PPLNS || s->rules.scheme == REWARD_PPS_PLUS;
}

static bool is_by_work(const struct scene *s)
{
	return s->rules.scheme == REWARD_PROP || is_windowed(s);
}

static void rules_make(struct scene *s, uint64_t *seed)
{
	s->rules = (struct reward_rules){.scheme = scheme,
		.window_by = (enum reward_window)(test_random(seed) % 4),
		.window_ppm = 1 + any_size(seed, 24),
		.window_work = 1 + any_size(seed, 44),
		.window_round_ppm = (int64_t)(test_random(seed) % (REWARD_PPM + 1)),
		.reverse_payout = test_random(seed) % 4 > 0,
		.pplnt_ppm = 1 + (int64_t)(test_random(seed) % REWARD_PPM),
		.score_ms = 60000 * (2 + any_size(seed, 12)),
		.fee_ppm = (int64_t)(test_random(seed) % (REWARD_PPM + 1)),
		.finder_bonus_ppm = 0};
	s->rules.pool_bonus_ppm =
		test_random(seed) % 2
			? (int64_t)(test_random(seed) % (uint64_t)(s->rules.fee_ppm + 1))
			: 0;
	s->round = (struct reward_round){.from = 99 - (int64_t)(test_random(seed) % 6),
		.work = any_size(seed, 44),
		.average_work = test_random(seed) % 3 ? any_size(seed, 44) : 0,
		.network_work = 1 + any_size(seed, 40),
		.finder = 1 + (int64_t)(test_random(seed) % ACCOUNTS)};
}

static void special_make(struct scene *s, uint64_t *seed)
{
	int64_t give = amount_units(s->amount) / 4;

	for (unsigned i = 0; i < 2; i++)
		s->terms[i] = (struct reward_terms){1 + i * 2, test_random(seed) % 2,
			(int64_t)(test_random(seed) % (REWARD_PPM + 1))};
	s->grants_n = (unsigned)(test_random(seed) % 3);
	for (unsigned i = 0; i < s->grants_n; i++)
		s->grants[i] = (struct reward_grant){1 + (int64_t)(test_random(seed) % ACCOUNTS),
			amount_of(give ? (int64_t)(test_random(seed) % (uint64_t)give) : 0)};
}

static void scene_make(struct scene *s, uint64_t seed)
{
	int64_t height = 100, minute = 5000;

	*s = (struct scene){.seed = seed};
	rules_make(s, &seed);
	s->amount = amount_of(any_size(&seed, 45));
	special_make(s, &seed);
	s->n = (unsigned)(test_random(&seed) % (SLOTS_MAX + 1));
	for (unsigned i = 0; i < s->n; i++) {
		if (test_random(&seed) % 3 == 0)
			minute -= 1 + (int64_t)(test_random(&seed) % 3);
		if (test_random(&seed) % 8 == 0)
			height--, minute +=
				  (int64_t)(test_random(&seed) % 3); /* heights lead, not time */
		s->slots[i] = (struct reward_slot){
			.account = 1 + (int64_t)(test_random(&seed) % ACCOUNTS),
			.height = height,
			.minute = minute,
			.work = test_random(&seed) % 9 ? 2 * any_size(&seed, 43) : 0};
	}
}

static struct reward_tally *walk(const struct scene *s)
{
	struct reward_tally *t = reward_tally_new(&s->rules, &s->round);

	for (unsigned i = 0; i < s->n && reward_tally_add(t, &s->slots[i]);)
		i++;
	return t;
}

static void play(const struct scene *s, struct outcome *out)
{
	struct reward_tally *t = walk(s);
	struct reward_credit *credits;
	unsigned n;

	reward_tally_split(t, s->amount, &credits, &n);
	memset(out, 0, sizeof(*out));
	for (unsigned i = 0; i < n; i++) {
		HOLDS(s, i == 0 || credits[i - 1].account < credits[i].account);
		out->work[credits[i].account] = credits[i].work;
		out->units[credits[i].account] = amount_units(credits[i].share);
	}
	free(credits);
	reward_tally_free(t);
}

static int64_t work_of_all(const struct outcome *o)
{
	int64_t sum = 0;

	for (unsigned a = 1; a <= ACCOUNTS; a++)
		sum += o->work[a];
	return sum;
}

/* Everything is paid, nobody owes, nobody is off by a whole unit from the exact fraction. */
static void check_split(const struct scene *s, const struct outcome *o)
{
	int64_t sum = 0, work = work_of_all(o);

	for (unsigned a = 1; a <= ACCOUNTS; a++) {
		__int128 exact = (__int128)amount_units(s->amount) * o->work[a];
		__int128 given = (__int128)o->units[a] * work;

		HOLDS(s, o->units[a] >= 0);
		HOLDS(s, !is_by_work(s) || work == 0 ||
				 (given - exact < work && exact - given < work));
		sum += o->units[a];
	}
	HOLDS(s, sum == amount_units(s->amount));
}

static bool same_minute(const struct reward_slot *a, const struct reward_slot *b)
{
	return a->height == b->height && a->minute == b->minute;
}

/* The window, told a second time the slow way: whole minutes, then one in proportion. */
static void check_window(const struct scene *s, const struct outcome *o)
{
	bool is_round = !is_windowed(s);
	int64_t left = is_round ? INT64_MAX : reward_window(&s->rules, &s->round);
	__int128 whole[ACCOUNTS + 1] = {0};
	int64_t last[ACCOUNTS + 1] = {0}, last_sum = 0, last_left = 0;

	if (s->rules.scheme == REWARD_SOLO || (is_windowed(s) && !s->rules.reverse_payout))
		return;
	for (unsigned i = 0, end; i < s->n && left > 0; i = end) {
		int64_t part[ACCOUNTS + 1] = {0}, sum = 0;

		if (is_round && s->slots[i].height <= s->round.from)
			break;
		for (end = i; end < s->n && same_minute(&s->slots[i], &s->slots[end]); end++) {
			part[s->slots[end].account] += s->slots[end].work;
			sum += s->slots[end].work;
		}
		if (sum > left) {
			memcpy(last, part, sizeof(last));
			last_sum = sum;
			last_left = left;
			left = 0;
			break;
		}
		for (unsigned a = 1; a <= ACCOUNTS; a++)
			whole[a] += part[a];
		left -= sum;
	}
	for (unsigned a = 1; a <= ACCOUNTS; a++) {
		__int128 beyond = o->work[a] - whole[a];

		if (last_sum == 0) {
			HOLDS(s, beyond == 0);
			continue;
		}
		__int128 error = beyond * last_sum - (__int128)last[a] * last_left;

		HOLDS(s, beyond >= 0 && error < last_sum && -error < last_sum);
	}
	if (last_sum > 0)
		HOLDS(s, work_of_all(o) == reward_window(&s->rules, &s->round));
}

/* Shuffling the slots inside their minutes changes nothing. */
static void check_order(const struct scene *s, const struct outcome *o)
{
	struct scene shuffled = *s;
	struct outcome again;
	uint64_t seed = s->seed + 1;

	assert_true(s->n <= SLOTS_MAX);
	for (unsigned i = 0, end; i < s->n; i = end) {
		for (end = i + 1; end < s->n && same_minute(&s->slots[i], &s->slots[end]);)
			end++;
		for (unsigned k = end - 1; k > i; k--) {
			unsigned other = i + (unsigned)(test_random(&seed) % (k - i + 1));
			struct reward_slot keep = shuffled.slots[k];

			shuffled.slots[k] = shuffled.slots[other];
			shuffled.slots[other] = keep;
		}
	}
	play(&shuffled, &again);
	HOLDS(s, memcmp(o, &again, sizeof(again)) == 0);
}

/* More work in the newest minute never pays its account less (but for the one unit of rounding, in
 * work and in money). */
static void check_monotony(const struct scene *s, const struct outcome *o)
{
	uint64_t seed = s->seed + 2;
	struct scene more = *s;
	struct outcome then;
	int64_t window = is_windowed(s) ? reward_window(&s->rules, &s->round) : INT64_MAX;
	int64_t who;

	if (s->n == 0 || s->slots[0].height <= s->round.from || s->slots[0].work == 0)
		return;
	who = s->slots[0].account;
	more.slots[0].work += any_size(&seed, 44);
	play(&more, &then);
	if (work_of_all(&then) < window)
		HOLDS(s, then.units[who] >= o->units[who] - (is_by_work(s) ? 0 : 1));
	HOLDS(s, then.work[who] >= o->work[who] - 1);
}

/* An account that becomes two, each with half of its work in every minute, gets the same. */
static void check_twins(const struct scene *s, const struct outcome *o)
{
	struct scene twins = *s;
	struct outcome then;
	int64_t counted;

	if (s->rules.scheme == REWARD_SOLO || s->n == 0 || work_of_all(o) == 0)
		return;
	twins.n = 0;
	for (unsigned i = 0; i < s->n; i++) {
		struct reward_slot half = s->slots[i];

		half.work /= 2;
		twins.slots[twins.n++] = half;
		half.account += half.account == 1 ? TWIN : 0;
		twins.slots[twins.n++] = half;
	}
	play(&twins, &then);
	counted = then.work[1] + then.work[1 + TWIN] - o->work[1];
	HOLDS(s, counted >= -2 && counted <= 2);
	if (counted == 0 && work_of_all(&then) + then.work[1 + TWIN] == work_of_all(o)) {
		int64_t diff = then.units[1] + then.units[1 + TWIN] - o->units[1];

		HOLDS(s, diff >= -3 && diff <= 3);
	}
}

/* Fees, donations, bonuses and grants: nothing is lost, nothing is made, nobody pays more than he
 * has. */
static void check_division(const struct scene *s, const struct outcome *split)
{
	const struct reward_terms_list special = {s->terms, 2, s->grants, s->grants_n};
	struct reward_tally *t = walk(s);
	struct reward_credit *credits;
	int64_t credited = 0, kept = 0, granted = 0, shares = 0, bonus = 0;
	unsigned n;

	reward_divide(t, &s->rules, s->amount, &special, &credits, &n);
	for (unsigned i = 0; i < s->grants_n; i++)
		granted += amount_units(s->grants[i].amount);
	for (unsigned i = 0; i < n; i++) {
		const struct reward_credit *c = &credits[i];
		int64_t fee = amount_units(c->fee), donation = amount_units(c->donation);

		HOLDS(s, amount_units(c->amount) >= 0 && fee >= 0 && donation >= 0);
		HOLDS(s, amount_units(c->amount) ==
				 amount_units(c->share) + amount_units(c->bonus) - fee - donation);
		HOLDS(s, c->account != 1 || !s->terms[0].no_fee || fee == 0);
		HOLDS(s, c->work == split->work[c->account]);
		credited += amount_units(c->amount);
		kept += fee + donation;
		shares += amount_units(c->share);
		bonus += amount_units(c->bonus);
	}
	HOLDS(s, shares + granted == amount_units(s->amount));
	HOLDS(s, credited + kept == shares + bonus);
	HOLDS(s, bonus - granted <= kept); /* the pool's bonus comes out of the fee */
	HOLDS(s, credited <= amount_units(s->amount));
	free(credits);
	reward_tally_free(t);
}

static void try(uint64_t seed)
{
	struct scene s;
	struct outcome o;

	scene_make(&s, seed);
	play(&s, &o);
	check_split(&s, &o);
	check_window(&s, &o);
	check_order(&s, &o);
	check_monotony(&s, &o);
	check_twins(&s, &o);
	check_division(&s, &o);
}

static void test_every_round(void **state)
{
	const char *one = getenv("SEED"); /* of a failure, to see it again */
	uint64_t first = one ? strtoull(one, NULL, 10) : 1000;

	printf("%s: seeds %" PRIu64 " and every thousandth after\n", reward_scheme_name(scheme),
		first);
	for (uint64_t i = 0; i < (one ? 1 : CASES); i++)
		try(first + i * 1000);
}

static void test_fee_and_rest_are_the_reward(void **state)
{
	uint64_t seed = 7;

	for (unsigned i = 0; i < CASES; i++) {
		struct amount reward = amount_of(any_size(&seed, 52));
		int64_t ppm = (int64_t)(test_random(&seed) % (REWARD_PPM + 1));
		struct amount fee = reward_fee(reward, ppm);
		__int128 exact = (__int128)amount_units(reward) * ppm;
		__int128 taken = (__int128)amount_units(fee) * REWARD_PPM;

		assert_true(taken <= exact && exact - taken < REWARD_PPM);
		assert_false(amount_is_negative(amount_sub(reward, fee)));
	}
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_round),
		cmocka_unit_test(test_fee_and_rest_are_the_reward),
	};

	for (scheme = REWARD_PROP; argc == 2 && scheme <= REWARD_ESMPPS; scheme++) {
		if (strcmp(argv[1], reward_scheme_name(scheme)) == 0)
			return cmocka_run_group_tests(tests, NULL, NULL);
	}
	return 2;
}
