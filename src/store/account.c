/* account.c -- settings of accounts. */
#include "store/store_account.h"

#include "base/clock.h"
#include "store/sql_priv.h"

static void read_setting(const struct sql *q, void *row)
{
	*(struct store_account_setting *)row =
		(struct store_account_setting){.threshold = amount_of(sql_int(q, 0)),
			.donation_ppm = sql_int(q, 1),
			.is_anonymous = sql_int(q, 2) != 0,
			.updated_ms = sql_int(q, 3)};
}

enum err store_account_setting(
	struct store *st, int64_t account, struct store_account_setting *out, struct why *why)
{
	static const struct sql_type setting_row = {
		sizeof(struct store_account_setting), read_setting, NULL};
	struct store_account_setting *rows;
	size_t n;
	enum err err = sql_list(st, &setting_row,
		"SELECT threshold, donation_ppm, is_anonymous, updated_ms FROM account_setting"
		" WHERE account_id = ?",
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

enum err store_account_set_donation(
	struct store *st, int64_t account, int64_t donation_ppm, struct why *why)
{
	return sql_run(st,
		"INSERT INTO account_setting (account_id, threshold, donation_ppm, updated_ms)"
		" VALUES (?, 0, ?, ?) {conflict account_id} donation_ppm = {new donation_ppm},"
		" updated_ms = {new updated_ms}",
		BINDS(INT(account), INT(donation_ppm), INT(clock_wall_ms())), why);
}

enum err store_account_set_anonymous(
	struct store *st, int64_t account, bool is_anonymous, struct why *why)
{
	return sql_run(st,
		"INSERT INTO account_setting (account_id, threshold, is_anonymous, updated_ms)"
		" VALUES (?, 0, ?, ?) {conflict account_id} is_anonymous = {new is_anonymous},"
		" updated_ms = {new updated_ms}",
		BINDS(INT(account), INT(is_anonymous), INT(clock_wall_ms())), why);
}

enum err store_account_is_anonymous(
	struct store *st, int64_t pool, const char *address, bool *out, struct why *why)
{
	int64_t count;
	enum err err = sql_one(st,
		"SELECT COUNT(*) FROM account a JOIN account_setting s ON s.account_id = a.id"
		" WHERE a.pool_id = ? AND a.address = ? AND s.is_anonymous <> 0",
		BINDS(INT(pool), TEXT(address)), &count, why);

	if (err == OK)
		*out = count > 0;
	return err;
}
