/* mariadb_init.c -- the database and the logins on a server, made by its administrator. */
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "conf/conf.h"
#include "store/mariadb_priv.h"
#include "store/store_admin.h"

static const struct right {
	const char *table, *stratum, *ledger, *web;
} rights[] = {
#define RIGHT(table, stratum, ledger, web) {#table, stratum, ledger, web},
#include "store/right.tbl"
#undef RIGHT
};

/* ---- pieces of SQL ---- */

static void add_text(struct buf *out, MYSQL *db, const char *text)
{
	size_t len = strlen(text);
	char *quoted = mem_alloc(2 * len + 1);

	mysql_real_escape_string(db, quoted, text, (unsigned long)len);
	buf_printf(out, "'%s'", quoted);
	explicit_bzero(quoted, 2 * len);
	free(quoted);
}

/* In the rights on a whole database _ and % stand for others, unless there is a \ before them. */
static void add_name(struct buf *out, const char *name, bool is_pattern)
{
	buf_add_u8(out, '`');
	for (; *name; name++) {
		if (*name == '`' || (is_pattern && strchr("_%\\", *name)))
			buf_add_u8(out, *name == '`' ? '`' : '\\');
		buf_add_u8(out, (uint8_t)*name);
	}
	buf_add_u8(out, '`');
}

static void add_login(struct buf *out, MYSQL *db, const char *user, const struct store_admin *admin)
{
	add_text(out, db, user);
	buf_add_u8(out, '@');
	add_text(out, db, admin->from);
}

/* Run what is in sql, and empty it. */
static enum err run(MYSQL *db, struct buf *sql, const char *doing, struct why *why)
{
	bool is_lost;
	enum err err = OK;

	if (mysql_real_query(db, buf_str(sql), (unsigned long)sql->len) != 0)
		err = err_fail(why, mariadb_error(mysql_errno(db), &is_lost), "%s: %s", doing,
			mysql_error(db));
	explicit_bzero(sql->data, sql->len); /* there was a password in it */
	buf_clear(sql);
	return err;
}

/* ---- logins ---- */

static enum err make_login(MYSQL *db, const char *user, const char *password,
	const struct store_admin *admin, struct why *why)
{
	static const char *const how[] = {"CREATE USER IF NOT EXISTS ", "ALTER USER "};
	struct buf sql = {0};
	enum err err = OK;

	if (!*password)
		return err_fail(why, ERR_INVALID,
			"the login %s has no password in the configuration", user);
	for (size_t i = 0; err == OK && i < ARRAY_LEN(how); i++) {
		buf_add_str(&sql, how[i]);
		add_login(&sql, db, user, admin);
		buf_add_str(&sql, " IDENTIFIED BY ");
		add_text(&sql, db, password);
		err = run(db, &sql, user, why);
	}
	buf_free(&sql);
	return err;
}

static enum err grant(MYSQL *db, const char *what, const char *database, const char *table,
	const char *user, const struct store_admin *admin, struct why *why)
{
	struct buf sql = {0};
	enum err err;

	buf_printf(&sql, "GRANT %s ON ", what);
	add_name(&sql, database, !table);
	buf_printf(&sql, ".%s TO ", table ? table : "*");
	add_login(&sql, db, user, admin);
	err = run(db, &sql, user, why);
	buf_free(&sql);
	return err;
}

static enum err make_role(MYSQL *db, const struct conf_store *conf, const char *role,
	const struct store_admin *admin, struct why *why)
{
	const struct conf_store_login *login = conf_store_login(conf, role);
	enum err err;

	if (!*login->user)
		return OK;
	err = make_login(db, login->user, login->password, admin, why);
	for (size_t i = 0; err == OK && i < ARRAY_LEN(rights); i++) {
		const struct right *r = &rights[i];
		const char *what = login == &conf->stratum  ? r->stratum
				   : login == &conf->ledger ? r->ledger
							    : r->web;

		if (*what)
			err = grant(db, what, conf->database, r->table, login->user, admin, why);
	}
	return err;
}

/* ---- all of it ---- */

static enum err make_database(MYSQL *db, const char *name, struct why *why)
{
	struct buf sql = {0};
	enum err err;

	buf_add_str(&sql, "CREATE DATABASE IF NOT EXISTS ");
	add_name(&sql, name, false);
	buf_add_str(&sql, " CHARACTER SET utf8mb4 COLLATE utf8mb4_bin");
	err = run(db, &sql, name, why);
	buf_free(&sql);
	return err;
}

/* Rights can only be given on tables that are there. */
static enum err migrate(const struct conf_store *as_admin, struct why *why)
{
	struct store *st;
	enum err err = store_open(as_admin, &st, why);

	if (err != OK)
		return err;
	err = store_migrate(st, why);
	store_close(st);
	return err;
}

enum err store_init(const struct conf_store *conf, const struct store_admin *admin, struct why *why)
{
	static const char *const roles[] = {"stratum", "ledger", "web"};
	struct conf_store as_admin = *conf;
	MYSQL *db;
	enum err err;

	if (conf->engine != CONF_ENGINE_MARIADB)
		return err_fail(why, ERR_UNSUPPORTED,
			"this database is a file: it has no logins, and is made when it is used");
	as_admin.user = (char *)admin->user;
	as_admin.password = (char *)admin->password;
	err = mariadb_dial(&as_admin, NULL, &db, why);
	if (err != OK)
		return err;
	err = make_database(db, conf->database, why);
	if (err == OK)
		err = migrate(&as_admin, why);
	if (err == OK && strcmp(conf->user, admin->user) != 0)
		err = make_login(db, conf->user, conf->password, admin, why);
	if (err == OK && strcmp(conf->user, admin->user) != 0)
		err = grant(db, "ALL PRIVILEGES", conf->database, NULL, conf->user, admin, why);
	for (size_t i = 0; err == OK && i < ARRAY_LEN(roles); i++)
		err = make_role(db, conf, roles[i], admin, why);
	mysql_close(db);
	return err;
}
