/* mailer.h -- sends the mail that waits in the database, on a thread of its own. */
#ifndef LEDGER_MAILER_H
#define LEDGER_MAILER_H

#include "conf/conf.h"

struct mailer;

/** mailer_start(conf): NULL when no mail server is configured. Several processes may do so: each
 * mail is taken by one of them. */
struct mailer *mailer_start(const struct conf *conf);
/** mailer_stop(m): after the mail that is under way. NULL is fine. BLOCKS */
void mailer_stop(struct mailer *m);

#endif
