/* check.c -- what no single key can tell: names that refer, addresses, work, doubles. */
#include "conf/check_priv.h"

#include <libgen.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/path.h"
#include "chain/difficulty.h"
#include "conf/coin_profile_priv.h"
#include "conf/secret_priv.h"

/* ---- file names ---- */

static void make_absolute(char **path, const char *dir)
{
	char *whole;

	if (!**path)
		return;
	whole = path_join(dir, *path);
	free(*path);
	*path = whole;
}

static void resolve_path(const struct conf_key *key, void *field, void *ctx)
{
	if (key->type == &conf_path)
		make_absolute(field, ctx);
}

static char *folder_of(const char *file)
{
	char *copy = str_dup(file), *dir = str_dup(dirname(copy));

	free(copy);
	return dir;
}

static void resolve_paths(struct conf *conf)
{
	char *dir = folder_of(conf->file);

	make_absolute(&conf->data_dir, dir);
	make_absolute(&conf->coins_dir, dir);
	if (!*conf->coins_dir) {
		free(conf->coins_dir);
		conf->coins_dir = conf_coins_dir();
	}
	conf_visit(&conf_top_section, conf, resolve_path, conf->data_dir);
	free(dir);
}

/* ---- the coin ---- */

static char *profile_path(const struct conf *conf, const struct conf_pool *pool)
{
	const char *name = pool->coin_profile;
	char *dir, *path;

	if (!strchr(name, '/')) {
		char *file = str_printf("%s.yaml", name);

		path = path_join(conf->coins_dir, file);
		free(file);
		return path;
	}
	dir = folder_of(conf->file);
	path = path_join(dir, strncmp(name, "./", 2) == 0 ? name + 2 : name);
	free(dir);
	return path;
}

static bool load_coin(struct conf_reader *r, const struct conf *conf, struct conf_pool *pool)
{
	const void *field = &pool->coin_profile;
	struct conf_errors problems = {0};
	char *path;
	enum err err;

	if (!*pool->coin_profile)
		return false;
	path = profile_path(conf, pool);
	err = conf_coin_load(path, &pool->coin, &problems);
	if (err == ERR_NOT_FOUND && !strchr(pool->coin_profile, '/')) {
		conf_coin_fail_unknown(r, field, "coin", pool->coin_profile, conf->coins_dir);
	} else {
		for (size_t i = 0; i < problems.count; i++) {
			const struct conf_problem *p = &problems.list[i];

			conf_errors_add(r->errors, p->is_note, p->file, p->line, str_dup(p->text));
		}
	}
	conf_errors_fini(&problems);
	free(path);
	return err == OK;
}

static void check_coin(struct conf_reader *r, const struct conf *conf, struct conf_pool *pool)
{
	struct why why;

	if (!load_coin(r, conf, pool))
		return;
	pool->network = coin_network_of(&pool->coin, pool->chain);
	if (!pool->network) {
		conf_problem(r, &pool->chain, "network", "the profile of %s has no network \"%s\"",
			pool->coin.title, coin_chain_name(pool->chain));
		return;
	}
	if (*pool->address_text && address_decode(&pool->coin, pool->network, pool->address_text,
					   &pool->address, &why) != OK)
		conf_problem(r, &pool->address_text, "address", "%s", why.text);
	if (!*pool->title) {
		free(pool->title);
		pool->title = str_dup(pool->coin.title);
	}
}

/* ---- ports ---- */

/* Turn a difficulty into work; one below a unit becomes a unit. */
static void check_difficulty(struct conf_reader *r, const struct conf_pool *pool,
	struct conf_difficulty *d, const char *name)
{
	unsigned work_bits = pool->network->work_bits, diff_bits = pool->coin.diff_bits;
	char unit[DIFFICULTY_TEXT_MAX];
	int64_t hashes;

