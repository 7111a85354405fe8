/* protocol.c -- see protocol.h. One function for each method, and the table at the end. */
#include "stratum/protocol.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/mem.h"
#include "chain/address.h"
#include "chain/difficulty.h"
#include "chain/target.h"
#include "stratum/agent.h"
#include "stratum/logins.h"
#include "stratum/payee.h"
#include "stratum/pool.h"
#include "stratum/share.h"
#include "stratum/username.h"

enum { CODE_OTHER = 20, CODE_UNAUTHORIZED = 24, VERSION_MASK = 0x1fffe000 /* BIP320 */ };

static void reply(struct session *s, const struct request *r, const char *result)
{
	if (request_wants_reply(r))
		session_reply(s, &r->id, result);
}

static void reply_error(struct session *s, const struct request *r, int code, const char *text)
{
	if (request_wants_reply(r))
		session_reply_error(s, &r->id, code, text);
}

/* The first job goes out as soon as the miner has both subscribed and authorised. */
static void give_first_job(struct session *s)
{
	if (s->work_told == 0 && s->pool->current)
		session_give_job(s, s->pool->current, true);
}

/*
 * The ids of the subscription must not read as a number: NiceHash takes the first for the
 * difficulty. The doubly nested list is what NerdMiner and cgminer look for. That of mining.notify
 * is what cpuminer and cgminer send when they come back.
 */
static void on_subscribe(struct session *s, const struct request *r)
{
	char result[200], agent[64], token[TOKEN_TEXT_MAX + 1] = "";

	if (r->param_count > 0 && span_text(&r->params[0], agent, sizeof(agent)))
		s->skills = (uint8_t)agent_skills(agent);
	if (r->param_count > 1 && r->params[1].kind == JSON_KIND_STRING &&
		!span_text(&r->params[1], token, sizeof(token)))
		token[0] = '\0';
	if (!session_subscribe(s, token)) {
		reply_error(s, r, CODE_OTHER, "No room for another miner here, try again later");
		session_close(s, "no extranonce is left");
		return;
	}
	session_token(s, token);
	snprintf(result, sizeof(result),
		"[[[\"mining.set_difficulty\",\"sd-%08" PRIx32
		"\"],[\"mining.notify\",\"%s\"]],\"%08" PRIx32 "\",%d]",
		s->extranonce1, token, s->extranonce1, EXTRANONCE2_LEN);
	reply(s, r, result);
	if (s->work_told > 0)
		session_tell_again(s);
	else
		give_first_job(s);
}

static struct worker *worker_new(
	const struct shard_pool *pool, const char *user, const char *address, const char *name)
{
	size_t user_size = strlen(user) + 1, address_size = strlen(address) + 1,
	       name_size = strlen(name) + 1;
	struct worker *w = mem_alloc(sizeof(*w) + user_size + address_size + name_size);
	char *p = (char *)(w + 1);

	w->pool = pool;
	w->user = memcpy(p, user, user_size);
	w->address = memcpy(p + user_size, address, address_size);
	w->name = memcpy(p + user_size + address_size, name, name_size);
	return w;
}

/* What mining.authorize says. */
struct login {
	char user[USERNAME_MAX + 2], password[USERNAME_MAX + 1];
	struct username name; /* the user, read */
};

static void refuse_login(struct session *s, const struct request *r, const char *text)
{
	count_one(&s->shard->counts, bad_logins);
	log_debug(&s->shard->log, "login_refused", "reason=\"%s\"", text);
	reply_error(s, r, CODE_UNAUTHORIZED, text);
	if (++s->bad_logins >= SESSION_BAD_LOGINS_MAX)
		session_close(s, "too many refused logins");
	session_fault(s, FAULT_LOGIN);
}

