/* accrue.c -- the PPS family: work is credited by itself, some heights at a time, exactly once. */
#include "ledger/accrue_priv.h"

#include <stdlib.h>

#include "base/clock.h"
#include "base/map.h"
#include "base/mem.h"
#include "ledger/crash.h"
#include "store/store_node.h"
#include "store/store_slot.h"

enum {
	HEIGHTS_MAX = 60, /* of one accrual */
	ACCRUALS_MAX = 20 /* in one pass */
};

static bool is_on_debt(enum reward_scheme scheme)
{
	return scheme == REWARD_SMPPS || scheme == REWARD_ESMPPS;
}

/* ---- which heights ---- */

/* The greatest height up to which there is no work at all. */
static enum err before_first_work(struct ledger *l, int64_t through, int64_t *out, struct why *why)
{
	int64_t none = 0, some = through, work;
	enum err err = store_round_total(l->store, l->pool_id, 0, through, &work, why);

	if (!err && work == 0)
		none = some;
	while (!err && some - none > 1) {
		int64_t middle = none + (some - none) / 2;

		err = store_round_total(l->store, l->pool_id, 0, middle, &work, why);
		*(work > 0 ? &some : &none) = middle;
	}
	if (!err)
		*out = none;
	return err;
}

/* The scheme is new here: what earlier rounds have paid for is not credited again. */
static enum err begin(struct ledger *l, int64_t through, struct why *why)
{
	struct store_accrual first = {
		.pool = l->pool_id, .scheme = l->pool->reward.rules.scheme, .rate_ppm = REWARD_PPM};
	int64_t closed;
	enum err err = store_accrual_start(l->store, l->pool_id, REWARD_PPS, &closed, why);

	if (!err && closed == 0)
		err = before_first_work(l, through, &closed, why);
	if (err)
		return err;
	first.from = first.height = closed;
	err = store_accrual_add(l->store, &first, NULL, 0, true, why);
	if (!err)
		log_info(&l->log, "accruals_begin", "scheme=%s height=%lld",
			reward_scheme_name(first.scheme), (long long)closed);
	return err;
}

/* Heights whose work has come from every node and whose blocks are in the chain. */
static enum err complete_through(struct ledger *l, int64_t *out, struct why *why)
{
	int64_t node, flushed;
	enum err err = store_node_flushed(l->store, l->pool_id, &flushed, &node, why);

	if (!err)
		*out = flushed < (int64_t)l->chain.height ? flushed : (int64_t)l->chain.height;
	return err;
}

static enum err is_time(struct ledger *l, bool *out, struct why *why)
{
	struct store_accrual *last;
	size_t n;
	enum err err = store_accrual_list(l->store, l->pool_id, 0, 1, &last, &n, why);

	if (err)
		return err;
	*out = n == 0 ||
	       clock_wall_ms() - last->created_ms >= l->pool->reward.rules.accrue_interval_ms;
	store_free_accruals(last);
	return OK;
}

/* ---- their work ---- */

struct done {
	int64_t height, account; /* the key */
	int64_t work;
};

struct collection {
	int64_t from;
	struct done *rows;
	size_t n, cap;
	struct map *index; /* (height, account) -> its number in rows, plus 1 */
};

static bool collect_slot(void *ctx, const struct store_slot *slot)
{
	struct collection *c = ctx;
	int64_t key[2] = {slot->height, slot->account};
	uintptr_t place;

	if (slot->height <= c->from)
		return false;
	place = (uintptr_t)map_get(c->index, key, sizeof(key));
	if (place == 0) {
		c->rows = array_grow(c->rows, c->n, &c->cap, sizeof(*c->rows));
		c->rows[c->n++] = (struct done){.height = slot->height, .account = slot->account};
		place = c->n;
		map_set(c->index, key, sizeof(key), (void *)place);
	}
	c->rows[place - 1].work += slot->work;
	return true;
}

static enum err collect(
	struct ledger *l, int64_t from, int64_t to, struct collection *c, struct why *why)
{
	*c = (struct collection){.from = from, .index = map_new()};
	return store_slots_back(l->store, l->pool_id, to, collect_slot, c, why);
}

static void drop(struct collection *c)
{
	map_free(c->index, NULL);
	free(c->rows);
}

/* ---- what it is worth ---- */

/* What a block is worth: as configured; FPPS adds what transactions paid lately. */
static enum err find_base(struct ledger *l, int64_t to, struct amount *out, struct why *why)
{
	const struct reward_rules *rules = &l->pool->reward.rules;
	struct amount value = rules->block_value, fees = amount_of(0);
	struct store_past *past;
	size_t n;
	enum err err = store_block_past(
		l->store, l->pool_id, to + 1, rules->window_blocks, &past, &n, why);

