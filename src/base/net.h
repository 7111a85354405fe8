/*
 * net.h -- IP addresses and networks as values: reading, writing, comparing. No sockets.
 *
 * IPv4 and IPv6 are one kind of address here: 192.0.2.1 is ::ffff:192.0.2.1, as the kernel shows it
 * to a socket that takes both. As text it is 192.0.2.1 again.
 */
#ifndef BASE_NET_H
#define BASE_NET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

struct net_addr {
	uint8_t bytes[16]; /* network order */
};

/* All addresses whose first `bits` bits are those of addr; its other bits are zero. */
struct net {
	struct net_addr addr;
	uint8_t bits; /* 0 .. 128; of IPv4 96 .. 128 */
};

enum { NET_SET_MAX = 64, NET_V4_BITS = 96, NET_ADDR_BITS = 128 };

/* A few networks, from the configuration. */
struct net_set {
	struct net list[NET_SET_MAX];
	unsigned count;
};

#define NET_TEXT_MAX 50 /* with the NUL */

struct net_addr net_addr_v4(const uint8_t v4[4]);
bool net_addr_is_v4(const struct net_addr *a);
bool net_addr_is_same(const struct net_addr *a, const struct net_addr *b);
/** net_addr_read(text, out): "192.0.2.1" or "2001:db8::1", without brackets; false when it is
 * neither. */
bool net_addr_read(const char *text, struct net_addr *out);
/** net_addr_text(a, text): returns text. */
const char *net_addr_text(const struct net_addr *a, char text[NET_TEXT_MAX]);

/** net_of(addr, bits): the network of that size around an address. */
struct net net_of(const struct net_addr *addr, unsigned bits);
/**
 * net_read(text, out, why): "10.0.0.0/8", "2001:db8::/32", or an address that stands for itself.
 * errs  ERR_SYNTAX; ERR_RANGE more bits than the address has, or bits set behind them
 */
enum err net_read(const char *text, struct net *out, struct why *why) MUST_CHECK;
/** net_text(n, text): as net_read() takes it; a single address has no "/". Returns text. */
const char *net_text(const struct net *n, char text[NET_TEXT_MAX]);
bool net_has(const struct net *n, const struct net_addr *addr);
bool net_set_has(const struct net_set *set, const struct net_addr *addr);

#endif
