/*
 * mariadb_dial.c -- connections to MariaDB and MySQL: to which server, and what is set for them.
 *
 * Names are looked up at each connection. Of several servers the first that can be written to is
 * taken; in that way all roles meet at the same one, also after a failover.
 */
#include <pthread.h>
#include <string.h>

#include "base/mem.h"
#include "conf/conf.h"
#include "store/mariadb_priv.h"

/* The same on every server, whatever its operator has set. */
static const char *const session[] = {
	"SET NAMES utf8mb4 COLLATE utf8mb4_bin",
	"SET SESSION sql_mode = 'STRICT_ALL_TABLES,ONLY_FULL_GROUP_BY,NO_ZERO_DATE,NO_ZERO_IN_DATE,"
	"ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION', time_zone = '+00:00', autocommit = 1,"
	/* as long as SQLite waits; and a server that we have lost sight of must let go our locks */
	" innodb_lock_wait_timeout = 5, lock_wait_timeout = 5, wait_timeout = 120",
	"SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED",
};

/* A node of a Galera cluster answers when it has what the others have committed before. Other
 * servers do not know of it. */
#define SYNC_WAIT        "SET SESSION wsrep_sync_wait = 1"
#define UNKNOWN_VARIABLE 1193

static void start_library(void)
{
	int failed = mysql_library_init(0, NULL, NULL);

	assert(!failed);
}

static unsigned seconds(int64_t ms)
{
	return (unsigned)((ms + 999) / 1000);
}

static void set_options(MYSQL *db, const struct conf_store *conf)
{
	unsigned connect_s = seconds(conf->connect_timeout_ms), s = seconds(conf->timeout_ms);
	unsigned protocol = *conf->socket ? MYSQL_PROTOCOL_SOCKET : MYSQL_PROTOCOL_TCP, off = 0;
	my_bool yes = 1, is_verified = conf->tls == CONF_TLS_VERIFY;

	mysql_options(db, MYSQL_OPT_CONNECT_TIMEOUT, &connect_s);
	mysql_options(db, MYSQL_OPT_READ_TIMEOUT, &s);
	mysql_options(db, MYSQL_OPT_WRITE_TIMEOUT, &s);
	mysql_options(db, MYSQL_OPT_PROTOCOL, &protocol);
	mysql_options(db, MYSQL_OPT_LOCAL_INFILE, &off);
	mysql_options(db, MYSQL_SET_CHARSET_NAME, "utf8mb4");
	if (conf->tls != CONF_TLS_OFF) {
		mysql_options(db, MYSQL_OPT_SSL_ENFORCE, &yes);
		if (*conf->tls_ca)
			mysql_options(db, MYSQL_OPT_SSL_CA, conf->tls_ca);
	}
	mysql_options(db, MYSQL_OPT_SSL_VERIFY_SERVER_CERT, &is_verified);
}

static enum err set_session(MYSQL *db)
{
	bool is_lost;

	for (size_t i = 0; i < ARRAY_LEN(session); i++) {
		if (mysql_query(db, session[i]) != 0)
			return mariadb_error(mysql_errno(db), &is_lost);
	}
	if (mysql_query(db, SYNC_WAIT) != 0 && mysql_errno(db) != UNKNOWN_VARIABLE)
		return mariadb_error(mysql_errno(db), &is_lost);
	return OK;
}

/* A replica, or a primary on its way to become one; Galera's minority refuses the question. */
static enum err ask_read_only(MYSQL *db, bool *out)
{
	static const char text[] = "SELECT @@global.read_only + @@global.innodb_read_only";
	MYSQL_RES *rows = NULL;
	MYSQL_ROW row = NULL;
	bool is_lost;

	if (mysql_query(db, text) == 0)
		rows = mysql_store_result(db);
	if (rows)
		row = mysql_fetch_row(rows);
	if (row && row[0])
		*out = strcmp(row[0], "0") != 0;
	mysql_free_result(rows);
	return row ? OK : mariadb_error(mysql_errno(db), &is_lost);
}

/* host is NULL for the Unix socket. */
static enum err dial_one(const struct conf_store *conf, const struct conf_host *host,
	const char *database, MYSQL **out, bool *out_read_only, struct why *why)
{
	MYSQL *db = mysql_init(NULL);
	unsigned port = host && host->port ? host->port : conf->port;
	bool is_lost;
	enum err err;

	assert(db);
	set_options(db, conf);
	/* FOUND_ROWS: rows count as changed that were as we want them already, as in SQLite. */
	if (mysql_real_connect(db, host ? host->name : "localhost", conf->user, conf->password,
		    database, port, host ? NULL : conf->socket, CLIENT_FOUND_ROWS))
		err = set_session(db);
	else
		err = mariadb_error(mysql_errno(db), &is_lost);
	if (err == OK)
		err = ask_read_only(db, out_read_only);
	if (err == OK) {
		*out = db;
		return OK;
	}
	if (host)
		err_fail(why, err, "database at %s:%u: %s", host->name, port, mysql_error(db));
	else
		err_fail(why, err, "database at %s: %s", conf->socket, mysql_error(db));
	mysql_close(db);
	return err;
}

/* Of several failures the first is told: that of the server that is meant to be there. */
static enum err dial_hosts(
	const struct conf_store *conf, const char *database, MYSQL **out, struct why *why)
{
	const char *rest = conf->host;
	struct conf_host host;
	MYSQL *found = NULL;
	enum err err = OK;

	for (bool is_read_only = true; is_read_only && conf_host_next(&rest, &host);) {
		MYSQL *db;
		enum err failed =
			dial_one(conf, &host, database, &db, &is_read_only, err == OK ? why : NULL);

		if (failed != OK) {
			err = err == OK ? failed : err;
			is_read_only = true;
		} else if (found && is_read_only) {
			mysql_close(db); /* no better than the one before */
		} else {
			mysql_close(found);
			found = db;
		}
	}
	if (!found)
		return err;
	*out = found;
	return OK;
}

enum err mariadb_dial(
	const struct conf_store *conf, const char *database, MYSQL **out, struct why *why)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	bool is_read_only;

	pthread_once(&once, start_library);
	if (*conf->socket)
		return dial_one(conf, NULL, database, out, &is_read_only, why);
	return dial_hosts(conf, database, out, why);
}
