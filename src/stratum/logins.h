/*
 * logins.h -- what owners have set for their workers, known by heart: a login asks no database.
 *
 * A thread reads the database every few seconds; while that is away the node goes on with what it
 * knows. Who has set nothing is let in with any password.
 */
#ifndef STRATUM_LOGINS_H
#define STRATUM_LOGINS_H

#include <stdbool.h>

#include "base/thread.h"
#include "conf/conf.h"

struct logins;

/** logins_start(conf): a thread begins; until it has read the database once, all are let in. */
struct logins *logins_start(const struct conf *conf);
/** logins_stop(l): NULL is fine. BLOCKS */
void logins_stop(struct logins *l);
/**
 * logins_check(l, address, worker, password, out_difficulty): whether this worker may come in.
 *   out_difficulty  the one its owner has set, as text; "" none
 */
bool logins_check(struct logins *l, const char *address, const char *worker, const char *password,
	char out_difficulty[32]) ANY_THREAD;

#endif
