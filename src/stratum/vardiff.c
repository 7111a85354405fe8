/* vardiff.c -- see vardiff.h. */
#include "stratum/vardiff.h"

#include <math.h>

enum { DECIDE_FIRST = 4, DECIDE_LAST = 128, SILENT_INTERVALS = 6, SILENT_AGAIN_INTERVALS = 4 };

/* Decide only when the measured pace is off by more than its own error: 2.3 sigma of a Poisson
 * count, at least 50 %. */
#define SIGMAS     2.3
#define HYSTERESIS 0.4

void vardiff_start(struct vardiff *v, int64_t now_ms)
{
	v->since_ms = now_ms;
	v->work = 0;
	v->shares = 0;
}

void vardiff_alive(struct vardiff *v, int64_t now_ms)
{
	v->last_share_ms = now_ms;
	v->halvings = 0;
}

static int64_t within(const struct vardiff_rule *rule, double work)
{
	if (work >= (double)rule->max_work)
		return rule->max_work;
	if (work <= (double)rule->min_work)
		return rule->min_work;
	return (int64_t)work;
}

/* Three significant digits are enough for anybody, and read better in a miner's log. */
static int64_t rounded(int64_t work)
{
	int64_t scale = 1;

	while (work / scale >= 1000)
		scale *= 10;
	return work / scale * scale;
}

/* The work at which this pace would be the wanted one, limited to a sane step; current when the
 * error is too large. */
static int64_t estimate(const struct vardiff *v, const struct vardiff_rule *rule, int64_t current,
	int64_t now_ms, bool may_rise)
{
	double elapsed_ms = (double)(now_ms - v->since_ms);
	double count = v->shares ? v->shares : 1;
	double work = v->work ? (double)v->work : (double)current;
	double ratio, limit;

	if (elapsed_ms < 1)
		elapsed_ms = 1;
	ratio = work / elapsed_ms * (double)rule->interval_ms / (double)current;
	limit = SIGMAS / sqrt(count);
	if (fabs(log(ratio)) <= (limit > HYSTERESIS ? limit : HYSTERESIS) ||
		(ratio > 1 && !may_rise))
		return current;
	if (ratio > 1)
		ratio = fmin(ratio, v->shares < 2 * DECIDE_FIRST ? 16 : 64);
	else
		ratio = fmax(ratio, 0.25);
	return rounded(within(rule, (double)current * ratio));
}

/* A full window without a reason to act is halved, so that a change of pace is noticed within
 * minutes. */
static void slide(struct vardiff *v, int64_t now_ms)
{
	v->since_ms += (now_ms - v->since_ms) / 2;
	v->work /= 2;
	v->shares /= 2;
}

int64_t vardiff_share(struct vardiff *v, const struct vardiff_rule *rule, int64_t current,
	int64_t work, int64_t now_ms)
{
	int64_t next;

	vardiff_alive(v, now_ms);
	if (rule->fixed)
		return current;
	v->shares++;
	v->work += work;
	if (v->shares < DECIDE_FIRST || (v->shares & (v->shares - 1)) != 0)
		return current;
	next = estimate(v, rule, current, now_ms, true);
	if (next == current && v->shares >= DECIDE_LAST)
		slide(v, now_ms);
	return next;
}

int64_t vardiff_sweep(
	struct vardiff *v, const struct vardiff_rule *rule, int64_t current, int64_t now_ms)
{
	int64_t silence_ms = now_ms - v->last_share_ms;
	int64_t allowed = SILENT_INTERVALS + (int64_t)v->halvings * SILENT_AGAIN_INTERVALS;

	if (rule->fixed || current <= rule->min_work)
		return current;
	if (silence_ms >= allowed * rule->interval_ms) {
		double step = v->halvings == 0 ? 0.5 : 0.25;

		v->halvings += v->halvings < 200;
		return rounded(within(rule, (double)current * step));
	}
	if (v->shares < DECIDE_FIRST)
		return current;
	return estimate(v, rule, current, now_ms, false);
}

int64_t vardiff_clamp(const struct vardiff_rule *rule, int64_t work, int64_t network_work)
{
	int64_t clamped = within(rule, (double)work);

	return network_work > 0 && clamped > network_work ? network_work : clamped;
}
