/* net_types.c -- the types of keys that are addresses: where to listen, which networks. */
#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "conf/conf.h"
#include "conf/table_priv.h"

enum err conf_each_part(const char *text, struct why *why,
	enum err (*fn)(void *ctx, char *part, struct why *why), void *ctx)
{
	char *copy = str_dup(text), *rest = copy, *part;
	enum err err = OK;

	while (err == OK && (part = strsep(&rest, ",")) != NULL) {
		part += strspn(part, " ");
		part[strcspn(part, " ")] = '\0';
		if (*part)
			err = fn(ctx, part, why);
	}
	free(copy);
	return err;
}

/* ---- where to listen ---- */

static enum err fail_listen(struct why *why, const char *text)
{
	return err_fail(why, ERR_SYNTAX,
		"\"%s\" is not an address to listen on: write 0.0.0.0:3333, [::]:3333 or :3333",
		text);
}

static bool is_numeric_host(int family, const char *host)
{
	unsigned char any[sizeof(struct in6_addr)];

	return inet_pton(family, host, any) == 1;
}

static enum err parse_port(const char *text, uint16_t *out, struct why *why)
{
	size_t len = strspn(text, "0123456789");
	long port = strtol(text, NULL, 10);

	if (len == 0 || text[len])
		return ERR_SYNTAX;
	if (len > 5 || port < 1 || port > 65535)
		return err_fail(why, ERR_RANGE, "port %s is not between 1 and 65535", text);
	*out = (uint16_t)port;
	return OK;
}

static enum err parse_listen(const char *text, struct conf_listen *out, struct why *why)
{
	const char *colon = strrchr(text, ':');
	struct conf_listen l = {""};
	size_t len = colon ? (size_t)(colon - text) : 0;
	enum err err = colon ? parse_port(colon + 1, &l.port, why) : ERR_SYNTAX;

	if (err == ERR_SYNTAX || len >= sizeof(l.host))
		return fail_listen(why, text);
	if (err != OK)
		return err;
	if (len >= 2 && text[0] == '[' && text[len - 1] == ']') {
		memcpy(l.host, text + 1, len - 2);
		if (!is_numeric_host(AF_INET6, l.host))
			return fail_listen(why, text);
	} else if (len == 0) {
		str_copy(l.host, sizeof(l.host), "::");
	} else {
		memcpy(l.host, text, len);
		if (strcmp(l.host, "localhost") == 0)
			str_copy(l.host, sizeof(l.host), "127.0.0.1");
		if (!is_numeric_host(AF_INET, l.host))
			return fail_listen(why, text);
	}
	*out = l;
	return OK;
}

static enum err read_listen(
	const struct conf_key *key, const char *text, void *field, struct why *why)
{
	return parse_listen(text, field, why);
}

static enum err read_listen_or_off(
	const struct conf_key *key, const char *text, void *field, struct why *why)
{
	if (strcasecmp(text, "off") != 0 && strcasecmp(text, "false") != 0)
		return parse_listen(text, field, why);
	*(struct conf_listen *)field = (struct conf_listen){""};
	return OK;
}

static enum err add_listen(void *ctx, char *part, struct why *why)
{
	struct conf_listens *all = ctx;

	if (all->count == CONF_LISTENS_MAX)
		return err_fail(why, ERR_LIMIT, "more than %d addresses", CONF_LISTENS_MAX);
	return parse_listen(part, &all->list[all->count++], why);
}

static enum err read_listens(
	const struct conf_key *key, const char *text, void *field, struct why *why)
{
	struct conf_listens all = {.count = 0};
	enum err err = conf_each_part(text, why, add_listen, &all);

	if (err == OK && all.count == 0)
		return fail_listen(why, text);
	if (err == OK)
		*(struct conf_listens *)field = all;
	return err;
}

/* ---- networks ---- */

static enum err add_net(void *ctx, char *part, struct why *why)
{
	struct net_set *set = ctx;

	if (set->count == NET_SET_MAX)
		return err_fail(why, ERR_LIMIT, "more than %d networks", NET_SET_MAX);
	return net_read(part, &set->list[set->count++], why);
}

static enum err read_nets(
	const struct conf_key *key, const char *text, void *field, struct why *why)
{
	struct net_set set = {.count = 0};
	enum err err = conf_each_part(text, why, add_net, &set);

	if (err == OK)
		*(struct net_set *)field = set;
	return err;
}

const struct conf_type conf_listen = {"address", CONF_SCALAR, false, false, read_listen};
const struct conf_type conf_listen_or_off = {
	"address or off", CONF_SCALAR, false, false, read_listen_or_off};
const struct conf_type conf_listens = {"addresses", CONF_LIST, false, false, read_listens};
const struct conf_type conf_nets = {"networks", CONF_LIST, false, false, read_nets};