	if (difficulty_to_work(d->text, work_bits, diff_bits, &d->work) != OK ||
		difficulty_to_work(d->text, 0, diff_bits, &hashes) != OK) {
		d->work = 1; /* was reported when it was read */
		return;
	}
	if (hashes < (int64_t)1 << work_bits && conf_is_given(r, d))
		conf_note(r, d, name, "%s is less than a unit of work on this network: %s is used",
			d->text, difficulty_text(1, work_bits, diff_bits, unit));
}

static void check_port(struct conf_reader *r, const struct conf_pool *pool, struct conf_port *port)
{
	if (!*port->label) {
		free(port->label);
		port->label = str_dup(port->name);
	}
	port->is_apart =
		port->reward == CONF_PORT_REWARD_SOLO && pool->reward.rules.scheme != REWARD_SOLO;
	port->is_solo = port->is_apart || pool->reward.rules.scheme == REWARD_SOLO;
	if (!pool->network)
		return;
	check_difficulty(r, pool, &port->difficulty, "difficulty");
	check_difficulty(r, pool, &port->min_difficulty, "min_difficulty");
	check_difficulty(r, pool, &port->max_difficulty, "max_difficulty");
	if (port->min_difficulty.work > port->max_difficulty.work)
		conf_problem(r, &port->min_difficulty, "min_difficulty",
			"%s is more than max_difficulty, %s", port->min_difficulty.text,
			port->max_difficulty.text);
	else if (port->difficulty.work < port->min_difficulty.work ||
		 port->difficulty.work > port->max_difficulty.work)
		conf_problem(r, &port->difficulty, "difficulty",
			"%s is not between min_difficulty, %s, and max_difficulty, %s",
			port->difficulty.text, port->min_difficulty.text,
			port->max_difficulty.text);
}

/* ---- daemons and the wallet ---- */

static void check_daemon(
	struct conf_reader *r, struct conf_daemon *d, const struct coin_network *network)
{
	if (*d->cookie_file && (*d->user || *d->password || *d->password_file || *d->password_env))
		conf_problem(r, &d->cookie_file, "cookie_file",
			"takes the place of user and password: leave them out");
	conf_secret_load(r, &(struct conf_secret_source){
				    .out = &d->password,
				    .file = d->password_file,
				    .env = d->password_env,
				    .file_field = &d->password_file,
				    .env_field = &d->password_env,
				    .file_key = "password_file",
				    .env_key = "password_env",
			    });
	if (!*d->cookie_file && !*d->user)
		conf_note(r, &d->user, "user",
			"not given; most daemons want user and password, or "
			"cookie_file");
	if (*d->zmq && strncmp(d->zmq, "tcp://", 6) != 0 && strncmp(d->zmq, "ipc://", 6) != 0)
		conf_problem(r, &d->zmq, "zmq", "\"%s\" must begin with tcp:// or ipc://", d->zmq);
	if (*d->p2p && network && (!network->has_p2p_magic || !network->p2p_port))
		conf_problem(r, &d->p2p, "p2p",
			"the profile of the coin does not say how its peers speak: it needs "
			"p2p_magic and p2p_port");
}

static void check_wallet(struct conf_reader *r, struct conf_pool *pool)
{
	struct conf_wallet *w = &pool->wallet;

	conf_secret_load(r, &(struct conf_secret_source){
				    .out = &w->passphrase,
				    .file = w->passphrase_file,
				    .env = w->passphrase_env,
				    .file_field = &w->passphrase_file,
				    .env_field = &w->passphrase_env,
				    .file_key = "passphrase_file",
				    .env_key = "passphrase_env",
			    });
	if (pool->daemons_count == 0)
		return;
	if (!*w->daemon_name)
		w->daemon = &pool->daemons[0];
	for (size_t i = 0; i < pool->daemons_count && !w->daemon; i++) {
		if (strcmp(pool->daemons[i].name, w->daemon_name) == 0)
			w->daemon = &pool->daemons[i];
	}
	if (!w->daemon)
		conf_problem(
			r, &w->daemon_name, "daemon", "no daemon is called \"%s\"", w->daemon_name);
}

