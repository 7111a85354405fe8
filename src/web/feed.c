/* feed.c -- news for feed readers (Atom), and as the pages have it. */
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "web/html.h"
#include "web/view_priv.h"

#define NEWS_FRESH_MS 5000

json_t *news_document(struct web *web)
{
	struct buf text = {0};
	json_t *doc = NULL;

	if (cached_text(web, "news", NEWS_FRESH_MS, view_news, NULL, &text, NULL) == OK &&
		json_read(buf_str(&text), text.len, &doc, NULL) != OK)
		doc = NULL;
	buf_free(&text);
	return doc;
}

const json_t *news_text(const json_t *item, const struct words *w)
{
	const json_t *texts = json_object_get(item, "texts");
	const json_t *text = json_object_get(texts, words_lang(w));

	if (!text)
		text = json_object_get(texts, "en");
	if (!text)
		text = json_object_iter_value(json_object_iter((json_t *)texts));
	return text;
}

static void add_time(struct buf *out, int64_t ms)
{
	char text[CLOCK_TEXT_MAX];

	buf_printf(out, "<updated>%s</updated>", clock_text(ms, text));
}

static void add_entry(struct buf *out, const char *url, const json_t *item, const struct words *w)
{
	const json_t *text = news_text(item, w);
	const char *id = json_get_str(item, "id");
	int64_t time_ms = 0;

	if (!text || !id)
		return;
	json_get_i64(item, "time_ms", &time_ms);
	buf_add_str(out, "<entry><title>");
	html_text(out, json_get_str(text, "title"));
	buf_add_str(out, "</title><id>");
	html_text(out, url);
	buf_printf(out, "/news#%s</id><link href=\"", id);
	html_text(out, url);
	buf_printf(out, "/news#%s\"/>", id);
	add_time(out, time_ms);
	buf_add_str(out, "<content type=\"html\">");
	html_text(out, json_get_str(text, "html"));
	buf_add_str(out, "</content></entry>");
}

static void write_feed(struct web *web, const json_t *news, const struct words *w, struct buf *out)
{
	const struct conf_pool *pool = web->pool;
	const char *url = web->conf->web.url;
	const json_t *items = json_object_get(news, "items"), *item;
	int64_t newest_ms = web->started_ms;
	size_t i;

	json_get_i64(json_array_get(items, 0), "time_ms", &newest_ms);
	buf_printf(out,
		"<?xml version=\"1.0\" encoding=\"utf-8\"?>\n"
		"<feed xmlns=\"http://www.w3.org/2005/Atom\" xml:lang=\"%s\"><title>",
		words_lang(w));
	html_text(out, pool->title[0] ? pool->title : pool->coin.title);
	buf_add_str(out, "</title><author><name>");
	html_text(out, pool->title[0] ? pool->title : pool->coin.title);
	buf_add_str(out, "</name></author><id>");
	html_text(out, url);
	buf_add_str(out, "/news</id><link rel=\"self\" href=\"");
	html_text(out, url);
	buf_add_str(out, "/news.atom\"/><link href=\"");
	html_text(out, url);
	buf_add_str(out, "/news\"/>");
	add_time(out, newest_ms);
	json_array_foreach(items, i, item)
	{
		add_entry(out, url, item, w);
	}
	buf_add_str(out, "</feed>\n");
}

void page_feed(void *ctx, struct httpd_req *req)
{
	static const struct httpd_pair vary[] = {
		{"Vary", "Accept-Encoding, Accept-Language, Cookie"}, {NULL}};
	struct web *web = ctx;
	json_t *news = news_document(web);
	struct buf out = {0};

	if (!news) {
		httpd_reply_error(
			req, 503, "database_unavailable", "The news cannot be read at the moment.");
		return;
	}
	write_feed(web, news, words_pick(web->words, req), &out);
	answer_body(req, 200, "application/atom+xml; charset=utf-8", &out, "no-cache", vary);
	buf_free(&out);
	json_decref(news);
}
