/* web.h -- the web role: the portal, the JSON API, live events, health and metrics. */
#ifndef WEB_WEB_H
#define WEB_WEB_H

#include "conf/conf.h"

/** role_web(conf): serve until SIGTERM or SIGINT; returns the exit code. */
int role_web(const struct conf *conf);

#endif
