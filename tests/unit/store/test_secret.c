/* test_secret.c -- keys of the deployment: drawn once, the same for everybody. */
#include "fixture.h"
#include "store/store_secret.h"

static void a_key_is_drawn_once(void **state)
{
	struct world *w = *state;
	uint8_t first[STORE_SECRET_LEN], again[STORE_SECRET_LEN], other[STORE_SECRET_LEN];

	MUST(store_secret(w->st, "one", first, &why));
	MUST(store_secret(w->st, "one", again, &why));
	MUST(store_secret(w->st, "two", other, &why));
	assert_memory_equal(first, again, sizeof(first));
	assert_memory_not_equal(first, other, sizeof(first));
}

static void a_key_is_drawn_inside_a_transaction(void **state)
{
	struct world *w = *state;
	uint8_t first[STORE_SECRET_LEN], again[STORE_SECRET_LEN];

	MUST(store_begin(w->st, &why));
	MUST(store_secret(w->st, "one", first, &why));
	MUST(store_commit(w->st, &why));
	MUST(store_secret(w->st, "one", again, &why));
	assert_memory_equal(first, again, sizeof(first));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_key_is_drawn_once),
		TEST(a_key_is_drawn_inside_a_transaction),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
