/* conf_open.c -- loading the configuration and opening the database for a subcommand. */
#include <stdio.h>

#include "base/path.h"
#include "cli/cli.h"
#include "conf/conf.h"
#include "store/store.h"

struct conf *cli_conf_open(const char *command, const char *path)
{
	struct conf_errors errors = {0};
	struct conf *conf = NULL;
	struct buf text = {0};
	enum err e;

	if (!path) {
		cli_usage(command, "-c FILE is needed: the configuration");
		return NULL;
	}
	e = conf_load(path, &conf, &errors);
	if (e) {
		conf_errors_text(&errors, &text);
		fputs(buf_str(&text), stderr);
		if (errors.wrong == 0)
			fprintf(stderr, "kozan %s: %s: %s\n", command, path, err_text(e));
		buf_free(&text);
	}
	conf_errors_fini(&errors);
	return e ? NULL : conf;
}

enum err cli_store_open(const struct conf *conf, struct store **out, struct why *why)
{
	enum err e = path_make_dirs(conf->data_dir, why);

	return e ? e : store_open(&conf->store, out, why);
}
