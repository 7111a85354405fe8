/*
 * conf.h -- the configuration file: what an operator may set, checked and ready for use.
 *
 * Each section is one table, <section>.tbl: its keys, types, defaults, limits and words. From the
 * same lines come the struct below, the parser, the checks and docs/configuration.md.
 *
 * Memory:  conf_load() makes a struct conf, conf_free() ends it with all that hangs on it.
 * Thread:  read-only after loading, from any thread.
 * Secrets: never logged or printed; struct conf holds them only for the roles that log in.
 */
#ifndef CONF_CONF_H
#define CONF_CONF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/amount.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/log.h"
#include "base/net.h"
#include "chain/address.h"
#include "chain/coin.h"
#include "reward/reward.h"

enum conf_engine { CONF_ENGINE_SQLITE, CONF_ENGINE_MARIADB };
enum conf_tls { CONF_TLS_OFF, CONF_TLS_REQUIRE, CONF_TLS_VERIFY };
enum conf_port_reward { CONF_PORT_REWARD_POOL, CONF_PORT_REWARD_SOLO };
enum conf_port_tls { CONF_PORT_TLS_OFF, CONF_PORT_TLS_ON, CONF_PORT_TLS_AUTO };
enum conf_switch { CONF_SWITCH_HAND, CONF_SWITCH_PROFIT };
enum conf_registration {
	CONF_REGISTRATION_OPEN,
	CONF_REGISTRATION_INVITED,
	CONF_REGISTRATION_CLOSED,
};
enum conf_fee_payer { CONF_FEE_POOL, CONF_FEE_MINERS };
enum conf_sync { CONF_SYNC_DISK, CONF_SYNC_OS };

/* Where to listen. port is 0 when the operator wrote "off". */
struct conf_listen {
	char host[46]; /* a numeric IPv4 or IPv6 address, no brackets */
	uint16_t port;
};

enum { CONF_LISTENS_MAX = 8, CONF_POOLS_MAX = 16 };

struct conf_listens {
	struct conf_listen list[CONF_LISTENS_MAX];
	unsigned count; /* >= 1 */
};

/* Times of day. */
#define CONF_TIMES_MAX 24
struct conf_times {
	unsigned n;
	uint16_t minutes[CONF_TIMES_MAX]; /* since midnight, UTC */
};

/* A stratum difficulty and the work that it stands for with the pool's coin and network. */
struct conf_difficulty {
	char text[32]; /* as written */
	int64_t work;  /* [units of the network's work_bits] >= 1 */
};

/* The C type of each type of key; fields end in their unit (_ms, _ppm). */
#define CONF_C_text          char * /* never NULL; "" when not given */
#define CONF_C_name          char * /* a-z 0-9 - */
#define CONF_C_path          char * /* absolute, or "" */
#define CONF_C_folder        char * /* the same */
#define CONF_C_url           char *
#define CONF_C_secret        char *
#define CONF_C_flag          bool
#define CONF_C_count         unsigned
#define CONF_C_duration      int64_t /* [ms] */
#define CONF_C_size          int64_t /* [bytes] */
#define CONF_C_percent       int64_t /* [ppm] */
#define CONF_C_factor        int64_t /* [ppm] 1.0 is 1000000 */
#define CONF_C_amount        struct amount
#define CONF_C_difficulty    struct conf_difficulty
#define CONF_C_listen        struct conf_listen
#define CONF_C_listen_or_off struct conf_listen
#define CONF_C_listens       struct conf_listens
#define CONF_C_nets          struct net_set
#define CONF_C_times         struct conf_times
#define CONF_C_choice(e)     enum e
#define CONF_C_hosts         char * /* for conf_host_next() */
#define CONF_C_names         char * /* "a,b" */

#define KEY(key, field, type, ...) CONF_C_##type field;

struct conf_log {
#include "conf/log.tbl"
};

struct conf_store_login {
#include "conf/store_login.tbl"
};

struct conf_store {
#include "conf/store.tbl"
	struct conf_store_login stratum, ledger, web; /* user is "" when the role has none */
};

struct conf_stratum {
#include "conf/stratum.tbl"
};

struct conf_cache {
#include "conf/cache.tbl"
};

struct conf_web {
#include "conf/web.tbl"
};

struct conf_mail {
#include "conf/mail.tbl"
};

struct conf_accounts {
#include "conf/accounts.tbl"
};

struct conf_ledger {
#include "conf/ledger.tbl"
};

struct conf_switching {
#include "conf/switching.tbl"
};

struct conf_daemon {
#include "conf/daemon.tbl"
};

struct conf_wallet {
#include "conf/wallet.tbl"
	const struct conf_daemon *daemon; /* whose login is used, and whose url unless url is set */
};

