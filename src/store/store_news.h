/* store_news.h -- what the operator tells his miners; each item in one or more languages. */
#ifndef STORE_STORE_NEWS_H
#define STORE_STORE_NEWS_H

#include "store/store.h"

#define STORE_LANG_MAX       9     /* bytes with the NUL: "ja", "zh-Hant" */
#define STORE_NEWS_TITLE_MAX 201   /* bytes with the NUL */
#define STORE_NEWS_BODY_MAX  20000 /* [bytes] */

struct store_news {
	int64_t id;
	int64_t time_ms;
	bool is_banner; /* stands on top of every page */
	char lang[STORE_LANG_MAX];
	char title[STORE_NEWS_TITLE_MAX];
	char *body;
};

/** store_news_add(st, pool, is_banner, out_id, why): an item, without a text as yet. */
enum err store_news_add(struct store *st, int64_t pool, bool is_banner, int64_t *out_id,
	struct why *why) MUST_CHECK;
/** store_news_set_text(st, id, lang, title, body, why): set or replace the text of a language.
 *   errs  ERR_NOT_FOUND no such item */
enum err store_news_set_text(struct store *st, int64_t id, const char *lang, const char *title,
	const char *body, struct why *why) MUST_CHECK;
/** store_news_remove(st, pool, id, why): with all its texts. errs ERR_NOT_FOUND */
enum err store_news_remove(struct store *st, int64_t pool, int64_t id, struct why *why) MUST_CHECK;
/** store_news_list(st, pool, limit, …): a row for each text of the newest items, newest first, then
 * by language. */
enum err store_news_list(struct store *st, int64_t pool, unsigned limit, struct store_news **out,
	size_t *out_n, struct why *why) MUST_CHECK;
void store_free_news(struct store_news *rows, size_t n);

#endif
