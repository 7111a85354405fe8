/* certificate.h -- what the role says and does about the certificate of its TLS ports. */
#ifndef STRATUM_CERTIFICATE_H
#define STRATUM_CERTIFICATE_H

#include <stdbool.h>

#include "base/thread.h"

struct tls;

/** certificate_renew(tls, file, is_forced): read it again when it has changed, or in any case, and
 * say what became of it. tls may be NULL: no port speaks TLS. */
void certificate_renew(struct tls *tls, const char *file, bool is_forced) BLOCKS;
/** certificate_tell_end(tls, file): warn when it has expired or soon will. */
void certificate_tell_end(struct tls *tls, const char *file);

#endif
