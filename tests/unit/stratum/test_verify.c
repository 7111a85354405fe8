/* The hashing threads: every task comes back with its own hash, whatever they were batched with. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "base/mem.h"
#include "stratum/verify.h"

enum { TASKS = 200 };

struct test {
	struct verify_task task;
	struct loop *loop;
	unsigned *left;
};

static void on_done(struct mail *mail)
{
	struct test *t = CONTAINER_OF(mail, struct test, task.mail);

	if (--*t->left == 0)
		loop_stop(t->loop);
}

static void test_hashes_come_back(void **state)
{
	struct pow_algo *algo;
	struct pow_ctx *ctx;
	struct verify *v;
	struct loop *loop = loop_new();
	struct test *tests = NEW_ARRAY(struct test, TASKS);
	unsigned left = TASKS;
	struct why why;

	assert_int_equal(pow_algo_new("scrypt", NULL, 0, &algo, &why), OK);
	assert_int_equal(pow_ctx_new(algo, NULL, &ctx, &why), OK);
	assert_int_equal(verify_start(algo, 3, &v, &why), OK);
	for (unsigned i = 0; i < TASKS; i++) {
		memset(tests[i].task.header, (int)i, POW_HEADER_LEN);
		tests[i].task.mail.deliver = on_done;
		tests[i].task.loop = loop;
		tests[i].loop = loop;
		tests[i].left = &left;
		verify_submit(v, &tests[i].task);
	}
	loop_run(loop);
	for (unsigned i = 0; i < TASKS; i++) {
		uint8_t hash[1][POW_HASH_LEN];

		pow_hash(ctx, 1, (const uint8_t(*)[POW_HEADER_LEN])tests[i].task.header, hash);
		assert_memory_equal(hash, tests[i].task.hash, POW_HASH_LEN);
	}
	assert_int_equal(verify_figures(v).hashes, TASKS);
	assert_int_equal(verify_figures(v).queued, 0);
	verify_stop(v);
	pow_ctx_free(ctx);
	pow_algo_free(algo);
	loop_free(loop);
	free(tests);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_hashes_come_back)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
