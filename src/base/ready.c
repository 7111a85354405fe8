#include "base/ready.h"

#include <stdlib.h>
#include <unistd.h>

void ready_tell(void)
{
	const char *fd = getenv("KOZAN_READY_FD");

	if (fd && write(atoi(fd), "ready\n", 6) != 6)
		return; /* the supervisor is gone; nobody waits */
}
