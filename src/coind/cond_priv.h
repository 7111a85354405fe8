/* cond_priv.h -- condition variables that wait by the monotonic clock, and threads that must start.
 */
#ifndef COIND_COND_PRIV_H
#define COIND_COND_PRIV_H

#include <assert.h>
#include <pthread.h>
#include <stdint.h>
#include <time.h>

static inline void cond_init(pthread_cond_t *cond)
{
	pthread_condattr_t attr;

	pthread_condattr_init(&attr);
	pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	pthread_cond_init(cond, &attr);
	pthread_condattr_destroy(&attr);
}

/** cond_wait_ms(cond, lock, ms): wait for a signal, at most that long. */
static inline void cond_wait_ms(pthread_cond_t *cond, pthread_mutex_t *lock, int64_t ms)
{
	struct timespec until;

	if (ms <= 0)
		return;
	clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_sec += ms / 1000;
	until.tv_nsec += ms % 1000 * 1000000;
	if (until.tv_nsec >= 1000000000) {
		until.tv_sec++;
		until.tv_nsec -= 1000000000;
	}
	pthread_cond_timedwait(cond, lock, &until);
}

static inline void thread_start(pthread_t *out, void *(*run)(void *), void *arg)
{
	int e = pthread_create(out, NULL, run, arg);

	assert(e == 0);
}

#endif