struct conf_pool;

struct conf_port {
#include "conf/port.tbl"
	const struct conf_pool *switch_to[CONF_POOLS_MAX]; /* beside its own */
	unsigned switch_count;
	bool is_solo;  /* the coinbase pays the finder: the port's reward, or the pool's scheme */
	bool is_apart; /* of these, in a pool with another scheme: no part of its rounds */
};

/* Somebody who gets a part of every reward. */
struct conf_recipient {
#include "conf/recipient.tbl"
	struct address address; /* address_text, checked */
};

/* reward.tbl: its fields are spread over the rules and this. */
struct conf_reward {
	struct reward_rules rules;
	struct conf_difficulty window_work;
	struct conf_recipient *recipients;
	size_t recipients_count;
};

struct conf_payout {
#include "conf/payout.tbl"
};

struct conf_pool {
#include "conf/pool.tbl"
	struct coin coin;                   /* the profile */
	const struct coin_network *network; /* the chosen one, in coin */
	struct address address;             /* address_text, checked */
	struct conf_daemon *daemons;
	size_t daemons_count; /* >= 1 */
	struct conf_wallet wallet;
	struct conf_port *ports;
	size_t ports_count; /* >= 1 */
	struct conf_reward reward;
	struct conf_payout payout;
};

struct conf {
#include "conf/top.tbl"
	char *file; /* the configuration file, absolute */
	struct conf_log log;
	struct conf_store store;
	struct conf_stratum stratum;
	struct conf_cache cache;
	struct conf_web web;
	struct conf_accounts accounts;
	struct conf_mail mail;
	struct conf_ledger ledger;
	struct conf_switching switching;
	struct conf_pool *pools;
	size_t pools_count; /* 1 .. CONF_POOLS_MAX */
};
#undef KEY

/* One thing to tell the operator. */
struct conf_problem {
	bool is_note; /* worth saying, but not wrong */
	char *file;
	unsigned line; /* 0: the file as a whole */
	char *text;    /* "key: what is wrong" */
};

/* Zero-initialise; conf_errors_fini() at the end. */
struct conf_errors {
	struct conf_problem *list;
	size_t count;
	size_t cap;
	size_t wrong; /* those that are not notes */
};

/**
 * conf_load(path, out, errors): read, check and complete a configuration.
 *   out     freed with conf_free()
 *   errors  every problem found, not only the first; notes may be there after success too
 *   errs    ERR_NOT_FOUND, ERR_IO the file; ERR_INVALID otherwise
 *   blocks  on files
 */
enum err conf_load(const char *path, struct conf **out, struct conf_errors *errors) MUST_CHECK;
void conf_free(struct conf *conf);

/** conf_pool(conf, name): the pool of this name, the first one when name is NULL; NULL: there is
 * none.
 */
const struct conf_pool *conf_pool(const struct conf *conf, const char *name);

/** conf_errors_text(errors, out): append one "file:line: key: message" line per problem. */
void conf_errors_text(const struct conf_errors *errors, struct buf *out);
void conf_errors_fini(struct conf_errors *errors);

#define CONF_HOSTS_MAX 16

/* A server in a list. */
struct conf_host {
	char name[254]; /* or a numeric address, without brackets */
	uint16_t port;  /* 0: the key says none */
};

/** conf_host_next(rest, out): the next server of a key of type hosts; *rest begins as the key's
 * text and is moved on. False: there are no more. */
bool conf_host_next(const char **rest, struct conf_host *out);

/* User and password for one login at a daemon. */
struct conf_login {
	char *user;
	char *password;
};

/**
 * conf_daemon_login(daemon, out, why): what to log in with now; a cookie file is read anew each
 * time, since the daemon writes another at every start.
 *   out     freed with conf_login_fini()
 *   errs    ERR_NOT_FOUND the cookie file is not there (the daemon is not running); ERR_IO;
 *           ERR_SYNTAX it has no colon
 *   blocks  on a file
 */
enum err conf_daemon_login(
	const struct conf_daemon *daemon, struct conf_login *out, struct why *why) MUST_CHECK;
void conf_login_fini(struct conf_login *login);

/** conf_store_login(store, role): the role's own login there, whether it has one or not; NULL when
 * there is no such role. */
const struct conf_store_login *conf_store_login(const struct conf_store *store, const char *role);
/** conf_store_become(store, role): use the role's login, when it has one, from now on. */
void conf_store_become(struct conf_store *store, const char *role);

/** conf_coin_load(path, out, errors): read one coin profile. errs as conf_load(). */
enum err conf_coin_load(const char *path, struct coin *out, struct conf_errors *errors) MUST_CHECK;

#endif
