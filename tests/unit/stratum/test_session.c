/* What one connection is told and how its shares are judged, through a socket of a real shard. */
#include <semaphore.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "stratum/session.h"
#include "world.h"

#define ONE_HASH (1.0 / 4294967296.0) /* the difficulty of work 1 */

static const struct conf_port easy = {
	.difficulty.work = 1,
	.min_difficulty.work = 1,
	.max_difficulty.work = 1000000,
	.share_interval_ms = 15000,
};

/* It may come out a unit higher. */
static void suggest(struct miner *m, int64_t work)
{
	miner_send(m, "{\"id\":7,\"method\":\"mining.suggest_difficulty\",\"params\":[%.20f]}",
		(double)work * ONE_HASH);
}

/*
 * The time is part of what is hashed. If the id alone chose the difficulty, a miner that holds one
 * job at two difficulties could look at the hash first: the large ones for much, the rest for
 * little.
 */
static void test_nobody_chooses_the_difficulty_after_hashing(void **state)
{
	struct world w;
	struct miner m;
	char first_id[16];
	uint32_t first_time;

	world_open(&w, &easy, 0);
	miner_connect(&m, &w);
	miner_login(&m, "x");
	strcpy(first_id, m.job_id);
	first_time = m.time;
	suggest(&m, 16);
	miner_wait_job(&m);
	assert_true(m.difficulty > 15.9 * ONE_HASH && m.difficulty < 16.1 * ONE_HASH);
	assert_string_not_equal(m.job_id, first_id);
	assert_true(m.time > first_time);

	/* by the first id or by the second: the time decides */
	assert_int_equal(miner_submit(&m, first_id, m.time, miner_nonce(&m, m.time, 2)), 23);
	assert_int_equal(miner_submit(&m, m.job_id, m.time, miner_nonce(&m, m.time, 4)), 23);
	assert_int_equal(world_count(&w, work), 0);
	assert_int_equal(miner_submit(&m, m.job_id, m.time, miner_nonce(&m, m.time, 16)), 0);
	assert_int_equal(world_count(&w, work), 16);
	assert_int_equal(miner_submit(&m, first_id, first_time, miner_nonce(&m, first_time, 2)), 0);
	assert_int_equal(
		miner_submit(&m, m.job_id, first_time, miner_nonce(&m, first_time, 32)), 0);
	assert_int_equal(world_count(&w, work), 18);
	miner_close(&m);
	world_close(&w);
}

/* A job that was only given at the new difficulty is not to be had at the old one. */
static void test_a_job_has_the_difficulty_that_it_was_given_at(void **state)
{
	struct world w;
	struct miner m;
	char old_id[16], cheap_id[16];
	uint32_t old_nonce;

	world_open(&w, &easy, 0);
	miner_connect(&m, &w);
	miner_login(&m, "x");
	strcpy(old_id, m.job_id);
	old_nonce = miner_nonce(&m, m.time, 1);
	suggest(&m, 3); /* not steep enough to be told before the next job */
	assert_true(miner_answer(&m, 7));
	world_job(&w, WORLD_HARD_BITS, false);
	miner_wait_job(&m);
	assert_false(m.is_clean);
	strcpy(cheap_id, m.job_id);
	cheap_id[7] = old_id[7]; /* the variant of the first difficulty */
	assert_string_not_equal(cheap_id, m.job_id);
	assert_int_equal(miner_submit(&m, cheap_id, m.time, miner_nonce(&m, m.time, 1)), 23);
	assert_int_equal(miner_submit(&m, old_id, m.time, old_nonce), 0);
	assert_int_equal(world_count(&w, work), 1);
	miner_close(&m);
	world_close(&w);
}

/* Where the difficulty never changes by itself, nothing would bring it up again. */
static void test_an_easy_block_lowers_the_difficulty_for_itself_only(void **state)
{
	struct conf_port port = easy;
	struct world w;
	struct miner m;
	double usual;

	port.is_fixed = true;
	port.difficulty.work = 1000;
	world_open(&w, &port, 0);
	miner_connect(&m, &w);
	miner_login(&m, "x");
	usual = m.difficulty;
	world_job(&w, WORLD_EASY_BITS, true);
	miner_wait_job(&m);
	assert_true(m.difficulty < usual);
	world_job(&w, WORLD_HARD_BITS, true);
	miner_wait_job(&m);
	assert_true(m.difficulty == usual);
	miner_close(&m);
	world_close(&w);
}

