/* conf_open.c -- loading the configuration for a subcommand, with its errors said to the caller. */
#include <stdio.h>

#include "cli/cli.h"
#include "conf/conf.h"

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
