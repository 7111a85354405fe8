/* test_submit.c -- submit.h: what answers mean, the outbox, and blocks at daemons that misbehave.
 */
#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/path.h"
#include "coind/outbox_priv.h"
#include "coind/submit.h"
#include "fake.h"

#define BLOCK_ID "00000000000000000000000000000000000000000000000000000000000000ab"
#define OTHER_ID "00000000000000000000000000000000000000000000000000000000000000cd"

/* ---- the meaning of answers ---- */

struct case_ {
	enum err err;
	int code;
	const char *result; /* JSON */
	enum submit_verdict verdict;
	const char *words; /* of the explanation */
};

static const struct case_ cases[] = {
	{OK, 0, "null", SUBMIT_ACCEPTED, "accepted"},
	{OK, 0, "\"duplicate\"", SUBMIT_ACCEPTED, "already"},
	{OK, 0, "\"duplicate-inconclusive\"", SUBMIT_SIDE, "not judged"},
	{OK, 0, "\"duplicate-invalid\"", SUBMIT_REJECTED, "invalid before"},
	{OK, 0, "\"inconclusive\"", SUBMIT_SIDE, "another one is the tip"},
	{OK, 0, "\"prev-blk-not-found\"", SUBMIT_STALE, "behind"},
	{OK, 0, "\"high-hash\"", SUBMIT_REJECTED, "above the network's target"},
	{OK, 0, "\"bad-diffbits\"", SUBMIT_REJECTED, "target"},
	{OK, 0, "\"time-too-old\"", SUBMIT_REJECTED, "median"},
	{OK, 0, "\"time-too-new\"", SUBMIT_REJECTED, "clock"},
	{OK, 0, "\"bad-txnmrklroot\"", SUBMIT_REJECTED, "merkle root"},
	{OK, 0, "\"bad-witness-merkle-match\"", SUBMIT_REJECTED, "commitment"},
	{OK, 0, "\"bad-witness-nonce-size\"", SUBMIT_REJECTED, "32 bytes"},
	{OK, 0, "\"unexpected-witness\"", SUBMIT_REJECTED, "segwit is not active"},
	{OK, 0, "\"bad-cb-amount\"", SUBMIT_REJECTED, "pays more"},
	{OK, 0, "\"bad-cb-height\"", SUBMIT_REJECTED, "height"},
	{OK, 0, "\"bad-cb-length\"", SUBMIT_REJECTED, "2 to 100"},
	{OK, 0, "\"bad-cb-multiple\"", SUBMIT_REJECTED, "coinbase"},
	{OK, 0, "\"bad-version(0x00000001)\"", SUBMIT_REJECTED, "version"},
	{OK, 0, "\"mweb-missing\"", SUBMIT_REJECTED, "MWEB"},
	{OK, 0, "\"bad-blk-mweb\"", SUBMIT_REJECTED, "MWEB"},
	{OK, 0, "\"bad-txns-inputs-missingorspent\"", SUBMIT_REJECTED, "transactions"},
	{OK, 0, "\"rejected: duplicate\"", SUBMIT_ACCEPTED, "already"},
	{OK, 0, "\"rejected: high-hash\"", SUBMIT_REJECTED, "above the network's target"},
	{OK, 0, "\"rejected: bad-prevblk\"", SUBMIT_STALE, "not known"},
	{OK, 0, "\"rejected: unexpected-witness\"", SUBMIT_REJECTED, "segwit is not active"},
	{OK, 0, "\"some-new-reason\"", SUBMIT_REJECTED, "does not know"},
	{OK, 0, "17", SUBMIT_PENDING, "no sense"},
	{ERR_REFUSED, -22, NULL, SUBMIT_REJECTED, "cannot read it"},
	{ERR_REFUSED, -32603, NULL, SUBMIT_PENDING, "cannot judge"},
	{ERR_WARMUP, -28, NULL, SUBMIT_PENDING, "now"},
	{ERR_TIMEOUT, 0, NULL, SUBMIT_PENDING, "may have been taken"},
	{ERR_BUSY, 0, NULL, SUBMIT_PENDING, "now"},
	{ERR_UNAVAILABLE, 0, NULL, SUBMIT_PENDING, "now"},
};

