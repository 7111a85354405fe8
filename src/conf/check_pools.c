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

/* ---- ports that work for several pools ---- */

struct switching {
	struct conf_reader *r;
	const struct conf *conf;
	const struct conf_pool *home;
	struct conf_port *port;
};

/* What a session keeps when it is moved must mean the same there. */
static const char *difference(const struct conf_pool *a, const struct conf_pool *b)
{
	if (!coin_same_pow(&a->coin, &b->coin))
		return "another algorithm";
	if (a->network->work_bits != b->network->work_bits)
		return "another unit of work";
	if (a->coin.diff_bits != b->coin.diff_bits)
		return "another difficulty 1";
	if (a->coin.version_rolling != b->coin.version_rolling)
		return "another use of version bits";
	return NULL;
}

static enum err add_target(void *ctx, char *name, struct why *why)
{
	struct switching *s = ctx;
	const struct conf_pool *pool = conf_pool(s->conf, name);
	const char *other;

	if (!pool || pool == s->home)
		return err_fail(why, ERR_NOT_FOUND, "there is no other pool \"%s\"", name);
	for (unsigned i = 0; i < s->port->switch_count; i++) {
		if (s->port->switch_to[i] == pool)
			return err_fail(why, ERR_INVALID, "\"%s\" is here twice", name);
	}
	other = pool->network && s->home->network ? difference(s->home, pool) : NULL;
	if (other)
		return err_fail(why, ERR_INVALID, "pool \"%s\" has %s", name, other);
	s->port->switch_to[s->port->switch_count++] = pool;
	return OK;
}

static void check_switching(struct conf_reader *r, const struct conf *conf,
	const struct conf_pool *home, struct conf_port *port)
{
	struct switching s = {r, conf, home, port};
	struct why why;

	if (conf_each_part(port->switch_to_text, &why, add_target, &s) != OK)
		conf_problem(r, &port->switch_to_text, "switch_to", "%s", why.text);
	if (port->switch_count > 0 && port->is_solo)
		conf_problem(r, &port->switch_to_text, "switch_to",
			"a solo port works for one pool only");
	if (port->switch_by == CONF_SWITCH_PROFIT && !*conf->switching.prices)
		conf_problem(r, &port->switch_by, "switch_by", "needs switching.prices");
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
	for (size_t i = 0; i < conf->pools_count && conf->pools_count <= CONF_POOLS_MAX; i++) {
		for (size_t k = 0; k < conf->pools[i].ports_count; k++)
			check_switching(r, conf, &conf->pools[i], &conf->pools[i].ports[k]);
	}
}
