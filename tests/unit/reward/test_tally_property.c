/* test_tally_property.c -- what must hold for every round, over random rounds. A failure prints
 * the seed of its case. */
#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/mem.h"
#include "reward/reward.h"

enum { CASES = 120000, SLOTS_MAX = 40, ACCOUNTS = 6 };

struct scene {
	uint64_t seed;
	struct reward_rules rules;
	int64_t round_from, network_work;
	struct amount amount;
	unsigned n;
	struct reward_slot slots[SLOTS_MAX]; /* newest first */
};

struct outcome {
	int64_t work[ACCOUNTS + 1], units[ACCOUNTS + 1];
};

static uint64_t next(uint64_t *seed)
{
	uint64_t z = (*seed += 0x9e3779b97f4a7c15);

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
	z = (z ^ z >> 27) * 0x94d049bb133111eb;
	return z ^ z >> 31;
}

/* Numbers of every size: as many small ones as huge ones. */
static int64_t any_size(uint64_t *seed, unsigned bits_max)
{
	unsigned bits = (unsigned)(next(seed) % bits_max) + 1;

	return (int64_t)(next(seed) >> (64 - bits));
}

#define HOLDS(scene, condition)                                                                    \
	do {                                                                                       \
		if (!(condition)) {                                                                \
			printf("seed %" PRIu64 "\n", (scene)->seed);                               \
			fail_msg("does not hold: %s", #condition);                                 \
		}                                                                                  \
	} while (0)

static void scene_make(struct scene *s, uint64_t seed)
{
	int64_t height = 100, minute = 5000;

	*s = (struct scene){.seed = seed};
	s->rules.scheme = next(&seed) % 3 ? REWARD_PPLNS : REWARD_PROP;
	s->rules.window_ppm = 1 + any_size(&seed, 24);
	s->network_work = 1 + any_size(&seed, 40);
	s->round_from = 99 - (int64_t)(next(&seed) % 6);
	s->amount = amount_of(any_size(&seed, 45));
	s->n = (unsigned)(next(&seed) % (SLOTS_MAX + 1));
	for (unsigned i = 0; i < s->n; i++) {
		if (next(&seed) % 3 == 0)
			minute -= 1 + (int64_t)(next(&seed) % 3);
		if (next(&seed) % 8 == 0)
			height--, minute += (int64_t)(next(&seed) % 3); /* heights lead, not time */
		s->slots[i] = (struct reward_slot){.account = 1 + (int64_t)(next(&seed) % ACCOUNTS),
			.height = height,
			.minute = minute,
			.work = next(&seed) % 9 ? any_size(&seed, 44) : 0};
	}
}

static void play(const struct scene *s, struct outcome *out)
{
	struct reward_tally *t = reward_tally_new(&s->rules, s->round_from, s->network_work);
	struct reward_credit *credits;
	unsigned n;

	for (unsigned i = 0; i < s->n && reward_tally_add(t, &s->slots[i]);)
		i++;
	reward_tally_split(t, s->amount, 1, &credits, &n);
	memset(out, 0, sizeof(*out));
	for (unsigned i = 0; i < n; i++) {
		HOLDS(s, i == 0 || credits[i - 1].account < credits[i].account);
		out->work[credits[i].account] = credits[i].work;
		out->units[credits[i].account] = amount_units(credits[i].amount);
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
		HOLDS(s, work == 0 || (given - exact < work && exact - given < work));
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
	bool is_prop = s->rules.scheme == REWARD_PROP;
	int64_t left = is_prop ? INT64_MAX : reward_window(s->network_work, s->rules.window_ppm);
	__int128 whole[ACCOUNTS + 1] = {0};
	int64_t last[ACCOUNTS + 1] = {0}, last_sum = 0, last_left = 0;

	for (unsigned i = 0, end; i < s->n && left > 0; i = end) {
		int64_t part[ACCOUNTS + 1] = {0}, sum = 0;

		if (is_prop && s->slots[i].height <= s->round_from)
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
		HOLDS(s, work_of_all(o) == reward_window(s->network_work, s->rules.window_ppm));
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
			unsigned other = i + (unsigned)(next(&seed) % (k - i + 1));
			struct reward_slot keep = shuffled.slots[k];

			shuffled.slots[k] = shuffled.slots[other];
			shuffled.slots[other] = keep;
		}
	}
	play(&shuffled, &again);
	HOLDS(s, memcmp(o, &again, sizeof(again)) == 0);
}

/* More work in the newest minute never pays its account less, nor any other account more (but for
 * the one unit of rounding, in work and in money). */
static void check_monotony(const struct scene *s, const struct outcome *o)
{
	uint64_t seed = s->seed + 2;
	struct scene more = *s;
	struct outcome then;
	int64_t window = reward_window(s->network_work, s->rules.window_ppm);
	int64_t who;

	if (s->n == 0 || s->slots[0].height <= s->round_from)
		return;
	who = s->slots[0].account;
	more.slots[0].work += any_size(&seed, 44);
	play(&more, &then);
	if (s->rules.scheme == REWARD_PROP || work_of_all(&then) < window)
		HOLDS(s, then.units[who] >= o->units[who]);
	HOLDS(s, then.work[who] >= o->work[who] - 1);
}

static void test_every_round(void **state)
{
	struct scene s;
	struct outcome o;

	for (uint64_t seed = 1; seed <= CASES; seed++) {
		scene_make(&s, seed * 1000);
		play(&s, &o);
		check_split(&s, &o);
		check_window(&s, &o);
		check_order(&s, &o);
		check_monotony(&s, &o);
	}
}

static void test_fee_and_rest_are_the_reward(void **state)
{
	uint64_t seed = 7;

	for (unsigned i = 0; i < CASES; i++) {
		struct amount reward = amount_of(any_size(&seed, 52));
		int64_t ppm = (int64_t)(next(&seed) % (REWARD_PPM + 1));
		struct amount fee = reward_fee(reward, ppm);
		__int128 exact = (__int128)amount_units(reward) * ppm;
		__int128 taken = (__int128)amount_units(fee) * REWARD_PPM;

		assert_true(taken <= exact && exact - taken < REWARD_PPM);
		assert_false(amount_is_negative(amount_sub(reward, fee)));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_round),
		cmocka_unit_test(test_fee_and_rest_are_the_reward),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
