/* journal_replay.c -- `kozan journal replay`: a dead node's journal into the database. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/path.h"
#include "cli/cli.h"
#include "cli/journal.h"
#include "conf/conf.h"
#include "journal/inspect.h"
#include "store/store_node.h"
#include "stratum/node.h"
#include "stratum/replay.h"

/* A node that has said something within this time lives; it says something every two seconds. */
#define ALIVE_MS 15000

struct task {
	const struct journal_call *call;
	struct store *store;
	int lock; /* -1: none */
	struct replay_options opt;
	struct feed_pool pools[CONF_POOLS_MAX]; /* opt.pools */
	struct replay_sums sums;

	/* what the folder says */
	struct node who; /* id -1: not said */
	uint64_t last_epoch;
	unsigned files;
	bool has_others; /* files of another node */

	/* what the database says */
	int64_t epoch, seen_ms;
	enum store_node_state state;
	bool is_ended; /* rounds do not wait for it any more, because of us */
};

/* ---- whose journal it is ---- */

static void look_at(void *ctx, const struct journal_segment *s)
{
	struct task *t = ctx;

	t->files++;
	t->has_others = t->has_others || (int64_t)s->node_id != t->opt.node;
	if (s->epoch > t->last_epoch)
		t->last_epoch = s->epoch;
}

/* node.json and the lock stand beside the journal's folder. */
static enum err identify(struct task *t, struct why *why)
{
	char *dir = path_join(t->call->dir, "..");
	int64_t said = t->call->node;
	enum err err = node_keep_out(dir, &t->lock, why);

	if (!err)
		err = node_read(dir, &t->who, why);
	free(dir);
	if (err == ERR_NOT_FOUND && said < 0)
		return err_fail(why, ERR_INVALID,
			"%s has no node.json beside it, which says whose journal it is: say --node "
			"ID (see \"kozan node list\")",
			t->call->dir);
	if (err && err != ERR_NOT_FOUND)
		return err;
	if (err == ERR_NOT_FOUND)
		t->who.id = -1;
	if (t->who.id >= 0 && said >= 0 && t->who.id != said)
		return err_fail(why, ERR_INVALID,
			"the journal is of node %" PRId64 ", not %" PRId64, t->who.id, said);
	t->opt.node = t->who.id >= 0 ? t->who.id : said;
	return OK;
}

static enum err check_files(struct task *t, struct why *why)
{
	struct journal_inspector to = {NULL, look_at, t};
	enum err err = journal_inspect(t->call->dir, &to, why);

	if (!err && t->files == 0)
		err = err_fail(why, ERR_NOT_FOUND, "%s has no journal files", t->call->dir);
	if (!err && t->has_others)
		err = err_fail(why, ERR_CONFLICT,
			"%s has files of other nodes than %" PRId64 ": one node at a time",
			t->call->dir, t->opt.node);
	return err;
}

static enum err check_node(struct task *t, struct why *why)
{
	struct store_node *nodes;
	bool is_known = false;
	size_t n;
	enum err err = store_node_list(t->store, &nodes, &n, why);

	if (err)
		return err;
	for (size_t i = 0; i < n && !err; i++) {
		if (nodes[i].id != t->opt.node)
			continue;
		is_known = true;
		t->epoch = nodes[i].epoch;
		t->seen_ms = nodes[i].seen_ms;
		t->state = nodes[i].state;
		if (t->who.id >= 0 && strcmp(t->who.uuid, nodes[i].uuid) != 0)
			err = err_fail(why, ERR_CONFLICT,
				"node %" PRId64 " of this database is another one: the journal "
				"belongs to another database",
				t->opt.node);
	}
	store_free_nodes(nodes, n);
	if (!err && !is_known)
		err = err_fail(why, ERR_NOT_FOUND,
			"this database has no node %" PRId64 ": the journal belongs to another one",
			t->opt.node);
	return err;
}

/* In the journal pools are called as in the database. */
static enum err find_pools(struct task *t, struct why *why)
{
	const struct conf *conf = t->call->conf;
	enum err err = OK;

