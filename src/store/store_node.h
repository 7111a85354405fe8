/*
 * store_node.h -- the stratum nodes: who has which node id, who lives, how far each has flushed.
 */
#ifndef STORE_STORE_NODE_H
#define STORE_STORE_NODE_H

#include "store/store.h"

#define STORE_NODE_ID_MAX 4095
#define STORE_UUID_MAX    37
/* So long must a node have been stopped or written off before another may have its id: far longer
 * than any job lives. */
#define STORE_NODE_REST_DAYS 14

/* Stored: do not renumber. */
enum store_node_state {
	STORE_NODE_LIVE = 1,        /* runs, or died with work that is not flushed yet */
	STORE_NODE_STOPPED = 2,     /* ended in order, everything flushed */
	STORE_NODE_WRITTEN_OFF = 3, /* the operator does not wait for it any more */
};

struct store_node {
	int64_t id;
	char uuid[STORE_UUID_MAX];
	char name[STORE_NAME_MAX];
	int64_t epoch;
	enum store_node_state state;
	int64_t seen_ms;
	int64_t started_ms;
	char *status_json; /* what the node says about itself; "" before its first beat */
};

/**
 * store_node_claim(st, uuid, name, epoch, want_id, out_id, why): the node starts a new epoch.
 *   want_id  the id it had before, or -1; a uuid that is known gets its old id whatever it wants
 *   errs     ERR_CONFLICT this uuid runs with this epoch or a later one already, or want_id is
 *            another node's; ERR_LIMIT all 4096 ids are given away
 */
enum err store_node_claim(struct store *st, const char *uuid, const char *name, int64_t epoch,
	int64_t want_id, int64_t *out_id, struct why *why) MUST_CHECK;
/**
 * store_node_inherit(st, uuid, name, out_id, out_epoch, why): for a new node when all ids are given
 * away: the id that has rested longest, with the epoch after the last that it had; its cursors
 * stay. errs   ERR_LIMIT none has rested for STORE_NODE_REST_DAYS
 */
enum err store_node_inherit(struct store *st, const char *uuid, const char *name, int64_t *out_id,
	int64_t *out_epoch, struct why *why) MUST_CHECK;
/**
 * store_node_beat(st, id, epoch, status_json, why): "I live".
 *   errs   ERR_CONFLICT a later epoch has taken over: stop
 */
enum err store_node_beat(struct store *st, int64_t id, int64_t epoch, const char *status_json,
	struct why *why) MUST_CHECK;
/** store_node_stop(st, id, epoch, why): ended in order and everything is flushed. */
enum err store_node_stop(struct store *st, int64_t id, int64_t epoch, struct why *why) MUST_CHECK;
/** store_node_write_off(st, id, why): rounds do not wait for it any more, until it claims its id
 * again. errs ERR_NOT_FOUND */
enum err store_node_write_off(struct store *st, int64_t id, struct why *why) MUST_CHECK;
/** store_node_list(st, out, out_n, why): all, by id. */
enum err store_node_list(
	struct store *st, struct store_node **out, size_t *out_n, struct why *why) MUST_CHECK;
void store_free_nodes(struct store_node *rows, size_t n);

/**
 * store_node_flushed(st, pool, out_height, out_node, why): all live nodes have flushed their work
 * of this pool up to this height: rounds up to it may be closed.
 *   out_height  0 when a live node has not reported yet; INT64_MAX when no node is live
 *   out_node    the id of the node that is furthest behind, -1 when no node is live
 */
enum err store_node_flushed(struct store *st, int64_t pool, int64_t *out_height, int64_t *out_node,
	struct why *why) MUST_CHECK;

#endif
