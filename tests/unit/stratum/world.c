/* world.c -- see world.h. */
#include "world.h"

#include <arpa/inet.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/bytes.h"
#include "base/mem.h"
#include "chain/target.h"
#include "stratum/guard.h"
#include "stratum/recall.h"
#include "stratum/session.h"
#include "stratum/share.h"
#include "stratum/verify.h"

enum { JOB_TIME = 1700000000 };

/* ---- the shard ---- */

static void on_settled(void *ctx, uint64_t through, enum err result)
{
	struct world *w = ctx;

	shard_on_settled(w->shard, through, result);
}

static uint16_t free_port(void)
{
	struct sockaddr_in addr = {
		.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t len = sizeof(addr);
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	assert_int_equal(bind(fd, (struct sockaddr *)&addr, sizeof(addr)), 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&addr, &len), 0);
	close(fd);
	return ntohs(addr.sin_port);
}

static void make_conf(struct world *w, const struct conf_port *port)
{
	struct coin *coin = &w->pool_conf.coin;
	struct coin_network *network = &coin->networks[COIN_REGTEST];
	const uint8_t hash[20] = {1, 2, 3};
	struct script script;

	str_copy(coin->name, sizeof(coin->name), "testcoin");
	str_copy(coin->title, sizeof(coin->title), "Testcoin");
	str_copy(coin->uri, sizeof(coin->uri), "testcoin");
	coin->diff_bits = 32;
	coin->version_rolling = true;
	*network = (struct coin_network){
		.is_defined = true, .chain = COIN_REGTEST, .p2pkh = {1, {111}}, .p2sh = {1, {196}}};
	w->pool_conf.name = (char *)"test";
	w->pool_conf.tag = (char *)"/test/";
	w->pool_conf.network = network;
	script = script_p2pkh(hash);
	assert_int_equal(address_encode(network, &script, &w->pool_conf.address), OK);
	str_copy(w->user, sizeof(w->user), w->pool_conf.address.text);
	w->port = *port;
	w->port.name = (char *)"main";
	w->port.listens = (struct conf_listens){{{"127.0.0.1", free_port()}}, 1};
	w->conf.stratum.first_byte_ms = 30000;
	w->conf.stratum.subscribe_ms = w->conf.stratum.authorize_ms = 60000;
	w->conf.stratum.first_share_ms = w->conf.stratum.idle_ms = 86400000;
	w->pool_conf.reward.rules = (struct reward_rules){.scheme = REWARD_PPLNS, .fee_ppm = 10000};
	w->pool_conf.ports = &w->port;
	w->pool_conf.ports_count = 1;
}

void world_open(struct world *w, const struct conf_port *port, unsigned hash_threads)
{
	struct journal_options journal = {.dir = w->dir, .epoch = 1, .sync = JOURNAL_SYNC_OS};
	struct flush_options flush = {.conf = &w->conf};
	struct why why = {""};

	*w = (struct world){.seq = 100};
	make_conf(w, port);
	str_copy(w->dir, sizeof(w->dir), "/tmp/kozan-test-XXXXXX");
	assert_non_null(mkdtemp(w->dir));
	pool_init(&w->pool, &w->pool_conf, 0);
	w->pool.number = 1;
	w->pool.hasher = &w->hasher;
	w->hasher.coin = &w->pool_conf.coin;
	assert_int_equal(pow_algo_new("sha256d", NULL, 0, &w->hasher.algo, &why), OK);
	assert_int_equal(pow_ctx_new(w->hasher.algo, NULL, &w->pow, &why), OK);
	w->env = (struct shard_env){.conf = &w->conf,
		.guard = guard_new(&(struct guard_options){.allow = &w->conf.stratum.allow}),
		.pools = &w->pool,
		.pool_count = 1,
		.flush = flush_new(&flush),
		.recall = recall_new(),
		.token_key = {1, 2, 3},
		.shard_count = 1,
		.max_conns = 100,
		.max_new = 100};
	if (hash_threads > 0)
		assert_int_equal(
			verify_start(w->hasher.algo, hash_threads, &w->hasher.verify, &why), OK);
	assert_int_equal(journal_open(&journal, &w->env.journal, &why), OK);
	journal_on_settled(w->env.journal, on_settled, w);
	assert_int_equal(shard_new(&w->env, 0, &w->shard, &why), OK);
	assert_int_equal(shard_listen(w->shard, &why), OK);
	shard_start(w->shard);
	world_job(w, WORLD_HARD_BITS, true);
}

void world_close(struct world *w)
{
	char *remove = str_printf("rm -r %s", w->dir);

	verify_stop(w->hasher.verify);
	journal_close(w->env.journal);
	shard_stop(w->shard);
	shard_free(w->shard);
	guard_free(w->env.guard);
	recall_free(w->env.recall);
	verify_free(w->hasher.verify);
	flush_free(w->env.flush);
	pow_ctx_free(w->pow);
	pow_algo_free(w->hasher.algo);
	pool_fini(&w->pool);
	assert_int_equal(system(remove), 0);
	free(remove);
}

void world_job(struct world *w, uint32_t bits, bool is_new_tip)
{
	struct template *t = NEW(struct template);
	struct job_spec spec = {
		.template = t,
		.seq = ++w->seq,
		.pool = &w->pool_conf,
		.is_new_tip = is_new_tip,
	};
	struct why why = {""};
	struct job *job;

	w->tip += is_new_tip;
	atomic_init(&t->refs, 1);
	t->height = 100u + w->tip;
	t->prev[0] = w->tip;
	t->bits = bits;
	assert_int_equal(target_from_bits(bits, &t->target), OK);
	t->version = 0x20000000;
	t->curtime = JOB_TIME;
	t->mintime = JOB_TIME - 100;
	assert_int_equal(job_new(&spec, &job, &why), OK);
	template_unref(t);
	shard_on_job(w->shard, 0, job);
	job_unref(job);
	shard_barrier(w->shard);
}

