/* coin_types.c -- the types that only coin profiles have: lists of versions, rules, parameters. */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/hex.h"
#include "base/mem.h"
#include "chain/coin.h"
#include "conf/table_priv.h"

static enum err add_version(void *ctx, char *part, struct why *why)
{
	struct coin_versions *v = ctx;
	char *end;
	unsigned long n = strtoul(part, &end, 10);

	if (*end || *part < '0' || *part > '9' || n > 255)
		return err_fail(why, ERR_RANGE, "\"%s\" is not a version byte, 0 to 255", part);
	if (v->count == COIN_VERSIONS_MAX)
		return err_fail(why, ERR_LIMIT, "more than %d versions", COIN_VERSIONS_MAX);
	v->list[v->count++] = (uint8_t)n;
	return OK;
}

static enum err read_versions(
	const struct conf_key *key, const char *text, void *field, struct why *why)
{
	struct coin_versions v = {0};
	enum err err = conf_each_part(text, why, add_version, &v);

	if (err == OK && v.count == 0)
		return err_fail(why, ERR_INVALID, "needs a version byte");
	if (err == OK)
		*(struct coin_versions *)field = v;
	return err;
}

static enum err add_rule(void *ctx, char *part, struct why *why)
{
	struct coin *coin = ctx;

	if (coin->rules_count == COIN_RULES_MAX)
		return err_fail(why, ERR_LIMIT, "more than %d rules", COIN_RULES_MAX);
	if (!str_copy(coin->rules[coin->rules_count], sizeof(coin->rules[0]), part))
		return err_fail(why, ERR_LIMIT, "\"%s\" is too long", part);
	coin->rules_count++;
	return OK;
}

static enum err read_rules(
	const struct conf_key *key, const char *text, void *field, struct why *why)
{
	return conf_each_part(text, why, add_rule, CONTAINER_OF(field, struct coin, rules_count));
}

static enum err add_demand(void *ctx, char *part, struct why *why)
{
	struct coin *coin = ctx;

	if (coin->demands_count == COIN_DEMANDS_MAX)
		return err_fail(why, ERR_LIMIT, "more than %d demands", COIN_DEMANDS_MAX);
	if (!str_copy(coin->demands[coin->demands_count], sizeof(coin->demands[0]), part))
		return err_fail(why, ERR_LIMIT, "\"%s\" is too long", part);
	coin->demands_count++;
	return OK;
}

static enum err read_demands(
	const struct conf_key *key, const char *text, void *field, struct why *why)
{
	return conf_each_part(
		text, why, add_demand, CONTAINER_OF(field, struct coin, demands_count));
}

static enum err add_param(void *ctx, char *part, struct why *why)
{
	struct coin *coin = ctx;
	struct coin_param *p = &coin->params[coin->params_count];
	char *value = strchr(part, '=');

	assert(value); /* read.c made it */
	*value++ = '\0';
	if (coin->params_count == COIN_PARAMS_MAX)
		return err_fail(why, ERR_LIMIT, "more than %d parameters", COIN_PARAMS_MAX);
	if (!str_copy(p->name, sizeof(p->name), part) ||
		!str_copy(p->value, sizeof(p->value), value))
		return err_fail(why, ERR_LIMIT, "\"%s\" is too long", part);
	coin->params_count++;
	return OK;
}

static enum err read_params(
	const struct conf_key *key, const char *text, void *field, struct why *why)
{
	return conf_each_part(text, why, add_param, CONTAINER_OF(field, struct coin, params_count));
}

static enum err read_hash(
	const struct conf_key *key, const char *text, void *field, struct why *why)
{
	if (*text && !hex_decode_reversed(field, 32, text, strlen(text)))
		return err_fail(why, ERR_SYNTAX, "\"%s\" is not a hash of 64 hex digits", text);
	return OK;
}

static enum err read_magic(
	const struct conf_key *key, const char *text, void *field, struct why *why)
{
	if (*text && !hex_decode(field, 4, text, strlen(text)))
		return err_fail(why, ERR_SYNTAX, "\"%s\" is not 8 hex digits", text);
	return OK;
}

const struct conf_type conf_versions = {"list of numbers", CONF_LIST, false, false, read_versions};
const struct conf_type conf_rules = {"list", CONF_LIST, false, false, read_rules};
const struct conf_type conf_demands = {"list", CONF_LIST, false, false, read_demands};
const struct conf_type conf_params = {"map", CONF_MAP, false, false, read_params};
const struct conf_type conf_magic = {"magic", CONF_SCALAR, false, false, read_magic};
const struct conf_type conf_hash = {"hash", CONF_SCALAR, false, false, read_hash};
