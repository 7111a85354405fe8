/* switch.c -- see store_switch.h. */
#include "store/store_switch.h"

#include <stdlib.h>

#include "base/mem.h"
#include "store/sql_priv.h"

#define COLUMNS "port, pool_id, since_ms, by_hand, reason"

static void read_switch(const struct sql *q, void *row)
{
	struct store_switch *s = row;

	str_copy(s->port, sizeof(s->port), sql_str(q, 0));
	s->pool = sql_int(q, 1);
	s->since_ms = sql_int(q, 2);
	s->by_hand = sql_int(q, 3) != 0;
	str_copy(s->reason, sizeof(s->reason), sql_str(q, 4));
}

static const struct sql_type switch_row = {sizeof(struct store_switch), read_switch, NULL};

enum err store_switch_set(struct store *st, const struct store_switch *row, struct why *why)
{
	return sql_run(st,
		"INSERT INTO port_switch (" COLUMNS ") VALUES (?, ?, ?, ?, ?) {conflict port}"
		" pool_id = {new pool_id}, since_ms = {new since_ms}, by_hand = {new by_hand},"
		" reason = {new reason}",
		BINDS(TEXT(row->port), INT(row->pool), INT(row->since_ms), INT(row->by_hand),
			TEXT(row->reason)),
		why);
}

enum err store_switch_list(
	struct store *st, struct store_switch **out, size_t *out_n, struct why *why)
{
	return sql_list(st, &switch_row, "SELECT " COLUMNS " FROM port_switch ORDER BY port",
		NO_BINDS, out, out_n, why);
}

void store_free_switches(struct store_switch *rows)
{
	free(rows);
}
