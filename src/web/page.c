/*
 * page.c -- the HTML shell, filled in per request: language, theme, first data, and the same
 * content as plain HTML for those who do not run scripts.
 */
#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "chain/address.h"
#include "web/html.h"
#include "web/web_priv.h"

#define PARTS_MAX  32
#define STATIC_AGE "public, max-age=31536000, immutable" /* names change with the content */

/* The shell, cut at its {{placeholders}}: text, then the value of name, then text … */
struct page {
	char *shell;
	struct {
		const char *text;
		const char *name; /* NULL: the end */
	} parts[PARTS_MAX];
};

/* What one page puts into the shell. */
struct fill {
	const struct words *words;
	char *title;     /* escaped; taken */
	bool is_private; /* not for search engines */
	struct buf body; /* HTML */
	struct buf data; /* JSON */
};

enum err page_new(struct web *web, struct page **out, struct why *why)
{
	const struct asset *asset = asset_find(web->assets, "index.html");
	struct page *page;
	size_t n = 0;
	char *at, *open;

	if (!asset)
		return err_fail(why, ERR_NOT_FOUND, "the portal has no index.html");
	page = NEW(struct page);
	page->shell = mem_dup(asset->plain.data, asset->plain.len);
	for (at = page->shell; n < PARTS_MAX - 1 && (open = strstr(at, "{{")) != NULL; n++) {
		char *close = strstr(open, "}}");

		if (!close)
			break;
		*open = *close = '\0';
		page->parts[n].text = at;
		page->parts[n].name = open + 2;
		at = close + 2;
	}
	page->parts[n].text = at;
	*out = page;
	return OK;
}

void page_free(struct page *p)
{
	if (!p)
		return;
	free(p->shell);
	free(p);
}

static const char *theme_of(struct httpd_req *req)
{
	const char *theme = httpd_cookie(req, "theme");

	if (theme && !strcmp(theme, "light"))
		return "light";
	return theme && !strcmp(theme, "dark") ? "dark" : "auto";
}

/* JSON stays JSON when < and > are written as escapes: they occur only in strings. */
static void add_inert(struct buf *out, const struct buf *json)
{
	for (size_t i = 0; i < json->len; i++) {
		uint8_t c = json->data[i];

		if (c == '<' || c == '>' || c == '&')
			buf_printf(out, "\\u%04x", c);
		else
			buf_add_u8(out, c);
	}
}

/* The words are loaded along with the script that will ask for them. */
static void add_head(struct buf *out, const struct fill *fill)
{
	if (fill->is_private)
		buf_add_str(out, "<meta name=\"robots\" content=\"noindex\">");
	if (words_script(fill->words))
		buf_printf(out, "<link rel=\"modulepreload\" href=\"/%s\">",
			words_script(fill->words));
}

static void add_value(
	struct buf *out, const char *name, struct httpd_req *req, const struct fill *fill)
{
	if (!strcmp(name, "lang"))
		buf_add_str(out, words_lang(fill->words));
	else if (!strcmp(name, "theme"))
		buf_add_str(out, theme_of(req));
	else if (!strcmp(name, "title") || !strcmp(name, "description"))
		buf_add_str(out, fill->title);
	else if (!strcmp(name, "head"))
		add_head(out, fill);
	else if (!strcmp(name, "body"))
		buf_add(out, fill->body.data, fill->body.len);
	else if (!strcmp(name, "data"))
		add_inert(out, &fill->data);
}

/* Write the page and answer it; empties fill. */
static void answer(struct web *web, struct httpd_req *req, unsigned status, struct fill *fill)
{
	static const struct httpd_pair vary[] = {
		{"Vary", "Accept-Encoding, Accept-Language, Cookie"}, {NULL}};
	static const struct httpd_pair vary_private[] = {
		{"Vary", "Accept-Encoding, Accept-Language, Cookie"}, {"X-Robots-Tag", "noindex"},
		{NULL}};
	struct buf html = {0};

	for (size_t i = 0; web->page->parts[i].text; i++) {
		buf_add_str(&html, web->page->parts[i].text);
		if (!web->page->parts[i].name)
			break;
		add_value(&html, web->page->parts[i].name, req, fill);
	}
	answer_body(req, status, "text/html; charset=utf-8", &html, "no-cache",
		fill->is_private ? vary_private : vary);
	buf_free(&html);
	buf_free(&fill->body);
	buf_free(&fill->data);
	free(fill->title);
}