static void test_a_suggestion_counts_once(void **state)
{
	struct world w;
	struct miner m;

	world_open(&w, &easy, 0);
	miner_connect(&m, &w);
	miner_login(&m, "x");
	suggest(&m, 100);
	miner_wait_job(&m);
	for (int i = 0; i < 4; i++) /* so quick that the difficulty rises */
		assert_int_equal(
			miner_submit(&m, m.job_id, m.time + i, miner_nonce(&m, m.time + i, 110)),
			0);
	assert_int_equal(world_count(&w, retargets), 2);
	suggest(&m, 100); /* as a sign of life, as NerdMiner does */
	assert_true(miner_answer(&m, 7));
	assert_int_equal(world_count(&w, retargets), 2);
	suggest(&m, 1);
	assert_true(miner_answer(&m, 7));
	assert_int_equal(world_count(&w, retargets), 3);
	miner_close(&m);
	world_close(&w);
}

static void test_a_difficulty_in_the_password_stays(void **state)
{
	struct world w;
	struct miner m;
	double told;

	world_open(&w, &easy, 0);
	miner_connect(&m, &w);
	miner_login(&m, "d=0.0000001");
	told = m.difficulty;
	assert_true(told > 0.99e-7 && told < 1.01e-7);
	suggest(&m, 100000);
	assert_true(miner_answer(&m, 7));
	world_job(&w, WORLD_HARD_BITS, false);
	miner_wait_job(&m);
	assert_true(m.difficulty == told);
	miner_close(&m);
	world_close(&w);
}

/* cpuminer forgets its difficulty when it subscribes. */
static void test_who_subscribes_again_is_told_again(void **state)
{
	struct world w;
	struct miner m;

	world_open(&w, &easy, 0);
	miner_connect(&m, &w);
	miner_login(&m, "x");
	suggest(&m, 16);
	miner_wait_job(&m);
	m.difficulty = 0;
	miner_send(&m, "{\"id\":3,\"method\":\"mining.subscribe\",\"params\":[]}");
	miner_wait_job(&m);
	assert_true(m.difficulty > 15.9 * ONE_HASH);
	assert_int_equal(miner_submit(&m, m.job_id, m.time, miner_nonce(&m, m.time, 16)), 0);
	assert_int_equal(world_count(&w, work), 16);
	miner_close(&m);
	world_close(&w);
}

struct hold {
	struct mail mail;
	sem_t let_go;
};

static void on_hold(struct mail *mail)
{
	sem_wait(&CONTAINER_OF(mail, struct hold, mail)->let_go);
}

/* The address of a peer that left before it was accepted is not to be had. */
static void test_a_peer_that_left_before_it_was_accepted(void **state)
{
	struct hold hold = {.mail.deliver = on_hold};
	struct world w;
	struct miner m;

	world_open(&w, &easy, 1);
	sem_init(&hold.let_go, 0, 0);
	loop_post(w.shard->loop, &hold.mail);
	for (int i = 0; i < 10; i++) {
		miner_connect(&m, &w);
		miner_reset(&m);
	}
	sem_post(&hold.let_go);
	miner_connect(&m, &w);
	miner_login(&m, "x");
	miner_close(&m);
	world_close(&w);
	sem_destroy(&hold.let_go);
}

static void wait_for_nobody(struct world *w)
{
	while (atomic_load(&w->env.conns) > 0)
		shard_barrier(w->shard);
}

/* A refusal waits for the share before it; when the miner leaves meanwhile, both must be kept. */
static void test_shares_of_a_miner_that_left_are_reused(void **state)
{
	enum { REFUSED = 20, ROUNDS = 3 };
	struct world w;
	struct miner m;

	world_open(&w, &easy, 0);
	miner_connect(&m, &w);
	miner_login(&m, "x");
	for (int round = 0; round < ROUNDS; round++) {
		char lines[4096];
		int len = snprintf(lines, sizeof(lines),
			"{\"id\":4,\"method\":\"mining.submit\",\"params\":[\"%s\",\"%s\","
			"\"0000000000000000\",\"%08x\",\"%08x\"]}\n",
			w.user, m.job_id, m.time, (unsigned)round);

		for (int i = 0; i < REFUSED; i++)
			len += snprintf(lines + len, sizeof(lines) - (size_t)len,
				"{\"id\":4,\"method\":\"mining.submit\",\"params\":[\"%s\",\"0\","
				"0,0,0]}\n",
				w.user);
		assert_int_equal(send(m.fd, lines, (size_t)len, 0), len);
		shutdown(m.fd, SHUT_RDWR);
		miner_close(&m);
		wait_for_nobody(&w);
		miner_connect(&m, &w);
		miner_login(&m, "x");
	}
	miner_close(&m);
	wait_for_nobody(&w);
	assert_true(world_free_shares(&w) >= REFUSED);
	assert_true(world_free_shares(&w) <= REFUSED + ROUNDS); /* the journal may have lagged */
	world_close(&w);
}

