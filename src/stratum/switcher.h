/*
 * switcher.h -- for which pool the miners of each port work that may work for several: what the
 * database says, seen within a second; and, on one node of the deployment, what prices say.
 *
 * While the database is away every port goes on with what it does.
 */
#ifndef STRATUM_SWITCHER_H
#define STRATUM_SWITCHER_H

#include "conf/conf.h"
#include "stratum/node.h"
#include "stratum/pool.h"
#include "stratum/shard.h"

struct switcher;

/** switcher_start(conf, node, pools, shards, n): a thread of its own; NULL when no port switches.
 * All is borrowed until switcher_stop(). */
struct switcher *switcher_start(const struct conf *conf, const struct node *node,
	struct pool *pools, struct shard **shards, unsigned n);
/** switcher_stop(s): NULL is fine. BLOCKS */
void switcher_stop(struct switcher *s);

#endif
