#include "chain/bech32.h"

#include <assert.h>
#include <ctype.h>
#include <stdbool.h>
#include <string.h>

#define CHECKSUM_LEN 6 /* characters */

static const char charset[] = "qpzry9x8gf2tvdw0s3jn54khce6mua7l";

/* What the checksum of a whole text comes to. */
static const uint32_t final_value[] = {[BECH32] = 1, [BECH32M] = 0x2bc830a3};

/* BIP173's BCH code: take one more value of five bits into the checksum. */
static uint32_t step(uint32_t sum, unsigned value)
{
	static const uint32_t generator[5] = {
		0x3b6a57b2, 0x26508e6d, 0x1ea119fa, 0x3d4233dd, 0x2a1462b3};
	uint32_t top = sum >> 25;

	sum = (sum & 0x1ffffff) << 5 ^ value;
	for (unsigned i = 0; i < 5; i++) {
		if (top >> i & 1)
			sum ^= generator[i];
	}
	return sum;
}

static uint32_t sum_of(const char *hrp, const uint8_t *values, size_t len)
{
	uint32_t sum = 1;

	for (const char *p = hrp; *p; p++)
		sum = step(sum, (uint8_t)*p >> 5);
	sum = step(sum, 0);
	for (const char *p = hrp; *p; p++)
		sum = step(sum, (uint8_t)*p & 31);
	for (size_t i = 0; i < len; i++)
		sum = step(sum, values[i]);
	return sum;
}

/* Copy in lower case; refuse what no bech32 text contains. */
static enum err lower(const char *text, char out[BECH32_TEXT_MAX], struct why *why)
{
	bool has_lower = false, has_upper = false;
	size_t len = strlen(text);

	if (len >= BECH32_TEXT_MAX)
		return err_fail(why, ERR_SYNTAX, "it is too long");
	for (size_t i = 0; i <= len; i++) {
		unsigned char c = (unsigned char)text[i];

		if (i < len && (c < 33 || c > 126))
			return err_fail(why, ERR_SYNTAX, "it has a space or an odd character");
		has_lower |= islower(c) != 0;
		has_upper |= isupper(c) != 0;
		out[i] = (char)tolower(c);
	}
	if (has_lower && has_upper)
		return err_fail(why, ERR_SYNTAX, "it mixes capital and small letters");
	return OK;
}

enum err bech32_decode(const char *text, struct bech32 *out, struct why *why)
{
	struct bech32 b = {0};
	const char *separator, *p;
	enum err err = lower(text, b.hrp, why);
	uint32_t sum;

	if (err != OK)
		return err;
	separator = strrchr(b.hrp, '1');
	if (!separator || separator == b.hrp || strlen(separator + 1) < CHECKSUM_LEN)
		return err_fail(why, ERR_SYNTAX, "it is too short");
	for (p = separator + 1; *p; p++) {
		const char *digit = strchr(charset, *p);

		if (!digit)
			return err_fail(
				why, ERR_SYNTAX, "the character \"%c\" cannot be in it", *p);
		b.values[b.len++] = (uint8_t)(digit - charset);
	}
	b.hrp[separator - b.hrp] = '\0';
	sum = sum_of(b.hrp, b.values, b.len);
	if (sum == final_value[BECH32])
		b.encoding = BECH32;
	else if (sum == final_value[BECH32M])
		b.encoding = BECH32M;
	else
		return err_fail(why, ERR_CORRUPT, "its checksum does not match");
	b.len -= CHECKSUM_LEN;
	*out = b;
	return OK;
}

enum err bech32_to_program(const struct bech32 *b, unsigned *out_version,
	uint8_t program[BECH32_PROGRAM_MAX], size_t *out_len, struct why *why)
{
	uint8_t bytes[BECH32_TEXT_MAX];
	unsigned version, pending = 0, bits = 0;
	size_t len = 0;

	if (b->len == 0 || b->values[0] > 16)
		return err_fail(why, ERR_INVALID, "it has no witness version");
	version = b->values[0];
	for (size_t i = 1; i < b->len; i++) {
		pending = (pending << 5 | b->values[i]) & 0xfff;
		bits += 5;
		if (bits >= 8) {
			bits -= 8;
			bytes[len++] = (uint8_t)(pending >> bits);
		}
	}
	if (bits >= 5 || (pending & ((1u << bits) - 1)) != 0)
		return err_fail(why, ERR_INVALID, "its padding is not zero");
	if (len < 2 || len > BECH32_PROGRAM_MAX || (version == 0 && len != 20 && len != 32))
		return err_fail(why, ERR_INVALID, "its program has %zu bytes", len);
	if (b->encoding != (version == 0 ? BECH32 : BECH32M))
		return err_fail(why, ERR_INVALID, "its checksum is not that of witness version %u",
			version);
	memcpy(program, bytes, len);
	*out_version = version;
	*out_len = len;
	return OK;
}

void bech32_encode_program(const char *hrp, unsigned version, const uint8_t *program, size_t len,
	char text[BECH32_TEXT_MAX])
{
	uint8_t values[BECH32_TEXT_MAX] = {(uint8_t)version};
	size_t hrp_len = strlen(hrp), n = 1;
	unsigned pending = 0, bits = 0;
	uint32_t sum;

	assert(hrp_len <= 16 && version <= 16 && len >= 2 && len <= BECH32_PROGRAM_MAX);
	for (size_t i = 0; i < len; i++) {
		pending = (pending << 8 | program[i]) & 0xfff;
		for (bits += 8; bits >= 5; bits -= 5)
			values[n++] = pending >> (bits - 5) & 31;
	}
	if (bits > 0)
		values[n++] = pending << (5 - bits) & 31;
	sum = sum_of(hrp, values, n + CHECKSUM_LEN) ^ final_value[version == 0 ? BECH32 : BECH32M];
	for (unsigned i = 0; i < CHECKSUM_LEN; i++)
		values[n++] = sum >> 5 * (CHECKSUM_LEN - 1 - i) & 31;
	assert(hrp_len + 1 + n < BECH32_TEXT_MAX);
	memcpy(text, hrp, hrp_len);
	text[hrp_len] = '1';
	for (size_t i = 0; i < n; i++)
		text[hrp_len + 1 + i] = charset[values[i]];
	text[hrp_len + 1 + n] = '\0';
}
