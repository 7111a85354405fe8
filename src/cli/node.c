/* node.c -- `kozan node list|write-off`: the stratum nodes that the database knows, and giving one
 * up. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/json.h"
#include "base/mem.h"
#include "cli/cli.h"
#include "conf/conf.h"
#include "store/store_node.h"
#include "store/store_stats.h"

struct words {
	bool as_json;
	const char *reason;
	const char *id;
};

static const char *state_text(enum store_node_state state)
{
	switch (state) {
	case STORE_NODE_LIVE: return "live";
	case STORE_NODE_STOPPED: return "stopped";
	case STORE_NODE_WRITTEN_OFF: return "written-off";
	}
	return "?";
}

static void print_json(const struct store_node *n, struct buf *out)
{
	buf_printf(out, "{\"id\":%" PRId64 ",\"name\":", n->id);
	buf_add_json_str(out, n->name);
	buf_printf(out, ",\"state\":\"%s\",\"epoch\":%" PRId64 ",\"seen_ms\":%" PRId64 "}",
		state_text(n->state), n->epoch, n->seen_ms);
}

static enum err list(struct store *st, const struct words *words, struct why *why)
{
	struct store_node *nodes;
	struct buf json = {0};
	size_t n;
	enum err e = store_node_list(st, &nodes, &n, why);

	if (e)
		return e;
	if (!words->as_json)
		printf("%4s  %-20s %-12s %6s  %s\n", "id", "name", "state", "epoch", "last seen");
	buf_add_u8(&json, '[');
	for (size_t i = 0; i < n; i++) {
		char seen[CLOCK_TEXT_MAX];

		buf_add_str(&json, i ? "," : "");
		print_json(&nodes[i], &json);
		if (!words->as_json)
			printf("%4" PRId64 "  %-20s %-12s %6" PRId64 "  %s\n", nodes[i].id,
				nodes[i].name, state_text(nodes[i].state), nodes[i].epoch,
				clock_text(nodes[i].seen_ms, seen));
	}
	buf_add_u8(&json, ']');
	if (words->as_json)
		puts(buf_str(&json));
	buf_free(&json);
	store_free_nodes(nodes, n);
	return OK;
}

/* In the feed of every pool stands who was given up, and why. */
static enum err note(struct store *st, int64_t id, const char *reason, struct why *why)
{
	struct store_pool *pools;
	struct buf json = {0};
	size_t n;
	enum err e = store_pool_list(st, &pools, &n, why);

	if (e)
		return e;
	buf_printf(&json, "{\"node\":%" PRId64 ",\"reason\":", id);
	buf_add_json_str(&json, reason);
	buf_add_u8(&json, '}');
	for (size_t i = 0; i < n && e == OK; i++)
		e = store_event_add(st, pools[i].id, "node_written_off", buf_str(&json), why);
	buf_free(&json);
	store_free_pools(pools);
	return e;
}

static enum err write_off(struct store *st, const struct words *words, struct why *why)
{
	char *end;
	long id = strtol(words->id, &end, 10);
	enum err e;

	if (*end || end == words->id || id < 0 || id > STORE_NODE_ID_MAX)
		return err_fail(why, ERR_INVALID,
			"%s: not the id of a node; see \"kozan node list\"", words->id);
	if ((e = store_begin(st, why)))
		return e;
	if ((e = store_node_write_off(st, id, why)) || (e = note(st, id, words->reason, why))) {
		store_rollback(st);
		return e == ERR_NOT_FOUND ? err_fail(why, e, "there is no node %ld", id) : e;
	}
	if ((e = store_commit(st, why)))
		return e;
	printf("Node %ld is written off: rounds no longer wait for it.\n", id);
	return OK;
}

int cli_node(int argc, char **argv)
{
	struct words words = {0};
	const char *path = NULL;
	const struct cli_option options[] = {{"config", 'c', CLI_TEXT, &path},
		{"json", 'j', CLI_FLAG, &words.as_json}, {"reason", 'r', CLI_TEXT, &words.reason}};
	enum err (*action)(struct store *, const struct words *, struct why *) = NULL;
	struct store *st = NULL;
	struct why why = {0};
	struct conf *conf;
	int first;
	enum err e;

	if (cli_options(argc, argv, options, ARRAY_LEN(options), &first))
		return CLI_USAGE;
	if (argc - first == 1 && strcmp(argv[first], "list") == 0)
		action = list;
	else if (argc - first == 2 && strcmp(argv[first], "write-off") == 0)
		action = write_off;
	else
		return cli_usage("node", "say \"list\" or \"write-off ID\"");
	if (action == write_off && !words.reason)
		return cli_usage(
			"node", "write-off needs --reason TEXT; it is kept with the pool's events");
	words.id = argv[first + (action == write_off)];
	conf = cli_conf_open("node", path);
	if (!conf)
		return path ? CLI_FAILED : CLI_USAGE;
	e = cli_store_open(conf, &st, &why);
	if (!e)
		e = action(st, &words, &why);
	store_close(st);
	conf_free(conf);
	if (e)
		fprintf(stderr, "kozan node: %s\n", why.text[0] ? why.text : err_text(e));
	return e ? CLI_FAILED : CLI_OK;
}