static void add_member(struct buf *out, const char *name, const json_t *value)
{
	if (!value)
		return;
	if (out->len > 1)
		buf_add_u8(out, ',');
	buf_printf(out, "\"%s\":", name);
	json_text(value, out);
}

/* Where the pages of the others are. */
static void add_pools(struct buf *out, const struct web *web)
{
	json_t *pools = json_array();

	for (size_t i = 0; web->all_count > 1 && i < web->all_count; i++)
		json_array_append_new(pools, json_pack("{s:s, s:s}", "base", web->all[i].base,
						     "title", web->all[i].pool->title));
	add_member(out, "pools", pools);
	json_decref(pools);
}

static struct fill begin(
	struct web *web, struct httpd_req *req, const struct snapshot *s, const char *part)
{
	const struct conf_pool *pool = web->pool;
	struct fill fill = {.words = words_pick(web->words, req)};
	struct buf title = {0};

	if (part) {
		html_text(&title, part);
		buf_add_str(&title, " · ");
	}
	html_text(&title, pool->title[0] ? pool->title : pool->coin.title);
	fill.title = buf_take(&title);
	buf_add_u8(&fill.data, '{');
	if (s->has_data)
		add_member(&fill.data, "pool", s->pool);
	else
		buf_add_str(&fill.data, "\"pool\":null");
	add_pools(&fill.data, web);
	html_header(&fill.body, web, fill.words, httpd_path(req));
	return fill;
}

static void end(struct web *web, struct httpd_req *req, struct fill *fill, unsigned status)
{
	buf_add_u8(&fill->data, '}');
	html_footer(&fill->body, fill->words);
	answer(web, req, status, fill);
}

/* There never were numbers: says so. */
static unsigned add_away(struct fill *fill)
{
	html_message(&fill->body, fill->words, word(fill->words, "error.away.text"), "error.away");
	return 503;
}

void page_home(void *ctx, struct httpd_req *req)
{
	struct web *web = ctx;
	struct snapshot *s = pulse_snapshot(web->pulse);
	struct fill fill = begin(web, req, s, NULL);
	unsigned status = 200;

	if (!s->has_data) {
		status = add_away(&fill);
	} else {
		add_member(&fill.data, "blocks", s->blocks);
		add_member(&fill.data, "payments", s->payments);
		add_member(&fill.data, "chart", s->chart);
		html_home(&fill.body, web, fill.words, s);
	}
	snapshot_unref(s);
	end(web, req, &fill, status);
}

/* Without scripts it shows what to connect to; the generator is all script. */
void page_start(void *ctx, struct httpd_req *req)
{
	struct web *web = ctx;
	struct snapshot *s = pulse_snapshot(web->pulse);
	const struct words *w = words_pick(web->words, req);
	struct fill fill = begin(web, req, s, word(w, "nav.start"));
	unsigned status = 200;

	if (!s->has_data)
		status = add_away(&fill);
	else
		html_start(&fill.body, web, w, s->pool);
	snapshot_unref(s);
	end(web, req, &fill, status);
}

/* Without scripts it leads to the description itself. */
void page_api(void *ctx, struct httpd_req *req)
{
	struct web *web = ctx;
	struct snapshot *s = pulse_snapshot(web->pulse);
	const struct words *w = words_pick(web->words, req);
	struct fill fill = begin(web, req, s, word(w, "footer.api"));

	html_message(&fill.body, w, "/api/v1/openapi.yaml", "footer.api");
	snapshot_unref(s);
	end(web, req, &fill, 200);
}

void page_blocks(void *ctx, struct httpd_req *req)
{
	struct web *web = ctx;
	struct snapshot *s = pulse_snapshot(web->pulse);
	const struct words *w = words_pick(web->words, req);
	struct fill fill = begin(web, req, s, word(w, "blocks.title"));
	unsigned status = 200;

	if (!s->has_data) {
		status = add_away(&fill);
	} else {
		add_member(&fill.data, "blocks", s->blocks);
		html_blocks(&fill.body, web, w, s->blocks);
	}
	snapshot_unref(s);
	end(web, req, &fill, status);
}

static enum err ask_block(struct web *web, const char *which, json_t **out)
{
	struct store *st;
	enum err err;

