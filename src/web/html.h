/*
 * html.h -- the pages as plain HTML: what a browser shows before the scripts run, or without them.
 *
 * Everything is appended to out and is escaped here. The documents are those of the API.
 */
#ifndef WEB_HTML_H
#define WEB_HTML_H

#include "web/web_priv.h"

/** html_text(out, text): escaped for content and attributes. */
void html_text(struct buf *out, const char *text);

void html_header(struct buf *out, struct web *web, const struct words *w, const char *path);
void html_footer(struct buf *out, const struct words *w);
void html_home(struct buf *out, struct web *web, const struct words *w, const struct snapshot *s);
void html_start(struct buf *out, struct web *web, const struct words *w, const json_t *pool);
void html_blocks(struct buf *out, struct web *web, const struct words *w, const json_t *blocks);
void html_block(struct buf *out, struct web *web, const struct words *w, const json_t *block);
void html_payments(struct buf *out, struct web *web, const struct words *w, const json_t *payments);
void html_account(struct buf *out, struct web *web, const struct words *w, const json_t *account);
void html_news(struct buf *out, const struct words *w, const json_t *news);
/** html_message(out, w, text, title_key): a card with a title and a text. */
void html_message(struct buf *out, const struct words *w, const char *text, const char *title_key);

/** html_rate(out, hashes_per_s): "12.3 kH/s". html_amount(out, text): "12.50000000" as "12.5". */
void html_rate(struct buf *out, double hashes_per_s);
void html_amount(struct buf *out, const char *text);

#endif
