/* claim.c -- see claim.h. */
#include "stratum/claim.h"

#include <inttypes.h>
#include <stdlib.h>

#include "base/backoff.h"
#include "base/clock.h"
#include "base/json.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/path.h"
#include "base/random.h"

enum { FORMAT = 1, FILE_MAX = 65536, PATIENCE_MS = 30000 };

static const struct logger lg = {"stratum", ""};

/* ---- pools.json ---- */

static enum err remember(
	const struct conf *conf, const char *dir, const int64_t ids[], struct why *why)
{
	char *path = path_join(dir, "pools.json");
	struct buf text = {0};
	enum err err;

	buf_printf(&text, "{\"format\":%d,\"pools\":{", FORMAT);
	for (size_t i = 0; i < conf->pools_count; i++)
		buf_printf(&text, "%s\"%s\":%" PRId64, i ? "," : "", conf->pools[i].name, ids[i]);
	buf_add_str(&text, "}}\n");
	err = path_write(path, text.data, text.len, why);
	buf_free(&text);
	free(path);
	return err;
}

/* errs ERR_NOT_FOUND a pool is new here; then ask the database */
static enum err recall(const struct conf *conf, const char *dir, int64_t ids[])
{
	char *path = path_join(dir, "pools.json");
	struct buf text = {0};
	json_t *json = NULL;
	int64_t format = 0;
	enum err err = path_read(path, FILE_MAX, &text, NULL);

	if (err == OK)
		err = json_read(buf_str(&text), text.len, &json, NULL);
	if (err == OK && (!json_get_i64(json, "format", &format) || format != FORMAT))
		err = ERR_NOT_FOUND;
	for (size_t i = 0; i < conf->pools_count && err == OK; i++) {
		if (!json_get_i64(json_object_get(json, "pools"), conf->pools[i].name, &ids[i]))
			err = ERR_NOT_FOUND;
	}
	json_decref(json);
	buf_free(&text);
	free(path);
	return err;
}

/* ---- the database ---- */

static enum err ask_pools(const struct conf *conf, struct store *st, int64_t ids[], struct why *why)
{
	enum err err = OK;

	for (size_t i = 0; i < conf->pools_count && err == OK; i++) {
		const struct conf_pool *pool = &conf->pools[i];

		err = store_pool_ensure(st, pool->name, pool->coin.name,
			coin_chain_name(pool->network->chain), pool->network->work_bits, &ids[i],
			why);
		if (err == OK && ids[i] > UINT16_MAX)
			err = err_fail(why, ERR_LIMIT,
				"pool %s has the number %" PRId64 ", the journal knows up to %d",
				pool->name, ids[i], UINT16_MAX);
	}
	return err;
}

enum err claim_ask(const struct conf *conf, const char *dir, struct node *node, struct store *st,
	int64_t ids[], struct why *why)
{
	int64_t known[CONF_POOLS_MAX];
	bool is_news;
	enum err err = ask_pools(conf, st, ids, why);

	if (err == OK)
		err = node_claim(node, dir, st, why);
	if (err != OK)
		return err;
	is_news = recall(conf, dir, known) != OK;
	for (size_t i = 0; i < conf->pools_count && !is_news; i++)
		is_news = known[i] != ids[i];
	return is_news ? remember(conf, dir, ids, why) : OK;
}

static enum err try_once(
	const struct conf *conf, const char *dir, struct node *node, int64_t ids[], struct why *why)
{
	struct store *st = NULL;
	enum err err = store_open(&conf->store, &st, why);

	if (err == OK)
		err = store_migrate(st, why);
	if (err == OK)
		err = claim_ask(conf, dir, node, st, ids, why);
	store_close(st);
	return err;
}

enum err claim_start(
	const struct conf *conf, const char *dir, struct node *node, int64_t ids[], struct why *why)
{
	int64_t until_ms = clock_mono_ms() + PATIENCE_MS;
	unsigned failures = 0;
	enum err err;

	for (;;) {
		err = try_once(conf, dir, node, ids, why);
		if (err == OK || err == ERR_REFUSED || err == ERR_CONFLICT || err == ERR_VERSION ||
			err == ERR_LIMIT)
			return err;
		if (node->id >= 0 && node_may_go_on(node) && recall(conf, dir, ids) == OK) {
			log_odd(&lg, "database_away",
				"text=\"starting as node %d without it\" reason=\"%s\"",
				(int)node->id, why->text);
			return OK;
		}
		if (clock_mono_ms() > until_ms)
			return err;
		clock_sleep_ms(backoff_wait_ms(++failures, random_u64()));
	}
}
