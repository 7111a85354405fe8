/* Miners that come back: tokens, the extranonce and the jobs that they had, the difficulty that is
 * remembered. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/mem.h"
#include "stratum/session.h"
#include "stratum/token.h"
#include "world.h"

#define ONE_HASH (1.0 / 4294967296.0) /* the difficulty of work 1 */

static const struct conf_port easy = {
	.difficulty.work = 1,
	.min_difficulty.work = 1,
	.max_difficulty.work = 1000000,
	.share_interval_ms = 15000,
};

/* ---- tokens */

static void test_only_our_tokens_are_read(void **state)
{
	static const uint8_t key[TOKEN_KEY_LEN] = {7}, other[TOKEN_KEY_LEN] = {8};
	const struct token t = {3, 0x12345678, 1700000000, INT64_MAX - 5};
	char text[TOKEN_TEXT_MAX], wrong[TOKEN_TEXT_MAX + 2];
	struct token out;

	token_write(key, &t, text);
	assert_int_equal(strlen(text), TOKEN_TEXT_MAX - 1);
	assert_true(token_read(key, text, t.since_s + 100, &out));
	assert_true(out.pool == t.pool && out.extranonce1 == t.extranonce1 &&
		    out.since_s == t.since_s && out.work == t.work);
	assert_true(token_read(key, text, t.since_s + TOKEN_LIFE_S, &out));
	assert_false(token_read(key, text, t.since_s + TOKEN_LIFE_S + 1, &out));
	assert_true(token_read(key, text, t.since_s - 3000, &out)); /* the other node's clock */
	assert_false(token_read(key, text, t.since_s - 4000, &out));
	assert_false(token_read(other, text, t.since_s, &out));
	for (size_t i = 0; i < strlen(text); i++) {
		strcpy(wrong, text);
		wrong[i] = wrong[i] == '0' ? '1' : '0';
		assert_false(token_read(key, wrong, t.since_s, &out));
		wrong[i] = '\0';
		assert_false(token_read(key, wrong, t.since_s, &out));
	}
	snprintf(wrong, sizeof(wrong), "%s0", text);
	assert_false(token_read(key, wrong, t.since_s, &out));
}

/* ---- sessions */

static void subscribe(struct miner *m, const char *token)
{
	const json_t *result, *notify;

	miner_send(m, "{\"id\":1,\"method\":\"mining.subscribe\",\"params\":[\"test/1\",\"%s\"]}",
		token);
	assert_true(miner_answer(m, 1));
	result = json_object_get(m->line, "result");
	notify = json_array_get(json_array_get(result, 0), 1);
	assert_string_equal(json_string_value(json_array_get(notify, 0)), "mining.notify");
	str_copy(m->token, sizeof(m->token), json_string_value(json_array_get(notify, 1)));
	m->extranonce1 = (uint32_t)strtoul(json_string_value(json_array_get(result, 1)), NULL, 16);
}

static void authorize(struct miner *m, const char *worker)
{
	miner_send(m, "{\"id\":2,\"method\":\"mining.authorize\",\"params\":[\"%s.%s\",\"x\"]}",
		m->world->user, worker);
	assert_true(miner_answer(m, 2));
	assert_true(json_is_true(json_object_get(m->line, "result")));
	miner_wait_job(m);
}

/* When it rises steeply, the job comes before the answer. */
static void suggest(struct miner *m, int64_t work)
{
	miner_send(m, "{\"id\":7,\"method\":\"mining.suggest_difficulty\",\"params\":[%.20f]}",
		((double)work - 0.5) * ONE_HASH); /* it is rounded up */
	assert_true(miner_answer(m, 7));
}

/* Connected, with a share: what it leaves behind counts. */
static void come(struct miner *m, struct world *w, const char *token, const char *worker)
{
	miner_connect(m, w);
	subscribe(m, token);
	authorize(m, worker);
}