	for (size_t i = 0; i < conf->pools_count && !err; i++) {
		const struct conf_pool *pool = &conf->pools[i];
		int64_t *id = &t->pools[i].id;

		err = store_pool_ensure(t->store, pool->name, pool->coin.name,
			coin_chain_name(pool->chain), pool->network->work_bits, id, why);
		if (!err)
			t->pools[i].number = (uint16_t)*id;
	}
	t->opt.pools = t->pools;
	t->opt.pools_n = conf->pools_count;
	return err;
}

/* ---- afterwards ---- */

/* Everything that this node had is in the database: rounds need not wait for it. */
static enum err end_node(struct task *t, struct why *why)
{
	enum err err;

	if (t->call->is_dry || t->sums.lost || t->state != STORE_NODE_LIVE ||
		(int64_t)t->last_epoch < t->epoch || clock_wall_ms() - t->seen_ms < ALIVE_MS)
		return OK;
	err = store_node_stop(t->store, t->opt.node, t->epoch, why);
	t->is_ended = err == OK;
	return err;
}

static const char *afterword(const struct task *t)
{
	if (t->call->is_dry)
		return "Nothing was changed (--dry-run).";
	if (t->is_ended)
		return "Rounds do not wait for this node any more.";
	if (t->state != STORE_NODE_LIVE)
		return "Rounds do not wait for this node.";
	if (t->sums.lost)
		return "Rounds still wait for this node: when its lost records cannot be had from "
		       "elsewhere, write it off (kozan help node).";
	if ((int64_t)t->last_epoch < t->epoch)
		return "Rounds still wait for this node: it has been started again since, "
		       "elsewhere.";
	return "Rounds still wait for this node: it was seen just now. When it is dead, replay "
	       "again in a minute.";
}

static void print(const struct task *t)
{
	const struct replay_sums *s = &t->sums;

	if (t->call->is_json) {
		printf("{\"node\":%" PRId64 ",\"dry_run\":%s,\"records\":%" PRId64
		       ",\"shares\":%" PRId64 ",\"work\":%" PRId64 ",\"late_shares\":%" PRId64
		       ",\"lost\":%" PRId64 ",\"node_ended\":%s}\n",
			t->opt.node, t->call->is_dry ? "true" : "false", s->records, s->shares,
			s->work, s->late_shares, s->lost, t->is_ended ? "true" : "false");
		return;
	}
	printf("Node %" PRId64 ": %" PRId64 " shares, work %" PRId64 ", %s in the database.\n",
		t->opt.node, s->shares, s->work,
		t->call->is_dry ? "are not" : "were missing and are now");
	if (s->late_shares)
		printf("%" PRId64 " of them are at heights that are paid: they count in the next "
		       "round.\n",
			s->late_shares);
	if (s->lost)
		printf("%" PRId64 " records cannot be read: see \"kozan journal verify\".\n",
			s->lost);
	puts(afterword(t));
}

static enum err replay(struct task *t, struct why *why)
{
	enum err err = identify(t, why);

	if (!err)
		err = check_files(t, why);
	if (!err)
		err = cli_store_open(t->call->conf, &t->store, why);
	if (!err)
		err = check_node(t, why);
	if (!err)
		err = find_pools(t, why);
	if (err)
		return err;
	t->opt.store = t->store;
	t->opt.dir = t->call->dir;
	t->opt.is_dry = t->call->is_dry;
	err = replay_run(&t->opt, &t->sums, why);
	if (err)
		fprintf(stderr,
			"kozan journal: %" PRId64
			" shares were brought in before it failed; run it "
			"again, it goes on from there\n",
			t->sums.shares);
	return err ? err : end_node(t, why);
}

int cli_journal_replay(const struct journal_call *call)
{
	struct task t = {.call = call, .lock = -1, .who = {.id = -1, .lock = -1}};
	struct why why = {0};
	enum err err;

	if (!call->conf)
		return cli_usage("journal", "replay needs -c FILE: the database is named there");
	err = replay(&t, &why);
	store_close(t.store);
	if (t.lock >= 0)
		close(t.lock);
	if (err)
		return cli_journal_say(err, &why);
	print(&t);
	return t.sums.lost ? CLI_FAILED : CLI_OK;
}