static int submit_version(struct miner *m, uint32_t nonce, const char *bits)
{
	miner_send(m,
		"{\"id\":4,\"method\":\"mining.submit\",\"params\":[\"%s\",\"%s\","
		"\"0000000000000000\",\"%08x\",\"%08x\",\"%s\"]}",
		m->world->user, m->job_id, m->time, nonce, bits);
	assert_true(miner_answer(m, 4));
	return miner_error(m);
}

static void test_version_bits_within_the_mask(void **state)
{
	struct world w;
	struct miner m;
	const json_t *result;

	world_open(&w, &easy, 0);
	miner_connect(&m, &w);
	miner_send(&m, "{\"id\":1,\"method\":\"mining.configure\",\"params\":["
		       "[\"version-rolling\",\"minimum-difficulty\"],"
		       "{\"version-rolling.mask\":\"000fffff\",\"x\":[{}]}]}");
	assert_true(miner_answer(&m, 1));
	result = json_object_get(m.line, "result");
	assert_true(json_is_true(json_object_get(result, "version-rolling")));
	assert_true(json_is_false(json_object_get(result, "minimum-difficulty")));
	assert_string_equal(
		json_string_value(json_object_get(result, "version-rolling.mask")), "000fe000");
	miner_login(&m, "x");
	assert_int_equal(submit_version(&m, 1, "00002000"), 0);
	assert_int_equal(submit_version(&m, 1, "00004000"), 0); /* other work */
	assert_int_equal(submit_version(&m, 1, "00004000"), 22);
	assert_int_equal(submit_version(&m, 1, "00000000"), 0);
	assert_int_equal(submit_version(&m, 1, "10000000"), 20);
	assert_int_equal(submit_version(&m, 1, "00000001"), 20);
	assert_int_equal(submit_version(&m, 1, "bits"), 20);
	miner_close(&m);
	world_close(&w);
}

static void test_a_last_line_needs_no_newline(void **state)
{
	static const char ping[] = "{\"id\":5,\"method\":\"mining.ping\"}";
	struct world w;
	struct miner m;

	world_open(&w, &easy, 0);
	for (size_t len = sizeof(ping) - 1; len > 0; len -= len > 20 ? 1 : len) {
		miner_connect(&m, &w);
		assert_int_equal(write(m.fd, ping, len), len);
		shutdown(m.fd, SHUT_WR);
		assert_true(miner_answer(&m, 5) == (len == sizeof(ping) - 1));
		miner_close(&m);
	}
	assert_int_equal(world_count(&w, malformed), 0); /* cut off is not malformed */
	miner_connect(&m, &w);
	miner_login(&m, "x");
	assert_true(dprintf(m.fd,
			    "{\"id\":4,\"method\":\"mining.submit\",\"params\":[\"%s\",\"%s\","
			    "\"0000000000000000\",\"%08x\",\"1\"]}",
			    w.user, m.job_id, m.time) > 0);
	shutdown(m.fd, SHUT_WR);
	while (miner_read(&m))
		;
	miner_close(&m);
	while (world_count(&w, work) < 1) /* the journal has it a moment later */
		;
	world_close(&w);
}

