/* net.c -- see net.h. */
#include "base/net.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

static const uint8_t v4_mapped[12] = {[10] = 0xff, [11] = 0xff};

struct net_addr net_addr_v4(const uint8_t v4[4])
{
	struct net_addr a;

	memcpy(a.bytes, v4_mapped, sizeof(v4_mapped));
	memcpy(a.bytes + 12, v4, 4);
	return a;
}

bool net_addr_is_v4(const struct net_addr *a)
{
	return memcmp(a->bytes, v4_mapped, sizeof(v4_mapped)) == 0;
}

bool net_addr_is_same(const struct net_addr *a, const struct net_addr *b)
{
	return memcmp(a, b, sizeof(*a)) == 0;
}

bool net_addr_read(const char *text, struct net_addr *out)
{
	struct net_addr a;
	uint8_t v4[4];

	if (inet_pton(AF_INET, text, v4) == 1) {
		*out = net_addr_v4(v4);
		return true;
	}
	if (inet_pton(AF_INET6, text, a.bytes) != 1)
		return false;
	*out = a;
	return true;
}

const char *net_addr_text(const struct net_addr *a, char text[NET_TEXT_MAX])
{
	if (net_addr_is_v4(a))
		inet_ntop(AF_INET, a->bytes + 12, text, NET_TEXT_MAX);
	else
		inet_ntop(AF_INET6, a->bytes, text, NET_TEXT_MAX);
	return text;
}

struct net net_of(const struct net_addr *addr, unsigned bits)
{
	struct net n = {*addr, (uint8_t)bits};

	for (unsigned i = 0; i < sizeof(n.addr.bytes); i++) {
		unsigned kept = bits > i * 8 ? bits - i * 8 : 0;

		if (kept < 8)
			n.addr.bytes[i] &= (uint8_t)(0xff00 >> kept);
	}
	return n;
}

enum err net_read(const char *text, struct net *out, struct why *why)
{
	size_t len = strcspn(text, "/");
	const char *number = text + len;
	char host[NET_TEXT_MAX], *end;
	struct net_addr addr;
	struct net n;
	unsigned most;
	unsigned long bits;

	if (len >= sizeof(host))
		return err_fail(why, ERR_SYNTAX, "\"%.60s\" is not an IP address or network", text);
	memcpy(host, text, len);
	host[len] = '\0';
	if (!net_addr_read(host, &addr))
		return err_fail(why, ERR_SYNTAX,
			"\"%s\" is not an IP address or network: write 192.0.2.1, 10.0.0.0/8 or "
			"2001:db8::/32",
			text);
	most = strchr(host, ':') ? NET_ADDR_BITS : NET_ADDR_BITS - NET_V4_BITS;
	bits = most;
	if (*number) {
		bits = strtoul(number + 1, &end, 10);
		if (number[1] < '0' || number[1] > '9' || *end)
			return err_fail(why, ERR_SYNTAX,
				"\"%s\": after the / stands the number of bits", text);
	}
	if (bits > most)
		return err_fail(why, ERR_RANGE, "\"%s\": the address has %u bits", text, most);
	n = net_of(&addr, (unsigned)bits + NET_ADDR_BITS - most);
	if (!net_addr_is_same(&n.addr, &addr)) {
		char fixed[NET_TEXT_MAX];

		return err_fail(why, ERR_RANGE,
			"\"%s\" has bits behind its /%lu; the network is %s", text, bits,
			net_text(&n, fixed));
	}
	*out = n;
	return OK;
}

const char *net_text(const struct net *n, char text[NET_TEXT_MAX])
{
	bool is_v4 = n->bits >= NET_V4_BITS && net_addr_is_v4(&n->addr);
	size_t len;

	net_addr_text(&n->addr, text);
	len = strlen(text);
	if (n->bits < NET_ADDR_BITS)
		snprintf(text + len, NET_TEXT_MAX - len, "/%u",
			is_v4 ? n->bits - NET_V4_BITS : n->bits);
	return text;
}

bool net_has(const struct net *n, const struct net_addr *addr)
{
	unsigned whole = n->bits / 8, rest = n->bits % 8;

	if (memcmp(n->addr.bytes, addr->bytes, whole) != 0)
		return false;
	return rest == 0 || (n->addr.bytes[whole] ^ addr->bytes[whole]) >> (8 - rest) == 0;
}

bool net_set_has(const struct net_set *set, const struct net_addr *addr)
{
	for (unsigned i = 0; i < set->count; i++) {
		if (net_has(&set->list[i], addr))
			return true;
	}
	return false;
}