static void understands_answers(void **state)
{
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		const struct case_ *c = &cases[i];
		struct coind_error error = {.code = c->code};
		struct submit_answer answer;
		json_t *result = NULL;

		err_fail(&error.why, OK, "daemon's words");
		if (c->result)
			assert_int_equal(
				json_read(c->result, strlen(c->result), &result, NULL), OK);
		submit_classify(c->err, result, &error, &answer);
		if (answer.verdict != c->verdict || !strstr(answer.text, c->words))
			fail_msg("case %zu %s: %d %s", i, c->result, answer.verdict, answer.text);
		assert_true(answer.answer[0]);
		json_decref(result);
	}
}

/* ---- a daemon ---- */

enum behaviour { TAKES, SIDE, BEHIND, CONNECTS, REJECTS, WARMS_UP, NO_PARENT, SILENT_YES, FORGETS };

struct play {
	enum behaviour behaviour;
	bool has_block;
	unsigned submits;
	char *got; /* the hex of the last block */
};

/* "submitblock"; true when it was answered. */
static void play_submit(struct play *p, const json_t *params, int64_t id, struct fake_reply *out)
{
	p->submits++;
	free(p->got);
	p->got = str_dup(json_string_value(json_array_get(params, 0)));
	switch (p->behaviour) {
	case TAKES:
		fake_result(out, id, p->has_block ? "\"duplicate\"" : "null");
		p->has_block = true;
		return;
	case SIDE:
	case BEHIND:
	case CONNECTS:
		fake_result(out, id, "\"inconclusive\"");
		p->has_block = true;
		return;
	case REJECTS: fake_result(out, id, "\"bad-cb-amount\""); return;
	case WARMS_UP: fake_error(out, id, -28, "Verifying blocks..."); return;
	case NO_PARENT: fake_result(out, id, "\"prev-blk-not-found\""); return;
	case SILENT_YES:
		p->has_block = true;
		out->status = 0;
		return;
	case FORGETS:
		fake_result(out, id, "null");
		p->behaviour = TAKES;
		return;
	}
}

static void play_daemon(void *ctx, struct fake *f, const char *method, const json_t *params,
	int64_t id, struct fake_reply *out)
{
	struct play *p = ctx;

	if (strcmp(method, "submitblock") == 0)
		play_submit(p, params, id, out);
	else if (strcmp(method, "getblockheader") == 0 && !p->has_block)
		fake_error(out, id, -5, "Block not found");
	else if (strcmp(method, "getblockheader") == 0)
		fake_result(out, id,
			p->behaviour == SIDE || p->behaviour == BEHIND || p->behaviour == CONNECTS
				? "{\"height\":100,\"confirmations\":-1}"
				: "{\"height\":100,\"confirmations\":1}");
	else if (strcmp(method, "getblockhash") == 0)
		fake_result(
			out, id, p->behaviour == SIDE ? "\"" OTHER_ID "\"" : "\"" BLOCK_ID "\"");
	else if (strcmp(method, "getblockcount") == 0)
		fake_result(out, id, p->behaviour == BEHIND ? "99" : "100");
	else
		fake_error(out, id, -32601, "Method not found");
}

/* ---- a pool of two such daemons, and what was reported ---- */

struct bench {
	struct play plays[2];
	struct fake *fakes[2];
	struct conf_daemon daemons[2];
	struct conf_pool pool;
	struct submit *submit;
	char dir[64];

	pthread_mutex_t lock;
	pthread_cond_t changed;
	unsigned answers, settled;
	enum submit_verdict verdict;
	char daemon[64], meta[64];
	bool is_old;
};

static void on_answer(void *ctx, const struct submit_report *r)
{
	struct bench *b = ctx;

	pthread_mutex_lock(&b->lock);
	b->answers++;
	pthread_cond_broadcast(&b->changed);
	pthread_mutex_unlock(&b->lock);
}

