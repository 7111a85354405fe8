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

/* The value of each hex digit, plus 1; 0 for all other characters. Blocks are megabytes of hex. */
static const uint8_t values[256] = {
	['0'] = 1,
	['1'] = 2,
	['2'] = 3,
	['3'] = 4,
	['4'] = 5,
	['5'] = 6,
	['6'] = 7,
	['7'] = 8,
	['8'] = 9,
	['9'] = 10,
	['a'] = 11,
	['b'] = 12,
	['c'] = 13,
	['d'] = 14,
	['e'] = 15,
	['f'] = 16,
	['A'] = 11,
	['B'] = 12,
	['C'] = 13,
	['D'] = 14,
	['E'] = 15,
	['F'] = 16,
};

bool hex_decode(uint8_t *out, size_t len, const char *text, size_t text_len)
{
	const uint8_t *in = (const uint8_t *)text;
	bool is_bad = false;

	if (text_len != 2 * len)
		return false;
	for (size_t i = 0; i < len; i++) {
		uint8_t high = values[in[2 * i]], low = values[in[2 * i + 1]];

		is_bad |= !high | !low;
		out[i] = (uint8_t)((high - 1u) << 4 | (low - 1u));
	}
	return !is_bad;
}

bool hex_decode_reversed(uint8_t *out, size_t len, const char *text, size_t text_len)
{
	if (!hex_decode(out, len, text, text_len))
		return false;
	bytes_reverse(out, out, len);
	return true;
}
