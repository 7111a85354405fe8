/* words.c -- the portal's catalogues, for the pages that the server writes itself. */
#include <string.h>

#include "base/mem.h"
#include "web/web_priv.h"

struct words {
	const char *lang;
	const char *script; /* the same for the browser: a path, or NULL */
	json_t *texts;      /* key to text */
	struct words *next;
};

static const char *const languages[] = {"en", "ja"};

enum err words_load(const struct asset_set *assets, struct words **out, struct why *why)
{
	struct words *first = NULL, **last = &first;

	for (size_t i = 0; i < ARRAY_LEN(languages); i++) {
		char *path = str_printf("i18n/%s.json", languages[i]);
		char *like = str_printf("assets/words-%s.", languages[i]);
		const struct asset *asset = asset_find(assets, path);
		const struct asset *script = asset_find_like(assets, like);
		struct words *w = NEW(struct words);
		enum err err = ERR_NOT_FOUND;

		*last = w;
		last = &w->next;
		w->lang = languages[i];
		w->script = script ? script->path : NULL;
		if (asset)
			err = json_read(
				(const char *)asset->plain.data, asset->plain.len, &w->texts, why);
		else
			err_fail(why, err, "the portal has no %s", path);
		free(path);
		free(like);
		if (err != OK) {
			words_free(first);
			return err;
		}
	}
	*out = first;
	return OK;
}

void words_free(struct words *w)
{
	while (w) {
		struct words *next = w->next;

		json_decref(w->texts);
		free(w);
		w = next;
	}
}

const struct words *words_pick(const struct words *w, const struct httpd_req *req)
{
	const char *wish = httpd_cookie(req, "lang");

	for (const struct words *it = w; wish && it; it = it->next) {
		if (!strcmp(wish, it->lang))
			return it;
	}
	/* In the header the order is nearly always that of preference; weights are not read. */
	wish = httpd_header(req, "Accept-Language");
	for (const char *p = wish; p && *p; p += strcspn(p, ","), p += *p == ',') {
		p += strspn(p, " ");
		for (const struct words *it = w; it; it = it->next) {
			if (!strncasecmp(p, it->lang, 2) && strchr("-;, ", p[2]))
				return it;
		}
	}
	return w;
}

const char *words_lang(const struct words *w)
{
	return w->lang;
}

const char *words_script(const struct words *w)
{
	return w->script;
}

const char *word(const struct words *w, const char *key)
{
	const char *text = json_get_str(w->texts, key);

	return text ? text : key;
}

void word_add(struct buf *out, const struct words *w, const char *key, const char *name,
	const char *value)
{
	const char *text = word(w, key);
	size_t len = strlen(name);

	for (const char *p = text; *p;) {
		if (*p == '{' && !strncmp(p + 1, name, len) && p[1 + len] == '}') {
			buf_add_str(out, value);
			p += len + 2;
		} else {
			buf_add_u8(out, (uint8_t)*p++);
		}
	}
}
