/* test_message.c -- messages signed by litecoind 0.21.2.1, and those that only look like it. */
#include "base/base64.h"
#include "chain/message.h"
#include "check.h"
#include "coins.h"

#define TEXT "mine.example.org: log in"
#define SIGNATURE                                                                                  \
	"H1gBIjOFeu+CSo5y8lIslxu0svQAOitQ4l/deXrlhZUkFCZt+2UEhTaPROkQhVYg8goiHx3hLu9xmdbysyhK2os="
/* Three addresses of one key. */
#define P2PKH       "n42xv6RHHF8fg54iy4Xew1BM3Sq69LmEcZ"
#define P2WPKH      "rltc1q7mlu8jsy23v336dvnxn4easv72j8j66w5rhv9x"
#define P2SH_P2WPKH "QcgN2CAWJchzqKtmRTrDuJf9wvGzFjPsrY"

static enum err verify(
	const struct coin *coin, const char *address, const char *text, const char *signature)
{
	struct address a;

	assert_int_equal(
		address_decode(&litecoin, &litecoin.networks[COIN_REGTEST], address, &a, NULL), OK);
	return message_verify(coin, &a, text, signature, NULL);
}

static void test_of_the_daemon(void **state)
{
	assert_int_equal(verify(&litecoin, P2PKH, TEXT, SIGNATURE), OK);
	assert_int_equal(verify(&litecoin, P2PKH, "",
				 "IBavPXnMxYQTAAKq2gQQ2c+4y7EyG3pAGMmWVBTLijEsOEWpU2y/"
				 "SfBmBeFb+eTaVmo2pyZh4m4iDtK4HW8IZSM="),
		OK);
}

static void test_others_are_refused(void **state)
{
	struct address taproot = {.kind = ADDRESS_P2TR};

	assert_int_equal(verify(&litecoin, P2PKH, TEXT ".", SIGNATURE), ERR_AUTH);
	assert_int_equal(
		verify(&litecoin, "mix6eC25BNfY3fn8Z4F95MrFL2q39FLr32", TEXT, SIGNATURE), ERR_AUTH);
	assert_int_equal(verify(&bitcoin, P2PKH, TEXT, SIGNATURE), ERR_AUTH);
	assert_int_equal(verify(&litecoin, P2PKH, TEXT, ""), ERR_SYNTAX);
	assert_int_equal(verify(&litecoin, P2PKH, TEXT, "not base64!"), ERR_SYNTAX);
	assert_int_equal(verify(&litecoin, P2PKH, TEXT, "H1gBIjOFeu+CSo5y"), ERR_SYNTAX);
	assert_int_equal(
		message_verify(&litecoin, &taproot, TEXT, SIGNATURE, NULL), ERR_UNSUPPORTED);
}

/* Every header byte with every kind of address of the key. */
static void test_headers(void **state)
{
	static const struct {
		const char *address;
		uint8_t first, last; /* whose signatures are good */
	} kinds[] = {{P2PKH, 31, 34}, {P2WPKH, 39, 42}, {P2SH_P2WPKH, 35, 38}};
	uint8_t bytes[65];
	size_t len;

	assert_true(base64_decode(SIGNATURE, strlen(SIGNATURE), bytes, sizeof bytes, &len));
	for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
		for (int header = 0; header < 256; header++) {
			/* 31: the key's parity is known to be that of the daemon's header */
			bool is_same_key = header >= 27 && header < 43 && (header - 27) % 4 == 0;
			bool is_of_kind = (header >= kinds[i].first && header <= kinds[i].last) ||
					  (header >= 31 && header <= 34);
			char text[BASE64_TEXT_MAX(65)];

			bytes[0] = (uint8_t)header;
			base64_encode(text, bytes, sizeof bytes);
			assert_int_equal(verify(&litecoin, kinds[i].address, TEXT, text),
				is_same_key && is_of_kind ? OK : ERR_AUTH);
		}
	}
}

/* No point of the curve, r or s of zero or beyond the order. */
static void test_broken_numbers(void **state)
{
	char text[BASE64_TEXT_MAX(65)];
	uint8_t bytes[65] = {31};

	base64_encode(text, bytes, sizeof bytes);
	assert_int_equal(verify(&litecoin, P2PKH, TEXT, text), ERR_AUTH);
	memset(bytes + 1, 0xff, 64);
	base64_encode(text, bytes, sizeof bytes);
	assert_int_equal(verify(&litecoin, P2PKH, TEXT, text), ERR_AUTH);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_of_the_daemon),
		cmocka_unit_test(test_others_are_refused),
		cmocka_unit_test(test_headers),
		cmocka_unit_test(test_broken_numbers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