/* A difficulty from the miner as work; 0 when it is not one. */
static int64_t work_of(const struct session *s, double difficulty)
{
	const struct conf_pool *pool = s->pool->conf;
	char text[64];
	int64_t work;

	snprintf(text, sizeof(text), "%.17g", difficulty);
	if (difficulty_to_work(text, pool->network->work_bits, pool->coin.diff_bits, &work) != OK)
		return 0;
	return work;
}

/* A difficulty that the miner asks for is where it starts and its floor, within the port's limits.
 */
static void set_floor(struct session *s, int64_t work)
{
	const struct conf_port *port = s->port->conf;

	if (work <= 0)
		return;
	if (work < port->min_difficulty.work)
		work = port->min_difficulty.work;
	if (work > port->max_difficulty.work)
		work = port->max_difficulty.work;
	s->rule.min_work = work;
}

static void fix_difficulty(struct session *s, const struct password *p)
{
	if (s->port->conf->is_fixed || p->difficulty <= 0 || work_of(s, p->difficulty) <= 0)
		return;
	session_set_work(s, work_of(s, p->difficulty));
	s->rule.fixed = true;
}

static void apply_password(struct session *s, const char *text)
{
	struct password p;

	password_read(text, &p);
	if (s->port->conf->is_fixed)
		return;
	if (p.min_difficulty > 0)
		set_floor(s, work_of(s, p.min_difficulty));
	if (p.start_difficulty > 0 && work_of(s, p.start_difficulty) > 0)
		session_set_work(s, work_of(s, p.start_difficulty));
	fix_difficulty(s, &p);
}

/* On a solo port the coinbase of the session's jobs pays the account, of which there is but one. */
static bool may_work_for(struct session *s, const struct address *address)
{
	const struct conf_pool *pool = s->pool->conf;

	if (!s->port->conf->is_solo)
		return true;
	if (s->workers)
		return strcmp(s->workers->address, address->text) == 0;
	if (!script_equals(&address->script, &pool->address.script))
		s->payee = payee_get(s->shard, address);
	return true;
}

/* Where a login is paid in a pool. On a port of several coins the password may say it for each:
 * `doge=ADDRESS`, by pool or ticker. */
static enum err address_in(const struct session *s, const struct conf_pool *pool,
	const struct login *login, struct address *out, struct why *why)
{
	char other[USERNAME_MAX + 1];
	const char *text = login->name.address;

	if (s->port->conf->switch_count > 0 &&
		(password_option(login->password, pool->name, other, sizeof(other)) ||
			password_option(login->password, pool->coin.ticker, other, sizeof(other))))
		text = other;
	return address_decode(&pool->coin, pool->network, text, out, why);
}

/* In the pool that its port works for; else in another one that this login can be paid in, when it
 * is the first of its session. */
static enum err find_address(
	struct session *s, const struct login *login, struct address *out, struct why *why)
{
	enum err err = address_in(s, s->pool->conf, login, out, why);

	if (session_is_authorized(s))
		return err;
	for (unsigned i = 0; err != OK && i <= s->port->conf->switch_count; i++) {
		err = address_in(s, s->port->pools[i]->conf, login, out, NULL);
		if (err == OK)
			session_switch(s, s->port->pools[i]);
	}
	return err;
}

static struct worker *put_worker(struct session *s, const struct shard_pool *pool,
	const struct login *login, const struct address *address)
{
	struct worker *w = worker_new(pool, login->user, address->text, login->name.worker);

	w->next = s->workers;
	s->workers = w;
	return w;
}

/* As the other pools of its port know it, for when it is moved there. */
static void add_others(struct session *s, const struct login *login)
{
	struct address address;

	for (unsigned i = 0; s->port->conf->switch_count > 0 && i <= s->port->conf->switch_count;
		i++) {
		struct shard_pool *pool = s->port->pools[i];

		if (pool != s->pool && address_in(s, pool->conf, login, &address, NULL) == OK)
			put_worker(s, pool, login, &address);
	}
}

