/* store.c -- opening the database, pools and leases. */
#include "store/store.h"

#include <inttypes.h>
#include <string.h>

#include "base/clock.h"
#include "base/map.h"
#include "base/mem.h"
#include "conf/conf.h"
#include "store/engine_priv.h"

enum err store_open(const struct conf_store *conf, struct store **out, struct why *why)
{
	struct store *st = NEW(struct store);
	enum err err = conf->engine == CONF_ENGINE_MARIADB ? mariadb_open(conf, &st->engine, why)
							   : sqlite_open(conf, &st->engine, why);

	if (err != OK) {
		free(st);
		return err;
	}
	st->magic = STORE_MAGIC;
	st->ids = map_new();
	*out = st;
	return OK;
}

void store_close(struct store *st)
{
	if (!st)
		return;
	st->engine->type->close(st->engine);
	map_free(st->ids, free);
	free(st);
}

/* ---- pools ---- */

static void read_pool(const struct sql *q, void *row)
{
	struct store_pool *pool = row;

	pool->id = sql_int(q, 0);
	str_copy(pool->name, sizeof pool->name, sql_str(q, 1));
	str_copy(pool->coin, sizeof pool->coin, sql_str(q, 2));
	str_copy(pool->network, sizeof pool->network, sql_str(q, 3));
	pool->work_bits = sql_int(q, 4);
}

static const struct sql_type pool_row = {sizeof(struct store_pool), read_pool, NULL};

enum err store_pool_list(struct store *st, struct store_pool **out, size_t *out_n, struct why *why)
{
	return sql_list(st, &pool_row,
		"SELECT id, name, coin, network, work_bits FROM pool ORDER BY id", NO_BINDS, out,
		out_n, why);
}

void store_free_pools(struct store_pool *rows)
{
	free(rows);
}

#define POOL_SELECT "SELECT id, name, coin, network, work_bits FROM pool WHERE name = ?"

static enum err pool_find_or_make(
	struct store *st, const struct store_pool *want, int64_t *out_id, struct why *why)
{
	struct store_pool have;
	bool is_new;
	enum err err = sql_get(st, &pool_row, POOL_SELECT, BINDS(TEXT(want->name)), &have, why);

	if (err == ERR_NOT_FOUND) {
		err = sql_add(st,
			"INSERT INTO pool (name, coin, network, work_bits) VALUES (?, ?, ?, ?)",
			BINDS(TEXT(want->name), TEXT(want->coin), TEXT(want->network),
				INT(want->work_bits)),
			&is_new, why);
		if (err == OK)
			err = sql_get(
				st, &pool_row, POOL_SELECT, BINDS(TEXT(want->name)), &have, why);
	}
	if (err != OK)
		return err;
	if (strcmp(have.coin, want->coin) != 0 || strcmp(have.network, want->network) != 0 ||
		have.work_bits != want->work_bits)
		return err_fail(why, ERR_REFUSED,
			"pool %s is %s %s with 2^%" PRId64
			" hashes a unit in the database; give the other one another name",
			want->name, have.coin, have.network, have.work_bits);
	*out_id = have.id;
	return OK;
}

enum err store_pool_ensure(struct store *st, const char *name, const char *coin,
	const char *network, unsigned work_bits, int64_t *out_id, struct why *why)
{
	struct store_pool want = {.work_bits = work_bits};
	enum err err;

	if (!str_copy(want.name, sizeof want.name, name) ||
		!str_copy(want.coin, sizeof want.coin, coin) ||
		!str_copy(want.network, sizeof want.network, network))
		return err_fail(
			why, ERR_RANGE, "a name is too long: %s, %s, %s", name, coin, network);
	err = store_begin(st, why);
	if (err != OK)
		return err;
	err = pool_find_or_make(st, &want, out_id, why);
	return sql_end(st, err, why);
}

/* ---- leases: by the database's clock, since those of two machines differ ---- */

/* One that ends later was taken before that clock was set back. */
#define LEASE_LONGEST_MS "7200000"

enum err store_lease_take(struct store *st, const char *name, const char *owner, int64_t ttl_ms,
	bool *out_held, struct why *why)
{
	bool held = false;
	enum err err = store_begin(st, why);

	if (err != OK)
		return err;
	err = sql_run(st,
		"UPDATE lease SET owner = ?, until_ms = {now} + ? WHERE name = ?"
		" AND (owner = ? OR until_ms <= {now} OR until_ms > {now} + " LEASE_LONGEST_MS ")",
		BINDS(TEXT(owner), INT(ttl_ms), TEXT(name), TEXT(owner)), why);
	if (err == OK && sql_changed(st) == 1)
		held = true;
	else if (err == OK)
		err = sql_add(st,
			"INSERT INTO lease (name, owner, until_ms) VALUES (?, ?, {now} + ?)",
			BINDS(TEXT(name), TEXT(owner), INT(ttl_ms)), &held, why);
	err = sql_end(st, err, why);
	if (err == OK)
		*out_held = held;
	return err;
}

enum err store_lease_until(struct store *st, const char *name, int64_t *out_ms, struct why *why)
{
	return sql_one(st, "SELECT COALESCE(MAX(until_ms), 0) FROM lease WHERE name = ?",
		BINDS(TEXT(name)), out_ms, why);
}

enum err store_lease_drop(struct store *st, const char *name, const char *owner, struct why *why)
{
	return sql_run(st, "DELETE FROM lease WHERE name = ? AND owner = ?",
		BINDS(TEXT(name), TEXT(owner)), why);
}
