/* journal.c -- `kozan journal VERB [DIR]`: options, and which folder is meant. */
#include "cli/journal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/mem.h"
#include "base/path.h"
#include "cli/cli.h"
#include "conf/conf.h"
#include "store/store_node.h"

struct words {
	const char *conf, *format, *from, *to, *height;
};

struct verb {
	const char *name;
	int (*run)(const struct journal_call *call);
};

static const struct verb verbs[] = {
	{"ls", cli_journal_ls},
	{"verify", cli_journal_verify},
	{"cat", cli_journal_cat},
	{"export", cli_journal_export},
	{"replay", cli_journal_replay},
	{NULL, NULL},
};

static const char *verb_name(const void *ctx, unsigned idx)
{
	return ((const struct verb *)ctx)[idx].name;
}

int cli_journal_say(enum err e, const struct why *why)
{
	fprintf(stderr, "kozan journal: %s\n", why->text[0] ? why->text : err_text(e));
	return CLI_FAILED;
}

static bool is_dir(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

/* A data folder and a node's folder stand for the journal in them. */
static char *folder_of(const char *given, const struct conf *conf)
{
	static const char *const inside[] = {"stratum/journal", "journal"};

	if (!given)
		return path_join(conf->data_dir, inside[0]);
	for (unsigned i = 0; i < ARRAY_LEN(inside); i++) {
		char *path = path_join(given, inside[i]);

		if (is_dir(path))
			return path;
		free(path);
	}
	return str_dup(given);
}

/* The words of the filter; false after a message. */
static bool read_filter(const struct words *words, struct journal_call *call)
{
	struct journal_filter *f = &call->filter;

	f->from_ms = INT64_MIN;
	f->to_ms = f->height_to = INT64_MAX;
	if ((words->from && journal_filter_time(words->from, &f->from_ms)) ||
		(words->to && journal_filter_time(words->to, &f->to_ms))) {
		cli_usage("journal", "--from and --to take a time (UTC) such as 2026-11-22T19:27");
		return false;
	}
	if (words->height &&
		journal_filter_heights(words->height, &f->height_from, &f->height_to)) {
		cli_usage("journal", "--height takes a height, or two: 100-105");
		return false;
	}
	if (words->format && strcmp(words->format, "csv") && strcmp(words->format, "json")) {
		cli_usage("journal", "--format is csv or json");
		return false;
	}
	call->is_csv = words->format && strcmp(words->format, "csv") == 0;
	return true;
}

static const struct verb *find_verb(const char *name)
{
	const struct verb *verb = verbs;
	const char *near;

	while (verb->name && (!name || strcmp(verb->name, name) != 0))
		verb++;
	if (verb->name)
		return verb;
	near = name ? cli_nearest(name, verb_name, verbs) : NULL;
	if (near)
		cli_usage("journal", "no verb \"%s\"; did you mean \"%s\"?", name, near);
	else
		cli_usage("journal", "say \"ls\", \"verify\", \"cat\", \"export\" or \"replay\"");
	return NULL;
}

int cli_journal(int argc, char **argv)
{
	struct journal_call call = {.node = -1};
	struct words words = {0};
	const struct cli_option options[] = {
		{"config", 'c', CLI_TEXT, &words.conf},
		{"json", 'j', CLI_FLAG, &call.is_json},
		{"format", 0, CLI_TEXT, &words.format},
		{"from", 0, CLI_TEXT, &words.from},
		{"to", 0, CLI_TEXT, &words.to},
		{"height", 0, CLI_TEXT, &words.height},
		{"account", 'a', CLI_TEXT, &call.filter.account},
		{"worker", 'w', CLI_TEXT, &call.filter.worker},
		{"follow", 'f', CLI_FLAG, &call.is_follow},
		{"dry-run", 'n', CLI_FLAG, &call.is_dry},
		{"node", 0, CLI_INT, &call.node, 0, STORE_NODE_ID_MAX},
	};
	const struct verb *verb;
	int first, code;

	if (cli_options(argc, argv, options, ARRAY_LEN(options), &first))
		return CLI_USAGE;
	verb = find_verb(first < argc ? argv[first] : NULL);
	if (!verb || !read_filter(&words, &call))
		return CLI_USAGE;
	if (argc - first > 2)
		return cli_usage("journal", "one folder at a time");
	if (argc - first == 1 && !words.conf)
		return cli_usage(
			"journal", "name the journal's folder, or a configuration with -c");
	if (words.conf && !(call.conf = cli_conf_open("journal", words.conf)))
		return CLI_FAILED;
	call.dir = folder_of(argc - first == 2 ? argv[first + 1] : NULL, call.conf);
	if (is_dir(call.dir)) {
		code = verb->run(&call);
	} else {
		fprintf(stderr, "kozan journal: %s: no such folder\n", call.dir);
		code = CLI_FAILED;
	}
	free(call.dir);
	conf_free(call.conf);
	return code;
}
