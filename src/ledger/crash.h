/*
 * crash.h -- places at which a test may kill the program: builds with -Dcrash_points=true and debug
 * builds die there by SIGKILL when $KOZAN_CRASH_AT names the place; others do not look.
 */
#ifndef LEDGER_CRASH_H
#define LEDGER_CRASH_H

#ifdef KOZAN_CRASH_POINTS
/** crash_point(name): docs/payouts.md lists the names. */
void crash_point(const char *name);
#else
static inline void crash_point(const char *name)
{
	(void)name;
}
#endif

#endif
