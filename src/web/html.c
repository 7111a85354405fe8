#include "web/html.h"

#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"

void html_text(struct buf *out, const char *text)
{
	for (const char *p = text; *p; p++) {
		switch (*p) {
		case '<': buf_add_str(out, "&lt;"); break;
		case '>': buf_add_str(out, "&gt;"); break;
		case '&': buf_add_str(out, "&amp;"); break;
		case '"': buf_add_str(out, "&quot;"); break;
		case '\'': buf_add_str(out, "&#39;"); break;
		default: buf_add_u8(out, (uint8_t)*p);
		}
	}
}

void html_rate(struct buf *out, double hashes_per_s)
{
	static const char *const prefixes[] = {"", "k", "M", "G", "T", "P", "E", "Z"};
	size_t i = 0;

	while (hashes_per_s >= 999.5 && i < ARRAY_LEN(prefixes) - 1) {
		hashes_per_s /= 1000;
		i++;
	}
	buf_printf(out, "<span class=\"rate\">%.3g <small>%sH/s</small></span>", hashes_per_s,
		prefixes[i]);
}

void html_amount(struct buf *out, const char *text)
{
	size_t len = strlen(text);

	if (strchr(text, '.')) {
		while (len > 0 && text[len - 1] == '0')
			len--;
		if (len > 0 && text[len - 1] == '.')
			len--;
	}
	buf_add(out, text, len);
}

static void add_word(struct buf *out, const struct words *w, const char *key)
{
	html_text(out, word(w, key));
}

static void add_time(struct buf *out, int64_t ms)
{
	char text[CLOCK_TEXT_MAX];

	clock_text(ms, text);
	buf_printf(out, "<time datetime=\"%s\">%.10s %.5s UTC</time>", text, text, text + 11);
}

static void add_short(struct buf *out, const char *text)
{
	size_t len = strlen(text);

	if (len <= 17) {
		html_text(out, text);
		return;
	}
	buf_printf(out, "%.8s…%s", text, text + len - 6);
}

static const char *text_of(const json_t *doc, const char *key)
{
	const char *text = json_get_str(doc, key);

	return text ? text : "";
}

static int64_t integer_of(const json_t *doc, const char *key)
{
	int64_t value = 0;

	json_get_i64(doc, key, &value);
	return value;
}

static double number_of(const json_t *doc, const char *key)
{
	double value = 0;

	json_get_double(doc, key, &value);
	return value;
}

static void add_percent(struct buf *out, const json_t *doc, const char *key)
{
	double value;

	if (json_get_double(doc, key, &value))
		buf_printf(out, "%.3g%%", value * 100);
	else
		buf_add_str(out, "–");
}

static void add_coins(struct buf *out, const struct web *web, const json_t *doc, const char *key)
{
	buf_add_str(out, "<span class=\"coins\">");
	html_amount(out, text_of(doc, key));
	buf_add_str(out, " <small>");
	html_text(out, web->pool->coin.ticker);
	buf_add_str(out, "</small></span>");
}

/* "https://explorer/{}" with the id in place of {}; plain text without an explorer. */
static void add_link(struct buf *out, const char *pattern, const char *id, const char *text)
{
	const char *gap = strstr(pattern, "{}");

	if (!gap) {
		add_short(out, text);
		return;
	}
	buf_printf(out, "<a href=\"%.*s", (int)(gap - pattern), pattern);
	html_text(out, id);
	html_text(out, gap + 2);
	buf_add_str(out, "\" rel=\"noopener noreferrer\">");
	add_short(out, text);
	buf_add_str(out, "</a>");
}

/* ---- tables ---- */

static void table_open(struct buf *out, const struct words *w, const char *const *labels, size_t n)
{
	buf_add_str(out, "<table><thead><tr>");
	for (size_t i = 0; i < n; i++) {
		buf_add_str(out, "<th scope=\"col\">");
		add_word(out, w, labels[i]);
		buf_add_str(out, "</th>");
	}
	buf_add_str(out, "</tr></thead><tbody>");
}

