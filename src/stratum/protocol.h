/* protocol.h -- what a miner may send, and our answer: the table of methods. */
#ifndef STRATUM_PROTOCOL_H
#define STRATUM_PROTOCOL_H

#include "stratum/request.h"
#include "stratum/session.h"

/** protocol_on_request(s, r): act on one request; the session may be closing afterwards. */
void protocol_on_request(struct session *s, const struct request *r) ON_LOOP;

#endif
