/* test_switch.c -- for which pool a port works: one row a port, the last one counts. */
#include "fixture.h"
#include "store/store_switch.h"

static void the_last_word_stays(void **state)
{
	struct world *w = *state;
	struct store_switch a = {.port = "ltc/multi", .pool = 1, .since_ms = 5, .reason = "first"},
			    b = {.port = "ltc/more", .pool = 2, .since_ms = 6, .by_hand = true};
	struct store_switch *rows;
	size_t n;

	MUST(store_switch_set(w->st, &a, &why));
	MUST(store_switch_set(w->st, &b, &why));
	a.pool = 3;
	a.since_ms = 7;
	a.by_hand = true;
	str_copy(a.reason, sizeof(a.reason), "second");
	MUST(store_switch_set(w->st, &a, &why));
	MUST(store_switch_list(w->st, &rows, &n, &why));
	assert_int_equal(n, 2);
	assert_string_equal(rows[0].port, "ltc/more");
	assert_true(rows[0].by_hand);
	assert_int_equal(rows[1].pool, 3);
	assert_int_equal(rows[1].since_ms, 7);
	assert_true(rows[1].by_hand);
	assert_string_equal(rows[1].reason, "second");
	store_free_switches(rows);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {TEST(the_last_word_stays)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
