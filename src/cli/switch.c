/* switch.c -- `kozan switch`: for which coin the miners of a port work. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/json.h"
#include "base/mem.h"
#include "cli/cli.h"
#include "conf/conf.h"
#include "store/store_stats.h"
#include "store/store_switch.h"

struct words {
	bool as_json;
	const char *reason; /* "" none */
	const char *port, *pool;
	const struct conf *conf;
};

/* A port that may work for several pools. */
struct place {
	const struct conf_pool *home;
	const struct conf_port *port;
	char key[STORE_PORT_MAX];
};

static enum err pool_id(
	struct store *st, const struct conf_pool *pool, int64_t *out, struct why *why)
{
	return store_pool_ensure(st, pool->name, pool->coin.name, coin_chain_name(pool->chain),
		pool->network->work_bits, out, why);
}

/* The next of them; false: there are no more. */
static bool next_place(const struct conf *conf, size_t *at, struct place *out)
{
	size_t n = 0;

	for (size_t i = 0; i < conf->pools_count; i++) {
		for (size_t k = 0; k < conf->pools[i].ports_count; k++) {
			const struct conf_port *port = &conf->pools[i].ports[k];

			if (port->switch_count == 0 || n++ < *at)
				continue;
			++*at;
			*out = (struct place){.home = &conf->pools[i], .port = port};
			snprintf(out->key, sizeof(out->key), "%s/%s", out->home->name, port->name);
			return true;
		}
	}
	return false;
}

/* By "pool/port", or by "port" where that is enough. */
static enum err find_place(
	const struct conf *conf, const char *name, struct place *out, struct why *why)
{
	struct buf all = {0};
	struct place p;
	unsigned found = 0;
	size_t at = 0;

	while (next_place(conf, &at, &p)) {
		buf_printf(&all, "%s%s", all.len ? ", " : "", p.key);
		if (strcmp(p.key, name) == 0 || strcmp(p.port->name, name) == 0) {
			*out = p;
			found++;
		}
	}
	if (found != 1)
		err_fail(why, ERR_NOT_FOUND, "%s port that may switch is called \"%s\"%s%s",
			found ? "more than one" : "no", name, all.len ? "; there are: " : "",
			buf_str(&all));
	buf_free(&all);
	return found == 1 ? OK : ERR_NOT_FOUND;
}

static enum err find_target(
	const struct place *p, const char *name, const struct conf_pool **out, struct why *why)
{
	struct buf all = {0};
	enum err err = OK;

	*out = strcmp(p->home->name, name) == 0 ? p->home : NULL;
	buf_add_str(&all, p->home->name);
	for (unsigned i = 0; i < p->port->switch_count; i++) {
		buf_printf(&all, ", %s", p->port->switch_to[i]->name);
		if (strcmp(p->port->switch_to[i]->name, name) == 0)
			*out = p->port->switch_to[i];
	}
	if (!*out)
		err = err_fail(why, ERR_NOT_FOUND, "%s works for %s, not for \"%s\"", p->key,
			buf_str(&all), name);
	buf_free(&all);
	return err;
}

/* What stands in the database, or would if somebody had written it down. */
static enum err find_row(
	struct store *st, const struct place *p, struct store_switch *out, struct why *why)
{
	struct store_switch *rows;
	size_t n;
	enum err err = store_switch_list(st, &rows, &n, why);

	if (err)
		return err;
	*out = (struct store_switch){0};
	str_copy(out->port, sizeof(out->port), p->key);
	for (size_t i = 0; i < n; i++) {
		if (strcmp(rows[i].port, p->key) == 0)
			*out = rows[i];
	}
	store_free_switches(rows);
	return out->pool ? OK : pool_id(st, p->home, &out->pool, why);
}

static enum err pool_name(
	struct store *st, const struct conf *conf, int64_t id, const char **out, struct why *why)
{
	enum err err = OK;

	*out = "?";
	for (size_t i = 0; i < conf->pools_count && !err; i++) {
		int64_t one;

		err = pool_id(st, &conf->pools[i], &one, why);
		if (!err && one == id)
			*out = conf->pools[i].name;
	}
	return err;
}

static void print_place(const struct words *w, const struct place *p,
	const struct store_switch *row, const char *pool, bool is_first)
{
	char when[CLOCK_TEXT_MAX] = "";
	bool by_profit = p->port->switch_by == CONF_SWITCH_PROFIT && !row->by_hand;
	struct buf text = {0};

	if (row->since_ms)
		clock_text(row->since_ms, when);
	if (!w->as_json) {
		printf("%-24s %-16s %-7s %.16s  %s\n", p->key, pool, by_profit ? "profit" : "hand",
			when, row->reason);
		return;
	}
	buf_printf(&text,
		"%s{\"port\":\"%s\",\"pool\":\"%s\",\"by\":\"%s\",\"since_ms\":%" PRId64
		",\"reason\":",
		is_first ? "" : ",", p->key, pool, by_profit ? "profit" : "hand", row->since_ms);
	buf_add_json_str(&text, row->reason);
	printf("%s}", buf_str(&text));
	buf_free(&text);
}

