/* test_bech32.c -- the test vectors of BIP173 and BIP350. */
#include "chain/bech32.h"
#include "check.h"

static void test_valid(void **state)
{
	static const char *const texts[][7] = {
		[BECH32] = {"A12UEL5L", "a12uel5l",
			"an83characterlonghumanreadablepartthatcontainsthenumber1andtheexcludedchar"
			"act"
			"ersbio1tt5tgs",
			"abcdef1qpzry9x8gf2tvdw0s3jn54khce6mua7lmqqqxw",
			"11qqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqq"
			"qqqqqqqqqqqqqqqqqqqqqqqqc8247j",
			"split1checkupstagehandshakeupstreamerranterredcaperred2y9e3w", "?1ezyfcl"},
		[BECH32M] = {"A1LQFN3A", "a1lqfn3a",
			"an83characterlonghumanreadablepartthatcontainsthetheexcludedcharactersbioa"
			"ndn"
			"umber11sg7hg6",
			"abcdef1l7aum6echk45nj3s0wdvt2fg8x9yrzpqzd3ryx",
			"11llllllllllllllllllllllllllllllllllllllllllllllllllllllllll"
			"llllllllllllllllllllllllludsr8",
			"split1checkupstagehandshakeupstreamerranterredcaperredlc445v", "?1v759aa"},
	};

	for (unsigned kind = BECH32; kind <= BECH32M; kind++) {
		for (unsigned i = 0; i < ARRAY_LEN(texts[kind]); i++) {
			struct bech32 b;

			assert_int_equal(bech32_decode(texts[kind][i], &b, NULL), OK);
			assert_int_equal(b.encoding, kind);
		}
	}
}

static void test_taken_apart(void **state)
{
	struct bech32 b;

	assert_int_equal(
		bech32_decode("ABCDEF1QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7LMQQQXW", &b, NULL), OK);
	assert_string_equal(b.hrp, "abcdef");
	assert_int_equal(b.len, 32);
	for (unsigned i = 0; i < 32; i++)
		assert_int_equal(b.values[i], i);
}

static void test_invalid(void **state)
{
	static const struct {
		const char *text;
		enum err err;
	} cases[] = {
		{"\x20"
		 "1nwldj5",
			ERR_SYNTAX},
		{"\x7f"
		 "1axkwrx",
			ERR_SYNTAX},
		{"\x80"
		 "1eym55h",
			ERR_SYNTAX},
		{"an84characterslonghumanreadablepartthatcontainsthenumber1andtheexcludedcharacters"
		 "b"
		 "io1569pvx",
			ERR_SYNTAX},
		{"pzry9x0s0muk", ERR_SYNTAX},
		{"1pzry9x0s0muk", ERR_SYNTAX},
		{"x1b4n0q5v", ERR_SYNTAX},
		{"li1dgmt3", ERR_SYNTAX},
		{"de1lg7wt\xff", ERR_SYNTAX},
		{"A1G7SGD8", ERR_CORRUPT},
		{"10a06t8", ERR_SYNTAX},
		{"1qzzfhee", ERR_SYNTAX},
		{"\x20"
		 "1xj0phk",
			ERR_SYNTAX},
		{"\x7f"
		 "1g6xzxy",
			ERR_SYNTAX},
		{"\x80"
		 "1vctc34",
			ERR_SYNTAX},
		{"qyrz8wqd2c9m", ERR_SYNTAX},
		{"1qyrz8wqd2c9m", ERR_SYNTAX},
		{"y1b0jsk6g", ERR_SYNTAX},
		{"lt1igcx5c0", ERR_SYNTAX},
		{"in1muywd", ERR_SYNTAX},
		{"mm1crxm3i", ERR_SYNTAX},
		{"au1s5cgom", ERR_SYNTAX},
		{"M1VUXWEZ", ERR_CORRUPT},
		{"16plkw9", ERR_SYNTAX},
		{"1p2gdwpf", ERR_SYNTAX},
		{"", ERR_SYNTAX},
		{"a12UEL5L", ERR_SYNTAX},
	};
	struct bech32 b;
	struct why why;

	for (unsigned i = 0; i < ARRAY_LEN(cases); i++)
		assert_int_equal(bech32_decode(cases[i].text, &b, &why), cases[i].err);
}

struct program_case {
	const char *text;
	unsigned version;
	const char *program;
};

