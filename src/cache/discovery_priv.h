/*
 * discovery_priv.h -- asks a cluster which servers it has, as Amazon ElastiCache tells it:
 * "config get cluster" at its configuration endpoint (docs.aws.amazon.com/AmazonElastiCache,
 * "Adding Auto Discovery To Your Client Library").
 */
#ifndef CACHE_DISCOVERY_PRIV_H
#define CACHE_DISCOVERY_PRIV_H

#include "conf/conf.h"

enum { DISCOVERY_ANSWER_MAX = 16384 };

struct discovery;

/** discovery_start(endpoints, n, timeout_ms, on_servers, arg): asks the first of the endpoints that
 * answers, now and every minute, in a thread of its own; there on_servers(arg, servers, n) is
 * called with 1 <= n <= CONF_HOSTS_MAX whenever the answer is another. */
struct discovery *discovery_start(const struct conf_host *endpoints, unsigned n, int64_t timeout_ms,
	void (*on_servers)(void *arg, const struct conf_host *servers, unsigned n), void *arg);
/** discovery_stop(d): waits for the thread. NULL is allowed. */
void discovery_stop(struct discovery *d);

/**
 * discovery_read(text, servers, out_n, why): the whole answer, up to and with "END".
 *   servers  CONF_HOSTS_MAX of them; what there is more of is left out
 *   errs     ERR_SYNTAX
 */
enum err discovery_read(const char *text, struct conf_host servers[CONF_HOSTS_MAX], unsigned *out_n,
	struct why *why) MUST_CHECK;

#endif
