/*
 * daemons.h -- all daemons of a pool, watched: who is fit for use, and which template is the best.
 *
 * Every daemon has a watcher thread. Polling getbestblockhash, a long poll, ZMQ hashblock and
 * daemons_wake() all lead to the same question, "is there a new tip?", asked at once at every
 * daemon.
 *
 * Thread:  the callbacks run one at a time on one thread of this module, with no lock held; the
 * first may come before daemons_start() has returned, none comes after daemons_stop() has. They
 *          must not call daemons_stop().
 * Memory:  the configuration is borrowed until daemons_stop().
 */
#ifndef COIND_DAEMONS_H
#define COIND_DAEMONS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "base/thread.h"
#include "coind/template.h"

struct conf_pool;
struct daemons; /* in daemons.c */

enum daemon_state {
	DAEMON_UNKNOWN,     /* not asked yet */
	DAEMON_UNREACHABLE, /* nobody listens, or the connection breaks */
	DAEMON_SILENT,      /* connects and does not answer in time */
	DAEMON_BUSY,        /* its queue of calls is full */
	DAEMON_AUTH,        /* refuses user and password */
	DAEMON_WARMING_UP,  /* starting */
	DAEMON_SYNCING,     /* does not know the whole chain yet */
	DAEMON_NO_PEERS,    /* alone: it gives no templates */
	DAEMON_WRONG_CHAIN, /* another coin or network */
	DAEMON_LAGGING,     /* behind the others */
	DAEMON_FORKED,      /* on another chain than most of the others */
	DAEMON_FAULTY,      /* its answers cannot be used */
	DAEMON_READY,
	DAEMON_STATES,
};

enum template_reason {
	TEMPLATE_NEW_TIP, /* all earlier work is stale */
	TEMPLATE_REFRESH, /* same tip: more fees, other transactions, or just the time */
};

struct daemons_callbacks {
	/* A better template than the last one given; t is taken by the callee (template_unref()).
	 */
	void (*on_template)(void *ctx, struct template *t, enum template_reason reason);
	/* A daemon's state changed, or the text of it; may be NULL. See daemons_status(). */
	void (*on_state)(void *ctx);
};

struct daemon_status {
	char name[64];
	enum daemon_state state;
	char text[256];          /* a sentence for people; "" when all is well */
	uint32_t height;         /* of its tip; 0: unknown */
	int64_t latency_us;      /* of its last answer; 0: none */
	int64_t template_age_ms; /* since its last template; -1: none */
	bool is_current;         /* the last template given came from it */
};

/** daemon_state_text(s): "ready", "warming_up", …: the names of the API and the log. */
const char *daemon_state_text(enum daemon_state s);

/** daemons_start(pool, callbacks, ctx): never fails; unreachable daemons are tried for ever. */
struct daemons *daemons_start(
	const struct conf_pool *pool, const struct daemons_callbacks *callbacks, void *ctx);
/** daemons_stop(ds): ends all threads within 100 ms, aborts their calls, frees ds. NULL is fine. */
void daemons_stop(struct daemons *ds) BLOCKS;

/** daemons_wake(ds): somebody heard of a new block: look now. */
void daemons_wake(struct daemons *ds) ANY_THREAD;

/** daemons_status(ds, out, max): a snapshot, one entry per daemon; returns how many were filled. */
unsigned daemons_status(struct daemons *ds, struct daemon_status *out, unsigned max) ANY_THREAD;

/** daemons_is_ready(ds, why): whether there is work that may be given to miners: at least one
 * daemon is ready. why says what is missing. */
bool daemons_is_ready(struct daemons *ds, struct why *why) ANY_THREAD;

#endif
