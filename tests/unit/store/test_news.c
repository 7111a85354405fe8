/* test_news.c -- what the operator tells: in several languages, newest first, gone with all of it.
 */
#include "fixture.h"
#include "store/store_news.h"

static int64_t add(struct world *w, const char *lang, const char *title, const char *body)
{
	int64_t id;

	MUST(store_news_add(w->st, w->pool, false, &id, &why));
	MUST(store_news_set_text(w->st, id, lang, title, body, &why));
	return id;
}

static void an_item_has_texts(void **state)
{
	struct world *w = *state;
	int64_t first = add(w, "en", "Old", "text"), second = add(w, "en", "New", "");
	struct store_news *rows;
	size_t n;

	MUST(store_news_set_text(w->st, first, "ja", "古い", "本文", &why));
	MUST(store_news_set_text(w->st, second, "en", "Newer", "more", &why));
	MUST(store_news_list(w->st, w->pool, 10, &rows, &n, &why));
	assert_int_equal(n, 3);
	assert_string_equal(rows[0].title, "Newer");
	assert_string_equal(rows[0].body, "more");
	assert_string_equal(rows[1].lang, "en");
	assert_string_equal(rows[2].title, "古い");
	store_free_news(rows, n);
	MUST(store_news_list(w->st, w->pool, 1, &rows, &n, &why));
	assert_int_equal(n, 1); /* items are counted, not texts */
	store_free_news(rows, n);
}

static void a_removed_item_is_gone(void **state)
{
	struct world *w = *state;
	int64_t id = add(w, "en", "Title", "text");
	struct store_news *rows;
	size_t n;

	assert_int_equal(store_news_remove(w->st, w->pool + 1, id, &why), ERR_NOT_FOUND);
	MUST(store_news_remove(w->st, w->pool, id, &why));
	assert_int_equal(store_news_remove(w->st, w->pool, id, &why), ERR_NOT_FOUND);
	assert_int_equal(store_news_set_text(w->st, id, "en", "x", "", &why), ERR_NOT_FOUND);
	MUST(store_news_list(w->st, w->pool, 10, &rows, &n, &why));
	assert_int_equal(n, 0);
	store_free_news(rows, n);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(an_item_has_texts),
		TEST(a_removed_item_is_gone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
