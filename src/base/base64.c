/* base64.c -- see base64.h. */
#include "base/base64.h"

#include <string.h>

static size_t encode(
	char *out, const uint8_t *in, size_t len, const char letters[64], bool is_padded)
{
	size_t n = 0;

	for (size_t i = 0; i < len; i += 3) {
		size_t have = len - i < 3 ? len - i : 3;
		uint32_t group = (uint32_t)in[i] << 16;

		if (have > 1)
			group |= (uint32_t)in[i + 1] << 8;
		if (have > 2)
			group |= in[i + 2];
		for (size_t k = 0; k < have + 1; k++)
			out[n++] = letters[group >> (18 - 6 * k) & 63];
		for (size_t k = have; is_padded && k < 3; k++)
			out[n++] = '=';
	}
	out[n] = '\0';
	return n;
}

#define LETTERS "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"

void base64url_encode(char *out, const uint8_t *in, size_t len)
{
	encode(out, in, len, LETTERS "-_", false);
}

void base64_encode(char *out, const uint8_t *in, size_t len)
{
	encode(out, in, len, LETTERS "+/", true);
}

static int value_of(char c)
{
	const char *at = c ? strchr(LETTERS, c) : NULL;

	if (at)
		return (int)(at - LETTERS);
	if (c == '+' || c == '-')
		return 62;
	return c == '/' || c == '_' ? 63 : -1;
}

bool base64_decode(const char *text, size_t text_len, uint8_t *out, size_t max, size_t *out_len)
{
	uint32_t group = 0;
	size_t n = 0, digits;

	while (text_len > 0 && text_len % 4 != 1 && text[text_len - 1] == '=')
		text_len--;
	for (digits = 0; digits < text_len; digits++) {
		int value = value_of(text[digits]);

		if (value < 0)
			return false;
		group = group << 6 | (uint32_t)value;
		if (digits % 4 == 0)
			continue;
		if (n == max)
			return false;
		out[n++] = (uint8_t)(group >> (6 - 2 * (digits % 4)));
	}
	if (digits % 4 == 1)
		return false;
	*out_len = n;
	return true;
}