static void on_settled(void *ctx, const struct submit_report *r)
{
	struct bench *b = ctx;

	pthread_mutex_lock(&b->lock);
	b->settled++;
	b->verdict = r->verdict;
	b->is_old = r->is_old;
	str_copy(b->daemon, sizeof(b->daemon), r->daemon);
	str_copy(b->meta, sizeof(b->meta), r->meta);
	assert_int_equal(r->height, 100);
	assert_int_equal(r->id[0], 0xab);
	assert_true(r->text[0]);
	pthread_cond_broadcast(&b->changed);
	pthread_mutex_unlock(&b->lock);
}

static void start_submit(struct bench *b)
{
	static const struct submit_callbacks callbacks = {on_answer, on_settled};

	assert_int_equal(submit_start(&b->pool, b->dir, &callbacks, b, &b->submit, NULL), OK);
}

static int open_bench(void **state)
{
	struct bench *b = NEW(struct bench);

	strcpy(b->dir, "/tmp/kozan-outbox-XXXXXX");
	assert_non_null(mkdtemp(b->dir));
	pthread_mutex_init(&b->lock, NULL);
	pthread_cond_init(&b->changed, NULL);
	for (unsigned i = 0; i < 2; i++) {
		b->fakes[i] = fake_start(play_daemon, &b->plays[i]);
		fake_conf(b->fakes[i], i ? "two" : "one", &b->daemons[i]);
	}
	b->pool.name = (char *)"test";
	b->pool.daemons = b->daemons;
	b->pool.daemons_count = 2;
	*state = b;
	return 0;
}

static int close_bench(void **state)
{
	struct bench *b = *state;
	char *command = str_printf("rm -rf %s", b->dir);

	assert_int_equal(submit_stop(b->submit, NULL), OK);
	for (unsigned i = 0; i < 2; i++) {
		fake_stop(b->fakes[i]);
		free(b->plays[i].got);
	}
	assert_int_equal(system(command), 0);
	free(command);
	free(b);
	return 0;
}

static void send_block(struct bench *b)
{
	struct submit_block block = {.id = {0xab},
		.height = 100,
		.bytes = "\x01\x02\xff",
		.len = 3,
		.meta = "{\"w\":1}"};

	submit_block(b->submit, &block);
}

static void wait_settled(struct bench *b, unsigned n)
{
	pthread_mutex_lock(&b->lock);
	while (b->settled < n)
		pthread_cond_wait(&b->changed, &b->lock);
	pthread_mutex_unlock(&b->lock);
}

static void wait_answers(struct bench *b, unsigned n)
{
	pthread_mutex_lock(&b->lock);
	while (b->answers < n)
		pthread_cond_wait(&b->changed, &b->lock);
	pthread_mutex_unlock(&b->lock);
}

static unsigned files_in(const char *dir, const char *suffix)
{
	DIR *d = opendir(dir);
	struct dirent *item;
	unsigned n = 0;

	while ((item = readdir(d))) {
		size_t len = strlen(item->d_name), end = strlen(suffix);

		n += len > end && strcmp(item->d_name + len - end, suffix) == 0;
	}
	closedir(d);
	return n;
}

static void restart(struct bench *b)
{
	assert_int_equal(submit_stop(b->submit, NULL), OK);
	start_submit(b);
}

static void all_daemons_get_it(void **state)
{
	struct bench *b = *state;

	start_submit(b);
	send_block(b);
	send_block(b); /* a known one changes nothing */
	wait_answers(b, 2);
	wait_settled(b, 1);
	assert_int_equal(b->verdict, SUBMIT_ACCEPTED);
	assert_string_equal(b->meta, "{\"w\":1}");
	assert_false(b->is_old);
	for (unsigned i = 0; i < 2; i++) {
		fake_lock(b->fakes[i]);
		assert_int_equal(b->plays[i].submits, 1);
		assert_string_equal(b->plays[i].got, "0102ff");
		fake_unlock(b->fakes[i]);
	}
	assert_int_equal(submit_count(b->submit), 1);
	assert_int_equal(files_in(b->dir, ".block"), 1);
}