static void cell(struct buf *out, const struct words *w, const char *label)
{
	buf_add_str(out, "<td data-label=\"");
	add_word(out, w, label);
	buf_add_str(out, "\">");
}

static void add_state(struct buf *out, const struct words *w, const char *group, const json_t *row)
{
	char key[32];

	snprintf(key, sizeof key, "%s.%s", group, text_of(row, "state"));
	add_word(out, w, key);
}

static void add_block(
	struct buf *out, const struct web *web, const struct words *w, const json_t *b)
{
	char height[24];

	snprintf(height, sizeof height, "%lld", (long long)integer_of(b, "height"));
	buf_add_str(out, "<tr>");
	cell(out, w, "block.height");
	add_link(out, web->pool->network->block_url, text_of(b, "hash"), height);
	cell(out, w, "block.age");
	add_time(out, integer_of(b, "found_ms"));
	cell(out, w, "block.finder");
	add_short(out, text_of(b, "finder"));
	cell(out, w, "block.effort");
	add_percent(out, b, "effort");
	cell(out, w, "block.reward");
	add_coins(out, web, b, "reward");
	cell(out, w, "block.state");
	add_state(out, w, "state", b);
	if (!strcmp(text_of(b, "state"), "immature"))
		buf_printf(out, " %lld/%lld", (long long)integer_of(b, "confirmations"),
			(long long)integer_of(b, "confirmations_needed"));
	buf_add_str(out, "</td></tr>");
}

static const char *const block_labels[] = {
	"block.height", "block.age", "block.finder", "block.effort", "block.reward", "block.state"};

static void add_blocks(struct buf *out, const struct web *web, const struct words *w,
	const json_t *blocks, size_t max)
{
	const json_t *items = json_object_get(blocks, "items");
	size_t n = json_array_size(items);

	if (n == 0) {
		buf_add_str(out, "<p class=\"empty\">");
		add_word(out, w, "blocks.none");
		buf_add_str(out, "</p>");
		return;
	}
	table_open(out, w, block_labels, ARRAY_LEN(block_labels));
	for (size_t i = 0; i < n && i < max; i++)
		add_block(out, web, w, json_array_get(items, i));
	buf_add_str(out, "</tbody></table>");
}

static void add_payments(struct buf *out, const struct web *web, const struct words *w,
	const json_t *items, const char *amount_key, size_t max)
{
	static const char *const labels[] = {
		"payment.time", "payment.tx", "payment.amount", "payment.state"};
	size_t n = json_array_size(items);

	if (n == 0) {
		buf_add_str(out, "<p class=\"empty\">");
		add_word(out, w, "payments.none");
		buf_add_str(out, "</p>");
		return;
	}
	table_open(out, w, labels, ARRAY_LEN(labels));
	for (size_t i = 0; i < n && i < max; i++) {
		const json_t *p = json_array_get(items, i);

		buf_add_str(out, "<tr>");
		cell(out, w, "payment.time");
		add_time(out, integer_of(p, "created_ms"));
		cell(out, w, "payment.tx");
		if (*text_of(p, "txid"))
			add_link(out, web->pool->network->tx_url, text_of(p, "txid"),
				text_of(p, "txid"));
		cell(out, w, "payment.amount");
		add_coins(out, web, p, amount_key);
		cell(out, w, "payment.state");
		add_state(out, w, "payment", p);
		buf_add_str(out, "</td></tr>");
	}
	buf_add_str(out, "</tbody></table>");
}

/* ---- cards ---- */

static void card_open(struct buf *out, const struct words *w, const char *class, const char *title)
{
	buf_printf(out, "<section class=\"card %s\"><h2>", class);
	add_word(out, w, title);
	buf_add_str(out, "</h2>");
}

static void stat_open(struct buf *out, const struct words *w, const char *label)
{
	buf_add_str(out, "<div class=\"stat\"><div class=\"stat-label\">");
	add_word(out, w, label);
	buf_add_str(out, "</div><div class=\"stat-value\">");
}

