/* test_secret.c -- where secrets come from, and that none is ever shown. */
#include <sys/stat.h>

#include "check.h"

static void test_password_file(void **state)
{
	struct place *p = *state;
	char *path = path_join(p->dir, "pw");
	struct conf *conf;
	char *problems, *text;

	put_file(p, "pw", "first line\r\nsecond\n");
	text = str_printf(
		"data_dir: .\ncoins_dir: " COINS_DIR "\npools:\n"
		"  - name: x\n    coin: litecoin\n"
		"    address: LUNpc7yto7guM4TTBgnLyudh1MeT1k4iij\n"
		"    daemons: [{name: a, url: \"http://a:1\", user: u, password_file: pw}]\n"
		"    ports: [{listen: \":1\", name: p}]\n");
	problems = load(p, text, &conf);
	assert_string_equal(problems, "");
	assert_string_equal(conf->pools[0].daemons[0].password, "first line");
	conf_free(conf);
	free(problems);

	assert_int_equal(chmod(path, 0644), 0);
	problems = load(p, text, &conf);
	assert_string_equal(problems,
		"kozan.yaml:7: note: password_file: everybody on this machine can read ./pw\n");
	conf_free(conf);
	free(problems);

	put_file(p, "pw", "\nsecond\n");
	problems = load(p, text, &conf);
	assert_string_equal(
		problems, "kozan.yaml:7: password_file: the first line of ./pw is empty\n");
	free(problems);

	assert_int_equal(unlink(path), 0);
	problems = load(p, text, &conf);
	assert_string_equal(problems,
		"kozan.yaml:7: password_file: cannot open ./pw: No such file or directory\n");
	free(problems);
	free(text);
	free(path);
}

static void test_cookie(void **state)
{
	struct place *p = *state;
	char *path = path_join(p->dir, ".cookie");
	struct conf_daemon daemon = {
		.cookie_file = path, .user = (char *)"", .password = (char *)""};
	struct conf_login login;
	struct why why;

	assert_int_equal(conf_daemon_login(&daemon, &login, &why), ERR_NOT_FOUND);
	put_file(p, ".cookie", "__cookie__:abc:def\n");
	assert_int_equal(conf_daemon_login(&daemon, &login, &why), OK);
	assert_string_equal(login.user, "__cookie__");
	assert_string_equal(login.password, "abc:def");
	conf_login_fini(&login);
	put_file(p, ".cookie", "__cookie__:new"); /* the daemon was started again */
	assert_int_equal(conf_daemon_login(&daemon, &login, &why), OK);
	assert_string_equal(login.password, "new");
	conf_login_fini(&login);
	put_file(p, ".cookie", "nonsense\n");
	assert_int_equal(conf_daemon_login(&daemon, &login, &why), ERR_SYNTAX);
	free(path);
}

static void test_user_and_password(void **state)
{
	struct conf_daemon daemon = {
		.cookie_file = (char *)"", .user = (char *)"u", .password = (char *)"p"};
	struct conf_login login;

	assert_int_equal(conf_daemon_login(&daemon, &login, NULL), OK);
	assert_string_equal(login.user, "u");
	assert_string_equal(login.password, "p");
	conf_login_fini(&login);
}

/* Whatever is wrong with a secret, the secret is not in the message. */
static void test_never_shown(void **state)
{
	static const char *const lines[] = {
		"      - {name: b, url: \"http://b:1\", user: u, password: \"hunter2\\n\"}\n",
		"      - {name: b, url: \"http://b:1\", user: u, password: [hunter2]}\n",
		"      - {name: b, url: \"http://u:hunter2@b:1\"}\n",
		"      - {name: b, url: \"http://b:1\", password: hunter2, cookie_file: x}\n",
		"      - {name: b, url: \"http://b:1\", password: hunter2, password_env: X}\n",
	};

	for (unsigned i = 0; i < ARRAY_LEN(lines); i++) {
		struct conf *conf;
		char *text = str_printf("data_dir: d\ncoins_dir: " COINS_DIR "\npools:\n"
					"  - name: x\n    coin: litecoin\n"
					"    address: LUNpc7yto7guM4TTBgnLyudh1MeT1k4iij\n"
					"    ports: [{listen: \":1\", name: p}]\n"
					"    daemons:\n%s",
			lines[i]);
		char *problems = load(*state, text, &conf);

		assert_null(conf);
		assert_non_null(strstr(problems, "kozan.yaml:9: "));
		assert_null(strstr(problems, "hunter2"));
		free(problems);
		free(text);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_password_file, make_place, drop_place),
		cmocka_unit_test_setup_teardown(test_cookie, make_place, drop_place),
		cmocka_unit_test(test_user_and_password),
		cmocka_unit_test_setup_teardown(test_never_shown, make_place, drop_place),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