/* Nobody here takes blocks: one that is found without need would crash. */
static void test_late_shares_count_for_nothing(void **state)
{
	static const struct {
		int64_t late_blocks_ms;
		uint32_t bits; /* of the job that is left behind */
		unsigned tips; /* that came since */
	} cases[] = {{0, WORLD_EASY_BITS, 1}, {3600000, WORLD_EASY_BITS, 2},
		{3600000, WORLD_HARD_BITS, 1}};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char old_id[16];
		uint32_t old_time, nonce;
		struct world w;
		struct miner m;

		world_open(&w, &easy, 0);
		w.conf.stratum.late_blocks_ms = cases[i].late_blocks_ms;
		miner_connect(&m, &w);
		miner_login(&m, "x");
		world_job(&w, cases[i].bits, true);
		miner_wait_job(&m);
		strcpy(old_id, m.job_id);
		old_time = m.time;
		nonce = miner_nonce(&m, m.time, 8);
		for (unsigned n = 0; n < cases[i].tips; n++)
			world_job(&w, WORLD_HARD_BITS, true);
		for (unsigned again = 0; again < 2; again++)
			assert_int_equal(miner_submit(&m, old_id, old_time, nonce), 21);
		assert_int_equal(world_count(&w, blocks), 0);
		assert_int_equal(world_count(&w, work), 0);
		assert_int_equal(world_count(&w, stale), 2);
		miner_close(&m);
		world_close(&w);
	}
}

struct extranonce_call {
	struct mail mail;
	struct shard *shard;
	unsigned changed;
};

static void on_extranonce_call(struct mail *mail)
{
	struct extranonce_call *call = CONTAINER_OF(mail, struct extranonce_call, mail);

	list_for (&call->shard->sessions, session, struct session, node)
		call->changed += session_set_extranonce(session);
}

/* Give another extranonce to all who understand it; returns how many do. */
static unsigned set_extranonces(struct world *w)
{
	struct extranonce_call call = {.mail.deliver = on_extranonce_call, .shard = w->shard};

	loop_post(w->shard->loop, &call.mail);
	shard_barrier(w->shard);
	return call.changed;
}

static void read_set_extranonce(struct miner *m)
{
	const json_t *params;

	assert_non_null(miner_read(m));
	assert_string_equal(
		json_string_value(json_object_get(m->line, "method")), "mining.set_extranonce");
	assert_true(json_is_null(json_object_get(m->line, "id")));
	params = json_object_get(m->line, "params");
	assert_int_equal(json_integer_value(json_array_get(params, 1)), 8);
	m->extranonce1 = (uint32_t)strtoul(json_string_value(json_array_get(params, 0)), NULL, 16);
}

static void test_a_share_has_the_extranonce_of_its_time(void **state)
{
	struct conf_port port = easy;
	char old_id[16];
	uint32_t old_time, old_nonce, old_extranonce1;
	struct world w;
	struct miner m;

	port.is_fixed = true;
	port.difficulty.work = 64; /* so that a hash of another header is none by chance */
	world_open(&w, &port, 0);
	miner_connect(&m, &w);
	miner_login(&m, "x");
	assert_int_equal(set_extranonces(&w), 0); /* it did not ask */
	miner_send(&m, "{\"id\":3,\"method\":\"mining.extranonce.subscribe\",\"params\":[]}");
	assert_true(miner_answer(&m, 3));
	strcpy(old_id, m.job_id);
	old_time = m.time;
	old_extranonce1 = m.extranonce1;
	old_nonce = miner_nonce(&m, m.time, 64);

	assert_int_equal(set_extranonces(&w), 1);
	read_set_extranonce(&m);
	assert_int_not_equal(m.extranonce1, old_extranonce1);
	miner_wait_job(&m);
	assert_true(m.is_clean);
	assert_string_not_equal(m.job_id, old_id);
	assert_int_equal(miner_submit(&m, old_id, old_time, old_nonce), 0);
	assert_int_equal(miner_submit(&m, m.job_id, m.time, miner_nonce(&m, m.time, 64)), 0);
	assert_int_equal(world_count(&w, work), 128);

	world_job(&w, WORLD_HARD_BITS, false); /* the next job has the new one, too */
	miner_wait_job(&m);
	assert_int_equal(miner_submit(&m, m.job_id, m.time, miner_nonce(&m, m.time, 64)), 0);
	assert_int_equal(miner_submit(&m, old_id, old_time, old_nonce), 22);
	assert_int_equal(world_count(&w, work), 192);
	miner_close(&m);
	world_close(&w);
}

