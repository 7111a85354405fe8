/*
 * daemons_priv.h -- what the threads of daemons.h share.
 *
 *   watcher (one per daemon)      asks it for its tip and templates   daemons_watch.c
 *   long poller (one per daemon)  keeps one call waiting there        daemons_hear.c
 *   listener (one per daemon)     hears its ZMQ hashblock             daemons_hear.c
 *   peer (one per daemon)         hears its inv of blocks             daemons_peer.c
 *   chooser (one)                 decides and runs the callbacks      daemons_choose.c
 *
 * Lock rules:
 *   1. set->lock guards every field below that is not marked otherwise.
 *   2. It is never held during a call to a daemon or a callback.
 *   3. A daemon whose state is DAEMON_READY has a template.
 */
#ifndef COIND_DAEMONS_PRIV_H
#define COIND_DAEMONS_PRIV_H

#include <pthread.h>

#include "coind/coind.h"
#include "coind/daemons.h"
#include "conf/conf.h"

/* All in ms; the defaults are in daemons.c. */
struct daemons_timing {
	int64_t retry;  /* between questions to a daemon that is not ready */
	int64_t check;  /* between questions about chain and synchronisation */
	int64_t force;  /* after which miners get a template though nothing but the time changed */
	int64_t behind; /* that a daemon may be behind the others before it is said to lag */
	int64_t hold;   /* that work on a tip goes on while all daemons are lower */
	int64_t steady; /* … while none is on it, and those of its height agree on another */
	int64_t hang;   /* that a short question may wait, until others are preferred */
	int64_t apart; /* that a daemon may be off the tip of the majority, until it is on a fork */
	int64_t busy;  /* that a ready daemon may be too busy to answer */
	int64_t stuck; /* without a new block, after which headers ahead of blocks mean nothing */
};

struct daemon {
	struct daemons *set;                      /* constant */
	const struct conf_daemon *conf;           /* constant */
	struct coind *asker;                      /* the watcher's */
	struct coind *waiter;                     /* the long poller's; NULL: no long poll */
	pthread_t watcher, long_poller, listener; /* the last two only with waiter, socket */
	pthread_t peer;                           /* only with conf->p2p */
	void *socket;                             /* the listener's; NULL: no ZMQ */
	int64_t checked_ms; /* the watcher's: chain and synchronisation were good then; 0: never */
	int64_t grown_ms;   /* the watcher's: when the height last changed */

	enum daemon_state state;
	char text[256];
	struct template *template; /* the last one; NULL: none yet */
	uint32_t height;           /* of its tip */
	int64_t latency_us;
	int64_t answered_ms;   /* last good answer */
	int64_t behind_ms;     /* since when others are ahead; 0: they are not */
	bool is_lagging;       /* longer than timing.behind */
	int64_t asked_ms;      /* since when a short question waits for an answer; 0: none does */
	bool is_hanging;       /* longer than timing.hang */
	int64_t apart_ms;      /* since when the majority is on another tip; 0: it is not */
	bool is_apart;         /* longer than timing.apart */
	bool is_woken;         /* look now */
	char zmq_problem[96];  /* "" none */
	char peer_problem[96]; /* "" none */
};

struct daemons {
	const struct conf_pool *pool;       /* constant */
	struct daemons_callbacks callbacks; /* constant */
	void *ctx;                          /* constant */
	struct daemons_timing timing;       /* constant */
	void *zmq;                          /* constant; NULL: nobody publishes */
	int stop_fd;                        /* constant; becomes readable when is_stopping */
	struct daemon *list;                /* constant */
	unsigned count;                     /* constant */
	pthread_t chooser;

	pthread_mutex_t lock;
	pthread_cond_t
		work; /* for watchers and long pollers: is_woken, is_stopping, a new template */
	pthread_cond_t news; /* for the chooser: has_news, is_stopping */
	bool is_stopping;
	bool has_news;
	bool has_state_news;
	struct template *current;    /* given last; NULL: none yet */
	const struct daemon *source; /* of current */
	int64_t given_ms;            /* when */
	int64_t seen_ms;             /* when a daemon was last on the tip of current */
};

struct daemons *daemons_start_timed(const struct conf_pool *pool,
	const struct daemons_callbacks *callbacks, void *ctx, const struct daemons_timing *timing);
extern const struct daemons_timing daemons_default_timing;

void *daemons_watch(void *daemon);
void *daemons_long_poll(void *daemon);
void *daemons_listen(void *daemon);
void *daemons_be_peer(void *daemon);
void *daemons_choose(void *set);

/**
 * daemons_publish(d, t, is_checked): d gave t (taken). Dropped when it is older than what is there,
 * or when d is not ready and the caller has not checked d as the watcher does.
 */
void daemons_publish(struct daemon *d, struct template *t, bool is_checked);

#endif