	if (err)
		return err;
	for (size_t i = 0; i < n; i++) {
		if (amount_cmp(past[i].reward, value) > 0)
			fees = amount_add(fees, amount_sub(past[i].reward, value));
	}
	if (n > 0 && amount_cmp(past[0].reward, value) < 0) {
		value = past[0].reward;
		complain(&l->complaints[ABOUT_BLOCK_VALUE], &l->log, LOG_LEVEL_BROKEN,
			"block_value_too_high",
			"\"the newest block paid less than reward.block_value: what it paid counts "
			"until that is set right\"");
	} else {
		complaint_over(&l->complaints[ABOUT_BLOCK_VALUE], &l->log);
	}
	if (rules->scheme == REWARD_FPPS && n > 0)
		value = amount_add(value, amount_part(fees, 1, (int64_t)n));
	store_free_past(past);
	*out = value;
	return OK;
}

static enum err find_rate(struct ledger *l, int64_t to, int64_t *out, struct why *why)
{
	const struct reward_rules *rules = &l->pool->reward.rules;
	struct amount earned, expected;
	int64_t above = to - (int64_t)rules->luck_heights;
	enum err err;

	*out = REWARD_PPM;
	if (rules->scheme != REWARD_DPPS)
		return OK;
	err = store_block_earned(l->store, l->pool_id, above, to, &earned, why);
	if (!err)
		err = store_accrual_value(l->store, l->pool_id, above, to, &expected, why);
	if (!err)
		*out = reward_dpps_rate(rules, earned, expected);
	return err;
}

static enum err add_work(
	struct ledger *l, const struct collection *c, struct reward_accrual *r, struct why *why)
{
	int64_t height = -1, network_work = 1;
	enum err err = OK;

	for (size_t i = 0; i < c->n && !err; i++) {
		if (c->rows[i].height != height) { /* they come by height */
			height = c->rows[i].height;
			err = chain_network_work(l, height, &network_work, why);
		}
		if (!err)
			reward_accrual_add(r, c->rows[i].account, c->rows[i].work, network_work);
	}
	return err;
}

static enum err add_cuts(struct ledger *l, struct reward_accrual *r, struct why *why)
{
	const struct conf_reward *conf = &l->pool->reward;
	enum err err = OK;

	for (size_t i = 0; i < conf->recipients_count && !err; i++) {
		int64_t account;

		err = terms_recipient(l, &conf->recipients[i], &account, why);
		if (!err)
			reward_accrual_cut(r, account, conf->recipients[i].ppm);
	}
	return err;
}

static void to_store(const struct reward_accrued *sums, struct reward_credit *credits, unsigned n,
	struct accrual *out)
{
	out->credits = NEW_ARRAY(struct store_accrued, n);
	out->row.work = sums->work;
	out->row.value = sums->value;
	out->row.fee = sums->fee;
	out->row.total = amount_add(sums->credits, sums->fee);
	for (unsigned i = 0; i < n; i++) {
		const struct reward_credit *c = &credits[i];

		if (!amount_is_zero(c->share) || !amount_is_zero(c->bonus))
			out->credits[out->n++] = (struct store_accrued){
				c->account, c->work, c->amount, c->bonus, c->fee, c->donation};
	}
}

/* The accrual of heights (from, to]; out->credits is the caller's to free. */
static enum err compute(
	struct ledger *l, int64_t from, int64_t to, struct accrual *out, struct why *why)
{
	const struct reward_rules *rules = &l->pool->reward.rules;
	struct reward_terms_list special = {0};
	struct reward_terms *terms = NULL;
	struct reward_accrual *r = NULL;
	struct reward_credit *credits;
	struct reward_accrued sums;
	struct collection work;
	unsigned n;
	enum err err = collect(l, from, to, &work, why);

	*out = (struct accrual){
		.row = {.pool = l->pool_id, .from = from, .height = to, .scheme = rules->scheme}};
	if (!err)
		err = terms_load(l, &terms, &special.n, why);
	if (!err)
		err = find_base(l, to, &out->row.base, why);
	if (!err)
		err = find_rate(l, to, &out->row.rate_ppm, why);
	if (!err) {
		special.terms = terms;
		r = reward_accrual_new(rules, &special, out->row.base, out->row.rate_ppm);
		err = add_work(l, &work, r, why);
	}
	if (!err && work.n > 0)
		err = add_cuts(l, r, why);
	if (!err) {
		reward_accrual_end(r, &sums, &credits, &n);
		to_store(&sums, credits, n, out);
		free(credits);
	}
	reward_accrual_free(r);
	free(terms);
	drop(&work);
	return err;
}

