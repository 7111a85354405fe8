#include "base/hex.h"

#include "base/bytes.h"

static const char digits[] = "0123456789abcdef";

void hex_encode(char *out, const uint8_t *in, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		out[2 * i] = digits[in[i] >> 4];
		out[2 * i + 1] = digits[in[i] & 15];
	}
	out[2 * len] = '\0';
}

void hex_encode_reversed(char *out, const uint8_t *in, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		out[2 * i] = digits[in[len - 1 - i] >> 4];
		out[2 * i + 1] = digits[in[len - 1 - i] & 15];
	}
	out[2 * len] = '\0';
}

static int digit_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

bool hex_decode(uint8_t *out, size_t len, const char *text, size_t text_len)
{
	if (text_len != 2 * len)
		return false;
	for (size_t i = 0; i < len; i++) {
		int high = digit_value(text[2 * i]), low = digit_value(text[2 * i + 1]);

		if (high < 0 || low < 0)
			return false;
		out[i] = (uint8_t)(high << 4 | low);
	}
	return true;
}

bool hex_decode_reversed(uint8_t *out, size_t len, const char *text, size_t text_len)
{
	if (!hex_decode(out, len, text, text_len))
		return false;
	bytes_reverse(out, out, len);
	return true;
}