/* The one that was left rests, as its shares may still come. */
static void test_a_changed_extranonce_is_nobody_else_s(void **state)
{
	struct miner m, other;
	struct world w;
	uint32_t first;

	world_open(&w, &easy, 0);
	miner_connect(&m, &w);
	miner_send(&m, "{\"id\":1,\"method\":\"mining.configure\","
		       "\"params\":[[\"subscribe-extranonce\"],{}]}");
	assert_true(miner_answer(&m, 1));
	miner_login(&m, "x");
	first = m.extranonce1;
	assert_int_equal(set_extranonces(&w), 1);
	read_set_extranonce(&m);
	miner_connect(&other, &w);
	miner_login(&other, "x");
	assert_int_not_equal(other.extranonce1, first);
	assert_int_not_equal(other.extranonce1, m.extranonce1);
	miner_close(&other);
	miner_close(&m);
	world_close(&w);
}

static void test_who_never_logs_in_is_left(void **state)
{
	struct world w;
	struct miner slow, good;

	world_open(&w, &easy, 0);
	miner_connect(&good, &w);
	miner_login(&good, "x");
	miner_connect(&slow, &w);
	miner_send(&slow, "{\"id\":1,\"method\":\"mining.subscribe\",\"params\":[]}");
	assert_true(miner_answer(&slow, 1));
	world_let_pass(&w, 59000);
	assert_int_equal(atomic_load(&w.env.conns), 2);
	world_let_pass(&w, 61000);
	assert_null(miner_read(&slow));
	assert_int_equal(miner_submit(&good, good.job_id, good.time, 1), 0);
	miner_close(&slow);
	miner_close(&good);
	world_close(&w);
}

/* Who only connects takes no extranonce, and leaves for others when there are too many such. */
static void test_silent_connections_make_room(void **state)
{
	struct miner silent[20], good;
	struct world w;

	world_open(&w, &easy, 0);
	w.env.max_new = 5;
	for (unsigned i = 0; i < 20; i++)
		miner_connect(&silent[i], &w);
	for (unsigned i = 0; i < 15; i++) /* the oldest first */
		assert_null(miner_read(&silent[i]));
	assert_int_equal(world_count(&w, shed), 15);
	miner_connect(&good, &w);
	miner_login(&good, "x");
	assert_int_equal(good.extranonce1 & ((1u << NUMBER_BITS) - 1), 0); /* the first of all */
	assert_int_equal(miner_submit(&good, good.job_id, good.time, 1), 0);
	for (unsigned i = 0; i < 20; i++)
		miner_close(&silent[i]);
	miner_close(&good);
	world_close(&w);
}

static void test_each_step_of_a_login_has_its_time(void **state)
{
	struct world w;
	struct miner silent, talker;

	world_open(&w, &easy, 0);
	miner_connect(&silent, &w);
	miner_connect(&talker, &w);
	miner_send(&talker, "{\"id\":1,\"method\":\"mining.ping\"}");
	assert_true(miner_answer(&talker, 1));
	world_let_pass(&w, 31000);
	assert_null(miner_read(&silent));
	world_let_pass(&w, 59000);
	assert_int_equal(world_count(&w, late_subscribe), 0);
	world_let_pass(&w, 61000);
	assert_null(miner_read(&talker));
	assert_int_equal(world_count(&w, late_first_byte), 1);
	assert_int_equal(world_count(&w, late_subscribe), 1);
	assert_int_equal(world_count(&w, fault_silent), 2);
	miner_close(&silent);
	miner_close(&talker);
	world_close(&w);
}

static void test_who_works_has_time_for_a_share_and_for_silence(void **state)
{
	struct world w;
	struct miner idle, half;

	world_open(&w, &easy, 0);
	miner_connect(&idle, &w);
	miner_login(&idle, "x");
	miner_connect(&half, &w);
	miner_login(&half, "x");
	assert_int_equal(write(half.fd, "{\"id\":", 6), 6);
	miner_send(&idle, "{\"id\":9,\"method\":\"mining.ping\"}");
	assert_true(miner_answer(&idle, 9));
	world_let_pass(&w, 59000);
	assert_int_equal(atomic_load(&w.env.conns), 2);
	world_let_pass(&w, 61000);
	while (miner_read(&half))
		;
	assert_int_equal(world_count(&w, late_line), 1);
	world_let_pass(&w, 86401000);
	while (miner_read(&idle))
		;
	assert_int_equal(world_count(&w, late_first_share), 1);
	miner_close(&half);
	miner_close(&idle);
	world_close(&w);
}

