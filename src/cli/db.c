/* db.c -- `kozan db migrate|status`: the schema of the database. */
#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "cli/cli.h"
#include "conf/conf.h"
#include "store/store.h"

static enum err migrate(struct store *st, struct why *why)
{
	int64_t before = 0, after = 0;
	enum err e;

	if ((e = store_schema_version(st, &before, why)) || (e = store_migrate(st, why)) ||
		(e = store_schema_version(st, &after, why)))
		return e;
	if (before == after)
		printf("The database is at version %lld already.\n", (long long)after);
	else
		printf("The database went from version %lld to %lld.\n", (long long)before,
			(long long)after);
	return OK;
}

static enum err show(struct store *st, struct why *why)
{
	int64_t version;
	enum err e = store_schema_version(st, &version, why);

	if (!e && version == 0)
		puts("The database is empty.");
	else if (!e)
		printf("The database is at version %lld.\n", (long long)version);
	return e;
}

int cli_db(int argc, char **argv)
{
	const char *path = NULL;
	const struct cli_option options[] = {{"config", 'c', CLI_TEXT, &path}};
	enum err (*action)(struct store * st, struct why * why) = NULL;
	struct store *st = NULL;
	struct why why = {0};
	struct conf *conf;
	int first;
	enum err e;

	if (cli_options(argc, argv, options, ARRAY_LEN(options), &first))
		return CLI_USAGE;
	if (argc - first == 1 && strcmp(argv[first], "migrate") == 0)
		action = migrate;
	else if (argc - first == 1 && strcmp(argv[first], "status") == 0)
		action = show;
	else
		return cli_usage("db", "say \"migrate\" or \"status\"");
	conf = cli_conf_open("db", path);
	if (!conf)
		return path ? CLI_FAILED : CLI_USAGE;
	e = cli_store_open(conf, &st, &why);
	if (!e)
		e = action(st, &why);
	store_close(st);
	conf_free(conf);
	if (e)
		fprintf(stderr, "kozan db: %s\n", why.text[0] ? why.text : err_text(e));
	return e ? CLI_FAILED : CLI_OK;
}
