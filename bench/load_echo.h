/* load_echo.h -- the least server there can be: it answers every line as if it were a share. */
#ifndef BENCH_LOAD_ECHO_H
#define BENCH_LOAD_ECHO_H

#include <stdint.h>
#include <sys/types.h>

/** load_echo_start(port): a process of its own with one thread; it ends with us, or killed. */
pid_t load_echo_start(uint16_t port);

#endif
