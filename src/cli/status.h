/* status.h -- what `kozan status` knows about a pool, as JSON; and that as text. Private to cli. */
#ifndef CLI_STATUS_H
#define CLI_STATUS_H

#include "base/buf.h"
#include "base/json.h"

struct conf;
struct conf_pool;
struct store;
struct store_event;

/**
 * status_collect(st, conf, only, out, why): everything as one JSON object (docs: `kozan help
 * status`). only  one pool; NULL: all of them out   a new reference errs  those of the store
 */
enum err status_collect(struct store *st, const struct conf *conf, const struct conf_pool *only,
	json_t **out, struct why *why) MUST_CHECK;

/** status_print(o, out): the same for people. */
void status_print(const json_t *o, struct buf *out);

/** status_event_text(event, ticker, out): an event of the feed as one plain sentence. */
void status_event_text(const struct store_event *event, const char *ticker, struct buf *out);

#endif
