/* test_user.c -- people, their addresses, sessions and codes. */
#include "fixture.h"

#include "base/clock.h"
#include "store/store_user.h"

static int64_t make_user(struct store *st)
{
	int64_t id = 0;

	assert_int_equal(store_user_add(st, "ja", &id, NULL), OK);
	assert_true(id > 0);
	return id;
}

static void test_people(void **state)
{
	struct world *w = *state;
	int64_t a = make_user(w->st), b = make_user(w->st);
	struct store_user u;

	assert_int_equal(store_user_get(w->st, a, &u, NULL), OK);
	assert_string_equal(u.lang, "ja");
	assert_string_equal(u.email, "");
	assert_int_equal(store_user_set_email(w->st, a, "a@example.org", NULL), OK);
	assert_int_equal(store_user_set_email(w->st, b, "a@example.org", NULL), ERR_EXISTS);
	assert_int_equal(store_user_set_email(w->st, a, "aa@example.org", NULL), OK);
	assert_int_equal(store_user_by_email(w->st, "a@example.org", &u, NULL), ERR_NOT_FOUND);
	assert_int_equal(store_user_set_password(w->st, a, "$argon2id$", NULL), OK);
	assert_int_equal(store_user_set_view(w->st, a, "en", "Asia/Tokyo", NULL), OK);
	assert_int_equal(store_user_by_email(w->st, "aa@example.org", &u, NULL), OK);
	assert_int_equal(u.id, a);
	assert_string_equal(u.password, "$argon2id$");
	assert_string_equal(u.time_zone, "Asia/Tokyo");
	assert_int_equal(store_user_get(w->st, b + 1000, &u, NULL), ERR_NOT_FOUND);
}

static void test_a_step_counts_once(void **state)
{
	struct world *w = *state;
	int64_t a = make_user(w->st);

	assert_int_equal(store_user_use_step(w->st, a, 7, NULL), OK);
	assert_int_equal(store_user_use_step(w->st, a, 7, NULL), ERR_CONFLICT);
	assert_int_equal(store_user_use_step(w->st, a, 6, NULL), ERR_CONFLICT);
	assert_int_equal(store_user_use_step(w->st, a, 8, NULL), OK);
}

static void test_an_address_has_one_owner(void **state)
{
	struct world *w = *state;
	int64_t a = make_user(w->st), b = make_user(w->st), owner;
	struct store_user_address *rows;
	size_t n;

	assert_int_equal(store_user_address(w->st, w->pool, "addr", &owner, NULL), ERR_NOT_FOUND);
	assert_int_equal(store_user_link(w->st, w->pool, "addr", a, NULL), OK);
	assert_int_equal(store_user_link(w->st, w->pool, "addr", b, NULL), ERR_EXISTS);
	assert_int_equal(store_user_address(w->st, w->pool, "addr", &owner, NULL), OK);
	assert_int_equal(owner, a);
	assert_int_equal(store_user_unlink(w->st, w->pool, "addr", b, NULL), ERR_NOT_FOUND);
	assert_int_equal(store_user_addresses(w->st, w->pool, a, &rows, &n, NULL), OK);
	assert_int_equal(n, 1);
	assert_string_equal(rows[0].address, "addr");
	store_free_user_addresses(rows);
	assert_int_equal(store_user_unlink(w->st, w->pool, "addr", a, NULL), OK);
	assert_int_equal(store_user_link(w->st, w->pool, "addr", b, NULL), OK);
}

static struct store_session make_session(struct store *st, int64_t user, const char *token)
{
	struct store_session s = {.user = user,
		.how = STORE_SESSION_PASSWORD,
		.until_ms = clock_wall_ms() + 60000,
		.client = "192.0.2.1",
		.agent = "x"};

	str_copy(s.token, sizeof(s.token), token);
	assert_int_equal(store_session_add(st, &s, NULL), OK);
	return s;
}

