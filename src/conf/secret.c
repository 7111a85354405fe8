/* secret.c -- passwords: from the file itself, another file, the environment, a cookie. */
#include "conf/secret_priv.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/mem.h"
#include "base/path.h"

#define SECRET_MAX 4096 /* [bytes] of a file that holds one */

static char *first_line(const struct buf *text)
{
	return mem_dup(buf_str(text), strcspn(buf_str(text), "\r\n"));
}

static void wipe(struct buf *b)
{
	if (b->data)
		explicit_bzero(b->data, b->len);
	buf_free(b);
}

static void put(char **out, char *secret)
{
	explicit_bzero(*out, strlen(*out));
	free(*out);
	*out = secret;
}

static void read_file(struct conf_reader *r, const struct conf_secret_source *s)
{
	struct buf text = {0};
	struct stat st;
	struct why why;

	if (path_read(s->file, SECRET_MAX, &text, &why) != OK) {
		conf_problem(r, s->file_field, s->file_key, "%s", why.text);
		return;
	}
	put(s->out, first_line(&text));
	wipe(&text);
	if (!**s->out)
		conf_problem(
			r, s->file_field, s->file_key, "the first line of %s is empty", s->file);
	if (stat(s->file, &st) == 0 && st.st_mode & (S_IROTH | S_IWOTH))
		conf_note(r, s->file_field, s->file_key, "everybody on this machine can read %s",
			s->file);
}

void conf_secret_load(struct conf_reader *r, const struct conf_secret_source *s)
{
	unsigned sources = (**s->out != '\0') + (*s->file != '\0') + (*s->env != '\0');
	const char *value;

	if (sources > 1) {
		conf_problem(
			r, s->file_field, s->file_key, "more than one source of the same secret");
	} else if (*s->file) {
		read_file(r, s);
	} else if (*s->env) {
		value = getenv(s->env);
		if (value && *value)
			put(s->out, str_dup(value));
		else
			conf_problem(r, s->env_field, s->env_key,
				"the environment variable %s is not set", s->env);
	}
}

enum err conf_daemon_login(
	const struct conf_daemon *daemon, struct conf_login *out, struct why *why)
{
	struct buf text = {0};
	char *cookie, *colon;
	enum err err;

	if (!*daemon->cookie_file) {
		*out = (struct conf_login){str_dup(daemon->user), str_dup(daemon->password)};
		return OK;
	}
	err = path_read(daemon->cookie_file, SECRET_MAX, &text, why);
	if (err != OK)
		return err;
	cookie = first_line(&text);
	wipe(&text);
	colon = strchr(cookie, ':');
	if (colon) {
		*colon = '\0';
		*out = (struct conf_login){str_dup(cookie), str_dup(colon + 1)};
		explicit_bzero(colon + 1, strlen(colon + 1));
	}
	free(cookie);
	if (!colon)
		return err_fail(why, ERR_SYNTAX, "%s is not a cookie file", daemon->cookie_file);
	return OK;
}

void conf_login_fini(struct conf_login *login)
{
	if (login->password)
		explicit_bzero(login->password, strlen(login->password));
	free(login->user);
	free(login->password);
	*login = (struct conf_login){0};
}

const struct conf_store_login *conf_store_login(const struct conf_store *store, const char *role)
{
	if (strcmp(role, "stratum") == 0)
		return &store->stratum;
	if (strcmp(role, "ledger") == 0)
		return &store->ledger;
	return strcmp(role, "web") == 0 ? &store->web : NULL;
}

void conf_store_become(struct conf_store *store, const char *role)
{
	const struct conf_store_login *login = conf_store_login(store, role);

	if (!login || !*login->user)
		return;
	free(store->user);
	store->user = str_dup(login->user);
	put(&store->password, str_dup(login->password));
}
