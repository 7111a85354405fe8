/* stratum.h -- the role that holds the miners. */
#ifndef STRATUM_STRATUM_H
#define STRATUM_STRATUM_H

#include "conf/conf.h"

/**
 * role_stratum(conf): serve miners until SIGTERM or SIGINT: make jobs, judge shares, journal them,
 * submit blocks, feed the database. Answers that are owed are sent before it returns. Returns the
 * exit code.
 */
int role_stratum(const struct conf *conf);

#endif
