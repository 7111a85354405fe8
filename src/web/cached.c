/* cached.c -- documents that are kept for a while: made by one thread, given to all. */
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "web/web_priv.h"

#define KEEP_MS 600000 /* while the database is away an old one is better than none */

/* What is kept: the time at which it was made [wall ms, as the machine has it], then the text. */
#define HEAD_LEN sizeof(int64_t)

/* Each pool has its own. The caller frees. */
static char *name_of(const struct web *web, const char *key)
{
	return str_printf("%s:%s", web->pool->name, key);
}

enum cache_state cached_look(struct web *web, const char *key, struct buf *out, int64_t *out_age_ms)
{
	char *name = name_of(web, key);
	size_t start = out->len, got;
	enum cache_state state = cache_get(web->cache, name, out);
	int64_t made_ms;

	free(name);
	got = out->len - start;
	*out_age_ms = -1;
	if (got < HEAD_LEN) {
		out->len = start;
		return CACHE_FILL;
	}
	memcpy(&made_ms, out->data + start, HEAD_LEN);
	memmove(out->data + start, out->data + start + HEAD_LEN, got - HEAD_LEN);
	out->len -= HEAD_LEN;
	*out_age_ms = clock_wall_ms() - made_ms;
	return state;
}

static void keep(struct web *web, const char *key, int64_t fresh_ms, const struct buf *text)
{
	char *name = name_of(web, key);
	struct buf value = {0};
	int64_t now_ms = clock_wall_ms();

	buf_add(&value, &now_ms, HEAD_LEN);
	buf_add(&value, text->data, text->len);
	cache_set(web->cache, name, value.data, value.len, fresh_ms,
		fresh_ms > KEEP_MS ? fresh_ms : KEEP_MS);
	buf_free(&value);
	free(name);
}

static enum err make(struct web *web, view_fn *view, const void *arg, json_t **out, struct why *why)
{
	struct store *st;
	enum err err;

	if (!atomic_load(&web->pool_id))
		return err_fail(why, ERR_UNAVAILABLE, "the database was never there");
	err = handles_take(web->handles, &st, why);
	if (err != OK)
		return err;
	err = view(web, st, arg, out, why);
	handles_give(web->handles, st, err);
	return err;
}

enum err cached_fill(struct web *web, const char *key, int64_t fresh_ms, view_fn *view,
	const void *arg, struct buf *out, struct why *why)
{
	struct why own = {0};
	json_t *doc;
	enum err err = make(web, view, arg, &doc, &own);

	if (err == OK) {
		json_text(doc, out);
		json_decref(doc);
		keep(web, key, fresh_ms, out);
		return OK;
	}
	if (why)
		*why = own;
	if (err != ERR_NOT_FOUND)
		log_odd(&web->lg, "not_read", "what=%s error=\"%s\"", key,
			own.text[0] ? own.text : err_text(err));
	return err;
}

enum err cached_text(struct web *web, const char *key, int64_t fresh_ms, view_fn *view,
	const void *arg, struct buf *out, struct why *why)
{
	struct buf old = {0}, text = {0};
	int64_t age_ms;
	enum err err = OK;

	if (cached_look(web, key, &old, &age_ms) == CACHE_FILL)
		err = cached_fill(web, key, fresh_ms, view, arg, &text, why);
	if (text.len > 0)
		buf_add(out, text.data, text.len);
	else if (err != ERR_NOT_FOUND && age_ms >= 0) {
		buf_add(out, old.data, old.len);
		err = OK; /* an old one is better than none */
	}
	buf_free(&old);
	buf_free(&text);
	return err;
}
