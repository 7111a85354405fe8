/* load_moment.c -- see load_moment.h. */
#include "load_moment.h"

#include <stdio.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"

static int64_t clock_us(clockid_t clock)
{
	struct timespec t;

	return clock_gettime(clock, &t) == 0 ? t.tv_sec * 1000000 + t.tv_nsec / 1000 : 0;
}

static int64_t busy_us(void)
{
	unsigned long long user, nice, kernel, idle, wait, irq, softirq, ticks = 0;
	FILE *f = fopen("/proc/stat", "r");

	if (!f)
		return 0;
	if (fscanf(f, "cpu %llu %llu %llu %llu %llu %llu %llu", &user, &nice, &kernel, &idle, &wait,
		    &irq, &softirq) == 7)
		ticks = user + nice + kernel + irq + softirq;
	fclose(f);
	return (int64_t)ticks * 1000000 / sysconf(_SC_CLK_TCK);
}

struct moment moment_now(pid_t server)
{
	struct moment m = {.wall_us = clock_mono_us(), .busy_us = busy_us()};
	clockid_t clock;

	m.own_us = clock_us(CLOCK_PROCESS_CPUTIME_ID);
	if (server && clock_getcpuclockid(server, &clock) == 0)
		m.server_us = clock_us(clock);
	return m;
}

struct moment moment_since(struct moment from, pid_t server)
{
	struct moment now = moment_now(server);

	return (struct moment){
		.wall_us = now.wall_us - from.wall_us,
		.server_us = now.server_us - from.server_us,
		.own_us = now.own_us - from.own_us,
		.busy_us = now.busy_us - from.busy_us,
	};
}

double moment_others(const struct moment *took)
{
	double rest = (double)(took->busy_us - took->server_us - took->own_us);
	double percent =
		rest * 100 / ((double)took->wall_us * (double)sysconf(_SC_NPROCESSORS_ONLN));

	return percent > 0 ? percent : 0;
}