static void is_reported_until_forgotten(void **state)
{
	struct bench *b = *state;
	const uint8_t id[32] = {0xab};

	start_submit(b);
	send_block(b);
	wait_answers(b, 2);
	wait_settled(b, 1);
	restart(b);
	wait_settled(b, 2);
	assert_true(b->is_old);
	assert_int_equal(b->verdict, SUBMIT_ACCEPTED);
	assert_string_equal(b->meta, "{\"w\":1}");
	assert_int_equal(b->plays[0].submits, 1); /* settled: not sent again */
	submit_forget(b->submit, id);
	while (files_in(b->dir, ".block"))
		clock_sleep_ms(5);
	restart(b);
	assert_int_equal(submit_count(b->submit), 0);
}

static void waits_for_daemons(void **state)
{
	struct bench *b = *state;

	b->plays[0].behaviour = WARMS_UP;
	fake_halt(b->fakes[1]);
	start_submit(b);
	send_block(b);
	wait_answers(b, 2);
	assert_int_equal(b->settled, 0);
	/* The program is restarted, the block is still there, and a daemon comes back. */
	assert_int_equal(submit_stop(b->submit, NULL), OK);
	fake_resume(b->fakes[1]);
	start_submit(b);
	wait_settled(b, 1);
	assert_int_equal(b->verdict, SUBMIT_ACCEPTED);
	assert_string_equal(b->daemon, "two");
	assert_true(b->is_old);
	assert_string_equal(b->plays[1].got, "0102ff");
}

static void lost_answers_are_looked_up(void **state)
{
	struct bench *b = *state;

	b->plays[0].behaviour = SILENT_YES;
	b->plays[1].behaviour = REJECTS;
	start_submit(b);
	send_block(b);
	wait_settled(b, 1);
	assert_int_equal(b->verdict, SUBMIT_ACCEPTED);
	assert_string_equal(b->daemon, "one");
}

static void a_yes_must_be_true(void **state)
{
	struct bench *b = *state;

	b->plays[0].behaviour = FORGETS;
	b->plays[1].behaviour = REJECTS;
	start_submit(b);
	send_block(b);
	wait_settled(b, 1);
	assert_int_equal(b->verdict, SUBMIT_ACCEPTED);
	assert_int_equal(b->plays[0].submits, 2);
}

static void all_refuse(void **state)
{
	struct bench *b = *state;

	b->plays[0].behaviour = b->plays[1].behaviour = REJECTS;
	start_submit(b);
	send_block(b);
	wait_settled(b, 1);
	assert_int_equal(b->verdict, SUBMIT_REJECTED);
}

static void a_side_block_is_one(void **state)
{
	struct bench *b = *state;

	b->plays[0].behaviour = SIDE;
	b->plays[1].behaviour = REJECTS;
	start_submit(b);
	send_block(b);
	wait_settled(b, 1);
	assert_int_equal(b->verdict, SUBMIT_SIDE);
}

/* The block joins the chain just after the daemon was asked about its header. */
static void a_block_that_connects_meanwhile(void **state)
{
	struct bench *b = *state;

	b->plays[0].behaviour = CONNECTS;
	b->plays[1].behaviour = REJECTS;
	start_submit(b);
	send_block(b);
	wait_settled(b, 1);
	assert_int_equal(b->verdict, SUBMIT_ACCEPTED);
	assert_string_equal(b->daemon, "one");
}

/* A daemon that is catching up has the block, and has not reached it yet. */
static void behind_is_not_beside(void **state)
{
	struct bench *b = *state;

	b->plays[0].behaviour = BEHIND;
	b->plays[1].behaviour = REJECTS;
	start_submit(b);
	send_block(b);
	wait_answers(b, 2);
	assert_int_equal(b->settled, 0);
	fake_lock(b->fakes[0]);
	b->plays[0].behaviour = TAKES;
	fake_unlock(b->fakes[0]);
	wait_settled(b, 1);
	assert_int_equal(b->verdict, SUBMIT_ACCEPTED);
}