static void test_sessions(void **state)
{
	struct world *w = *state;
	int64_t a = make_user(w->st), b = make_user(w->st), now_ms = clock_wall_ms();
	struct store_session s = make_session(w->st, a, "t1"), t = make_session(w->st, a, "t2"),
			     found;
	struct store_session *rows;
	size_t n;

	assert_int_equal(store_session_find(w->st, "t1", now_ms, &found, NULL), OK);
	assert_int_equal(found.id, s.id);
	assert_int_equal(found.user, a);
	assert_int_equal(store_session_find(w->st, "t1", s.until_ms, &found, NULL), ERR_NOT_FOUND);
	assert_int_equal(store_session_rotate(w->st, s.id, "t1", "t3", NULL), OK);
	assert_int_equal(store_session_rotate(w->st, s.id, "t1", "t4", NULL), ERR_CONFLICT);
	assert_int_equal(store_session_find(w->st, "t3", now_ms, &found, NULL), OK);
	assert_int_equal(store_session_find(w->st, "t1", now_ms, &found, NULL), OK);
	s.until_ms += 600000;
	assert_int_equal(store_session_seen(w->st, &s, NULL), OK);
	assert_int_equal(
		store_session_find(w->st, "t1", now_ms + 300000, &found, NULL), ERR_NOT_FOUND);
	assert_int_equal(store_session_find(w->st, "t3", now_ms + 300000, &found, NULL), OK);
	assert_int_equal(store_session_end(w->st, b, s.id, NULL), ERR_NOT_FOUND);
	assert_int_equal(store_session_list(w->st, a, now_ms, &rows, &n, NULL), OK);
	assert_int_equal(n, 2);
	store_free_sessions(rows);
	assert_int_equal(store_session_end_others(w->st, a, t.id, NULL), OK);
	assert_int_equal(store_session_find(w->st, "t3", now_ms, &found, NULL), ERR_NOT_FOUND);
	assert_int_equal(store_session_end(w->st, a, t.id, NULL), OK);
	make_session(w->st, b, "t5");
	assert_int_equal(store_user_forget(w->st, now_ms + 700000, NULL), OK);
	assert_int_equal(store_session_find(w->st, "t5", now_ms, &found, NULL), ERR_NOT_FOUND);
}

static void test_a_code_works_once(void **state)
{
	struct world *w = *state;
	int64_t a = make_user(w->st), now_ms = clock_wall_ms(), user, n;
	struct store_code code = {STORE_CODE_RESET, a, "{}", now_ms + 1000};
	char *data;

	assert_int_equal(store_code_add(w->st, "h1", &code, NULL), OK);
	assert_int_equal(store_code_count(w->st, a, STORE_CODE_RESET, now_ms, &n, NULL), OK);
	assert_int_equal(n, 1);
	assert_int_equal(store_code_use(w->st, "h1", STORE_CODE_EMAIL, now_ms, &user, &data, NULL),
		ERR_NOT_FOUND);
	assert_int_equal(
		store_code_use(w->st, "h1", STORE_CODE_RESET, now_ms + 1000, &user, &data, NULL),
		ERR_NOT_FOUND);
	assert_int_equal(
		store_code_use(w->st, "h1", STORE_CODE_RESET, now_ms, &user, &data, NULL), OK);
	assert_int_equal(user, a);
	assert_string_equal(data, "{}");
	free(data);
	assert_int_equal(store_code_use(w->st, "h1", STORE_CODE_RESET, now_ms, &user, &data, NULL),
		ERR_NOT_FOUND);
	assert_int_equal(store_code_add(w->st, "h2", &code, NULL), OK);
	assert_int_equal(store_code_drop(w->st, a, STORE_CODE_RESET, NULL), OK);
	assert_int_equal(store_code_use(w->st, "h2", STORE_CODE_RESET, now_ms, &user, &data, NULL),
		ERR_NOT_FOUND);
}

static void test_events(void **state)
{
	struct world *w = *state;
	int64_t a = make_user(w->st);
	struct store_user_event *rows;
	size_t n;

	assert_int_equal(store_user_event_add(w->st, a, "signed_in", "192.0.2.1", "x", NULL), OK);
	assert_int_equal(store_user_event_add(w->st, a, "signed_out", "192.0.2.1", "", NULL), OK);
	assert_int_equal(store_user_event_list(w->st, a, 0, 10, &rows, &n, NULL), OK);
	assert_int_equal(n, 2);
	assert_string_equal(rows[0].kind, "signed_out");
	assert_string_equal(rows[1].note, "x");
	store_free_user_events(rows);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_people),
		TEST(test_a_step_counts_once),
		TEST(test_an_address_has_one_owner),
		TEST(test_sessions),
		TEST(test_a_code_works_once),
		TEST(test_events),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
