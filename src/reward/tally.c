/* tally.c -- the walk back over slots: sums what counts by account, until the window is full. */
#include <assert.h>
#include <stdlib.h>

#include "base/mem.h"
#include "reward/accounts_priv.h"
#include "reward/reward.h"
#include "reward/weight_priv.h"

#define MS_PER_MINUTE 60000

/* What an account has done, as far as it counts. */
struct done {
	int64_t account;
	int64_t work;
	__uint128_t score; /* work, less with age */
	int64_t minutes;   /* in which it worked */
	int64_t oldest;    /* of those */
};

/*
 * Slots of one minute wait in `minute` until an older one comes, because the minute in which the
 * window ends is counted in proportion: each of its slots with the same fraction, so that nobody
 * gains from the order of workers inside it.
 *
 * Invariant: left + (sum of work that was counted) == the window, so that sums never overflow.
 */
struct reward_tally {
	const struct reward_rules *rules;
	struct reward_round round;
	int64_t floor;  /* heights up to this one do not count */
	int64_t left;   /* [work units] of the window not yet filled */
	int64_t newest; /* minute; -1: no work yet */

	struct reward_slot *minute;
	size_t minute_len, minute_cap;
	int64_t minute_work;

	struct accounts done; /* struct done */
};

static bool has_window(enum reward_scheme scheme)
{
	return scheme == REWARD_PPLNS || scheme == REWARD_PPS_PLUS;
}

struct reward_tally *reward_tally_new(
	const struct reward_rules *rules, const struct reward_round *round)
{
	struct reward_tally *t = NEW(struct reward_tally);
	bool is_windowed = has_window(rules->scheme);

	t->rules = rules;
	t->round = *round;
	t->floor = is_windowed ? INT64_MIN : round->from;
	t->left = is_windowed ? reward_window(rules, round) : INT64_MAX;
	t->newest = -1;
	t->done.size = sizeof(struct done);
	return t;
}

void reward_tally_free(struct reward_tally *t)
{
	if (!t)
		return;
	accounts_fini(&t->done);
	free(t->minute);
	free(t);
}

/* ---- counting ---- */

/* SOLO: only the finder. PPLNS without reverse payout: only who has worked in this round, all of
 * which has been walked over when older work comes. The others' work fills the window all the
 * same. */
static bool is_excluded(const struct reward_tally *t, const struct reward_slot *slot)
{
	if (t->rules->scheme == REWARD_SOLO)
		return slot->account != t->round.finder;
	return has_window(t->rules->scheme) && !t->rules->reverse_payout &&
	       slot->height <= t->round.from && !accounts_find(&t->done, slot->account);
}

/* One account in one minute. */
static void count(struct reward_tally *t, const struct reward_slot *slot)
{
	struct done *done;
	int64_t age;

	t->left -= slot->work;
	if (is_excluded(t, slot))
		return;
	if (t->newest < 0)
		t->newest = slot->minute;
	age = slot->minute < t->newest ? t->newest - slot->minute : 0;
	done = accounts_get(&t->done, slot->account);
	done->work += slot->work;
	if (t->rules->scheme == REWARD_SCORE)
		done->score += (__uint128_t)slot->work *
			       weight_decay(age, t->rules->score_ms / MS_PER_MINUTE);
	/* the same minute at two heights is one: a block came in between */
	if (done->minutes == 0 || slot->minute < done->oldest) {
		done->minutes++;
		done->oldest = slot->minute;
	}
}

static int by_account(const void *pa, const void *pb)
{
	const struct reward_slot *a = pa, *b = pb;

	return (a->account > b->account) - (a->account < b->account);
}

/* One entry per account, ascending: the order of the slots no longer matters. */
static void merge_minute(struct reward_tally *t)
{
	size_t n = 0;

	qsort(t->minute, t->minute_len, sizeof(*t->minute), by_account);
	for (size_t i = 0; i < t->minute_len; i++) {
		if (n > 0 && t->minute[n - 1].account == t->minute[i].account)
			t->minute[n - 1].work += t->minute[i].work;
		else
			t->minute[n++] = t->minute[i];
	}
	t->minute_len = n;
}

