/* ban.c -- `kozan ban list|add|remove`: addresses that may not connect to the stratum ports. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/json.h"
#include "base/mem.h"
#include "cli/cli.h"
#include "conf/conf.h"
#include "store/store_ban.h"
#include "store/store_stats.h"

enum { WIDEST_V4 = NET_V4_BITS + 8, WIDEST_V6 = 16 /* bits: a wider network is a mistake */ };

struct words {
	bool as_json;
	const char *reason, *duration, *address;
	const struct conf *conf;
};

/* ---- list ---- */

static const char *by_text(const struct store_ban *ban, char out[32])
{
	if (ban->node_id == STORE_BAN_BY_HAND)
		snprintf(out, 32, "operator");
	else
		snprintf(out, 32, "node %" PRId64, ban->node_id);
	return out;
}

static void print_json(const struct store_ban *ban, struct buf *out)
{
	char net[NET_TEXT_MAX], by[32];

	buf_printf(out,
		"{\"net\":\"%s\",\"since_ms\":%" PRId64 ",\"until_ms\":", net_text(&ban->net, net),
		ban->since_ms);
	if (ban->until_ms == STORE_BAN_FOREVER)
		buf_add_str(out, "null");
	else
		buf_printf(out, "%" PRId64, ban->until_ms);
	buf_printf(out, ",\"times\":%" PRId64 ",\"by\":\"%s\",\"reason\":", ban->times,
		by_text(ban, by));
	buf_add_json_str(out, ban->reason);
	buf_add_u8(out, '}');
}

static void print_line(const struct store_ban *ban)
{
	char net[NET_TEXT_MAX], by[32], until[CLOCK_TEXT_MAX] = "removed";

	if (ban->until_ms != STORE_BAN_FOREVER)
		clock_text(ban->until_ms, until);
	printf("%-24s %-25s %-9s %s\n", net_text(&ban->net, net), until, by_text(ban, by),
		ban->reason);
}

static enum err list(struct store *st, const struct words *words, struct why *why)
{
	struct store_ban *bans;
	struct buf json = {0};
	size_t n;
	enum err e = store_ban_list(st, clock_wall_ms(), &bans, &n, why);

	if (e)
		return e;
	if (!words->as_json && n == 0)
		puts("Nobody is banned.");
	else if (!words->as_json)
		printf("%-24s %-25s %-9s %s\n", "address", "until", "by", "reason");
	buf_add_u8(&json, '[');
	for (size_t i = 0; i < n; i++) {
		buf_add_str(&json, i ? "," : "");
		print_json(&bans[i], &json);
		if (!words->as_json)
			print_line(&bans[i]);
	}
	buf_add_u8(&json, ']');
	if (words->as_json)
		puts(buf_str(&json));
	buf_free(&json);
	store_free_bans(bans, n);
	return OK;
}

/* ---- add and remove ---- */

/* "90s", "10m", "1h", "7d". */
static enum err read_duration(const char *text, int64_t *out_ms, struct why *why)
{
	static const struct {
		char letter;
		int64_t ms;
	} units[] = {{'s', 1000}, {'m', 60000}, {'h', 3600000}, {'d', 86400000}};
	char *end;
	long n = strtol(text, &end, 10);

	for (size_t i = 0; i < ARRAY_LEN(units); i++) {
		if (n > 0 && n <= 1000000 && *end == units[i].letter && end[1] == '\0') {
			*out_ms = n * units[i].ms;
			return OK;
		}
	}
	return err_fail(why, ERR_SYNTAX, "--for %s: write 90s, 10m, 1h or 7d", text);
}

/* In the feed of every pool stands who may not come any more, and why. */
static enum err note(struct store *st, const char *kind, const struct net *net, const char *reason,
	struct why *why)
{
	struct store_pool *pools;
	char text[NET_TEXT_MAX];
	struct buf json = {0};
	size_t n;
	enum err e = store_pool_list(st, &pools, &n, why);

	if (e)
		return e;
	buf_printf(&json, "{\"net\":\"%s\",\"reason\":", net_text(net, text));
	buf_add_json_str(&json, reason);
	buf_add_u8(&json, '}');
	for (size_t i = 0; i < n && e == OK; i++)
		e = store_event_add(st, pools[i].id, kind, buf_str(&json), why);
	buf_free(&json);
	store_free_pools(pools);
	return e;
}

