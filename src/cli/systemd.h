/* systemd.h -- telling a service manager how we are (sd_notify(3), without its library). */
#ifndef CLI_SYSTEMD_H
#define CLI_SYSTEMD_H

#include <stdbool.h>

#include "base/err.h"

/** systemd_notify(fmt, ...): send "READY=1", "STATUS=…", "STOPPING=1" to $NOTIFY_SOCKET; true when
 * it was sent. Without that variable nothing happens. */
bool systemd_notify(const char *fmt, ...) PRINTF_LIKE(1, 2);

#endif
