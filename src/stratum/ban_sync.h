/*
 * ban_sync.h -- the bans of this node into the database, and those of all nodes and of the operator
 * out of it, every two seconds.
 *
 * While the database is away the guard goes on with what it knows; bans of this node wait.
 */
#ifndef STRATUM_BAN_SYNC_H
#define STRATUM_BAN_SYNC_H

#include "base/thread.h"
#include "conf/conf.h"
#include "stratum/guard.h"

struct ban_sync;

/** ban_sync_new(conf, node_id): it does nothing yet. */
struct ban_sync *ban_sync_new(const struct conf *conf, int64_t node_id);
/** ban_sync_start(b, guard): a thread of its own begins; the guard is borrowed until the stop. */
void ban_sync_start(struct ban_sync *b, struct guard *guard);
/** ban_sync_add(b, ban, last): the guard has banned an address; `last` was too much. */
void ban_sync_add(struct ban_sync *b, const struct ban *ban, enum fault last) ANY_THREAD;
/** ban_sync_stop(b): after a last try to store what waits. BLOCKS */
void ban_sync_stop(struct ban_sync *b);
void ban_sync_free(struct ban_sync *b);

#endif
