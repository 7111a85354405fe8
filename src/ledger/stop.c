#include "ledger/stop.h"

#include <assert.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/mem.h"

struct stop {
	void (*on_stop)(void *ctx);
	void *ctx;
	pthread_t thread;
	sigset_t signals;
	int event; /* readable for ever once it is asked to stop */
	atomic_bool is_asked;
	atomic_bool is_ending; /* the signal comes from stop_free() */
};

static void *wait_for_signal(void *ctx)
{
	struct stop *s = ctx;
	uint64_t one = 1;
	ssize_t n;
	int sig;

	while (sigwait(&s->signals, &sig) != 0)
		;
	if (atomic_load(&s->is_ending))
		return NULL;
	atomic_store(&s->is_asked, true);
	n = write(s->event, &one, sizeof(one));
	assert(n == sizeof(one));
	s->on_stop(s->ctx);
	return NULL;
}

struct stop *stop_new(void (*on_stop)(void *ctx), void *ctx)
{
	struct stop *s = NEW(struct stop);
	int err;

	s->on_stop = on_stop;
	s->ctx = ctx;
	s->event = eventfd(0, EFD_CLOEXEC);
	assert(s->event >= 0);
	sigemptyset(&s->signals);
	sigaddset(&s->signals, SIGTERM);
	sigaddset(&s->signals, SIGINT);
	err = pthread_sigmask(SIG_BLOCK, &s->signals, NULL);
	assert(err == 0);
	err = pthread_create(&s->thread, NULL, wait_for_signal, s);
	assert(err == 0);
	return s;
}

void stop_free(struct stop *s)
{
	if (!s)
		return;
	atomic_store(&s->is_ending, true);
	pthread_kill(s->thread, SIGTERM);
	pthread_join(s->thread, NULL);
	close(s->event);
	free(s);
}

bool stop_is_asked(const struct stop *s)
{
	return atomic_load(&s->is_asked);
}

bool stop_sleep(struct stop *s, int64_t ms)
{
	struct pollfd fd = {.fd = s->event, .events = POLLIN};
	int64_t end = clock_mono_ms() + ms;

	for (; ms > 0 && !stop_is_asked(s); ms = end - clock_mono_ms())
		poll(&fd, 1, (int)(ms > INT32_MAX ? INT32_MAX : ms));
	return stop_is_asked(s);
}
