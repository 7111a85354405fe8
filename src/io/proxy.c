/* proxy.c -- see proxy.h. After the specification of HAProxy's authors, revision of 2020. */
#include "io/proxy.h"

#include <string.h>

#include "base/mem.h"

/* ---- version 1: one line of text ---- */

enum { V1_LINE_MAX = 107 /* [bytes] with CR and LF */ };

/* The next word of the line, after exactly one blank. */
static bool take_word(const char **at, char *out, size_t size)
{
	size_t len;

	if (**at != ' ')
		return false;
	len = strcspn(*at + 1, " ");
	if (len == 0 || len >= size)
		return false;
	memcpy(out, *at + 1, len);
	out[len] = '\0';
	*at += len + 1;
	return true;
}

static bool take_address(const char **at, bool is_v6, struct net_addr *out)
{
	char word[NET_TEXT_MAX];

	return take_word(at, word, sizeof(word)) && (strchr(word, ':') != NULL) == is_v6 &&
	       net_addr_read(word, out);
}

static bool take_port(const char **at, uint16_t *out)
{
	unsigned n = 0;
	char word[6];

	if (!take_word(at, word, sizeof(word)) || (word[0] == '0' && word[1]))
		return false;
	for (const char *p = word; *p; p++) {
		if (*p < '0' || *p > '9')
			return false;
		n = n * 10 + (unsigned)(*p - '0');
	}
	*out = (uint16_t)n;
	return n <= 65535;
}

static enum proxy_verdict read_line(const char *line, struct proxy_header *out)
{
	struct proxy_header h = {.len = out->len};
	struct net_addr ours;
	uint16_t our_port;
	bool is_v6;

	if (strncmp(line, "PROXY UNKNOWN", 13) == 0 && (line[13] == '\0' || line[13] == ' '))
		return PROXY_LOCAL;
	is_v6 = strncmp(line, "PROXY TCP6", 10) == 0;
	if (!is_v6 && strncmp(line, "PROXY TCP4", 10) != 0)
		return PROXY_GARBAGE;
	line += 10;
	if (!take_address(&line, is_v6, &h.addr) || !take_address(&line, is_v6, &ours) ||
		!take_port(&line, &h.port) || !take_port(&line, &our_port) || *line)
		return PROXY_GARBAGE;
	*out = h;
	return PROXY_ADDRESS;
}

static enum proxy_verdict read_v1(const uint8_t *data, size_t len, struct proxy_header *out)
{
	size_t seen = len < V1_LINE_MAX ? len : V1_LINE_MAX;
	const uint8_t *end = memchr(data, '\r', seen);
	struct proxy_header h = {.len = 0};
	char line[V1_LINE_MAX];
	enum proxy_verdict v;

	if (!end)
		return len < V1_LINE_MAX ? PROXY_MORE : PROXY_GARBAGE;
	h.len = (size_t)(end - data) + 2;
	if (h.len > V1_LINE_MAX || memchr(data, '\0', h.len - 2))
		return PROXY_GARBAGE;
	if (h.len > len)
		return PROXY_MORE;
	if (end[1] != '\n')
		return PROXY_GARBAGE;
	memcpy(line, data, h.len - 2);
	line[h.len - 2] = '\0';
	v = read_line(line, &h);
	if (v != PROXY_GARBAGE)
		*out = h;
	return v;
}

/* ---- version 2: binary ---- */

static const uint8_t v2_signature[12] = "\r\n\r\n\0\r\nQUIT\n";

enum {
	V2_FIXED = 16, /* [bytes] signature, version and command, family, length */
	V2_COMMAND_LOCAL = 0x20,
	V2_COMMAND_PROXY = 0x21,
	V2_TCP4 = 0x11,
	V2_TCP4_LEN = 12,
	V2_TCP6 = 0x21,
	V2_TCP6_LEN = 36,
	V2_UNSPEC = 0x00,
	V2_UNIX_STREAM = 0x31,
};

static uint16_t be16(const uint8_t *p)
{
	return (uint16_t)(p[0] << 8 | p[1]);
}

/* The part whose length the header tells; behind the addresses stand TLVs. */
static enum proxy_verdict read_addresses(
	uint8_t family, const uint8_t *p, size_t len, struct proxy_header *out)
{
	switch (family) {
	case V2_UNSPEC:
	case V2_UNIX_STREAM: return PROXY_LOCAL;
	case V2_TCP4:
		if (len < V2_TCP4_LEN)
			return PROXY_GARBAGE;
		out->addr = net_addr_v4(p);
		out->port = be16(p + 8);
		return PROXY_ADDRESS;
	case V2_TCP6:
		if (len < V2_TCP6_LEN)
			return PROXY_GARBAGE;
		memcpy(out->addr.bytes, p, sizeof(out->addr.bytes));
		out->port = be16(p + 32);
		return PROXY_ADDRESS;
	default: return PROXY_GARBAGE;
	}
}

static enum proxy_verdict read_v2(const uint8_t *data, size_t len, struct proxy_header *out)
{
	struct proxy_header h = {.len = V2_FIXED};
	enum proxy_verdict v = PROXY_LOCAL;

	if (len > 12 && data[12] != V2_COMMAND_LOCAL && data[12] != V2_COMMAND_PROXY)
		return PROXY_GARBAGE;
	if (len < V2_FIXED)
		return PROXY_MORE;
	h.len += be16(data + 14);
	if (h.len > PROXY_HEADER_MAX)
		return PROXY_GARBAGE;
	if (len < h.len)
		return PROXY_MORE;
	if (data[12] == V2_COMMAND_PROXY)
		v = read_addresses(data[13], data + V2_FIXED, h.len - V2_FIXED, &h);
	if (v != PROXY_GARBAGE)
		*out = h;
	return v;
}

static bool begins_like(const uint8_t *data, size_t len, const void *what, size_t what_len)
{
	return memcmp(data, what, len < what_len ? len : what_len) == 0;
}

enum proxy_verdict proxy_read(const uint8_t *data, size_t len, struct proxy_header *out)
{
	if (len == 0)
		return PROXY_MORE;
	if (begins_like(data, len, v2_signature, sizeof(v2_signature)))
		return len < sizeof(v2_signature) ? PROXY_MORE : read_v2(data, len, out);
	if (begins_like(data, len, "PROXY ", 6))
		return len < 6 ? PROXY_MORE : read_v1(data, len, out);
	return PROXY_GARBAGE;
}
