/* smtp.h -- one mail to a mail server. BLOCKS; any thread. */
#ifndef IO_SMTP_H
#define IO_SMTP_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"

enum smtp_tls { SMTP_TLS_OFF, SMTP_TLS_REQUIRE, SMTP_TLS_VERIFY };

struct smtp {
	const char *url;             /* smtp://host:port, or smtps:// where TLS begins at once */
	enum smtp_tls tls;           /* of smtp:// by STARTTLS */
	const char *user, *password; /* "" without a login */
	const char *from;            /* address alone */
	int64_t timeout_ms;
};

/**
 * smtp_send(server, to, message, why): message is headers and body, with \r\n.
 *   errs  ERR_REFUSED      the server will never take it: a 5xx answer about this mail
 *         ERR_UNAVAILABLE  it may later
 *         ERR_UNCERTAIN    it broke off after the message was sent
 */
enum err smtp_send(const struct smtp *server, const char *to, const struct buf *message,
	struct why *why) MUST_CHECK;

#endif
