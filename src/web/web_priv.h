/*
 * web_priv.h -- what the files of this folder share.
 *
 * Threads:  the server's threads run the handlers; the pulse thread builds a snapshot every second
 *           and sends what changed; the main thread waits for a signal.
 * Memory:   struct web lives as long as the role; snapshots are counted and never change.
 */
#ifndef WEB_WEB_PRIV_H
#define WEB_WEB_PRIV_H

#include <pthread.h>
#include <semaphore.h>
#include <stdatomic.h>

#include "base/json.h"
#include "base/log.h"
#include "cache/cache.h"
#include "conf/conf.h"
#include "io/httpd.h"
#include "store/store.h"
#include "web/asset.h"

#define PAGE_ROWS     20  /* of a list, when not asked otherwise */
#define PAGE_ROWS_MAX 100 /* the most that may be asked for */

/* What the first screen shows, all of one moment. Counted, immutable. */
struct snapshot {
	atomic_uint refs;
	int64_t taken_ms; /* monotonic; when the database gave it */
	bool has_data;    /* false: the database has never answered */
	bool is_paused;   /* no new payouts */
	json_t *pool;     /* the documents of the API */
	json_t *blocks;   /* first page */
	json_t *payments; /* first page */
	json_t *chart;    /* of the pool */
};

/* ---- web.c ---- */

struct web {
	const struct conf *conf;
	const struct conf_pool *pool;
	char *base; /* what stands before the paths of its pages: "/pools/NAME"; "" for the first */
	struct web *all; /* one for each pool; the first has what all share */
	size_t all_count;
	struct logger lg;
	atomic_llong pool_id; /* in the database; 0 until it was reached */
	double unit;          /* hashes of a unit of work */
	char *miner_host;     /* host of web.url: where miners connect */
	int64_t started_ms;
	struct asset_set *assets;
	struct cache *cache;
	struct handles *handles;
	struct words *words;
	struct live *live;
	struct pulse *pulse;
	struct refill *refill;
	struct counts *counts;
	struct page *page;
	struct httpd *httpd;
	sem_t *hashing; /* so many passwords are hashed at a time */
};

/* ---- handles.c: database handles, one per thread that needs one ---- */

struct handles *handles_new(const struct conf_store *conf);
void handles_free(struct handles *h);
/** handles_take(h, out, why): a handle of one's own, until handles_give(). BLOCKS. */
enum err handles_take(struct handles *h, struct store **out, struct why *why) MUST_CHECK;
/** handles_give(h, st, result): result is that of the last call: a handle that failed is closed. */
void handles_give(struct handles *h, struct store *st, enum err result);

/* ---- view_*.c: the documents of the API; out is a new reference ---- */

/* One document from the database. */
typedef enum err view_fn(
	struct web *web, struct store *st, const void *arg, json_t **out, struct why *why);

enum err view_pool(struct web *web, struct store *st, json_t **out, struct why *why) MUST_CHECK;
enum err view_blocks(struct web *web, struct store *st, unsigned states, int64_t before,
	unsigned limit, json_t **out, struct why *why) MUST_CHECK;
enum err view_payments(struct web *web, struct store *st, int64_t before, unsigned limit,
	json_t **out, struct why *why) MUST_CHECK;
enum err view_events(struct web *web, struct store *st, int64_t before, unsigned limit,
	json_t **out, struct why *why) MUST_CHECK;
/** view_chart(web, st, account, out, why): hash rate of 24 hours; account 0: the pool's. */
enum err view_chart(struct web *web, struct store *st, int64_t account, json_t **out,
	struct why *why) MUST_CHECK;
/** view_account(web, st, address, out, why): address as address_decode() spells it.
 *   errs  ERR_NOT_FOUND no share has come from it */
enum err view_account(struct web *web, struct store *st, const char *address, json_t **out,
	struct why *why) MUST_CHECK;

/** view_block(web, st, which, out, why): one block; `which` is a height or a hash. view_round():
 * its round as `kozan verify-round` reads it. view_proof(): the part of one account in it. address
 * as address_decode() spells it errs     ERR_NOT_FOUND no such block; for the latter two: no closed
 * round, no part in it */
enum err view_block(struct web *web, struct store *st, const char *which, json_t **out,
	struct why *why) MUST_CHECK;