static const struct program_case programs[] = {
	{"BC1QW508D6QEJXTDG4Y5R3ZARVARY0C5XW7KV8F3T4", 0,
		"751e76e8199196d454941c45d1b3a323f1433bd6"},
	{"tb1qrp33g0q5c5txsp9arysrx4k6zdkfs4nce4xj0gdcccefvpysxf3q0sl5k7", 0,
		"1863143c14c5166804bd19203356da136c985678cd4d27a1b8c6329604903262"},
	{"bc1pw508d6qejxtdg4y5r3zarvary0c5xw7kw508d6qejxtdg4y5r3zarvary0c5xw7kt5nd6y", 1,
		"751e76e8199196d454941c45d1b3a323f1433bd6751e76e8199196d454941c45d1b3a323f1433bd6"},
	{"BC1SW50QGDZ25J", 16, "751e"},
	{"bc1zw508d6qejxtdg4y5r3zarvaryvaxxpcs", 2, "751e76e8199196d454941c45d1b3a323"},
	{"tb1qqqqqp399et2xygdj5xreqhjjvcmzhxw4aywxecjdzew6hylgvsesrxh6hy", 0,
		"000000c4a5cad46221b2a187905e5266362b99d5e91c6ce24d165dab93e86433"},
	{"tb1pqqqqp399et2xygdj5xreqhjjvcmzhxw4aywxecjdzew6hylgvsesf3hn0c", 1,
		"000000c4a5cad46221b2a187905e5266362b99d5e91c6ce24d165dab93e86433"},
	{"bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vqzk5jj0", 1,
		"79be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798"},
};

static void test_programs(void **state)
{
	for (unsigned i = 0; i < ARRAY_LEN(programs); i++) {
		uint8_t program[BECH32_PROGRAM_MAX];
		char text[BECH32_TEXT_MAX];
		unsigned version;
		struct bech32 b;
		size_t len;

		assert_int_equal(bech32_decode(programs[i].text, &b, NULL), OK);
		assert_int_equal(bech32_to_program(&b, &version, program, &len, NULL), OK);
		assert_int_equal(version, programs[i].version);
		assert_hex_equal(program, len, programs[i].program);
		bech32_encode_program(b.hrp, version, program, len, text);
		assert_int_equal(strcasecmp(text, programs[i].text), 0);
	}
}

static void test_bad_programs(void **state)
{
	static const struct {
		const char *text, *words;
	} cases[] = {
		{"bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vqh2y7hd",
			"its checksum is not that of witness version 1"},
		{"tb1z0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vqglt7rf",
			"its checksum is not that of witness version 2"},
		{"BC1S0XLXVLHEMJA6C4DQV22UAPCTQUPFHLXM9H8Z3K2E72Q4K9HCZ7VQ54WELL",
			"its checksum is not that of witness version 16"},
		{"bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kemeawh",
			"its checksum is not that of witness version 0"},
		{"tb1q0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vq24jc47",
			"its checksum is not that of witness version 0"},
		{"BC130XLXVLHEMJA6C4DQV22UAPCTQUPFHLXM9H8Z3K2E72Q4K9HCZ7VQ7ZWS8R",
			"it has no witness version"},
		{"bc1pw5dgrnzv", "its program has 1 bytes"},
		{"bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7v8n0nx0muaewav253zgeav",
			"its program has 41 bytes"},
		{"BC1QR508D6QEJXTDG4Y5R3ZARVARYV98GJ9P", "its program has 16 bytes"},
		{"bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7v07qwwzcrf",
			"its padding is not zero"},
		{"tb1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vpggkg4j",
			"its padding is not zero"},
		{"bc1gmk9yu", "it has no witness version"},
	};

	for (unsigned i = 0; i < ARRAY_LEN(cases); i++) {
		uint8_t program[BECH32_PROGRAM_MAX];
		unsigned version;
		struct bech32 b;
		struct why why;
		size_t len;

		assert_int_equal(bech32_decode(cases[i].text, &b, &why), OK);
		assert_int_equal(bech32_to_program(&b, &version, program, &len, &why), ERR_INVALID);
		assert_string_equal(why.text, cases[i].words);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_valid),
		cmocka_unit_test(test_taken_apart),
		cmocka_unit_test(test_invalid),
		cmocka_unit_test(test_programs),
		cmocka_unit_test(test_bad_programs),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
