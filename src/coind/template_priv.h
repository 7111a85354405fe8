/* template_priv.h -- the parts of template_parse(). */
#ifndef COIND_TEMPLATE_PRIV_H
#define COIND_TEMPLATE_PRIV_H

#include "coind/template.h"

/**
 * template_demands(t, json, coin, network, why): what the coinbase is worth, whom it must pay
 * besides the pool, and what the coin adds to coinbase and block. The commitment is known already.
 * errs as template_parse()
 */
enum err template_demands(struct template *t, const json_t *json, const struct coin *coin,
	const struct coin_network *network, struct why *why) MUST_CHECK;

#endif
