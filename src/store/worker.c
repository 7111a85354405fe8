/* worker.c -- see store_worker.h. */
#include "store/store_worker.h"

#include <stdlib.h>

#include "base/clock.h"
#include "base/mem.h"
#include "store/sql_priv.h"

#define SELECT_SETTING                                                                             \
	"SELECT w.account_id, a.pool_id, a.address, w.name, w.secret, w.difficulty,"               \
	" w.is_monitored, w.updated_ms FROM worker_setting w JOIN account a ON a.id = "            \
	"w.account_id"

static void read_setting(const struct sql *q, void *row)
{
	struct store_worker_setting *w = row;

	w->account = sql_int(q, 0);
	w->pool = sql_int(q, 1);
	str_copy(w->address, sizeof(w->address), sql_str(q, 2));
	str_copy(w->name, sizeof(w->name), sql_str(q, 3));
	str_copy(w->secret, sizeof(w->secret), sql_str(q, 4));
	str_copy(w->difficulty, sizeof(w->difficulty), sql_str(q, 5));
	w->is_monitored = sql_int(q, 6) != 0;
	w->updated_ms = sql_int(q, 7);
}

static const struct sql_type setting_row = {
	sizeof(struct store_worker_setting), read_setting, NULL};

enum err store_worker_set(struct store *st, const struct store_worker_setting *w, struct why *why)
{
	return sql_run(st,
		"INSERT INTO worker_setting (account_id, name, secret, difficulty, is_monitored,"
		" updated_ms) VALUES (?, ?, ?, ?, ?, ?) {conflict account_id, name}"
		" secret = {new secret}, difficulty = {new difficulty},"
		" is_monitored = {new is_monitored}, updated_ms = {new updated_ms}",
		BINDS(INT(w->account), TEXT(w->name), TEXT(w->secret), TEXT(w->difficulty),
			INT(w->is_monitored), INT(clock_wall_ms())),
		why);
}

enum err store_worker_setting(struct store *st, int64_t account, const char *name,
	struct store_worker_setting *out, struct why *why)
{
	return sql_get(st, &setting_row, SELECT_SETTING " WHERE w.account_id = ? AND w.name = ?",
		BINDS(INT(account), TEXT(name)), out, why);
}

enum err store_worker_drop(struct store *st, int64_t account, const char *name, struct why *why)
{
	enum err err = sql_run(st, "DELETE FROM worker_setting WHERE account_id = ? AND name = ?",
		BINDS(INT(account), TEXT(name)), why);

	return err == OK && sql_changed(st) != 1 ? ERR_NOT_FOUND : err;
}

enum err store_worker_settings(struct store *st, int64_t account, struct store_worker_setting **out,
	size_t *out_n, struct why *why)
{
	if (account == 0)
		return sql_list(st, &setting_row,
			SELECT_SETTING " WHERE w.secret <> '' OR w.difficulty <> ''", NO_BINDS, out,
			out_n, why);
	return sql_list(st, &setting_row, SELECT_SETTING " WHERE w.account_id = ? ORDER BY w.name",
		BINDS(INT(account)), out, out_n, why);
}

void store_free_worker_settings(struct store_worker_setting *rows)
{
	free(rows);
}

static void read_stamp(const struct sql *q, void *row)
{
	*(struct store_worker_stamp *)row =
		(struct store_worker_stamp){sql_int(q, 0), sql_int(q, 1)};
}

enum err store_worker_stamp(struct store *st, struct store_worker_stamp *out, struct why *why)
{
	static const struct sql_type stamp_row = {
		sizeof(struct store_worker_stamp), read_stamp, NULL};

	return sql_get(st, &stamp_row,
		"SELECT COUNT(*), COALESCE(MAX(updated_ms), 0) FROM worker_setting", NO_BINDS, out,
		why);
}
