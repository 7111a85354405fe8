/* help.c -- `kozan help [SUBCOMMAND]`: the texts of help/, compiled in. */
#include <stdio.h>
#include <string.h>

#include "cli/cli.h"
#include "cli/help_texts.h"

bool cli_help_print(const char *name)
{
	for (const struct help_text *t = help_texts; t->name; t++) {
		if (strcmp(t->name, name) == 0) {
			fputs(t->text, stdout);
			return true;
		}
	}
	return false;
}

static void print_overview(FILE *to)
{
	fputs("kozan: a mining pool\n\nUsage: kozan SUBCOMMAND [OPTION...]\n\nSubcommands:\n", to);
	for (const struct cli_command *c = cli_commands; c->name; c++)
		fprintf(to, "  %-8s %s\n", c->name, c->summary);
	fputs("\n\"kozan help SUBCOMMAND\" explains one. To see a whole pool at work on this "
	      "machine, "
	      "with coins\nthat are worth nothing: scripts/demo.\n",
		to);
}

int cli_help(int argc, char **argv)
{
	if (argc > 2)
		return cli_usage("help", "one subcommand at a time");
	if (argc == 2) {
		if (cli_help_print(argv[1]))
			return CLI_OK;
		return cli_usage(NULL, "no subcommand \"%s\"", argv[1]);
	}
	print_overview(argc ? stdout : stderr);
	return CLI_OK;
}
