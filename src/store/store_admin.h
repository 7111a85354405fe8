/*
 * store_admin.h -- setting up a database server: the database, and logins that may do what their
 * role needs and nothing else.
 */
#ifndef STORE_STORE_ADMIN_H
#define STORE_STORE_ADMIN_H

#include "store/store.h"

/* Who may make databases and logins. */
struct store_admin {
	const char *user;
	const char *password;
	const char *from; /* whence the roles come: a host, or "%" for any */
};

/**
 * store_init(conf, admin, why): make the database, its schema, and the logins of conf: `user` may
 * do everything in it, those of the roles what right.tbl says. Again is harmless: what is missing
 * is made, and passwords and rights are set. errs   ERR_UNSUPPORTED an embedded database has no
 * logins; ERR_AUTH admin may not do this; ERR_INVALID a login without a password
 */
enum err store_init(
	const struct conf_store *conf, const struct store_admin *admin, struct why *why) MUST_CHECK;

#endif