enum err view_round(struct web *web, struct store *st, const char *which, json_t **out,
	struct why *why) MUST_CHECK;
enum err view_proof(struct web *web, struct store *st, const char *which, const char *address,
	json_t **out, struct why *why) MUST_CHECK;

/** view_id(id): ids are text in the API. view_amount(a): money too. view_rate(hashes per second):
 * four digits. */
json_t *view_id(int64_t id);
json_t *view_amount(struct amount a);
json_t *view_rate(double hashes_per_s);
const char *view_block_state(int64_t state);
const char *view_payout_state(int64_t state);

/** account_text(web, address, out): the account's document, from the cache or the database; one of
 * the last seconds while it is read anew beside.
 *   out   appended
 *   errs  ERR_NOT_FOUND; ERR_UNAVAILABLE and others of the store, nothing older is known */
enum err account_text(struct web *web, const char *address, struct buf *out) MUST_CHECK;

/* ---- cached.c ---- */

/**
 * cached_text(web, key, fresh_ms, view, arg, out, why): what view makes of arg, as text; not older
 * than fresh_ms, but when the database is away or another thread makes the new one.
 *   key   of the cache: arg and all that view looks at
 *   out   appended
 *   errs  ERR_NOT_FOUND; ERR_UNAVAILABLE and others of the store, nothing older is known
 */
enum err cached_text(struct web *web, const char *key, int64_t fresh_ms, view_fn *view,
	const void *arg, struct buf *out, struct why *why) MUST_CHECK;

/** cached_look(web, key, out, out_age_ms): appends what is kept, as cache_get() does.
 *   out_age_ms  [ms] of what was appended; -1: nothing was */
enum cache_state cached_look(
	struct web *web, const char *key, struct buf *out, int64_t *out_age_ms);
/** cached_fill(web, key, fresh_ms, view, arg, out, why): made and kept anew; out is empty before.
 * errs as cached_text() */
enum err cached_fill(struct web *web, const char *key, int64_t fresh_ms, view_fn *view,
	const void *arg, struct buf *out, struct why *why) MUST_CHECK;

/* ---- refill.c: accounts are read again beside the requests ---- */

struct refill *refill_start(struct web *web);
void refill_stop(struct refill *r);
/** refill_later(r, address): account_fill() by another thread. false: too many wait. */
bool refill_later(struct refill *r, const char *address) ANY_THREAD;
/** account_fill(web, address): into the cache. BLOCKS. In view_account.c. */
void account_fill(struct web *web, const char *address);

/* ---- pulse.c ---- */

struct pulse *pulse_start(struct web *web);
void pulse_stop(struct pulse *p);
/** pulse_snapshot(p): the newest, one reference for the caller. */
struct snapshot *pulse_snapshot(struct pulse *p);
void snapshot_unref(struct snapshot *s);
/** pulse_store_errors(p): times that the database did not answer the pulse. */
uint64_t pulse_store_errors(struct pulse *p);

/* ---- delta.c: what is new; NULL when nothing is; for the caller ---- */

/** delta_members(old, new, always): the members that differ, and the one named `always`, which
 * alone is no change. old may be NULL. */
json_t *delta_members(const json_t *old, json_t *new, const char *always);
/** delta_rows(old, new): of {"items": […], "next": …} the rows that differ or were not there; old
 * may be NULL. */
json_t *delta_rows(const json_t *old, json_t *new);

/* ---- live.c ---- */

enum live_topic { LIVE_POOL, LIVE_BLOCKS, LIVE_PAYMENTS, LIVE_TOPICS };

struct live *live_new(struct web *web);
void live_free(struct live *l);
/** live_publish(l, topic, whole, change): whole is for those who come now, change (may be the
 * same) for those who are here. */
void live_publish(
	struct live *l, enum live_topic topic, const struct buf *whole, const struct buf *change);
/** live_tick(l): once a second: refresh the addresses that are watched, send pings. BLOCKS. */
void live_tick(struct live *l);
void live_handle(void *ctx, struct httpd_req *req);

/* ---- api.c, page.c, health.c: handlers; ctx is struct web ---- */

