/*
 * profit.h -- which of several coins earns most, and whether that is worth moving miners. Pure: the
 * caller passes prices and the time.
 */
#ifndef STRATUM_PROFIT_H
#define STRATUM_PROFIT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "conf/conf.h"

struct prices;

/** prices_parse(text, len, out, why): a JSON object of prices by pool or ticker; a price is a
 * number or a decimal string. errs ERR_SYNTAX. prices_free() ends it. */
enum err prices_parse(
	const char *text, size_t len, struct prices **out, struct why *why) MUST_CHECK;
/** prices_of(p, pool): the pool's, by its name, else its ticker in any case; 0: there is none. */
double prices_of(const struct prices *p, const struct conf_pool *pool);
void prices_free(struct prices *p);

/* One pool of a port. */
struct profit_coin {
	double per_hash; /* [the prices' currency] what a hash earns; 0: not known, or no work */
};

/**
 * profit_choose(conf, coins, n, now_at, worked_ms): for which coin the port should work.
 *   now_at     for which it does
 *   worked_ms  for how long
 */
unsigned profit_choose(const struct conf_switching *conf, const struct profit_coin coins[],
	unsigned n, unsigned now_at, int64_t worked_ms);

#endif
