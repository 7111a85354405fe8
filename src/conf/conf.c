#include "conf/conf.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "conf/check_priv.h"
#include "conf/read_priv.h"

enum err conf_load(const char *path, struct conf **out, struct conf_errors *errors)
{
	struct conf_reader r = {.file = path, .errors = errors};
	struct conf *conf = NEW(struct conf);
	size_t wrong = errors->wrong;
	enum err err;

	conf->file = realpath(path, NULL);
	if (!conf->file)
		conf->file = str_dup(path);
	err = conf_read(&r, &conf_top_section, conf);
	if (conf->data_dir) /* otherwise there was nothing to read at all */
		conf_check(&r, conf);
	conf_reader_fini(&r);
	if (err == OK && errors->wrong > wrong)
		err = ERR_INVALID;
	if (err == OK)
		*out = conf;
	else
		conf_free(conf);
	return err;
}

const struct conf_pool *conf_pool(const struct conf *conf, const char *name)
{
	if (!name)
		return &conf->pools[0];
	for (size_t i = 0; i < conf->pools_count; i++) {
		if (strcmp(conf->pools[i].name, name) == 0)
			return &conf->pools[i];
	}
	return NULL;
}

void conf_free(struct conf *conf)
{
	if (!conf)
		return;
	conf_clear(&conf_top_section, conf);
	free(conf->file);
	free(conf);
}