static void stat_close(struct buf *out)
{
	buf_add_str(out, "</div></div>");
}

static void add_pair(struct buf *out, const struct words *w, const char *key, const char *value)
{
	buf_add_str(out, "<dt>");
	add_word(out, w, key);
	buf_add_str(out, "</dt><dd>");
	html_text(out, value);
	buf_add_str(out, "</dd>");
}

static void add_connect(
	struct buf *out, const struct web *web, const struct words *w, const json_t *pool)
{
	struct buf text = {0};
	const json_t *port;
	size_t i;

	card_open(out, w, "connect", "connect.title");
	buf_add_str(out, "<ul class=\"ports\">");
	json_array_foreach(json_object_get(pool, "ports"), i, port)
	{
		buf_add_str(out, "<li class=\"port\"><div class=\"port-name\"><b>");
		html_text(out, text_of(port, "label"));
		buf_add_str(out, "</b><span class=\"soft\">");
		add_word(out, w, "connect.difficulty");
		buf_add_u8(out, ' ');
		html_text(out, text_of(port, "difficulty"));
		buf_add_str(out, "</span></div><code class=\"port-url\">");
		html_text(out, text_of(port, "url"));
		buf_add_str(out, "</code></li>");
	}
	buf_add_str(out, "</ul><dl class=\"facts\">");
	word_add(&text, w, "connect.user_value", "coin", web->pool->coin.title);
	add_pair(out, w, "connect.user", buf_str(&text));
	add_pair(out, w, "connect.password", word(w, "connect.password_value"));
	buf_add_str(out, "</dl><div class=\"command\"><pre>");
	for (const char *p = text_of(pool, "command"); *p; p++) {
		if (!strncmp(p, "{address}", 9)) {
			add_word(out, w, "connect.address");
			p += 8;
		} else {
			html_text(out, (char[]){*p, '\0'});
		}
	}
	buf_add_str(out, "</pre></div></section>");
	buf_free(&text);
}

static void add_search(struct buf *out, const struct web *web, const struct words *w)
{
	struct buf label = {0};

	word_add(&label, w, "search.label", "coin", web->pool->coin.title);
	card_open(out, w, "", "search.title");
	buf_add_str(out, "<form class=\"search\" action=\"/a\"><label for=\"address\">");
	html_text(out, buf_str(&label));
	buf_add_str(out, "</label><div class=\"search-row\"><input id=\"address\" name=\"address\" "
			 "required maxlength=\"120\"><button class=\"primary\">");
	add_word(out, w, "search.go");
	buf_add_str(out, "</button></div></form></section>");
	buf_free(&label);
}

static void add_hero(struct buf *out, const struct words *w, const char *title, const json_t *doc)
{
	const json_t *rates = json_object_get(doc, "hashrate");

	buf_add_str(out, "<section class=\"card hero\"><div class=\"hero-numbers\"><h1>");
	html_text(out, title);
	buf_add_str(out, "</h1><div class=\"stat-label\">");
	add_word(out, w, "pool.hashrate");
	buf_add_str(out, "</div><div class=\"hero-value\">");
	html_rate(out, number_of(rates, "now"));
	buf_add_str(out, "</div><dl class=\"averages\"><dt>");
	add_word(out, w, "avg.h1");
	buf_add_str(out, "</dt><dd>");
	html_rate(out, number_of(rates, "h1"));
	buf_add_str(out, "</dd><dt>");
	add_word(out, w, "avg.h24");
	buf_add_str(out, "</dt><dd>");
	html_rate(out, number_of(rates, "h24"));
	buf_add_str(out, "</dd></dl></div><div class=\"chart-empty\"></div></section>");
}