static void check_cold(struct conf_reader *r, const struct conf_pool *pool)
{
	const struct conf_wallet *w = &pool->wallet;
	struct address cold;
	struct why why;

	if (!amount_is_zero(w->hot_limit) && !*w->cold_address)
		conf_problem(r, &w->hot_limit, "hot_limit", "needs cold_address, to send it to");
	if (!*w->cold_address || !pool->network)
		return;
	if (address_decode(&pool->coin, pool->network, w->cold_address, &cold, &why) != OK)
		conf_problem(r, &w->cold_address, "cold_address", "%s", why.text);
	else if (script_equals(&cold.script, &pool->address.script))
		conf_problem(r, &w->cold_address, "cold_address",
			"is the address that the hot wallet's rewards go to");
}

static void check_payout(struct conf_reader *r, const struct conf_payout *p)
{
	if (amount_cmp(p->threshold_min, p->threshold_max) > 0)
		conf_problem(r, &p->threshold_min, "threshold_min", "is more than threshold_max");
}

/* ---- the database ---- */

static void check_store_login(struct conf_reader *r, struct conf_store_login *login)
{
	conf_secret_load(r, &(struct conf_secret_source){
				    .out = &login->password,
				    .file = login->password_file,
				    .env = login->password_env,
				    .file_field = &login->password_file,
				    .env_field = &login->password_env,
				    .file_key = "password_file",
				    .env_key = "password_env",
			    });
	if (*login->password && !*login->user)
		conf_problem(r, &login->user, "user", "a password without a user");
}

static void check_store(struct conf_reader *r, struct conf_store *store)
{
	conf_secret_load(r, &(struct conf_secret_source){
				    .out = &store->password,
				    .file = store->password_file,
				    .env = store->password_env,
				    .file_field = &store->password_file,
				    .env_field = &store->password_env,
				    .file_key = "password_file",
				    .env_key = "password_env",
			    });
	check_store_login(r, &store->stratum);
	check_store_login(r, &store->ledger);
	check_store_login(r, &store->web);
	if (*store->tls_ca && store->tls == CONF_TLS_OFF)
		conf_problem(r, &store->tls_ca, "tls_ca", "is of no use while tls is off");
	if (*store->socket && store->tls != CONF_TLS_OFF)
		conf_problem(r, &store->tls, "tls", "a Unix socket needs no TLS");
}

/* ---- mail ---- */

static void check_mail(struct conf_reader *r, struct conf_mail *mail)
{
	conf_secret_load(r, &(struct conf_secret_source){
				    .out = &mail->password,
				    .file = mail->password_file,
				    .env = mail->password_env,
				    .file_field = &mail->password_file,
				    .env_field = &mail->password_env,
				    .file_key = "password_file",
				    .env_key = "password_env",
			    });
	if (*mail->url && strncmp(mail->url, "smtp://", 7) != 0 &&
		strncmp(mail->url, "smtps://", 8) != 0)
		conf_problem(r, &mail->url, "url", "\"%s\" must begin with smtp:// or smtps://",
			mail->url);
	if (*mail->url && !strchr(mail->from, '@'))
		conf_problem(r, &mail->from, "from", "mail needs an address that it comes from");
}

/* ---- things that must differ ---- */

/* Whether who listens on `any` also takes what is for `host`. */
static bool takes_host(const char *any, const char *host)
{
	if (strcmp(any, "::") == 0)
		return true;
	return strcmp(any, "0.0.0.0") == 0 && !strchr(host, ':');
}

static bool is_same_listen(const struct conf_listen *a, const struct conf_listen *b)
{
	if (a->port == 0 || a->port != b->port)
		return false;
	return strcmp(a->host, b->host) == 0 || takes_host(a->host, b->host) ||
	       takes_host(b->host, a->host);
}

