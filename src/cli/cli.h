/*
 * cli.h -- what the subcommands share: their table, exit codes and options.
 *
 * One file per subcommand; each exports `int cli_<name>(int argc, char **argv)` where argv[0] is
 * the subcommand's name. Results go to standard output, messages to standard error.
 */
#ifndef CLI_CLI_H
#define CLI_CLI_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

enum cli_exit { CLI_OK = 0, CLI_FAILED = 1, CLI_USAGE = 2 };

struct cli_command {
	const char *name;
	const char *summary; /* one line for `kozan help` */
	int (*run)(int argc, char **argv);
};

/* The table of main.c; ends with a NULL name. */
extern const struct cli_command cli_commands[];

int cli_run(int argc, char **argv);
int cli_check(int argc, char **argv);
int cli_status(int argc, char **argv);
int cli_audit(int argc, char **argv);
int cli_notify(int argc, char **argv);
int cli_db(int argc, char **argv);
int cli_node(int argc, char **argv);
int cli_reserve(int argc, char **argv);
int cli_ban(int argc, char **argv);
int cli_switch(int argc, char **argv);
int cli_news(int argc, char **argv);
int cli_journal(int argc, char **argv);
int cli_verify_round(int argc, char **argv);
int cli_payout(int argc, char **argv);
int cli_account(int argc, char **argv);
int cli_miner(int argc, char **argv);
int cli_pow(int argc, char **argv);
int cli_version(int argc, char **argv);
int cli_help(int argc, char **argv);

/* ---- options.c ---- */

enum cli_option_kind {
	CLI_FLAG, /* out is bool * */
	CLI_TEXT, /* out is const char **, borrowed from argv */
	CLI_INT,  /* out is int64_t *, min .. max */
	CLI_REAL, /* out is double *, min .. max */
	CLI_LIST, /* out is struct cli_list *; may be given several times */
};

struct cli_list {
	const char *items[16];
	unsigned count;
};

struct cli_option {
	const char *name; /* without the dashes */
	char letter;      /* short form, 0 for none */
	enum cli_option_kind kind;
	void *out;
	int64_t min, max;
};

/**
 * cli_options(argc, argv, options[count], out_first): read the options of a subcommand.
 * Unknown options, missing and bad values are reported on standard error, with a suggestion where
 * one is near; the caller then returns CLI_USAGE.
 *   out_first  index in argv of the first word that is no option (options may stand after words)
 */
enum err cli_options(int argc, char **argv, const struct cli_option *options, unsigned count,
	int *out_first) MUST_CHECK;

/** cli_usage(command, fmt, ...): report a mistake in the call on standard error; returns CLI_USAGE.
 */
int cli_usage(const char *command, const char *fmt, ...) PRINTF_LIKE(2, 3);

/** cli_nearest(word, next, ctx): of the names that next(ctx, i) gives (NULL ends them), the one
 * that looks most like word; NULL when none is near enough to be meant. */
const char *cli_nearest(
	const char *word, const char *(*next)(const void *ctx, unsigned idx), const void *ctx);

/* ---- help.c ---- */

/** cli_help_print(name): the help text of a subcommand on standard output; false when there is
 * none. */
bool cli_help_print(const char *name);

/* ---- conf_open.c ---- */

struct conf;
struct conf_pool;
struct store;

/**
 * cli_conf_open(command, path): load a configuration file; on failure print all its errors.
 *   path     NULL: usage error
 *   returns  NULL on failure; else the caller calls conf_free()
 */
struct conf *cli_conf_open(const char *command, const char *path);

/** cli_pool(command, conf, name): the pool that --pool names, or the only one; NULL: it is said
 * what is wrong, and the caller returns CLI_USAGE. */
const struct conf_pool *cli_pool(const char *command, const struct conf *conf, const char *name);

/** cli_store_open(conf, out, why): the database; an empty data_dir is made when there is none.
 * The caller calls store_close(), on failure too. errs as store_open() */
enum err cli_store_open(const struct conf *conf, struct store **out, struct why *why) MUST_CHECK;

#endif