static enum err read_ban(const struct words *words, struct store_ban *out, struct why *why)
{
	struct store_ban ban = {.since_ms = clock_wall_ms(),
		.until_ms = STORE_BAN_FOREVER,
		.node_id = STORE_BAN_BY_HAND};
	enum err e = net_read(words->address, &ban.net, why);
	int64_t for_ms;

	if (e == OK && ban.net.bits < (net_addr_is_v4(&ban.net.addr) ? WIDEST_V4 : WIDEST_V6))
		e = err_fail(why, ERR_RANGE, "%s is too wide: at most /8 of IPv4 and /16 of IPv6",
			words->address);
	if (e == OK && words->reason && !str_copy(ban.reason, sizeof(ban.reason), words->reason))
		e = err_fail(why, ERR_RANGE, "the reason is longer than %d bytes",
			STORE_BAN_REASON_MAX - 1);
	if (e == OK && words->duration) {
		e = read_duration(words->duration, &for_ms, why);
		if (e == OK)
			ban.until_ms = ban.since_ms + for_ms;
	}
	if (e == OK)
		*out = ban;
	return e;
}

static enum err add(struct store *st, const struct words *words, struct why *why)
{
	char text[NET_TEXT_MAX], until[CLOCK_TEXT_MAX];
	struct store_ban ban;
	enum err e = read_ban(words, &ban, why);

	if (e || (e = store_begin(st, why)))
		return e;
	if ((e = store_ban_set(st, &ban, why)) ||
		(e = note(st, "ban_added", &ban.net, ban.reason, why))) {
		store_rollback(st);
		return e;
	}
	if ((e = store_commit(st, why)))
		return e;
	net_text(&ban.net, text);
	if (ban.until_ms == STORE_BAN_FOREVER)
		printf("%s is banned until it is removed.\n", text);
	else
		printf("%s is banned until %s.\n", text, clock_text(ban.until_ms, until));
	if (net_set_has(&words->conf->stratum.allow, &ban.net.addr))
		puts("It stands in stratum.allow, which is stronger: it can connect all the same.");
	return OK;
}

static enum err remove_ban(struct store *st, const struct words *words, struct why *why)
{
	char text[NET_TEXT_MAX];
	struct net net;
	enum err e = net_read(words->address, &net, why);

	if (e || (e = store_begin(st, why)))
		return e;
	if ((e = store_ban_remove(st, &net, why)) ||
		(e = note(st, "ban_removed", &net, words->reason ? words->reason : "", why))) {
		store_rollback(st);
		return e;
	}
	if ((e = store_commit(st, why)))
		return e;
	printf("%s may connect again.\n", net_text(&net, text));
	return OK;
}

static const struct {
	const char *name;
	int operands;
	enum err (*run)(struct store *st, const struct words *words, struct why *why);
} actions[] = {{"list", 1, list}, {"add", 2, add}, {"remove", 2, remove_ban}};

int cli_ban(int argc, char **argv)
{
	struct words words = {0};
	const char *path = NULL;
	const struct cli_option options[] = {{"config", 'c', CLI_TEXT, &path},
		{"json", 'j', CLI_FLAG, &words.as_json}, {"reason", 'r', CLI_TEXT, &words.reason},
		{"for", 'f', CLI_TEXT, &words.duration}};
	struct store *st = NULL;
	struct why why = {0};
	struct conf *conf;
	size_t i = 0;
	int first;
	enum err e;

	if (cli_options(argc, argv, options, ARRAY_LEN(options), &first))
		return CLI_USAGE;
	while (i < ARRAY_LEN(actions) && (first == argc || strcmp(actions[i].name, argv[first])))
		i++;
	if (i == ARRAY_LEN(actions) || argc - first != actions[i].operands)
		return cli_usage(
			"ban", "say \"list\", \"add ADDRESS[/BITS]\" or \"remove ADDRESS[/BITS]\"");
	words.address = argv[argc - 1];
	conf = cli_conf_open("ban", path);
	if (!conf)
		return path ? CLI_FAILED : CLI_USAGE;
	words.conf = conf;
	e = cli_store_open(conf, &st, &why);
	if (!e)
		e = actions[i].run(st, &words, &why);
	store_close(st);
	conf_free(conf);
	if (e)
		fprintf(stderr, "kozan ban: %s\n", why.text[0] ? why.text : err_text(e));
	return e ? CLI_FAILED : CLI_OK;
}
