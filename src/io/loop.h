/*
 * loop.h -- an event loop for one thread: mailbox, timers, signals. Wraps libuv, whose header stays
 * in io/.
 *
 * Thread:  loop_post() is for every thread; all else belongs to the thread that runs the loop (or
 * that made it, before loop_run()).
 */
#ifndef IO_LOOP_H
#define IO_LOOP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/thread.h"

struct loop;
struct timer;

/** loop_new(): a loop that runs nothing yet. */
struct loop *loop_new(void);
/** loop_run(l): serve until loop_stop(); mail that was posted before the stop is still delivered.
 */
void loop_run(struct loop *l);
/** loop_on_turn_end(l, fn, ctx): fn is called after each turn's callbacks, before its output is
 * sent and the loop sleeps. One fn; before loop_run(). */
void loop_on_turn_end(struct loop *l, void (*fn)(void *ctx), void *ctx);
/** loop_stop(l): make loop_run() return at the end of the current turn. */
void loop_stop(struct loop *l) ANY_THREAD;
/** loop_free(l): closes what is still open on it; connections still get their on_closed(). NULL is
 * fine. */
void loop_free(struct loop *l);
/** loop_now_ms(l): the monotonic time at the start of this turn; cheaper than the clock. */
int64_t loop_now_ms(const struct loop *l) ON_LOOP;

/*
 * Mail: a message that lives inside the sender's object; posting allocates nothing. A piece of mail
 * may be posted again only after it was delivered. Delivery order = posting order.
 */
struct mail {
	struct mail *next;
	void (*deliver)(struct mail *mail);
};

/** loop_post(l, mail): deliver it on the loop's thread. calls: never before return. */
void loop_post(struct loop *l, struct mail *mail) ANY_THREAD;

/** timer_new(l, fn, ctx): a stopped timer; it belongs to the loop's thread. */
struct timer *timer_new(struct loop *l, void (*fn)(void *ctx), void *ctx);
/** timer_start(t, after_ms, every_ms): (re)start; every_ms 0 = once. */
void timer_start(struct timer *t, int64_t after_ms, int64_t every_ms) ON_LOOP;
void timer_stop(struct timer *t) ON_LOOP;
void timer_free(struct timer *t) ON_LOOP;

/** loop_on_signal(l, signum, fn, ctx): one handler for each signal number, at most 4 in a loop. */
void loop_on_signal(
	struct loop *l, int signum, void (*fn)(void *ctx, int signum), void *ctx) ON_LOOP;

/**
 * loop_on_datagram(l, path, fn, ctx, why): receive datagrams on a Unix socket made at path (an old
 * one is removed; mode 0660). fn borrows the bytes for the call. The socket's file is removed by
 * loop_free().
 */
enum err loop_on_datagram(struct loop *l, const char *path,
	void (*fn)(void *ctx, const char *data, size_t len), void *ctx, struct why *why) MUST_CHECK;

#endif
