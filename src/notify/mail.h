/* mail.h -- a letter as a message of the Internet. Pure. */
#ifndef NOTIFY_MAIL_H
#define NOTIFY_MAIL_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"

struct mail {
	int64_t id;
	int64_t time_ms;
	const char *from, *to;      /* addresses alone */
	const char *subject, *body; /* UTF-8 */
};

/** mail_write(mail, out): headers and body with \r\n. The Message-ID is made of id and time: a mail
 * that is sent twice can be told by it. */
void mail_write(const struct mail *mail, struct buf *out);
/** mail_is_address(text): it looks like one, and cannot break a header or a command. */
bool mail_is_address(const char *text);

#endif