unsigned world_free_shares(struct world *w)
{
	unsigned n = 0;

	shard_stop(w->shard);
	for (struct share *share = w->shard->free_shares; share; share = share->next)
		n++;
	return n;
}

struct visit {
	struct mail mail;
	struct shard *shard;
	int64_t later_ms;
};

static void on_visit(struct mail *mail)
{
	struct visit *v = CONTAINER_OF(mail, struct visit, mail);

	list_for (&v->shard->fresh, session, struct session, node)
		session_sweep_new(session, loop_now_ms(v->shard->loop) + v->later_ms);
	list_for (&v->shard->sessions, session, struct session, node)
		session_sweep(session, loop_now_ms(v->shard->loop) + v->later_ms);
}

void world_let_pass(struct world *w, int64_t ms)
{
	struct visit visit = {.mail.deliver = on_visit, .shard = w->shard, .later_ms = ms};

	loop_post(w->shard->loop, &visit.mail);
	shard_barrier(w->shard);
}

/* ---- miners ---- */

void miner_connect(struct miner *m, struct world *w)
{
	struct sockaddr_in addr = {.sin_family = AF_INET,
		.sin_port = htons(w->port.listens.list[0].port),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK)};

	*m = (struct miner){.world = w, .fd = socket(AF_INET, SOCK_STREAM, 0)};
	assert_int_equal(connect(m->fd, (struct sockaddr *)&addr, sizeof(addr)), 0);
	m->in = fdopen(dup(m->fd), "r");
}

void miner_reset(struct miner *m)
{
	struct linger at_once = {.l_onoff = 1};

	setsockopt(m->fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof(at_once));
	miner_close(m);
}

void miner_close(struct miner *m)
{
	fclose(m->in);
	close(m->fd);
	json_decref(m->line);
}

void miner_send(struct miner *m, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vdprintf(m->fd, fmt, ap);
	va_end(ap);
	assert_int_equal(write(m->fd, "\n", 1), 1);
}

static void note_job(struct miner *m, const json_t *params)
{
	str_copy(m->job_id, sizeof(m->job_id), json_string_value(json_array_get(params, 0)));
	m->time = (uint32_t)strtoul(json_string_value(json_array_get(params, 7)), NULL, 16);
	m->is_clean = json_is_true(json_array_get(params, 8));
}

json_t *miner_read(struct miner *m)
{
	char line[4096];
	const char *method;

	json_decref(m->line);
	m->line = NULL;
	if (!fgets(line, sizeof(line), m->in))
		return NULL;
	m->line = json_loads(line, 0, NULL);
	assert_non_null(m->line);
	method = json_string_value(json_object_get(m->line, "method"));
	if (method && strcmp(method, "mining.notify") == 0)
		note_job(m, json_object_get(m->line, "params"));
	if (method && strcmp(method, "mining.set_difficulty") == 0)
		m->difficulty =
			json_number_value(json_array_get(json_object_get(m->line, "params"), 0));
	return m->line;
}

bool miner_answer(struct miner *m, int id)
{
	while (miner_read(m)) {
		const json_t *got = json_object_get(m->line, "id");

		if (json_is_integer(got) && json_integer_value(got) == id)
			return true;
	}
	return false;
}

void miner_wait_job(struct miner *m)
{
	const char *method;

	do {
		assert_non_null(miner_read(m));
		method = json_string_value(json_object_get(m->line, "method"));
	} while (!method || strcmp(method, "mining.notify") != 0);
}

void miner_login(struct miner *m, const char *password)
{
	miner_send(m, "{\"id\":1,\"method\":\"mining.subscribe\",\"params\":[]}");
	assert_true(miner_answer(m, 1));
	m->extranonce1 = (uint32_t)strtoul(
		json_string_value(json_array_get(json_object_get(m->line, "result"), 1)), NULL, 16);
	miner_send(m, "{\"id\":2,\"method\":\"mining.authorize\",\"params\":[\"%s\",\"%s\"]}",
		m->world->user, password);
	assert_true(miner_answer(m, 2));
	assert_true(json_is_true(json_object_get(m->line, "result")));
	miner_wait_job(m);
}

int miner_error(const struct miner *m)
{
	const json_t *error = json_object_get(m->line, "error");

	return (int)json_integer_value(json_array_get(error, 0));
}

uint32_t miner_nonce(const struct miner *m, uint32_t time, int64_t work)
{
	const struct job *job = m->world->shard->pools[0].current;
	struct u256 enough = target_from_work(work, 0), twice = target_from_work(2 * work, 0);
	uint8_t nonce[NONCE_LEN] = {0}, header[1][POW_HEADER_LEN], hash[1][POW_HASH_LEN];

	put_be32(nonce, m->extranonce1);
	for (uint32_t n = 0;; n++) {
		job_header(job, &job->coinbase, nonce, time, n, job->version, header[0]);
		pow_hash(m->world->pow, 1, (const uint8_t(*)[POW_HEADER_LEN])header, hash);
		if (target_is_met(&enough, hash[0]) && !target_is_met(&twice, hash[0]))
			return n;
	}
}

int miner_submit(struct miner *m, const char *job_id, uint32_t time, uint32_t nonce)
{
	miner_send(m,
		"{\"id\":4,\"method\":\"mining.submit\",\"params\":[\"%s\",\"%s\","
		"\"0000000000000000\",\"%08x\",\"%08x\"]}",
		m->world->user, job_id, time, nonce);
	assert_true(miner_answer(m, 4));
	return miner_error(m);
}
