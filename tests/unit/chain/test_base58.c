/* test_base58.c -- base58check there and back, and what is wrong with wrong ones. */
#include "chain/base58.h"
#include "check.h"

static const struct {
	const char *text, *payload;
} pairs[] = {
	{"1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa", "0062e907b15cbf27d5425399ebf6f0fb50ebb88f18"},
	{"1111111111111111111114oLvT2", "000000000000000000000000000000000000000000"},
	{"3P14159f73E4gFr7JterCCQh9QjiTjiZrG", "05e9c3dd0c07aac76179ebc76a6c78d4d67c6c160a"},
};

static void test_pairs(void **state)
{
	for (unsigned i = 0; i < ARRAY_LEN(pairs); i++) {
		uint8_t payload[BASE58_PAYLOAD_MAX];
		char text[BASE58_TEXT_MAX];
		struct why why = {""};
		size_t len;

		assert_int_equal(base58_decode(pairs[i].text, payload, &len, &why), OK);
		assert_hex_equal(payload, len, pairs[i].payload);
		base58_encode(payload, len, text);
		assert_string_equal(text, pairs[i].text);
	}
}

/* Every length, with leading zeroes and without. */
static void test_there_and_back(void **state)
{
	for (size_t len = 1; len <= BASE58_PAYLOAD_MAX; len++) {
		for (size_t zeroes = 0; zeroes <= len; zeroes++) {
			uint8_t payload[BASE58_PAYLOAD_MAX], again[BASE58_PAYLOAD_MAX];
			char text[BASE58_TEXT_MAX];
			size_t again_len;

			memset(payload, 0xff, len);
			memset(payload, 0, zeroes);
			base58_encode(payload, len, text);
			assert_int_equal(base58_decode(text, again, &again_len, NULL), OK);
			assert_int_equal(again_len, len);
			assert_memory_equal(again, payload, len);
		}
	}
}

static void test_wrong(void **state)
{
	static const struct {
		const char *text;
		enum err err;
		const char *words;
	} cases[] = {
		{"1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNb", ERR_CORRUPT, "its checksum does not match"},
		{"1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfN", ERR_CORRUPT, "its checksum does not match"},
		{"1A1zP1eP5QGefi2DMPTfTL5SLmv7Div0Na", ERR_SYNTAX,
			"the character \"0\" cannot be in it"},
		{"\xe7\x9f\xbf", ERR_SYNTAX, "the character \"?\" cannot be in it"},
		{"", ERR_SYNTAX, "it is too short"},
		{"111", ERR_SYNTAX, "it is too short"},
		{"11111111111111111111111111111111111111111111111111111111111111111111111",
			ERR_SYNTAX, "it is too long"},
		{"zzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzz",
			ERR_SYNTAX, "it is too long"},
	};

	for (unsigned i = 0; i < ARRAY_LEN(cases); i++) {
		uint8_t payload[BASE58_PAYLOAD_MAX];
		struct why why;
		size_t len;

		assert_int_equal(base58_decode(cases[i].text, payload, &len, &why), cases[i].err);
		assert_string_equal(why.text, cases[i].words);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_pairs),
		cmocka_unit_test(test_there_and_back),
		cmocka_unit_test(test_wrong),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
