/* load_moment.h -- how much processor time a server, ourselves and the machine used between two
 * moments. */
#ifndef BENCH_LOAD_MOMENT_H
#define BENCH_LOAD_MOMENT_H

#include <stdint.h>
#include <sys/types.h>

struct moment {
	int64_t wall_us;
	int64_t server_us; /* of the whole process, with all its threads */
	int64_t own_us;
	int64_t busy_us; /* of all cores, whoever used them */
};

/** moment_now(server): the counters now; server 0: none. */
struct moment moment_now(pid_t server);
/** moment_since(from, server): what was added to them. */
struct moment moment_since(struct moment from, pid_t server);
/** moment_others(took): the part of the machine that went to neither the server nor us, in percent.
 * The machine's counter moves in steps of 10 ms: only for seconds. */
double moment_others(const struct moment *took);

#endif
