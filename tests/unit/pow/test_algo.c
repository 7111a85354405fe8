/* test_algo.c -- names and parameters: what is taken, what is refused and in which words. */
#include "vectors.h"

static enum err make(const char *name, const char *params, struct why *why)
{
	struct pow_param list[8];
	char text[512], *save = NULL;
	struct pow_algo *algo;
	unsigned n = 0;
	enum err e;

	str_copy(text, sizeof(text), params);
	for (char *word = strtok_r(text, " ", &save); word; word = strtok_r(NULL, " ", &save)) {
		char *value = strchr(word, '=');

		*value++ = '\0';
		list[n++] = (struct pow_param){word, value};
	}
	why->text[0] = '\0';
	e = pow_algo_new(name, list, n, &algo, why);
	if (e == OK)
		pow_algo_free(algo);
	return e;
}

static void test_taken(void **state)
{
	static const char *const good[][2] = {
		{"sha256d", ""}, {"scrypt", "N=2048 r=1 p=2"}, {"scrypt", "N=1048576"},
		{"yescrypt", "N=4096 r=24 pers=Jagaricoin"}, {"yescrypt", "pers="},
		{"yescrypt", "pers_hex="}, {"yespower", "version=0.5 pers=header"},
		{"yespower", "N=1024 r=11"}, {"yespower", "pers_hex=00ff"},
		{"yescrypt", "N=524288 r=8 r=8 N=1024"}, /* the last one counts */
	};
	struct why why;

	for (unsigned i = 0; i < ARRAY_LEN(good); i++)
		if (make(good[i][0], good[i][1], &why) != OK)
			fail_msg("%s %s: %s", good[i][0], good[i][1], why.text);
}

static void test_refused(void **state)
{
	static const struct {
		const char *name, *params;
		enum err e;
		const char *words;
	} bad[] = {
		{"yescriptr8", "", ERR_NOT_FOUND, "did you mean 'yescryptr8'?"},
		{"sha256", "", ERR_NOT_FOUND, "did you mean 'sha256d'?"},
		{"ethash", "", ERR_NOT_FOUND, "no proof of work is called 'ethash'"},
		{"", "", ERR_NOT_FOUND, "no proof of work is called ''"},
		{"yescryptr8", "N=2048", ERR_INVALID, "yescryptr8 takes no parameters"},
		{"sha256d", "N=1", ERR_INVALID, "sha256d takes no parameters"},
		{"scrypt", "pers=x", ERR_INVALID,
			"scrypt has no parameter 'pers'; it takes N, r and p"},
		{"scrypt", "N=1000", ERR_INVALID, "N must be a power of two, not 1000"},
		{"scrypt", "N=0", ERR_RANGE, "N must lie between 2 and 1048576, not 0"},
		{"scrypt", "N=99999999999999999999999", ERR_RANGE, "N must lie between"},
		{"scrypt", "p=17", ERR_RANGE, "p must lie between 1 and 16, not 17"},
		{"scrypt", "r=-1", ERR_INVALID, "r must be a number, not '-1'"},
		{"scrypt", "r=", ERR_INVALID, "r must be a number, not ''"},
		{"scrypt", "N=1048576 r=32", ERR_LIMIT,
			"needs 4096 MiB for each hash; the limit is 129"},
		{"yescrypt", "N=1536", ERR_INVALID, "N must be a power of two, not 1536"},
		{"yescrypt", "N=512", ERR_RANGE, "N must lie between 1024 and 524288, not 512"},
		{"yescrypt", "r=33", ERR_RANGE, "r must lie between 8 and 32, not 33"},
		{"yescrypt", "N=524288 r=32", ERR_LIMIT, "for each hash; the limit is 129 MiB"},
		{"yescrypt", "pers_hex=0", ERR_INVALID, "pers_hex is not hexadecimal: '0'"},
		{"yescrypt", "pers_hex=zz", ERR_INVALID, "pers_hex is not hexadecimal: 'zz'"},
		{"yespower", "version=0.9", ERR_INVALID, "version must be 0.5 or 1.0, not '0.9'"},
		{"yespower", "pers=header", ERR_INVALID, "pers=header exists in version 0.5 only"},
	};
	struct why why;

	for (unsigned i = 0; i < ARRAY_LEN(bad); i++) {
		enum err e = make(bad[i].name, bad[i].params, &why);

		if (e != bad[i].e || !strstr(why.text, bad[i].words))
			fail_msg("%s %s: error %d, '%s'", bad[i].name, bad[i].params, (int)e,
				why.text);
	}
}

static void test_long_key(void **state)
{
	char params[400] = "pers=";
	struct why why;

	memset(params + 5, 'k', 128);
	assert_int_equal(make("yescrypt", params, &why), OK);
	params[5 + 128] = 'k';
	assert_int_equal(make("yescrypt", params, &why), ERR_RANGE);
	assert_string_equal(why.text, "pers is longer than 128 bytes");
	memset(params, '0', 300);
	memcpy(params, "pers_hex=", 9);
	assert_int_equal(make("yescrypt", params, &why), ERR_RANGE);
}

static void test_every_name_works(void **state)
{
	const char *name, *text;

	for (unsigned i = 0; (name = pow_algo_at(i, &text)); i++) {
		struct pow_algo *algo;

		assert_int_equal(pow_algo_new(name, NULL, 0, &algo, NULL), OK);
		assert_string_equal(pow_algo_name(algo), name);
		assert_true(strlen(text) > 10);
		pow_algo_free(algo);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_taken),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_long_key),
		cmocka_unit_test(test_every_name_works),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
