/*
 * supervisor.h -- keeps a few programs running: starts them, starts them again when they die, stops
 * them.
 *
 * Signals: SIGTERM and SIGINT stop everything; a program that does not stop in its time is killed.
 *          SIGHUP is passed on to those that reload. When the supervisor itself dies, the kernel
 *          sends SIGTERM to the programs.
 * Ready:   a program finds a descriptor in $KOZAN_READY_FD and writes "ready\n" to it once it
 * serves.
 */
#ifndef CLI_SUPERVISOR_H
#define CLI_SUPERVISOR_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"

struct supervisor_program {
	const char *name;
	const char *path;
	char *const *argv;
	int64_t stop_ms; /* from SIGTERM to SIGKILL */
	bool reloads;    /* gets SIGHUP once it is ready */
	bool drains;     /* a second SIGTERM tells it to stop at once */
};

/* When a dead program is started again: at once-ish, then later and later. */
struct supervisor_back_off {
	int64_t first_ms, max_ms;
	int64_t calm_ms; /* a program that lived this long starts over at first_ms */
};

/**
 * supervisor_run(programs[count], back_off): serve until a signal says stop and all programs ended.
 *   errs    ERR_UNAVAILABLE  the kernel gives no process or descriptor
 *   blocks  until then
 */
enum err supervisor_run(const struct supervisor_program *programs, unsigned count,
	const struct supervisor_back_off *back_off, struct why *why) MUST_CHECK;

#endif
