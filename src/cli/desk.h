/*
 * desk.h -- what commands that change money share: configuration, pool and database opened, who
 * asks, and the event that tells of it. Private to cli.
 */
#ifndef CLI_DESK_H
#define CLI_DESK_H

#include "base/json.h"
#include "conf/conf.h"
#include "store/store.h"

struct desk {
	const char *command;
	struct conf *conf;
	const struct conf_pool *pool;
	int64_t pool_id;
	struct store *st;
	char who[STORE_NAME_MAX]; /* the user of this machine who asks */
	bool as_json;
	const char *reason;   /* NULL: none was given */
	const char *words[4]; /* after the verb; the rest is NULL */
	/* of single commands */
	const char *from, *to, *by, *format;
};

struct desk_verb {
	const char *name;
	unsigned least, most; /* words after it */
	bool needs_reason;
	enum err (*run)(struct desk *d, struct why *why);
};

/** desk_run(command, argc, argv, verbs, count, usage): read the options, find the verb, open all,
 * run it, say what failed; the exit code. */
int desk_run(const char *command, int argc, char **argv, const struct desk_verb *verbs,
	unsigned count, const char *usage);

/** desk_event(d, kind, data, why): into the feed, with who and the reason; in the transaction that
 * makes it true. data is taken. */
enum err desk_event(struct desk *d, const char *kind, json_t *data, struct why *why) MUST_CHECK;
/** desk_end(d, err, why): commit, or roll back what store_begin() began; the outcome. */
enum err desk_end(struct desk *d, enum err err, struct why *why) MUST_CHECK;
/** desk_id(text, out, why): a row's number. */
enum err desk_id(const char *text, int64_t *out, struct why *why) MUST_CHECK;
/** desk_account(d, address, out, why): who is paid at this address. errs ERR_NOT_FOUND */
enum err desk_account(
	struct desk *d, const char *address, int64_t *out, struct why *why) MUST_CHECK;
/** desk_coins(a): an amount as JSON. */
json_t *desk_coins(struct amount a);
/** desk_print(o): one line of JSON; o is taken. */
void desk_print(json_t *o);

#endif
