/*
 * stop.h -- the end of a blocking role: SIGTERM and SIGINT wake it, wherever it waits.
 */
#ifndef LEDGER_STOP_H
#define LEDGER_STOP_H

#include <stdbool.h>
#include <stdint.h>

#include "base/thread.h"

struct stop; /* in stop.c */

/**
 * stop_new(on_stop, ctx): block both signals in this process and wait for them on a thread. Before
 * other threads are made.
 *   calls  on_stop, once, on the waiting thread: it ends what blocks elsewhere
 */
struct stop *stop_new(void (*on_stop)(void *ctx), void *ctx);
/** stop_free(s): the thread has ended and on_stop will not be called any more. */
void stop_free(struct stop *s);
bool stop_is_asked(const struct stop *s) ANY_THREAD;
/** stop_sleep(s, ms): sleep; true when it was asked to stop. */
bool stop_sleep(struct stop *s, int64_t ms) BLOCKS;

#endif