/* An address that something listens on, and the key that says so. */
struct listening {
	const struct conf_listen *at;
	const void *field;
	const char *key;
};

static void check_listens(struct conf_reader *r, const struct conf *conf)
{
	enum { MOST = 256 };
	struct listening all[MOST] = {
		{&conf->stratum.health, &conf->stratum.health, "health"},
		{&conf->web.listen, &conf->web.listen, "listen"},
	};
	unsigned n = 2;

	for (size_t i = 0; i < conf->pools_count; i++) {
		for (size_t j = 0; j < conf->pools[i].ports_count; j++) {
			const struct conf_listens *own = &conf->pools[i].ports[j].listens;

			for (unsigned k = 0; k < own->count && n < MOST; k++)
				all[n++] = (struct listening){&own->list[k], own, "listen"};
		}
	}
	for (unsigned i = 1; i < n; i++) {
		for (unsigned j = 0; j < i; j++) {
			if (is_same_listen(all[i].at, all[j].at))
				conf_problem(r, all[i].field, all[i].key,
					"port %u is taken by another part of this file",
					all[i].at->port);
		}
	}
}

/* names is an array of structs of the given size whose name is at their beginning. */
static void check_names_differ(
	struct conf_reader *r, const void *array, size_t count, size_t size, size_t offset)
{
	for (size_t i = 1; i < count; i++) {
		char *const *name = (char *const *)((const char *)array + i * size + offset);

		for (size_t j = 0; j < i; j++) {
			char *const *other =
				(char *const *)((const char *)array + j * size + offset);

			if (**name && strcmp(*name, *other) == 0) {
				conf_problem(r, name, "name", "\"%s\" is here twice", *name);
				break;
			}
		}
	}
}

/* A port with TLS needs a certificate. */
static void check_tls(struct conf_reader *r, const struct conf *conf)
{
	const struct conf_stratum *s = &conf->stratum;

	if (!*s->tls_certificate != !*s->tls_key)
		conf_problem(r, *s->tls_key ? &s->tls_key : &s->tls_certificate,
			*s->tls_key ? "tls_key" : "tls_certificate",
			"tls_certificate and tls_key go together: one is missing");
	for (size_t i = 0; i < conf->pools_count; i++) {
		for (size_t j = 0; j < conf->pools[i].ports_count; j++) {
			const struct conf_port *port = &conf->pools[i].ports[j];

			if (port->tls != CONF_PORT_TLS_OFF && !*s->tls_certificate)
				conf_problem(r, &port->tls, "tls",
					"needs stratum.tls_certificate and stratum.tls_key");
		}
	}
}

static void check_pool(struct conf_reader *r, const struct conf *conf, struct conf_pool *pool)
{
	check_coin(r, conf, pool);
	conf_check_reward(r, pool);
	for (size_t i = 0; i < pool->daemons_count; i++)
		check_daemon(r, &pool->daemons[i], pool->network);
	for (size_t i = 0; i < pool->ports_count; i++)
		check_port(r, pool, &pool->ports[i]);
	check_wallet(r, pool);
	check_cold(r, pool);
	check_payout(r, &pool->payout);
	check_names_differ(r, pool->daemons, pool->daemons_count, sizeof(*pool->daemons),
		offsetof(struct conf_daemon, name));
	check_names_differ(r, pool->ports, pool->ports_count, sizeof(*pool->ports),
		offsetof(struct conf_port, name));
}

void conf_check(struct conf_reader *r, struct conf *conf)
{
	resolve_paths(conf);
	check_store(r, &conf->store);
	check_mail(r, &conf->mail);
	for (size_t i = 0; i < conf->pools_count; i++)
		check_pool(r, conf, &conf->pools[i]);
	conf_check_pools(r, conf);
	check_listens(r, conf);
	check_tls(r, conf);
}
