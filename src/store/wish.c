/* wish.c -- see store_wish.h. */
#include "store/store_wish.h"

#include <stdlib.h>

#include "base/clock.h"
#include "base/mem.h"
#include "store/sql_priv.h"

#define SELECT_WISH                                                                                \
	"SELECT w.id, w.account_id, a.address, w.address, w.user_id, w.created_ms, h.until_ms"     \
	" FROM address_wish w JOIN account a ON a.id = w.account_id"                               \
	" LEFT JOIN address_hold h ON h.wish_id = w.id"
#define WAITS " w.cancelled_ms = 0 AND (h.applied_ms IS NULL OR h.applied_ms = 0)"

static void read_wish(const struct sql *q, void *row)
{
	struct store_wish *w = row;

	w->id = sql_int(q, 0);
	w->account = sql_int(q, 1);
	str_copy(w->account_address, sizeof(w->account_address), sql_str(q, 2));
	str_copy(w->address, sizeof(w->address), sql_str(q, 3));
	w->user = sql_int(q, 4);
	w->created_ms = sql_int(q, 5);
	w->until_ms = sql_int(q, 6);
}

static const struct sql_type wish_row = {sizeof(struct store_wish), read_wish, NULL};

/* ---- the owner ---- */

enum err store_wish_add(
	struct store *st, int64_t account, int64_t user, const char *address, struct why *why)
{
	enum err err = store_begin(st, why);

	if (err != OK)
		return err;
	err = store_wish_cancel(st, account, why);
	if (err == OK || err == ERR_NOT_FOUND)
		err = sql_run(st,
			"INSERT INTO address_wish (account_id, user_id, address, created_ms,"
			" cancelled_ms) VALUES (?, ?, ?, ?, 0)",
			BINDS(INT(account), INT(user), TEXT(address), INT(clock_wall_ms())), why);
	return sql_end(st, err, why);
}

enum err store_wish_get(struct store *st, int64_t account, struct store_wish *out, struct why *why)
{
	return sql_get(st, &wish_row,
		SELECT_WISH " WHERE w.account_id = ? AND" WAITS " ORDER BY w.id DESC LIMIT 1",
		BINDS(INT(account)), out, why);
}

/* One that was carried out stays as it is: it is not what is cancelled any more. */
enum err store_wish_cancel(struct store *st, int64_t account, struct why *why)
{
	struct store_wish wish;
	enum err err = store_wish_get(st, account, &wish, why);

	if (err != OK)
		return err;
	return sql_run(st,
		"UPDATE address_wish SET cancelled_ms = ? WHERE account_id = ?"
		" AND id <= ? AND cancelled_ms = 0",
		BINDS(INT(clock_wall_ms()), INT(account), INT(wish.id)), why);
}

enum err store_wish_cancel_by(
	struct store *st, const char *hash, int64_t *out_user, struct why *why)
{
	struct store_wish wish;
	enum err err = sql_get(st, &wish_row, SELECT_WISH " WHERE h.cancel_hash = ? AND" WAITS,
		BINDS(TEXT(hash)), &wish, why);

	if (err == OK)
		err = store_wish_cancel(st, wish.account, why);
	if (err == OK)
		*out_user = wish.user;
	return err;
}

enum err store_payout_address(
	struct store *st, int64_t account, char out[STORE_ADDRESS_MAX], struct why *why)
{
	struct sql *q;
	bool has_row;
	enum err err = sql_open(st, "SELECT address FROM payout_address WHERE account_id = ?",
		BINDS(INT(account)), &q, why);

	if (err != OK)
		return err;
	err = sql_next(q, &has_row, why);
	if (err == OK && !has_row)
		err = ERR_NOT_FOUND;
	if (err == OK)
		str_copy(out, STORE_ADDRESS_MAX, sql_str(q, 0));
	sql_close(q);
	return err;
}

/* ---- the ledger ---- */

enum err store_wish_new(
	struct store *st, int64_t pool, struct store_wish **out, size_t *out_n, struct why *why)
{
	return sql_list(st, &wish_row,
		SELECT_WISH " WHERE a.pool_id = ? AND w.cancelled_ms = 0 AND h.wish_id IS NULL"
			    " ORDER BY w.id",
		BINDS(INT(pool)), out, out_n, why);
}

enum err store_wish_hold(
	struct store *st, int64_t id, int64_t until_ms, const char *cancel_hash, struct why *why)
{
	return sql_run(st,
		"INSERT INTO address_hold (wish_id, seen_ms, until_ms, applied_ms, cancel_hash)"
		" VALUES (?, ?, ?, 0, ?)",
		BINDS(INT(id), INT(clock_wall_ms()), INT(until_ms), TEXT(cancel_hash)), why);
}

enum err store_wish_due(struct store *st, int64_t pool, int64_t now_ms, struct store_wish **out,
	size_t *out_n, struct why *why)
{
	return sql_list(st, &wish_row,
		SELECT_WISH " WHERE a.pool_id = ? AND h.until_ms <= ? AND" WAITS " ORDER BY w.id",
		BINDS(INT(pool), INT(now_ms)), out, out_n, why);
}

void store_free_wishes(struct store_wish *rows)
{
	free(rows);
}

enum err store_wish_apply(struct store *st, const struct store_wish *wish, struct why *why)
{
	int64_t now_ms = clock_wall_ms();
	enum err err = store_begin(st, why);

	if (err != OK)
		return err;
	err = sql_run(st,
		"UPDATE address_hold SET applied_ms = ? WHERE wish_id = ? AND applied_ms = 0",
		BINDS(INT(now_ms), INT(wish->id)), why);
	if (err == OK && sql_changed(st) != 1)
		err = ERR_CONFLICT;
	if (err == OK)
		err = sql_run(st,
			"INSERT INTO payout_address (account_id, address, since_ms)"
			" VALUES (?, ?, ?) {conflict account_id} address = {new address},"
			" since_ms = {new since_ms}",
			BINDS(INT(wish->account), TEXT(wish->address), INT(now_ms)), why);
	return sql_end(st, err, why);
}
