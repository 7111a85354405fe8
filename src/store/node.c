/* node.c -- the stratum nodes: who has which id, who lives, how far each has flushed. */
#include "store/store_node.h"

#include <inttypes.h>
#include <string.h>

#include "base/mem.h"
#include "store/sql_priv.h"

#define NODE_COLUMNS "id, uuid, name, epoch, state, seen_ms, started_ms, status_json"

static void read_node(const struct sql *q, void *row)
{
	struct store_node *node = row;

	node->id = sql_int(q, 0);
	str_copy(node->uuid, sizeof node->uuid, sql_str(q, 1));
	str_copy(node->name, sizeof node->name, sql_str(q, 2));
	node->epoch = sql_int(q, 3);
	node->state = (enum store_node_state)sql_int(q, 4);
	node->seen_ms = sql_int(q, 5);
	node->started_ms = sql_int(q, 6);
	node->status_json = str_dup(sql_str(q, 7));
}

static void fini_node(void *row)
{
	free(((struct store_node *)row)->status_json);
}

static const struct sql_type node_row = {sizeof(struct store_node), read_node, fini_node};

enum err store_node_list(struct store *st, struct store_node **out, size_t *out_n, struct why *why)
{
	return sql_list(st, &node_row, "SELECT " NODE_COLUMNS " FROM node ORDER BY id", NO_BINDS,
		out, out_n, why);
}

void store_free_nodes(struct store_node *rows, size_t n)
{
	sql_list_free(&node_row, rows, n);
}

/* ---- claiming an id ---- */

/* Journals and slots are filed under id and epoch: an id goes to another node only by inheritance,
 * which goes on with later epochs. */
static enum err claim_new(struct store *st, const char *uuid, const char *name, int64_t epoch,
	int64_t want_id, int64_t *out_id, struct why *why)
{
	int64_t id = want_id, taken;
	enum err err = OK;

	if (want_id < 0)
		err = sql_one(st, "SELECT COALESCE(MAX(id) + 1, 0) FROM node", NO_BINDS, &id, why);
	if (err != OK)
		return err;
	if (id > STORE_NODE_ID_MAX)
		return err_fail(why, ERR_LIMIT, "all %d node ids have been given away",
			STORE_NODE_ID_MAX + 1);
	err = sql_one(st, "SELECT COUNT(*) FROM node WHERE id = ?", BINDS(INT(id)), &taken, why);
	if (err == OK && taken)
		err = err_fail(why, ERR_CONFLICT,
			"node id %" PRId64 " belongs to another node: was this machine's data"
			" copied from there, or was it away for more than %d days? A node that"
			" starts with an empty folder gets an id of its own",
			id, STORE_NODE_REST_DAYS);
	if (err == OK)
		err = sql_run(st,
			"INSERT INTO node (" NODE_COLUMNS
			") VALUES (?, ?, ?, ?, ?, {now}, {now}, '')",
			BINDS(INT(id), TEXT(uuid), TEXT(name), INT(epoch), INT(STORE_NODE_LIVE)),
			why);
	if (err == OK)
		*out_id = id;
	return err;
}

static enum err claim_again(struct store *st, const struct store_node *node, const char *name,
	int64_t epoch, struct why *why)
{
	if (node->epoch >= epoch)
		return err_fail(why, ERR_CONFLICT,
			"node %s has epoch %" PRId64 " in the database, this process %" PRId64
			": another process runs with a copy of its data",
			node->uuid, node->epoch, epoch);
	return sql_run(st,
		"UPDATE node SET name = ?, epoch = ?, state = ?, seen_ms = {now},"
		" started_ms = {now} WHERE id = ?",
		BINDS(TEXT(name), INT(epoch), INT(STORE_NODE_LIVE), INT(node->id)), why);
}

enum err store_node_claim(struct store *st, const char *uuid, const char *name, int64_t epoch,
	int64_t want_id, int64_t *out_id, struct why *why)
{
	struct store_node node = {0};
	int64_t id = -1;
	enum err err = store_begin(st, why);

	if (err != OK)
		return err;
	err = sql_turn(st, why);
	if (err == OK)
		err = sql_get(st, &node_row, "SELECT " NODE_COLUMNS " FROM node WHERE uuid = ?",
			BINDS(TEXT(uuid)), &node, why);
	if (err == OK) {
		id = node.id;
		err = claim_again(st, &node, name, epoch, why);
		fini_node(&node);
	} else if (err == ERR_NOT_FOUND) {
		err = claim_new(st, uuid, name, epoch, want_id, &id, why);
	}
	err = sql_end(st, err, why);
	if (err == OK)
		*out_id = id;
	return err;
}

