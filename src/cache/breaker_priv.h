/*
 * breaker_priv.h -- when to leave a server alone: one that hangs costs every call its time-out,
 * since the client library takes only refused connections for dead.
 *
 * After a failure the server is left alone for a second, then one caller tries it; each further
 * failure doubles the time, up to half a minute; a success ends it. Any thread.
 */
#ifndef CACHE_BREAKER_PRIV_H
#define CACHE_BREAKER_PRIV_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

enum { BREAKER_FIRST_MS = 1000, BREAKER_LONGEST_MS = 30000 };

struct breaker {                       /* zeroed: closed */
	_Atomic int64_t open_until_ms; /* of clock_mono_ms(); 0: closed */
	_Atomic int64_t wait_ms;       /* how long it is open this time */
	atomic_bool is_tried;          /* somebody was let through and has not come back */
};

/** breaker_allows(b, now_ms): false: do not ask the server. Who is let through says how it went. */
bool breaker_allows(struct breaker *b, int64_t now_ms);
/** breaker_is_open(b): the server has failed and not answered since. */
bool breaker_is_open(const struct breaker *b);
void breaker_failed(struct breaker *b, int64_t now_ms);
void breaker_answered(struct breaker *b);

#endif
