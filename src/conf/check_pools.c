/* check_pools.c -- what several pools of one deployment must not share. */
#include <string.h>

#include "conf/check_priv.h"

static const char *wallet_url(const struct conf_wallet *w)
{
	return *w->url ? w->url : w->daemon->url;
}

/* A wallet that two pools pay from would be counted twice. */
static bool is_same_wallet(const struct conf_pool *a, const struct conf_pool *b)
{
	if (!a->wallet.daemon || !b->wallet.daemon || !a->payout.is_enabled ||
		!b->payout.is_enabled)
		return false;
	return strcmp(wallet_url(&a->wallet), wallet_url(&b->wallet)) == 0 &&
	       strcmp(a->wallet.name, b->wallet.name) == 0;
}

static void check_pair(
	struct conf_reader *r, const struct conf_pool *pool, const struct conf_pool *other)
{
	if (*pool->name && strcmp(pool->name, other->name) == 0)
		conf_problem(r, &pool->name, "name", "\"%s\" is here twice", pool->name);
	if (is_same_wallet(pool, other))
		conf_problem(r, &pool->wallet.name, "wallet",
			"is that of pool \"%s\": each pool pays from a wallet of its own",
			other->name);
}

void conf_check_pools(struct conf_reader *r, const struct conf *conf)
{
	if (conf->pools_count > CONF_POOLS_MAX)
		conf_problem(r, &conf->pools[CONF_POOLS_MAX].name, "pools",
			"there are %zu; one deployment serves up to %d", conf->pools_count,
			CONF_POOLS_MAX);
	for (size_t i = 1; i < conf->pools_count; i++) {
		for (size_t j = 0; j < i; j++)
			check_pair(r, &conf->pools[i], &conf->pools[j]);
	}
}
