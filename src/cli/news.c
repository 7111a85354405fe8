/* news.c -- `kozan news list|add|remove`: what the portal tells miners, in one or more languages.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/json.h"
#include "base/mem.h"
#include "cli/cli.h"
#include "cli/desk.h"
#include "conf/conf.h"
#include "store/store_news.h"

#define LISTED 100

struct words {
	bool as_json, is_banner;
	const char *lang, *id;
	const char *operands[2]; /* the rest is NULL */
	int64_t pool_id;
};

/* ---- list ---- */

static void print_line(const struct store_news *n, bool is_first)
{
	char id[24] = "", time[CLOCK_TEXT_MAX] = "";

	if (is_first) {
		snprintf(id, sizeof id, "%" PRId64, n->id);
		clock_text(n->time_ms, time);
	}
	printf("%6s  %-16.16s  %-6s  %-7s  %s\n", id, time,
		is_first && n->is_banner ? "banner" : "", n->lang, n->title);
}

static enum err list(struct store *st, const struct words *words, struct why *why)
{
	struct store_news *rows;
	size_t n;
	enum err e = store_news_list(st, words->pool_id, LISTED, &rows, &n, why);

	if (e)
		return e;
	if (!words->as_json && n == 0)
		puts("There is no news.");
	for (size_t i = 0; i < n; i++) {
		if (words->as_json)
			desk_print(json_pack("{s:I,s:I,s:b,s:s,s:s,s:s}", "id",
				(json_int_t)rows[i].id, "time_ms", (json_int_t)rows[i].time_ms,
				"banner", rows[i].is_banner, "lang", rows[i].lang, "title",
				rows[i].title, "text", rows[i].body));
		else
			print_line(&rows[i], i == 0 || rows[i].id != rows[i - 1].id);
	}
	store_free_news(rows, n);
	return OK;
}

/* ---- add and remove ---- */

static enum err read_stdin(struct buf *out, struct why *why)
{
	ssize_t got = 1;

	while (got > 0 && out->len <= STORE_NEWS_BODY_MAX) {
		got = read(STDIN_FILENO, buf_reserve(out, 4096), 4096);
		if (got > 0)
			out->len += (size_t)got;
	}
	return got < 0 ? err_fail(why, ERR_IO, "cannot read the text: %m") : OK;
}

/* Letters, digits and hyphens: "en", "zh-Hant". */
static bool is_lang(const char *text)
{
	size_t len =
		strspn(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-");

	return len >= 2 && len < STORE_LANG_MAX && text[len] == '\0';
}

/* Jansson makes strings of nothing else. */
static bool is_utf8(const char *text, size_t len)
{
	json_t *made = json_stringn(text, len);

	json_decref(made);
	return made != NULL;
}

static enum err check(const struct words *words, struct buf *body, struct why *why)
{
	size_t title = strlen(words->operands[0]);

	if (title == 0 || title >= STORE_NEWS_TITLE_MAX)
		return err_fail(
			why, ERR_RANGE, "a title has 1 to %d bytes", STORE_NEWS_TITLE_MAX - 1);
	if (body->len > STORE_NEWS_BODY_MAX)
		return err_fail(why, ERR_RANGE, "a text has at most %d bytes", STORE_NEWS_BODY_MAX);
	if (!is_utf8(words->operands[0], title) || !is_utf8(buf_str(body), body->len))
		return err_fail(why, ERR_SYNTAX, "title and text are UTF-8");
	if (!is_lang(words->lang))
		return err_fail(why, ERR_SYNTAX, "--lang %s: write en, ja, zh-Hant …", words->lang);
	return OK;
}

/* A new item, or another language of one that is there. */
static enum err save(struct store *st, const struct words *words, const char *body, int64_t *out_id,
	struct why *why)
{
	enum err e = store_begin(st, why);

	if (e)
		return e;
	e = words->id ? desk_id(words->id, out_id, why)
		      : store_news_add(st, words->pool_id, words->is_banner, out_id, why);
	if (!e)
		e = store_news_set_text(st, *out_id, words->lang, words->operands[0], body, why);
	if (e)
		store_rollback(st);
	return e ? e : store_commit(st, why);
}

static enum err add(struct store *st, const struct words *words, struct why *why)
{
	const char *text = words->operands[1];
	struct buf body = {0};
	enum err e = OK;
	int64_t id;

	if (text && strcmp(text, "-") == 0)
		e = read_stdin(&body, why);
	else if (text)
		buf_add_str(&body, text);
	if (!e)
		e = check(words, &body, why);
	if (!e)
		e = save(st, words, buf_str(&body), &id, why);
	if (!e)
		printf("News item %" PRId64 " is on the portal, in \"%s\".\n", id, words->lang);
	buf_free(&body);
	return e;
}

static enum err remove_news(struct store *st, const struct words *words, struct why *why)
{
	int64_t id;
	enum err e = desk_id(words->operands[0], &id, why);

	if (!e)
		e = store_news_remove(st, words->pool_id, id, why);
	if (!e)
		printf("News item %" PRId64 " is gone.\n", id);
	return e;
}

static const struct {
	const char *name;
	int least, most; /* operands after it */
	enum err (*run)(struct store *st, const struct words *words, struct why *why);
} actions[] = {{"list", 0, 0, list}, {"add", 1, 2, add}, {"remove", 1, 1, remove_news}};

static enum err run(const struct conf *conf, struct words *words, size_t action, struct why *why)
{
	const struct conf_pool *pool = &conf->pools[0];
	struct store *st = NULL;
	enum err e = cli_store_open(conf, &st, why);

	if (!e)
		e = store_pool_ensure(st, pool->name, pool->coin.name, coin_chain_name(pool->chain),
			pool->network->work_bits, &words->pool_id, why);
	if (!e)
		e = actions[action].run(st, words, why);
	store_close(st);
	return e;
}

int cli_news(int argc, char **argv)
{
	struct words words = {.lang = "en"};
	const char *path = NULL;
	const struct cli_option options[] = {{"config", 'c', CLI_TEXT, &path},
		{"json", 'j', CLI_FLAG, &words.as_json}, {"lang", 'l', CLI_TEXT, &words.lang},
		{"id", 'i', CLI_TEXT, &words.id}, {"banner", 'b', CLI_FLAG, &words.is_banner}};
	struct why why = {0};
	struct conf *conf;
	size_t i = 0;
	int first, given;
	enum err e;

	if (cli_options(argc, argv, options, ARRAY_LEN(options), &first))
		return CLI_USAGE;
	while (i < ARRAY_LEN(actions) && (first == argc || strcmp(actions[i].name, argv[first])))
		i++;
	given = argc - first - 1;
	if (i == ARRAY_LEN(actions) || given < actions[i].least || given > actions[i].most)
		return cli_usage("news", "say \"list\", \"add TITLE [TEXT]\" or \"remove ID\"");
	for (int k = 0; k < given; k++)
		words.operands[k] = argv[first + 1 + k];
	conf = cli_conf_open("news", path);
	if (!conf)
		return path ? CLI_FAILED : CLI_USAGE;
	e = run(conf, &words, i, &why);
	conf_free(conf);
	if (e)
		fprintf(stderr, "kozan news: %s\n", why.text[0] ? why.text : err_text(e));
	return e ? CLI_FAILED : CLI_OK;
}