/* What the worker's owner has set for it, its password and its difficulty, comes first. */
static bool may_enter(struct session *s, const struct address *address, const struct login *login)
{
	struct password fixed;
	char difficulty[32], text[40];

	if (!logins_check(s->shard->env->logins, address->text, login->name.worker, login->password,
		    difficulty))
		return false;
	if (difficulty[0]) {
		snprintf(text, sizeof(text), "d=%s", difficulty);
		password_read(text, &fixed);
		fix_difficulty(s, &fixed);
	}
	return true;
}

static bool add_worker(struct session *s, const struct request *r, struct login *login)
{
	struct address address;
	struct why why = {""};
	struct worker *w;

	if (username_read(login->user, &login->name, &why) != OK ||
		find_address(s, login, &address, &why) != OK) {
		refuse_login(s, r, why.text);
		return false;
	}
	if (s->worker_count >= SESSION_WORKERS_MAX) {
		refuse_login(s, r, "Too many workers on one connection");
		return false;
	}
	if (!may_work_for(s, &address)) {
		refuse_login(s, r, "This is a solo port: one address on each connection");
		return false;
	}
	if (!may_enter(s, &address, login)) {
		refuse_login(s, r, "Wrong password: the owner of this worker has set one");
		return false;
	}
	w = put_worker(s, s->pool, login, &address);
	add_others(s, login);
	s->worker_count++;
	if (s->worker_count == 1)
		session_recognise(s, w);
	session_on_authorized(s);
	count_one(&s->shard->counts, logins);
	log_debug(&s->shard->log, "worker_authorized", "address=%s worker=%s", w->address, w->name);
	return true;
}

static void on_authorize(struct session *s, const struct request *r)
{
	struct login login = {.password = ""};

	if (r->param_count < 1 || !span_text(&r->params[0], login.user, sizeof(login.user))) {
		refuse_login(s, r, "Authorize needs a user of up to 127 characters");
		return;
	}
	if (r->param_count > 1 && !span_text(&r->params[1], login.password, sizeof(login.password)))
		login.password[0] = '\0';
	if (!session_worker(s, login.user, s->pool) && !add_worker(s, r, &login))
		return;
	apply_password(s, login.password);
	reply(s, r, "true");
	give_first_job(s);
}

static void on_submit(struct session *s, const struct request *r)
{
	share_on_submit(s, r);
}

static void on_extranonce_subscribe(struct session *s, const struct request *r)
{
	s->wants_extranonces = true;
	reply(s, r, "true");
}

/* Said again, as some do for a sign of life, a suggestion must not undo what we found out since. */
static void suggest(struct session *s, int64_t work)
{
	if (s->rule.fixed || work <= 0 || work == s->suggested)
		return;
	set_floor(s, work);
	/* What is known of a miner that came back is more than what it always says. */
	session_set_work(s, s->is_known && s->suggested == 0 ? s->work : s->rule.min_work);
	s->suggested = work;
}

static void on_suggest_difficulty(struct session *s, const struct request *r)
{
	double difficulty;

	if (r->param_count < 1 || !span_double(&r->params[0], &difficulty) || difficulty < 0) {
		reply_error(s, r, CODE_OTHER, "Not a difficulty");
		return;
	}
	suggest(s, work_of(s, difficulty));
	reply(s, r, "true");
}

static void on_suggest_target(struct session *s, const struct request *r)
{
	const struct conf_pool *pool = s->pool->conf;
	struct u256 target;
	uint8_t bytes[32];

	if (r->param_count < 1 || !span_hex(&r->params[0], bytes, sizeof(bytes))) {
		reply_error(s, r, CODE_OTHER, "Not a target");
		return;
	}
	target = u256_from_be(bytes);
	if (!u256_is_zero(target))
		suggest(s, target_to_work(target, pool->network->work_bits));
	reply(s, r, "true");
}