static void find_share(struct miner *m, int64_t work)
{
	assert_int_equal(miner_submit(m, m->job_id, m->time, miner_nonce(m, m->time, work)), 0);
}

static void leave(struct miner *m)
{
	struct world *w = m->world;
	unsigned before = atomic_load(&w->env.conns);

	miner_close(m);
	while (atomic_load(&w->env.conns) == before)
		shard_barrier(w->shard);
}

static bool has_work(const struct miner *m, int64_t work)
{
	double is = m->difficulty / ONE_HASH;

	return is > 0.9 * (double)work && is < 1.1 * (double)work;
}

static void test_who_comes_back_at_once_goes_on(void **state)
{
	char old_id[16], token[TOKEN_TEXT_MAX];
	uint32_t old_time, old_extranonce1, late;
	struct miner m, other;
	struct world w;

	world_open(&w, &easy, 0);
	come(&m, &w, "", "rig");
	suggest(&m, 64);
	find_share(&m, 64);
	strcpy(old_id, m.job_id);
	strcpy(token, m.token);
	old_time = m.time;
	old_extranonce1 = m.extranonce1;
	late = miner_nonce(&m, m.time, 128);
	leave(&m);

	come(&other, &w, "", "stranger");
	assert_int_not_equal(other.extranonce1, old_extranonce1);
	come(&m, &w, token, "rig");
	assert_int_equal(m.extranonce1, old_extranonce1);
	assert_true(has_work(&m, 64));
	assert_true(m.is_clean);
	assert_int_equal(world_count(&w, resumed), 1);
	assert_int_equal(miner_submit(&m, old_id, old_time, late), 0); /* found meanwhile */
	assert_int_equal(miner_submit(&m, old_id, old_time, late), 22);
	assert_int_equal(world_count(&w, work), 128);
	leave(&m);
	leave(&other);
	world_close(&w);
}

static void test_an_extranonce_has_one_owner(void **state)
{
	char token[TOKEN_TEXT_MAX];
	struct miner m, again, third;
	struct world w;

	world_open(&w, &easy, 0);
	come(&m, &w, "", "rig");
	strcpy(token, m.token);
	come(&again, &w, token, "rig"); /* the first has not left yet */
	assert_int_not_equal(again.extranonce1, m.extranonce1);
	leave(&m);
	come(&third, &w, token, "rig");
	assert_int_equal(third.extranonce1, m.extranonce1);
	come(&m, &w, token, "rig"); /* it is taken again */
	assert_int_not_equal(m.extranonce1, third.extranonce1);
	leave(&again);
	leave(&third);
	leave(&m);
	world_close(&w);
}

static void test_another_node_gives_the_difficulty(void **state)
{
	char token[TOKEN_TEXT_MAX];
	struct world w, other;
	struct miner m;

	world_open(&w, &easy, 0);
	come(&m, &w, "", "rig");
	suggest(&m, 64);
	find_share(&m, 64);
	strcpy(token, m.token);
	leave(&m);
	come(&m, &w, token, "rig");
	strcpy(token, m.token); /* says what it had when it came */
	leave(&m);
	world_close(&w);

	world_open(&other, &easy, 0); /* it has the same key and knows nobody */
	come(&m, &other, token, "rig");
	assert_true(has_work(&m, 64));
	leave(&m);
	other.env.token_key[0]++; /* a node of another pool */
	come(&m, &other, token, "new");
	assert_true(has_work(&m, 1));
	leave(&m);
	world_close(&other);
}

