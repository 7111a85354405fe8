/* event.c -- the feed of what happened. */
#include "base/clock.h"
#include "base/mem.h"
#include "store/sql_priv.h"
#include "store/store_stats.h"

static void read_event(const struct sql *q, void *row)
{
	struct store_event *event = row;

	event->id = sql_int(q, 0);
	event->pool = sql_int(q, 1);
	event->time_ms = sql_int(q, 2);
	str_copy(event->kind, sizeof event->kind, sql_str(q, 3));
	event->json = str_dup(sql_str(q, 4));
}

static void fini_event(void *row)
{
	free(((struct store_event *)row)->json);
}

static const struct sql_type event_row = {sizeof(struct store_event), read_event, fini_event};

enum err store_event_add(
	struct store *st, int64_t pool, const char *kind, const char *json, struct why *why)
{
	return sql_run(st,
		"INSERT INTO event (pool_id, time_ms, kind, text_json) VALUES (?, ?, ?, ?)",
		BINDS(INT(pool), INT(clock_wall_ms()), TEXT(kind), TEXT(json)), why);
}

enum err store_event_list(struct store *st, int64_t pool, int64_t before, unsigned limit,
	struct store_event **out, size_t *out_n, struct why *why)
{
	return sql_list(st, &event_row,
		"SELECT id, pool_id, time_ms, kind, text_json FROM event"
		" WHERE pool_id = ? AND id < ? ORDER BY id DESC LIMIT ?",
		BINDS(INT(pool), INT(sql_page(before)), INT(sql_limit(limit))), out, out_n, why);
}

enum err store_event_after(struct store *st, int64_t pool, int64_t after, unsigned limit,
	struct store_event **out, size_t *out_n, struct why *why)
{
	return sql_list(st, &event_row,
		"SELECT id, pool_id, time_ms, kind, text_json FROM event"
		" WHERE pool_id = ? AND id > ? ORDER BY id LIMIT ?",
		BINDS(INT(pool), INT(after), INT(sql_limit(limit))), out, out_n, why);
}

void store_free_events(struct store_event *rows, size_t n)
{
	sql_list_free(&event_row, rows, n);
}