/* ---- writing it down ---- */

static enum err is_covered(struct ledger *l, const struct accrual *a, bool *out, struct why *why)
{
	struct amount reserve;
	enum err err;

	*out = is_on_debt(l->pool->reward.rules.scheme) || amount_is_zero(a->row.total);
	if (amount_units(a->row.total) >= REWARD_ACCRUED_MAX)
		*out = false;
	else if (*out)
		return OK;
	err = store_reserve(l->store, l->pool_id, &reserve, why);
	if (!err)
		*out = amount_cmp(reserve, a->row.total) >= 0;
	return err;
}

static enum err write(struct ledger *l, const struct accrual *a, struct why *why)
{
	char total[AMOUNT_TEXT_MAX];
	enum err err;

	if (a->n > 0)
		crash_point("accrual_counted");
	err = store_accrual_add(
		l->store, &a->row, a->credits, a->n, is_on_debt(l->pool->reward.rules.scheme), why);
	if (a->n > 0)
		crash_point("accrual_credited");
	if (!err && a->n > 0)
		log_info(&l->log, "work_credited",
			"from=%lld height=%lld work=%lld accounts=%zu total=%s rate_ppm=%lld",
			(long long)a->row.from, (long long)a->row.height, (long long)a->row.work,
			a->n, amount_text(a->row.total, total), (long long)a->row.rate_ppm);
	return err;
}

/* Work waits, nothing of it is lost: it is credited, the oldest first, when the reserve is full
 * enough. */
static enum err stop_crediting(struct ledger *l, const struct accrual *a, struct why *why)
{
	char total[AMOUNT_TEXT_MAX];
	bool is_new = !l->is_exhausted;

	complain(&l->complaints[ABOUT_RESERVE], &l->log, LOG_LEVEL_BROKEN, "reserve_exhausted",
		"height=%lld needed=%s \"work is kept and will be credited when the reserve covers "
		"it: wait for blocks, or fill it (kozan help reserve)\"",
		(long long)a->row.height, amount_text(a->row.total, total));
	l->is_exhausted = true;
	return is_new ? feed_reserve(l, "reserve_exhausted", &a->row, why) : OK;
}

static enum err go_on_crediting(struct ledger *l, const struct accrual *a, struct why *why)
{
	complaint_over(&l->complaints[ABOUT_RESERVE], &l->log);
	if (!l->is_exhausted)
		return OK;
	l->is_exhausted = false;
	return feed_reserve(l, "reserve_restored", &a->row, why);
}

/* As many heights as the reserve covers; *out_through: the last that was credited. Heights without
 * work are passed over in large steps only, but for those below work that has to wait. */
static enum err credit(
	struct ledger *l, int64_t from, int64_t to, int64_t *out_through, struct why *why)
{
	int64_t whole = to;

	*out_through = from;
	for (;; to = from + (to - from) / 2) {
		bool covered = false, is_worth_it;
		struct accrual a;
		enum err err = compute(l, from, to, &a, why);

		if (err)
			return err;
		is_worth_it = a.row.work > 0 || to - from == HEIGHTS_MAX || to < whole;
		err = is_covered(l, &a, &covered, why);
		if (!err && covered && is_worth_it) {
			err = write(l, &a, why);
			if (!err && a.row.work > 0)
				err = go_on_crediting(l, &a, why);
			*out_through = err ? from : to;
		} else if (!err && !covered && to == from + 1) {
			err = stop_crediting(l, &a, why);
		}
		free(a.credits);
		if (err || covered || to == from + 1)
			return err;
	}
}

enum err accrue_step(struct ledger *l, struct why *why)
{
	enum reward_scheme scheme = l->pool->reward.rules.scheme;
	int64_t from, through, credited;
	bool now = true;
	enum err err;

	if (!reward_is_share_based(scheme))
		return OK;
	err = complete_through(l, &through, why);
	if (!err)
		err = store_accrual_through(l->store, l->pool_id, &from, why);
	if (!err && from < 0) /* no node has said how far it is: too early */
		return through > 0 ? begin(l, through, why) : OK;
	if (!err)
		err = is_time(l, &now, why);
	for (unsigned i = 0; i < ACCRUALS_MAX && !err && from < through; i++) {
		if (!now && through - from < HEIGHTS_MAX)
			break;
		err = credit(l, from, through - from > HEIGHTS_MAX ? from + HEIGHTS_MAX : through,
			&credited, why);
		if (credited == from)
			break;
		from = credited;
	}
	return !err && is_on_debt(scheme) ? release_step(l, why) : err;
}
