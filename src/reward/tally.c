/* tally.c -- the walk back over slots: sums work by account until the window is full. */
#include <assert.h>
#include <stdlib.h>

#include "base/map.h"
#include "base/mem.h"
#include "reward/reward.h"

/*
 * Slots of one minute wait in `minute` until an older one comes, because the minute in which the
 * window ends is counted in proportion: each of its slots with the same fraction, so that nobody
 * gains from the order of workers inside it.
 *
 * Invariant: left + (sum of work in credits) == the window, so that sums never overflow.
 */
struct reward_tally {
	int64_t floor; /* heights up to this one do not count */
	int64_t left;  /* [work units] of the window not yet filled */

	struct reward_slot *minute;
	size_t minute_len, minute_cap;
	int64_t minute_work;

	struct reward_credit *credits;
	size_t credits_len, credits_cap;
	struct map *index; /* account -> its number in credits, plus 1 */
};

struct reward_tally *reward_tally_new(
	const struct reward_rules *rules, int64_t round_from, int64_t network_work)
{
	struct reward_tally *t = NEW(struct reward_tally);

	switch (rules->scheme) {
	case REWARD_PROP:
		t->floor = round_from;
		t->left = INT64_MAX;
		break;
	case REWARD_PPLNS:
		t->floor = INT64_MIN;
		t->left = reward_window(network_work, rules->window_ppm);
		break;
	}
	assert(t->left > 0);
	t->index = map_new();
	return t;
}

void reward_tally_free(struct reward_tally *t)
{
	if (!t)
		return;
	map_free(t->index, NULL);
	free(t->credits);
	free(t->minute);
	free(t);
}

static void count(struct reward_tally *t, int64_t account, int64_t work)
{
	uintptr_t place = (uintptr_t)map_get(t->index, &account, sizeof(account));

	if (place == 0) {
		t->credits = array_grow(
			t->credits, t->credits_len, &t->credits_cap, sizeof(*t->credits));
		t->credits[t->credits_len++] = (struct reward_credit){.account = account};
		place = t->credits_len;
		map_set(t->index, &account, sizeof(account), (void *)place);
	}
	t->credits[place - 1].work += work;
	t->left -= work;
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
			count(t, t->minute[i].account, t->minute[i].work);
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
	assert(slot->work >= 0);
	overflow = __builtin_add_overflow(t->minute_work, slot->work, &t->minute_work);
	assert(!overflow);
	t->minute = array_grow(t->minute, t->minute_len, &t->minute_cap, sizeof(*t->minute));
	t->minute[t->minute_len++] = *slot;
	return true;
}

static int credits_by_account(const void *pa, const void *pb)
{
	const struct reward_credit *a = pa, *b = pb;

	return (a->account > b->account) - (a->account < b->account);
}

static void split_by_work(struct reward_credit *credits, unsigned n, struct amount amount)
{
	int64_t *work = NEW_ARRAY(int64_t, n);
	struct amount *part = NEW_ARRAY(struct amount, n);
	int64_t sum = 0;

	for (unsigned i = 0; i < n; i++) {
		work[i] = credits[i].work;
		sum += work[i];
	}
	amount_split(amount, work, n, sum, part);
	for (unsigned i = 0; i < n; i++)
		credits[i].amount = part[i];
	free(part);
	free(work);
}

void reward_tally_split(struct reward_tally *t, struct amount amount, int64_t finder,
	struct reward_credit **out, unsigned *out_n)
{
	count_minute(t);
	t->left = 0;
	if (t->credits_len == 0) {
		*out = NEW(struct reward_credit);
		**out = (struct reward_credit){.account = finder, .amount = amount};
		*out_n = 1;
		return;
	}
	qsort(t->credits, t->credits_len, sizeof(*t->credits), credits_by_account);
	split_by_work(t->credits, (unsigned)t->credits_len, amount);
	*out = t->credits;
	*out_n = (unsigned)t->credits_len;
	t->credits = NULL;
	t->credits_len = t->credits_cap = 0;
}
