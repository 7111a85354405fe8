/*
 * status.h -- what a node says about itself: JSON for the database, /healthz /readyz /metrics over
 * HTTP.
 *
 * Thread:  any; it reads counters and takes short locks only.
 */
#ifndef STRATUM_STATUS_H
#define STRATUM_STATUS_H

#include "base/err.h"
#include "stratum/flush.h"
#include "stratum/node.h"
#include "stratum/pool.h"
#include "stratum/shard.h"

struct status;

struct status_sources {
	const struct node *node;
	struct pool *pools;
	unsigned pool_count;
	struct journal *journal;
	struct flush *flush;
	const struct hashers *hashers;
	struct guard *guard;
	struct tls *tls; /* may be NULL */
	struct shard **shards;
	unsigned shard_count;
	unsigned max_conns;
};

/** status_new(sources): all borrowed until status_free(). */
struct status *status_new(const struct status_sources *sources);
/** status_serve(s, listen, why): answer HTTP there. */
enum err status_serve(
	struct status *s, const struct conf_listen *listen, struct why *why) MUST_CHECK;
/** status_drain(s): from now on /readyz says that the node goes away. */
void status_drain(struct status *s);
/** status_render(s): JSON for store_node_beat() (docs/database.md, "node.status_json"); the caller
 * frees it. */
char *status_render(struct status *s);
/** status_stop_serving(s): HTTP ends. */
void status_stop_serving(struct status *s) BLOCKS;
void status_free(struct status *s);

#endif
