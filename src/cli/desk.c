#include "cli/desk.h"

#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "cli/cli.h"
#include "store/store_stats.h"

/* Whoever used sudo, not root. */
static void find_who(struct desk *d)
{
	const char *sudo = getenv("SUDO_USER");
	const struct passwd *user = getpwuid(getuid());

	if (sudo && *sudo)
		str_copy(d->who, sizeof(d->who), sudo);
	else if (user)
		str_copy(d->who, sizeof(d->who), user->pw_name);
	else
		snprintf(d->who, sizeof(d->who), "%u", (unsigned)getuid());
}

static const struct desk_verb *find_verb(
	const struct desk_verb *verbs, unsigned count, const char *name)
{
	for (unsigned i = 0; name && i < count; i++) {
		if (strcmp(verbs[i].name, name) == 0)
			return &verbs[i];
	}
	return NULL;
}

static enum err open_all(struct desk *d, struct why *why)
{
	enum err e = cli_store_open(d->conf, &d->st, why);

	if (!e)
		e = store_migrate(d->st, why);
	if (!e)
		e = store_pool_ensure(d->st, d->pool->name, d->pool->coin.name,
			coin_chain_name(d->pool->chain), d->pool->network->work_bits, &d->pool_id,
			why);
	return e;
}

int desk_run(const char *command, int argc, char **argv, const struct desk_verb *verbs,
	unsigned count, const char *usage)
{
	struct desk d = {.command = command};
	const char *path = NULL, *pool = NULL;
	const struct cli_option options[] = {{"config", 'c', CLI_TEXT, &path},
		{"json", 'j', CLI_FLAG, &d.as_json}, {"reason", 'r', CLI_TEXT, &d.reason},
		{"from", 0, CLI_TEXT, &d.from}, {"to", 0, CLI_TEXT, &d.to},
		{"by", 0, CLI_TEXT, &d.by}, {"format", 0, CLI_TEXT, &d.format},
		{"pool", 0, CLI_TEXT, &pool}};
	const struct desk_verb *verb;
	struct why why = {0};
	unsigned words;
	int first;
	enum err e;

	if (cli_options(argc, argv, options, ARRAY_LEN(options), &first))
		return CLI_USAGE;
	verb = find_verb(verbs, count, first < argc ? argv[first] : NULL);
	words = verb ? (unsigned)(argc - first - 1) : 0;
	if (!verb || words < verb->least || words > verb->most)
		return cli_usage(command, "say %s", usage);
	if (verb->needs_reason && (!d.reason || !*d.reason))
		return cli_usage(command,
			"%s needs --reason TEXT; it is kept with the pool's events", verb->name);
	if (d.reason && strlen(d.reason) >= STORE_NOTE_MAX)
		return cli_usage(command, "--reason takes at most %d bytes", STORE_NOTE_MAX - 1);
	for (unsigned i = 0; i < words; i++)
		d.words[i] = argv[first + 1 + (int)i];
	d.conf = cli_conf_open(command, path);
	if (!d.conf)
		return path ? CLI_FAILED : CLI_USAGE;
	d.pool = cli_pool(command, d.conf, pool);
	if (!d.pool) {
		conf_free(d.conf);
		return CLI_USAGE;
	}
	find_who(&d);
	e = open_all(&d, &why);
	if (!e)
		e = verb->run(&d, &why);
	store_close(d.st);
	conf_free(d.conf);
	if (e)
		fprintf(stderr, "kozan %s: %s\n", command, why.text[0] ? why.text : err_text(e));
	return e ? CLI_FAILED : CLI_OK;
}

enum err desk_event(struct desk *d, const char *kind, json_t *data, struct why *why)
{
	struct buf json = {0};
	enum err e;

	json_object_set_new(data, "who", json_string(d->who));
	json_object_set_new(data, "reason", json_string(d->reason ? d->reason : ""));
	buf_add_json(&json, data);
	json_decref(data);
	e = store_event_add(d->st, d->pool_id, kind, buf_str(&json), why);
	buf_free(&json);
	return e;
}

enum err desk_end(struct desk *d, enum err err, struct why *why)
{
	if (!err)
		return store_commit(d->st, why);
	store_rollback(d->st);
	return err;
}

enum err desk_id(const char *text, int64_t *out, struct why *why)
{
	char *end;
	long long id = strtoll(text, &end, 10);

	if (*end || *text < '0' || *text > '9' || id < 1)
		return err_fail(why, ERR_INVALID, "\"%s\" is not a number of the list", text);
	*out = id;
	return OK;
}

enum err desk_account(struct desk *d, const char *text, int64_t *out, struct why *why)
{
	struct address address;
	enum err e = address_decode(&d->pool->coin, d->pool->network, text, &address, why);

	if (!e)
		e = store_account_find(d->st, d->pool_id, address.text, out, why);
	if (e == ERR_NOT_FOUND)
		err_fail(why, e, "no share has come from %s yet", address.text);
	return e;
}

json_t *desk_coins(struct amount a)
{
	char text[AMOUNT_TEXT_MAX];

	return json_string(amount_text(a, text));
}

void desk_print(json_t *o)
{
	struct buf text = {0};

	buf_add_json(&text, o);
	puts(buf_str(&text));
	buf_free(&text);
	json_decref(o);
}
