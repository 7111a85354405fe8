/* coin_profile_priv.h -- where coin profiles are. */
#ifndef CONF_COIN_PROFILE_PRIV_H
#define CONF_COIN_PROFILE_PRIV_H

#include "conf/read_priv.h"

/** conf_coins_dir(): the folder of the profiles when none is configured; the caller frees it. */
char *conf_coins_dir(void);
/** conf_coin_fail_unknown(r, field, key, name, dir): note that there is no such profile in dir, and
 * which there are. */
void conf_coin_fail_unknown(struct conf_reader *r, const void *field, const char *key,
	const char *name, const char *dir);

#endif
