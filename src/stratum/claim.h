/*
 * claim.h -- what the database must say before a node may serve: its own id, and the numbers of its
 * pools.
 *
 * A pool's number in the journal is its id in the database, so that a journal can be read on any
 * machine. The numbers are remembered in <data_dir>/stratum/pools.json, and the node's id beside it
 * (node.h): a node restarts while the database is away. All of it BLOCKS.
 */
#ifndef STRATUM_CLAIM_H
#define STRATUM_CLAIM_H

#include <stdint.h>

#include "base/err.h"
#include "conf/conf.h"
#include "store/store.h"
#include "stratum/node.h"

/**
 * claim_ask(conf, dir, node, st, ids, why): ask the database, and remember the answer.
 *   ids   [conf->pools_count] of the pools, in the order of the configuration
 *   errs  those of store_pool_ensure() and node_claim(); ERR_LIMIT a number that the journal has no
 *         room for
 */
enum err claim_ask(const struct conf *conf, const char *dir, struct node *node, struct store *st,
	int64_t ids[], struct why *why) MUST_CHECK;

/**
 * claim_start(conf, dir, node, ids, why): the same at the start of the role. Tries for a while, and
 * goes on with what is remembered, if that is enough, when the database is away.
 */
enum err claim_start(const struct conf *conf, const char *dir, struct node *node, int64_t ids[],
	struct why *why) MUST_CHECK;

#endif