	if (!atomic_load(&web->pool_id) || handles_take(web->handles, &st, NULL) != OK)
		return ERR_UNAVAILABLE;
	err = view_block(web, st, which, out, NULL);
	handles_give(web->handles, st, err == ERR_NOT_FOUND ? OK : err);
	return err;
}

void page_block(void *ctx, struct httpd_req *req)
{
	struct web *web = ctx;
	struct snapshot *s = pulse_snapshot(web->pulse);
	const struct words *w = words_pick(web->words, req);
	struct fill fill = begin(web, req, s, word(w, "blocks.title"));
	unsigned status = 200;
	json_t *doc = NULL;
	enum err err = ask_block(web, httpd_tail(req), &doc);

	if (err == OK) {
		html_block(&fill.body, web, w, doc);
	} else if (err == ERR_NOT_FOUND) {
		html_message(&fill.body, w, word(w, "block.unknown"), "error.title");
		status = 404;
	} else {
		status = add_away(&fill);
	}
	snapshot_unref(s);
	end(web, req, &fill, status);
	json_decref(doc);
}

void page_payments(void *ctx, struct httpd_req *req)
{
	struct web *web = ctx;
	struct snapshot *s = pulse_snapshot(web->pulse);
	const struct words *w = words_pick(web->words, req);
	struct fill fill = begin(web, req, s, word(w, "payments.title"));
	unsigned status = 200;

	if (!s->has_data) {
		status = add_away(&fill);
	} else {
		add_member(&fill.data, "payments", s->payments);
		html_payments(&fill.body, web, w, s->payments);
	}
	snapshot_unref(s);
	end(web, req, &fill, status);
}

/* Why there is no account, so that the page need not ask again. */
static void add_account_error(struct buf *out, const char *code, const char *message)
{
	buf_printf(out, ",\"account_error\":{\"code\":\"%s\",\"message\":", code);
	buf_add_json_str(out, message);
	buf_add_u8(out, '}');
}

static unsigned fill_account(struct web *web, struct fill *fill, const char *address)
{
	unsigned status = 200;
	struct buf text = {0};
	json_t *doc = NULL;
	enum err err;

	err = account_text(web, address, &text);
	if (err == OK)
		err = json_read(buf_str(&text), text.len, &doc, NULL);
	if (err == OK) {
		buf_add_str(&fill->data, ",\"account\":");
		buf_add(&fill->data, text.data, text.len);
		html_account(&fill->body, web, fill->words, doc);
		json_decref(doc);
	} else if (err == ERR_NOT_FOUND) {
		add_account_error(&fill->data, "account_unknown", "");
		html_message(&fill->body, fill->words, word(fill->words, "account.unknown"),
			"account.title");
	} else {
		status = add_away(fill);
	}
	buf_free(&text);
	return status;
}

/* /a/ADDRESS; without scripts …/w/WORKER and …/statement are the same. */
void page_account(void *ctx, struct httpd_req *req)
{
	struct web *web = ctx;
	const char *tail = httpd_tail(req), *part = tail + strcspn(tail, "/");
	char *typed = mem_dup(tail, (size_t)(part - tail));
	struct snapshot *s;
	struct address address;
	struct why why = {0};
	unsigned status = 404;
	enum err err;
	struct fill fill;

	err = address_decode(&web->pool->coin, web->pool->network, typed, &address, &why);
	free(typed);
	if (*part && part[1] && strncmp(part, "/w/", 3) != 0 && strcmp(part, "/statement") != 0) {
		page_missing(ctx, req);
		return;
	}
	s = pulse_snapshot(web->pulse);
	fill = begin(web, req, s, err == OK ? address.text : NULL);
	fill.is_private = true;
	if (err == OK) {
		status = fill_account(web, &fill, address.text);
	} else {
		add_account_error(&fill.data, "address_invalid", why.text);
		html_message(&fill.body, fill.words, why.text, "error.title");
	}
	snapshot_unref(s);
	end(web, req, &fill, status);
}

