#include "ledger/crash.h"

#ifdef KOZAN_CRASH_POINTS
#include <signal.h>
#include <stdlib.h>
#include <string.h>

void crash_point(const char *name)
{
	const char *at = getenv("KOZAN_CRASH_AT");

	if (at && strcmp(at, name) == 0)
		raise(SIGKILL);
}
#endif
