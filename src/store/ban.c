/* ban.c -- see store_ban.h. */
#include "store/store_ban.h"

#include "base/mem.h"
#include "store/sql_priv.h"

#define BAN_COLUMNS "net, since_ms, until_ms, times, node_id, reason"
#define IF_LATER(column)                                                                           \
	" " column " = CASE WHEN {new until_ms} > until_ms THEN {new " column "} ELSE " column     \
	" END"

/* A network that cannot be read is nobody's: the row does no harm. */
static void read_ban(const struct sql *q, void *row)
{
	struct store_ban *ban = row;

	if (net_read(sql_str(q, 0), &ban->net, NULL) != OK)
		ban->net = (struct net){.bits = NET_ADDR_BITS};
	ban->since_ms = sql_int(q, 1);
	ban->until_ms = sql_int(q, 2);
	ban->times = sql_int(q, 3);
	ban->node_id = sql_int(q, 4);
	str_copy(ban->reason, sizeof(ban->reason), sql_str(q, 5));
}

static const struct sql_type ban_row = {sizeof(struct store_ban), read_ban, NULL};

enum err store_ban_add(struct store *st, const struct store_ban *ban, struct why *why)
{
	char net[NET_TEXT_MAX];

	return sql_run(st,
		"INSERT INTO ban (" BAN_COLUMNS
		") VALUES (?, ?, ?, ?, ?, ?) {conflict net}" IF_LATER("since_ms") "," IF_LATER(
			"times") "," IF_LATER("node_id") "," IF_LATER("reason") "," IF_LATER("until"
											     "_ms"),
		BINDS(TEXT(net_text(&ban->net, net)), INT(ban->since_ms), INT(ban->until_ms),
			INT(ban->times), INT(ban->node_id), TEXT(ban->reason)),
		why);
}

enum err store_ban_set(struct store *st, const struct store_ban *ban, struct why *why)
{
	char net[NET_TEXT_MAX];
	enum err err = store_begin(st, why);

	if (err != OK)
		return err;
	err = sql_run(
		st, "DELETE FROM ban WHERE net = ?", BINDS(TEXT(net_text(&ban->net, net))), why);
	if (err == OK)
		err = store_ban_add(st, ban, why);
	return sql_end(st, err, why);
}

enum err store_ban_remove(struct store *st, const struct net *net, struct why *why)
{
	char text[NET_TEXT_MAX];
	enum err err =
		sql_run(st, "DELETE FROM ban WHERE net = ?", BINDS(TEXT(net_text(net, text))), why);

	if (err == OK && sql_changed(st) != 1)
		err = err_fail(why, ERR_NOT_FOUND, "%s is not banned", text);
	return err;
}

enum err store_ban_forget(struct store *st, int64_t before_ms, struct why *why)
{
	return sql_run(st, "DELETE FROM ban WHERE until_ms < ?", BINDS(INT(before_ms)), why);
}

enum err store_ban_list(
	struct store *st, int64_t after_ms, struct store_ban **out, size_t *out_n, struct why *why)
{
	return sql_list(st, &ban_row,
		"SELECT " BAN_COLUMNS " FROM ban WHERE until_ms > ? ORDER BY net",
		BINDS(INT(after_ms)), out, out_n, why);
}

void store_free_bans(struct store_ban *rows, size_t n)
{
	sql_list_free(&ban_row, rows, n);
}
