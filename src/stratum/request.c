/* request.c -- see request.h. One pass over the line; a value is skipped by the same code that
 * checks it. */
#include "stratum/request.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/hex.h"

struct reader {
	const char *p, *end;
	enum err err;
};

static bool fail(struct reader *r, enum err err)
{
	if (r->err == OK)
		r->err = err;
	r->p = r->end;
	return false;
}

static void skip_blanks(struct reader *r)
{
	while (r->p < r->end && (*r->p == ' ' || *r->p == '\t' || *r->p == '\r' || *r->p == '\n'))
		r->p++;
}

/* The next character that is not blank, '\0' at the end. */
static char peek(struct reader *r)
{
	skip_blanks(r);
	return r->p < r->end ? *r->p : '\0';
}

static bool take(struct reader *r, char c)
{
	if (peek(r) != c)
		return false;
	r->p++;
	return true;
}

static bool read_string(struct reader *r, struct span *out)
{
	const char *from = ++r->p;

	for (; r->p < r->end && *r->p != '"'; r->p++) {
		if ((unsigned char)*r->p < 0x20)
			return fail(r, ERR_SYNTAX);
		if (*r->p == '\\' && ++r->p == r->end)
			break;
	}
	if (r->p >= r->end)
		return fail(r, ERR_SYNTAX);
	*out = (struct span){from, (size_t)(r->p - from), JSON_KIND_STRING};
	r->p++;
	return true;
}

static bool is_word_char(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	       c == '+' || c == '-' || c == '.';
}

/* A number or true, false, null. Numbers are taken loosely here and checked where one is used. */
static bool read_word(struct reader *r, struct span *out)
{
	const char *from = r->p;
	size_t len;

	while (r->p < r->end && is_word_char(*r->p))
		r->p++;
	len = (size_t)(r->p - from);
	*out = (struct span){from, len, JSON_KIND_NUMBER};
	if (len == 0)
		return fail(r, ERR_SYNTAX);
	if ((*from >= '0' && *from <= '9') || *from == '-')
		return true;
	out->kind = JSON_KIND_LITERAL;
	if ((len == 4 && (memcmp(from, "true", 4) == 0 || memcmp(from, "null", 4) == 0)) ||
		(len == 5 && memcmp(from, "false", 5) == 0))
		return true;
	return fail(r, ERR_SYNTAX);
}

static bool read_value(struct reader *r, struct span *out, unsigned depth);

static bool read_members(struct reader *r, char close, unsigned depth)
{
	struct span key, value;

	if (take(r, close))
		return true;
	do {
		if (close == '}' && (peek(r) != '"' || !read_string(r, &key) || !take(r, ':')))
			return fail(r, ERR_SYNTAX);
		if (!read_value(r, &value, depth + 1))
			return false;
	} while (take(r, ','));
	return take(r, close) || fail(r, ERR_SYNTAX);
}

static bool read_value(struct reader *r, struct span *out, unsigned depth)
{
	char first = peek(r);
	const char *from = r->p;

	if (depth > REQUEST_DEPTH_MAX)
		return fail(r, ERR_LIMIT);
	if (first == '"')
		return read_string(r, out);
	if (first != '[' && first != '{')
		return read_word(r, out);
	r->p++;
	if (!read_members(r, first == '[' ? ']' : '}', depth))
		return false;
	*out = (struct span){
		from, (size_t)(r->p - from), first == '[' ? JSON_KIND_ARRAY : JSON_KIND_OBJECT};
	return true;
}

static bool span_is(const struct span *s, const char *text)
{
	return s->len == strlen(text) && memcmp(s->text, text, s->len) == 0;
}

static void keep_member(struct request *out, const struct span *key, const struct span *value)
{
	if (span_is(key, "id"))
		out->id = *value;
	else if (span_is(key, "method") && value->kind == JSON_KIND_STRING)
		out->method = *value;
	else if (span_is(key, "params"))
		out->param_count = span_list(value, out->params, REQUEST_PARAMS_MAX);
}

enum err request_read(const char *line, size_t len, struct request *out)
{
	struct reader r = {line, line + len, OK};
	struct span key, value;

	*out = (struct request){0};
	if (len >= 3 && memcmp(line, "\xef\xbb\xbf", 3) == 0)
		r.p += 3;
	if (!take(&r, '{'))
		return ERR_SYNTAX;
	if (!take(&r, '}')) {
		do {
			if (peek(&r) != '"' || !read_string(&r, &key) || !take(&r, ':') ||
				!read_value(&r, &value, 1))
				return r.err == OK ? ERR_SYNTAX : r.err;
			keep_member(out, &key, &value);
		} while (take(&r, ','));
		if (!take(&r, '}'))
			return ERR_SYNTAX;
	}
	return peek(&r) == '\0' && r.p == r.end ? OK : ERR_SYNTAX;
}

bool request_wants_reply(const struct request *r)
{
	return r->id.kind != JSON_KIND_NONE &&
	       !(r->id.kind == JSON_KIND_LITERAL && span_is(&r->id, "null"));
}

bool request_is(const struct request *r, const char *method)
{
	return r->method.kind == JSON_KIND_STRING && span_is(&r->method, method);
}

unsigned span_list(const struct span *list, struct span *out, unsigned max)
{
	struct reader r;
	struct span value;
	unsigned n = 0;

	if (list->kind != JSON_KIND_ARRAY)
		return 0;
	r = (struct reader){list->text, list->text + list->len, OK};
	if (!take(&r, '[') || take(&r, ']'))
		return 0;
	do {
		if (!read_value(&r, &value, 1))
			return n;
		if (n < max)
			out[n++] = value;
	} while (take(&r, ','));
	return n;
}

