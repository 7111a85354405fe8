/* cached.c -- documents that are kept for a while: made by one thread, given to all. */
#include "base/mem.h"
#include "web/web_priv.h"

#define KEEP_MS 600000 /* while the database is away an old one is better than none */

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

enum err cached_text(struct web *web, const char *key, int64_t fresh_ms, view_fn *view,
	const void *arg, struct buf *out, struct why *why)
{
	size_t start = out->len;
	struct why own = {0};
	json_t *doc;
	enum err err;

	if (cache_get(web->cache, key, out) != CACHE_FILL)
		return OK;
	err = make(web, view, arg, &doc, &own);
	if (err == OK) {
		out->len = start;
		json_text(doc, out);
		json_decref(doc);
		cache_set(web->cache, key, out->data + start, out->len - start, fresh_ms,
			fresh_ms > KEEP_MS ? fresh_ms : KEEP_MS);
		return OK;
	}
	if (why)
		*why = own;
	if (err == ERR_NOT_FOUND)
		return err;
	log_odd(&web->lg, "not_read", "what=%s error=\"%s\"", key,
		own.text[0] ? own.text : err_text(err));
	return out->len > start ? OK : err;
}
