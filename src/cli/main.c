/* main.c -- the program: a table of subcommands. */
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "cli/cli.h"

const struct cli_command cli_commands[] = {
	{"run", "run the pool: all roles, or one of them", cli_run},
	{"check", "check a configuration file, and the world it speaks of", cli_check},
	{"status", "show what the pool is doing", cli_status},
	{"audit", "prove shares, ledger and wallet against one another", cli_audit},
	{"notify", "tell a running pool of a new block (for -blocknotify)", cli_notify},
	{"db", "make the database, bring it to this version, or show its version", cli_db},
	{"node", "list the stratum nodes, or give one up", cli_node},
	{"journal", "look into a share journal, check it, export it, bring it in", cli_journal},
	{"switch", "for which coin the miners of a port work", cli_switch},
	{"ban", "list, add or remove addresses that may not connect", cli_ban},
	{"news", "tell miners something on the portal's pages", cli_news},
	{"verify-round", "check a published round, with nothing but its file", cli_verify_round},
	{"payout", "look at payouts, approve, pause, send, replace them", cli_payout},
	{"account", "what an account has set, and its statement", cli_account},
	{"reserve", "show or fill what PPS and its kin are paid out of", cli_reserve},
	{"miner", "a small CPU miner, for trying a pool", cli_miner},
	{"pow", "compute and measure proofs of work", cli_pow},
	{"version", "show the version of the program and its libraries", cli_version},
	{"help", "explain a subcommand", cli_help},
	{NULL, NULL, NULL},
};

static const char *command_name(const void *ctx, unsigned idx)
{
	return ((const struct cli_command *)ctx)[idx].name;
}

static bool asks_for_help(int argc, char **argv)
{
	for (int i = 1; i < argc && strcmp(argv[i], "--") != 0; i++) {
		if (strcmp(argv[i], "--help") == 0 || strcmp(argv[i], "-h") == 0)
			return true;
	}
	return false;
}

int main(int argc, char **argv)
{
	const struct cli_command *command = cli_commands;
	const char *name, *near;

	signal(SIGPIPE, SIG_IGN);
	if (argc < 2)
		return cli_help(0, NULL), CLI_USAGE;
	name = argv[1];
	if (strcmp(name, "--help") == 0 || strcmp(name, "-h") == 0)
		name = "help";
	if (strcmp(name, "--version") == 0 || strcmp(name, "-V") == 0)
		name = "version";
	while (command->name && strcmp(command->name, name) != 0)
		command++;
	if (!command->name) {
		near = cli_nearest(name, command_name, cli_commands);
		if (near)
			return cli_usage(
				NULL, "no subcommand \"%s\"; did you mean \"%s\"?", name, near);
		return cli_usage(NULL, "no subcommand \"%s\"", name);
	}
	if (asks_for_help(argc - 1, argv + 1) && cli_help_print(name))
		return CLI_OK;
	return command->run(argc - 1, argv + 1);
}
