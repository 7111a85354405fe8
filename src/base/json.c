#include "base/json.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

static bool is_number_char(char c)
{
	return (c >= '0' && c <= '9') || c == '+' || c == '-' || c == '.' || c == 'e' || c == 'E';
}

/* JSON's grammar of a number with a fraction or an exponent; anything else is left for the parser
 * to refuse. */
static bool is_real(const char *p, size_t len)
{
	const char *end = p + len, *start;
	bool real = false;

	if (p < end && *p == '-')
		p++;
	start = p;
	while (p < end && *p >= '0' && *p <= '9')
		p++;
	if (p == start || (*start == '0' && p - start > 1))
		return false;
	if (p < end && *p == '.') {
		start = ++p;
		while (p < end && *p >= '0' && *p <= '9')
			p++;
		if (p == start)
			return false;
		real = true;
	}
	if (p < end && (*p == 'e' || *p == 'E')) {
		p++;
		if (p < end && (*p == '+' || *p == '-'))
			p++;
		start = p;
		while (p < end && *p >= '0' && *p <= '9')
			p++;
		if (p == start)
			return false;
		real = true;
	}
	return real && p == end;
}

/* Behind the string that begins at text[i]; len when it does not end. */
static size_t skip_string(const char *text, size_t i, size_t len)
{
	for (i++; i < len;) {
		const char *quote = memchr(text + i, '"', len - i);
		const char *slash =
			memchr(text + i, '\\', (quote ? quote : text + len) - (text + i));

		if (!slash)
			return quote ? (size_t)(quote - text) + 1 : len;
		i = (size_t)(slash - text) + 2;
	}
	return len;
}

/* Copy the text with quotes around every real number. */
static void quote_reals(const char *text, size_t len, struct buf *out)
{
	size_t i = 0;

	buf_reserve(out, len + 64);
	while (i < len) {
		size_t from = i;

		if (text[i] == '"') {
			i = skip_string(text, i, len);
			buf_add(out, text + from, i - from);
		} else if (is_number_char(text[i])) {
			while (i < len && is_number_char(text[i]))
				i++;
			if (is_real(text + from, i - from)) {
				buf_add_u8(out, '"');
				buf_add(out, text + from, i - from);
				buf_add_u8(out, '"');
			} else {
				buf_add(out, text + from, i - from);
			}
		} else {
			while (i < len && text[i] != '"' && !is_number_char(text[i]))
				i++;
			buf_add(out, text + from, i - from);
		}
	}
}

enum err json_read(const char *text, size_t len, json_t **out, struct why *why)
{
	struct buf quoted = {0};
	json_error_t error;
	json_t *value;

	quote_reals(text, len, &quoted);
	value = json_loadb(
		buf_str(&quoted), quoted.len, JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, &error);
	buf_free(&quoted);
	if (!value)
		return err_fail(why, ERR_SYNTAX, "not valid JSON: %s", error.text);
	*out = value;
	return OK;
}

const char *json_get_str(const json_t *obj, const char *key)
{
	return json_string_value(json_object_get(obj, key));
}

bool json_get_i64(const json_t *obj, const char *key, int64_t *out)
{
	const json_t *value = json_object_get(obj, key);

	if (!json_is_integer(value))
		return false;
	*out = json_integer_value(value);
	return true;
}

bool json_get_bool(const json_t *obj, const char *key, bool *out)
{
	const json_t *value = json_object_get(obj, key);

	if (!json_is_boolean(value))
		return false;
	*out = json_is_true(value);
	return true;
}

bool json_get_double(const json_t *obj, const char *key, double *out)
{
	const json_t *value = json_object_get(obj, key);
	const char *text;
	char *end;
	double d;

	if (json_is_number(value)) {
		*out = json_number_value(value);
		return true;
	}
	text = json_string_value(value);
	if (!text || !*text)
		return false;
	d = strtod(text, &end);
	if (*end != '\0')
		return false;
	*out = d;
	return true;
}

bool json_to_amount(const json_t *value, struct amount *out)
{
	int64_t units;

	if (json_is_integer(value)) {
		if (__builtin_mul_overflow((int64_t)json_integer_value(value), AMOUNT_COIN, &units))
			return false;
		*out = amount_of(units);
		return true;
	}
	return json_is_string(value) && amount_parse(json_string_value(value), out) == OK;
}

bool json_get_amount(const json_t *obj, const char *key, struct amount *out)
{
	return json_to_amount(json_object_get(obj, key), out);
}

/* The length of the UTF-8 sequence at p, or 0 if it is not valid. */
static size_t utf8_length(const uint8_t *p)
{
	size_t len = p[0] < 0x80                   ? 1
		     : p[0] >= 0xf0 && p[0] < 0xf5 ? 4
		     : p[0] >= 0xe0 && p[0] < 0xf0 ? 3
		     : p[0] >= 0xc2 && p[0] < 0xe0 ? 2
						   : 0;

	for (size_t i = 1; i < len; i++) {
		if ((p[i] & 0xc0) != 0x80)
			return 0;
	}
	if ((p[0] == 0xe0 && p[1] < 0xa0) || (p[0] == 0xed && p[1] > 0x9f) ||
		(p[0] == 0xf0 && p[1] < 0x90) || (p[0] == 0xf4 && p[1] > 0x8f))
		return 0;
	return len;
}

void buf_add_json_str(struct buf *b, const char *s)
{
	buf_add_u8(b, '"');
	for (const uint8_t *p = (const uint8_t *)s; *p;) {
		size_t len = utf8_length(p);

		if (len == 0) {
			buf_add_str(b, "\xef\xbf\xbd");
			p++;
			continue;
		}
		if (*p == '"' || *p == '\\')
			buf_printf(b, "\\%c", *p);
		else if (*p < 0x20 || *p == 0x7f || strchr("<>&'", *p))
			buf_printf(b, "\\u%04x", *p);
		else
			buf_add(b, p, len);
		p += len;
	}
	buf_add_u8(b, '"');
}

void buf_add_json(struct buf *b, const json_t *value)
{
	char *text = json_dumps(value, JSON_COMPACT | JSON_ENCODE_ANY);

	buf_add_str(b, text ? text : "null");
	free(text);
}
