/* api_priv.h -- what the handlers of the API share: parameters, errors, answers. */
#ifndef WEB_API_PRIV_H
#define WEB_API_PRIV_H

#include "web/web_priv.h"

/* Every origin may read; ends with {NULL}. */
extern const struct httpd_pair api_open_to_all[2];

/** api_refuse(req, status, code, text): an error of the API. */
void api_refuse(struct httpd_req *req, unsigned status, const char *code, const char *text);
/** api_refuse_for(req, err, why): 404 for ERR_NOT_FOUND, else 503. */
void api_refuse_for(struct httpd_req *req, enum err err, const struct why *why);
/** api_read_number(req, name, min, max, out): ?name=NUMBER; *out stays when it is not given. false:
 * it was answered 400. */
bool api_read_number(
	struct httpd_req *req, const char *name, int64_t min, int64_t max, int64_t *out);
/** api_answer_cached(web, req, key, fresh_ms, view, arg): what cached_text() gives, or the error.
 */
void api_answer_cached(struct web *web, struct httpd_req *req, const char *key, int64_t fresh_ms,
	view_fn *view, const void *arg);

/** api_worker(web, req, address, rest): …/accounts/ADDRESS/workers/REST; api_series_of(): the hash
 * rate of an account. Both in api_stats.c; address as address_decode() spells it. */
void api_worker(struct web *web, struct httpd_req *req, const char *address, const char *rest);
void api_account_series(struct web *web, struct httpd_req *req, const char *address);

#endif