bool span_member(const struct span *object, const char *name, struct span *out)
{
	struct span key, value;
	struct reader r;

	if (object->kind != JSON_KIND_OBJECT)
		return false;
	r = (struct reader){object->text, object->text + object->len, OK};
	if (!take(&r, '{') || take(&r, '}'))
		return false;
	do {
		if (peek(&r) != '"' || !read_string(&r, &key) || !take(&r, ':') ||
			!read_value(&r, &value, 1))
			return false;
		if (span_is(&key, name)) {
			*out = value;
			return true;
		}
	} while (take(&r, ','));
	return false;
}

static int hex_digit(char c)
{
	return c >= '0' && c <= '9'   ? c - '0'
	       : c >= 'a' && c <= 'f' ? c - 'a' + 10
	       : c >= 'A' && c <= 'F' ? c - 'A' + 10
				      : -1;
}

static bool read_u16(const char *p, const char *end, uint32_t *out)
{
	uint32_t v = 0;

	if (end - p < 4)
		return false;
	for (int i = 0; i < 4; i++) {
		int digit = hex_digit(p[i]);

		if (digit < 0)
			return false;
		v = v << 4 | (uint32_t)digit;
	}
	*out = v;
	return true;
}

static size_t put_utf8(uint32_t c, char out[4])
{
	if (c < 0x80) {
		out[0] = (char)c;
		return 1;
	}
	if (c < 0x800) {
		out[0] = (char)(0xc0 | c >> 6);
		out[1] = (char)(0x80 | (c & 63));
		return 2;
	}
	if (c < 0x10000) {
		out[0] = (char)(0xe0 | c >> 12);
		out[1] = (char)(0x80 | (c >> 6 & 63));
		out[2] = (char)(0x80 | (c & 63));
		return 3;
	}
	out[0] = (char)(0xf0 | c >> 18);
	out[1] = (char)(0x80 | (c >> 12 & 63));
	out[2] = (char)(0x80 | (c >> 6 & 63));
	out[3] = (char)(0x80 | (c & 63));
	return 4;
}

/* One escape sequence; *p stands behind the backslash and is moved behind the sequence. Returns
 * bytes, 0 = bad. */
static size_t unescape(const char **p, const char *end, char out[4])
{
	static const char from[] = "\"\\/bfnrt", to[] = "\"\\/\b\f\n\r\t";
	const char *found = *p < end ? memchr(from, **p, sizeof(from) - 1) : NULL;
	uint32_t c, low;

	if (found) {
		(*p)++;
		out[0] = to[found - from];
		return 1;
	}
	if (*p >= end || **p != 'u' || !read_u16(*p + 1, end, &c))
		return 0;
	*p += 5;
	if (c >= 0xd800 && c < 0xdc00 && end - *p >= 6 && (*p)[0] == '\\' && (*p)[1] == 'u' &&
		read_u16(*p + 2, end, &low) && low >= 0xdc00 && low < 0xe000) {
		c = 0x10000 + ((c - 0xd800) << 10) + (low - 0xdc00);
		*p += 6;
	} else if (c >= 0xd800 && c < 0xe000) {
		c = 0xfffd;
	}
	return put_utf8(c, out);
}

bool span_text(const struct span *s, char *out, size_t size)
{
	const char *p = s->text, *end = s->text + s->len;
	size_t n = 0;

	if (s->kind != JSON_KIND_STRING && s->kind != JSON_KIND_NUMBER)
		return false;
	while (p < end) {
		char bytes[4];
		size_t len = 1;

		if (*p == '\\' && s->kind == JSON_KIND_STRING) {
			p++;
			len = unescape(&p, end, bytes);
		} else {
			bytes[0] = *p++;
		}
		if (len == 0 || bytes[0] == '\0' || n + len >= size)
			return false;
		memcpy(out + n, bytes, len);
		n += len;
	}
	out[n] = '\0';
	return true;
}

/* Step over "0x" and say where the digits are. */
static bool hex_digits(const struct span *s, const char **text, size_t *len)
{
	if (s->kind != JSON_KIND_STRING && s->kind != JSON_KIND_NUMBER)
		return false;
	*text = s->text;
	*len = s->len;
	if (*len >= 2 && (*text)[0] == '0' && ((*text)[1] == 'x' || (*text)[1] == 'X')) {
		*text += 2;
		*len -= 2;
	}
	return true;
}

bool span_hex(const struct span *s, uint8_t *out, size_t len)
{
	const char *text;
	size_t text_len;

	return hex_digits(s, &text, &text_len) && hex_decode(out, len, text, text_len);
}

bool span_hex_u32(const struct span *s, uint32_t *out)
{
	const char *text;
	size_t len;
	uint32_t v = 0;

	if (!hex_digits(s, &text, &len) || len < 1 || len > 8)
		return false;
	for (size_t i = 0; i < len; i++) {
		int digit = hex_digit(text[i]);

		if (digit < 0)
			return false;
		v = v << 4 | (uint32_t)digit;
	}
	*out = v;
	return true;
}

bool span_double(const struct span *s, double *out)
{
	char text[64], *end;
	double v;

	if (!span_text(s, text, sizeof(text)) || text[0] == '\0')
		return false;
	v = strtod(text, &end);
	if (*end != '\0' || !isfinite(v))
		return false;
	*out = v;
	return true;
}
