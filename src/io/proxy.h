/*
 * proxy.h -- the PROXY header, versions 1 and 2, by which a load balancer says whose connection it
 * hands on. A pure function on bytes; whom to believe is the caller's business.
 */
#ifndef IO_PROXY_H
#define IO_PROXY_H

#include <stddef.h>
#include <stdint.h>

#include "base/net.h"

enum proxy_verdict {
	PROXY_MORE,    /* a header so far, not yet whole */
	PROXY_GARBAGE, /* not a header, or one of no use for TCP */
	PROXY_ADDRESS, /* the connection is that of addr and port */
	PROXY_LOCAL,   /* the balancer speaks for itself (a health check), or does not know who */
};

/* [bytes] the longest header taken; the addresses have 52, the rest are TLVs, which are skipped */
enum { PROXY_HEADER_MAX = 4096 };

struct proxy_header {
	size_t len;           /* [bytes] of the header; what follows is the connection's */
	struct net_addr addr; /* of PROXY_ADDRESS */
	uint16_t port;
};

/** proxy_read(data, len, out): look at the first bytes of a connection. `out` is written for
 * PROXY_ADDRESS and PROXY_LOCAL. */
enum proxy_verdict proxy_read(const uint8_t *data, size_t len, struct proxy_header *out);

#endif
