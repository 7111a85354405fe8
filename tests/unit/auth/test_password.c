/* test_password.c -- passwords: only the right one is right. */
#include "test.h"

#include "auth/password.h"

static void test_a_password_and_others(void **state)
{
	char hash[PASSWORD_HASH_MAX], other[PASSWORD_HASH_MAX];

	assert_int_equal(password_hash("correct horse", hash, NULL), OK);
	assert_int_equal(password_hash("correct horse", other, NULL), OK);
	assert_string_not_equal(hash, other);
	assert_memory_equal(hash, "$argon2id$v=19$m=65536,t=2,p=1$", 31);
	assert_true(password_verify(hash, "correct horse"));
	assert_false(password_verify(hash, "correct horsf"));
	assert_false(password_verify(hash, ""));
	assert_false(password_verify("", "correct horse"));
	assert_false(password_verify("not a hash", "correct horse"));
}

static void test_lengths(void **state)
{
	char hash[PASSWORD_HASH_MAX], longest[PASSWORD_MAX + 2];

	assert_int_equal(password_hash("123456789", hash, NULL), ERR_RANGE);
	memset(longest, 'x', sizeof longest);
	longest[PASSWORD_MAX + 1] = '\0';
	assert_int_equal(password_hash(longest, hash, NULL), ERR_RANGE);
	longest[PASSWORD_MAX] = '\0';
	assert_int_equal(password_hash(longest, hash, NULL), OK);
	assert_true(password_verify(hash, longest));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_password_and_others),
		cmocka_unit_test(test_lengths),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
