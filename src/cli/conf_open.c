/* conf_open.c -- loading the configuration and opening the database for a subcommand. */
#include <stdio.h>

#include "base/buf.h"
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

static const char *pool_name(const void *ctx, unsigned idx)
{
	const struct conf *conf = ctx;

	return idx < conf->pools_count ? conf->pools[idx].name : NULL;
}

const struct conf_pool *cli_pool(const char *command, const struct conf *conf, const char *name)
{
	const struct conf_pool *pool = conf_pool(conf, name);
	struct buf names = {0};
	const char *near;

	if (pool && (name || conf->pools_count == 1))
		return pool;
	for (size_t i = 0; i < conf->pools_count; i++)
		buf_printf(&names, "%s%s", i ? ", " : "", conf->pools[i].name);
	near = name ? cli_nearest(name, pool_name, conf) : NULL;
	if (!name)
		cli_usage(command, "which pool? Say --pool NAME: %s", buf_str(&names));
	else if (near)
		cli_usage(command, "no pool is called \"%s\"; did you mean \"%s\"?", name, near);
	else
		cli_usage(
			command, "no pool is called \"%s\"; there are: %s", name, buf_str(&names));
	buf_free(&names);
	return NULL;
}

enum err cli_store_open(const struct conf *conf, struct store **out, struct why *why)
{
	enum err e = path_make_dirs(conf->data_dir, why);

	return e ? e : store_open(&conf->store, out, why);
}
