/* account.c -- settings of accounts. */
#include "store/store_account.h"

#include "base/clock.h"
#include "store/sql_priv.h"

static void read_setting(const struct sql *q, void *row)
{
	*(struct store_account_setting *)row =
		(struct store_account_setting){amount_of(sql_int(q, 0)), sql_int(q, 1)};
}

enum err store_account_setting(
	struct store *st, int64_t account, struct store_account_setting *out, struct why *why)
{
	static const struct sql_type setting_row = {
		sizeof(struct store_account_setting), read_setting, NULL};
	struct store_account_setting *rows;
	size_t n;
	enum err err = sql_list(st, &setting_row,
		"SELECT threshold, updated_ms FROM account_setting WHERE account_id = ?",
		BINDS(INT(account)), &rows, &n, why);

	if (err != OK)
		return err;
	*out = n ? rows[0] : (struct store_account_setting){0};
	sql_list_free(&setting_row, rows, n);
	return OK;
}

enum err store_account_set_threshold(
	struct store *st, int64_t account, struct amount threshold, struct why *why)
{
	return sql_run(st,
		"INSERT INTO account_setting (account_id, threshold, updated_ms) VALUES (?, ?, ?)"
		" {conflict account_id} threshold = {new threshold}, updated_ms = {new updated_ms}",
		BINDS(INT(account), INT(amount_units(threshold)), INT(clock_wall_ms())), why);
}
