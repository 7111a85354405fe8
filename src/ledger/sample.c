#include "ledger/sample.h"

#include <string.h>

#include "base/clock.h"
#include "base/json.h"
#include "store/store_node.h"
#include "store/store_stats.h"

#define EVERY_MS 60000

/* What a node says of the network of a pool; 0: nothing. */
static int64_t network_work_of(const char *status_json, const char *name)
{
	int64_t work = 0;
	json_t *status, *pool;
	size_t i;

	if (json_read(status_json, strlen(status_json), &status, NULL) != OK)
		return 0;
	json_array_foreach(json_object_get(status, "pools"), i, pool)
	{
		const char *of = json_get_str(pool, "pool");

		if (of && strcmp(of, name) == 0)
			json_get_i64(pool, "network_work", &work);
	}
	json_decref(status);
	return work;
}

/* As the node saw it that was heard of last, when that was lately. */
static enum err network_work(struct store *st, const char *name, int64_t *out, struct why *why)
{
	int64_t newest_ms = clock_wall_ms() - EVERY_MS;
	struct store_node *nodes;
	size_t n;
	enum err err = store_node_list(st, &nodes, &n, why);

	if (err)
		return err;
	*out = 0;
	for (size_t i = 0; i < n; i++) {
		int64_t work = network_work_of(nodes[i].status_json, name);

		if (work > 0 && nodes[i].seen_ms > newest_ms) {
			newest_ms = nodes[i].seen_ms;
			*out = work;
		}
	}
	store_free_nodes(nodes, n);
	return OK;
}

static enum err sample_pool(struct store *st, const struct conf_pool *pool, struct why *why)
{
	int64_t now_ms = clock_wall_ms(), minute = now_ms / 60000, work = 0, id;
	int64_t period = minute - minute % STORE_PERIOD_MINUTES;
	struct store_active active;
	enum err err = store_pool_ensure(st, pool->name, pool->coin.name,
		coin_chain_name(pool->chain), pool->network->work_bits, &id, why);

	if (!err)
		err = store_active(
			st, id, now_ms - (int64_t)STORE_PERIOD_MINUTES * 60000, &active, why);
	if (!err)
		err = store_sample_set(st, id, period, STORE_SAMPLE_MINERS, active.accounts, why);
	if (!err)
		err = store_sample_set(st, id, period, STORE_SAMPLE_WORKERS, active.workers, why);
	if (!err)
		err = network_work(st, pool->name, &work, why);
	if (!err && work > 0)
		err = store_sample_set(st, id, period, STORE_SAMPLE_NETWORK_WORK, work, why);
	return err;
}

void sample_pass(
	struct sample *s, const struct conf *conf, struct store *st, const struct logger *log)
{
	struct why why = {""};
	enum err err = OK;

	if (clock_mono_ms() < s->due_ms)
		return;
	for (size_t i = 0; i < conf->pools_count && err == OK; i++)
		err = sample_pool(st, &conf->pools[i], &why);
	if (err != OK && !s->has_failed)
		log_odd(log, "sample_failed", "\"%s; trying again\"",
			*why.text ? why.text : err_text(err));
	s->has_failed = err != OK;
	s->due_ms = clock_mono_ms() + EVERY_MS;
}
