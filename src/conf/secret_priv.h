/* secret_priv.h -- one secret and the three places where it may stand. */
#ifndef CONF_SECRET_PRIV_H
#define CONF_SECRET_PRIV_H

#include "conf/read_priv.h"

struct conf_secret_source {
	char **out; /* the field of the literal; the secret is put here */
	const char *file, *env;
	const void *file_field, *env_field; /* where they were read from */
	const char *file_key, *env_key;
};

/** conf_secret_load(r, source): put the secret into *out; leave it when no source is given. */
void conf_secret_load(struct conf_reader *r, const struct conf_secret_source *source);

#endif