static void add_stats(struct buf *out, const struct words *w, const json_t *pool)
{
	const json_t *last = json_object_get(pool, "last_block");

	buf_add_str(out, "<div class=\"stats\">");
	stat_open(out, w, "network.hashrate");
	html_rate(out, number_of(json_object_get(pool, "network"), "hashrate"));
	stat_close(out);
	stat_open(out, w, "online");
	buf_printf(out, "<span class=\"pair\">%lld <small>", (long long)integer_of(pool, "miners"));
	add_word(out, w, "miners");
	buf_printf(out, "</small></span> <span class=\"pair\">%lld <small>",
		(long long)integer_of(pool, "workers"));
	add_word(out, w, "workers");
	buf_add_str(out, "</small></span>");
	stat_close(out);
	stat_open(out, w, "round.effort");
	add_percent(out, json_object_get(pool, "round"), "effort");
	stat_close(out);
	stat_open(out, w, "last_block");
	if (json_is_object(last))
		add_time(out, integer_of(last, "found_ms"));
	else
		add_word(out, w, "last_block.none");
	stat_close(out);
	buf_add_str(out, "</div>");
}

/* ---- pages ---- */

void html_home(struct buf *out, struct web *web, const struct words *w, const struct snapshot *s)
{
	struct buf title = {0};

	word_add(&title, w, "pool.title", "coin", web->pool->coin.title);
	add_hero(out, w, buf_str(&title), s->pool);
	add_stats(out, w, s->pool);
	buf_add_str(out, "<div class=\"columns\">");
	add_connect(out, web, w, s->pool);
	buf_add_str(out, "<div class=\"stack\">");
	add_search(out, web, w);
	buf_add_str(out, "</div></div>");
	card_open(out, w, "list", "blocks.latest");
	add_blocks(out, web, w, s->blocks, 8);
	buf_add_str(out, "</section>");
	card_open(out, w, "list", "payments.latest");
	add_payments(out, web, w, json_object_get(s->payments, "items"), "total", 5);
	buf_add_str(out, "</section>");
	buf_free(&title);
}

void html_start(struct buf *out, struct web *web, const struct words *w, const json_t *pool)
{
	add_connect(out, web, w, pool);
	add_search(out, web, w);
}

void html_blocks(struct buf *out, struct web *web, const struct words *w, const json_t *blocks)
{
	card_open(out, w, "list", "blocks.title");
	add_blocks(out, web, w, blocks, PAGE_ROWS);
	buf_add_str(out, "</section>");
}

void html_block(struct buf *out, struct web *web, const struct words *w, const json_t *block)
{
	const json_t *proof = json_object_get(block, "proof");

	card_open(out, w, "list", "blocks.title");
	table_open(out, w, block_labels, ARRAY_LEN(block_labels));
	add_block(out, web, w, block);
	buf_add_str(out, "</tbody></table></section>");
	if (!json_is_object(proof))
		return;
	card_open(out, w, "connect", "proof.title");
	buf_add_str(out, "<div class=\"command\"><pre>");
	html_text(out, text_of(proof, "text"));
	buf_add_str(out, "</pre></div></section>");
}

void html_payments(struct buf *out, struct web *web, const struct words *w, const json_t *payments)
{
	card_open(out, w, "list", "payments.title");
	add_payments(out, web, w, json_object_get(payments, "items"), "total", PAGE_ROWS);
	buf_add_str(out, "</section>");
}

static void add_workers(struct buf *out, const struct words *w, const json_t *workers)
{
	static const char *const labels[] = {
		"account.worker", "avg.now", "avg.h24", "account.last_share"};
	const json_t *worker;
	size_t i;

	table_open(out, w, labels, ARRAY_LEN(labels));
	json_array_foreach(workers, i, worker)
	{
		const json_t *rates = json_object_get(worker, "hashrate");

		buf_add_str(out, "<tr>");
		cell(out, w, "account.worker");
		html_text(out, text_of(worker, "name"));
		cell(out, w, "avg.now");
		html_rate(out, number_of(rates, "now"));
		cell(out, w, "avg.h24");
		html_rate(out, number_of(rates, "h24"));
		cell(out, w, "account.last_share");
		add_time(out, integer_of(worker, "last_share_ms"));
		buf_add_str(out, "</td></tr>");
	}
	buf_add_str(out, "</tbody></table>");
}

