/* view_series.c -- numbers over time, for charts: of the pool, its network, an account, a worker.
 */
#include <math.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "web/view_priv.h"

#define VALUES_MAX 400
#define LEAST_S    300 /* a step that has only begun says nothing yet */
/* What the daemons call difficulty: see difficulty_of_target(). */
#define HASHES_OF_DIFFICULTY_1 (281474976710656.0 / 65535)

static const struct view_range ranges[] = {
	{"24h", 15, 96}, {"7d", 60, 168}, {"30d", 240, 180}, {"1y", 1440, 365}};

const struct view_range *view_range_find(const char *name)
{
	for (size_t i = 0; i < ARRAY_LEN(ranges); i++) {
		if (!strcmp(ranges[i].name, name))
			return &ranges[i];
	}
	return NULL;
}

double view_difficulty(const struct web *web, double work)
{
	return work * web->unit / ldexp(1, (int)web->pool->coin.diff_bits);
}

/* The steps of a range, the last one that of this moment. */
struct steps {
	int64_t from, through; /* minutes */
	int64_t step, count;
	double last_s; /* how much of the last step is over */
};

static struct steps steps_of(const struct view_range *range)
{
	int64_t now_ms = clock_wall_ms(), minute = now_ms / 60000;
	int64_t last = minute - minute % range->step;

	return (struct steps){.from = last - (range->count - 1) * range->step,
		.through = minute,
		.step = range->step,
		.count = range->count,
		.last_s = (double)(now_ms - last * 60000) / 1000};
}

static json_t *document(
	const char *name, const struct view_range *range, const struct steps *s, json_t *values)
{
	return json_pack("{s:s,s:s,s:I,s:I,s:o}", "name", name, "range", range->name, "from_ms",
		(json_int_t)(s->from * 60000), "step_s", (json_int_t)(s->step * 60), "values",
		values);
}

/* Work per step as hash rates; a step without work is 0, one that has only begun is null. */
static json_t *rates_of(
	const struct web *web, const struct steps *s, const struct store_point *points, size_t n)
{
	int64_t work[VALUES_MAX] = {0};
	json_t *values = json_array();

	for (size_t i = 0; i < n; i++) {
		int64_t at = (points[i].minute - s->from) / s->step;

		if (at >= 0 && at < s->count)
			work[at] += points[i].value;
	}
	for (int64_t i = 0; i < s->count; i++) {
		bool is_last = i == s->count - 1;
		double seconds = is_last ? s->last_s : (double)s->step * 60;

		json_array_append_new(
			values, is_last && seconds < LEAST_S
					? json_null()
					: view_rate(view_unit_rate(web, work[i], seconds)));
	}
	return values;
}

/* The first step of points is a multiple of the step, as that of s is. */
static json_t *samples_of(
	const struct steps *s, const struct store_point *points, size_t n, double factor)
{
	json_t *values = json_array();
	size_t at = 0;

	for (int64_t i = 0; i < s->count; i++) {
		int64_t minute = s->from + i * s->step;

		while (at < n && points[at].minute < minute)
			at++;
		if (at < n && points[at].minute == minute)
			json_array_append_new(values, view_rate((double)points[at].value * factor));
		else
			json_array_append_new(values, json_null());
	}
	return values;
}

enum err view_series_account(
	struct web *web, struct store *st, const void *arg, json_t **out, struct why *why)
{
	const struct view_series_of *of = arg;
	struct steps s = steps_of(of->range);
	struct store_worker worker;
	struct store_point *points;
	int64_t account;
	size_t n;
	enum err err;

	err = store_account_find(st, atomic_load(&web->pool_id), of->address, &account, why);
	if (err == OK && of->worker)
		err = store_worker_get(st, account, of->worker, s.through, &worker, why);
	if (err == OK)
		err = of->worker ? store_series_worker(st, worker.id, s.from, s.through, s.step,
					   &points, &n, why)
				 : store_series_account(st, account, s.from, s.through, s.step,
					   &points, &n, why);
	if (err != OK)
		return err;
	*out = document("hashrate", of->range, &s, rates_of(web, &s, points, n));
	store_free_points(points);
	return OK;
}

/* What is sampled, and what a unit of it is worth. */
static bool sample_named(const struct web *web, const char *name, const char **kind, double *factor)
{
	*factor = 1;
	if (!strcmp(name, "miners")) {
		*kind = STORE_SAMPLE_MINERS;
	} else if (!strcmp(name, "workers")) {
		*kind = STORE_SAMPLE_WORKERS;
	} else if (!strcmp(name, "network")) {
		*kind = STORE_SAMPLE_NETWORK_WORK;
		*factor = web->unit * 1000 / (double)web->pool->coin.block_time_ms;
	} else if (!strcmp(name, "difficulty")) {
		*kind = STORE_SAMPLE_NETWORK_WORK;
		*factor = web->unit / HASHES_OF_DIFFICULTY_1;
	} else {
		return false;
	}
	return true;
}

enum err view_series_pool(
	struct web *web, struct store *st, const void *arg, json_t **out, struct why *why)
{
	const struct view_series_of *of = arg;
	int64_t id = atomic_load(&web->pool_id);
	struct steps s = steps_of(of->range);
	bool is_rate = !strcmp(of->name, "hashrate");
	struct store_point *points;
	const char *kind;
	double factor;
	size_t n;
	enum err err;

	if (!is_rate && !sample_named(web, of->name, &kind, &factor))
		return err_fail(why, ERR_NOT_FOUND,
			"There is no such series: hashrate, miners, workers, network and "
			"difficulty are.");
	err = is_rate ? store_series_pool(st, id, s.from, s.through, s.step, &points, &n, why)
		      : store_sample_series(
				st, id, kind, s.from, s.through, s.step, &points, &n, why);
	if (err != OK)
		return err;
	*out = document(of->name, of->range, &s,
		is_rate ? rates_of(web, &s, points, n) : samples_of(&s, points, n, factor));
	store_free_points(points);
	return OK;
}