static void test_what_is_no_token_is_ignored(void **state)
{
	static const char *const ids[] = {"", "n-00000001", "deadbeef", "1700000000000",
		"n-0000000000000000000000000000000000000000000000000000000000000000", "\\u0000",
		"\\ud83d\\ude80"};
	char many[5000];
	struct world w;
	struct miner m;

	world_open(&w, &easy, 0);
	for (size_t i = 0; i < ARRAY_LEN(ids); i++) {
		miner_connect(&m, &w);
		subscribe(&m, ids[i]);
		authorize(&m, "rig");
		leave(&m);
	}
	memset(many, 'n', sizeof(many) - 1);
	many[sizeof(many) - 1] = '\0';
	miner_connect(&m, &w);
	subscribe(&m, many);
	leave(&m);
	assert_int_equal(world_count(&w, resumed), 0);
	world_close(&w);
}

/* ---- workers and addresses */

static void test_a_worker_is_remembered(void **state)
{
	struct world w;
	struct miner m;

	world_open(&w, &easy, 0);
	come(&m, &w, "", "rig");
	assert_true(has_work(&m, 1));
	suggest(&m, 64);
	find_share(&m, 64);
	leave(&m);
	come(&m, &w, "", "rig");
	assert_true(has_work(&m, 64));
	suggest(&m, 16); /* as it always says: a floor below what is known */
	world_job(&w, WORLD_HARD_BITS, false);
	miner_wait_job(&m);
	assert_true(has_work(&m, 64));
	suggest(&m, 8); /* it has changed its mind */
	world_job(&w, WORLD_HARD_BITS, false);
	miner_wait_job(&m);
	assert_true(has_work(&m, 8));
	leave(&m);
	miner_connect(&m, &w);
	subscribe(&m, "");
	miner_send(&m,
		"{\"id\":2,\"method\":\"mining.authorize\",\"params\":[\"%s.rig\",\"sd=%.20f\"]}",
		w.user, 200 * ONE_HASH);
	assert_true(miner_answer(&m, 2));
	miner_wait_job(&m);
	assert_true(has_work(&m, 200)); /* its password has the last word */
	leave(&m);
	world_close(&w);
}

/* Whoever knows the name of a worker could keep it from work for a while. */
static void test_a_stranger_cannot_raise_a_worker(void **state)
{
	struct world w;
	struct miner m;

	world_open(&w, &easy, 0);
	come(&m, &w, "", "rig");
	suggest(&m, 64);
	find_share(&m, 64);
	leave(&m);
	come(&m, &w, "", "rig");
	suggest(&m, 1000000);
	leave(&m); /* without a share */
	come(&m, &w, "", "rig");
	assert_true(has_work(&m, 64));
	suggest(&m, 32);
	suggest(&m, 16);
	leave(&m);
	come(&m, &w, "", "rig");
	assert_true(has_work(&m, 16)); /* lower it may be */
	leave(&m);
	world_close(&w);
}

static void test_a_new_worker_begins_as_the_least_of_its_address(void **state)
{
	struct world w;
	struct miner m;

	world_open(&w, &easy, 0);
	for (int64_t work = 256; work >= 64; work /= 4) {
		char name[16];

		snprintf(name, sizeof(name), "rig%d", (int)work);
		come(&m, &w, "", name);
		suggest(&m, work);
		world_job(&w, WORLD_HARD_BITS, false);
		miner_wait_job(&m);
		assert_true(has_work(&m, work));
		find_share(&m, work);
		leave(&m);
	}
	come(&m, &w, "", "new");
	assert_true(has_work(&m, 64));
	leave(&m);
	come(&m, &w, "", "rig256");
	assert_true(has_work(&m, 256));
	leave(&m);
	world_close(&w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_only_our_tokens_are_read),
		cmocka_unit_test(test_who_comes_back_at_once_goes_on),
		cmocka_unit_test(test_an_extranonce_has_one_owner),
		cmocka_unit_test(test_another_node_gives_the_difficulty),
		cmocka_unit_test(test_what_is_no_token_is_ignored),
		cmocka_unit_test(test_a_worker_is_remembered),
		cmocka_unit_test(test_a_stranger_cannot_raise_a_worker),
		cmocka_unit_test(test_a_new_worker_begins_as_the_least_of_its_address),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
