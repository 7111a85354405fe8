#include "chain/base58.h"

#include <assert.h>
#include <string.h>

#include "base/sha256.h"

#define CHECKSUM_LEN 4 /* [bytes] */
#define RAW_MAX      (BASE58_PAYLOAD_MAX + CHECKSUM_LEN)

static const char alphabet[] = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";

static void checksum_of(const uint8_t *payload, size_t len, uint8_t out[CHECKSUM_LEN])
{
	uint8_t digest[SHA256_LEN];

	sha256d(payload, len, digest);
	memcpy(out, digest, CHECKSUM_LEN);
}

/* number = number * 58 + digit; number is big-endian and ends at the end of raw. */
static bool append_digit(uint8_t raw[RAW_MAX], unsigned digit)
{
	unsigned carry = digit;

	for (size_t i = RAW_MAX; i-- > 0;) {
		carry += 58u * raw[i];
		raw[i] = (uint8_t)carry;
		carry >>= 8;
	}
	return carry == 0;
}

enum err base58_decode(
	const char *text, uint8_t out[BASE58_PAYLOAD_MAX], size_t *out_len, struct why *why)
{
	uint8_t raw[RAW_MAX] = {0}, checksum[CHECKSUM_LEN];
	size_t zeroes = strspn(text, "1"), first = 0, len;

	for (const char *p = text; *p; p++) {
		const char *digit = strchr(alphabet, *p);

		if (!digit)
			return err_fail(why, ERR_SYNTAX, "the character \"%c\" cannot be in it",
				*p >= ' ' && *p <= '~' ? *p : '?');
		if (!append_digit(raw, (unsigned)(digit - alphabet)))
			return err_fail(why, ERR_SYNTAX, "it is too long");
	}
	while (first < RAW_MAX && raw[first] == 0)
		first++;
	len = RAW_MAX - first + zeroes; /* each leading 1 is a zero byte */
	if (len > RAW_MAX)
		return err_fail(why, ERR_SYNTAX, "it is too long");
	if (len <= CHECKSUM_LEN)
		return err_fail(why, ERR_SYNTAX, "it is too short");
	len -= CHECKSUM_LEN;
	checksum_of(raw + RAW_MAX - CHECKSUM_LEN - len, len, checksum);
	if (memcmp(checksum, raw + RAW_MAX - CHECKSUM_LEN, CHECKSUM_LEN) != 0)
		return err_fail(why, ERR_CORRUPT, "its checksum does not match");
	memcpy(out, raw + RAW_MAX - CHECKSUM_LEN - len, len);
	*out_len = len;
	return OK;
}

/* raw /= 58; returns the remainder. */
static unsigned take_digit(uint8_t *raw, size_t len)
{
	unsigned rest = 0;

	for (size_t i = 0; i < len; i++) {
		rest = rest << 8 | raw[i];
		raw[i] = (uint8_t)(rest / 58);
		rest %= 58;
	}
	return rest;
}

static bool is_zero(const uint8_t *p, size_t len)
{
	while (len > 0 && p[len - 1] == 0)
		len--;
	return len == 0;
}

void base58_encode(const uint8_t *payload, size_t len, char text[BASE58_TEXT_MAX])
{
	char reversed[BASE58_TEXT_MAX];
	uint8_t raw[RAW_MAX];
	size_t raw_len = len + CHECKSUM_LEN, n = 0;

	assert(len <= BASE58_PAYLOAD_MAX);
	memcpy(raw, payload, len);
	checksum_of(payload, len, raw + len);
	while (!is_zero(raw, raw_len))
		reversed[n++] = alphabet[take_digit(raw, raw_len)];
	for (size_t i = 0; i < len && payload[i] == 0; i++)
		reversed[n++] = alphabet[0];
	assert(n < BASE58_TEXT_MAX);
	for (size_t i = 0; i < n; i++)
		text[i] = reversed[n - 1 - i];
	text[n] = '\0';
}
