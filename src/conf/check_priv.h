/* check_priv.h -- the second half of loading a configuration. */
#ifndef CONF_CHECK_PRIV_H
#define CONF_CHECK_PRIV_H

#include "conf/read_priv.h"

/**
 * conf_check(r, conf): complete what was read (file names, coin, work, secrets) and note whatever
 * does not fit together. Fields that could not be read are passed over: they were noted then.
 */
void conf_check(struct conf_reader *r, struct conf *conf);

/* check_reward.c */
/** conf_check_reward(r, pool): the same of the pool's reward:, after its coin. */
void conf_check_reward(struct conf_reader *r, struct conf_pool *pool);

/* check_pools.c */
/** conf_check_pools(r, conf): what pools must not share, after each was checked alone. */
void conf_check_pools(struct conf_reader *r, const struct conf *conf);

#endif