/** api_pools(): which pools there are. */
void api_pools(void *ctx, struct httpd_req *req);
void api_pool(void *ctx, struct httpd_req *req);
void api_blocks(void *ctx, struct httpd_req *req);
void api_block(void *ctx, struct httpd_req *req);
void api_payments(void *ctx, struct httpd_req *req);
void api_events(void *ctx, struct httpd_req *req);
void api_chart(void *ctx, struct httpd_req *req);
void api_account(void *ctx, struct httpd_req *req);
void api_series(void *ctx, struct httpd_req *req);
void api_luck(void *ctx, struct httpd_req *req);
void api_miners(void *ctx, struct httpd_req *req);
void api_rules(void *ctx, struct httpd_req *req);
void api_status(void *ctx, struct httpd_req *req);
void api_news(void *ctx, struct httpd_req *req);
void api_openapi(void *ctx, struct httpd_req *req);
void api_unknown(void *ctx, struct httpd_req *req);

/** news_document(web): as the API gives it, for the caller; NULL when the database is away. */
json_t *news_document(struct web *web);
/** news_text(item, w): the text of a news item in these words' language, else English, else any;
 * borrowed, NULL when there is none. */
const json_t *news_text(const json_t *item, const struct words *w);

/** page_new(web, out, why): reads the shell. errs ERR_NOT_FOUND, ERR_SYNTAX */
enum err page_new(struct web *web, struct page **out, struct why *why) MUST_CHECK;
void page_free(struct page *p);
void page_home(void *ctx, struct httpd_req *req);
void page_start(void *ctx, struct httpd_req *req);
void page_api(void *ctx, struct httpd_req *req);
void page_blocks(void *ctx, struct httpd_req *req);
void page_block(void *ctx, struct httpd_req *req);
void page_payments(void *ctx, struct httpd_req *req);
void page_account(void *ctx, struct httpd_req *req);
/* Pages that are all script. */
void page_plain(void *ctx, struct httpd_req *req);
void page_news(void *ctx, struct httpd_req *req);
void page_feed(void *ctx, struct httpd_req *req);
void page_person(void *ctx, struct httpd_req *req);
void page_search(void *ctx, struct httpd_req *req);
void page_asset(void *ctx, struct httpd_req *req);
void page_icon(void *ctx, struct httpd_req *req);
void page_robots(void *ctx, struct httpd_req *req);
void page_missing(void *ctx, struct httpd_req *req);

/* ---- account.c: people who have signed in: /api/v1/auth/, /api/v1/me ---- */

void account_api(void *ctx, struct httpd_req *req);

void health_live(void *ctx, struct httpd_req *req);
void health_ready(void *ctx, struct httpd_req *req);
void health_metrics(void *ctx, struct httpd_req *req);

/* ---- words.c: the portal's catalogues ---- */

/** words_load(assets, out, why): all languages, a list that begins with English. */
enum err words_load(const struct asset_set *assets, struct words **out, struct why *why) MUST_CHECK;
void words_free(struct words *w);
/** words_pick(w, req): by cookie, then Accept-Language. */
const struct words *words_pick(const struct words *w, const struct httpd_req *req);
const char *words_lang(const struct words *w);
/** words_script(w): the path of the same words as a script, or NULL. */
const char *words_script(const struct words *w);
/** word(w, key): the text; the key itself when there is none. */
const char *word(const struct words *w, const char *key);
/** word_add(out, w, key, name, value): the text with {name} replaced by value, as it is. */
void word_add(struct buf *out, const struct words *w, const char *key, const char *name,
	const char *value);

/* ---- answer.c: how answers leave ---- */

/** answer_body(req, status, type, body, cache_control): with an ETag, gzip when that is wanted. */
void answer_body(struct httpd_req *req, unsigned status, const char *type, const struct buf *body,
	const char *cache_control, const struct httpd_pair *headers);
/** answer_json(req, value): 200 for the API. */
void answer_json(struct httpd_req *req, const json_t *value);
/** answer_json_text(req, text): the same for what is text already. */
void answer_json_text(struct httpd_req *req, const struct buf *text);
/** json_text(value, out): compact, numbers with at most ten digits. */
void json_text(const json_t *value, struct buf *out);

/* ---- counts.c ---- */

struct counts *counts_new(void);
void counts_free(struct counts *c);
void counts_add(struct counts *c, const char *route, unsigned status, int64_t took_us);
void counts_write(struct counts *c, struct buf *out);

#endif