/* Jobs that nobody reads are replaced by newer ones; the newest comes when it is read again. */
static void test_who_does_not_read_gets_the_newest_job_once_he_does(void **state)
{
	struct world w;
	struct miner deaf, good;
	char newest[16];
	int few = 2048;

	world_open(&w, &easy, 0);
	miner_connect(&good, &w);
	miner_login(&good, "x");
	miner_connect(&deaf, &w);
	setsockopt(deaf.fd, SOL_SOCKET, SO_RCVBUF, &few, sizeof(few));
	miner_login(&deaf, "x");
	for (unsigned i = 0; world_count(&w, jobs_replaced) < 20; i++) {
		assert_true(i < 20000);
		world_job(&w, WORLD_HARD_BITS, i == 0);
		miner_wait_job(&good);
	}
	assert_int_equal(atomic_load(&w.env.conns), 2); /* it is not closed for that */
	str_copy(newest, sizeof(newest), good.job_id);
	while (strcmp(deaf.job_id, newest) != 0)
		miner_wait_job(&deaf);
	assert_int_equal(miner_submit(&deaf, deaf.job_id, deaf.time, 1), 0);
	miner_close(&deaf);
	miner_close(&good);
	world_close(&w);
}

/* All of it is read before the first hash comes back. */
static void test_who_does_not_wait_for_answers_is_left(void **state)
{
	struct hold hold = {.mail.deliver = on_hold};
	struct world w;
	struct miner m;

	world_open(&w, &easy, 1);
	miner_connect(&m, &w);
	miner_login(&m, "x");
	sem_init(&hold.let_go, 0, 0);
	loop_post(w.shard->loop, &hold.mail);
	for (unsigned i = 0; i < 3 * SESSION_SHARES_MAX; i++)
		miner_send(&m,
			"{\"id\":4,\"method\":\"mining.submit\",\"params\":[\"%s\",\"%s\","
			"\"0000000000000000\",\"%08x\",\"0\"]}",
			w.user, m.job_id, m.time + i);
	sem_post(&hold.let_go);
	while (miner_read(&m))
		;
	miner_close(&m);
	wait_for_nobody(&w);
	assert_true(world_free_shares(&w) <= 2 * SESSION_SHARES_MAX);
	world_close(&w);
	sem_destroy(&hold.let_go);
}

/* Anybody may make up names. */
static void test_names_alone_do_not_enter_the_journal(void **state)
{
	struct world w;
	struct miner m;
	uint32_t before;

	world_open(&w, &easy, 0);
	before = journal_worker(w.env.journal, "a", "before");
	miner_connect(&m, &w);
	miner_login(&m, "x");
	assert_int_equal(journal_worker(w.env.journal, "a", "login"), before + 1);
	assert_int_equal(miner_submit(&m, m.job_id, m.time, 1), 0);
	assert_int_equal(miner_submit(&m, m.job_id, m.time, 2), 0);
	assert_int_equal(journal_worker(w.env.journal, "a", "share"), before + 3);
	miner_close(&m);
	world_close(&w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_peer_that_left_before_it_was_accepted),
		cmocka_unit_test(test_nobody_chooses_the_difficulty_after_hashing),
		cmocka_unit_test(test_a_job_has_the_difficulty_that_it_was_given_at),
		cmocka_unit_test(test_an_easy_block_lowers_the_difficulty_for_itself_only),
		cmocka_unit_test(test_a_suggestion_counts_once),
		cmocka_unit_test(test_a_difficulty_in_the_password_stays),
		cmocka_unit_test(test_who_subscribes_again_is_told_again),
		cmocka_unit_test(test_version_bits_within_the_mask),
		cmocka_unit_test(test_a_share_has_the_extranonce_of_its_time),
		cmocka_unit_test(test_a_changed_extranonce_is_nobody_else_s),
		cmocka_unit_test(test_a_last_line_needs_no_newline),
		cmocka_unit_test(test_late_shares_count_for_nothing),
		cmocka_unit_test(test_who_never_logs_in_is_left),
		cmocka_unit_test(test_silent_connections_make_room),
		cmocka_unit_test(test_each_step_of_a_login_has_its_time),
		cmocka_unit_test(test_who_works_has_time_for_a_share_and_for_silence),
		cmocka_unit_test(test_who_does_not_read_gets_the_newest_job_once_he_does),
		cmocka_unit_test(test_who_does_not_wait_for_answers_is_left),
		cmocka_unit_test(test_names_alone_do_not_enter_the_journal),
		cmocka_unit_test(test_shares_of_a_miner_that_left_are_reused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
