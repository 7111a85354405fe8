/* profit.c -- see profit.h. */
#include "stratum/profit.h"

#include <math.h>
#include <stdlib.h>
#include <strings.h>

#include "base/json.h"
#include "base/mem.h"

struct prices {
	json_t *json;
};

enum err prices_parse(const char *text, size_t len, struct prices **out, struct why *why)
{
	json_t *json = NULL;
	struct prices *p;
	enum err err = json_read(text, len, &json, why);

	if (err == OK && !json_is_object(json)) {
		json_decref(json);
		err = err_fail(why, ERR_SYNTAX, "prices are an object: {\"LTC\": 71.3}");
	}
	if (err != OK)
		return err;
	p = NEW(struct prices);
	p->json = json;
	*out = p;
	return OK;
}

static double price_in(const json_t *value)
{
	const char *text = json_string_value(value);
	double price = text ? strtod(text, NULL) : json_number_value(value);

	return isfinite(price) && price > 0 ? price : 0;
}

double prices_of(const struct prices *p, const struct conf_pool *pool)
{
	const json_t *own = json_object_get(p->json, pool->name);
	const char *name;
	json_t *value;

	if (own)
		return price_in(own);
	json_object_foreach(p->json, name, value)
	{
		if (strcasecmp(name, pool->coin.ticker) == 0)
			return price_in(value);
	}
	return 0;
}

void prices_free(struct prices *p)
{
	if (!p)
		return;
	json_decref(p->json);
	free(p);
}

unsigned profit_choose(const struct conf_switching *conf, const struct profit_coin coins[],
	unsigned n, unsigned now_at, int64_t worked_ms)
{
	double least = coins[now_at].per_hash * (1 + (double)conf->gain_ppm / 1e6);
	unsigned best = now_at;

	for (unsigned i = 0; i < n; i++) {
		if (coins[i].per_hash > coins[best].per_hash)
			best = i;
	}
	/* A coin that gives no work, or has no price, is left at once. */
	if (coins[now_at].per_hash > 0 &&
		(worked_ms < conf->dwell_ms || coins[best].per_hash <= least))
		return now_at;
	return best;
}