/* Cut the waiting minute down to what the window still holds, with money's own fair split. */
static void cut_minute(struct reward_tally *t)
{
	unsigned n = (unsigned)t->minute_len;
	int64_t *work = NEW_ARRAY(int64_t, n);
	struct amount *part = NEW_ARRAY(struct amount, n);

	for (unsigned i = 0; i < n; i++)
		work[i] = t->minute[i].work;
	amount_split(amount_of(t->left), work, n, t->minute_work, part);
	for (unsigned i = 0; i < n; i++)
		t->minute[i].work = amount_units(part[i]);
	free(part);
	free(work);
}

static void count_minute(struct reward_tally *t)
{
	if (t->minute_len == 0)
		return;
	merge_minute(t);
	if (t->minute_work > t->left)
		cut_minute(t);
	for (size_t i = 0; i < t->minute_len; i++) {
		if (t->minute[i].work > 0)
			count(t, &t->minute[i]);
	}
	t->minute_len = 0;
	t->minute_work = 0;
}

bool reward_tally_add(struct reward_tally *t, const struct reward_slot *slot)
{
	bool overflow;

	if (t->minute_len > 0) {
		const struct reward_slot *newer = &t->minute[0];

		assert(slot->height < newer->height ||
			(slot->height == newer->height && slot->minute <= newer->minute));
		if (slot->height != newer->height || slot->minute != newer->minute)
			count_minute(t);
	}
	if (t->left == 0 || slot->height <= t->floor)
		return false;
	assert(slot->work >= 0 && slot->minute >= 0);
	overflow = __builtin_add_overflow(t->minute_work, slot->work, &t->minute_work);
	assert(!overflow);
	t->minute = array_grow(t->minute, t->minute_len, &t->minute_cap, sizeof(*t->minute));
	t->minute[t->minute_len++] = *slot;
	return true;
}

/* ---- splitting ---- */

/* s-nomp's rule: who was there for less than this part of the longest time loses in proportion. */
static __uint128_t pplnt_weight(
	const struct reward_rules *rules, const struct done *done, int64_t longest)
{
	__uint128_t whole = weight_of(done->work);

	if ((__int128)done->minutes * REWARD_PPM >= (__int128)longest * rules->pplnt_ppm)
		return whole;
	return whole * (__uint128_t)done->minutes / (__uint128_t)longest;
}

static void weigh(
	const struct reward_tally *t, const struct done *done, unsigned n, __uint128_t *weights)
{
	int64_t longest = 0;

	for (unsigned i = 0; i < n; i++)
		longest = done[i].minutes > longest ? done[i].minutes : longest;
	for (unsigned i = 0; i < n; i++) {
		switch (t->rules->scheme) {
		case REWARD_SCORE: weights[i] = done[i].score; break;
		case REWARD_PPLNT: weights[i] = pplnt_weight(t->rules, &done[i], longest); break;
		default: weights[i] = (__uint128_t)done[i].work; break;
		}
	}
}

void reward_tally_split(
	struct reward_tally *t, struct amount amount, struct reward_credit **out, unsigned *out_n)
{
	struct done *done;
	__uint128_t *weights;
	struct amount *parts;
	unsigned n;

	count_minute(t);
	t->left = 0;
	if (t->done.n == 0)
		accounts_get(&t->done, t->round.finder);
	accounts_sort(&t->done);
	n = (unsigned)t->done.n;
	done = t->done.rows;
	weights = NEW_ARRAY(__uint128_t, n);
	parts = NEW_ARRAY(struct amount, n);
	weigh(t, done, n, weights);
	if (!weight_split(amount, weights, n, parts))
		parts[0] = amount; /* nothing was counted: the finder is the only one here */
	*out = NEW_ARRAY(struct reward_credit, n);
	for (unsigned i = 0; i < n; i++)
		(*out)[i] = (struct reward_credit){.account = done[i].account,
			.work = done[i].work,
			.share = parts[i],
			.amount = parts[i]};
	*out_n = n;
	free(parts);
	free(weights);
}
