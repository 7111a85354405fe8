/* news.c -- see store_news.h. */
#include "store/store_news.h"

#include "base/clock.h"
#include "base/mem.h"
#include "store/sql_priv.h"

static void read_news(const struct sql *q, void *row)
{
	struct store_news *news = row;

	news->id = sql_int(q, 0);
	news->time_ms = sql_int(q, 1);
	news->is_banner = sql_int(q, 2) != 0;
	str_copy(news->lang, sizeof news->lang, sql_str(q, 3));
	str_copy(news->title, sizeof news->title, sql_str(q, 4));
	news->body = str_dup(sql_str(q, 5));
}

static void free_news(void *row)
{
	free(((struct store_news *)row)->body);
}

static const struct sql_type news_row = {sizeof(struct store_news), read_news, free_news};

enum err store_news_add(
	struct store *st, int64_t pool, bool is_banner, int64_t *out_id, struct why *why)
{
	enum err err =
		sql_run(st, "INSERT INTO news (pool_id, time_ms, is_banner) VALUES (?, ?, ?)",
			BINDS(INT(pool), INT(clock_wall_ms()), INT(is_banner)), why);

	if (err == OK)
		*out_id = sql_new_id(st);
	return err;
}

enum err store_news_set_text(struct store *st, int64_t id, const char *lang, const char *title,
	const char *body, struct why *why)
{
	int64_t found;
	enum err err = sql_one(st, "SELECT id FROM news WHERE id = ?", BINDS(INT(id)), &found, why);

	if (err == ERR_NOT_FOUND)
		return err_fail(why, err, "there is no news item %lld", (long long)id);
	if (err != OK)
		return err;
	return sql_run(st,
		"INSERT INTO news_text (news_id, lang, title, body) VALUES (?, ?, ?, ?)"
		" {conflict news_id, lang} title = {new title}, body = {new body}",
		BINDS(INT(id), TEXT(lang), TEXT(title), TEXT(body)), why);
}

enum err store_news_remove(struct store *st, int64_t pool, int64_t id, struct why *why)
{
	enum err err = store_begin(st, why);

	if (err != OK)
		return err;
	err = sql_run(st,
		"DELETE FROM news_text WHERE news_id = ? AND news_id IN"
		" (SELECT id FROM news WHERE pool_id = ?)",
		BINDS(INT(id), INT(pool)), why);
	if (err == OK)
		err = sql_run(st, "DELETE FROM news WHERE id = ? AND pool_id = ?",
			BINDS(INT(id), INT(pool)), why);
	if (err == OK && sql_changed(st) != 1)
		err = err_fail(why, ERR_NOT_FOUND, "there is no news item %lld", (long long)id);
	return sql_end(st, err, why);
}

enum err store_news_list(struct store *st, int64_t pool, unsigned limit, struct store_news **out,
	size_t *out_n, struct why *why)
{
	return sql_list(st, &news_row,
		"SELECT n.id, n.time_ms, n.is_banner, t.lang, t.title, t.body FROM"
		" (SELECT id, time_ms, is_banner FROM news WHERE pool_id = ?"
		" ORDER BY id DESC LIMIT ?) n JOIN news_text t ON t.news_id = n.id"
		" ORDER BY n.id DESC, t.lang",
		BINDS(INT(pool), INT(sql_limit(limit))), out, out_n, why);
}

void store_free_news(struct store_news *rows, size_t n)
{
	sql_list_free(&news_row, rows, n);
}