static void a_parent_may_come_later(void **state)
{
	struct bench *b = *state;

	b->plays[0].behaviour = NO_PARENT;
	b->plays[1].behaviour = REJECTS;
	start_submit(b);
	send_block(b);
	wait_answers(b, 2);
	assert_int_equal(b->settled, 0);
	fake_lock(b->fakes[0]);
	b->plays[0].behaviour = TAKES;
	fake_unlock(b->fakes[0]);
	wait_settled(b, 1);
	assert_int_equal(b->verdict, SUBMIT_ACCEPTED);
}

/* ---- the outbox ---- */

static void count_entry(void *ctx, struct outbox_entry *e)
{
	unsigned *n = ctx;

	(*n)++;
	outbox_entry_fini(e);
}

static void damaged_files_are_set_aside(void **state)
{
	struct bench *b = *state;
	struct outbox_entry e = {.id = {1}, .height = 7, .hex = (char *)"00ff", .meta = (char *)""};
	struct buf file = {0};
	struct why why = {0};
	unsigned n = 0;
	char *path;

	assert_int_equal(outbox_write(b->dir, "test", &e, NULL), OK);
	e.id[0] = 2;
	assert_int_equal(outbox_write(b->dir, "other", &e, NULL), OK);
	e.id[0] = 3;
	assert_int_equal(outbox_write(b->dir, "test", &e, NULL), OK);
	path = str_printf("%s/%064d.block", b->dir, 3);
	assert_int_equal(path_read(path, 4096, &file, NULL), OK);
	file.data[file.len - 2] = 'e'; /* 00fe */
	assert_int_equal(path_write(path, file.data, file.len, NULL), OK);
	buf_free(&file);
	free(path);
	assert_int_equal(outbox_list(b->dir, "test", count_entry, &n, &why), OK);
	assert_int_equal(n, 1);
	assert_non_null(strstr(why.text, "damaged"));
	assert_int_equal(files_in(b->dir, ".damaged"), 1);
	assert_int_equal(files_in(b->dir, ".block"), 2);
	start_submit(b); /* and it works on */
}

static void no_folder_no_start(void **state)
{
	static const struct submit_callbacks callbacks = {NULL, on_settled};
	struct bench *b = *state;
	struct submit *s;
	struct why why = {0};

	assert_int_not_equal(
		submit_start(&b->pool, "/proc/none/outbox", &callbacks, b, &s, &why), OK);
	assert_true(why.text[0]);
}

/* The block is found, and the program is told to stop before the disk had its turn. */
static void stop_writes_what_is_new(void **state)
{
	struct bench *b = *state;

	fake_halt(b->fakes[0]);
	fake_halt(b->fakes[1]);
	start_submit(b);
	send_block(b);
	assert_int_equal(submit_stop(b->submit, NULL), OK);
	b->submit = NULL;
	assert_int_equal(files_in(b->dir, ".block"), 1);
}

#define BENCH_TEST(f) cmocka_unit_test_setup_teardown(f, open_bench, close_bench)

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(understands_answers),
		BENCH_TEST(all_daemons_get_it),
		BENCH_TEST(is_reported_until_forgotten),
		BENCH_TEST(waits_for_daemons),
		BENCH_TEST(lost_answers_are_looked_up),
		BENCH_TEST(a_yes_must_be_true),
		BENCH_TEST(all_refuse),
		BENCH_TEST(a_side_block_is_one),
		BENCH_TEST(a_block_that_connects_meanwhile),
		BENCH_TEST(behind_is_not_beside),
		BENCH_TEST(a_parent_may_come_later),
		BENCH_TEST(damaged_files_are_set_aside),
		BENCH_TEST(no_folder_no_start),
		BENCH_TEST(stop_writes_what_is_new),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