#define REST_MS "1209600000" /* STORE_NODE_REST_DAYS */

static enum err inherit(struct store *st, const char *uuid, const char *name, int64_t *out_id,
	int64_t *out_epoch, struct why *why)
{
	struct store_node old = {0};
	enum err err = sql_get(st, &node_row,
		"SELECT " NODE_COLUMNS
		" FROM node WHERE state IN (?, ?) AND seen_ms < {now} - " REST_MS
		" ORDER BY seen_ms, id LIMIT 1",
		BINDS(INT(STORE_NODE_STOPPED), INT(STORE_NODE_WRITTEN_OFF)), &old, why);

	if (err == ERR_NOT_FOUND)
		return err_fail(why, ERR_LIMIT,
			"all %d node ids are in use: none has rested for %d days",
			STORE_NODE_ID_MAX + 1, STORE_NODE_REST_DAYS);
	if (err != OK)
		return err;
	err = sql_run(st,
		"UPDATE node SET uuid = ?, name = ?, epoch = ?, state = ?, seen_ms = {now},"
		" started_ms = {now}, status_json = '' WHERE id = ?",
		BINDS(TEXT(uuid), TEXT(name), INT(old.epoch + 1), INT(STORE_NODE_LIVE),
			INT(old.id)),
		why);
	*out_id = old.id;
	*out_epoch = old.epoch + 1;
	fini_node(&old);
	return err;
}

enum err store_node_inherit(struct store *st, const char *uuid, const char *name, int64_t *out_id,
	int64_t *out_epoch, struct why *why)
{
	int64_t id, epoch;
	enum err err = store_begin(st, why);

	if (err != OK)
		return err;
	err = sql_turn(st, why);
	if (err == OK)
		err = inherit(st, uuid, name, &id, &epoch, why);
	err = sql_end(st, err, why);
	if (err == OK) {
		*out_id = id;
		*out_epoch = epoch;
	}
	return err;
}

/* ---- living ---- */

static enum err expect_one(struct store *st, int64_t id, struct why *why)
{
	if (sql_changed(st) == 1)
		return OK;
	return err_fail(
		why, ERR_CONFLICT, "node %" PRId64 " has been taken over by a later process", id);
}

/* The state stays: an operator who has written the node off has the last word. */
enum err store_node_beat(
	struct store *st, int64_t id, int64_t epoch, const char *status_json, struct why *why)
{
	enum err err = sql_run(st,
		"UPDATE node SET seen_ms = {now}, status_json = ? WHERE id = ? AND epoch = ?",
		BINDS(TEXT(status_json), INT(id), INT(epoch)), why);

	return err == OK ? expect_one(st, id, why) : err;
}

enum err store_node_stop(struct store *st, int64_t id, int64_t epoch, struct why *why)
{
	enum err err =
		sql_run(st, "UPDATE node SET seen_ms = {now}, state = ? WHERE id = ? AND epoch = ?",
			BINDS(INT(STORE_NODE_STOPPED), INT(id), INT(epoch)), why);

	return err == OK ? expect_one(st, id, why) : err;
}

enum err store_node_write_off(struct store *st, int64_t id, struct why *why)
{
	enum err err = sql_run(st, "UPDATE node SET state = ? WHERE id = ?",
		BINDS(INT(STORE_NODE_WRITTEN_OFF), INT(id)), why);

	if (err == OK && sql_changed(st) != 1)
		err = err_fail(why, ERR_NOT_FOUND, "there is no node %" PRId64, id);
	return err;
}

struct behind {
	int64_t node;
	int64_t height;
};

static void read_behind(const struct sql *q, void *row)
{
	*(struct behind *)row = (struct behind){sql_int(q, 0), sql_int(q, 1)};
}

enum err store_node_flushed(
	struct store *st, int64_t pool, int64_t *out_height, int64_t *out_node, struct why *why)
{
	static const struct sql_type behind_row = {sizeof(struct behind), read_behind, NULL};
	struct behind last = {-1, INT64_MAX};
	enum err err = sql_get(st, &behind_row,
		"SELECT n.id, COALESCE(p.flushed_through, 0) AS height FROM node n"
		" LEFT JOIN node_pool p ON p.node_id = n.id AND p.pool_id = ?"
		" WHERE n.state = ? ORDER BY height, n.id LIMIT 1",
		BINDS(INT(pool), INT(STORE_NODE_LIVE)), &last, why);

	if (err != OK && err != ERR_NOT_FOUND)
		return err;
	*out_height = last.height;
	*out_node = last.node;
	return OK;
}