static enum err list(struct store *st, const struct words *w, struct why *why)
{
	struct store_switch row;
	struct place p;
	const char *pool;
	enum err err = OK;
	size_t at = 0;

	if (w->as_json)
		putchar('[');
	while (!err && next_place(w->conf, &at, &p)) {
		err = find_row(st, &p, &row, why);
		if (!err)
			err = pool_name(st, w->conf, row.pool, &pool, why);
		if (!err)
			print_place(w, &p, &row, pool, at == 1);
	}
	if (w->as_json)
		puts("]");
	else if (at == 0)
		puts("No port may work for several pools (ports: switch_to).");
	return err;
}

static enum err note(struct store *st, const struct place *p, const char *pool, const char *reason,
	struct why *why)
{
	const char *who = getenv("SUDO_USER");
	struct buf json = {0};
	int64_t id;
	enum err err = pool_id(st, p->home, &id, why);

	if (err)
		return err;
	buf_printf(&json, "{\"port\":\"%s\",\"pool\":\"%s\",\"who\":", p->key, pool);
	buf_add_json_str(&json, who && *who ? who : "operator");
	buf_add_str(&json, ",\"reason\":");
	buf_add_json_str(&json, reason);
	buf_add_u8(&json, '}');
	err = store_event_add(st, id, "port_switched", buf_str(&json), why);
	buf_free(&json);
	return err;
}

static enum err change(struct store *st, const struct words *w, struct why *why)
{
	bool is_auto = strcmp(w->pool, "auto") == 0;
	const struct conf_pool *target;
	struct store_switch row;
	struct place p;
	enum err err = find_place(w->conf, w->port, &p, why);

	if (!err && is_auto && p.port->switch_by != CONF_SWITCH_PROFIT)
		err = err_fail(why, ERR_INVALID, "%s is not switched by profit (switch_by)", p.key);
	if (!err && !is_auto)
		err = find_target(&p, w->pool, &target, why);
	if (!err)
		err = find_row(st, &p, &row, why);
	if (!err && !is_auto)
		err = pool_id(st, target, &row.pool, why);
	if (err || (err = store_begin(st, why)))
		return err;
	row.since_ms = clock_wall_ms();
	row.by_hand = !is_auto;
	str_copy(row.reason, sizeof(row.reason), w->reason);
	err = store_switch_set(st, &row, why);
	if (!err)
		err = note(st, &p, w->pool, w->reason, why);
	if (err) {
		store_rollback(st);
		return err;
	}
	err = store_commit(st, why);
	if (!err && is_auto)
		printf("%s goes by profit again.\n", p.key);
	else if (!err)
		printf("The miners of %s work for %s within a second.\n", p.key, w->pool);
	return err;
}

int cli_switch(int argc, char **argv)
{
	struct words words = {.reason = ""};
	const char *path = NULL;
	const struct cli_option options[] = {{"config", 'c', CLI_TEXT, &path},
		{"json", 'j', CLI_FLAG, &words.as_json}, {"reason", 'r', CLI_TEXT, &words.reason}};
	struct store *st = NULL;
	struct why why = {0};
	struct conf *conf;
	int first;
	enum err e;

	if (cli_options(argc, argv, options, ARRAY_LEN(options), &first))
		return CLI_USAGE;
	if (argc - first != 0 && argc - first != 2)
		return cli_usage(
			"switch", "say \"PORT POOL\", \"PORT auto\", or nothing for a list");
	if (strlen(words.reason) >= STORE_SWITCH_REASON_MAX)
		return cli_usage(
			"switch", "--reason takes at most %d bytes", STORE_SWITCH_REASON_MAX - 1);
	conf = cli_conf_open("switch", path);
	if (!conf)
		return path ? CLI_FAILED : CLI_USAGE;
	words.conf = conf;
	words.port = argv[first];
	words.pool = first < argc ? argv[first + 1] : NULL;
	e = cli_store_open(conf, &st, &why);
	if (!e)
		e = store_migrate(st, &why);
	if (!e)
		e = (words.pool ? change : list)(st, &words, &why);
	store_close(st);
	conf_free(conf);
	if (e)
		fprintf(stderr, "kozan switch: %s\n", why.text[0] ? why.text : err_text(e));
	return e ? CLI_FAILED : CLI_OK;
}