void html_account(struct buf *out, struct web *web, const struct words *w, const json_t *account)
{
	static const char *const books[] = {"immature", "available", "paying", "paid"};
	char key[32];

	add_hero(out, w, text_of(account, "address"), account);
	buf_add_str(out, "<div class=\"stats\">");
	for (size_t i = 0; i < ARRAY_LEN(books); i++) {
		snprintf(key, sizeof key, "account.%s", books[i]);
		stat_open(out, w, key);
		add_coins(out, web, json_object_get(account, "balance"), books[i]);
		stat_close(out);
	}
	buf_add_str(out, "</div>");
	card_open(out, w, "list", "account.workers");
	add_workers(out, w, json_object_get(account, "workers"));
	buf_add_str(out, "</section>");
	card_open(out, w, "list", "account.payments");
	add_payments(out, web, w, json_object_get(account, "payments"), "amount", PAGE_ROWS);
	buf_add_str(out, "</section>");
}

void html_news(struct buf *out, const struct words *w, const json_t *news)
{
	const json_t *item;
	size_t i;

	json_array_foreach(json_object_get(news, "items"), i, item)
	{
		const json_t *text = news_text(item, w);

		if (!text)
			continue;
		buf_add_str(out, "<article class=\"card\"><h2>");
		html_text(out, text_of(text, "title"));
		buf_add_str(out, "</h2><p class=\"soft\">");
		add_time(out, integer_of(item, "time_ms"));
		buf_add_str(out, "</p>");
		buf_add_str(out, text_of(text, "html")); /* markdown_html() has escaped it */
		buf_add_str(out, "</article>");
	}
}

void html_message(struct buf *out, const struct words *w, const char *text, const char *title_key)
{
	buf_add_str(out, "<section class=\"card\"><h1>");
	add_word(out, w, title_key);
	buf_add_str(out, "</h1><p>");
	html_text(out, text);
	buf_add_str(out, "</p></section>");
}

void html_header(struct buf *out, struct web *web, const struct words *w, const char *path)
{
	static const char *const links[][2] = {{"/", "nav.pool"}, {"/start", "nav.start"},
		{"/blocks", "nav.blocks"}, {"/payments", "nav.payments"}, {"/pool", "nav.stats"},
		{"/help", "nav.help"}};
	const struct conf_pool *pool = web->pool;

	buf_add_str(out, "<header class=\"top\"><div class=\"wrap top-row\">"
			 "<a class=\"brand\" href=\"");
	buf_printf(out, "%s/\"><span>", web->base);
	html_text(out, pool->title[0] ? pool->title : pool->coin.title);
	buf_add_str(out, "</span></a><nav>");
	for (size_t i = 0; i < ARRAY_LEN(links); i++) {
		bool is_here = !strcmp(links[i][0], path);

		buf_printf(out, "<a href=\"%s%s\"%s>", web->base, links[i][0],
			is_here ? " aria-current=\"page\"" : "");
		add_word(out, w, links[i][1]);
		buf_add_str(out, "</a>");
	}
	for (size_t i = 0; web->all_count > 1 && i < web->all_count; i++) {
		const struct web *one = &web->all[i];

		buf_printf(out, "<a href=\"%s/\"%s>", one->base,
			one == web ? " aria-current=\"true\"" : "");
		html_text(out, one->pool->title);
		buf_add_str(out, "</a>");
	}
	buf_add_str(out, "</nav></div></header><main class=\"wrap\">");
}

void html_footer(struct buf *out, const struct words *w)
{
	static const char *const links[][2] = {{"/status", "nav.status"}, {"/news", "nav.news"},
		{"/rules", "nav.rules"}, {"/docs/api", "footer.api"}};

	buf_add_str(out, "</main><footer class=\"wrap foot\">");
	for (size_t i = 0; i < ARRAY_LEN(links); i++) {
		buf_printf(out, "<a href=\"%s\">", links[i][0]);
		add_word(out, w, links[i][1]);
		buf_add_str(out, "</a>");
	}
	buf_add_str(out, "<span>Kozan " KOZAN_VERSION "</span></footer>");
}