/* The bits that we allow, of those that the miner asks for. */
static void allow_version_rolling(struct session *s, const struct request *r)
{
	uint32_t asked = VERSION_MASK;
	struct span mask;

	if (r->param_count > 1 && span_member(&r->params[1], "version-rolling.mask", &mask))
		span_hex_u32(&mask, &asked);
	s->version_mask = VERSION_MASK & asked;
}

/* true when no share will be asked for below what was asked. */
static bool set_minimum(struct session *s, const struct request *r)
{
	struct span value;
	double difficulty;
	int64_t work;

	if (s->port->conf->is_fixed || r->param_count < 2 ||
		!span_member(&r->params[1], "minimum-difficulty.value", &value) ||
		!span_double(&value, &difficulty) || difficulty <= 0)
		return false;
	work = work_of(s, difficulty);
	if (work <= 0 || work > s->port->conf->max_difficulty.work)
		return false;
	set_floor(s, work);
	if (s->work < s->rule.min_work)
		session_set_work(s, s->rule.min_work);
	return true;
}

/* BIP310: an answer for each extension that was asked for; what we do not know is false. */
static void on_configure(struct session *s, const struct request *r)
{
	struct span names[REQUEST_PARAMS_MAX];
	unsigned n = r->param_count ? span_list(&r->params[0], names, REQUEST_PARAMS_MAX) : 0;
	struct buf result = {0};
	char name[64];

	buf_add_u8(&result, '{');
	for (unsigned i = 0; i < n; i++) {
		if (!span_text(&names[i], name, sizeof(name)))
			continue;
		if (result.len > 1)
			buf_add_u8(&result, ',');
		buf_add_json_str(&result, name);
		if (strcmp(name, "version-rolling") == 0 && s->pool->conf->coin.version_rolling) {
			allow_version_rolling(s, r);
			buf_printf(&result, ":true,\"version-rolling.mask\":\"%08" PRIx32 "\"",
				s->version_mask);
		} else if (strcmp(name, "subscribe-extranonce") == 0) {
			s->wants_extranonces = true;
			buf_add_str(&result, ":true");
		} else if (strcmp(name, "minimum-difficulty") == 0) {
			buf_add_str(&result, set_minimum(s, r) ? ":true" : ":false");
		} else if (strcmp(name, "info") == 0) {
			buf_add_str(&result, ":true");
		} else {
			buf_add_str(&result, ":false");
		}
	}
	buf_add_u8(&result, '}');
	reply(s, r, buf_str(&result));
	buf_free(&result);
}

static void on_get_transactions(struct session *s, const struct request *r)
{
	reply(s, r, "[]");
}

static void on_ping(struct session *s, const struct request *r)
{
	reply(s, r, "\"pong\"");
}

/* xmrig and its kin speak another protocol: say so in the place where they look. */
static void on_login(struct session *s, const struct request *r)
{
	if (request_wants_reply(r))
		session_reply_error2(s, &r->id,
			"This is a stratum v1 pool: use a miner for the algorithm of this coin");
	session_close(s, "speaks another protocol");
}

static const struct {
	const char *name;
	void (*handle)(struct session *s, const struct request *r);
} methods[] = {
	{"mining.submit", on_submit},
	{"mining.subscribe", on_subscribe},
	{"mining.authorize", on_authorize},
	{"mining.extranonce.subscribe", on_extranonce_subscribe},
	{"mining.suggest_difficulty", on_suggest_difficulty},
	{"mining.suggest_target", on_suggest_target},
	{"mining.configure", on_configure},
	{"mining.get_transactions", on_get_transactions},
	{"mining.ping", on_ping},
	{"login", on_login},
};

void protocol_on_request(struct session *s, const struct request *r)
{
	if (r->method.kind != JSON_KIND_STRING)
		return; /* the answer to something that we asked */
	for (size_t i = 0; i < ARRAY_LEN(methods); i++) {
		if (request_is(r, methods[i].name)) {
			methods[i].handle(s, r);
			return;
		}
	}
	reply_error(s, r, CODE_OTHER, "Unknown method");
}