/* Statistics, rules, status, help: all script. Without it their numbers are in the API. */
void page_plain(void *ctx, struct httpd_req *req)
{
	static const char *const titles[][2] = {{"/pool", "nav.stats"}, {"/network", "nav.network"},
		{"/miners", "nav.miners"}, {"/status", "nav.status"}, {"/rules", "nav.rules"},
		{"/help", "nav.help"}};
	struct web *web = ctx;
	struct snapshot *s = pulse_snapshot(web->pulse);
	const struct words *w = words_pick(web->words, req);
	const char *title = "nav.pool";
	struct fill fill;

	for (size_t i = 0; i < ARRAY_LEN(titles); i++) {
		if (!strcmp(httpd_path(req), titles[i][0]))
			title = titles[i][1];
	}
	fill = begin(web, req, s, word(w, title));
	html_message(&fill.body, w, word(w, "noscript"), title);
	snapshot_unref(s);
	end(web, req, &fill, 200);
}

void page_news(void *ctx, struct httpd_req *req)
{
	struct web *web = ctx;
	struct snapshot *s = pulse_snapshot(web->pulse);
	const struct words *w = words_pick(web->words, req);
	struct fill fill = begin(web, req, s, word(w, "nav.news"));
	json_t *news = news_document(web);

	if (news) {
		add_member(&fill.data, "news", news);
		html_news(&fill.body, w, news);
	}
	json_decref(news);
	snapshot_unref(s);
	end(web, req, &fill, 200);
}

/* The pages of people who sign in are all script: their data must not be in a page that is kept. */
void page_person(void *ctx, struct httpd_req *req)
{
	struct web *web = ctx;
	struct snapshot *s = pulse_snapshot(web->pulse);
	const struct words *w = words_pick(web->words, req);
	struct fill fill = begin(web, req, s, word(w, "nav.account"));

	fill.is_private = true;
	html_message(&fill.body, w, word(w, "noscript"), "nav.account");
	snapshot_unref(s);
	end(web, req, &fill, 200);
}

/* /a?address=A, for a form without scripts. */
void page_search(void *ctx, struct httpd_req *req)
{
	struct web *web = ctx;
	const char *wish = httpd_query(req, "address");
	struct address address;
	char *to;
	enum err err;

	err = address_decode(
		&web->pool->coin, web->pool->network, wish ? wish : "", &address, NULL);
	if (err != OK) {
		page_missing(ctx, req);
		return;
	}
	to = str_printf("%s/a/%s", web->base, address.text);
	httpd_reply(req, &(struct httpd_reply){.status = 303,
				 .headers = (struct httpd_pair[]){{"Location", to}, {NULL}}});
	free(to);
}

void page_missing(void *ctx, struct httpd_req *req)
{
	struct web *web = ctx;
	struct snapshot *s = pulse_snapshot(web->pulse);
	const struct words *w = words_pick(web->words, req);
	struct fill fill = begin(web, req, s, word(w, "error.title"));

	fill.is_private = true;
	html_message(&fill.body, w, word(w, "error.text"), "error.title");
	snapshot_unref(s);
	end(web, req, &fill, 404);
}

/* ---- files ---- */

void page_asset(void *ctx, struct httpd_req *req)
{
	static const struct httpd_pair vary[] = {{"Vary", "Accept-Encoding"}, {NULL}};
	struct web *web = ctx;
	const struct asset *asset = asset_find(web->assets, httpd_path(req) + 1);
	struct httpd_reply reply = {.status = 200, .is_static = true, .headers = vary};
	const struct asset_bytes *bytes;
	char etag[32];

	if (!asset) {
		httpd_reply_error(req, 404, "not_found", "There is no such file.");
		return;
	}
	bytes = &asset->plain;
	if (asset->br.data && httpd_accepts(req, "br")) {
		bytes = &asset->br;
		reply.coding = "br";
	} else if (asset->gzip.data && httpd_accepts(req, "gzip")) {
		bytes = &asset->gzip;
		reply.coding = "gzip";
	}
	snprintf(etag, sizeof etag, "\"%s%s\"", asset->tag, reply.coding ? reply.coding : "");
	reply.etag = etag;
	reply.type = asset->type;
	reply.body = bytes->data;
	reply.len = bytes->len;
	reply.cache_control = STATIC_AGE;
	httpd_reply(req, &reply);
}

void page_robots(void *ctx, struct httpd_req *req)
{
	httpd_reply_text(req, 200, "text/plain", "User-agent: *\nDisallow: /a/\nDisallow: /api/\n");
}

/* Pages name their icon; browsers ask for this one when what they show is not a page. */
void page_icon(void *ctx, struct httpd_req *req)
{
	httpd_reply(req, &(struct httpd_reply){.status = 204, .cache_control = STATIC_AGE});
}
