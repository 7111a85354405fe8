/*
 * test_docs.c -- docs/configuration.md and docs/coins.md list the keys as the tables have them.
 *
 * Between "<!-- keys: SECTION -->" and "<!-- end -->" these files hold one row per key. After a
 * change of a table, tools/config_docs writes the rows anew.
 */
#include "check.h"

#include "conf/table_priv.h"

#define BEGIN "<!-- keys: "
#define END   "<!-- end -->"

static const struct conf_section *find_section(
	const struct conf_section *section, const char *title, size_t len)
{
	if (strlen(section->title) == len && strncmp(section->title, title, len) == 0 &&
		section->keys_count > 0)
		return section;
	for (unsigned i = 0; i < section->children_count; i++) {
		const struct conf_section *found =
			find_section(section->children[i].section, title, len);

		if (found)
			return found;
	}
	return NULL;
}

static void add_limits(struct buf *out, const struct conf_key *key)
{
	bool is_length = key->type->is_text || key->type == &conf_chars;

	if (key->type == &conf_choice) {
		for (const struct conf_word *w = key->words; w->name; w++)
			buf_printf(out, "%s`%s`", w == key->words ? "" : ", ", w->name);
	} else if (is_length && key->max[0]) {
		buf_printf(out, "up to %s bytes", key->max);
	} else if (key->max[0]) {
		buf_printf(out, "%s – %s", key->min, key->max);
	}
}

static void add_rows(struct buf *out, const struct conf_section *section)
{
	buf_add_str(out, "\n| key | type | default | limits | meaning |\n|---|---|---|---|---|\n");
	for (unsigned i = 0; i < section->keys_count; i++) {
		const struct conf_key *key = &section->keys[i];

		buf_printf(out, "| `%s` | %s | ", key->name, key->type->name);
		if (!key->fallback)
			buf_add_str(out, "**required**");
		else if (*key->fallback)
			buf_printf(out, "`%s`", key->fallback);
		buf_add_str(out, " | ");
		add_limits(out, key);
		buf_printf(out, " | %s |\n", key->text);
	}
	buf_add_str(out, "\n");
}

/* The document as it should be. */
static char *renew(const char *document)
{
	struct buf out = {0};

	for (const char *p = document; *p;) {
		size_t len = strcspn(p, "\n");
		const struct conf_section *section;
		const char *title, *end;

		buf_add(&out, p, len + (p[len] == '\n'));
		if (strncmp(p, BEGIN, strlen(BEGIN)) != 0) {
			p += len + (p[len] == '\n');
			continue;
		}
		title = p + strlen(BEGIN);
		section = find_section(&conf_top_section, title, strcspn(title, " "));
		if (!section)
			section = find_section(&conf_coin_section, title, strcspn(title, " "));
		if (!section)
			fail_msg("no such section: %.40s", title);
		add_rows(&out, section);
		end = strstr(p, END);
		assert_non_null(end);
		p = end;
	}
	return buf_take(&out);
}

static void check(const char *name)
{
	char *path = path_join(DOCS_DIR, name);
	struct buf now = {0};
	char *wanted;

	assert_int_equal(path_read(path, 1 << 20, &now, NULL), OK);
	wanted = renew(buf_str(&now));
	if (getenv("KOZAN_RENEW_DOCS"))
		assert_int_equal(path_write(path, wanted, strlen(wanted), NULL), OK);
	else if (strcmp(buf_str(&now), wanted) != 0)
		fail_msg("%s is not as the tables have it: run tools/config_docs", path);
	free(wanted);
	buf_free(&now);
	free(path);
}

static void test_configuration(void **state)
{
	check("configuration.md");
}

static void test_coins(void **state)
{
	check("coins.md");
}

/* Every section of the tables has its place in one of the documents. */
static void look_for(const struct conf_section *section, const char *text)
{
	char *mark = str_printf(BEGIN "%s -->", section->title);

	if (section->keys_count > 0 && !strstr(text, mark))
		fail_msg("no document has %s", mark);
	free(mark);
	for (unsigned i = 0; i < section->children_count; i++)
		look_for(section->children[i].section, text);
}

static void test_complete(void **state)
{
	struct buf text = {0};

	assert_int_equal(path_read(DOCS_DIR "/configuration.md", 1 << 20, &text, NULL), OK);
	look_for(&conf_top_section, buf_str(&text));
	buf_free(&text);
	assert_int_equal(path_read(DOCS_DIR "/coins.md", 1 << 20, &text, NULL), OK);
	look_for(&conf_coin_section, buf_str(&text));
	buf_free(&text);
}

/* The example in the document is a configuration that loads, once an address is in it. */
static void test_example(void **state)
{
	static const char placeholder[] = "YOUR-ADDRESS";
	const char *begin, *end, *address;
	char *whole, *problems;
	struct buf text = {0};
	struct conf *conf;

	assert_int_equal(path_read(DOCS_DIR "/configuration.md", 1 << 20, &text, NULL), OK);
	begin = strstr(buf_str(&text), "```yaml\n");
	assert_non_null(begin);
	begin += strlen("```yaml\n");
	end = strstr(begin, "```");
	assert_non_null(end);
	address = strstr(begin, placeholder);
	assert_non_null(address);
	whole = str_printf("coins_dir: %s\n%.*sLUNpc7yto7guM4TTBgnLyudh1MeT1k4iij%.*s", COINS_DIR,
		(int)(address - begin), begin, (int)(end - address - strlen(placeholder)),
		address + strlen(placeholder));
	problems = load(*state, whole, &conf);
	assert_string_equal(problems, "");
	conf_free(conf);
	free(problems);
	free(whole);
	buf_free(&text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_configuration),
		cmocka_unit_test(test_coins),
		cmocka_unit_test(test_complete),
		cmocka_unit_test_setup_teardown(test_example, make_place, drop_place),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
