/* db.c -- `kozan db init|migrate|status`: making the database and its logins; its schema. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/path.h"
#include "cli/cli.h"
#include "conf/conf.h"
#include "store/store.h"
#include "store/store_admin.h"

#define PASSWORD_ENV "KOZAN_DB_ADMIN_PASSWORD"
#define PASSWORD_MAX 4096 /* [bytes] of the file that holds it */

struct options {
	const char *path, *admin, *password_file, *from;
};

/* ---- the schema ---- */

static enum err migrate(struct store *st, struct why *why)
{
	struct store_schema before, after;
	enum err e;

	if ((e = store_schema(st, &before, why)) || (e = store_migrate(st, why)) ||
		(e = store_schema(st, &after, why)))
		return e;
	if (before.version == after.version)
		printf("The database is at version %lld already.\n", (long long)after.version);
	else
		printf("The database went from version %lld to %lld.\n", (long long)before.version,
			(long long)after.version);
	return OK;
}

static enum err show(struct store *st, struct why *why)
{
	struct store_schema s;
	enum err e = store_schema(st, &s, why);

	if (e)
		return e;
	if (s.version == 0) {
		puts("The database is empty.");
		return OK;
	}
	printf("The database is at version %lld, this program at %lld.\n", (long long)s.version,
		(long long)s.known);
	if (s.version < s.known)
		puts("kozan db migrate brings it to this program's version.");
	printf("Programs that know version %lld or later may use it", (long long)s.min_reader);
	puts(s.known < s.min_reader ? "; this one may not." : ".");
	return OK;
}

static enum err with_store(const struct conf *conf,
	enum err (*action)(struct store *st, struct why *why), struct why *why)
{
	struct store *st = NULL;
	enum err e = cli_store_open(conf, &st, why);

	if (!e)
		e = action(st, why);
	store_close(st);
	return e;
}

/* ---- the server ---- */

static void tell(const struct conf_store *store)
{
	static const char *const roles[] = {"stratum", "ledger", "web"};

	printf("The database %s is ready. Its logins:\n", store->database);
	printf("  %-20s everything in it\n", store->user);
	for (unsigned i = 0; i < ARRAY_LEN(roles); i++) {
		const char *user = conf_store_login(store, roles[i])->user;

		if (*user)
			printf("  %-20s what the role %s needs\n", user, roles[i]);
		else
			printf("  %-20s (the role %s has no login of its own)\n", store->user,
				roles[i]);
	}
}

static enum err read_password(const struct options *o, struct buf *out, struct why *why)
{
	const char *env = getenv(PASSWORD_ENV);
	enum err e = OK;

	if (o->password_file)
		e = path_read(o->password_file, PASSWORD_MAX, out, why);
	else
		buf_add_str(out, env ? env : "");
	if (!e && out->data)
		out->data[strcspn(buf_str(out), "\r\n")] = '\0';
	return e;
}

static enum err init(const struct conf *conf, const struct options *o, struct why *why)
{
	struct buf password = {0};
	enum err e;

	if (conf->store.engine == CONF_ENGINE_SQLITE)
		return with_store(conf, migrate, why);
	e = read_password(o, &password, why);
	if (!e)
		e = store_init(&conf->store,
			&(struct store_admin){o->admin, buf_str(&password), o->from}, why);
	if (password.data)
		explicit_bzero(password.data, password.len);
	buf_free(&password);
	if (!e)
		tell(&conf->store);
	return e;
}

/* ---- the subcommand ---- */

static enum err run(
	const char *word, const struct conf *conf, const struct options *o, struct why *why)
{
	if (strcmp(word, "init") == 0)
		return init(conf, o, why);
	return with_store(conf, strcmp(word, "migrate") == 0 ? migrate : show, why);
}

int cli_db(int argc, char **argv)
{
	struct options o = {.admin = "root", .from = "%"};
	const struct cli_option options[] = {
		{"config", 'c', CLI_TEXT, &o.path},
		{"admin", 0, CLI_TEXT, &o.admin},
		{"admin-password-file", 0, CLI_TEXT, &o.password_file},
		{"from", 0, CLI_TEXT, &o.from},
	};
	struct why why = {0};
	struct conf *conf;
	const char *word;
	int first;
	enum err e;

	if (cli_options(argc, argv, options, ARRAY_LEN(options), &first))
		return CLI_USAGE;
	word = argc - first == 1 ? argv[first] : "";
	if (strcmp(word, "init") != 0 && strcmp(word, "migrate") != 0 &&
		strcmp(word, "status") != 0)
		return cli_usage("db", "say \"init\", \"migrate\" or \"status\"");
	conf = cli_conf_open("db", o.path);
	if (!conf)
		return o.path ? CLI_FAILED : CLI_USAGE;
	e = run(word, conf, &o, &why);
	conf_free(conf);
	if (e)
		fprintf(stderr, "kozan db: %s\n", why.text[0] ? why.text : err_text(e));
	return e ? CLI_FAILED : CLI_OK;
}
