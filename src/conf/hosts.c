/* hosts.c -- the type of keys that name servers: HOST or HOST:PORT, one or several. */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "conf/conf.h"
#include "conf/table_priv.h"

/* False: it is not a number from 1 to 65535. */
static bool parse_port(const char *text, size_t len, uint16_t *out)
{
	unsigned port = 0;

	for (size_t i = 0; i < len; i++) {
		if (text[i] < '0' || text[i] > '9')
			return false;
		port = port * 10 + (unsigned)(text[i] - '0');
		if (port > 65535)
			return false;
	}
	*out = (uint16_t)port;
	return port > 0;
}

#define NAME_CHARS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-_:%"

/* "name", "name:port", "1.2.3.4:port", "::1", "[::1]", "[::1]:port" */
static bool parse_host(const char *text, size_t len, struct conf_host *out)
{
	const char *end = text + len, *name_end = end, *rest;
	const char *colon = memchr(text, ':', len);

	*out = (struct conf_host){.port = 0};
	if (len > 0 && *text == '[') {
		name_end = memchr(++text, ']', len - 1);
		if (!name_end)
			return false;
		rest = name_end + 1;
	} else {
		if (colon && colon == memrchr(text, ':', len)) /* two are a bare IPv6 address */
			name_end = colon;
		rest = name_end;
	}
	if (rest < end &&
		(*rest != ':' || !parse_port(rest + 1, (size_t)(end - rest - 1), &out->port)))
		return false;
	len = (size_t)(name_end - text);
	if (len == 0 || len >= sizeof(out->name))
		return false;
	memcpy(out->name, text, len);
	out->name[len] = '\0';
	return !out->name[strspn(out->name, NAME_CHARS)];
}

bool conf_host_next(const char **rest, struct conf_host *out)
{
	size_t len;

	*rest += strspn(*rest, ", ");
	len = strcspn(*rest, ", ");
	if (len == 0 || !parse_host(*rest, len, out))
		return false;
	*rest += len;
	return true;
}

static enum err read_hosts(
	const struct conf_key *key, const char *text, void *field, struct why *why)
{
	const char *rest = text;
	struct conf_host host;
	unsigned n = 0;

	while (conf_host_next(&rest, &host))
		n++;
	if (*rest)
		return err_fail(why, ERR_SYNTAX,
			"\"%s\" is not a server: write HOST, HOST:PORT or [IPV6]:PORT", rest);
	if (n == 0 && *key->min)
		return err_fail(why, ERR_INVALID, "needs a value");
	if (n > CONF_HOSTS_MAX)
		return err_fail(
			why, ERR_LIMIT, "has %u servers, %d are allowed", n, CONF_HOSTS_MAX);
	free(*(char **)field);
	*(char **)field = str_dup(text);
	return OK;
}

const struct conf_type conf_hosts = {"server or list", CONF_LIST, true, false, read_hosts};
